"""A file handed in: each row under its natural cause, each bad row named; a second time adds nothing."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from api.answers import Answer
from api.answers.sentences import EN
from api.auth import Caller
from api.imports import PROFILES, ImportReport, UnreadableFile
from api.imports.engine import run_import
from api.imports.wording import Language
from api.routes import listing
from api.routes.acting import ALWAYS
from api.routes.endpoint import Call, Endpoint, Header, aside, json_answer
from api.routes.reading import TEXT, Parameter
from api.site import Served
from ledger import refusals as no
from ledger.refusals import Malformed, NotFound, Refusal
from ledger.values import PeriodName

CSV: Final = b"text/csv; charset=utf-8"
NEEDS: Final = {
    "roster": "vault",
    "members": "vault",
    "goods": "stock",
    "goods-receipts": "stock",
    "opening-balances": "approve",
    listing.LIST: "coupon:issue",
}
"""Profile → what its rows need beside `grant`."""
QUERY: Final = (
    Parameter("period", "Only rows of this period are taken.", {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}),
    Parameter("dry_run", "`true`: read and report, write nothing.", {"type": "string", "enum": ["true", "false"]}),
    Parameter("sheet", "Which sheet of a workbook.", dict(TEXT)),
    Parameter("report", "`csv`: the bad rows as a table for Excel.", {"type": "string", "enum": ["json", "csv"]}),
    *listing.QUERY,
)
REFUSALS: Final[tuple[type[Refusal], ...]] = (*ALWAYS, no.AlreadyExists, no.ClockUntrusted, no.QueueFull)
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
}


class ImportEndpoint(Endpoint):
    """Read an Excel or CSV file under a profile (roster, gate, talks, goods, coupon-list, …) and hand its rows in."""

    permission = "grant"

    async def answer(self, call: Call, served: Served, caller: Caller, lang: str) -> tuple[Answer, Iterable[Header]]:
        """200 with the report: counts that add up to the rows read, and every bad row."""
        profile, query = call.params["profile"], _checked(call.query)
        if profile not in PROFILES and profile != listing.LIST:
            raise NotFound(kind="profile", id=profile)
        if profile in NEEDS:
            caller.must(NEEDS[profile])
        name, content = await _uploaded(call, await call.body(served.settings.bulk_body_limit))
        language: Language = "en" if lang == EN else "zh-CN"
        return await aside(_imported, served, caller, profile, query, (name, content), language), ()


def _checked(query: dict[str, str]) -> dict[str, str]:
    for parameter in QUERY:
        allowed = parameter.schema.get("enum")
        if allowed and query.get(parameter.name, allowed[0]) not in allowed:
            raise Malformed(errors=[f"/?{parameter.name}: unknown-value"])
    if unknown := set(query) - {parameter.name for parameter in QUERY}:
        raise Malformed(errors=[f"/?{name}: unknown-field" for name in sorted(unknown)])
    period = query.get("period")
    if period is not None and not (len(period) == 7 and period[:4].isdecimal() and "01" <= period[5:] <= "12"):
        raise Malformed(errors=["/?period: wrong-form"])
    return query


async def _uploaded(call: Call, raw: bytes) -> tuple[str, bytes]:
    """The file of a form's member `file`. Raises Malformed."""

    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    try:
        async with Request(call.scope, receive).form(max_files=1, max_fields=4) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Malformed(errors=["/file: missing"])
            return Path(file.filename or "file").name[:128] or "file", await file.read()
    except (MultiPartException, HTTPException):
        raise Malformed(errors=[": wrong-form"]) from None


def _imported(
    served: Served, caller: Caller, profile: str, query: dict[str, str], file: tuple[str, bytes], lang: Language
) -> Answer:
    with tempfile.TemporaryDirectory(prefix="jifen-import-") as folder:
        path = Path(folder) / _safe(file[0])
        path.write_bytes(file[1])
        try:
            report, more = _read(served, caller, profile, query, path)
        except UnreadableFile as error:
            raise Malformed(errors=[f"/file: {error.what(lang)} {error.to_do(lang)}"]) from None
        if query.get("report") == "csv":
            return _table(report, Path(folder), lang)
        return json_answer(summary(report, lang) | more)


def _read(
    served: Served, caller: Caller, profile: str, query: dict[str, str], path: Path
) -> tuple[ImportReport, dict[str, Any]]:
    """The report, and what a list of members has to say beside it."""
    if profile == listing.LIST:
        loaded = listing.listed(served, caller, query, path)
        return loaded.report, listing.said(loaded)
    period = PeriodName(query["period"]) if "period" in query else None
    dry_run = query.get("dry_run") == "true"
    found = run_import(
        served.opened, profile, path, period=period, by=caller.by, dry_run=dry_run, sheet=query.get("sheet")
    )
    return found, {}


def _safe(name: str) -> str:
    """A name that stays in its folder."""
    kept = (character for character in name if character.isprintable() and character not in '/\\:*?"<>|')
    return "".join(kept).lstrip(".") or "file"


def _table(report: ImportReport, folder: Path, lang: Language) -> Answer:
    path = folder / "report.csv"
    report.write_csv(path, language=lang)
    return Answer(200, path.read_bytes(), CSV)


def summary(report: ImportReport, lang: Language) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "file": report.file,
        "profile": report.profile,
        "period": report.period,
        "digest": report.digest,
        "last_read_at": report.last_read_at,
        "rows": report.rows,
        "counts": {outcome: rows for outcome, rows in sorted(report.counts.items()) if rows},
        "bad": [
            {
                "row": bad.row,
                "column": bad.column,
                "code": bad.code,
                "value": bad.value,
                "what": bad.what(lang),
                "to_do": bad.to_do(lang),
            }
            for bad in report.bad
        ],
    }

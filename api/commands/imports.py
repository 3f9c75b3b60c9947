"""`jifen import PROFILE FILE…`."""

import re
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from api.commands.bars import bar
from api.commands.context import LedgerName, chosen, here, reading, writing
from api.commands.saying import Grid, Line, Pairs, Said, Words
from api.imports import PROFILES, ImportReport, report_path
from api.imports.engine import run_import
from api.ledgers import OpenLedger
from ledger.refusals import Malformed, NotFound
from ledger.values import PeriodName

ROUTE = "POST /v1/ledgers/{ledger}/imports/{profile}"
PERIOD = re.compile("[0-9]{4}-(0[1-9]|1[0-2])")
OUTCOMES = {
    "credited": Words("已入账", "Done"),
    "proposed": Words("待审批", "Waiting for approval"),
    "already-known": Words("以前已导入", "There since an earlier import"),
    "ready": Words("可导入", "Ready"),
    "repeat": Words("当日再次通行", "Further passes of a day"),
    "duplicate": Words("重复行", "Duplicates"),
    "out-pass": Words("出场", "Passes out"),
    "unsigned": Words("未签", "Not signed"),
}
HEADINGS = (Words("行", "Row"), Words("列", "Column"), Words("代码", "Code"), Words("问题", "What"))
MOST_SHOWN = 20


WHICH = f"哪种文件 / What kind of file: {', '.join(PROFILES)}"


def import_(
    profile: Annotated[str, Parameter(help=WHICH)],
    *files: Annotated[Path, Parameter(help="Excel 或 CSV 文件 / Excel or CSV files")],
    ledger: LedgerName = None,
    period: Annotated[str | None, Parameter(help="期间,如 2022-06;期间外的行不计分 / Only rows of it")] = None,
    dry_run: Annotated[bool, Parameter(help="只读不写 / Read only")] = False,
    sheet: Annotated[str | None, Parameter(help="工作表名 / Which sheet")] = None,
    report: Annotated[Path | None, Parameter(help="报告目录,默认在文件旁 / Where reports go")] = None,
) -> Said:
    """导入文件,再导一次不会重复 / Import files; a second run adds nothing."""
    if profile not in PROFILES:
        raise NotFound(kind="profile", id=f"{profile} ({', '.join(PROFILES)})")
    if not files:
        raise Malformed(errors=["files: name at least one / 请给出文件"])
    if period is not None and not PERIOD.fullmatch(period):
        # Every row would lie outside of it.
        raise Malformed(errors=[f"period: {period}: 2022-06"])
    name = chosen(ledger)
    with reading(name) if dry_run else writing(name, ROUTE.replace("{profile}", profile)) as opened:
        reports = [
            _one(opened, profile, file, PeriodName(period) if period else None, dry_run, sheet, report)
            for file in files
        ]
    parts = [part for each in reports for part in shown(each)]
    return Said([summary(each) for each in reports], parts, code=int(any(each.bad_rows for each in reports)))


def _one(
    opened: OpenLedger,
    profile: str,
    file: Path,
    period: PeriodName | None,
    dry_run: bool,  # noqa: FBT001 - passed on from the command line
    sheet: str | None,
    folder: Path | None,
) -> ImportReport:
    with bar(Words(f"导入 {file.name}", f"Importing {file.name}")) as progress:
        found = run_import(opened, profile, file, period=period, dry_run=dry_run, progress=progress, sheet=sheet)
    place = report_path(file) if folder is None else folder / report_path(file).name
    place.parent.mkdir(parents=True, exist_ok=True)
    found.write_csv(place, language=here().voice.lang)
    return found


def summary(report: ImportReport) -> dict[str, Any]:
    """One file's report for machines."""
    return {
        "file": report.file,
        "profile": report.profile,
        "period": report.period,
        "digest": report.digest,
        "last_read_at": report.last_read_at,
        "rows": report.rows,
        "counts": {outcome: rows for outcome, rows in sorted(report.counts.items()) if rows},
        "bad": [
            {"row": bad.row, "column": bad.column, "code": bad.code, "value": bad.value, "detail": bad.detail}
            for bad in report.bad
        ],
    }


def shown(report: ImportReport) -> list[Pairs | Grid | Line]:
    """One file's report for people: counts that add up, then the bad rows."""
    pairs: list[tuple[Words, Any]] = [
        (Words("文件", "File"), report.file),
        (Words("行数", "Rows"), report.rows),
        *((words, report.counts[outcome]) for outcome, words in OUTCOMES.items() if report.counts[outcome]),
        (Words("有问题的行", "Rows with problems"), report.bad_rows),
    ]
    if report.last_read_at:
        pairs.append((Words("上次导入", "Imported before, last at"), report.last_read_at))
    lang = here().voice.lang
    rows = [(bad.row, bad.column, bad.code, f"{bad.what(lang)} {bad.value}") for bad in report.bad[:MOST_SHOWN]]
    return [Pairs(pairs), *([Grid(HEADINGS, rows)] if rows else [])]

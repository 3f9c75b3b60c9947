"""The import engine: rows become commands, and the ledger's answers become the report."""

import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from api.imports.members import register_members
from api.imports.outcomes import Item
from api.imports.profile import Terms
from api.imports.profiles import PROFILES
from api.imports.reading import Reading, read
from api.imports.report import ImportReport
from api.imports.staff import subject_of
from api.imports.wishes import WISHES, Desk, shop_unit
from api.ledgers import OpenLedger
from api.people import register_rows
from ledger.approvals.facts import ProposalMade
from ledger.deciding import Wish
from ledger.intake.commands import FinishImport
from ledger.intake.entities import Imported
from ledger.intake.facts import import_id
from ledger.journal.turn import Outcome, Submission
from ledger.people.entities import Badge
from ledger.refusals import AlreadyExists, CauseAlreadyUsed, NotFound, Refusal, UnknownSchemeTerm
from ledger.requests.entities import Cause
from ledger.room import By
from ledger.scheme.model import Scheme
from ledger.stock.entities import Item as StockItem
from ledger.values import Instant, PeriodName, instant, later

IMPORTER: Final = By(principal="client:import")
"""Who hands files in on the command line."""
SLACK: Final = 300
"""Seconds by which a gate's clock may run ahead of ours before a pass lies in the future."""
PAGE: Final = 5_000
CHUNK: Final = 500
"""Rows whose causes are looked up together."""
Progress = Callable[[int, int | None], None]
"""(rows read, rows of the file as far as known)."""


def run_import(  # noqa: PLR0913 - a file, where it goes, and how: most with a default
    opened: OpenLedger,
    profile: str,
    path: Path,
    *,
    period: PeriodName | None = None,
    by: By = IMPORTER,
    dry_run: bool = False,
    progress: Progress | None = None,
    sheet: str | None = None,
    grant_initial: bool = True,
) -> ImportReport:
    """Import one file. Raises UnreadableFile before anything is written, NotFound for a profile that is none.

    A roster's new people are granted the open period's initial lot on joining, unless a run is to grant everybody's.

    Rows are commands of the bulk lane under natural causes, so an import that was cut short is simply run again.
    A refusal that says nothing about its row (the database is away) ends the import and is raised.
    """
    if profile not in PROFILES:
        raise NotFound(kind="profile", id=profile)
    desk = Desk(opened, by, opened.ledger.view().scheme(opened.ledger.view().today))
    reading = read(path, PROFILES[profile], terms_of(desk, period), sheet=sheet)
    known = remembered(opened, reading.report)
    reading.report.last_read_at = known.last_at if known else None
    rows = _watched(reading, progress, path)
    if dry_run:
        deque(rows, maxlen=0)
        return reading.report
    if profile == "roster":
        register_rows(
            opened.ledger, opened.vault, rows, reading.report, by=by, grant_initial=grant_initial and has_initial(desk)
        )
    elif profile == "members":
        register_members(opened.ledger, opened.vault, rows, reading.report, by=by)
    else:
        _hand_in(desk, reading.report, rows)
    _finish(opened, reading.report, by, again=known is not None)
    return reading.report


def remembered(opened: OpenLedger, report: ImportReport) -> Imported | None:
    """What the ledger knows of the same bytes under the same profile and period."""
    return opened.ledger.get(Imported, import_id(report.profile, report.period, _mac(opened, report)))


# What readers must know ------------------------------------------------------------------------------------------


def terms_of(desk: Desk, period: PeriodName | None) -> Terms:
    """Badges, staff, goods and the scheme's words, each looked up once."""
    vault, shelf = desk.opened.vault, _once(lambda item: desk.opened.ledger.get(StockItem, item) is not None)
    return Terms(
        zone=desk.opened.zone,
        period=period,
        known=holders_by_badge(desk.opened).get,
        recorder=_once(lambda alias: subject_of(vault, alias)),
        behaviours=spoken_behaviours(desk.scheme),
        item=shelf,
        units=spoken_units(desk.scheme),
    )


def has_initial(desk: Desk) -> bool:
    """Whether the scheme grants anything on joining."""
    return desk.scheme.initial is not None and desk.scheme.periods.joining == "full"


def holders_by_badge(opened: OpenLedger) -> dict[str, str]:
    """Every badge with its holder, read in pages; a revoked card still tells whose it was."""
    codec, storage = opened.ledger.book.codec, opened.ledger.storage
    found: dict[str, str] = {}
    after = ""
    while rows := storage.book_scan(Badge.KIND, after, PAGE):
        for row in rows:
            badge: Any = codec.decode(row).entity
            found[row.id] = badge.holder
        after = rows[-1].id
    return found


def spoken_behaviours(scheme: Scheme) -> Mapping[str, str]:
    """What files may call each behaviour that a person can record."""
    return {
        said: behaviour.code
        for behaviour in scheme.behaviours.values()
        if behaviour.kind in {"earn", "deduct"}
        for said in (behaviour.code, *behaviour.names.spoken())
    }


def spoken_units(scheme: Scheme) -> Mapping[str, str]:
    """What files may call each unit; a file that names none means the shop's."""
    said = {word: unit.code for unit in scheme.units.values() for word in (unit.code, *unit.names.spoken())}
    try:
        return {**said, "": shop_unit(scheme)}
    except UnknownSchemeTerm:
        return dict(said)


def _once(ask: Callable[[str], Any]) -> Callable[[str], Any]:
    known: dict[str, Any] = {}

    def answer(question: str) -> Any:
        if question not in known:
            known[question] = ask(question)
        return known[question]

    return answer


# Handing in --------------------------------------------------------------------------------------------------


def _hand_in(desk: Desk, report: ImportReport, rows: Iterator[Item]) -> None:
    """Every row as a submission of the bulk lane; answers come in the rows' order."""
    waiting: deque[Item] = deque()
    latest = later(instant(desk.opened.ledger.clock.wall()), seconds=SLACK)
    for outcome in desk.opened.ledger.writer.ask_all(_submissions(desk, report, rows, waiting, latest)):
        settle(report, waiting.popleft(), outcome)


def _submissions(
    desk: Desk, report: ImportReport, rows: Iterator[Item], waiting: deque[Item], latest: Instant
) -> Iterator[Submission]:
    while chunk := list(islice(rows, CHUNK)):
        asked = [(item, wishes) for item in chunk if (wishes := _wishes(desk, report, item, latest))]
        used = known_causes(desk.opened, [wishes[0].cause for _, wishes in asked])
        for item, wishes in asked:
            if wishes[0].cause in used:
                report.settle("already-known")
            else:
                waiting.append(item)
                yield Submission(wishes=wishes)


def _wishes(desk: Desk, report: ImportReport, item: Item, latest: Instant) -> tuple[Wish, ...]:
    if _happened_at(item) > latest:
        report.refuse(item, "future")
        return ()
    wishes = WISHES[type(item)](desk, item)
    if not wishes:
        report.settle("already-known")
    return wishes


def known_causes(opened: OpenLedger, causes: Iterable[str | None]) -> set[str]:
    """Which of these causes have led to facts: one question a chunk. The turn asks again; this spares it the work."""
    found = opened.ledger.storage.book([(Cause.KIND, cause) for cause in causes if cause is not None])
    return {id for _, id in found}


def _happened_at(item: Item) -> Instant:
    return Instant(getattr(item, "passed_at", None) or getattr(item, "occurred_at", None) or "")


def settle(report: ImportReport, item: Item, outcome: Outcome) -> None:
    """Count what became of one row; raises what is no answer about the row."""
    refusal = outcome.refusal
    if refusal is None:
        waits = any(isinstance(envelope.data, ProposalMade) for envelope in outcome.envelopes)
        report.settle("proposed" if waits else "credited")
    elif isinstance(refusal, CauseAlreadyUsed) or _is_there(refusal):
        report.settle("already-known")
    elif refusal.status in {429, 500, 503}:
        raise refusal
    else:
        report.refuse(item, refusal.code)


def _is_there(refusal: Refusal) -> bool:
    return isinstance(refusal, AlreadyExists) and refusal.kind in {"item", "holder", "badge"}


# The end ---------------------------------------------------------------------------------------------------------


def _finish(opened: OpenLedger, report: ImportReport, by: By, *, again: bool) -> None:
    """Remember the file; reading it again without any news is no news."""
    if again and not report.counts["credited"] and not report.counts["proposed"]:
        return
    counts = {outcome: rows for outcome, rows in sorted(report.counts.items()) if rows}
    command = FinishImport(
        profile=report.profile,
        file=_mac(opened, report),
        for_period=PeriodName(report.period) if report.period else None,
        rows=report.rows,
        counts=counts,
    )
    opened.ledger.submit(command, by=by, bulk=True)


def _mac(opened: OpenLedger, report: ImportReport) -> str:
    return opened.ledger.secret.mac("file", report.digest)


def _watched(reading: Reading, progress: Progress | None, path: Path) -> Iterator[Item]:
    total = rows_of(path) if progress else None
    for item in reading.items():
        if progress:
            progress(reading.report.rows, total)
        yield item
    if progress:
        progress(reading.report.rows, reading.report.rows)


def rows_of(path: Path) -> int | None:
    """About how many rows a file has, for a progress bar: lines of a text, row marks of a workbook."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            head = file.read(8)
            return None if head.startswith(b"\xd0\xcf\x11\xe0") else sum(1 for _ in file)
    with zipfile.ZipFile(path) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        return sum(book.read(name).count(b"<row ") for name in sheets) or None

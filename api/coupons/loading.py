"""Loading a list into batches, or trying what that would come to: one way for the command line and for HTTP."""

from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from api.coupons.books import Books, Progress, Real, Rehearsal, silent
from api.coupons.drafting import Drafted, Faces, Sheaf, by_unit, draft, sheaves
from api.coupons.issuing import Trial, rehearse
from api.coupons.lists import CouponList, read_list
from api.imports import ImportReport
from api.imports.engine import remembered
from api.ledgers import OpenLedger
from ledger.coupons.commands import DraftBatch
from ledger.coupons.entities import Batch
from ledger.intake.commands import FinishImport
from ledger.refusals import AlreadyExists
from ledger.room import By
from ledger.values import Day

OFFICER: Final = By(principal="client:coupons")
"""Who drafts and issues on the command line; whoever approves is another."""


class Sheet(NamedTuple):
    """A file, and where in it the list stands."""

    path: Path
    column: str | None = None
    """The heading of the amounts; None: any of the usual ones."""
    sheet: str | None = None


class Loaded(NamedTuple):
    """What became of a list: each row, each batch, members and amount of each unit; `trial` of a dry run only.

    No batch: nothing was written, because a total is shared only when every row is right.
    """

    report: ImportReport
    batches: tuple[Drafted, ...]
    units: dict[str, tuple[int, int]]
    trial: Trial | None = None

    @property
    def total(self) -> int:
        """What the list asks for, new or not."""
        return sum(amount for _, amount in self.units.values())


def load(  # noqa: PLR0913 - a file, the terms of its batches, and how
    opened: OpenLedger,
    file: Sheet,
    terms: DraftBatch,
    faces: Faces,
    *,
    by: By = OFFICER,
    each_unit: bool = False,
    submit: bool = False,
    again: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Loaded:
    """Draft the batches of a list; with `dry_run` try their issue as well, and write nothing.

    `terms.members_on` is today unless it is named or the batch knows. Raises UnreadableFile, Malformed, the ledger's
    refusals, and AlreadyExists for a file that was loaded into other batches before, unless `again`.
    """
    books: Real | Rehearsal = Rehearsal(opened.ledger) if dry_run else Real(opened.ledger)
    before = books.get_all(Batch, [terms.id]).get(terms.id)
    day = terms.members_on or (before.members_on if before else None) or opened.ledger.view().today
    terms = msgspec.structs.replace(terms, members_on=day)
    listed = _read(opened, file, terms, day)
    wanted = sheaves(listed, terms, faces, each_unit=each_unit)
    known = remembered(opened, listed.report)
    listed.report.last_read_at = known.last_at if known else None
    if known is not None and not again and not _there(books, wanted):
        raise AlreadyExists(kind="import", id=listed.report.file)
    if faces.total is not None and listed.report.bad_rows and not dry_run:
        # Shared among those that are right, it would be too much for each, and wrong again once the list is corrected.
        return Loaded(listed.report, (), by_unit(wanted))
    batches = draft(books, listed, wanted, by=by, submit=submit, progress=progress)
    trial = rehearse(books, [one.batch for one in batches], progress=progress) if isinstance(books, Rehearsal) else None
    if trial is None:
        _finish(opened, listed.report, by, again=known is not None)
    return Loaded(listed.report, tuple(batches), by_unit(wanted), trial)


def _read(opened: OpenLedger, file: Sheet, terms: DraftBatch, day: Day) -> CouponList:
    view = opened.ledger.view()
    scheme = view.scheme(view.today)
    scale = scheme.unit(scheme.coupon(terms.kind).unit).scale
    return read_list(opened, file.path, members_on=day, scale=scale, of=terms.of, column=file.column, sheet=file.sheet)


def _there(books: Books, wanted: list[Sheaf]) -> bool:
    return bool(books.get_all(Batch, (sheaf.terms.id for sheaf in wanted)))


def _finish(opened: OpenLedger, report: ImportReport, by: By, *, again: bool) -> None:
    """Remember the file; loading it again without any news is no news."""
    if again and not report.counts["credited"]:
        return
    counts = {outcome: rows for outcome, rows in sorted(report.counts.items()) if rows}
    mac = opened.ledger.secret.mac("file", report.digest)
    command = FinishImport(profile=report.profile, file=mac, rows=report.rows, counts=counts)
    opened.ledger.submit(command, by=by, bulk=True)

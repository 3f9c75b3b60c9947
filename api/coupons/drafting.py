"""Drafting batches from a list: what each member gets, one batch for all or one a unit, and loading it again adds none.

An equal split is of the whole list, in its order, the first ones getting the odd unit (S07), whatever batches it makes.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from api.coupons.books import Books, Progress, silent
from api.coupons.lists import CouponList
from api.imports.outcomes import BadRow
from api.imports.profiles.coupon_list import Listed
from ledger.coupons.commands import DraftBatch, DraftedLine, DraftLines, SubmitBatch
from ledger.coupons.drafting import MOST_LINES
from ledger.coupons.entities import Batch, Line, line_id
from ledger.deciding import Wish
from ledger.journal.turn import Outcome, Submission
from ledger.refusals import AlreadyExists, Malformed, Refusal
from ledger.room import By, Command
from ledger.sharing import evenly
from ledger.values import HolderId

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_TERMS: Final = ("kind", "occasion", "occasion_on", "fund", "source", "valid_from_on", "expires_on")


class Faces(NamedTuple):
    """How much each gets: equal shares of `total`, `face` for everybody, or what the file says (both None)."""

    total: int | None = None
    face: int | None = None

    def of(self, rows: Sequence[Listed]) -> list[int]:
        """Of each row, in order. Raises Malformed for a list that says nothing, and for a total that is too small."""
        if self.total is not None and self.face is not None:
            raise Malformed(errors=["total, face: one of them"])
        if self.face is not None:
            return [self.face] * len(rows)
        if self.total is not None:
            return self._shared(len(rows))
        if any(row.amount is None for row in rows):
            raise Malformed(errors=["total, face: neither is named, and the file has no column of amounts"])
        return [row.amount or 0 for row in rows]

    def _shared(self, count: int) -> list[int]:
        if not count:
            return []
        if (self.total or 0) < count:
            raise Malformed(errors=[f"total: {self.total} is not enough for {count} members"])
        return list(evenly(self.total or 0, count))


class Drafted(NamedTuple):
    """One batch as it stands after its lines: what the list asks of it, and what of that was new."""

    batch: str
    unit: str | None
    """The one unit of its members; None: there are several."""
    lines: int
    total: int
    new: int
    digest: str
    status: str


class Sheaf(NamedTuple):
    """The rows of one batch with what each gets."""

    terms: DraftBatch
    rows: list[tuple[Listed, int]]


def sheaves(listed: CouponList, terms: DraftBatch, faces: Faces, *, each_unit: bool = False) -> list[Sheaf]:
    """One batch for all, or one a unit in the order in which the units come."""
    rows = list(zip(listed.rows, faces.of(listed.rows), strict=True))
    if not each_unit:
        return [Sheaf(terms, rows)]
    units: dict[str, list[tuple[Listed, int]]] = {}
    for row, face in rows:
        units.setdefault(row.unit, []).append((row, face))
    return [Sheaf(_of_unit(terms, unit), part) for unit, part in units.items()]


def _of_unit(terms: DraftBatch, unit: str) -> DraftBatch:
    id = f"{terms.id}-{unit}"
    if not _ID.fullmatch(id):
        # A number in the order of the file would be another unit's when the file is corrected and loaded again.
        raise Malformed(errors=[f"each-unit: {unit} is no code; draft one batch for all, or one a file"])
    return msgspec.structs.replace(terms, id=id, of=unit)


def draft(
    books: Books,
    listed: CouponList,
    wanted: Sequence[Sheaf],
    *,
    by: By,
    submit: bool = False,
    progress: Progress = silent,
) -> list[Drafted]:
    """Begin the batches that are not there and add the lines that are not in them; with `submit` close them.

    Each row's end goes into the report: `credited` when its line is new, `already-known`, or why not. Raises
    AlreadyExists for a batch of that id on other terms, and the ledger's refusal of a batch.
    """
    before = books.get_all(Batch, (sheaf.terms.id for sheaf in wanted))
    for sheaf in wanted:
        if (batch := before.get(sheaf.terms.id)) is not None:
            _same_terms(batch, sheaf.terms)
    new = {sheaf.terms.id: _new(books, listed, sheaf) for sheaf in wanted}
    steps: deque[Sequence[tuple[Listed, int]]] = deque()
    added: dict[str, int] = {}
    for outcome in books.ask_all(_submissions(wanted, new, before, by, steps, submit=submit)):
        rows = steps.popleft()
        _settle(listed, rows, outcome)
        if rows and outcome.refusal is None:
            batch_id = _batch_of(outcome)
            added[batch_id] = added.get(batch_id, 0) + len(rows)
        progress(sum(added.values()), len(listed.rows))
    return [_drafted(sheaf, batch, added) for sheaf, batch in _after(books, wanted)]


def _same_terms(batch: Batch, terms: DraftBatch) -> None:
    """Lines for New Year must not join a batch for mid-autumn. What is not named now may be anything."""
    for name in _TERMS:
        asked = getattr(terms, name)
        if asked is not None and asked != getattr(batch, name):
            raise AlreadyExists(kind="coupon-batch", id=f"{batch.id} ({name}: {getattr(batch, name)})")
    asked_shares = tuple((share.fund, share.weight) for share in terms.shares)
    shares = asked_shares if len(asked_shares) != 1 else ((asked_shares[0][0], 1),)
    there = tuple((one.fund, one.weight) for one in batch.funding) or ((batch.fund, 1),)
    if shares and shares != there:
        # The odd fen falls to the last of them: their order is a term as well.
        said = ", ".join(f"{fund}={weight}" for fund, weight in there)
        raise AlreadyExists(kind="coupon-batch", id=f"{batch.id} (shares: {said})")


def _new(books: Books, listed: CouponList, sheaf: Sheaf) -> list[tuple[Listed, int]]:
    """The rows that are not in the batch yet; those that are, are settled."""
    ids = {row.holder: line_id(sheaf.terms.id, row.holder) for row, _ in sheaf.rows}
    known = books.get_all(Line, ids.values())
    new = []
    for row, face in sheaf.rows:
        line = known.get(ids[row.holder])
        if line is None:
            new.append((row, face))
        elif line.face * line.pieces == face:
            listed.report.settle("already-known")
        else:
            listed.report.hold(_bad(listed, row, "drafted-otherwise"))
    return new


def _submissions(
    wanted: Iterable[Sheaf],
    new: Mapping[str, list[tuple[Listed, int]]],
    before: Mapping[str, Batch],
    by: By,
    steps: deque[Sequence[tuple[Listed, int]]],
    *,
    submit: bool,
) -> Iterator[Submission]:
    """Drafts, lines and submissions in the order in which they must be decided; `steps` says which rows each is of."""

    def step(command: Command, rows: Sequence[tuple[Listed, int]] = ()) -> Submission:
        steps.append(rows)
        return Submission(wishes=(Wish(command=command, by=by),))

    for sheaf in wanted:
        id = sheaf.terms.id
        if id not in before:
            yield step(sheaf.terms)
        rows = iter(new[id])
        while chunk := list(islice(rows, MOST_LINES)):
            lines = tuple(DraftedLine(HolderId(row.holder), face) for row, face in chunk)
            yield step(DraftLines(batch=id, lines=lines), chunk)
        if submit and (id not in before or before[id].status == "draft"):
            yield step(SubmitBatch(batch=id))


def _settle(listed: CouponList, rows: Sequence[tuple[Listed, int]], outcome: Outcome) -> None:
    refusal = outcome.refusal
    if refusal is None:
        if rows:
            listed.report.settle("credited", len(rows))
        return
    if not rows or refusal.status in {429, 500, 503}:
        raise refusal
    for row, _ in rows:
        _refuse(listed, row, refusal)


def _refuse(listed: CouponList, row: Listed, refusal: Refusal) -> None:
    reason = getattr(refusal, "reason", None)
    listed.report.refuse(row, f"{refusal.code} {reason}" if reason else refusal.code)


def _bad(listed: CouponList, row: Listed, code: str) -> BadRow:
    return BadRow(file=listed.report.file, row=row.row, column="", code=code, value=row.member)


def _batch_of(outcome: Outcome) -> str:
    return str(outcome.envelopes[0].stream).partition(":")[2]


def _after(books: Books, wanted: Sequence[Sheaf]) -> Iterator[tuple[Sheaf, Batch]]:
    batches = books.get_all(Batch, (sheaf.terms.id for sheaf in wanted))
    return ((sheaf, batches[sheaf.terms.id]) for sheaf in wanted)


def _drafted(sheaf: Sheaf, batch: Batch, added: Mapping[str, int]) -> Drafted:
    units = {row.unit for row, _ in sheaf.rows}
    unit = next(iter(units)) if len(units) == 1 else None
    new = added.get(batch.id, 0)
    return Drafted(batch.id, unit, batch.lines, batch.total, new, batch.digest, batch.status)


def by_unit(wanted: Iterable[Sheaf]) -> dict[str, tuple[int, int]]:
    """Members and amount of each unit, in the order in which the units come."""
    totals: dict[str, tuple[int, int]] = {}
    for sheaf in wanted:
        for row, face in sheaf.rows:
            members, amount = totals.get(row.unit, (0, 0))
            totals[row.unit] = members + 1, amount + face
    return totals

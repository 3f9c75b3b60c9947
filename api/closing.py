"""Closing a month as a run that goes on where it stopped. Here and not in `projections`: it wishes, they only show."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from api.runs import RUNNER, Ran, turn_month
from ledger.journal.ledger import Ledger
from ledger.periods.commands import ClosePeriod, FinishClosing, SealPeriod
from ledger.periods.entities import Books, Closing
from ledger.periods.facts import ControlTotal
from ledger.refusals import AlreadyDecided, PeriodClosed, PeriodNotOpen
from ledger.room import By
from ledger.values import PeriodName
from projections.open_items import OpenItem, counted, open_items
from projections.periods import control_totals
from projections.projector import Projector
from projections.seal import Seal, seal

Progress = Callable[[str, int, int], None]
"""(step, done, of); steps are `cut`, `totals`, `turn`, `done`."""
_quiet: Final[Progress] = lambda _step, _done, _of: None


class OpenItemsRemainError(Exception):
    """Something is undecided and nobody said that it is carried into the next period."""

    def __init__(self, items: tuple[OpenItem, ...]) -> None:
        """`items` are all of them."""
        super().__init__(f"{len(items)} open items: decide them, or carry them into the next period")
        self.items = items


class SealDiffersError(Exception):
    """The sealed root of a period is not the one that its facts give: somebody changed one of them."""


class Closed(NamedTuple):
    """A closed period: its totals and seal at the cut, the next period after the turn, and how the turn went."""

    period: PeriodName
    opens: PeriodName
    cut: int
    seal: Seal
    totals: tuple[ControlTotal, ...]
    after: tuple[ControlTotal, ...]
    turn: Ran


def close_period(
    ledger: Ledger,
    projector: Projector,
    period: PeriodName,
    *,
    by: By = RUNNER,
    carry: bool = False,
    progress: Progress = _quiet,
) -> Closed:
    """Cut, seal, turn every holder's month, finish. Run again after a kill, it goes on; run on a closed one, it reads.

    `carry` takes open items into the next period; without it they raise `OpenItemsRemainError`. Refusals are those
    of `ClosePeriod`: `period-not-open`, `closing-unfinished`, `period-closed` when a period of long ago is meant.
    """
    closing = ledger.get(Closing, period) or _cut(ledger, projector, period, by, carry=carry)
    progress("cut", closing.cut, closing.cut)
    fixed, totals = _sealed(ledger, projector, period, closing, by)
    progress("totals", len(totals), len(totals))
    turn = _turned(ledger, closing, by, progress)
    after = _finished(ledger, projector, period, closing, turn, by)
    progress("done", 1, 1)
    return Closed(period, closing.opens, closing.cut, fixed, totals, after, turn)


def _cut(ledger: Ledger, projector: Projector, period: PeriodName, by: By, *, carry: bool) -> Closing:
    books = ledger.the(Books, Books.ID)
    if books.period != period:
        raise _not_open(books, period)
    projector.advance()
    with projector.store.reading() as reading:
        items = open_items(reading)
    if items and not carry:
        raise OpenItemsRemainError(items)
    # Another process may have been quicker: this one goes on with that cut.
    with suppress(PeriodClosed):
        ledger.submit(ClosePeriod(period=period, carried=counted(items)), by=by)
    return ledger.the(Closing, period)


def _not_open(books: Books, period: PeriodName) -> PeriodClosed | PeriodNotOpen:
    since = books.closed_at(period)
    return PeriodClosed(period=period, since=since) if since else PeriodNotOpen(period=period, open=books.period)


def _sealed(
    ledger: Ledger, projector: Projector, period: PeriodName, closing: Closing, by: By
) -> tuple[Seal, tuple[ControlTotal, ...]]:
    projector.advance()
    with projector.store.reading() as reading:
        fixed = seal(reading, period)
        totals = control_totals(reading, period, closing.cut)
    if not closing.sealed_by:
        command = SealPeriod(period=period, root=fixed.root, accounts=fixed.accounts, totals=totals)
        try:
            ledger.submit(command, by=by)
        except AlreadyDecided:
            closing = ledger.the(Closing, period)
    if closing.sealed_by and closing.root != fixed.root:
        raise SealDiffersError(f"{period} is sealed as {closing.root}, its facts give {fixed.root}")
    return fixed, totals


def _turned(ledger: Ledger, closing: Closing, by: By, progress: Progress) -> Ran:
    if closing.turned_by or ledger.view().scheme(ledger.view().today).initial is None:
        return Ran(0, 0, ())
    return turn_month(ledger, by=by, progress=lambda done, of: progress("turn", done, of))


def _finished(
    ledger: Ledger, projector: Projector, period: PeriodName, closing: Closing, turn: Ran, by: By
) -> tuple[ControlTotal, ...]:
    projector.advance()
    with projector.store.reading() as reading:
        totals = control_totals(reading, closing.opens)
    if not closing.turned_by:
        command = FinishClosing(period=period, holders=turn.holders, left_out=len(turn.left_out), totals=totals)
        with suppress(AlreadyDecided):
            ledger.submit(command, by=by)
    return totals

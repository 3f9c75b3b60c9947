"""Deciding about periods. Closing is a run: the cut is fixed, then its figures are sealed, then every month turns."""

import re
from collections.abc import Iterable
from typing import Final

from ledger.calendar import next_period
from ledger.periods.commands import ClosePeriod, FinishClosing, OpenBooks, SealPeriod
from ledger.periods.entities import Books, Closing
from ledger.periods.facts import (
    ControlTotal,
    PeriodClosing,
    PeriodOpened,
    PeriodSealed,
    PeriodSealedContinued,
    PeriodTurned,
    PeriodTurnedContinued,
)
from ledger.refusals import (
    AlreadyDecided,
    AlreadyExists,
    ClosingUnfinished,
    Malformed,
    NotFound,
    PeriodClosed,
    PeriodNotOpen,
)
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import PeriodName

TOTALS_A_FACT: Final = 80
"""Control totals that fit into the 32 KiB of a fact, whatever their figures are."""
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_ROOT: Final = re.compile(r"[0-9a-f]{64}")


def named(period: PeriodName) -> PeriodName:
    """A month's name, or malformed."""
    if not _MONTH.fullmatch(period):
        raise Malformed(errors=[f"period: {period!r} is not a month like 2022-06"])
    return period


def demanded(book: Book, period: PeriodName) -> PeriodName:
    """The period, if it is the open one; for callers who demand it instead of taking the open one (2-house, Dates)."""
    books = book.get(Books, Books.ID)
    if books is None:
        raise NotFound(kind="period", id=period)
    since = books.closed_at(named(period))
    if since is not None:
        raise PeriodClosed(period=period, since=since)
    if period != books.period:
        raise PeriodNotOpen(period=period, open=books.period)
    return period


def open_books(command: OpenBooks, book: Book, _now: Now) -> Facts:
    """Checks: a month's name (422), no period is open yet."""
    named(command.period)
    books = book.get(Books, Books.ID)
    if books is not None:
        raise AlreadyExists(kind="period", id=books.period)
    yield PeriodOpened(opens=command.period)


def close_period(command: ClosePeriod, book: Book, now: Now) -> Facts:
    """Fix the cut. Checks: a month's name (422), the period is the open one, the closing before has run to its end."""
    period = demanded(book, command.period)
    before = book.the(Books, Books.ID).closed[-1:]
    for name, _ in before:
        if book.the(Closing, name).step != "done":
            raise ClosingUnfinished(period=name)
    yield PeriodClosing(closes=period, opens=next_period(period), cut=now.position, carried=command.carried)


def seal_period(command: SealPeriod, book: Book, _now: Now) -> Facts:
    """Record the figures. Checks: root and sums (422), the closing has begun (404), it is not sealed yet."""
    _sound(command.totals, () if _ROOT.fullmatch(command.root) else (f"root: {command.root!r} is no SHA-256",))
    closing = book.the(Closing, named(command.period))
    if closing.sealed_by:
        raise AlreadyDecided(decision="sealed", position=closing.sealed_by)
    first, *others = _parts(command.totals)
    yield PeriodSealed(
        closes=command.period, cut=closing.cut, root=command.root, accounts=command.accounts, totals=first
    )
    for part in others:
        yield PeriodSealedContinued(closes=command.period, totals=part)


def finish_closing(command: FinishClosing, book: Book, _now: Now) -> Facts:
    """End the run. Checks: sums (422), the closing has begun (404), it is sealed and not ended yet."""
    _sound(command.totals)
    closing = book.the(Closing, named(command.period))
    if closing.turned_by:
        raise AlreadyDecided(decision="turned", position=closing.turned_by)
    if not closing.sealed_by:
        raise ClosingUnfinished(period=command.period)
    first, *others = _parts(command.totals)
    yield PeriodTurned(
        closes=command.period, opens=closing.opens, holders=command.holders, left_out=command.left_out, totals=first
    )
    for part in others:
        yield PeriodTurnedContinued(closes=command.period, totals=part)


def _sound(totals: Iterable[ControlTotal], errors: Iterable[str] = ()) -> None:
    wrong = [f"totals: {total.unit} {total.crew or ''} does not add up" for total in totals if not total.adds_up]
    if wrong or errors:
        raise Malformed(errors=[*errors, *wrong])


def _parts(totals: tuple[ControlTotal, ...]) -> list[tuple[ControlTotal, ...]]:
    starts = range(0, len(totals), TOTALS_A_FACT) or (0,)
    return [totals[start : start + TOTALS_A_FACT] for start in starts]


def books_row(_command: OpenBooks | ClosePeriod, _book: Book) -> Iterable[Key]:
    """The books."""
    return [(Books.KIND, Books.ID)]


def closing_before(_command: ClosePeriod, book: Book) -> Iterable[Key]:
    """The closing of the period before the open one."""
    books = book.get(Books, Books.ID)
    return [(Closing.KIND, name) for name, _ in (books.closed[-1:] if books else ())]


def closing_row(command: SealPeriod | FinishClosing, _book: Book) -> Iterable[Key]:
    """The closing."""
    return [(Closing.KIND, command.period)]


HANDLERS: Final = (
    Handler(OpenBooks, open_books, (books_row,)),
    Handler(ClosePeriod, close_period, (books_row, closing_before)),
    Handler(SealPeriod, seal_period, (closing_row,)),
    Handler(FinishClosing, finish_closing, (closing_row,)),
)

"""How the books follow openings and closings."""

from typing import Final

import msgspec

from ledger.periods.entities import Books, Closing
from ledger.periods.facts import (
    ClosingFact,
    PeriodClosing,
    PeriodFact,
    PeriodOpened,
    PeriodSealed,
    PeriodSealedContinued,
    PeriodTurned,
    PeriodTurnedContinued,
)
from ledger.room import Evolution, Meta


def on_opened(_books: Books | None, fact: PeriodOpened, _meta: Meta, _id: str) -> Books:
    """The first period is open."""
    return Books(period=fact.opens)


def on_closed(books: Books, fact: PeriodClosing, meta: Meta, _id: str) -> Books:
    """The next period is open."""
    return Books(period=fact.opens, closed=(*books.closed, (fact.closes, meta.recorded_at)))


def on_closing(_closing: Closing | None, fact: PeriodClosing, meta: Meta, _id: str) -> Closing:
    """The run has begun."""
    return Closing(opens=fact.opens, cut=fact.cut, closed_at=meta.recorded_at)


def on_sealed(closing: Closing, fact: PeriodSealed, meta: Meta, _id: str) -> Closing:
    """Its figures are fixed."""
    return msgspec.structs.replace(closing, sealed_by=meta.position, root=fact.root)


def on_turned(closing: Closing, _fact: PeriodTurned, meta: Meta, _id: str) -> Closing:
    """The run is at its end."""
    return msgspec.structs.replace(closing, turned_by=meta.position)


def on_continued(closing: Closing, _fact: ClosingFact, _meta: Meta, _id: str) -> Closing:
    """Nothing more than its stream has grown."""
    return closing


def closing(fact: ClosingFact | PeriodClosing, _meta: Meta) -> tuple[str, ...]:
    """The closing of the period."""
    return (fact.closes,)


def books(_fact: PeriodFact, _meta: Meta) -> tuple[str, ...]:
    """The one row of the books."""
    return (Books.ID,)


EVOLUTIONS: Final = (
    Evolution(PeriodOpened, Books, books, on_opened),
    Evolution(PeriodClosing, Books, books, on_closed),
    Evolution(PeriodClosing, Closing, closing, on_closing),
    Evolution(PeriodSealed, Closing, closing, on_sealed),
    Evolution(PeriodSealedContinued, Closing, closing, on_continued),
    Evolution(PeriodTurned, Closing, closing, on_turned),
    Evolution(PeriodTurnedContinued, Closing, closing, on_continued),
)

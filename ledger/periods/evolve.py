"""How the books follow openings and closings."""

from typing import Final

from ledger.periods.entities import Books
from ledger.periods.facts import PeriodOpened
from ledger.room import Evolution, Meta


def on_opened(_books: Books | None, fact: PeriodOpened, _meta: Meta, _id: str) -> Books:
    """The first period is open."""
    return Books(period=fact.opens)


EVOLUTIONS: Final = (Evolution(PeriodOpened, Books, lambda _fact, _meta: (Books.ID,), on_opened),)

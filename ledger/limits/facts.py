"""How a fact says which limits it drew on, so that counters are rebuilt from facts alone."""

from collections.abc import Iterable
from typing import ClassVar, Final

import msgspec

from ledger.room import Fact
from ledger.values import TxId


class Count(msgspec.Struct, frozen=True, gc=False):
    """`amount` more (or, negative, given back) on one counter: `check-in/holder:0198c7/2022-06-01`."""

    amount: int
    counter: str


def all_back(counts: Iterable[Count]) -> tuple[Count, ...]:
    """The counters as if nothing had been drawn."""
    return tuple(Count(amount=-count.amount, counter=count.counter) for count in counts)


class LimitsReturned(Fact, frozen=True, kw_only=True):
    """A reversal gave back what the movement `of` had drawn, beside a fact that has no place for it."""

    TOPIC: ClassVar[str] = "limits-returned.v1"

    of: TxId
    counts: tuple[Count, ...]

    def stream(self, tx: TxId) -> str:
        """Part of the reversal that it stands beside."""
        return "reversal:" + tx


FACTS: Final = (LimitsReturned,)

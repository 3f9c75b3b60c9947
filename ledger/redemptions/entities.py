"""A redemption from its hold or sale to its last refund."""

from typing import ClassVar, Literal

import msgspec

from ledger.limits.facts import Count
from ledger.pools import Lot
from ledger.room import Entity
from ledger.values import AccountId, Instant, ItemId, UnitCode


class Line(msgspec.Struct, frozen=True, gc=False):
    """So many pieces of one item at the price of that instant."""

    item: ItemId
    price: int
    quantity: int


class Redemption(Entity, frozen=True, kw_only=True):
    """What was taken, what paid it, and what came back.

    Time acts on a hold through its account, so that naming the account frees everything that has ended.
    """

    KIND: ClassVar[str] = "redemption"

    account: AccountId
    unit: UnitCode
    lines: tuple[Line, ...]
    paid: tuple[Lot, ...]
    placed_at: Instant
    status: Literal["held", "fulfilled", "cancelled", "expired", "refunded"] = "fulfilled"
    """`refunded`: nothing is left to give back."""
    expires_at: Instant | None = None
    ended_at: Instant | None = None
    """When a hold was fulfilled, cancelled or expired."""
    counts: tuple[Count, ...] = ()
    returned: tuple[tuple[ItemId, int], ...] = ()
    """Pieces of each item that came back."""
    refunded: int = 0
    restored: tuple[Lot, ...] = ()
    """Ranges of `paid` that were given back."""
    entitled: tuple[ItemId, ...] = ()
    """Items of it that issued entitlements: these alone give their pieces back."""

    @property
    def amount(self) -> int:
        """What it cost."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def sold_at(self) -> Instant:
        """When the goods were handed over."""
        return self.ended_at or self.placed_at

    def returned_of(self, item: ItemId) -> int:
        """Pieces of that item that came back so far."""
        return sum(quantity for returned, quantity in self.returned if returned == item)

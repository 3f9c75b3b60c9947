"""A redemption from its sale to its last refund."""

from typing import ClassVar, Literal

import msgspec

from ledger.limits.facts import Count
from ledger.pools import Lot
from ledger.room import Entity
from ledger.values import AccountId, Instant, ItemId, UnitCode


class Line(msgspec.Struct, frozen=True):
    """So many pieces of one item at the price of that instant."""

    item: ItemId
    price: int
    quantity: int


class Redemption(Entity, frozen=True, kw_only=True):
    """What was taken, what paid it, and what came back."""

    KIND: ClassVar[str] = "redemption"

    account: AccountId
    unit: UnitCode
    lines: tuple[Line, ...]
    paid: tuple[Lot, ...]
    placed_at: Instant
    status: Literal["held", "fulfilled", "cancelled", "expired"] = "fulfilled"
    expires_at: Instant | None = None
    counts: tuple[Count, ...] = ()
    returned: tuple[tuple[ItemId, int], ...] = ()
    """Pieces of each item that were refunded."""
    refunded: int = 0
    restored: tuple[Lot, ...] = ()

    @property
    def amount(self) -> int:
        """What it cost."""
        return sum(line.price * line.quantity for line in self.lines)

    def due_at(self, zone: str) -> Instant | None:
        """When an open hold ends."""
        del zone
        return self.expires_at if self.status == "held" else None

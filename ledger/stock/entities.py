"""An item on the shelf: what it costs, how many are there, who may take how many."""

from typing import ClassVar, Literal

import msgspec

from ledger.room import Entity
from ledger.values import Instant, UnitCode


class Limit(msgspec.Struct, frozen=True):
    """At most `quantity` for one person in one local day, week, month or year."""

    quantity: int
    per: Literal["day", "week", "month", "year"]


class Price(msgspec.Struct, frozen=True, array_like=True):
    """What one piece costs from an instant on."""

    from_at: Instant
    amount: int


class Item(Entity, frozen=True, kw_only=True):
    """`stock` are the pieces on the shelf, of which `held` are promised to open holds."""

    KIND: ClassVar[str] = "item"

    name: str
    unit: UnitCode
    prices: tuple[Price, ...]
    """In order of time; the last that has begun counts."""
    stock: int = 0
    held: int = 0
    limit: Limit | None = None
    on_sale_from_at: Instant | None = None
    on_sale_to_at: Instant | None = None

    @property
    def available(self) -> int:
        """Pieces that can be promised now."""
        return self.stock - self.held

    def price(self, at: Instant) -> int:
        """What one piece costs at that instant."""
        amount = self.prices[0].amount
        for price in self.prices:
            if price.from_at <= at:
                amount = price.amount
        return amount

"""An item on the shelf: what it costs, how many are there, who may take how many."""

from typing import ClassVar, Literal

import msgspec

from ledger.room import Entity
from ledger.values import Instant, RedemptionId, UnitCode


class Limit(msgspec.Struct, frozen=True):
    """At most `quantity` for one person in one local day, week, month or year."""

    quantity: int
    per: Literal["day", "week", "month", "year"]


class Price(msgspec.Struct, frozen=True, array_like=True):
    """What one piece costs from an instant on."""

    from_at: Instant
    amount: int


class Promise(msgspec.Struct, frozen=True, array_like=True):
    """Pieces that an open hold keeps on the shelf for one person."""

    redemption: RedemptionId
    account: str
    """The id of the account's row in the book: time acts on the hold there."""
    quantity: int
    expires_at: Instant


class Item(Entity, frozen=True, kw_only=True):
    """`stock` are the pieces on the shelf, of which `held` are promised to open holds."""

    KIND: ClassVar[str] = "item"

    name: str
    unit: UnitCode
    prices: tuple[Price, ...]
    """In order of time; the last that has begun counts."""
    stock: int = 0
    limit: Limit | None = None
    on_sale_from_at: Instant | None = None
    on_sale_to_at: Instant | None = None
    delisted_at: Instant | None = None
    promises: tuple[Promise, ...] = ()
    merchant: str | None = None
    """Who supplies it; while that is suspended, it is not on sale."""
    goods: str | None = None
    """The scheme's group of goods that it belongs to."""

    @property
    def held(self) -> int:
        """Pieces promised to holds, as far as their end is not recorded."""
        return sum(promise.quantity for promise in self.promises)

    @property
    def available(self) -> int:
        """Pieces that can be promised now. A count may have left fewer on the shelf than were promised."""
        return max(0, self.stock - self.held) if self.promises else self.stock

    def free(self, at: Instant) -> int:
        """Pieces that can be promised at that instant, when some holds end by themselves."""
        if not self.promises:
            return self.stock
        promised = sum(promise.quantity for promise in self.promises if promise.expires_at > at)
        return max(0, self.stock - promised)

    def price(self, at: Instant) -> int:
        """What one piece costs at that instant."""
        amount = self.prices[0].amount
        for price in self.prices:
            if price.from_at <= at:
                amount = price.amount
        return amount

    # Evolving: each returns the item after something that was decided ------------------------------------------

    def promised(self, promise: Promise) -> "Item":
        """With pieces kept for one more hold."""
        return msgspec.structs.replace(self, promises=(*self.promises, promise))

    def freed(self, redemption: RedemptionId) -> "Item":
        """Without what was kept for this hold: it was fulfilled or released."""
        kept = tuple(promise for promise in self.promises if promise.redemption != redemption)
        return msgspec.structs.replace(self, promises=kept)

    def priced(self, price: Price, at: Instant) -> "Item":
        """With a price from an instant on; prices that later ones had replaced by `at` are forgotten."""
        others = (other for other in self.prices if other.from_at != price.from_at)
        ordered = sorted((*others, price), key=lambda item: item.from_at)
        begun = sum(item.from_at <= at for item in ordered)
        return msgspec.structs.replace(self, prices=tuple(ordered[max(0, begun - 1) :]))

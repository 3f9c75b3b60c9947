"""A redemption from its hold or sale to its last refund."""

from typing import ClassVar, Literal

import msgspec

from ledger.coupons.entities import Used
from ledger.limits.facts import Count
from ledger.pools import Lot
from ledger.room import Entity
from ledger.values import AccountId, Instant, ItemId, UnitCode


class Line(msgspec.Struct, frozen=True, gc=False):
    """So many pieces of one item at the price of that instant."""

    item: ItemId
    price: int
    quantity: int


class Bill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The part of a redemption that is priced in money, at one merchant's till: coupons pay `covered` of `amount`.

    As a purchase it has the redemption's id, once coupons have paid it.
    """

    merchant: str
    account: AccountId
    unit: UnitCode
    lines: tuple[Line, ...]
    amount: int
    covered: int
    used: tuple[Used, ...] = ()
    """What is set aside of which coupon, while it is held."""
    paid: tuple[Lot, ...] = ()
    """The ranges of these."""
    counts: tuple[Count, ...] = ()
    refunded: int = 0
    """What of `amount` came back."""
    uncovered: int = 0
    """What of that came back into coupons."""

    @property
    def tender(self) -> int:
        """What is paid outside."""
        return self.amount - self.covered

    def back_into_coupons(self, amount: int) -> int:
        """How much of the next `amount` that comes back is the coupons': in proportion, the odd fen with them.

        So what coupons have paid never becomes cash, and with the last of the bill all of it is back.
        """
        so_far = self.refunded + amount
        return -(-self.covered * so_far // self.amount) - self.uncovered if self.amount else 0


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
    bill: Bill | None = None
    """What of it is priced in money; None: nothing. Then `lines`, `unit` and `paid` are the part for points alone."""

    @property
    def amount(self) -> int:
        """What it cost."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def sold_at(self) -> Instant:
        """When the goods were handed over."""
        return self.ended_at or self.placed_at

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """For points and for money."""
        return self.lines if self.bill is None else self.lines + self.bill.lines

    @property
    def complete(self) -> bool:
        """Whether all of it has come back: the points with everything for them, the bill with everything on it."""
        return self._back(self.lines, self.amount, self.refunded) and (
            self.bill is None or self._back(self.bill.lines, self.bill.amount, self.bill.refunded)
        )

    def _back(self, lines: tuple[Line, ...], amount: int, refunded: int) -> bool:
        return refunded == amount and (
            refunded > 0 or all(self.returned_of(line.item) == line.quantity for line in lines)
        )

    def returned_of(self, item: ItemId) -> int:
        """Pieces of that item that came back so far."""
        return sum(quantity for returned, quantity in self.returned if returned == item)

"""What happens to a redemption."""

from typing import ClassVar, Final

import msgspec

from ledger import chart
from ledger.accounting import JournalEntry, moved
from ledger.coupons.entities import Used
from ledger.limits.facts import Count
from ledger.points.facts import AccountFact, Restored
from ledger.pools import Lot, Repaid, Terms
from ledger.redemptions.entities import Line
from ledger.values import Instant, ItemId, RedemptionId, TxId


class RedemptionFact(AccountFact, frozen=True, kw_only=True):
    """A fact in the life of one redemption."""

    redemption: RedemptionId

    def stream(self, tx: TxId) -> str:
        """The life of the redemption."""
        del tx
        return "redemption:" + self.redemption


class Taking(RedemptionFact, frozen=True, kw_only=True):
    """What a sale and a hold have in common: the ranges that pay, the pieces, the limits drawn on, who confirmed."""

    lines: tuple[Line, ...]
    paid: tuple[Lot, ...]
    counts: tuple[Count, ...] = ()
    confirmation: str | None = None
    """`pin` or `supervisor`, when the scheme asks for one."""
    confirmed_by: str | None = None


class RedemptionPlaced(Taking, frozen=True, kw_only=True):
    """Goods were sold for points: the ranges that paid, the pieces that left the shelf, the limits drawn on."""

    TOPIC: ClassVar[str] = "redemption-placed.v1"

    def entry(self) -> JournalEntry:
        """The programme owes the holder less: it handed over goods."""
        return moved(self.account, chart.REDEEMED, self.unit, self.amount)


class RedemptionHeld(Taking, frozen=True, kw_only=True):
    """Points, pieces and limits were set aside until the instant. No value has moved."""

    TOPIC: ClassVar[str] = "redemption-held.v1"

    expires_at: Instant


class RedemptionFulfilled(RedemptionFact, frozen=True, kw_only=True):
    """What was held was handed over, at the prices of the hold."""

    TOPIC: ClassVar[str] = "redemption-fulfilled.v1"

    lines: tuple[Line, ...]
    paid: tuple[Lot, ...]

    def entry(self) -> JournalEntry:
        """As a sale: only now does value move."""
        return moved(self.account, chart.REDEEMED, self.unit, self.amount)


class Releasing(RedemptionFact, frozen=True, kw_only=True):
    """What was held is free again; `repaid` are ranges that repaid debts at once, `counts` give limits back."""

    lines: tuple[Line, ...]
    released: tuple[Lot, ...]
    repaid: tuple[Repaid, ...] = ()
    counts: tuple[Count, ...] = ()


class RedemptionCancelled(Releasing, frozen=True, kw_only=True):
    """A hold was called off."""

    TOPIC: ClassVar[str] = "redemption-cancelled.v1"

    reason: str


class RedemptionExpired(Releasing, frozen=True, kw_only=True):
    """A hold ended by itself."""

    TOPIC: ClassVar[str] = "redemption-expired.v1"


class ReturnedLine(msgspec.Struct, frozen=True):
    """So many pieces that came back, at the price that was paid; `restock`: onto the shelf, otherwise scrap."""

    item: ItemId
    price: int
    quantity: int
    restock: bool


class Reissued(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """A new lot that takes the place of ranges of the payment, because its terms are others."""

    pool: str
    start: int
    end: int
    terms: Terms
    of: Lot
    """The range that had paid."""

    @property
    def lot(self) -> Lot:
        """The new range alone."""
        return Lot(pool=self.pool, start=self.start, end=self.end)


class RedemptionRefunded(RedemptionFact, frozen=True, kw_only=True):
    """Value came back, last paid first: `restored` at its old place, `reissued` as new lots."""

    TOPIC: ClassVar[str] = "redemption-refunded.v1"

    lines: tuple[ReturnedLine, ...] = ()
    restore: str
    reason: str
    restored: tuple[Restored, ...] = ()
    reissued: tuple[Reissued, ...] = ()
    repaid: tuple[Repaid, ...] = ()
    """Ranges of both that repaid debts at once."""
    counts: tuple[Count, ...] = ()

    def stream(self, tx: TxId) -> str:
        """One refund, one stream, as every reversal: the origin of the lots that it reissues."""
        return "reversal:" + tx

    def entry(self) -> JournalEntry:
        """The mirror of the sale."""
        return moved(chart.REDEEMED, self.account, self.unit, self.amount)

    def terms_of_pool(self, pool: str) -> Terms | None:
        """Those of a lot that it reissued into that pool."""
        return next((item.terms for item in self.reissued if item.pool == pool), None)

    def given_back(self) -> tuple[Lot, ...]:
        """The ranges of the payment that this refund gave back."""
        return tuple(item.lot for item in self.restored) + tuple(item.of for item in self.reissued)


# The part that is priced in money ------------------------------------------------------------------------------


class BillFact(RedemptionFact, frozen=True, kw_only=True):
    """A fact about the part of a redemption that is priced in money: `amount` of the `bill` is the coupons'.

    No value moves by it. What coupons pay, and what comes back into them, stands beside it as a purchase of equal id.
    """

    merchant: str
    bill: int
    tender: int
    """The rest, which is paid outside."""


class Billing(BillFact, frozen=True, kw_only=True):
    """What a sale and a hold have in common: the pieces, the limits drawn on, who confirmed."""

    lines: tuple[Line, ...]
    counts: tuple[Count, ...] = ()
    confirmation: str | None = None
    confirmed_by: str | None = None


class BillPlaced(Billing, frozen=True, kw_only=True):
    """Goods were sold for money: the pieces that left the shelf."""

    TOPIC: ClassVar[str] = "bill-placed.v1"


class BillHeld(Billing, frozen=True, kw_only=True):
    """Coupons, pieces and limits were set aside until the instant."""

    TOPIC: ClassVar[str] = "bill-held.v1"

    used: tuple[Used, ...]
    paid: tuple[Lot, ...]
    """The ranges of the coupons."""
    expires_at: Instant


class BillEnding(BillFact, frozen=True, kw_only=True):
    """What ends a hold: the coupons are no longer set aside."""

    lines: tuple[Line, ...]
    used: tuple[Used, ...]
    released: tuple[Lot, ...]


class BillFulfilled(BillEnding, frozen=True, kw_only=True):
    """What was held was handed over; the coupons that were set aside pay in the same transaction."""

    TOPIC: ClassVar[str] = "bill-fulfilled.v1"


class BillReleasing(BillEnding, frozen=True, kw_only=True):
    """Nothing was handed over; `counts` give limits back."""

    counts: tuple[Count, ...] = ()


class BillCancelled(BillReleasing, frozen=True, kw_only=True):
    """A hold was called off."""

    TOPIC: ClassVar[str] = "bill-cancelled.v1"

    reason: str


class BillExpired(BillReleasing, frozen=True, kw_only=True):
    """A hold ended by itself."""

    TOPIC: ClassVar[str] = "bill-expired.v1"


class BillRefunded(BillFact, frozen=True, kw_only=True):
    """So much of the bill came back: `amount` of it into the coupons that had paid, `tender` outside."""

    TOPIC: ClassVar[str] = "bill-refunded.v1"

    lines: tuple[ReturnedLine, ...] = ()
    reason: str
    counts: tuple[Count, ...] = ()

    def stream(self, tx: TxId) -> str:
        """One refund, one stream."""
        return "reversal:" + tx


FACTS: Final = (
    RedemptionPlaced,
    RedemptionHeld,
    RedemptionFulfilled,
    RedemptionCancelled,
    RedemptionExpired,
    RedemptionRefunded,
    BillPlaced,
    BillHeld,
    BillFulfilled,
    BillCancelled,
    BillExpired,
    BillRefunded,
)

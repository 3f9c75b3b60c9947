"""What happens to batches, coupons and what is bought with them."""

from typing import ClassVar, Final

import msgspec

from ledger import chart
from ledger.accounting import JournalEntry, Posting, credit, debit
from ledger.coupons.commands import BoughtLine, DraftedLine
from ledger.coupons.entities import COUPON, Conditions, Funding, Sourced, Used
from ledger.limits.facts import Count
from ledger.points.facts import AccountFact, Restored
from ledger.pools import Lot, Span, Terms
from ledger.room import Fact
from ledger.values import AccountId, Day, HolderId, RedemptionId, TxId, UnitCode


class BatchFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one batch."""

    batch: str

    def stream(self, tx: TxId) -> str:
        """The life of the batch."""
        del tx
        return "coupon-batch:" + self.batch


class BatchDrafted(BatchFact, frozen=True, kw_only=True):
    """A batch was begun, on the terms of this day."""

    TOPIC: ClassVar[str] = "coupon-batch-drafted.v1"

    kind: str
    conditions: Conditions
    unit: UnitCode
    occasion: str
    fund: str | None = None
    source: str | None = None
    of: str | None = None
    members_on: Day | None = None
    occasion_on: Day | None = None
    """The local day of the occasion; None: caps go by the day of issue."""
    valid_from_on: Day | None = None
    expires_on: Day
    funding: tuple[Funding, ...] = ()
    """Several funds that pay for it in fixed shares: then no `fund` and no `source` alone."""


class LinesDrafted(BatchFact, frozen=True, kw_only=True):
    """Lines were added; `digest` is that of all lines so far, `total` what they ask for."""

    TOPIC: ClassVar[str] = "coupon-lines-drafted.v1"

    lines: tuple[DraftedLine, ...]
    total: int
    digest: str


class LinesStruck(BatchFact, frozen=True, kw_only=True):
    """Holders were taken out before approval."""

    TOPIC: ClassVar[str] = "coupon-lines-struck.v1"

    holders: tuple[HolderId, ...]
    reason: str
    total: int
    digest: str


class BatchSubmitted(BatchFact, frozen=True, kw_only=True):
    """It waits for another person."""

    TOPIC: ClassVar[str] = "coupon-batch-submitted.v1"

    lines: int
    total: int
    digest: str


class BatchApproved(BatchFact, frozen=True, kw_only=True):
    """Another person let it be issued; what its fund promised stands beside it."""

    TOPIC: ClassVar[str] = "coupon-batch-approved.v1"

    lines: int
    total: int
    digest: str
    by_maker: bool = False
    """The scheme let one person make and approve; an audit lists this."""
    of: str | None = None
    """Whose members it is for by now."""


class BatchRejected(BatchFact, frozen=True, kw_only=True):
    """It will not be issued."""

    TOPIC: ClassVar[str] = "coupon-batch-rejected.v1"

    reason: str
    of: str | None = None


class BatchMoved(BatchFact, frozen=True, kw_only=True):
    """The unit whose members it was drafted for was merged: it is for those of the other one."""

    TOPIC: ClassVar[str] = "coupon-batch-moved.v1"

    was: str
    of: str


class LineRefused(BatchFact, frozen=True, kw_only=True):
    """A line was not issued: `code` of the refusal, and where a limit stood in the way its figures."""

    TOPIC: ClassVar[str] = "coupon-line-refused.v1"

    holder: HolderId
    amount: int
    code: str
    rule: str | None = None
    limit: int | None = None
    used: int | None = None
    offered: int | None = None
    """What could still be issued."""
    region: str | None = None
    """Whose figure the cap is, where it differs by region."""
    reason: str | None = None
    """Of a holder who is not eligible: why."""


class BatchIssued(BatchFact, frozen=True, kw_only=True):
    """No line waits any more: `issued` of `total`; what was not issued is free again."""

    TOPIC: ClassVar[str] = "coupon-batch-issued.v1"

    total: int
    issued: int


# Coupons ---------------------------------------------------------------------------------------------------------


class CouponFact(AccountFact, frozen=True, kw_only=True):
    """A fact in the life of one coupon that moves its value."""

    coupon: str
    batch: str
    sources: tuple[Sourced, ...] = ()
    """Whose money it is, where several sources stand behind its batch; empty: that of the batch."""

    def stream(self, tx: TxId) -> str:
        """The life of the coupon."""
        del tx
        return "coupon:" + self.coupon


class CouponIssued(CouponFact, frozen=True, kw_only=True):
    """A holder has a coupon: a lot of its own, with the coupon's id as its pool's."""

    TOPIC: ClassVar[str] = "coupon-issued.v1"

    holder: HolderId
    lot: Lot
    expires_on: Day
    reason: str
    """The occasion."""
    fund: str | None = None
    """Whose money it is, as the scheme calls it."""
    commitment: str | None = None
    code: str | None = None
    """The MAC of what is typed."""
    last: bool
    """Whether the holder's line in the batch ends with it."""
    counts: tuple[Count, ...] = ()
    remind_on: tuple[Day, ...] = ()
    """On which days its holder is to be reminded of it, if something is left."""
    run: tuple[Span, ...] = ()
    """Where it stands in what its batch issues, when several sources stand behind that: so each fen is one's."""

    def entry(self) -> JournalEntry:
        """The programme owes the holder goods."""
        return JournalEntry(debit(chart.ISSUED, self.unit, self.amount), credit(self.account, self.unit, self.amount))

    def pool_terms(self) -> Terms:
        """Its own pool's: no other grant ever joins it."""
        return Terms(expires_on=self.expires_on, kind=COUPON, fund=self.fund, terms=self.batch)

    def terms_of_pool(self, pool: str) -> Terms | None:
        """Its own."""
        return self.pool_terms() if pool == self.lot.pool else None


class CouponReissued(CouponFact, frozen=True, kw_only=True):
    """What came back of a coupon is a new one: these ranges of the old are the lot of the new, and no value moved."""

    TOPIC: ClassVar[str] = "coupon-reissued.v1"

    of: str
    """The coupon that had paid."""
    holder: HolderId
    taken: tuple[Lot, ...]
    lot: Lot
    expires_on: Day
    fund: str | None = None
    commitment: str | None = None
    code: str | None = None
    """The MAC of what is typed."""
    run: tuple[Span, ...] = ()
    """Where it stands in what its batch has issued, when several sources stand behind that."""
    remind_on: tuple[Day, ...] = ()

    def pool_terms(self) -> Terms:
        """Its own pool's: no other grant ever joins it."""
        return Terms(expires_on=self.expires_on, kind=COUPON, fund=self.fund, terms=self.batch)

    def terms_of_pool(self, pool: str) -> Terms | None:
        """Its own."""
        return self.pool_terms() if pool == self.lot.pool else None


class CouponVoided(CouponFact, frozen=True, kw_only=True):
    """What was left of it was taken back."""

    TOPIC: ClassVar[str] = "coupon-voided.v1"

    reason: str
    taken: tuple[Lot, ...]
    counts: tuple[Count, ...] = ()

    def entry(self) -> JournalEntry:
        """The mirror of its issue."""
        return JournalEntry(debit(self.account, self.unit, self.amount), credit(chart.ISSUED, self.unit, self.amount))


class CouponLapsed(BatchFact, frozen=True, kw_only=True):
    """What was left of a coupon ended with its day, or with its holder's leaving: the lapse itself stands before it."""

    TOPIC: ClassVar[str] = "coupon-lapsed.v1"

    coupon: str
    unit: UnitCode
    amount: int
    sources: tuple[Sourced, ...] = ()
    """Whose money it was, where several sources stand behind its batch."""

    def stream(self, tx: TxId) -> str:
        """The life of the coupon."""
        del tx
        return "coupon:" + self.coupon


class CouponEnding(Fact, frozen=True, kw_only=True):
    """Its holder is to be told that something of it is left and until when: once on each day that its batch named.

    Whoever sends messages follows these; how to reach the holder stands in the vault.
    """

    TOPIC: ClassVar[str] = "coupon-ending.v1"

    coupon: str
    batch: str
    holder: HolderId
    """To whom it was issued."""
    unit: UnitCode
    left: int
    remind_on: Day
    """Which of the days it is; with the coupon it tells this reminder from every other."""
    expires_on: Day

    def stream(self, tx: TxId) -> str:
        """The life of the coupon."""
        del tx
        return "coupon:" + self.coupon


class CodeReplaced(Fact, frozen=True, kw_only=True):
    """Another code stands for a coupon."""

    TOPIC: ClassVar[str] = "coupon-code-replaced.v1"

    coupon: str
    code: str
    replaced: str | None = None
    reason: str

    def stream(self, tx: TxId) -> str:
        """The life of the coupon."""
        del tx
        return "coupon:" + self.coupon


# Purchases -------------------------------------------------------------------------------------------------------


class PurchaseFact(AccountFact, frozen=True, kw_only=True):
    """A fact in the life of one purchase."""

    purchase: str
    merchant: str
    fee: int
    """What the programme keeps of it, of `amount`."""
    used: tuple[Used, ...]

    def stream(self, tx: TxId) -> str:
        """The life of the purchase."""
        del tx
        return "purchase:" + self.purchase

    def sides(self) -> tuple[tuple[AccountId, int], ...]:
        """What each account gains by the sale; a refund is the mirror."""
        owed = (chart.merchant(self.merchant), self.amount - self.fee)
        kept = ((chart.FEES, self.fee),) if self.fee else ()
        return ((self.account, -self.amount), owed, *kept)


class CouponsSpent(PurchaseFact, frozen=True, kw_only=True):
    """Goods were bought: `amount` of the `bill` paid with coupons, `tender` outside."""

    TOPIC: ClassVar[str] = "coupons-spent.v1"

    bill: int
    tender: int
    lines: tuple[BoughtLine, ...]
    paid: tuple[Lot, ...]
    redemption: RedemptionId | None = None
    """Whose goods of the shelf these are; None: a bill by groups of goods alone."""
    counts: tuple[Count, ...] = ()
    """The limits drawn on; those of a redemption stand with its pieces."""

    def entry(self) -> JournalEntry:
        """The holder has had his goods; the merchant has their price to come, less what the programme keeps."""
        return JournalEntry(*(Posting(account, self.unit, gain) for account, gain in self.sides()))


class Extended(msgspec.Struct, frozen=True, gc=False):
    """A coupon with a later last day since something came back into it, and when its holder is reminded of that."""

    coupon: str
    expires_on: Day
    remind_on: tuple[Day, ...] = ()


class CouponsRefunded(PurchaseFact, frozen=True, kw_only=True):
    """Value came back into the coupons that had paid, last paid first; `fee` is given back with it."""

    TOPIC: ClassVar[str] = "coupons-refunded.v1"

    reason: str
    restored: tuple[Restored, ...]
    extended: tuple[Extended, ...] = ()
    counts: tuple[Count, ...] = ()

    def entry(self) -> JournalEntry:
        """The mirror of the sale."""
        return JournalEntry(*(Posting(account, self.unit, -gain) for account, gain in self.sides()))


FACTS: Final = (
    BatchDrafted,
    LinesDrafted,
    LinesStruck,
    BatchSubmitted,
    BatchApproved,
    BatchRejected,
    BatchMoved,
    LineRefused,
    BatchIssued,
    CouponIssued,
    CouponReissued,
    CouponVoided,
    CouponLapsed,
    CouponEnding,
    CodeReplaced,
    CouponsSpent,
    CouponsRefunded,
)

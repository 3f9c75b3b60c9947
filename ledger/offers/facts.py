"""What happens to offers."""

from typing import ClassVar, Final, Literal

from ledger import chart
from ledger.accounting import JournalEntry, Posting
from ledger.limits.facts import Count
from ledger.room import Fact
from ledger.values import AccountId, Day, HolderId, Instant, TxId, UnitCode


class OfferOpened(Fact, frozen=True, kw_only=True):
    """It can be claimed from its instant on."""

    TOPIC: ClassVar[str] = "offer-opened.v1"

    offer: str
    name: str
    merchant: str
    unit: UnitCode
    price: int
    supply: int
    stock: int
    opens_at: Instant
    closes_at: Instant
    goods: str | None = None
    per_member: int | None = None
    season: str | None = None
    per_season: int | None = None
    paid_to: Literal["platform", "merchant"]
    handed_over: Literal["at-once", "later"]
    use_until_on: Day | None = None
    fund: str | None = None

    def stream(self, tx: TxId) -> str:
        """The life of the offer."""
        del tx
        return "offer:" + self.offer


class OfferClosed(Fact, frozen=True, kw_only=True):
    """It ended before its time, with so many pieces left."""

    TOPIC: ClassVar[str] = "offer-closed.v1"

    offer: str
    reason: str
    left: int

    def stream(self, tx: TxId) -> str:
        """The life of the offer."""
        del tx
        return "offer:" + self.offer


class ClaimFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one claim."""

    claim: str
    offer: str
    merchant: str
    holder: HolderId
    pieces: int

    def stream(self, tx: TxId) -> str:
        """The life of the claim."""
        del tx
        return "offer-claim:" + self.claim


class OfferClaimed(ClaimFact, frozen=True, kw_only=True):
    """A member has pieces: `price` paid by him, `subsidy` promised by the fund, `owed` to the merchant, in all."""

    TOPIC: ClassVar[str] = "offer-claimed.v1"

    unit: UnitCode
    price: int
    subsidy: int
    owed: int
    collected: int
    fund: str | None = None
    use_until_on: Day | None = None
    counts: tuple[Count, ...] = ()


class SoldFact(ClaimFact, frozen=True, kw_only=True):
    """Pieces that a merchant sold, or took back."""

    unit: UnitCode
    owed: int
    """What the merchant has to come, before what the programme keeps."""
    subsidy: int
    collected: int
    fee: int

    def sides(self) -> tuple[tuple[AccountId, int], ...]:
        """What each account gains by the sale; taking back is the mirror."""
        found = (
            (chart.OFFERED, -(self.owed - self.collected)),
            (chart.COLLECTED, -self.collected),
            (chart.merchant(self.merchant), self.owed - self.fee),
            (chart.FEES, self.fee),
        )
        return tuple((account, gain) for account, gain in found if gain)


class OfferUsed(SoldFact, frozen=True, kw_only=True):
    """The merchant handed it over."""

    TOPIC: ClassVar[str] = "offer-used.v1"

    def entry(self) -> JournalEntry | None:
        """The merchant has it to come: out of the subsidy, and of what the platform took."""
        postings = [Posting(account, self.unit, gain) for account, gain in self.sides()]
        return JournalEntry(*postings) if postings else None


class OfferRefunded(SoldFact, frozen=True, kw_only=True):
    """The merchant took it back; the member has his price back outside."""

    TOPIC: ClassVar[str] = "offer-refunded.v1"

    reason: str

    def entry(self) -> JournalEntry | None:
        """The mirror of the sale."""
        postings = [Posting(account, self.unit, -gain) for account, gain in self.sides()]
        return JournalEntry(*postings) if postings else None


class OfferClaimCancelled(ClaimFact, frozen=True, kw_only=True):
    """It was given back, used or not; what it drew on is free again."""

    TOPIC: ClassVar[str] = "offer-claim-cancelled.v1"

    reason: str
    counts: tuple[Count, ...] = ()


class OfferClaimLapsed(ClaimFact, frozen=True, kw_only=True):
    """A ticket that nobody used until its last day."""

    TOPIC: ClassVar[str] = "offer-claim-lapsed.v1"


FACTS: Final = (
    OfferOpened,
    OfferClosed,
    OfferClaimed,
    OfferUsed,
    OfferRefunded,
    OfferClaimCancelled,
    OfferClaimLapsed,
)

"""What happens to entitlements and to the sessions at which they are used."""

from typing import ClassVar, Final, Literal

from msgspec import UNSET, UnsetType

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.entitlements.entities import Cost, EntitlementId, SessionId, Use
from ledger.room import Fact
from ledger.values import Day, HolderId, ItemId, RedemptionId, TxId


class EntitlementFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one entitlement. `holder` is whom it was issued to, whatever was merged since."""

    entitlement: EntitlementId
    code: str
    holder: HolderId

    def stream(self, tx: TxId) -> str:
        """The life of the entitlement."""
        del tx
        return "entitlement:" + self.entitlement


class EntitlementIssued(EntitlementFact, frozen=True, kw_only=True):
    """A holder has a right from now on, on these terms; `cost` is owed for it by the fund's owner."""

    TOPIC: ClassVar[str] = "entitlement-issued.v1"

    use: Use
    redemption: RedemptionId | None = None
    """What paid it; None: an officer gave it."""
    item: ItemId | None = None
    starts_on: Day
    ends_on: Day | None = None
    """The last day of its term, or on which it can still be used; None: no end."""
    cancel_days: int | None = None
    """Local days before its first day until which it can be given back; None: never."""
    fund: str | None = None
    cost: Cost | None = None
    reason: str | None = None
    """Why it was given, where nobody paid."""

    def entry(self) -> JournalEntry | None:
        """The fund bears the cost, the payee has it to come."""
        if self.cost is None:
            return None
        return JournalEntry(
            debit(chart.cost(self.fund), self.cost.unit, self.cost.amount),
            credit(chart.payable(self.cost.payee), self.cost.unit, self.cost.amount),
        )


class EntitlementCancelled(EntitlementFact, frozen=True, kw_only=True):
    """It was given back or taken back: `refund` of what it had cost stands beside it, the cost is owed no more."""

    TOPIC: ClassVar[str] = "entitlement-cancelled.v1"

    reason: str
    session: SessionId | None = None
    """Where it had a place or waited."""
    redemption: RedemptionId | None = None
    refund: int = 0
    """In the unit in which it was paid; the fact of the redemption's refund names the lots."""
    fund: str | None = None
    cost: Cost | None = None

    def entry(self) -> JournalEntry | None:
        """The mirror of its cost."""
        if self.cost is None:
            return None
        return JournalEntry(
            debit(chart.payable(self.cost.payee), self.cost.unit, self.cost.amount),
            credit(chart.cost(self.fund), self.cost.unit, self.cost.amount),
        )


class EntitlementLapsed(EntitlementFact, frozen=True, kw_only=True):
    """Its last day is over: the term has ended, or it was not used in time."""

    TOPIC: ClassVar[str] = "entitlement-lapsed.v1"

    ended_on: Day
    session: SessionId | None = None
    """Where it still waited."""


# Places --------------------------------------------------------------------------------------------------------


class EntitlementBooked(EntitlementFact, frozen=True, kw_only=True):
    """It has a place; `waited`: it moved up from the waiting list."""

    TOPIC: ClassVar[str] = "entitlement-booked.v1"

    session: SessionId
    waited: bool = False


class EntitlementWaitlisted(EntitlementFact, frozen=True, kw_only=True):
    """All places are taken: it waits, behind lower ranks and behind those of its own rank who came before."""

    TOPIC: ClassVar[str] = "entitlement-waitlisted.v1"

    session: SessionId
    rank: int = 0
    grounds: tuple[str, ...] | UnsetType = UNSET
    last_on: Day | UnsetType = UNSET
    """Out of what a scheme made the rank, where it ranks by rule; the day as somebody said it or the ledger knew it."""


class BookingCancelled(EntitlementFact, frozen=True, kw_only=True):
    """It has no place any more, or waits no longer, and can be booked elsewhere."""

    TOPIC: ClassVar[str] = "booking-cancelled.v1"

    session: SessionId
    cause: Literal["unbooked", "session-cancelled"]
    reason: str


class WaitingEnded(EntitlementFact, frozen=True, kw_only=True):
    """The session is over and no place had become free: it can be booked elsewhere."""

    TOPIC: ClassVar[str] = "waiting-ended.v1"

    session: SessionId


class EntitlementUsed(EntitlementFact, frozen=True, kw_only=True):
    """What it entitles to was had, on a local day and in a region where one was named."""

    TOPIC: ClassVar[str] = "entitlement-used.v1"

    session: SessionId | None = None
    on: Day | UnsetType = UNSET
    region: str | UnsetType = UNSET


class EntitlementNoShow(EntitlementFact, frozen=True, kw_only=True):
    """There was a place and nobody came: it is used up."""

    TOPIC: ClassVar[str] = "entitlement-no-show.v1"

    session: SessionId


# Sessions ------------------------------------------------------------------------------------------------------


class SessionFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one session."""

    session: SessionId
    code: str

    def stream(self, tx: TxId) -> str:
        """The life of the session."""
        del tx
        return "session:" + self.session


class SessionOpened(SessionFact, frozen=True, kw_only=True):
    """Places can be booked, until the end of a local day."""

    TOPIC: ClassVar[str] = "session-opened.v1"

    name: str | None = None
    starts_on: Day
    ends_on: Day
    places: int
    book_until_on: Day
    region: str | UnsetType = UNSET


class SessionChanged(SessionFact, frozen=True, kw_only=True):
    """It has another number of places; who moved up stands beside it."""

    TOPIC: ClassVar[str] = "session-changed.v1"

    places: int


class SessionCancelled(SessionFact, frozen=True, kw_only=True):
    """It does not take place, and everybody is told why: each place and each wait ends beside it."""

    TOPIC: ClassVar[str] = "session-cancelled.v1"

    reason: str


FACTS: Final = (
    EntitlementIssued,
    EntitlementCancelled,
    EntitlementLapsed,
    EntitlementBooked,
    EntitlementWaitlisted,
    BookingCancelled,
    WaitingEnded,
    EntitlementUsed,
    EntitlementNoShow,
    SessionOpened,
    SessionChanged,
    SessionCancelled,
)

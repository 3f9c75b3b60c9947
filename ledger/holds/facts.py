"""What happens to a hold."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.holds.entities import hold_stream
from ledger.limits.facts import Count
from ledger.points.entities import OpenHold
from ledger.points.facts import BetweenFact
from ledger.pools import Landed, Lot, Repaid, Terms, amount_of, first_of
from ledger.values import AccountId, HoldId, Instant, TxId, UnitCode


class HoldFact(BetweenFact, frozen=True, kw_only=True):
    """A fact in the life of one hold of `account`, for `to` or (None) for the programme."""

    hold: HoldId
    to: AccountId | None = None
    expires_at: Instant | None = None
    """When the hold ends by itself, unless it ended with this fact; None: never."""

    def stream(self, tx: TxId) -> str:
        """The life of the hold."""
        del tx
        return hold_stream(self.hold)

    def other_side(self) -> tuple[AccountId, UnitCode] | None:
        """The account that it is for."""
        return None if self.to is None else (self.to, self.unit)

    def as_open(self) -> OpenHold:
        """The hold as accounts list it, with the end that it had."""
        return OpenHold(hold_stream(self.hold), self.expires_at)


class HoldPlaced(HoldFact, frozen=True, kw_only=True):
    """`amount` of what was `asked` is set aside: `lots` are earmarked, `drawn` is reserved on a credit line.

    No value has moved.
    """

    TOPIC: ClassVar[str] = "hold-placed.v1"

    asked: int
    lots: tuple[Lot, ...] = ()
    drawn: int = 0
    counts: tuple[Count, ...] = ()
    """The limits it drew on; the facts that set value free give them back."""


class HoldCaptured(HoldFact, frozen=True, kw_only=True):
    """`amount` of a hold has moved; `remaining` of it is still held, and with 0 the hold is over.

    What a final capture leaves is free again: `released` ranges are open, less those that repaid debts (`settled`).
    """

    TOPIC: ClassVar[str] = "hold-captured.v1"

    remaining: int
    taken: tuple[Lot, ...] = ()
    """Every range that paid: first earmarked ones, then open ones for what was reserved without lots."""
    reserved: int = 0
    """How much of `amount` the hold had reserved without lots."""
    drawn: int = 0
    """How much of that was drawn below zero, no open lots being there."""
    landed: tuple[Landed, ...] = ()
    """Where it arrived in `to`."""
    repaid: tuple[Repaid, ...] = ()
    """Ranges of `landed` that repaid what `to` owed."""
    released: tuple[Lot, ...] = ()
    unreserved: int = 0
    """What was reserved without lots and is free again."""
    settled: tuple[Repaid, ...] = ()
    counts: tuple[Count, ...] = ()

    @property
    def earmarked(self) -> tuple[Lot, ...]:
        """The ranges of `taken` that the hold had set aside."""
        return first_of(self.taken, self.amount - self.reserved)

    @property
    def open_taken(self) -> tuple[Lot, ...]:
        """The ranges of `taken` that were open, and paid for what was reserved without lots."""
        return self.taken[len(self.earmarked) :]

    @property
    def freed(self) -> int:
        """What a final capture did not take."""
        return amount_of(self.released) + self.unreserved

    def entry(self) -> JournalEntry:
        """Only now does value move: to the other account, or as a sale."""
        return JournalEntry(
            debit(self.account, self.unit, self.amount),
            credit(chart.REDEEMED if self.to is None else self.to, self.unit, self.amount),
        )

    def terms_of_pool(self, pool: str) -> Terms | None:
        """Those under which it arrived in that pool of the other account."""
        return next((item.terms for item in self.landed if item.pool == pool), None)


class Releasing(HoldFact, frozen=True, kw_only=True):
    """What was still held, `amount`, is free again; `repaid` are ranges that repaid debts at once."""

    released: tuple[Lot, ...] = ()
    unreserved: int = 0
    repaid: tuple[Repaid, ...] = ()
    counts: tuple[Count, ...] = ()


class HoldVoided(Releasing, frozen=True, kw_only=True):
    """A hold was called off."""

    TOPIC: ClassVar[str] = "hold-voided.v1"


class HoldExpired(Releasing, frozen=True, kw_only=True):
    """A hold ended by itself."""

    TOPIC: ClassVar[str] = "hold-expired.v1"


class HoldExtended(HoldFact, frozen=True, kw_only=True):
    """What is still held, `amount`, is held until another instant. No value has moved."""

    TOPIC: ClassVar[str] = "hold-extended.v1"

    old_expires_at: Instant | None = None


FACTS: Final = (HoldPlaced, HoldCaptured, HoldVoided, HoldExpired, HoldExtended)

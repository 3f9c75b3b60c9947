"""What a person is entitled to, the sessions at which places are booked, and what of each kind he has in force."""

from bisect import insort
from typing import ClassVar, Final, Literal, NewType

import msgspec
from msgspec.structs import replace

from ledger.calendar import end_of_day
from ledger.room import Entity
from ledger.values import Day, HolderId, Instant, ItemId, RedemptionId, UnitCode

EntitlementId = NewType("EntitlementId", str)
SessionId = NewType("SessionId", str)

MOST_PLACES: Final = 1000
"""Places of one session: whoever has one stands in its row."""
MOST_REMEMBERED: Final = 8
"""Of what a record had of one kind, the last ones: an earlier one ranks nobody lower."""
MOST_WAITING: Final = 2000
"""Entitlements on the waiting list of one session."""

Use = Literal["term", "booking", "once"]
"""In force for a term by itself; used at a session at which a place was booked; used once at any time."""
Status = Literal["issued", "waiting", "booked", "used", "no-show", "cancelled", "lapsed"]
ENDED: Final = frozenset({"used", "no-show", "cancelled", "lapsed"})
"""Statuses that nothing follows."""


class Cost(msgspec.Struct, frozen=True):
    """What the owner of a fund owes somebody for one entitlement."""

    unit: UnitCode
    amount: int
    payee: str


class Entitlement(Entity, frozen=True, kw_only=True):
    """A right with the terms under which it was issued: a later scheme changes none of them."""

    KIND: ClassVar[str] = "entitlement"

    id: EntitlementId
    code: str
    holder: HolderId
    """Whom it was issued to; who answers for a merged record answers for it."""
    use: Use
    starts_on: Day
    ends_on: Day | None = None
    """The last local day: of the term, or on which an unused one can still be used; None: no end."""
    cancel_days: int | None = None
    """Local days before its first day until which it can be given back; None: never."""
    redemption: RedemptionId | None = None
    item: ItemId | None = None
    fund: str | None = None
    cost: Cost | None = None
    status: Status = "issued"
    session: SessionId | None = None
    """Where it waits, has a place, or was used."""
    ended_at: Instant | None = None

    def due_at(self, zone: str) -> Instant | None:
        """The end of its last day. A place that was booked is kept beyond it: the session was chosen in time."""
        if self.ends_on is None or self.status not in {"issued", "waiting"}:
            return None
        return end_of_day(self.ends_on, zone)


class Waiting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One on a waiting list. The lowest rank moves up first, then who came first."""

    rank: int
    entitlement: EntitlementId


class Session(Entity, frozen=True, kw_only=True):
    """A trip, a van's day, a fair: its places, who has one and who waits. While anybody waits, no place is free."""

    KIND: ClassVar[str] = "session"

    id: SessionId
    code: str
    """The entitlement that books it."""
    starts_on: Day
    ends_on: Day
    places: int
    book_until_on: Day
    """The last local day on which places are booked."""
    booked: tuple[EntitlementId, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    """In the order in which they move up."""
    used: int = 0
    no_shows: int = 0
    cancelled_at: Instant | None = None
    came: tuple[EntitlementId, ...] = ()
    missed: tuple[EntitlementId, ...] = ()
    """Who was marked: a mark that was wrong gives its number to the other one."""
    region: str | None = None

    @property
    def free(self) -> int:
        """Places that nobody has. Whoever used one, or did not come, has had it."""
        return self.places - len(self.booked) - self.used - self.no_shows

    def due_at(self, zone: str) -> Instant | None:
        """The end of its last day, as long as anybody waits."""
        return end_of_day(self.ends_on, zone) if self.waiting else None

    # Evolving: each returns the session after something that was decided ----------------------------------------

    def with_booked(self, entitlement: EntitlementId) -> "Session":
        """With a place for it, whether it had waited or not."""
        return replace(self._without_waiting(entitlement), booked=(*self.booked, entitlement))

    def with_waiting(self, waiting: Waiting) -> "Session":
        """With one more on the list: behind all of the same rank."""
        order = list(self.waiting)
        insort(order, waiting, key=lambda item: item.rank)
        return replace(self, waiting=tuple(order))

    def with_used(self, entitlement: EntitlementId) -> "Session":
        """It was used here, whatever was said before."""
        there = self._unmarked(entitlement)
        return replace(there, used=there.used + 1, came=(*there.came, entitlement))

    def with_missed(self, entitlement: EntitlementId) -> "Session":
        """Nobody came for it, whatever was said before."""
        there = self._unmarked(entitlement)
        return replace(there, no_shows=there.no_shows + 1, missed=(*there.missed, entitlement))

    def _unmarked(self, entitlement: EntitlementId) -> "Session":
        there = self.without(entitlement)
        came = tuple(item for item in there.came if item != entitlement)
        missed = tuple(item for item in there.missed if item != entitlement)
        used = there.used - (len(there.came) - len(came))
        return replace(
            there, came=came, missed=missed, used=used, no_shows=there.no_shows - (len(there.missed) - len(missed))
        )

    def without(self, entitlement: EntitlementId) -> "Session":
        """Without it, whether it had a place or waited."""
        if entitlement in self.booked:
            return replace(self, booked=tuple(item for item in self.booked if item != entitlement))
        return self._without_waiting(entitlement)

    def _without_waiting(self, entitlement: EntitlementId) -> "Session":
        kept = tuple(item for item in self.waiting if item.entitlement != entitlement)
        return self if len(kept) == len(self.waiting) else replace(self, waiting=kept)


class Having(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entitlement that is not used up: its last day, and where it is booked or waits."""

    entitlement: EntitlementId
    ends_on: Day | None = None
    session: SessionId | None = None


class Had(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entitlement that was used, and on which local day."""

    entitlement: EntitlementId
    on: Day


class Term(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entitlement that is in force for a term by itself, and its days: they are told when they are long over."""

    entitlement: EntitlementId
    starts_on: Day
    ends_on: Day | None = None


class Held(Entity, frozen=True, kw_only=True):
    """What one record of a person has of one kind of entitlement and can still use. Its id is `<holder>/<code>`."""

    KIND: ClassVar[str] = "entitled"

    having: tuple[Having, ...] = ()
    had: tuple[Had, ...] = ()
    """What was used of it, the last ones."""
    terms: tuple[Term, ...] = ()
    """Terms of it that were not taken back, the last ones."""

    @property
    def last_on(self) -> Day | None:
        """The last local day on which something of it was had."""
        return max((item.on for item in self.had), default=None)

    def in_force(self, day: Day) -> tuple[Having, ...]:
        """Those whose last day is not over on that local day, whether its end is recorded yet or not."""
        return tuple(item for item in self.having if item.ends_on is None or item.ends_on >= day)

    def covered(self, day: Day) -> bool:
        """Whether some term holds that local day, over or not: a bill may come when its term has ended (S15)."""
        return any(term.starts_on <= day <= (term.ends_on or day) for term in self.terms)

    def with_one(self, having: Having) -> "Held":
        """With one more, or with one changed."""
        kept = tuple(item for item in self.having if item.entitlement != having.entitlement)
        return replace(self, having=(*kept, having))

    def without(self, entitlement: EntitlementId) -> "Held":
        """Without one that is used up, given back or over."""
        return replace(
            self,
            having=tuple(item for item in self.having if item.entitlement != entitlement),
            had=tuple(item for item in self.had if item.entitlement != entitlement),
        )

    def with_term(self, term: Term) -> "Held":
        """With one more term."""
        return replace(self, terms=(*self.terms, term)[-MOST_REMEMBERED:])

    def without_term(self, entitlement: EntitlementId) -> "Held":
        """Without one that was taken back: it covers no day any more."""
        return replace(self, terms=tuple(term for term in self.terms if term.entitlement != entitlement))

    def with_had(self, had: Had) -> "Held":
        """With one used up on its day, whatever was said of it before."""
        there = self.without(had.entitlement)
        return replace(there, had=(*there.had, had)[-MOST_REMEMBERED:])

    def at(self, entitlement: EntitlementId, session: SessionId | None) -> "Held":
        """With one booked or waiting there, or free again."""
        having = tuple(
            replace(item, session=session) if item.entitlement == entitlement else item for item in self.having
        )
        return replace(self, having=having)


def held_id(holder: str, code: str) -> str:
    """The one place where the id of what a person has is spelled."""
    return f"{holder}/{code}"

"""How entitlements, sessions and what people have in force follow the facts about them."""

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from ledger.entitlements.entities import Entitlement, Had, Having, Held, Session, Status, Term, Waiting, held_id
from ledger.entitlements.facts import (
    BookingCancelled,
    EntitlementBooked,
    EntitlementCancelled,
    EntitlementFact,
    EntitlementIssued,
    EntitlementLapsed,
    EntitlementNoShow,
    EntitlementUsed,
    EntitlementWaitlisted,
    SessionCancelled,
    SessionChanged,
    SessionFact,
    SessionOpened,
    WaitingEnded,
)
from ledger.redemptions.entities import Redemption
from ledger.room import Evolution, Fact, Meta

Freeing = BookingCancelled | WaitingEnded
Ending = EntitlementUsed | EntitlementNoShow | EntitlementCancelled | EntitlementLapsed
STATUS: Final[dict[type[Fact], Status]] = {
    EntitlementUsed: "used",
    EntitlementNoShow: "no-show",
    EntitlementCancelled: "cancelled",
    EntitlementLapsed: "lapsed",
}
"""How each ending is called."""


def entitlements(fact: EntitlementFact, _meta: Meta) -> tuple[str, ...]:
    """The entitlement that a fact is about."""
    return (fact.entitlement,)


def held(fact: EntitlementFact, _meta: Meta) -> tuple[str, ...]:
    """What its holder has of that kind."""
    return (held_id(fact.holder, fact.code),)


def sessions(
    fact: SessionFact | EntitlementBooked | EntitlementWaitlisted | Freeing | Ending, _meta: Meta
) -> tuple[str, ...]:
    """The session that a fact is about, if any."""
    return () if fact.session is None else (fact.session,)


def redemptions(fact: EntitlementIssued, _meta: Meta) -> tuple[str, ...]:
    """The redemption that paid, if any."""
    return () if fact.redemption is None else (fact.redemption,)


# Entitlements --------------------------------------------------------------------------------------------------


def on_issued(_entitlement: Entitlement | None, fact: EntitlementIssued, _meta: Meta, _id: str) -> Entitlement:
    """A right, on the terms of that day."""
    return Entitlement(
        id=fact.entitlement,
        code=fact.code,
        holder=fact.holder,
        use=fact.use,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        cancel_days=fact.cancel_days,
        redemption=fact.redemption,
        item=fact.item,
        fund=fact.fund,
        cost=fact.cost,
    )


def on_booked(entitlement: Entitlement, fact: EntitlementBooked, _meta: Meta, _id: str) -> Entitlement:
    """A place."""
    return replace(entitlement, status="booked", session=fact.session)


def on_waitlisted(entitlement: Entitlement, fact: EntitlementWaitlisted, _meta: Meta, _id: str) -> Entitlement:
    """On the list."""
    return replace(entitlement, status="waiting", session=fact.session)


def on_freed(entitlement: Entitlement, _fact: Freeing, _meta: Meta, _id: str) -> Entitlement:
    """To be booked anew."""
    return replace(entitlement, status="issued", session=None)


def on_ended(entitlement: Entitlement, fact: Ending, meta: Meta, _id: str) -> Entitlement:
    """Over. Where it was used, or missed, stays in it."""
    return replace(entitlement, status=STATUS[type(fact)], session=fact.session, ended_at=meta.occurred_at)


# What people have ----------------------------------------------------------------------------------------------


def on_had(before: Held | None, fact: EntitlementIssued, _meta: Meta, _id: str) -> Held:
    """One more."""
    after = (before or Held()).with_one(Having(fact.entitlement, fact.ends_on))
    if fact.use != "term":
        return after
    return after.with_term(Term(fact.entitlement, fact.starts_on, fact.ends_on))


def on_placed(before: Held, fact: EntitlementBooked | EntitlementWaitlisted, _meta: Meta, _id: str) -> Held:
    """One of them has a place, or waits."""
    return before.at(fact.entitlement, fact.session)


def on_unplaced(before: Held, fact: Freeing, _meta: Meta, _id: str) -> Held:
    """One of them is free again."""
    return before.at(fact.entitlement, None)


def on_no_more(before: Held, fact: Ending, meta: Meta, _id: str) -> Held:
    """One less; what was used is remembered with its day, a term that was taken back is not."""
    if isinstance(fact, EntitlementCancelled):
        return before.without(fact.entitlement).without_term(fact.entitlement)
    if not isinstance(fact, EntitlementUsed):
        return before.without(fact.entitlement)
    return before.with_had(Had(fact.entitlement, meta.day))


# Sessions ------------------------------------------------------------------------------------------------------


def on_opened(_session: Session | None, fact: SessionOpened, _meta: Meta, _id: str) -> Session:
    """Places."""
    return Session(
        id=fact.session,
        code=fact.code,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        places=fact.places,
        book_until_on=fact.book_until_on,
        region=None if fact.region is UNSET else fact.region,
    )


def on_changed(session: Session, fact: SessionChanged, _meta: Meta, _id: str) -> Session:
    """More of them, or fewer."""
    return replace(session, places=fact.places)


def on_called_off(session: Session, _fact: SessionCancelled, meta: Meta, _id: str) -> Session:
    """Nobody has a place any more, nobody waits."""
    return replace(session, booked=(), waiting=(), cancelled_at=meta.occurred_at)


def on_place_taken(session: Session, fact: EntitlementBooked, _meta: Meta, _id: str) -> Session:
    """One place less."""
    return session.with_booked(fact.entitlement)


def on_queued(session: Session, fact: EntitlementWaitlisted, _meta: Meta, _id: str) -> Session:
    """One more on the list."""
    return session.with_waiting(Waiting(fact.rank, fact.entitlement))


def on_gone(
    session: Session, fact: Freeing | EntitlementCancelled | EntitlementLapsed, _meta: Meta, _id: str
) -> Session:
    """One place more, or one less on the list."""
    return session.without(fact.entitlement)


def on_used(session: Session, fact: EntitlementUsed, _meta: Meta, _id: str) -> Session:
    """One has come."""
    return session.with_used(fact.entitlement)


def on_missed(session: Session, fact: EntitlementNoShow, _meta: Meta, _id: str) -> Session:
    """One has not come."""
    return session.with_missed(fact.entitlement)


# Redemptions ---------------------------------------------------------------------------------------------------


def on_entitled(redemption: Redemption, fact: EntitlementIssued, _meta: Meta, _id: str) -> Redemption:
    """What it bought is given back by the entitlement alone."""
    item = fact.item
    if item is None or item in redemption.entitled:
        return redemption
    return replace(redemption, entitled=(*redemption.entitled, item))


EVOLUTIONS: Final = (
    Evolution(EntitlementIssued, Entitlement, entitlements, on_issued),
    Evolution(EntitlementIssued, Held, held, on_had),
    Evolution(EntitlementIssued, Redemption, redemptions, on_entitled),
    Evolution(EntitlementBooked, Entitlement, entitlements, on_booked),
    Evolution(EntitlementBooked, Held, held, on_placed),
    Evolution(EntitlementBooked, Session, sessions, on_place_taken),
    Evolution(EntitlementWaitlisted, Entitlement, entitlements, on_waitlisted),
    Evolution(EntitlementWaitlisted, Held, held, on_placed),
    Evolution(EntitlementWaitlisted, Session, sessions, on_queued),
    *(Evolution(fact, Entitlement, entitlements, on_freed) for fact in (BookingCancelled, WaitingEnded)),
    *(Evolution(fact, Held, held, on_unplaced) for fact in (BookingCancelled, WaitingEnded)),
    *(Evolution(fact, Entitlement, entitlements, on_ended) for fact in STATUS),
    *(Evolution(fact, Held, held, on_no_more) for fact in STATUS),
    Evolution(EntitlementUsed, Session, sessions, on_used),
    Evolution(EntitlementNoShow, Session, sessions, on_missed),
    *(
        Evolution(fact, Session, sessions, on_gone)
        for fact in (BookingCancelled, WaitingEnded, EntitlementCancelled, EntitlementLapsed)
    ),
    Evolution(SessionOpened, Session, sessions, on_opened),
    Evolution(SessionChanged, Session, sessions, on_changed),
    Evolution(SessionCancelled, Session, sessions, on_called_off),
)

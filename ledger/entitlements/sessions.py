"""Sessions: opened, enlarged or made smaller, called off, and over."""

from collections.abc import Iterator
from typing import Final

from msgspec import UNSET

from ledger.calendar import end_of_day, known_day
from ledger.entitlements.booking import moving_up
from ledger.entitlements.commands import CancelSession, ChangeSession, OpenSession
from ledger.entitlements.entities import MOST_PLACES, Entitlement, EntitlementId, Session
from ledger.entitlements.facts import (
    BookingCancelled,
    EntitlementLapsed,
    SessionCancelled,
    SessionChanged,
    SessionOpened,
    WaitingEnded,
)
from ledger.naming import wrong_id
from ledger.refusals import AlreadyExists, Malformed, NotEligible
from ledger.room import Book, Facts, Now, Stamped
from ledger.values import Day, Instant

LONGEST_NAME: Final = 80


def open_session(command: OpenSession, book: Book, now: Now) -> Facts:
    """Checks: shape, days and places (422), an entitlement that books places (422), id not taken."""
    errors = [*_shape(command), *_days(command, now.today)]
    rules = book.scheme(now.today).entitlement(command.code)
    if rules.use != "booking":
        errors.append(f"code: {command.code} books no places")
    if errors:
        raise Malformed(errors=errors)
    if command.region is not UNSET:
        book.scheme(now.today).region(command.region)
    if book.get(Session, command.id) is not None:
        raise AlreadyExists(kind=Session.KIND, id=command.id)
    yield SessionOpened(
        session=command.id,
        code=command.code,
        name=command.name,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        places=command.places,
        book_until_on=command.book_until_on or command.starts_on,
        region=command.region,
    )


def _shape(command: OpenSession) -> Iterator[str]:
    yield from wrong_id(command.id)
    if command.name is not None and not 1 <= len(command.name) <= LONGEST_NAME:
        yield f"name: 1 to {LONGEST_NAME} characters"
    yield from _places(command.places)


def _places(places: int) -> Iterator[str]:
    if not 0 <= places <= MOST_PLACES:
        yield f"places: {places} is not between 0 and {MOST_PLACES}"


def _days(command: OpenSession, today: Day) -> Iterator[str]:
    """What is wrong with the days; the last day of booking only where one was named."""
    until = command.book_until_on
    days = {"starts_on": command.starts_on, "ends_on": command.ends_on, "book_until_on": until}
    unknown = [f"{name}: {day} is no day" for name, day in days.items() if day is not None and not known_day(day)]
    if unknown:
        yield from unknown
        return
    if command.ends_on < command.starts_on:
        yield "ends_on: before starts_on"
    if command.ends_on < today:
        yield f"ends_on: {command.ends_on} is over"
    if until is not None and until > command.ends_on:
        yield "book_until_on: after ends_on"


def change_session(command: ChangeSession, book: Book, now: Now) -> Facts:
    """Checks: places (422), existence, not called off, not over, not fewer places than people have."""
    errors = list(_places(command.places))
    if errors:
        raise Malformed(errors=errors)
    session = book.the(Session, command.session)
    _takes_place(session)
    if now.today > session.ends_on:
        raise NotEligible(reason="session-over")
    if command.places < session.places - session.free:
        raise NotEligible(reason="places-taken")
    yield SessionChanged(session=command.session, code=session.code, places=command.places)
    yield from moving_up(book, command.session)


def cancel_session(command: CancelSession, book: Book, now: Now) -> Facts:
    """Everybody is free again, and each is told the reason. Who has already used a place keeps that.

    Also after its last day: nobody may count as absent from what did not take place. Checks: reason (422), existence,
    not called off.
    """
    book.scheme(now.today).reason(command.reason)
    session = book.the(Session, command.session)
    _takes_place(session)
    everybody = (*session.booked, *(waiting.entitlement for waiting in session.waiting))
    yield SessionCancelled(session=command.session, code=session.code, reason=command.reason)
    for id in everybody:
        yield _told(book.the(Entitlement, id), command)


def _told(entitlement: Entitlement, command: CancelSession) -> BookingCancelled:
    return BookingCancelled(
        entitlement=entitlement.id,
        code=entitlement.code,
        holder=entitlement.holder,
        session=command.session,
        cause="session-cancelled",
        reason=command.reason,
    )


def _takes_place(session: Session) -> None:
    if session.cancelled_at is not None:
        raise NotEligible(reason="session-cancelled")


# Time ----------------------------------------------------------------------------------------------------------


def end(session: Session, book: Book, now: Now) -> Facts:
    """Its last day is over: who still waits is free again, or lapsed before that."""
    # Looked up afresh: an entitlement may have lapsed, and left the list, since this session was found to be due.
    session = book.the(Session, session.id)
    ended_at = end_of_day(session.ends_on, now.zone)
    for waiting in session.waiting:
        yield _waited(book, waiting.entitlement, session, ended_at, now.zone)


def _waited(book: Book, id: EntitlementId, session: Session, ended_at: Instant, zone: str) -> Stamped:
    entitlement = book.the(Entitlement, id)
    lapses_at = entitlement.due_at(zone)
    if lapses_at is not None and lapses_at < ended_at:
        return lapsed(entitlement, lapses_at)
    ended = WaitingEnded(entitlement=id, code=entitlement.code, holder=entitlement.holder, session=session.id)
    return Stamped(fact=ended, occurred_at=ended_at)


def lapse(entitlement: Entitlement, book: Book, now: Now) -> Facts:
    """Its last day is over: the term has ended, or it was not used in time."""
    entitlement = book.the(Entitlement, entitlement.id)
    ended_at = entitlement.due_at(now.zone)
    if ended_at is not None and ended_at <= now.recorded_at:
        yield lapsed(entitlement, ended_at)


def lapsed(entitlement: Entitlement, at: Instant) -> Stamped:
    """The lapse as a fact, at the instant at which it was due."""
    fact = EntitlementLapsed(
        entitlement=entitlement.id,
        code=entitlement.code,
        holder=entitlement.holder,
        ended_on=entitlement.ends_on or Day(at[:10]),
        session=entitlement.session,
    )
    return Stamped(fact=fact, occurred_at=at)

"""Deciding about entitlements: which wish is decided where, what each reads, and what time does."""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.entitlements import sessions
from ledger.entitlements.booking import book_place, cancel_booking
from ledger.entitlements.commands import (
    BookPlace,
    CancelBooking,
    CancelEntitlement,
    CancelSession,
    ChangeSession,
    IssueEntitlement,
    MarkNoShow,
    OpenSession,
    UseEntitlement,
)
from ledger.entitlements.ending import cancel, mark_no_show, use
from ledger.entitlements.entities import Entitlement, EntitlementId, Held, Session, held_id
from ledger.entitlements.issuing import held_keys, issued, may_have
from ledger.limits.entities import Counter
from ledger.naming import nameable
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem
from ledger.points.entities import Account, account_key
from ledger.redemptions.entities import Redemption
from ledger.refusals import AlreadyExists
from ledger.room import Book, Due, Facts, Handler, Key, Now
from ledger.stock.entities import Item
from ledger.values import holder_account

OnEntitlement = CancelBooking | CancelEntitlement | UseEntitlement | MarkNoShow


def issue(command: IssueEntitlement, book: Book, now: Now) -> Facts:
    """Checks: entitlement, reason, id (422), holder (404), id not taken, that he may redeem, one in force at a time."""
    scheme = book.scheme(now.today)
    rules = scheme.entitlement(command.code)
    scheme.reason(command.reason)
    nameable(command.id)
    holder = living(book, command.holder)
    id = _new_id(command, book, now)
    may_redeem(holder, now.today)
    may_have(book, command.holder, rules, 1, now.today)
    yield issued(rules, id, command.holder, now.today, reason=command.reason)


def _new_id(command: IssueEntitlement, book: Book, now: Now) -> EntitlementId:
    if command.id is None:
        # One tx may give several (an atomic group): each is told apart by its position.
        return EntitlementId(now.tx if book.get(Entitlement, now.tx) is None else f"{now.tx}.{now.position}")
    if book.get(Entitlement, command.id) is not None:
        raise AlreadyExists(kind=Entitlement.KIND, id=command.id)
    return command.id


# What they read ------------------------------------------------------------------------------------------------


def whom(command: IssueEntitlement, _book: Book) -> Iterable[Key]:
    """First round: the holder, and the caller's own id."""
    yield Holder.KIND, command.holder
    if command.id is not None:
        yield Entitlement.KIND, command.id


def what_he_has(command: IssueEntitlement, book: Book) -> Iterable[Key]:
    """Second round: what he has of that kind, under all his records."""
    return held_keys(book, command.holder, (command.code,))


def itself(command: OnEntitlement, _book: Book) -> Iterable[Key]:
    """First round: the entitlement."""
    return [(Entitlement.KIND, command.entitlement)]


def its_session(command: OnEntitlement, book: Book) -> Iterator[Key]:
    """Second round: where it is booked, whose it is, what paid it."""
    entitlement = book.get(Entitlement, command.entitlement)
    if entitlement is None:
        return
    yield Held.KIND, held_id(entitlement.holder, entitlement.code)
    if entitlement.session is not None:
        yield Session.KIND, entitlement.session
    if isinstance(command, CancelEntitlement) and entitlement.redemption is not None:
        yield Redemption.KIND, entitlement.redemption
        yield Holder.KIND, entitlement.holder


def next_in_line(command: CancelBooking | CancelEntitlement, book: Book) -> Iterator[Key]:
    """Third round: who will move up; of a paid one also what its refund changes."""
    entitlement = book.get(Entitlement, command.entitlement)
    if entitlement is not None and entitlement.session is not None:
        yield from _first_waiting(book, entitlement.session, 1)
    if isinstance(command, CancelEntitlement) and entitlement is not None and entitlement.redemption is not None:
        yield from _refunded(book, entitlement)


def _refunded(book: Book, entitlement: Entitlement) -> Iterator[Key]:
    redemption = book.get(Redemption, entitlement.redemption or "")
    if redemption is None:
        return
    yield Account.KIND, account_key(redemption.account, redemption.unit)
    yield from ((Item.KIND, str(line.item)) for line in redemption.lines if line.item == entitlement.item)
    yield from ((Counter.KIND, count.counter) for count in redemption.counts)
    holder = book.get(Holder, entitlement.holder)
    if holder is not None and holder.merged_into is not None:
        yield Holder.KIND, holder.merged_into
        yield Account.KIND, account_key(holder_account(holder.merged_into), redemption.unit)


def what_they_have(command: CancelBooking | CancelEntitlement, book: Book) -> Iterator[Key]:
    """Fourth round: what those who move up have."""
    entitlement = book.get(Entitlement, command.entitlement)
    if entitlement is not None and entitlement.session is not None:
        yield from _had_by_first(book, entitlement.session, 1)


def _first_waiting(book: Book, session: str, places: int) -> Iterator[Key]:
    found = book.get(Session, session)
    for waiting in found.waiting[: max(0, places)] if found else ():
        yield Entitlement.KIND, waiting.entitlement


def _had_by_first(book: Book, session: str, places: int) -> Iterator[Key]:
    for _, id in _first_waiting(book, session, places):
        yield from _had(book, id)


def _had(book: Book, id: str) -> Iterator[Key]:
    entitlement = book.get(Entitlement, id)
    if entitlement is not None:
        yield Held.KIND, held_id(entitlement.holder, entitlement.code)


# Booking


def both(command: BookPlace, _book: Book) -> Iterable[Key]:
    """First round: the entitlement and the session."""
    return [(Entitlement.KIND, command.entitlement), (Session.KIND, command.session)]


def whose(command: BookPlace, book: Book) -> Iterator[Key]:
    """Second round: its holder, what he has, and where it waits: when that session is over it waits no more."""
    entitlement = book.get(Entitlement, command.entitlement)
    if entitlement is not None:
        if entitlement.session is not None:
            yield Session.KIND, entitlement.session
        yield Holder.KIND, entitlement.holder
        yield Held.KIND, held_id(entitlement.holder, entitlement.code)


def other_records(command: BookPlace, book: Book) -> Iterator[Key]:
    """Third round: the record that answers for a merged one, or what the merged ones have."""
    entitlement = book.get(Entitlement, command.entitlement)
    holder = book.get(Holder, entitlement.holder) if entitlement else None
    if entitlement is not None and holder is not None:
        if holder.merged_into is not None:
            yield Holder.KIND, holder.merged_into
        yield from held_keys(book, entitlement.holder, (entitlement.code,))


def records_of_survivor(command: BookPlace, book: Book) -> Iterator[Key]:
    """Fourth round: what the record that answers has, and all that were merged into it."""
    entitlement = book.get(Entitlement, command.entitlement)
    holder = book.get(Holder, entitlement.holder) if entitlement else None
    if entitlement is not None and holder is not None and holder.merged_into is not None:
        yield from held_keys(book, holder.merged_into, (entitlement.code,))


# Sessions


def the_session(command: ChangeSession | CancelSession, _book: Book) -> Iterable[Key]:
    """First round: the session."""
    return [(Session.KIND, command.session)]


def moving(command: ChangeSession, book: Book) -> Iterator[Key]:
    """Second round: who will move up."""
    session = book.get(Session, command.session)
    if session is not None:
        yield from _first_waiting(book, command.session, command.places - session.places + session.free)


def had_by_moving(command: ChangeSession, book: Book) -> Iterator[Key]:
    """Third round: what they have."""
    session = book.get(Session, command.session)
    if session is not None:
        yield from _had_by_first(book, command.session, command.places - session.places + session.free)


def everybody(command: CancelSession, book: Book) -> Iterator[Key]:
    """Second round: all who have a place or wait."""
    session = book.get(Session, command.session)
    if session is not None:
        yield from ((Entitlement.KIND, id) for id in session.booked)
        yield from ((Entitlement.KIND, waiting.entitlement) for waiting in session.waiting)


def had_by_everybody(command: CancelSession, book: Book) -> Iterator[Key]:
    """Third round: what they have."""
    for _, id in everybody(command, book):
        yield from _had(book, id)


HANDLERS: Final = (
    Handler(IssueEntitlement, issue, (whom, what_he_has)),
    Handler(CancelEntitlement, cancel, (itself, its_session, next_in_line, what_they_have)),
    Handler(BookPlace, book_place, (both, whose, other_records, records_of_survivor)),
    Handler(CancelBooking, cancel_booking, (itself, its_session, next_in_line, what_they_have)),
    Handler(UseEntitlement, use, (itself, its_session)),
    Handler(MarkNoShow, mark_no_show, (itself, its_session)),
    Handler(OpenSession, sessions.open_session, (lambda command, _book: [(Session.KIND, command.id)],)),
    Handler(ChangeSession, sessions.change_session, (the_session, moving, had_by_moving)),
    Handler(CancelSession, sessions.cancel_session, (the_session, everybody, had_by_everybody)),
)
DUES: Final = (Due(Entitlement, sessions.lapse), Due(Session, sessions.end))

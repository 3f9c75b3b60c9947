"""Places: taking one, waiting for one, giving one up, and moving up when one becomes free."""

from ledger.calendar import day_after
from ledger.entitlements.commands import BookPlace, CancelBooking
from ledger.entitlements.entities import MOST_WAITING, Entitlement, Session, SessionId
from ledger.entitlements.facts import BookingCancelled, EntitlementBooked, EntitlementWaitlisted
from ledger.entitlements.issuing import having
from ledger.entitlements.ranking import Application, application
from ledger.people.standing import living, may_redeem, survivor
from ledger.refusals import BookingClosed, LimitExceeded, Malformed, NotEligible
from ledger.room import Book, Facts, Now
from ledger.values import MAX_AMOUNT, Day


def book_place(command: BookPlace, book: Book, now: Now) -> Facts:
    """First come, first served; when all places are taken, wait.

    Checks: rank (422), both exist (404), of one kind, the session takes place, the person may redeem, the entitlement
    is free and can be used then, the last day of booking, one place a person, grounds (422), the length of the list.
    """
    if not 0 <= command.rank <= MAX_AMOUNT:
        raise Malformed(errors=[f"rank: {command.rank} is not between 0 and {MAX_AMOUNT}"])
    entitlement, session = book.the(Entitlement, command.entitlement), book.the(Session, command.session)
    if entitlement.code != session.code:
        raise NotEligible(reason="other-entitlement")
    if session.cancelled_at is not None:
        raise NotEligible(reason="session-cancelled")
    holder = survivor(book, entitlement.holder)
    may_redeem(living(book, holder), now.today)
    if entitlement.status != "issued":
        raise NotEligible(reason=entitlement.status)
    _usable(entitlement, session)
    if now.today > session.book_until_on:
        raise BookingClosed(until=session.book_until_on)
    _one_place(command, book, entitlement, session)
    applied = application(command, entitlement, session, book, now)
    yield _placed(command, entitlement, session, applied)


def _usable(entitlement: Entitlement, session: Session) -> None:
    """A session is chosen by its first day: it must not lie before or after the days of the entitlement."""
    late = entitlement.ends_on is not None and session.starts_on > entitlement.ends_on
    if late or session.ends_on < entitlement.starts_on:
        raise NotEligible(reason="not-valid-then")


def _one_place(command: BookPlace, book: Book, entitlement: Entitlement, session: Session) -> None:
    """Nobody has two places, with whichever voucher and under whichever record."""
    for held in having(book, survivor(book, entitlement.holder), session.code):
        if any(item.session == command.session for item in held.having):
            raise NotEligible(reason="already-booked")


def _placed(
    command: BookPlace, entitlement: Entitlement, session: Session, applied: Application
) -> EntitlementBooked | EntitlementWaitlisted:
    if session.free > 0:
        return EntitlementBooked(
            entitlement=command.entitlement,
            code=entitlement.code,
            holder=entitlement.holder,
            session=command.session,
        )
    waiting = len(session.waiting)
    if waiting >= MOST_WAITING:
        raise LimitExceeded(
            rule="waiting-list", limit=MOST_WAITING, used=waiting, offered=0, period=session.book_until_on
        )
    return EntitlementWaitlisted(
        entitlement=command.entitlement,
        code=entitlement.code,
        holder=entitlement.holder,
        session=command.session,
        rank=applied.rank,
        grounds=applied.grounds,
        last_on=applied.last_on,
    )


def moving_up(book: Book, session: SessionId) -> Facts:
    """Whoever is first on the list gets a place that is free, until none is free or nobody waits."""
    while (there := book.the(Session, session)).free > 0 and there.waiting:
        first = book.the(Entitlement, there.waiting[0].entitlement)
        yield EntitlementBooked(
            entitlement=first.id, code=first.code, holder=first.holder, session=session, waited=True
        )


def give_up_until(entitlement: Entitlement, session: Session) -> Day:
    """The last local day on which a place can be given up: the scheme's, else the day before the session."""
    days = 1 if entitlement.cancel_days is None else entitlement.cancel_days
    return day_after(session.starts_on, -days)


def cancel_booking(command: CancelBooking, book: Book, now: Now) -> Facts:
    """Checks: reason (422), existence, that it has a place or waits, for a place also the last day (else: no-show)."""
    book.scheme(now.today).reason(command.reason)
    entitlement = book.the(Entitlement, command.entitlement)
    if entitlement.session is None or entitlement.status not in {"booked", "waiting"}:
        raise NotEligible(reason="not-booked" if entitlement.status == "issued" else entitlement.status)
    session = book.the(Session, entitlement.session)
    until = give_up_until(entitlement, session)
    if entitlement.status == "booked" and now.today > until:
        raise BookingClosed(until=until)
    yield BookingCancelled(
        entitlement=command.entitlement,
        code=entitlement.code,
        holder=entitlement.holder,
        session=entitlement.session,
        cause="unbooked",
        reason=command.reason,
    )
    yield from moving_up(book, entitlement.session)

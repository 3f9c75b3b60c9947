"""How an entitlement ends: used, not come for, given back or taken back."""

from itertools import chain

from msgspec import UNSET, UnsetType

from ledger.entitlements.booking import give_up_until, moving_up
from ledger.entitlements.commands import CancelEntitlement, MarkNoShow, UseEntitlement
from ledger.entitlements.entities import ENDED, Entitlement, Session
from ledger.entitlements.facts import EntitlementCancelled, EntitlementNoShow, EntitlementUsed
from ledger.redemptions.commands import RefundRedemption, ReturningLine
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import ReturnedLine
from ledger.redemptions.refunding import give_back
from ledger.redemptions.returning import returned_lines
from ledger.refusals import NotEligible, RefundClosed
from ledger.room import Book, Facts, Now
from ledger.values import Day, ItemId, RedemptionId


def use(command: UseEntitlement, book: Book, now: Now) -> Facts:
    """Checks: existence, a place where one is booked, else that it is not over; not before its first day; the region.

    Where it `corrects`, the place is one that was marked as missed.
    """
    entitlement = book.the(Entitlement, command.entitlement)
    if entitlement.use == "term":
        raise NotEligible(reason="term")
    wrong = command.corrects is True and entitlement.status == "no-show"
    once = entitlement.use == "once"
    begins_on = entitlement.starts_on if once else _place(entitlement, book, marked=wrong).starts_on
    if entitlement.status in ENDED and not wrong:
        raise NotEligible(reason=entitlement.status)
    if now.day < begins_on:
        raise NotEligible(reason="not-begun")
    yield EntitlementUsed(
        entitlement=command.entitlement,
        code=entitlement.code,
        holder=entitlement.holder,
        session=entitlement.session,
        on=now.day,
        region=_where(command, entitlement, book, now),
    )


def _where(command: UseEntitlement, entitlement: Entitlement, book: Book, now: Now) -> str | UnsetType:
    """In the session's region, else in the one that is named. A session takes place where it does."""
    session = None if entitlement.session is None else book.the(Session, entitlement.session)
    if command.region is UNSET:
        return UNSET if session is None or session.region is None else session.region
    book.scheme(now.day).region(command.region)
    if session is not None and session.region not in {None, command.region}:
        raise NotEligible(reason="other-region")
    return command.region


def mark_no_show(command: MarkNoShow, book: Book, now: Now) -> Facts:
    """Checks: existence, a place, not before the first day of its session.

    Where it `corrects`, the place is one that was marked as used.
    """
    entitlement = book.the(Entitlement, command.entitlement)
    wrong = command.corrects is True and entitlement.status == "used"
    session = _place(entitlement, book, marked=wrong)
    if now.day < session.starts_on:
        raise NotEligible(reason="not-begun")
    yield EntitlementNoShow(
        entitlement=command.entitlement, code=entitlement.code, holder=entitlement.holder, session=session.id
    )


def _place(entitlement: Entitlement, book: Book, *, marked: bool = False) -> Session:
    """Where it has a place, or with `marked` the place of a mark that was wrong; never where nothing took place."""
    if entitlement.session is None or not (marked or entitlement.status == "booked"):
        raise NotEligible(reason="not-booked" if entitlement.status == "issued" else entitlement.status)
    session = book.the(Session, entitlement.session)
    if session.cancelled_at is not None:
        raise NotEligible(reason="session-cancelled")
    return session


# Giving back ---------------------------------------------------------------------------------------------------


def cancel(command: CancelEntitlement, book: Book, now: Now) -> Facts:
    """Give back what somebody paid for, within its days, or take back what was given at any time; who waits moves up.

    The coins return to the lots that paid, with their old expiry, and the piece to the shelf; the cost is owed no more.
    Checks: reason (422), existence, not ended; of a paid one also its last day; then those of a refund.
    """
    book.scheme(now.today).reason(command.reason)
    entitlement = book.the(Entitlement, command.entitlement)
    if entitlement.status in ENDED:
        raise NotEligible(reason=entitlement.status)
    refund = 0
    refunded: Facts = iter(())
    if entitlement.redemption is not None and entitlement.item is not None:
        _in_time(entitlement, book, now.today)
        redemption = book.the(Redemption, entitlement.redemption)
        lines = _piece(redemption, entitlement.item)
        refund = lines[0].price
        refunding = give_back(_as_refund(entitlement.redemption, command), redemption, lines, refund, book, now)
        # Its checks are made before anything is yielded; the answer speaks of the entitlement first.
        refunded = chain((next(refunding),), refunding)
    yield EntitlementCancelled(
        entitlement=command.entitlement,
        code=entitlement.code,
        holder=entitlement.holder,
        reason=command.reason,
        session=entitlement.session,
        redemption=entitlement.redemption,
        refund=refund,
        fund=entitlement.fund,
        cost=entitlement.cost,
    )
    yield from refunded
    if entitlement.session is not None:
        yield from moving_up(book, entitlement.session)


def _in_time(entitlement: Entitlement, book: Book, today: Day) -> None:
    """Without a place it can be given back as long as it can be used."""
    if entitlement.cancel_days is None:
        raise NotEligible(reason="not-refundable")
    if entitlement.status == "booked" and entitlement.session is not None:
        until = give_up_until(entitlement, book.the(Session, entitlement.session))
        if today > until:
            raise RefundClosed(until=until)


def _piece(redemption: Redemption, item: ItemId) -> tuple[ReturnedLine, ...]:
    return returned_lines(redemption, (ReturningLine(item, 1, restock=True),))


def _as_refund(redemption: RedemptionId, command: CancelEntitlement) -> RefundRedemption:
    return RefundRedemption(redemption=redemption, reason=command.reason)

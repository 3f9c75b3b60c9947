"""Taking held value: in parts until nothing is left or nothing more is wanted."""

from typing import NamedTuple

from msgspec.structs import replace

from ledger.accounts.activity import kept_alive
from ledger.holds.commands import CaptureHold
from ledger.holds.entities import Hold
from ledger.holds.facts import HoldCaptured
from ledger.holds.terms import still_open
from ledger.limits.drawing import counted_back
from ledger.points.decide import whole
from ledger.points.entities import Account, account_key
from ledger.points.granting import lapses_of_released, moving
from ledger.points.moving import Arrival, Leaving, arrivals, landing, within_range
from ledger.pools import Lot, amount_of, first_of, without
from ledger.refusals import AmountOutOfRange, ExceedsHold
from ledger.room import Book, Facts, Now
from ledger.values import MAX_AMOUNT


def capture(command: CaptureHold, book: Book, now: Now) -> Facts:
    """Move held value to the payee, or redeem it; what a final capture leaves is free in the same fact.

    A hold is a promise: limits, ceilings and the transfer policy were settled when it was made. Checks: amount (422),
    hold (404), open, neither account frozen or closed, no more than it holds, results in range (422).
    """
    amount = None if command.amount is None else whole(command.amount)
    hold = book.the(Hold, command.hold)
    still_open(hold, now)
    account = moving(book.the(Account, account_key(hold.account, hold.unit)))
    payee = None if hold.to is None else moving(book.the(Account, account_key(hold.to, hold.unit)))
    amount = hold.remaining if amount is None else amount
    if amount > hold.remaining:
        raise ExceedsHold(held=hold.remaining)
    _in_range(account, payee, amount)
    part = _part(hold, account, amount)
    closes = command.final or amount == hold.remaining
    released = without(hold.lots, part.earmarked) if closes else ()
    unreserved = hold.drawn - part.reserved if closes else 0
    settled = account.repayments(released)
    landed = () if payee is None else landing(payee, _arriving(account, payee, part, now), now)
    repaid = () if payee is None else payee.repayments(item.lot for item in landed)
    yield HoldCaptured(
        account=hold.account,
        unit=hold.unit,
        amount=amount,
        hold=command.hold,
        to=hold.to,
        expires_at=hold.expires_at,
        remaining=0 if closes else hold.remaining - amount,
        taken=part.going.lots,
        reserved=part.reserved,
        drawn=part.going.drawn,
        landed=landed,
        repaid=repaid,
        released=released,
        unreserved=unreserved,
        settled=settled,
        counts=counted_back(hold.counts, amount=amount_of(released) + unreserved, original=hold.amount),
    )
    yield from lapses_of_released(account, released, settled, now.recorded_at, now)
    if payee is not None:
        yield from kept_alive(book, now, payee.account, hold.unit, None)
        arrived = (item.lot for item in landed)
        payee = book.the(Account, account_key(payee.account, hold.unit))
        yield from lapses_of_released(payee, arrived, repaid, now.recorded_at, now)


def _in_range(account: Account, payee: Account | None, amount: int) -> None:
    within_range(account.spent + amount)
    if account.balance - amount < -MAX_AMOUNT:
        raise AmountOutOfRange
    if payee is not None:
        within_range(payee.received + amount)


class _Part(NamedTuple):
    """What a capture takes: its earmarked ranges, what had been reserved without lots, and all that leaves."""

    earmarked: tuple[Lot, ...]
    reserved: int
    going: Leaving


def _part(hold: Hold, account: Account, amount: int) -> _Part:
    """Soonest-expiring earmarks first; then open lots, and below zero only what these do not cover."""
    earmarked = first_of(hold.lots, amount)
    reserved = amount - amount_of(earmarked)
    # A hole and open lots never stand together: what came in since the hold was placed pays before a debt is made.
    opened = account.payment(reserved)
    return _Part(earmarked, reserved, Leaving((*earmarked, *opened), reserved - amount_of(opened)))


def _arriving(account: Account, payee: Account, part: _Part, now: Now) -> tuple[Arrival, ...]:
    """What arrives, under which terms: those that it had, but for a merchant's value past its day (ADR 15)."""
    parts = arrivals(account, part.going)
    if not payee.standing:
        return parts
    return tuple(
        item._replace(terms=replace(item.terms, expires_on=None))
        if item.terms.expires_on is not None and item.terms.expires_on < now.today
        else item
        for item in parts
    )

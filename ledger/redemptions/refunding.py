"""Giving back: today's sale undone, or some of an earlier one refunded."""

from ledger.calendar import day_after, local_day
from ledger.people.standing import surviving_account
from ledger.points.decide import whole
from ledger.points.entities import Account, account_key
from ledger.points.granting import moving
from ledger.points.moving import within_range
from ledger.redemptions.commands import CancelRedemption, RefundRedemption, Restore, ReturningLine
from ledger.redemptions.ending import bill_back, movable
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionRefunded, ReturnedLine
from ledger.redemptions.holding import open_hold, release
from ledger.redemptions.returning import (
    Returning,
    all_that_is_left,
    limits_given_back,
    merged_return,
    parted,
    returned_lines,
    returning,
    scrapped,
)
from ledger.refusals import AlreadyReversed, ExceedsOriginal, Malformed, NotEligible, RefundClosed, UnitMismatch
from ledger.room import Book, Facts, Now
from ledger.scheme.model import Redemption as Rules


def cancel(command: CancelRedemption, book: Book, now: Now) -> Facts:
    """Undo. One rule: a hold at any time, a sale on the local day of its handing over; later it is a refund.

    Checks: reason (422), existence, status; for a sale also no entitlement, the day and frozen (a release runs on
    frozen accounts).
    """
    book.scheme(now.day).reason(command.reason)
    redemption = book.the(Redemption, command.redemption)
    if redemption.status not in {"fulfilled", "refunded"}:
        open_hold(redemption, now)
        yield from release(command, redemption, book, now)
        return
    sold_on = local_day(redemption.sold_at, now.zone)
    if redemption.status == "refunded":
        raise AlreadyReversed(original=redemption.amount, reversed=redemption.refunded)
    if redemption.entitled:
        raise NotEligible(reason="entitlement")
    if sold_on != now.today:
        raise RefundClosed(until=sold_on)
    points, bill = parted(redemption, all_that_is_left(redemption))
    points = points._replace(amount=redemption.amount - redemption.refunded)
    if redemption.bill is not None:
        bill = bill._replace(amount=redemption.bill.amount - redemption.bill.refunded)
    yield from _both_back(command, redemption, points, bill, book, now)


def refund(command: RefundRedemption, book: Book, now: Now) -> Facts:
    """Give back in part, repeatedly, never above the original; a piece at the price that was paid.

    Checks: lines or amount and reason (422), existence, status, no entitlement, frozen, window, restoring, what is
    left.
    """
    if bool(command.lines) == (command.amount is not None):
        raise Malformed(errors=["lines, amount: one of them"])
    wanted = merged_return(command.lines)
    amount = None if command.amount is None else whole(command.amount)
    scheme = book.scheme(now.day)
    scheme.reason(command.reason)
    redemption = book.the(Redemption, command.redemption)
    if redemption.status == "refunded":
        raise AlreadyReversed(original=redemption.amount, reversed=redemption.refunded)
    if redemption.status != "fulfilled":
        raise NotEligible(reason="not-handed-over")
    _not_entitled(redemption, wanted)
    _refundable(command.restore, redemption, scheme.redemption, now)
    points, bill = parted(redemption, returned_lines(redemption, wanted))
    if amount is not None:
        points, bill = _of_unit(command, redemption, amount)
    _left(points.amount, redemption.amount, redemption.refunded)
    if redemption.bill is not None:
        _left(bill.amount, redemption.bill.amount, redemption.bill.refunded)
    yield from _both_back(command, redemption, points, bill, book, now)


def _of_unit(command: RefundRedemption, redemption: Redemption, amount: int) -> tuple[Returning, Returning]:
    """An amount without pieces, of the part that is in the unit which was named."""
    unit = command.unit or (redemption.unit if redemption.lines or redemption.bill is None else redemption.bill.unit)
    on_bill = redemption.bill is not None and unit == redemption.bill.unit
    if not on_bill and unit != redemption.unit:
        raise UnitMismatch(expected=redemption.unit, given=unit)
    return Returning((), 0 if on_bill else amount), Returning((), amount if on_bill else 0)


def _left(amount: int, original: int, refunded: int) -> None:
    if refunded + amount > original:
        raise ExceedsOriginal(original=original, reversed=refunded, requested=amount)


def _both_back(
    command: RefundRedemption | CancelRedemption,
    redemption: Redemption,
    points: Returning,
    bill: Returning,
    book: Book,
    now: Now,
) -> Facts:
    """What comes back of the points and of the bill; of a part of which nothing does, nothing is said."""
    on_bill = redemption.bill is not None and bool(bill.lines or bill.amount)
    if redemption.bill is not None and on_bill:
        movable(redemption.bill, book)
    if not on_bill or points.lines or points.amount:
        yield from give_back(command, redemption, points.lines, points.amount, book, now)
    if redemption.bill is not None and on_bill:
        yield from bill_back(command, redemption, redemption.bill, bill, book, now)


def _not_entitled(redemption: Redemption, wanted: tuple[ReturningLine, ...]) -> None:
    """What issued entitlements comes back with them alone; of a value nobody can say that it is not theirs."""
    if redemption.entitled and (not wanted or any(line.item in redemption.entitled for line in wanted)):
        raise NotEligible(reason="entitlement")


def _refundable(restore: Restore, redemption: Redemption, rules: Rules, now: Now) -> None:
    if rules.refund_days is not None:
        until = day_after(local_day(redemption.sold_at, now.zone), rules.refund_days)
        if now.today > until:
            raise RefundClosed(until=until)
    if restore != "keep" and rules.extend_days == 0:
        raise NotEligible(reason=f"{restore}-not-allowed")


def give_back(
    command: RefundRedemption | CancelRedemption,
    redemption: Redemption,
    lines: tuple[ReturnedLine, ...],
    amount: int,
    book: Book,
    now: Now,
) -> Facts:
    """These pieces and this value come back, to the ranges that paid; checks that the account can move.

    Whether they may come back has been decided: by the rules of the counter, or by those of an entitlement.
    """
    # What a record paid that has been merged since comes back to its survivor.
    owner = surviving_account(book, redemption.account)
    account = moving(book.the(Account, account_key(owner, redemption.unit)))
    within_range(account.received + amount)
    restore: Restore = command.restore if isinstance(command, RefundRedemption) else "keep"
    back = returning(redemption, account, amount, restore, book, now)
    yield RedemptionRefunded(
        account=account.account,
        unit=redemption.unit,
        amount=amount,
        redemption=command.redemption,
        lines=lines,
        restore=restore,
        reason=command.reason,
        restored=back.restored,
        reissued=back.reissued,
        repaid=back.repaid,
        counts=limits_given_back(redemption, lines, amount, book),
    )
    yield from scrapped(command.redemption, lines, command.reason)
    ended = back.ended(account, now.today)
    if ended:
        yield ended

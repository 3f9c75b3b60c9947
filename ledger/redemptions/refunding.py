"""Giving back: today's sale undone, or some of an earlier one refunded."""

from ledger.calendar import day_after, local_day
from ledger.people.standing import surviving_account
from ledger.points.decide import whole
from ledger.points.entities import Account, account_key
from ledger.points.granting import moving
from ledger.points.moving import within_range
from ledger.redemptions.commands import CancelRedemption, RefundRedemption, Restore, ReturningLine
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionRefunded, ReturnedLine
from ledger.redemptions.holding import open_hold, release
from ledger.redemptions.returning import (
    all_that_is_left,
    limits_given_back,
    merged_return,
    returned_lines,
    returning,
)
from ledger.refusals import AlreadyReversed, ExceedsOriginal, Malformed, NotEligible, RefundClosed
from ledger.room import Book, Facts, Now
from ledger.scheme.model import Redemption as Rules
from ledger.stock.facts import ReturnScrapped


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
    amount = redemption.amount - redemption.refunded
    yield from give_back(command, redemption, all_that_is_left(redemption), amount, book, now)


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
    lines = returned_lines(redemption, wanted)
    value = sum(line.price * line.quantity for line in lines) if amount is None else amount
    if redemption.refunded + value > redemption.amount:
        raise ExceedsOriginal(original=redemption.amount, reversed=redemption.refunded, requested=value)
    yield from give_back(command, redemption, lines, value, book, now)


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
        counts=limits_given_back(redemption, lines, amount),
    )
    for line in lines:
        if not line.restock:
            yield ReturnScrapped(
                item=line.item, quantity=line.quantity, reason=command.reason, redemption=command.redemption
            )
    ended = back.ended(account, now.today)
    if ended:
        yield ended

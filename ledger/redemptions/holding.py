"""Open holds of goods: handed over, called off, or ended by time."""

from collections.abc import Iterator

from ledger.entitlements.issuing import free_ids, issue_bought, may_take
from ledger.limits.facts import all_back
from ledger.points.entities import Account, account_key
from ledger.points.granting import lapses_of_released, moving
from ledger.redemptions.billing import free_purchase
from ledger.redemptions.commands import CancelRedemption, FulfilRedemption
from ledger.redemptions.ending import called_off, collected, ended
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionCancelled, RedemptionExpired, RedemptionFulfilled
from ledger.refusals import HoldAlreadyCaptured, HoldAlreadyVoided, HoldExpired, OutOfStock
from ledger.room import Book, Facts, Now, Stamped
from ledger.stock.entities import Item
from ledger.values import HolderId, Instant, RedemptionId


def fulfil(command: FulfilRedemption, book: Book, now: Now) -> Facts:
    """Hand over. A hold is a promise: limits, prices, coupons, merchant and sale window were settled when it was made.

    What it entitles to is issued now, on the terms of now. Checks: existence, an open hold, frozen, nothing in force of
    what only one can be, pieces on the shelf (a count may have found fewer than were promised).
    """
    redemption = book.the(Redemption, command.redemption)
    open_hold(redemption, now)
    for place in _accounts(redemption):
        moving(book.the(Account, place))
    scheme, holder = book.scheme(now.today), HolderId(redemption.account.partition(":")[2])
    if scheme.entitlements:
        may_take(book, scheme, holder, redemption.lines, now.today)
        free_ids(book, scheme, command.redemption, redemption.lines)
    if redemption.bill is not None:
        free_purchase(book, command.redemption)
    for line in redemption.all_lines:
        stock = book.the(Item, line.item).stock
        if line.quantity > stock:
            raise OutOfStock(item=line.item, requested=line.quantity, available=stock)
    if redemption.lines:
        yield RedemptionFulfilled(
            account=redemption.account,
            unit=redemption.unit,
            amount=redemption.amount,
            redemption=command.redemption,
            lines=redemption.lines,
            paid=redemption.paid,
        )
    if redemption.bill is not None:
        yield from collected(command.redemption, redemption.bill, book, now)
    if scheme.entitlements:
        yield from issue_bought(scheme, holder, command.redemption, redemption.lines, now.today)


def _accounts(redemption: Redemption) -> Iterator[str]:
    """The book's ids of those on which something is set aside."""
    if redemption.lines:
        yield account_key(redemption.account, redemption.unit)
    if redemption.bill is not None:
        yield account_key(redemption.bill.account, redemption.bill.unit)


def open_hold(redemption: Redemption, now: Now) -> None:
    """The hold is still open, or the refusal that says how it ended."""
    ended_at = redemption.ended_at or redemption.placed_at
    if redemption.status in {"fulfilled", "refunded"}:
        raise HoldAlreadyCaptured(captured_at=ended_at)
    if redemption.status == "cancelled":
        raise HoldAlreadyVoided(voided_at=ended_at)
    # At equal instants the expiry wins (4b, Holds).
    if redemption.expires_at is not None and redemption.expires_at <= now.recorded_at:
        raise HoldExpired(expired_at=redemption.expires_at)


def release(command: CancelRedemption, redemption: Redemption, book: Book, now: Now) -> Facts:
    """Everything is free again; what lapsed meanwhile lapses now."""
    account = book.get(Account, account_key(redemption.account, redemption.unit)) if redemption.lines else None
    if account is not None:
        repaid = account.repayments(redemption.paid)
        yield RedemptionCancelled(
            account=redemption.account,
            unit=redemption.unit,
            amount=redemption.amount,
            redemption=command.redemption,
            lines=redemption.lines,
            released=redemption.paid,
            repaid=repaid,
            counts=all_back(redemption.counts),
            reason=command.reason,
        )
        yield from lapses_of_released(account, redemption.paid, repaid, now.recorded_at, now)
    if redemption.bill is not None:
        yield from called_off(command.redemption, redemption.bill, command.reason, book, now)


def expire(id: RedemptionId, at: Instant, book: Book, now: Now) -> Facts:
    """What time does to a hold at the instant at which it ends: called where an account of it passes its time.

    Whichever of its accounts time comes to first, all of the hold ends: its points and its coupons.
    """
    redemption = book.the(Redemption, id)
    account = book.get(Account, account_key(redemption.account, redemption.unit)) if redemption.lines else None
    if account is not None:
        repaid = account.repayments(redemption.paid)
        expired = RedemptionExpired(
            account=redemption.account,
            unit=redemption.unit,
            amount=redemption.amount,
            redemption=id,
            lines=redemption.lines,
            released=redemption.paid,
            repaid=repaid,
            counts=all_back(redemption.counts),
        )
        yield Stamped(fact=expired, occurred_at=at)
        for lapsed in lapses_of_released(account, redemption.paid, repaid, at, now):
            yield Stamped(fact=lapsed, occurred_at=at)
    if redemption.bill is not None:
        yield from ended(id, redemption.bill, at, book, now)

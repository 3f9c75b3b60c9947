"""Open holds of goods: handed over, called off, or ended by time."""

from ledger.entitlements.issuing import free_ids, issue_bought, may_take
from ledger.points.entities import Account, account_key
from ledger.points.granting import lapses_of_released, moving
from ledger.redemptions.commands import CancelRedemption, FulfilRedemption
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionCancelled, RedemptionExpired, RedemptionFulfilled
from ledger.redemptions.returning import counted_back
from ledger.refusals import HoldAlreadyCaptured, HoldAlreadyVoided, HoldExpired, OutOfStock
from ledger.room import Book, Facts, Now, Stamped
from ledger.stock.entities import Item
from ledger.values import HolderId, Instant, RedemptionId


def fulfil(command: FulfilRedemption, book: Book, now: Now) -> Facts:
    """Hand over. A hold is a promise: limits, prices and sale window were settled when it was made.

    What it entitles to is issued now, on the terms of now. Checks: existence, an open hold, frozen, nothing in force of
    what only one can be, pieces on the shelf (a count may have found fewer than were promised).
    """
    redemption = book.the(Redemption, command.redemption)
    open_hold(redemption, now)
    moving(book.the(Account, account_key(redemption.account, redemption.unit)))
    scheme, holder = book.scheme(now.today), HolderId(redemption.account.partition(":")[2])
    if scheme.entitlements:
        may_take(book, scheme, holder, redemption.lines, now.today)
        free_ids(book, scheme, command.redemption, redemption.lines)
    for line in redemption.lines:
        stock = book.the(Item, line.item).stock
        if line.quantity > stock:
            raise OutOfStock(item=line.item, requested=line.quantity, available=stock)
    yield RedemptionFulfilled(
        account=redemption.account,
        unit=redemption.unit,
        amount=redemption.amount,
        redemption=command.redemption,
        lines=redemption.lines,
        paid=redemption.paid,
    )
    if scheme.entitlements:
        yield from issue_bought(scheme, holder, command.redemption, redemption.lines, now.today)


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
    account = book.the(Account, account_key(redemption.account, redemption.unit))
    repaid = account.repayments(redemption.paid)
    yield RedemptionCancelled(
        account=redemption.account,
        unit=redemption.unit,
        amount=redemption.amount,
        redemption=command.redemption,
        lines=redemption.lines,
        released=redemption.paid,
        repaid=repaid,
        counts=counted_back(redemption.counts),
        reason=command.reason,
    )
    yield from lapses_of_released(account, redemption.paid, repaid, now.recorded_at, now)


def expire(id: RedemptionId, at: Instant, book: Book, now: Now) -> Facts:
    """What time does to a hold at the instant at which it ends: called where the account passes its time."""
    redemption = book.the(Redemption, id)
    account = book.the(Account, account_key(redemption.account, redemption.unit))
    repaid = account.repayments(redemption.paid)
    expired = RedemptionExpired(
        account=redemption.account,
        unit=redemption.unit,
        amount=redemption.amount,
        redemption=id,
        lines=redemption.lines,
        released=redemption.paid,
        repaid=repaid,
        counts=counted_back(redemption.counts),
    )
    yield Stamped(fact=expired, occurred_at=at)
    for lapsed in lapses_of_released(account, redemption.paid, repaid, at, now):
        yield Stamped(fact=lapsed, occurred_at=at)

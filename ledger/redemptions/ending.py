"""The part of a hold or sale that is priced in money, as it ends: collected, called off, ended by time, given back."""

from typing import Any

from msgspec.structs import asdict

from ledger.coupons.entities import Purchase
from ledger.coupons.refunding import giving_back
from ledger.coupons.returning import KEEP, Back
from ledger.coupons.spending import Sale, selling
from ledger.limits.facts import all_back
from ledger.merchants.entities import Merchant
from ledger.people.standing import surviving_account
from ledger.points.entities import Account, account_key
from ledger.points.granting import lapses_of_released, moving
from ledger.redemptions.billing import goods_of
from ledger.redemptions.commands import CancelRedemption, RefundRedemption
from ledger.redemptions.entities import Bill, Redemption
from ledger.redemptions.facts import BillCancelled, BillEnding, BillExpired, BillFulfilled, BillRefunded
from ledger.redemptions.returning import Returning, bill_limits_back, scrapped
from ledger.room import Book, Facts, Now, Stamped
from ledger.values import AccountId, Instant, RedemptionId


def collected(id: RedemptionId, bill: Bill, book: Book, now: Now) -> Facts:
    """Handed over: what was set aside pays now, at the prices of the hold and the merchant's rate of today."""
    yield BillFulfilled(**_ending(id, bill))
    if bill.used:
        account = book.the(Account, account_key(bill.account, bill.unit))
        sale = Sale(id, account, bill.used, goods_of(bill, book), redemption=id, paid=bill.paid)
        yield from selling(book, now, book.the(Merchant, bill.merchant), sale)


def called_off(id: RedemptionId, bill: Bill, reason: str, book: Book, now: Now) -> Facts:
    """The coupons are free again; one whose last day has passed meanwhile lapses now."""
    account = book.the(Account, account_key(bill.account, bill.unit))
    yield BillCancelled(**_ending(id, bill), counts=all_back(bill.counts), reason=reason)
    yield from lapses_of_released(account, bill.paid, (), now.recorded_at, now)


def ended(id: RedemptionId, bill: Bill, at: Instant, book: Book, now: Now) -> Facts:
    """The same, at the instant that was said."""
    account = book.the(Account, account_key(bill.account, bill.unit))
    expired = BillExpired(**_ending(id, bill), counts=all_back(bill.counts))
    yield Stamped(fact=expired, occurred_at=at)
    for lapsed in lapses_of_released(account, bill.paid, (), at, now):
        yield Stamped(fact=lapsed, occurred_at=at)


def _ending(id: RedemptionId, bill: Bill) -> dict[str, Any]:
    """What every end of a hold says of its bill."""
    said = BillEnding(
        account=bill.account,
        unit=bill.unit,
        amount=bill.covered,
        redemption=id,
        merchant=bill.merchant,
        bill=bill.amount,
        tender=bill.tender,
        lines=bill.lines,
        used=bill.used,
        released=bill.paid,
    )
    return asdict(said)


def movable(bill: Bill, book: Book) -> AccountId:
    """The account into which coupons come back, that of a merged record's survivor; refused where it is frozen."""
    owner = surviving_account(book, bill.account)
    account = book.get(Account, account_key(owner, bill.unit))
    if account is not None:
        moving(account)
    return owner


def bill_back(
    command: RefundRedemption | CancelRedemption,
    redemption: Redemption,
    bill: Bill,
    back: Returning,
    book: Book,
    now: Now,
) -> Facts:
    """These pieces and so much of the bill come back: the coupons' part into the coupons that paid, the rest outside.

    With their old day or, as asked, with another or as new coupons. It is left of the bill: the caller has checked it.
    Checks: not frozen, the new day.
    """
    id, into = command.redemption, bill.back_into_coupons(back.amount)
    yield BillRefunded(
        account=movable(bill, book),
        unit=bill.unit,
        amount=into,
        redemption=id,
        merchant=bill.merchant,
        bill=back.amount,
        tender=back.amount - into,
        lines=back.lines,
        reason=command.reason,
        counts=bill_limits_back(redemption, bill, back.lines, into),
    )
    yield from scrapped(id, back.lines, command.reason)
    if into:
        how = Back(command.restore) if isinstance(command, RefundRedemption) else KEEP
        yield from giving_back(id, book.the(Purchase, id), into, command.reason, book, now, how)

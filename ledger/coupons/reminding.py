"""Reminders: on the days that a batch names, whoever still has something left of its coupons is told so, once."""

from ledger.calendar import start_of_day
from ledger.coupons.entities import Coupon
from ledger.coupons.facts import CouponEnding
from ledger.holds.decide import pass_time
from ledger.people.standing import surviving_account
from ledger.points.entities import Account, account_key
from ledger.room import Book, Facts, Now, Stamped
from ledger.values import HolderId


def remind(coupon: Coupon, book: Book, now: Now) -> Facts:
    """Its day has come. Of several that were missed, as by a house that was shut, the last one is told alone."""
    day = max(day for day in coupon.remind_on if day <= now.today)
    if day < now.today:
        # What has ended meanwhile is no news: that is recorded first, and then nothing is left to remind anybody of.
        account = book.the(Account, account_key(surviving_account(book, coupon.account), coupon.unit))
        yield from pass_time(account, book, now)
        if not book.the(Coupon, coupon.id).left:
            return
    fact = CouponEnding(
        coupon=coupon.id,
        batch=coupon.batch,
        holder=HolderId(coupon.account.partition(":")[2]),
        unit=coupon.unit,
        left=coupon.left,
        remind_on=day,
        expires_on=coupon.expires_on or now.today,
    )
    yield Stamped(fact=fact, occurred_at=start_of_day(day, now.zone))

"""Taking back what is left of a coupon, by hand or because it came back too late."""

from ledger.coupons.entities import Coupon
from ledger.coupons.facts import CouponVoided
from ledger.coupons.sources import of_coupon
from ledger.limits.facts import all_back
from ledger.points.entities import Account
from ledger.pools import amount_of
from ledger.room import Book


def voiding(coupon: Coupon, account: Account, reason: str, book: Book) -> CouponVoided:
    """What is left of it goes; a coupon of which nothing was spent gives its limits back as well."""
    pool = account.pool(coupon.id)
    taken = pool.first(coupon.left) if pool else ()
    whole = coupon.left == coupon.face
    return CouponVoided(
        account=account.account,
        unit=account.unit,
        amount=amount_of(taken),
        coupon=coupon.id,
        batch=coupon.batch,
        reason=reason,
        taken=taken,
        counts=all_back(coupon.counts) if whole else (),
        sources=of_coupon(book, coupon, [(lot.start, lot.end) for lot in taken]),
    )

"""Whether a coupon can be spent: something is left, its day has come and not passed, and it is this person's."""

from ledger.coupons.entities import Batch, Coupon, CouponCode
from ledger.people.standing import surviving_account, survivor
from ledger.points.entities import Account, account_key
from ledger.refusals import (
    CouponExpired,
    CouponNotYetValid,
    CouponOfAnother,
    CouponReserved,
    CouponSpent,
    CouponVoid,
    NotFound,
)
from ledger.room import Book
from ledger.values import Day, HolderId

BY_CODE = "code:"
"""Before the MAC of a code that was typed or scanned."""


def shown(book: Book, reference: str) -> Coupon:
    """The coupon that was named by id or code; `not-found`, or `coupon-void` when another code stands for it."""
    if not reference.startswith(BY_CODE):
        return book.the(Coupon, reference)
    code = book.get(CouponCode, reference.removeprefix(BY_CODE))
    if code is None:
        raise NotFound(kind="coupon", id="")
    if code.replaced_at is not None:
        raise CouponVoid(coupon=code.coupon, since=code.replaced_at)
    return book.the(Coupon, code.coupon)


def in_hand(coupon: Coupon, book: Book) -> Account:
    """The account in which something of it is left; else one refusal that says why not."""
    account = book.the(Account, account_key(surviving_account(book, coupon.account), coupon.unit))
    if coupon.left:
        return account
    if coupon.voided_at is not None:
        raise CouponVoid(coupon=coupon.id, since=coupon.voided_at)
    if coupon.gone:
        last = coupon.expires_on or book.the(Batch, coupon.batch).expires_on
        raise CouponExpired(coupon=coupon.id, expired_on=min(last, account.ends_on or last))
    raise CouponSpent(coupon=coupon.id, spent_at=coupon.spent_at)


def to_spend(coupon: Coupon, book: Book) -> Account:
    """The same, where some of it is not set aside for goods that wait at a counter; else `coupon-reserved`."""
    account = in_hand(coupon, book)
    if not coupon.free and coupon.reserved_until is not None:
        raise CouponReserved(coupon=coupon.id, until=coupon.reserved_until)
    return account


def spendable_by(coupon: Coupon, batch: Batch, holder: HolderId | None, book: Book, today: Day) -> None:
    """Refused for somebody else's, and before its first day."""
    mine = holder is not None and survivor(book, holder) == survivor(book, coupon.account.partition(":")[2])
    if not mine and (holder is not None or batch.conditions.personal):
        raise CouponOfAnother(coupon=coupon.id)
    if batch.valid_from_on is not None and today < batch.valid_from_on:
        raise CouponNotYetValid(coupon=coupon.id, valid_from_on=batch.valid_from_on)

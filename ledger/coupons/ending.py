"""What a night looks at on which coupons end: read with their accounts, thousands of them in a few queries."""

from collections.abc import Iterable

from ledger.coupons.entities import Batch, Coupon, is_coupon
from ledger.funds.entities import Commitment
from ledger.funds.promising import funds_behind
from ledger.people.entities import Holder
from ledger.people.standing import survivor
from ledger.points.entities import Account, account_key
from ledger.room import Book, Key
from ledger.values import holder_account


def coupons(account: Account, book: Book) -> Iterable[Key]:
    """The coupons in the account whose last day is over."""
    return [(Coupon.KIND, id) for id in _ended(account, book)]


def promises(account: Account, book: Book) -> Iterable[Key]:
    """Their batches, and what funds promised for them."""
    return (key for coupon in _coupons(account, book) for key in promised(coupon, book))


def funds(account: Account, book: Book) -> Iterable[Key]:
    """The funds that did."""
    return (key for coupon in _coupons(account, book) for key in promising(coupon, book))


def _ended(account: Account, book: Book) -> Iterable[str]:
    for pool in account.pools:
        if is_coupon(pool.id) and pool.open:
            last = account.last_day(pool)
            if last is not None and last < book.today:
                yield pool.id


def _coupons(account: Account, book: Book) -> Iterable[Coupon]:
    found = (book.get(Coupon, id) for id in _ended(account, book))
    return [coupon for coupon in found if coupon is not None]


# Of one coupon: of whom it reminds, and what stands behind it should it have ended meanwhile ------------------------


def owner(coupon: Coupon, _book: Book) -> Iterable[Key]:
    """Whose it was."""
    return [(Holder.KIND, coupon.account.partition(":")[2])]


def account(coupon: Coupon, book: Book) -> Iterable[Key]:
    """Whose it is now, its batch, and what funds promised for it."""
    id = survivor(book, coupon.account.partition(":")[2])
    return [(Account.KIND, account_key(holder_account(id), coupon.unit)), *promised(coupon, book)]


def promised(coupon: Coupon, _book: Book) -> Iterable[Key]:
    """Its batch, and what funds promised for it."""
    commitment = [(Commitment.KIND, coupon.commitment)] if coupon.commitment is not None else []
    return [(Batch.KIND, coupon.batch), *commitment]


def promising(coupon: Coupon, book: Book) -> Iterable[Key]:
    """The funds that did."""
    return funds_behind(book, coupon.commitment)

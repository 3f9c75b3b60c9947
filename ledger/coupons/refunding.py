"""Giving back what coupons paid, before and after settlement. Checks: terms (422), existence, what is left, frozen."""

from collections.abc import Iterable
from typing import Final

from ledger.coupons.commands import RefundPurchase
from ledger.coupons.entities import Batch, Coupon, CouponCode, Purchase, Used
from ledger.coupons.facts import CouponsRefunded
from ledger.coupons.returning import KEEP, Back, extending, new_days, reissuing, well_formed, with_days
from ledger.coupons.sources import promised, with_sources
from ledger.coupons.voiding import voiding
from ledger.funds.entities import Commitment
from ledger.funds.promising import funds_behind, recommitting
from ledger.limits.drawing import counted_back
from ledger.limits.entities import Counter
from ledger.merchants.till import Till, till_id
from ledger.people.entities import Holder
from ledger.people.standing import surviving_account, survivor
from ledger.periods.entities import Books
from ledger.points.decide import whole
from ledger.points.entities import Account, account_key
from ledger.points.granting import lapse_of_restored, moving, restoring
from ledger.points.moving import within_range
from ledger.pools import Lot, last_of, without
from ledger.refusals import AlreadyReversed, ExceedsOriginal, NotEligible
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import holder_account


def refund(command: RefundPurchase, book: Book, now: Now) -> Facts:
    """Give back, repeatedly, never above the original: last paid first, into the same coupons with their old day.

    What comes back into a coupon whose day has passed lapses at once, unless it is extended or reissued; into one that
    was taken back it is taken back. Both say so. Checks: amount, reason, day and codes (422), purchase (404), what is
    left of it, not of a redemption, not frozen, the new day and codes.
    """
    book.scheme(now.day).reason(command.reason)
    asked = None if command.amount is None else whole(command.amount)
    back = Back(command.restore, command.expires_on, command.codes)
    well_formed(back)
    purchase = book.the(Purchase, command.purchase)
    if purchase.refunded == purchase.amount:
        raise AlreadyReversed(original=purchase.amount, reversed=purchase.refunded)
    left = purchase.amount - purchase.refunded
    amount = left if asked is None else asked
    if amount > left:
        raise ExceedsOriginal(original=purchase.amount, reversed=purchase.refunded, requested=amount)
    if purchase.redemption is not None:
        # Its goods would stay sold: they and what paid for them come back together.
        raise NotEligible(reason="of-a-redemption")
    yield from giving_back(command.purchase, purchase, amount, command.reason, book, now, back)


def giving_back(
    id: str, purchase: Purchase, amount: int, reason: str, book: Book, now: Now, back: Back = KEEP
) -> Facts:
    """So much of what coupons paid comes back into them. It is left of the purchase: the caller has checked it.

    Checks: not frozen, the new day and codes.
    """
    owner = surviving_account(book, purchase.account)
    account = moving(book.the(Account, account_key(owner, purchase.unit)))
    within_range(account.received + amount)
    lots = last_of(without(purchase.paid, purchase.restored), amount)
    days = new_days(lots, back, book, now)
    extended = days if back.restore == "extend" else {}
    used = with_sources(book, _used(purchase, lots), lots)
    restored = restoring(book, account, lots)
    yield CouponsRefunded(
        account=account.account,
        unit=account.unit,
        amount=amount,
        purchase=id,
        merchant=purchase.merchant,
        fee=_fee_back(purchase, amount),
        used=used,
        reason=reason,
        restored=with_days(restored, extended),
        extended=extending(extended, restored, book, now),
        counts=counted_back(purchase.counts, amount=amount, original=purchase.amount, before=purchase.refunded),
    )
    for commitment, again in promised(book, lots).items():
        yield from recommitting(book, commitment, again, purchase.merchant, id)
    if back.restore == "reissue":
        yield from reissuing(account, lots, days, back, book, now)
    yield from _ended(account, tuple(lot for lot in lots if lot.pool not in days), used, book, now)


def _used(purchase: Purchase, lots: tuple[Lot, ...]) -> tuple[Used, ...]:
    """Which coupons the ranges belong to: a pool's id is its coupon's."""
    amounts: dict[str, int] = {}
    for lot in lots:
        amounts[lot.pool] = amounts.get(lot.pool, 0) + lot.amount
    batches = {part.coupon: part.batch for part in purchase.used}
    return tuple(Used(coupon, batches[coupon], amount) for coupon, amount in amounts.items())


def _fee_back(purchase: Purchase, amount: int) -> int:
    """In proportion, rounded down, and with the last of it all that is left: nothing is kept of a sale undone."""
    return purchase.fee * (purchase.refunded + amount) // purchase.amount - purchase.fee_back


def _ended(account: Account, lots: tuple[Lot, ...], used: tuple[Used, ...], book: Book, now: Now) -> Facts:
    """What must not be spent again: it came back too late, or into a coupon that was taken back meanwhile."""
    lapsed = lapse_of_restored(account, lots, (), now)
    if lapsed is not None:
        yield lapsed
    for part in used:
        coupon = book.the(Coupon, part.coupon)
        if coupon.voided_at is not None and coupon.left:
            after = book.the(Account, account_key(account.account, account.unit))
            yield voiding(coupon, after, "coupon-voided", book)


# What it reads -----------------------------------------------------------------------------------------------------


def named(command: RefundPurchase, _book: Book) -> Iterable[Key]:
    """The purchase, the period in whose till it falls, and whether new codes are taken."""
    codes = ((CouponCode.KIND, code) for code in command.codes)
    return [(Purchase.KIND, command.purchase), (Books.KIND, Books.ID), *codes]


def coupons_and_owner(command: RefundPurchase, book: Book) -> Iterable[Key]:
    """The coupons and their batches, the tills, and whose they were."""
    purchase = book.get(Purchase, command.purchase)
    if purchase is None:
        return
    yield Holder.KIND, purchase.account.partition(":")[2]
    yield from ((Counter.KIND, count.counter) for count in purchase.counts)
    yield Till.KIND, till_id(purchase.merchant, purchase.unit, book.period)
    for part in purchase.used:
        yield Coupon.KIND, part.coupon
        yield Batch.KIND, part.batch
        yield Till.KIND, till_id(purchase.merchant, purchase.unit, book.period, "coupon-batch:" + part.batch)


def account_and_funds(command: RefundPurchase, book: Book) -> Iterable[Key]:
    """Whose they are now, and what their funds promised."""
    purchase = book.get(Purchase, command.purchase)
    if purchase is None:
        return
    owner = survivor(book, purchase.account.partition(":")[2])
    yield Account.KIND, account_key(holder_account(owner), purchase.unit)
    for part in purchase.used:
        coupon = book.get(Coupon, part.coupon)
        if coupon is not None and coupon.commitment is not None:
            yield Commitment.KIND, coupon.commitment


def promising_funds(command: RefundPurchase, book: Book) -> Iterable[Key]:
    """The funds themselves."""
    for kind, id in account_and_funds(command, book):
        yield from funds_behind(book, id if kind == Commitment.KIND else None)


HANDLERS: Final = (Handler(RefundPurchase, refund, (named, coupons_and_owner, account_and_funds, promising_funds)),)

"""How coupons, purchases and tills follow the facts about them; of batches `batching` says so."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from ledger.coupons import batching, drafts
from ledger.coupons.entities import Coupon, CouponCode, Purchase, Used, is_coupon
from ledger.coupons.facts import (
    CodeReplaced,
    CouponEnding,
    CouponFact,
    CouponIssued,
    CouponLapsed,
    CouponReissued,
    CouponsRefunded,
    CouponsSpent,
    CouponVoided,
    Extended,
    PurchaseFact,
)
from ledger.limits.evolve import counted
from ledger.limits.facts import Count
from ledger.merchants.till import Till, till_id
from ledger.points.entities import Account
from ledger.points.evolve import accounts
from ledger.points.facts import LotsLapsed, terms_of
from ledger.pools import Lot
from ledger.room import Evolution, Meta

# Coupons -----------------------------------------------------------------------------------------------------------


def coupons(fact: CouponFact | CouponLapsed | CouponEnding | CodeReplaced, _meta: Meta) -> tuple[str, ...]:
    """The coupon."""
    return (fact.coupon,)


def on_told(coupon: Coupon, _fact: CouponLapsed, _meta: Meta, _id: str) -> Coupon:
    """The lapse of its lot has changed it already."""
    return coupon


def on_issued(_coupon: Coupon | None, fact: CouponIssued, _meta: Meta, _id: str) -> Coupon:
    """Whole."""
    return _whole(fact, fact.counts)


def _whole(fact: CouponIssued | CouponReissued, counts: tuple[Count, ...] = ()) -> Coupon:
    return Coupon(
        id=fact.coupon,
        batch=fact.batch,
        account=fact.account,
        unit=fact.unit,
        face=fact.amount,
        left=fact.amount,
        code=fact.code,
        commitment=fact.commitment,
        counts=counts,
        run=fact.run,
        expires_on=fact.expires_on,
        remind_on=fact.remind_on,
    )


def on_voided(coupon: Coupon, fact: CouponVoided, meta: Meta, _id: str) -> Coupon:
    """Nothing left."""
    since = coupon.voided_at or meta.recorded_at
    return replace(_without(coupon, fact.taken), voided_at=since)


def _without(coupon: Coupon, lots: Iterable[Lot]) -> Coupon:
    """So much less of it, for ever: `lots` may name ranges of others too."""
    ended = tuple((lot.start, lot.end) for lot in lots if lot.pool == coupon.id)
    amount = sum(end - start for start, end in ended)
    return replace(coupon, left=coupon.left - amount, gone=coupon.gone + amount, ended=coupon.ended + ended)


def lapsed(fact: LotsLapsed, _meta: Meta) -> list[str]:
    """The coupons among the lots that ended: a pool's id is its coupon's."""
    return list(dict.fromkeys(lot.pool for lot in fact.lots if is_coupon(lot.pool)))


def on_lapsed(coupon: Coupon, fact: LotsLapsed, _meta: Meta, _id: str) -> Coupon:
    """What was left of it ended."""
    after = _without(coupon, fact.lots)
    return replace(after, lapsed=coupon.lapsed + after.gone - coupon.gone)


def on_reminded(coupon: Coupon, fact: CouponEnding, _meta: Meta, _id: str) -> Coupon:
    """Not again for that day, nor for one before it."""
    return replace(coupon, remind_on=tuple(day for day in coupon.remind_on if day > fact.remind_on))


def used(fact: PurchaseFact, _meta: Meta) -> list[str]:
    """The coupons that a purchase or its refund moves."""
    return [part.coupon for part in fact.used]


def _part(fact: PurchaseFact, coupon: str) -> int:
    return sum(part.amount for part in fact.used if part.coupon == coupon)


def on_spent(coupon: Coupon, fact: CouponsSpent, meta: Meta, id: str) -> Coupon:
    """Less left."""
    left = coupon.left - _part(fact, id)
    return replace(coupon, left=left, spent_at=None if left else meta.recorded_at)


def on_given_back(coupon: Coupon, fact: CouponsRefunded, _meta: Meta, id: str) -> Coupon:
    """More left, and perhaps for longer."""
    after = replace(coupon, left=coupon.left + _part(fact, id), spent_at=None)
    for item in fact.extended:
        if item.coupon == id:
            after = replace(after, expires_on=item.expires_on, remind_on=item.remind_on)
    return after


def old_and_new(fact: CouponReissued, _meta: Meta) -> tuple[str, str]:
    """The coupon that had paid, and the one that it is now."""
    return fact.of, fact.coupon


def on_reissued(coupon: Coupon | None, fact: CouponReissued, _meta: Meta, _id: str) -> Coupon:
    """What came back of one is another, whole."""
    if coupon is not None:
        return replace(coupon, left=coupon.left - fact.amount, moved=coupon.moved + fact.amount)
    return _whole(fact)


def codes(fact: CouponIssued | CouponReissued | CodeReplaced, _meta: Meta) -> list[str]:
    """The code that stands for it now, and the one that did."""
    return [code for code in (fact.code, getattr(fact, "replaced", None)) if code is not None]


def on_code(
    code: CouponCode | None, fact: CouponIssued | CouponReissued | CodeReplaced, meta: Meta, id: str
) -> CouponCode:
    """Stands for the coupon, or no longer."""
    if code is not None and id != fact.code:
        return replace(code, replaced_at=meta.recorded_at)
    return CouponCode(coupon=fact.coupon)


def on_other_code(coupon: Coupon, fact: CodeReplaced, _meta: Meta, _id: str) -> Coupon:
    """Under another code."""
    return replace(coupon, code=fact.code)


# Accounts ----------------------------------------------------------------------------------------------------------


def on_account_issued(account: Account | None, fact: CouponIssued, meta: Meta, _id: str) -> Account:
    """One pool more."""
    before = account or Account(account=fact.account, unit=fact.unit)
    after = before.granted(fact.lot, fact.pool_terms(), meta.position, received=fact.amount)
    return after.swept(before=meta.day, tx=meta.tx)


def on_account_voided(account: Account, fact: CouponVoided, _meta: Meta, _id: str) -> Account:
    """The rest of its pool goes, in the column of what was spent, as of every grant that is taken back."""
    return account.taken(fact.taken, spent=fact.amount)


def on_account_spent(account: Account, fact: CouponsSpent, _meta: Meta, _id: str) -> Account:
    """The ranges that paid are gone."""
    return account.taken(fact.paid, spent=fact.amount)


def on_account_refunded(account: Account, fact: CouponsRefunded, meta: Meta, _id: str) -> Account:
    """They are back at their old places."""
    lots = tuple(item.lot for item in fact.restored)
    after = account.restored(lots, terms_of(fact.restored), meta.position)
    for item in fact.extended:
        after = _lasting(after, item)
    return replace(after, received=after.received + fact.amount)


def _lasting(account: Account, item: Extended) -> Account:
    """With another last day of one pool, at its place in the order in which they pay."""
    pools = (
        replace(pool, terms=replace(pool.terms, expires_on=item.expires_on)) if pool.id == item.coupon else pool
        for pool in account.pools
    )
    return replace(account, pools=tuple(sorted(pools, key=lambda pool: pool.order)))


def on_account_reissued(account: Account, fact: CouponReissued, meta: Meta, _id: str) -> Account:
    """Out of one pool, into one of its own."""
    after = account.taken(fact.taken).granted(fact.lot, fact.pool_terms(), meta.position)
    return after.swept(before=meta.day, tx=meta.tx)


# Purchases and tills -----------------------------------------------------------------------------------------------


def purchases(fact: PurchaseFact, _meta: Meta) -> tuple[str, ...]:
    """The purchase."""
    return (fact.purchase,)


def on_bought(_purchase: Purchase | None, fact: CouponsSpent, _meta: Meta, _id: str) -> Purchase:
    """Paid."""
    return Purchase(
        account=fact.account,
        unit=fact.unit,
        merchant=fact.merchant,
        amount=fact.amount,
        fee=fact.fee,
        used=fact.used,
        paid=fact.paid,
        redemption=fact.redemption,
        counts=fact.counts,
    )


def on_refunded(purchase: Purchase, fact: CouponsRefunded, _meta: Meta, _id: str) -> Purchase:
    """So much of it came back."""
    return replace(
        purchase,
        restored=purchase.restored + tuple(item.lot for item in fact.restored),
        refunded=purchase.refunded + fact.amount,
        fee_back=purchase.fee_back + fact.fee,
    )


def tills(fact: PurchaseFact, meta: Meta) -> list[str]:
    """The merchant's in the period in whose books it stands, and in it that of each batch."""
    of_batches = (till_id(fact.merchant, fact.unit, meta.period, "coupon-batch:" + id) for id in _amounts(fact.used))
    return [till_id(fact.merchant, fact.unit, meta.period), *of_batches]


def _amounts(parts: Iterable[Used]) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for part in parts:
        amounts[part.batch] = amounts.get(part.batch, 0) + part.amount
    return amounts


def on_till(till: Till | None, fact: CouponsSpent | CouponsRefunded, meta: Meta, id: str) -> Till:
    """What was sold, or came back; fees are counted for the merchant as a whole."""
    before = till or Till()
    whole = id == till_id(fact.merchant, fact.unit, meta.period)
    batch = id.rpartition(":")[2]
    amount = fact.amount if whole else _amounts(fact.used)[batch]
    parts = () if whole else [one for part in fact.used if part.batch == batch for one in part.sources]
    if isinstance(fact, CouponsSpent):
        for part in parts:
            before = before.of_source(part.source, sold=part.amount)
        return replace(before, sold=before.sold + amount, fees=before.fees + (fact.fee if whole else 0))
    for part in parts:
        before = before.of_source(part.source, refunded=part.amount)
    return replace(before, refunded=before.refunded + amount, fees=before.fees - (fact.fee if whole else 0))


EVOLUTIONS: Final = (
    *batching.EVOLUTIONS,
    *drafts.EVOLUTIONS,
    Evolution(CouponIssued, Coupon, coupons, on_issued),
    Evolution(CouponIssued, CouponCode, codes, on_code),
    Evolution(CouponIssued, Account, accounts, on_account_issued),
    counted(CouponIssued),
    Evolution(CouponReissued, Coupon, old_and_new, on_reissued),
    Evolution(CouponReissued, CouponCode, codes, on_code),
    Evolution(CouponReissued, Account, accounts, on_account_reissued),
    Evolution(CouponVoided, Coupon, coupons, on_voided),
    Evolution(CouponLapsed, Coupon, coupons, on_told),
    Evolution(CouponVoided, Account, accounts, on_account_voided),
    counted(CouponVoided),
    Evolution(CouponEnding, Coupon, coupons, on_reminded),
    Evolution(CodeReplaced, Coupon, coupons, on_other_code),
    Evolution(CodeReplaced, CouponCode, codes, on_code),
    Evolution(LotsLapsed, Coupon, lapsed, on_lapsed),
    Evolution(CouponsSpent, Account, accounts, on_account_spent),
    Evolution(CouponsSpent, Coupon, used, on_spent),
    Evolution(CouponsSpent, Purchase, purchases, on_bought),
    Evolution(CouponsSpent, Till, tills, on_till),
    counted(CouponsSpent),
    Evolution(CouponsRefunded, Account, accounts, on_account_refunded),
    Evolution(CouponsRefunded, Coupon, used, on_given_back),
    Evolution(CouponsRefunded, Purchase, purchases, on_refunded),
    Evolution(CouponsRefunded, Till, tills, on_till),
    counted(CouponsRefunded),
)

"""Paying a bill with coupons. Checks: shape, existence, merchant, each coupon, stacking; then nothing may fail."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ledger.coupons.choosing import basket, valid_here
from ledger.coupons.commands import BoughtLine, SpendCoupons
from ledger.coupons.entities import Batch, Coupon, CouponCode, Purchase, Used
from ledger.coupons.facts import CouponsSpent
from ledger.coupons.sources import promised, with_sources
from ledger.coupons.standing import BY_CODE, shown, spendable_by, to_spend
from ledger.funds.entities import Commitment
from ledger.funds.promising import funds_behind, paying
from ledger.limits.drawing import limit_counters, limited_by_scheme
from ledger.limits.facts import Count
from ledger.merchants.entities import WHOLE, Merchant
from ledger.merchants.till import Till, till_id
from ledger.naming import nameable
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem, survivor
from ledger.periods.entities import Books
from ledger.points.entities import Account, account_key
from ledger.points.granting import moving
from ledger.pools import Lot
from ledger.refusals import (
    AlreadyExists,
    CouponNotValidHere,
    CouponsDoNotStack,
    Malformed,
    MerchantSuspended,
    NotEligible,
    UnitMismatch,
)
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.stacking import Room
from ledger.values import MAX_AMOUNT, RedemptionId, holder_account

MOST_COUPONS: Final = 100
"""Coupons on one bill, whatever a batch allows: each takes up to 250 of a fact's 32,768 bytes."""
_MOST_LINES: Final = 100
_MOST_KINDS: Final = 10
"""Different sets of goods that coupons on one bill may be for: each doubles what is weighed."""

Held = tuple[Coupon, Batch]


def spend(command: SpendCoupons, book: Book, now: Now) -> Facts:
    """Pay with these coupons, all or none.

    Checks: lines, coupons and id (422); merchant and coupons (404); id not taken; merchant not suspended, admitted, and
    for these goods; the person may spend; each coupon this person's, valid today and in hand; together on one bill,
    here and for these goods; the tender, which is exactly the rest (422); the account not frozen; limits.
    """
    _well_formed(command, book, now)
    nameable(command.id)
    merchant = book.the(Merchant, command.merchant)
    held = [(coupon, book.the(Batch, coupon.batch)) for coupon in named_once(command.coupons, book)]
    purchase = _new_id(command, book, now)
    takes_part(merchant, (line.goods for line in command.lines), now)
    account = _one_account(command, held, book, now)
    bill = sum(line.amount for line in command.lines)
    _stack(held, bill)
    used = _used(command.merchant, command.lines, held)
    covered = sum(part.amount for part in used)
    if command.tender is not None and command.tender != bill - covered:
        raise Malformed(errors=[f"tender: the coupons pay {covered} of {bill}, so {bill - covered} is paid outside"])
    moving(account)
    counts = _limits(account, merchant, covered, book, now)
    yield from selling(book, now, merchant, Sale(purchase, account, used, command.lines, counts=counts))


class Sale(NamedTuple):
    """A bill that coupons of one account pay, as far as they go."""

    purchase: str
    account: Account
    used: tuple[Used, ...]
    lines: tuple[BoughtLine, ...]
    redemption: RedemptionId | None = None
    """Whose goods of the shelf it pays for; None: a bill by groups of goods alone."""
    paid: tuple[Lot, ...] | None = None
    """The ranges that were set aside for it; None: the first that are open."""
    counts: tuple[Count, ...] = ()


def selling(book: Book, now: Now, merchant: Merchant, sale: Sale) -> Facts:
    """The goods are paid: by the coupons, into the merchant's till, out of what funds had promised for them.

    Everything has been checked; the rest of the bill is paid outside.
    """
    bill, covered = sum(line.amount for line in sale.lines), sum(part.amount for part in sale.used)
    paid = ranges(sale.account, sale.used) if sale.paid is None else sale.paid
    yield CouponsSpent(
        account=sale.account.account,
        unit=sale.account.unit,
        amount=covered,
        purchase=sale.purchase,
        merchant=merchant.id,
        fee=covered * merchant.rate(now.today) // WHOLE,
        used=with_sources(book, sale.used, paid),
        bill=bill,
        tender=bill - covered,
        lines=sale.lines,
        paid=paid,
        redemption=sale.redemption,
        counts=sale.counts,
    )
    for commitment, amount in promised(book, paid).items():
        yield from paying(book, commitment, amount, merchant.id, sale.purchase)


def _well_formed(command: SpendCoupons, book: Book, now: Now) -> None:
    errors = []
    if not 1 <= len(command.lines) <= _MOST_LINES:
        errors.append(f"lines: 1 to {_MOST_LINES}")
    if any(not 1 <= line.amount <= MAX_AMOUNT for line in command.lines):
        errors.append(f"lines: amount 1 to {MAX_AMOUNT}")
    elif sum(line.amount for line in command.lines) > MAX_AMOUNT:
        errors.append("lines: the total is beyond 2^53 - 1")
    if not 1 <= len(command.coupons) <= MOST_COUPONS:
        errors.append(f"coupons: 1 to {MOST_COUPONS}")
    if errors:
        raise Malformed(errors=errors)
    scheme = book.scheme(now.today)
    for line in command.lines:
        scheme.goods_group(line.goods)


def _limits(account: Account, merchant: Merchant, covered: int, book: Book, now: Now) -> tuple[Count, ...]:
    """What coupons pay draws on the scheme's limits: as a whole, and at this merchant's."""
    whose, unit = account.account, account.unit
    whole = limited_by_scheme(book, now, "redemption", whose, unit, covered)
    return whole + limited_by_scheme(book, now, "redemption", whose, unit, covered, merchant=merchant.id)


def named_once(references: Iterable[str], book: Book) -> list[Coupon]:
    """The coupons that were shown, by id or code; the same one twice is malformed."""
    coupons = [shown(book, reference) for reference in references]
    # By id, for one may be named by its id and again by its code.
    if len({coupon.id for coupon in coupons}) < len(coupons):
        raise Malformed(errors=["coupons: each once"])
    return coupons


def _new_id(command: SpendCoupons, book: Book, now: Now) -> str:
    if command.id is None:
        return now.tx if book.get(Purchase, now.tx) is None else f"{now.tx}.{now.position}"
    if book.get(Purchase, command.id) is not None:
        raise AlreadyExists(kind="purchase", id=command.id)
    return command.id


def takes_part(merchant: Merchant, goods: Iterable[str], now: Now) -> None:
    """The merchant may sell these goods today, or the refusal that says why not."""
    out_since = merchant.out_since(now.recorded_at, now.zone)
    if out_since is not None:
        raise MerchantSuspended(merchant=merchant.id, since=out_since)
    if now.today < merchant.admitted_from_on:
        raise NotEligible(reason="merchant-not-admitted-yet")
    if not all(merchant.sells(group) for group in goods):
        raise NotEligible(reason="goods-not-admitted")


def _one_account(command: SpendCoupons, held: Sequence[Held], book: Book, now: Now) -> Account:
    """Whose coupons they are: one person's, in one unit."""
    if command.holder is not None:
        may_redeem(living(book, command.holder), now.today)
    accounts = {}
    for coupon, batch in held:
        spendable_by(coupon, batch, command.holder, book, now.today)
        account = to_spend(coupon, book)
        accounts[account_key(account.account, account.unit)] = account
    if len(accounts) > 1:
        units = sorted({account.unit for account in accounts.values()})
        if len(units) > 1:
            raise UnitMismatch(expected=units[0], given=units[1])
        raise NotEligible(reason="several-holders")
    return next(iter(accounts.values()))


def _stack(held: Sequence[Held], bill: int) -> None:
    """Together on one bill, as their batches allow."""
    most = min(batch.conditions.most for _, batch in held)
    if len(held) > most:
        raise CouponsDoNotStack(rule="most", limit=most)
    kinds = {batch.conditions.stack for _, batch in held}
    if len(held) > 1 and "alone" in kinds:
        raise CouponsDoNotStack(rule="alone", limit=1)
    if len({batch.conditions.goods for _, batch in held}) > _MOST_KINDS:
        raise CouponsDoNotStack(rule="goods", limit=_MOST_KINDS)
    faces = {coupon.face for coupon, _ in held}
    if len(held) > 1 and "equal-face" in kinds and (len(kinds) > 1 or len(faces) > 1):
        raise CouponsDoNotStack(rule="equal-face", limit=min(faces))
    least = max(batch.conditions.from_amount for _, batch in held)
    if bill < least:
        raise CouponsDoNotStack(rule="from-amount", limit=least)


def _used(merchant: str, lines: Sequence[BoughtLine], held: Sequence[Held]) -> tuple[Used, ...]:
    """What each coupon pays: those for few goods first, so that they find theirs; a whole one pays all of itself."""
    goods = basket(lines)
    room = Room(goods, (batch.conditions.goods for _, batch in held))
    so_far, paid = room.nothing(), dict[str, Used]()
    for coupon, batch in sorted(held, key=lambda item: len(item[1].conditions.goods) or _MOST_LINES + 1):
        terms = batch.conditions
        if not valid_here(batch, merchant, goods):
            raise CouponNotValidHere(coupon=coupon.id, merchants=list(terms.merchants), goods=list(terms.goods))
        left = room.left(so_far, terms.goods)
        if not left or (coupon.free > left and not terms.splittable):
            # No change is given: a larger coupon would be spent for less than it is worth.
            raise CouponsDoNotStack(rule="no-change", limit=left)
        amount = min(coupon.free, left)
        so_far = room.after(so_far, terms.goods, amount)
        paid[coupon.id] = Used(coupon.id, batch.id, amount)
    return tuple(paid[coupon.id] for coupon, _ in held)


def ranges(account: Account, used: Iterable[Used]) -> tuple[Lot, ...]:
    """The ranges that so much of each coupon takes: the first that are open."""
    pools = {pool.id: pool for pool in account.pools}
    return tuple(lot for part in used for lot in pools[part.coupon].first(part.amount))


# What it reads -----------------------------------------------------------------------------------------------------


def named(command: SpendCoupons, _book: Book) -> Iterable[Key]:
    """The merchant, the codes or coupons, the holder, the id, and the period in whose till it falls."""
    yield Merchant.KIND, command.merchant
    yield Books.KIND, Books.ID
    if command.id is not None:
        yield Purchase.KIND, command.id
    if command.holder is not None:
        yield Holder.KIND, command.holder
    for reference in command.coupons:
        by_code = reference.startswith(BY_CODE)
        yield (CouponCode.KIND, reference.removeprefix(BY_CODE)) if by_code else (Coupon.KIND, reference)


def by_code(command: SpendCoupons, book: Book) -> Iterable[Key]:
    """The coupons for which codes stand."""
    for reference in command.coupons:
        code = book.get(CouponCode, reference.removeprefix(BY_CODE)) if reference.startswith(BY_CODE) else None
        if code is not None:
            yield Coupon.KIND, code.coupon


def batches_and_people(command: SpendCoupons, book: Book) -> Iterable[Key]:
    """Their batches and the records that they were issued to."""
    for coupon in _found(command, book):
        yield Batch.KIND, coupon.batch
        yield Holder.KIND, coupon.account.partition(":")[2]


def accounts_and_tills(command: SpendCoupons, book: Book) -> Iterable[Key]:
    """The accounts that pay, and where it is counted."""
    for coupon in _found(command, book):
        yield Till.KIND, till_id(command.merchant, coupon.unit, book.period)
        yield Till.KIND, till_id(command.merchant, coupon.unit, book.period, "coupon-batch:" + coupon.batch)
        owner = coupon.account.partition(":")[2]
        if book.get(Holder, owner) is not None:
            account = holder_account(survivor(book, owner))
            yield Account.KIND, account_key(account, coupon.unit)
            yield from limit_counters(book, "redemption", account, coupon.unit)
            yield from limit_counters(book, "redemption", account, coupon.unit, merchant=command.merchant)


def promises(command: SpendCoupons, book: Book) -> Iterable[Key]:
    """What funds promised for them."""
    for commitment in _promises(command, book):
        yield Commitment.KIND, commitment


def promising_funds(command: SpendCoupons, book: Book) -> Iterable[Key]:
    """The funds that did."""
    for commitment in _promises(command, book):
        yield from funds_behind(book, commitment)


def _promises(command: SpendCoupons, book: Book) -> set[str]:
    return {coupon.commitment for coupon in _found(command, book) if coupon.commitment is not None}


def _found(command: SpendCoupons, book: Book) -> list[Coupon]:
    found = []
    for reference in command.coupons:
        id: str | None = reference
        if reference.startswith(BY_CODE):
            code = book.get(CouponCode, reference.removeprefix(BY_CODE))
            id = code.coupon if code else None
        coupon = book.get(Coupon, id) if id is not None else None
        if coupon is not None:
            found.append(coupon)
    return found


HANDLERS: Final = (
    Handler(SpendCoupons, spend, (named, by_code, batches_and_people, accounts_and_tills, promises, promising_funds)),
)

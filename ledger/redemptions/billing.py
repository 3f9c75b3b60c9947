"""What of a sale is priced in money: at whose till, which of the shown coupons pay it, what is paid outside.

Shared by sales, holds and quotes. Checks in the order of their callers: shape, existence; status of the merchant and
of each coupon; then the tender.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.coupons.choosing import basket, chosen, valid_here
from ledger.coupons.commands import BoughtLine
from ledger.coupons.entities import Batch, Coupon, Purchase, Used
from ledger.coupons.spending import Sale, named_once, ranges, selling, takes_part
from ledger.coupons.standing import spendable_by, to_spend
from ledger.limits.drawing import limited_by_scheme
from ledger.limits.facts import Count
from ledger.merchants.entities import Merchant
from ledger.points.entities import Account
from ledger.points.granting import account_of, moving
from ledger.points.moving import holdable
from ledger.pools import Lot
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.entities import Bill, Line
from ledger.redemptions.selling import pieces, total
from ledger.refusals import (
    AlreadyExists,
    CouponNotValidHere,
    Forbidden,
    Malformed,
    NotEligible,
    TenderMismatch,
    UnitMismatch,
)
from ledger.room import Book, Facts, Now
from ledger.scheme.model import Scheme
from ledger.stacking import Choice
from ledger.stock.entities import Item
from ledger.values import HolderId, ItemId, RedemptionId, UnitCode, holder_account

MOST_SHOWN: Final = 40
"""Coupons that may be shown for one sale: each takes up to 600 of a fact's 32,768 bytes, and all are weighed."""
NO_GROUP: Final = ""
"""Stands for the group of goods of an item that belongs to none."""


class Cart(NamedTuple):
    """The lines of a sale that are priced in money, and the coupons that were shown for them."""

    merchant: Merchant
    unit: UnitCode
    wanted: tuple[WantedLine, ...]
    lines: tuple[Line, ...]
    goods: tuple[BoughtLine, ...]
    shown: tuple[Coupon, ...]

    @property
    def bill(self) -> int:
        """What they cost."""
        return total(self.lines)

    def beside(self, wanted: Iterable[WantedLine]) -> tuple[WantedLine, ...]:
        """The other lines, which are for points."""
        return tuple(line for line in wanted if line not in self.wanted)


class Payment(NamedTuple):
    """Which coupons pay, from whose account, and how that was chosen."""

    account: Account
    used: tuple[Used, ...]
    choice: Choice

    @property
    def covered(self) -> int:
        """What coupons pay."""
        return self.choice.taken.covered

    @property
    def tender(self) -> int:
        """What is paid outside."""
        return self.choice.taken.outside


def money_units(scheme: Scheme) -> frozenset[str]:
    """The units that coupons are in: what is priced in one is paid with coupons and outside, never with points."""
    return frozenset([kind.unit for kind in scheme.coupons.values()])


def in_money(scheme: Scheme, items: Mapping[ItemId, Item]) -> frozenset[ItemId]:
    """Those of the items that are priced in money; none where the scheme has no coupons."""
    if not scheme.coupons:
        return frozenset()
    units = money_units(scheme)
    return frozenset([id for id, item in items.items() if item.unit in units])


def cart(
    command: PlaceRedemption, wanted: Iterable[WantedLine], items: Mapping[ItemId, Item], book: Book, now: Now
) -> Cart | None:
    """What is priced in money; None where nothing is. Refused `malformed` where coupons have nothing to pay."""
    scheme = book.scheme(now.today)
    found = in_money(scheme, items)
    money = [line for line in wanted if line.item in found] if found else []
    if not money:
        if command.coupons:
            raise Malformed(errors=["coupons: nothing here is paid with coupons"])
        return None
    coupons = command.coupons or ()
    if len(coupons) > MOST_SHOWN:
        raise Malformed(errors=[f"coupons: at most {MOST_SHOWN}"])
    units = sorted({items[line.item].unit for line in money})
    if len(units) > 1:
        raise UnitMismatch(expected=units[0], given=units[1])
    merchant = book.the(Merchant, whose_till(command.merchant or None, [items[line.item] for line in money]))
    lines = tuple(Line(line.item, items[line.item].price(now.recorded_at), line.quantity) for line in money)
    shown = tuple(named_once(coupons, book))
    return Cart(merchant, UnitCode(units[0]), tuple(money), lines, _goods(lines, items), shown)


def whose_till(named: str | None, items: Sequence[Item]) -> str:
    """At whose till these are sold: whoever was named, or supplies them; refused where that is nobody or several."""
    suppliers = sorted({id for id in (named, *(item.merchant for item in items)) if id is not None})
    if not suppliers:
        raise Malformed(errors=["merchant: to be named for goods that nobody supplies"])
    if len(suppliers) > 1:
        raise NotEligible(reason="several-merchants" if named is None else "goods-of-another-merchant")
    return suppliers[0]


def of_this_merchant(named: str | None, items: Iterable[Item]) -> None:
    """At a named merchant's till nothing of another's is sold, for points either."""
    if named is not None and any(item.merchant not in {None, named} for item in items):
        raise NotEligible(reason="goods-of-another-merchant")


def own_goods(items: Iterable[Item], *, own: bool) -> None:
    """At a merchant's own till, what is for points is its own: nobody's goods are the programme's to hand out."""
    if own and any(item.merchant is None for item in items):
        raise Forbidden(permission="stock")


def _goods(lines: Sequence[Line], items: Mapping[ItemId, Item]) -> tuple[BoughtLine, ...]:
    """What the lines cost by group of goods."""
    amounts: dict[str, int] = {}
    for line in lines:
        group = items[line.item].goods or NO_GROUP
        amounts[group] = amounts.get(group, 0) + line.price * line.quantity
    return tuple(BoughtLine(group, amount) for group, amount in amounts.items())


# Paying ----------------------------------------------------------------------------------------------------------


def may_sell(cart: Cart, book: Book, now: Now) -> None:
    """The merchant may sell these goods today, and none of them entitles to anything: such are given back otherwise."""
    takes_part(cart.merchant, (line.goods for line in cart.goods), now)
    scheme = book.scheme(now.today)
    if scheme.entitlements and any(scheme.entitlement_of(line.item) for line in cart.lines):
        raise NotEligible(reason="entitlement-for-points-alone")


def payment(cart: Cart, holder: HolderId, book: Book, now: Now) -> Payment:
    """The way to pay that covers most. A coupon that cannot pay here at all refuses; one that does not fit stays.

    Checks: the merchant not suspended, admitted, and for these goods, none of which entitles; the account not frozen;
    each coupon this person's, valid today, in hand, for this merchant and these goods.
    """
    may_sell(cart, book, now)
    scheme = book.scheme(now.today)
    account = moving(account_of(book, holder_account(holder), scheme.unit(cart.unit)))
    held = [(coupon, fitting(coupon, cart, holder, book, now)) for coupon in cart.shown]
    return paying_way(cart, account, held)


def paying_way(cart: Cart, account: Account, held: Sequence[tuple[Coupon, Batch]]) -> Payment:
    """The same, of coupons that were found to fit."""
    batches = {coupon.id: batch.id for coupon, batch in held}
    choice = chosen(((coupon, batch, coupon.free) for coupon, batch in held), basket(cart.goods))
    used = tuple(Used(part.id, batches[part.id], part.amount) for part in choice.taken.used)
    return Payment(account, used, choice)


def fitting(coupon: Coupon, cart: Cart, holder: HolderId, book: Book, now: Now) -> Batch:
    """The coupon's batch, where it may pay at this till; else one refusal that says why not."""
    batch = book.the(Batch, coupon.batch)
    spendable_by(coupon, batch, holder, book, now.today)
    to_spend(coupon, book)
    if coupon.unit != cart.unit:
        raise UnitMismatch(expected=cart.unit, given=coupon.unit)
    if not valid_here(batch, cart.merchant.id, basket(cart.goods)):
        terms = batch.conditions
        raise CouponNotValidHere(coupon=coupon.id, merchants=list(terms.merchants), goods=list(terms.goods))
    return batch


def exact_tender(said: int, cart: Cart | None, paid: Payment | None) -> None:
    """What is said to be paid outside is exactly what coupons leave: neither cash nor a coupon is lost at the till."""
    bill, covered = (0, 0) if cart is None or paid is None else (cart.bill, paid.covered)
    if said != bill - covered:
        raise TenderMismatch(bill=bill, covered=covered, required=bill - covered, tender=said)


def limits_of_bill(cart: Cart, paid: Payment, drawn: tuple[Count, ...], book: Book, now: Now) -> tuple[Count, ...]:
    """What a bill draws on the scheme's limits: what coupons pay, and its pieces; as a whole, and at this merchant's.

    `drawn` is what the same sale has drawn for points.
    """
    account, taken = paid.account.account, pieces(cart.lines)
    whole = limited_by_scheme(book, now, "redemption", account, cart.unit, paid.covered, pieces=taken, after=drawn)
    return whole + limited_by_scheme(
        book,
        now,
        "redemption",
        account,
        cart.unit,
        paid.covered,
        merchant=cart.merchant.id,
        pieces=taken,
        after=drawn,
    )


def set_aside(paid: Payment) -> tuple[Lot, ...]:
    """The ranges that a hold earmarks, unless they are too many for one fact."""
    return holdable(ranges(paid.account, paid.used))


def free_purchase(book: Book, id: RedemptionId) -> None:
    """No purchase bears the id under which the coupons will have paid."""
    if book.get(Purchase, id) is not None:
        raise AlreadyExists(kind=Purchase.KIND, id=id)


def sold(cart: Cart, paid: Payment, redemption: RedemptionId, book: Book, now: Now) -> Facts:
    """The coupons pay, into the merchant's till; where none do, nothing moves in this ledger."""
    if paid.used:
        yield from selling(
            book, now, cart.merchant, Sale(redemption, paid.account, paid.used, cart.goods, redemption=redemption)
        )


def goods_of(bill: Bill, book: Book) -> tuple[BoughtLine, ...]:
    """What a bill's lines cost by group, as its items stand now."""
    return _goods(bill.lines, {line.item: book.the(Item, line.item) for line in bill.lines})

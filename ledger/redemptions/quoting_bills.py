"""The part of a quote that is priced in money: at whose till, which coupons would pay, which would not and why."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ledger.coupons.entities import Batch, Coupon
from ledger.coupons.standing import shown
from ledger.limits.facts import Count
from ledger.points.granting import account_of, moving
from ledger.redemptions.billing import (
    Cart,
    Payment,
    cart,
    fitting,
    limits_of_bill,
    may_sell,
    of_this_merchant,
    paying_way,
)
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.refusals import Malformed, Refusal
from ledger.room import Book, Now
from ledger.stacking import Way
from ledger.stock.entities import Item
from ledger.values import ItemId, UnitCode, holder_account


class QuotedCoupon(msgspec.Struct, frozen=True):
    """So much of one coupon."""

    coupon: str
    amount: int


class QuotedWay(msgspec.Struct, frozen=True):
    """One way to pay: these coupons, and the rest outside."""

    coupons: tuple[QuotedCoupon, ...]
    covered: int
    tender: int


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A shown coupon that would pay nothing: `reason` is a refusal; of one that only stays, why it was not chosen."""

    place: int
    """Which of those that were shown, from 0: one that is not known has no id."""
    coupon: str | None
    reason: str
    numbers: dict[str, Any] = {}
    refuses: bool = False
    """Whether the sale is refused while it is shown."""


class QuotedBill(msgspec.Struct, frozen=True, kw_only=True):
    """What is priced in money: `coupons` cover `covered` of `amount`, and exactly `tender` is paid outside."""

    merchant: str | None
    unit: UnitCode
    amount: int
    covered: int
    tender: int
    coupons: tuple[QuotedCoupon, ...] = ()
    others: tuple[QuotedWay, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """A quoted bill, which items stand on it, and what stands against all of it."""

    bill: QuotedBill
    items: frozenset[ItemId]
    barrier: Refusal | None


def priced(
    command: PlaceRedemption,
    lines: Sequence[WantedLine],
    items: Mapping[ItemId, Item],
    drawn: tuple[Count, ...],
    book: Book,
    now: Now,
) -> Priced | None:
    """The bill of these lines, all priced in money, as a sale would decide it; None: of no lines. Refuses as `cart`.

    `drawn` is what the lines for points would draw on limits.
    """
    try:
        till = cart(msgspec.structs.replace(command, coupons=()), lines, items, book, now)
    except Refusal as refusal:
        return _of_no_till(refusal, lines, items, now)
    if till is None:
        return None
    account = account_of(book, holder_account(command.holder), book.scheme(now.today).unit(till.unit))
    held, refused = _sorted_out(command, till, book, now)
    paid = paying_way(till, account, list(held.values()))
    barrier = _barrier(command, till, paid, items, drawn, book, now)
    chosen = {part.coupon for part in paid.used}
    stays = (
        LeftOut(place=place, coupon=coupon.id, reason=_why(coupon, paid))
        for place, (coupon, _) in held.items()
        if coupon.id not in chosen
    )
    bill = QuotedBill(
        merchant=till.merchant.id,
        unit=till.unit,
        amount=till.bill,
        covered=paid.covered,
        tender=paid.tender,
        coupons=tuple(QuotedCoupon(part.coupon, part.amount) for part in paid.used),
        others=tuple(_way(way) for way in paid.choice.others),
        left_out=tuple(sorted((*refused, *stays), key=lambda one: one.place)),
    )
    return Priced(bill=bill, items=frozenset(line.item for line in till.lines), barrier=barrier)


def _of_no_till(refusal: Refusal, lines: Sequence[WantedLine], items: Mapping[ItemId, Item], now: Now) -> Priced:
    """Where it is nobody's till, or several merchants', nothing of it can be paid."""
    amount = sum(items[line.item].price(now.recorded_at) * line.quantity for line in lines)
    unit = items[lines[0].item].unit
    bill = QuotedBill(merchant=None, unit=unit, amount=amount, covered=0, tender=amount)
    return Priced(bill=bill, items=frozenset(line.item for line in lines), barrier=refusal)


def _sorted_out(
    command: PlaceRedemption, till: Cart, book: Book, now: Now
) -> tuple[dict[int, tuple[Coupon, Batch]], list[LeftOut]]:
    """The shown coupons that could pay, by their place, and those that refuse the sale."""
    held: dict[int, tuple[Coupon, Batch]] = {}
    refused: list[LeftOut] = []
    for place, reference in enumerate(command.coupons or ()):
        coupon: Coupon | None = None
        try:
            coupon = shown(book, reference)
            if any(coupon.id == other.id for other, _ in held.values()):
                raise Malformed(errors=["coupons: each once"])
            held[place] = coupon, fitting(coupon, till, command.holder, book, now)
        except Refusal as refusal:
            id = None if coupon is None else coupon.id
            numbers = refusal.members()
            refused.append(LeftOut(place=place, coupon=id, reason=refusal.code, numbers=numbers, refuses=True))
    return held, refused


def _barrier(
    command: PlaceRedemption,
    till: Cart,
    paid: Payment,
    items: Mapping[ItemId, Item],
    drawn: tuple[Count, ...],
    book: Book,
    now: Now,
) -> Refusal | None:
    try:
        of_this_merchant(command.merchant or None, items.values())
        may_sell(till, book, now)
        moving(paid.account)
        limits_of_bill(till, paid, drawn, book, now)
    except Refusal as refusal:
        return refusal
    return None


def _why(coupon: Coupon, paid: Payment) -> str:
    return "from-amount" if coupon.id in paid.choice.below else "not-chosen"


def _way(way: Way) -> QuotedWay:
    return QuotedWay(tuple(QuotedCoupon(part.id, part.amount) for part in way.used), way.covered, way.outside)

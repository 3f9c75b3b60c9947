"""Selling and setting aside where goods are priced in money too: points, coupons and cash in one transaction.

Checks: unit, status of person, items, merchant and coupons, confirmation, tender, limits, in force, funds, stock; what
is asked of every sale was asked before.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import asdict

from ledger.accounts.activity import kept_alive
from ledger.coupons.entities import Purchase
from ledger.entitlements.issuing import free_ids, issue_bought, may_take
from ledger.limits.facts import Count
from ledger.people.standing import living, may_redeem
from ledger.points.entities import Account
from ledger.points.granting import account_of, moving
from ledger.redemptions.billing import (
    Cart,
    Payment,
    cart,
    exact_tender,
    free_purchase,
    limits_of_bill,
    of_this_merchant,
    own_goods,
    payment,
    set_aside,
    sold,
)
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.entities import Line, Redemption
from ledger.redemptions.facts import BillHeld, BillPlaced, RedemptionPlaced
from ledger.redemptions.selling import in_stock, on_sale, supplied, total
from ledger.redemptions.terms import (
    affordable,
    confirmed,
    end_of_hold,
    held,
    item_limits,
    one_unit,
    scheme_limits,
)
from ledger.refusals import AlreadyExists
from ledger.room import Book, Facts, Now
from ledger.scheme.model import Unit
from ledger.stock.entities import Item
from ledger.values import Instant, ItemId, RedemptionId, holder_account


class Points(NamedTuple):
    """The part of a sale that is for points: from which account, for which lines."""

    account: Account
    unit: Unit
    wanted: tuple[WantedLine, ...]
    lines: tuple[Line, ...]
    amount: int


def sell_mixed(
    command: PlaceRedemption, wanted: tuple[WantedLine, ...], items: Mapping[ItemId, Item], book: Book, now: Now
) -> Facts:
    """Sell, or set aside, all or nothing. Where nothing is priced in money there is no `till`."""
    scheme = book.scheme(now.today)
    till = cart(command, wanted, items, book, now)
    for_points = wanted if till is None else till.beside(wanted)
    own_goods([items[line.item] for line in for_points], own=bool(command.own_goods))
    unit = scheme.unit(one_unit(items, for_points)) if for_points else None
    expires_at = end_of_hold(command, scheme.redemption, now)
    redemption = _new_id(command, book, now)
    may_redeem(living(book, command.holder), now.today)
    points = None if unit is None else _points(command, unit, for_points, items, book, now)
    _all_on_sale(command, wanted, items, book, now)
    paid = None if till is None else payment(till, command.holder, book, now)
    confirmed(command, scheme.redemption)
    if till is not None or command.tender:
        exact_tender(command.tender or 0, till, paid)
    placed = None if points is None else _placed(command, points, redemption, items, book, now)
    bill = None
    if till is not None and paid is not None:
        counts = item_limits(till.wanted, items, command.holder, book, now)
        counts += limits_of_bill(till, paid, () if placed is None else placed.counts, book, now)
        bill = _bill(command, till, paid, redemption, counts, book)
    lines = () if points is None else points.lines
    if scheme.entitlements:
        _may_entitle(command, redemption, lines, book, now)
    if points is not None:
        affordable(points.account, points.unit, points.amount)
    for line in wanted:
        in_stock(line.item, items[line.item], line.quantity, now.recorded_at)
    if placed is not None:
        yield held(placed, expires_at) if expires_at else placed
    if till is not None and paid is not None and bill is not None:
        yield from _billed(till, paid, bill, expires_at, book, now)
    if points is not None:
        yield from kept_alive(book, now, points.account.account, points.account.unit, "redemption")
    if scheme.entitlements and not expires_at:
        yield from issue_bought(scheme, command.holder, redemption, lines, now.today)


def _points(
    command: PlaceRedemption,
    unit: Unit,
    wanted: tuple[WantedLine, ...],
    items: Mapping[ItemId, Item],
    book: Book,
    now: Now,
) -> Points:
    account = moving(account_of(book, holder_account(command.holder), unit))
    lines = tuple([Line(line.item, items[line.item].price(now.recorded_at), line.quantity) for line in wanted])
    return Points(account, unit, wanted, lines, total(lines))


def _placed(
    command: PlaceRedemption,
    points: Points,
    redemption: RedemptionId,
    items: Mapping[ItemId, Item],
    book: Book,
    now: Now,
) -> RedemptionPlaced:
    account, unit = points.account.account, points.account.unit
    counts = item_limits(points.wanted, items, command.holder, book, now)
    counts += scheme_limits(book, now, points.account, points.lines, points.amount, items)
    return RedemptionPlaced(
        account=account,
        unit=unit,
        amount=points.amount,
        redemption=redemption,
        lines=points.lines,
        paid=points.account.payment(points.amount),
        counts=counts,
        confirmation=command.confirmation,
        confirmed_by=command.confirmed_by,
    )


def _all_on_sale(
    command: PlaceRedemption, wanted: tuple[WantedLine, ...], items: Mapping[ItemId, Item], book: Book, now: Now
) -> None:
    of_this_merchant(command.merchant or None, items.values())
    for line in wanted:
        on_sale(line.item, items[line.item], now.recorded_at)
        supplied(line.item, items[line.item], book, now)


def _may_entitle(
    command: PlaceRedemption, redemption: RedemptionId, lines: tuple[Line, ...], book: Book, now: Now
) -> None:
    scheme = book.scheme(now.today)
    may_take(book, scheme, command.holder, lines, now.today)
    if command.id is not None:
        free_ids(book, scheme, redemption, lines)


def _bill(
    command: PlaceRedemption, till: Cart, paid: Payment, redemption: RedemptionId, counts: tuple[Count, ...], book: Book
) -> BillPlaced:
    free_purchase(book, redemption)
    return BillPlaced(
        account=paid.account.account,
        unit=till.unit,
        amount=paid.covered,
        redemption=redemption,
        merchant=till.merchant.id,
        bill=till.bill,
        tender=paid.tender,
        lines=till.lines,
        counts=counts,
        confirmation=command.confirmation,
        confirmed_by=command.confirmed_by,
    )


def _billed(till: Cart, paid: Payment, bill: BillPlaced, expires_at: Instant | None, book: Book, now: Now) -> Facts:
    """The part for money: held, or sold and paid at once."""
    if expires_at is not None:
        yield BillHeld(**asdict(bill), used=paid.used, paid=set_aside(paid), expires_at=expires_at)
        return
    yield bill
    yield from sold(till, paid, bill.redemption, book, now)


def _new_id(command: PlaceRedemption, book: Book, now: Now) -> RedemptionId:
    if command.id is None:
        # One tx may sell twice (an atomic group): the second sale is told apart by its position.
        taken = book.get(Redemption, now.tx) is not None or book.get(Purchase, now.tx) is not None
        return RedemptionId(f"{now.tx}.{now.position}" if taken else now.tx)
    if book.get(Redemption, command.id) is not None:
        raise AlreadyExists(kind="redemption", id=command.id)
    return command.id

"""Selling and setting aside.

Checks: shape, existence, unit, status, confirmation, limits, in force, funds, stock.
"""

from ledger.accounts.activity import kept_alive
from ledger.entitlements.issuing import free_ids, issue_bought, may_take
from ledger.naming import nameable
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem
from ledger.points.granting import account_of, moving
from ledger.redemptions.commands import PlaceRedemption
from ledger.redemptions.entities import Line, Redemption
from ledger.redemptions.facts import RedemptionPlaced
from ledger.redemptions.mixed import sell_mixed
from ledger.redemptions.selling import in_stock, merged, on_sale, supplied, total
from ledger.redemptions.terms import (
    affordable,
    confirmed,
    end_of_hold,
    held,
    item_limits,
    named_confirmer,
    one_unit,
    scheme_limits,
)
from ledger.refusals import AlreadyExists
from ledger.room import Book, Facts, Now
from ledger.stock.entities import Item
from ledger.values import RedemptionId, holder_account


def place(command: PlaceRedemption, book: Book, now: Now) -> Facts:
    """Sell, or set aside: points, stock and limits in one fact.

    Where the scheme has coupons, what is priced in money is sold beside it: see `mixed`. Spelled out here once more
    for the busiest counters, which know points alone.
    """
    wanted = merged(command.lines)
    named_confirmer(command)
    nameable(command.id)
    book.the(Holder, command.holder)
    items = {line.item: book.the(Item, line.item) for line in wanted}
    scheme = book.scheme(now.today)
    if scheme.coupons or command.coupons or command.tender or command.merchant:
        yield from sell_mixed(command, wanted, items, book, now)
        return
    unit = scheme.unit(one_unit(items, wanted))
    expires_at = end_of_hold(command, scheme.redemption, now)
    redemption = _new_id(command, book, now)
    may_redeem(living(book, command.holder), now.today)
    account = moving(account_of(book, holder_account(command.holder), unit))
    for line in wanted:
        on_sale(line.item, items[line.item], now.recorded_at)
        supplied(line.item, items[line.item], book, now)
    confirmed(command, scheme.redemption)
    lines = tuple([Line(line.item, items[line.item].price(now.recorded_at), line.quantity) for line in wanted])
    amount = total(lines)
    counts = item_limits(wanted, items, command.holder, book, now)
    if scheme.limits:
        counts += scheme_limits(book, now, account, lines, amount, items)
    if scheme.entitlements:
        may_take(book, scheme, command.holder, lines, now.today)
        if command.id is not None:
            free_ids(book, scheme, redemption, lines)
    affordable(account, unit, amount)
    for line in wanted:
        in_stock(line.item, items[line.item], line.quantity, now.recorded_at)
    placed = RedemptionPlaced(
        account=account.account,
        unit=unit.code,
        amount=amount,
        redemption=redemption,
        lines=lines,
        paid=account.payment(amount),
        counts=counts,
        confirmation=command.confirmation,
        confirmed_by=command.confirmed_by,
    )
    yield held(placed, expires_at) if expires_at else placed
    yield from kept_alive(book, now, account.account, account.unit, "redemption")
    if scheme.entitlements and not expires_at:
        yield from issue_bought(scheme, command.holder, redemption, lines, now.today)


def _new_id(command: PlaceRedemption, book: Book, now: Now) -> RedemptionId:
    if command.id is None:
        # One tx may sell twice (an atomic group): the second sale is told apart by its position.
        return RedemptionId(now.tx if book.get(Redemption, now.tx) is None else f"{now.tx}.{now.position}")
    if book.get(Redemption, command.id) is not None:
        raise AlreadyExists(kind="redemption", id=command.id)
    return command.id

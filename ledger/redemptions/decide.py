"""Deciding at the counter: which wish is decided where, and what each reads."""

from collections.abc import Iterable
from typing import Final

from ledger.coupons.commands import RefundPurchase, SpendCoupons
from ledger.entitlements.issuing import sale_keys
from ledger.limits import drawing
from ledger.limits.entities import Counter
from ledger.merchants.entities import Merchant
from ledger.people.entities import Holder
from ledger.points.entities import Account, account_key
from ledger.redemptions.commands import CancelRedemption, FulfilRedemption, PlaceRedemption, RefundRedemption
from ledger.redemptions.entities import Bill, Redemption
from ledger.redemptions.holding import fulfil
from ledger.redemptions.placing import place
from ledger.redemptions.refunding import cancel, refund
from ledger.redemptions.selling import limit_counters
from ledger.room import Book, Command, Handler, Key
from ledger.stock.decide import ended_promises
from ledger.stock.entities import Item
from ledger.values import HolderId, RedemptionId, holder_account

OnRedemption = FulfilRedemption | CancelRedemption | RefundRedemption


def shelf(command: PlaceRedemption, _book: Book) -> Iterable[Key]:
    """First round: who and what."""
    keys = [(Item.KIND, str(line.item)) for line in command.lines]
    keys.append((Holder.KIND, command.holder))
    if command.id is not None:
        keys.append((Redemption.KIND, command.id))
    if command.merchant:
        keys.append((Merchant.KIND, command.merchant))
    return keys


def purse(command: PlaceRedemption, book: Book) -> Iterable[Key | Command]:
    """Second round: the account in the items' unit, counters of all limits, holds that have ended, what is in force.

    And all that a purchase with the shown coupons would read.
    """
    account = holder_account(command.holder)
    merchant = command.merchant or None
    for line in command.lines:
        item = book.get(Item, line.item)
        if item is not None:
            yield Account.KIND, account_key(account, item.unit)
            yield from drawing.limit_counters(book, "redemption", account, item.unit)
            if (at := command.merchant or item.merchant) is not None:
                yield from drawing.limit_counters(book, "redemption", account, item.unit, merchant=at)
            if item.limit is not None:
                for counter in limit_counters(book, line.item, item.limit, command.holder, book.today):
                    yield Counter.KIND, counter
            if item.merchant is not None:
                yield Merchant.KIND, item.merchant
                merchant = merchant or item.merchant
            if item.promises:
                yield from ended_promises(book, line.item)
    if book.scheme(book.today).entitlements:
        yield from sale_keys(book, command.holder, command.lines, command.id)
    if command.coupons and merchant is not None:
        yield SpendCoupons(id=command.id, merchant=merchant, lines=(), coupons=command.coupons, holder=command.holder)


def itself(command: OnRedemption, _book: Book) -> Iterable[Key]:
    """First round: the redemption."""
    return [(Redemption.KIND, command.redemption)]


def all_of_it(command: OnRedemption, book: Book) -> Iterable[Key | Command]:
    """Second round: its accounts, on which time acts, its items and its counters, and what its purchase reads."""
    redemption = book.get(Redemption, command.redemption)
    if redemption is not None:
        yield Account.KIND, account_key(redemption.account, redemption.unit)
        yield Holder.KIND, redemption.account.partition(":")[2]
        yield from ((Item.KIND, str(line.item)) for line in redemption.all_lines)
        yield from ((Counter.KIND, count.counter) for count in redemption.counts)
        if redemption.bill is not None:
            yield from _of_bill(command.redemption, redemption.bill)


def _of_bill(id: RedemptionId, bill: Bill) -> Iterable[Key | Command]:
    yield Account.KIND, account_key(bill.account, bill.unit)
    yield from ((Counter.KIND, count.counter) for count in bill.counts)
    if bill.used:
        coupons = tuple(part.coupon for part in bill.used)
        yield SpendCoupons(id=id, merchant=bill.merchant, lines=(), coupons=coupons)
    elif bill.covered:
        yield RefundPurchase(purchase=id, reason="")


def in_force(command: FulfilRedemption, book: Book) -> Iterable[Key]:
    """Third round: what the holder has already of what it entitles to."""
    redemption = book.get(Redemption, command.redemption)
    if redemption is not None and book.scheme(book.today).entitlements:
        holder = HolderId(redemption.account.partition(":")[2])
        yield from sale_keys(book, holder, redemption.lines, command.redemption)


HANDLERS: Final = (
    Handler(PlaceRedemption, place, (shelf, purse)),
    Handler(FulfilRedemption, fulfil, (itself, all_of_it, in_force)),
    Handler(CancelRedemption, cancel, (itself, all_of_it)),
    Handler(RefundRedemption, refund, (itself, all_of_it)),
)

"""Deciding at the counter. Checks: shape, existence, unit, status, limits, funds, stock; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from ledger.calendar import iso_week
from ledger.limits.entities import Counter, counter_id, draw
from ledger.limits.facts import Count
from ledger.people.entities import Holder
from ledger.points.entities import Account, account_key
from ledger.points.granting import account_of, moving
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.entities import Line, Redemption
from ledger.redemptions.facts import RedemptionPlaced
from ledger.refusals import (
    AlreadyExists,
    HolderBarred,
    InsufficientFunds,
    Malformed,
    OutOfStock,
    SaleClosed,
    UnitMismatch,
)
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.stock.entities import Item, Limit
from ledger.values import MAX_AMOUNT, Day, Instant, ItemId, RedemptionId, holder_account


def place(command: PlaceRedemption, book: Book, now: Now) -> Facts:
    """Sell: points, stock and limits in one fact."""
    wanted = merged(command.lines)
    holder = book.the(Holder, command.holder)
    items = {line.item: book.the(Item, line.item) for line in wanted}
    unit = book.scheme(now.today).unit(_one_unit(items))
    redemption = _new_id(command, book, now)
    if holder.barred_on is not None:
        raise HolderBarred(since=holder.barred_on)
    account = moving(account_of(book, holder_account(command.holder), unit))
    for line in wanted:
        _on_sale(line.item, items[line.item], now.recorded_at)
    lines = tuple(Line(line.item, items[line.item].price(now.recorded_at), line.quantity) for line in wanted)
    amount = _total(lines)
    counts = tuple(_limits(command, book, now, lines, items))
    available = account.available(unit)
    if amount > available:
        raise InsufficientFunds(required=amount, available=available, missing=amount - available)
    for line in wanted:
        item = items[line.item]
        if line.quantity > item.available:
            raise OutOfStock(item=line.item, requested=line.quantity, available=item.available)
    yield RedemptionPlaced(
        account=account.account,
        unit=unit.code,
        amount=amount,
        redemption=redemption,
        lines=lines,
        paid=account.payment(amount),
        counts=counts,
    )


def merged(lines: tuple[WantedLine, ...]) -> tuple[WantedLine, ...]:
    """One line an item: the same item twice must not pass a limit or the stock twice."""
    if not lines:
        raise Malformed(errors=["lines: at least one"])
    pieces: dict[str, int] = {}
    for line in lines:
        if not 1 <= line.quantity <= MAX_AMOUNT:
            raise Malformed(errors=[f"quantity: {line.quantity} is not between 1 and {MAX_AMOUNT}"])
        pieces[line.item] = pieces.get(line.item, 0) + line.quantity
    return tuple(WantedLine(line.item, pieces.pop(line.item)) for line in lines if line.item in pieces)


def _new_id(command: PlaceRedemption, book: Book, now: Now) -> RedemptionId:
    if command.id is None:
        return RedemptionId(now.tx)
    if book.get(Redemption, command.id) is not None:
        raise AlreadyExists(kind="redemption", id=command.id)
    return command.id


def _one_unit(items: dict[ItemId, Item]) -> str:
    units = sorted({item.unit for item in items.values()})
    if len(units) > 1:
        raise UnitMismatch(expected=units[0], given=units[1])
    return units[0]


def _total(lines: tuple[Line, ...]) -> int:
    amount = sum(line.price * line.quantity for line in lines)
    if amount > MAX_AMOUNT:
        raise Malformed(errors=["lines: the total is beyond 2^53 - 1"])
    return amount


def _on_sale(id: str, item: Item, at: Instant) -> None:
    early = item.on_sale_from_at is not None and at < item.on_sale_from_at
    late = item.on_sale_to_at is not None and at >= item.on_sale_to_at
    if early or late:
        raise SaleClosed(item=id, opens_at=item.on_sale_from_at, closes_at=item.on_sale_to_at)


def _limits(
    command: PlaceRedemption, book: Book, now: Now, lines: tuple[Line, ...], items: dict[ItemId, Item]
) -> Iterable[Count]:
    for line in lines:
        limit = items[line.item].limit
        if limit is not None:
            counter = limit_counter(line.item, limit, command.holder, now.today)
            yield draw(book, counter, line.quantity, limit=limit.quantity)


def limit_counter(item: str, limit: Limit, holder: str, day: Day) -> str:
    """The counter of one person's pieces of one item in the window that holds `day`."""
    return counter_id("item:" + item, holder, _window(limit, day))


def _window(limit: Limit, day: Day) -> str:
    match limit.per:
        case "day":
            return day
        case "week":
            return iso_week(day)
        case "month":
            return day[:7]
        case _:
            return day[:4]


def shelf(command: PlaceRedemption, _book: Book) -> Iterable[Key]:
    """First round: who and what."""
    keys = [(Item.KIND, str(line.item)) for line in command.lines]
    keys.append((Holder.KIND, command.holder))
    if command.id is not None:
        keys.append((Redemption.KIND, command.id))
    return keys


def purse(command: PlaceRedemption, book: Book) -> Iterable[Key]:
    """Second round: the account in the items' unit, and the counters of their limits."""
    account = holder_account(command.holder)
    for line in command.lines:
        item = book.get(Item, line.item)
        if item is not None:
            yield Account.KIND, account_key(account, item.unit)
            if item.limit is not None:
                yield Counter.KIND, limit_counter(line.item, item.limit, command.holder, book.today)


HANDLERS: Final = (Handler(PlaceRedemption, place, (shelf, purse)),)

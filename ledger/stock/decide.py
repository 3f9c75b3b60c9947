"""Deciding about the shelf. Checks in this order: terms (422), existence, status, stock; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from ledger.merchants.entities import Merchant
from ledger.points.entities import Account
from ledger.refusals import AlreadyExists, AmountOutOfRange, Malformed, NotEligible, OutOfStock
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.stock.commands import (
    ChangeItem,
    ChangePrice,
    CountStock,
    DelistItem,
    ListItem,
    ReceiveGoods,
    RelistItem,
    ScrapGoods,
    SupplyItem,
)
from ledger.stock.entities import Item
from ledger.stock.facts import (
    GoodsReceived,
    GoodsScrapped,
    ItemChanged,
    ItemDelisted,
    ItemListed,
    ItemRelisted,
    ItemSupplied,
    PriceChanged,
    StockCounted,
)
from ledger.values import MAX_AMOUNT, Instant, ItemId, instant, moment

Named = ChangeItem | ChangePrice | DelistItem | RelistItem | ReceiveGoods | ScrapGoods | CountStock | SupplyItem
"""Wishes about one item that is there."""


# The price list ------------------------------------------------------------------------------------------------


def list_item(command: ListItem, book: Book, now: Now) -> Facts:
    """Checks: price, limit and window (422), unit (422), id not taken."""
    _well_formed(_price_errors(command.price) + _terms_errors(command))
    book.scheme(now.day).unit(command.unit)
    if book.get(Item, command.id) is not None:
        raise AlreadyExists(kind="item", id=command.id)
    yield ItemListed(
        item=command.id,
        name=command.name,
        unit=command.unit,
        price=command.price,
        limit=command.limit,
        on_sale_from_at=command.on_sale_from_at,
        on_sale_to_at=command.on_sale_to_at,
    )


def change_item(command: ChangeItem, book: Book, _now: Now) -> Facts:
    """Checks: limit and window (422), item (404)."""
    _well_formed(_terms_errors(command))
    book.the(Item, command.item)
    yield ItemChanged(
        item=command.item,
        limit=command.limit,
        on_sale_from_at=command.on_sale_from_at,
        on_sale_to_at=command.on_sale_to_at,
    )


def change_price(command: ChangePrice, book: Book, now: Now) -> Facts:
    """Checks: price (422), the instant not past (422): what was sold keeps its price; item (404)."""
    from_at = now.recorded_at if command.from_at is None else command.from_at
    errors = _price_errors(command.price) + _instant_errors("from_at", from_at)
    if not errors and from_at < now.recorded_at:
        errors.append(f"from_at: {from_at} has passed at {now.recorded_at}")
    _well_formed(errors)
    book.the(Item, command.item)
    yield PriceChanged(item=command.item, price=command.price, from_at=from_at)


def delist(command: DelistItem, book: Book, _now: Now) -> Facts:
    """Checks: item (404), that it is listed."""
    if book.the(Item, command.item).delisted_at is not None:
        raise NotEligible(reason="already-delisted")
    yield ItemDelisted(item=command.item)


def relist(command: RelistItem, book: Book, _now: Now) -> Facts:
    """Checks: item (404), that it was delisted."""
    if book.the(Item, command.item).delisted_at is None:
        raise NotEligible(reason="not-delisted")
    yield ItemRelisted(item=command.item)


def supply(command: SupplyItem, book: Book, now: Now) -> Facts:
    """Checks: goods (422), item and merchant (404). What was reserved of it stays reserved."""
    if command.goods is not None:
        book.scheme(now.day).goods_group(command.goods)
    book.the(Item, command.item)
    if command.merchant is not None:
        book.the(Merchant, command.merchant)
    yield ItemSupplied(item=command.item, merchant=command.merchant, goods=command.goods)


def _well_formed(errors: list[str]) -> None:
    if errors:
        raise Malformed(errors=errors)


def _price_errors(price: int) -> list[str]:
    return [] if 0 <= price <= MAX_AMOUNT else [f"price: {price} is not between 0 and {MAX_AMOUNT}"]


def _terms_errors(command: ListItem | ChangeItem) -> list[str]:
    begins, ends = command.on_sale_from_at, command.on_sale_to_at
    errors = _instant_errors("on_sale_from_at", begins) + _instant_errors("on_sale_to_at", ends)
    if command.limit is not None and not 1 <= command.limit.quantity <= MAX_AMOUNT:
        errors.append("limit.quantity: at least 1")
    if not errors and begins is not None and ends is not None and ends <= begins:
        errors.append("on_sale_to_at: not after on_sale_from_at")
    return errors


def _instant_errors(name: str, at: Instant | None) -> list[str]:
    # Instants are compared as text: one that is spelled otherwise would open or close a sale at the wrong time.
    try:
        spelled = at is None or instant(moment(at)) == at
    except (ValueError, OverflowError):
        spelled = False
    return [] if spelled else [f"{name}: {at} is not an instant in UTC with six decimals"]


# Pieces --------------------------------------------------------------------------------------------------------


def receive(command: ReceiveGoods, book: Book, _now: Now) -> Facts:
    """Checks: at least one piece (422), item (404), the sum (422)."""
    _pieces(command.quantity)
    item = book.the(Item, command.item)
    if item.stock + command.quantity > MAX_AMOUNT:
        raise AmountOutOfRange
    yield GoodsReceived(
        item=command.item,
        quantity=command.quantity,
        stock=item.stock + command.quantity,
        note_code=command.note_code,
    )


def scrap(command: ScrapGoods, book: Book, now: Now) -> Facts:
    """Checks: pieces and reason (422), item (404), pieces that no hold keeps."""
    _pieces(command.quantity)
    book.scheme(now.day).reason(command.reason)
    item = book.the(Item, command.item)
    available = item.free(now.recorded_at)
    if command.quantity > available:
        raise OutOfStock(item=command.item, requested=command.quantity, available=available)
    yield GoodsScrapped(
        item=command.item,
        quantity=command.quantity,
        reason=command.reason,
        stock=item.stock - command.quantity,
    )


def count(command: CountStock, book: Book, _now: Now) -> Facts:
    """The count is the truth, also when it leaves fewer pieces than are promised: nothing is for sale then.

    The holds stay: whoever comes first is served, the next is refused `out-of-stock` until goods come in or the
    hold is cancelled. Checks: not negative (422), item (404).
    """
    if not 0 <= command.counted <= MAX_AMOUNT:
        raise Malformed(errors=[f"counted: {command.counted} is not between 0 and {MAX_AMOUNT}"])
    item = book.the(Item, command.item)
    yield StockCounted(
        item=command.item,
        expected=item.stock,
        counted=command.counted,
        difference=command.counted - item.stock,
    )


def _pieces(quantity: int) -> None:
    if not 1 <= quantity <= MAX_AMOUNT:
        raise Malformed(errors=[f"quantity: {quantity} is not between 1 and {MAX_AMOUNT}"])


# What they read ------------------------------------------------------------------------------------------------


def named(command: Named, _book: Book) -> Iterable[Key]:
    """The item."""
    return [(Item.KIND, command.item)]


def supplier(command: SupplyItem, _book: Book) -> Iterable[Key]:
    """The merchant."""
    return [] if command.merchant is None else [(Merchant.KIND, command.merchant)]


def ending(command: ScrapGoods, book: Book) -> Iterable[Key]:
    """The accounts on which time must act first, because they keep pieces for holds that have ended."""
    return ended_promises(book, command.item)


def ended_promises(book: Book, item: ItemId) -> Iterable[Key]:
    """Accounts whose holds on this item have ended by now; none on a shelf without holds."""
    found = book.get(Item, item)
    for promise in found.promises if found else ():
        if promise.expires_at <= book.recorded_at:
            yield Account.KIND, promise.account


HANDLERS: Final = (
    Handler(ListItem, list_item, (lambda command, _book: [(Item.KIND, command.id)],)),
    Handler(ChangeItem, change_item, (named,)),
    Handler(ChangePrice, change_price, (named,)),
    Handler(DelistItem, delist, (named,)),
    Handler(RelistItem, relist, (named,)),
    Handler(ReceiveGoods, receive, (named,)),
    Handler(ScrapGoods, scrap, (named, ending)),
    Handler(CountStock, count, (named,)),
    Handler(SupplyItem, supply, (named, supplier)),
)

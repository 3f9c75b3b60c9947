"""Deciding about the shelf."""

from typing import Final

from ledger.refusals import AlreadyExists, Malformed
from ledger.room import Book, Facts, Handler, Now
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Item
from ledger.stock.facts import GoodsReceived, ItemListed
from ledger.values import MAX_AMOUNT


def list_item(command: ListItem, book: Book, now: Now) -> Facts:
    """Checks: price and limit (422), unit (422), id not taken."""
    errors = [] if 0 <= command.price <= MAX_AMOUNT else [f"price: {command.price} is not between 0 and {MAX_AMOUNT}"]
    if command.limit is not None and command.limit.quantity < 1:
        errors.append("limit.quantity: at least 1")
    if errors:
        raise Malformed(errors=errors)
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


def receive(command: ReceiveGoods, book: Book, _now: Now) -> Facts:
    """Checks: at least one piece (422), item (404)."""
    if not 1 <= command.quantity <= MAX_AMOUNT:
        raise Malformed(errors=[f"quantity: {command.quantity} is not between 1 and {MAX_AMOUNT}"])
    item = book.the(Item, command.item)
    yield GoodsReceived(
        item=command.item,
        quantity=command.quantity,
        stock=item.stock + command.quantity,
        note_code=command.note_code,
    )


HANDLERS: Final = (
    Handler(ListItem, list_item, (lambda command, _book: [(Item.KIND, command.id)],)),
    Handler(ReceiveGoods, receive, (lambda command, _book: [(Item.KIND, command.item)],)),
)

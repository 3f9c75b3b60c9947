"""Wishes about the shelf."""

from typing import ClassVar

from ledger.room import Command
from ledger.stock.entities import Limit
from ledger.values import Instant, ItemId, UnitCode


class ListItem(Command, frozen=True, kw_only=True):
    """Put an item on the price list."""

    ROUTE: ClassVar[str] = "item"

    id: ItemId
    name: str
    price: int
    unit: UnitCode
    limit: Limit | None = None
    on_sale_from_at: Instant | None = None
    on_sale_to_at: Instant | None = None


class ReceiveGoods(Command, frozen=True, kw_only=True):
    """Count pieces in."""

    ROUTE: ClassVar[str] = "goods-receipt"

    item: ItemId
    quantity: int
    note_code: str | None = None

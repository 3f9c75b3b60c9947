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


class ChangeItem(Command, frozen=True, kw_only=True):
    """Set an item's limit and sale window anew: what is not named is none. Its name stays, so receipts reprint."""

    ROUTE: ClassVar[str] = "item-change"

    item: ItemId
    limit: Limit | None = None
    """Another window (`per`) begins a count of its own."""
    on_sale_from_at: Instant | None = None
    on_sale_to_at: Instant | None = None


class ChangePrice(Command, frozen=True, kw_only=True):
    """Set what a piece costs from an instant on (None: from now); naming the instant again replaces that price."""

    ROUTE: ClassVar[str] = "price"

    item: ItemId
    price: int
    from_at: Instant | None = None


class DelistItem(Command, frozen=True, kw_only=True):
    """Take an item off the price list: nobody can buy or hold it any more; open holds can still be fulfilled."""

    ROUTE: ClassVar[str] = "delisting"

    item: ItemId


class RelistItem(Command, frozen=True, kw_only=True):
    """Put a delisted item back on the price list, with the stock it has."""

    ROUTE: ClassVar[str] = "relisting"

    item: ItemId


class ReceiveGoods(Command, frozen=True, kw_only=True):
    """Count pieces in."""

    ROUTE: ClassVar[str] = "goods-receipt"

    item: ItemId
    quantity: int
    note_code: str | None = None


class ScrapGoods(Command, frozen=True, kw_only=True):
    """Take broken or spoilt pieces off the shelf; never those that open holds keep."""

    ROUTE: ClassVar[str] = "scrap"

    item: ItemId
    quantity: int
    reason: str


class CountStock(Command, frozen=True, kw_only=True):
    """Say how many pieces were counted on the shelf, those kept for holds included."""

    ROUTE: ClassVar[str] = "stock-count"

    item: ItemId
    counted: int


class SupplyItem(Command, frozen=True, kw_only=True):
    """Say which merchant supplies an item: while that is suspended, the item is not on sale. None: nobody's."""

    ROUTE: ClassVar[str] = "supply"

    item: ItemId
    merchant: str | None = None
    goods: str | None = None
    """The group of goods it belongs to, for merchants and coupons that are for some alone; None: to no group."""

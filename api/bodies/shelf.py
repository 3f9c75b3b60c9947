"""Bodies of wishes about the shelf."""

from typing import Literal

from msgspec import Struct, field

from api.bodies.shapes import Code, Count, Id, Moment, Name, Price, Quantity, WriteBody


class LimitBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many for one person in one local day, week, month or year."""

    quantity: Quantity
    per: Literal["day", "week", "month", "year"]


class ItemBody(WriteBody, frozen=True, kw_only=True):
    """Put an item on the price list."""

    id: Id
    name: Name
    price: Price
    unit: Code
    limit: LimitBody | None = None
    on_sale_from: Moment | None = None
    on_sale_to: Moment | None = None


class GoodsReceiptBody(WriteBody, frozen=True, kw_only=True):
    """Count pieces in."""

    item: Id
    quantity: Quantity
    note_code: Id | None = None


class ItemChangeBody(WriteBody, frozen=True, kw_only=True):
    """Set an item's limit and sale window anew: what is not named is none."""

    item: Id
    limit: LimitBody | None = None
    on_sale_from: Moment | None = None
    on_sale_to: Moment | None = None


class PriceBody(WriteBody, frozen=True, kw_only=True):
    """Set what a piece costs from an instant on, by default from now."""

    item: Id
    price: Price
    from_at: Moment | None = field(name="from", default=None)


class SupplyBody(WriteBody, frozen=True, kw_only=True):
    """Say which merchant supplies an item (null: nobody's), and to which group of goods it belongs."""

    item: Id
    merchant: Id | None
    goods: Code | None = None


class ItemNamedBody(WriteBody, frozen=True, kw_only=True):
    """The item that the path names."""

    item: Id


class ScrapBody(WriteBody, frozen=True, kw_only=True):
    """Take broken or spoilt pieces off the shelf."""

    item: Id
    quantity: Quantity
    reason: Code


class StockCountBody(WriteBody, frozen=True, kw_only=True):
    """Say how many pieces were counted on the shelf."""

    item: Id
    counted: Count

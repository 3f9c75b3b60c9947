"""Bodies of wishes about the shelf."""

from typing import Literal

from msgspec import Struct

from api.bodies.shapes import Code, Id, Moment, Name, Price, Quantity, WriteBody


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

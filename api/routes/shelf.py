"""Rows of the table of writes: the shelf."""

from datetime import datetime
from typing import Final

from api.bodies.shapes import instant_of
from api.bodies.shelf import GoodsReceiptBody, ItemBody, LimitBody
from api.routes.table import Arrival, Write
from ledger import refusals as no
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Limit
from ledger.values import Instant, ItemId, UnitCode


def limit_of(body: LimitBody | None) -> Limit | None:
    """A limit as the shelf takes it."""
    return None if body is None else Limit(quantity=body.quantity, per=body.per)


def moment_of(moment: datetime | None, pointer: str) -> Instant | None:
    """A time that may be missing."""
    return None if moment is None else instant_of(moment, pointer)


def item(body: ItemBody, _arrival: Arrival) -> ListItem:
    """As asked."""
    return ListItem(
        id=ItemId(body.id),
        name=body.name,
        price=body.price,
        unit=UnitCode(body.unit),
        limit=limit_of(body.limit),
        on_sale_from_at=moment_of(body.on_sale_from, "/on_sale_from"),
        on_sale_to_at=moment_of(body.on_sale_to, "/on_sale_to"),
    )


def goods_receipt(body: GoodsReceiptBody, _arrival: Arrival) -> ReceiveGoods:
    """As asked."""
    return ReceiveGoods(item=ItemId(body.item), quantity=body.quantity, note_code=body.note_code)


WRITES: Final = (
    Write(
        path="/items",
        command=ListItem,
        body=ItemBody,
        make=item,
        permission="stock",
        summary="Put an item on the price list 商品上架",
        refusals=(no.UnknownSchemeTerm, no.AlreadyExists),
    ),
    Write(
        path="/goods-receipts",
        command=ReceiveGoods,
        body=GoodsReceiptBody,
        make=goods_receipt,
        permission="stock",
        summary="Count pieces in 入库",
    ),
)

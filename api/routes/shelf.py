"""Rows of the table of writes: the shelf."""

from datetime import datetime
from typing import Final

from api.bodies.shapes import instant_of
from api.bodies.shelf import (
    GoodsReceiptBody,
    ItemBody,
    ItemChangeBody,
    ItemNamedBody,
    LimitBody,
    PriceBody,
    ScrapBody,
    StockCountBody,
    SupplyBody,
)
from api.routes.table import Arrival, Write
from ledger import refusals as no
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


def item_change(body: ItemChangeBody, _arrival: Arrival) -> ChangeItem:
    """As asked."""
    return ChangeItem(
        item=ItemId(body.item),
        limit=limit_of(body.limit),
        on_sale_from_at=moment_of(body.on_sale_from, "/on_sale_from"),
        on_sale_to_at=moment_of(body.on_sale_to, "/on_sale_to"),
    )


def price(body: PriceBody, _arrival: Arrival) -> ChangePrice:
    """As asked."""
    return ChangePrice(item=ItemId(body.item), price=body.price, from_at=moment_of(body.from_at, "/from"))


def delisting(body: ItemNamedBody, _arrival: Arrival) -> DelistItem:
    """As asked."""
    return DelistItem(item=ItemId(body.item))


def relisting(body: ItemNamedBody, _arrival: Arrival) -> RelistItem:
    """As asked."""
    return RelistItem(item=ItemId(body.item))


def supply(body: SupplyBody, _arrival: Arrival) -> SupplyItem:
    """As asked."""
    return SupplyItem(item=ItemId(body.item), merchant=body.merchant, goods=body.goods)


def scrap(body: ScrapBody, _arrival: Arrival) -> ScrapGoods:
    """As asked."""
    return ScrapGoods(item=ItemId(body.item), quantity=body.quantity, reason=body.reason)


def stock_count(body: StockCountBody, _arrival: Arrival) -> CountStock:
    """As asked."""
    return CountStock(item=ItemId(body.item), counted=body.counted)


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
    Write(
        path="/scraps",
        command=ScrapGoods,
        body=ScrapBody,
        make=scrap,
        permission="stock",
        summary="Take pieces off the shelf 报废",
        refusals=(no.UnknownSchemeTerm, no.OutOfStock),
    ),
    Write(
        path="/stock-counts",
        command=CountStock,
        body=StockCountBody,
        make=stock_count,
        permission="stock",
        summary="Enter a count of the shelf 盘点",
    ),
    Write(
        path="/items/{item}/price",
        command=ChangePrice,
        body=PriceBody,
        make=price,
        permission="stock",
        summary="Change a price 调价",
    ),
    Write(
        path="/items/{item}/change",
        command=ChangeItem,
        body=ItemChangeBody,
        make=item_change,
        permission="stock",
        summary="Change limit and sale window 修改限购与兑换时间",
    ),
    Write(
        path="/items/{item}/delist",
        command=DelistItem,
        body=ItemNamedBody,
        make=delisting,
        permission="stock",
        summary="Take an item off the list 下架",
        refusals=(no.NotEligible,),
    ),
    Write(
        path="/items/{item}/relist",
        command=RelistItem,
        body=ItemNamedBody,
        make=relisting,
        permission="stock",
        summary="Put an item back 重新上架",
        refusals=(no.NotEligible,),
    ),
    Write(
        path="/items/{item}/supplier",
        command=SupplyItem,
        body=SupplyBody,
        make=supply,
        permission="stock",
        summary="Whose goods these are 商品供应商户",
        refusals=(no.UnknownSchemeTerm,),
    ),
)

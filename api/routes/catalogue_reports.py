"""Reports of the catalogue: suppliers and goods by region, sales by item, and what prices were."""

from typing import Any, Final

from api.commands.saying import Words
from api.routes.files import UNIT_HEADING, Column, filed, wanted
from api.routes.past import month_asked
from api.routes.reading import FORMAT, PAGE, TEXT, Asked, Parameter, Read, choice_asked, page_size
from api.routes.service_reports import REGION, labels
from ledger import refusals as no
from ledger.stock.entities import Item
from projections import goods

MERCHANT: Final = Parameter("merchant", "One supplier; by default all.", dict(TEXT))
PERIOD: Final = Parameter("period", "Sales of a posted month, `2022-06`; by default all.", dict(TEXT))
BY: Final = Parameter(
    "by",
    "In order of the item, in pages; or of what it brought, the best `limit`.",
    {"type": "string", "enum": ["item", "amount"]},
)
REGIONS: Final = (
    Column("name", Words("地区", "Region")),
    Column("suppliers", Words("供应商", "Suppliers")),
    Column("suspended", Words("其中暂停", "Suspended")),
    Column("items", Words("商品", "Items")),
    Column("on_sale", Words("在售", "On sale")),
)
ITEMS: Final = (
    Column("item", Words("商品编号", "Item")),
    Column("name", Words("品名", "Name")),
    Column("supplier", Words("供应商", "Supplier")),
    Column("region_name", Words("地区", "Region")),
    Column("unit", UNIT_HEADING),
    Column("sold", Words("售出", "Sold")),
    Column("returned", Words("退回", "Returned")),
    Column("amount", Words("销售额", "Sales"), amount=True),
    Column("refunded", Words("退款", "Refunded"), amount=True),
    Column("taken", Words("净销售额", "Net sales"), amount=True),
)


def regions(asked: Asked) -> Any:
    """Suppliers and goods by region; `region` null: suppliers of none, and goods that nobody supplies.

    Of a supplier whose licence has ended no goods are on sale from that night on.
    """
    today = asked.served.ledger.view().today
    with asked.served.projected() as reading:
        found = [item._asdict() for item in goods.regions(reading, today)]
    if wanted(asked):
        label = labels(asked)
        return filed(asked, f"catalogue-{today}", REGIONS, (line | {"name": label(line["region"])} for line in found))
    names = ("suppliers", "suspended", "items", "on_sale")
    return {
        "on": today,
        "regions": [line | {"region": line["region"] or None} for line in found],
        "total": {name: sum(line[name] for line in found) for name in names},
    }


def items(asked: Asked) -> Any:
    """Every item with whose it is and what of it was sold; `by=amount`: what brought most first."""
    query, limit, period = asked.query, page_size(asked.query), month_asked(asked.query)
    by = choice_asked(query, "by", ("item", "amount"))
    today = asked.served.ledger.view().today
    with asked.served.projected() as reading:
        named = {"region": query.get("region"), "merchant": query.get("merchant")}
        found = list(goods.items(reading, today, period=period, **named))
    if by == "amount":
        found.sort(key=lambda item: (-item.taken, item.item))
    if wanted(asked):
        label = labels(asked)
        lines = (it._asdict() | {"taken": it.taken, "region_name": label(it.region)} for it in found)
        return filed(asked, f"items-{today}", ITEMS, lines)
    after = query.get("after", "")
    page = found[:limit] if by == "amount" else [item for item in found if item.item > after][:limit]
    following = page[-1].item if by == "item" and len(page) == limit else None
    return {"items": [item._asdict() | {"taken": item.taken} for item in page], "next": following}


def prices(asked: Asked) -> dict[str, Any]:
    """Every price of an item in order of time, and the one of now."""
    id = asked.params["item"]
    found = asked.served.ledger.the(Item, id)
    with asked.served.projected() as reading:
        told = goods.prices(reading, id)
    return {
        "item": id,
        "unit": found.unit,
        "price": found.price(asked.served.ledger.view().recorded_at),
        "prices": [{"from": price.from_at, "price": price.price, "said_at": price.said_at} for price in told],
    }


BEHIND: Final = (no.ProjectionBehind,)
REPORTS: Final = (
    Read(
        path="/reports/catalogue",
        show=regions,
        summary="Suppliers and goods by region 商品目录（按地区）",
        query=(FORMAT,),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/catalogue/items",
        show=items,
        summary="Sales by item 商品销售",
        query=(REGION, MERCHANT, PERIOD, BY, FORMAT, *PAGE),
        refusals=BEHIND,
    ),
    Read(path="/items/{item}/prices", show=prices, summary="Prices of an item 商品价格沿革", refusals=BEHIND),
)

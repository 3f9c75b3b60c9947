"""How the shelf follows the facts about it."""

from typing import Final

from msgspec.structs import replace

from ledger.room import Evolution, Meta
from ledger.stock.entities import Item, Price
from ledger.stock.facts import (
    GoodsReceived,
    GoodsScrapped,
    ItemChanged,
    ItemDelisted,
    ItemFact,
    ItemListed,
    ItemRelisted,
    ItemSupplied,
    PriceChanged,
    ReturnScrapped,
    StockCounted,
)


def items(fact: ItemFact, _meta: Meta) -> tuple[str, ...]:
    """The item that a fact is about."""
    return (fact.item,)


def on_listed(_item: Item | None, fact: ItemListed, meta: Meta, _id: str) -> Item:
    """An item without stock."""
    return Item(
        name=fact.name,
        unit=fact.unit,
        prices=(Price(meta.recorded_at, fact.price),),
        limit=fact.limit,
        on_sale_from_at=fact.on_sale_from_at,
        on_sale_to_at=fact.on_sale_to_at,
    )


def on_changed(item: Item, fact: ItemChanged, _meta: Meta, _id: str) -> Item:
    """Other terms of sale."""
    return replace(item, limit=fact.limit, on_sale_from_at=fact.on_sale_from_at, on_sale_to_at=fact.on_sale_to_at)


def on_priced(item: Item, fact: PriceChanged, meta: Meta, _id: str) -> Item:
    """Another price, at once or later."""
    return item.priced(Price(fact.from_at, fact.price), meta.recorded_at)


def on_delisted(item: Item, _fact: ItemDelisted, meta: Meta, _id: str) -> Item:
    """Off the price list."""
    return replace(item, delisted_at=meta.recorded_at)


def on_relisted(item: Item, _fact: ItemRelisted, _meta: Meta, _id: str) -> Item:
    """On it again."""
    return replace(item, delisted_at=None)


def on_moved(item: Item, fact: GoodsReceived | GoodsScrapped, _meta: Meta, _id: str) -> Item:
    """More pieces, or fewer."""
    return replace(item, stock=fact.stock)


def on_return_scrapped(item: Item, _fact: ReturnScrapped, _meta: Meta, _id: str) -> Item:
    """The shelf is as it was; only the item's life has one fact more."""
    return item


def on_counted(item: Item, fact: StockCounted, _meta: Meta, _id: str) -> Item:
    """What was counted is what is there."""
    return replace(item, stock=fact.counted)


def on_supplied(item: Item, fact: ItemSupplied, _meta: Meta, _id: str) -> Item:
    """Somebody's goods, or nobody's."""
    return replace(item, merchant=fact.merchant, goods=fact.goods)


EVOLUTIONS: Final = (
    Evolution(ItemListed, Item, items, on_listed),
    Evolution(ItemChanged, Item, items, on_changed),
    Evolution(PriceChanged, Item, items, on_priced),
    Evolution(ItemDelisted, Item, items, on_delisted),
    Evolution(ItemRelisted, Item, items, on_relisted),
    Evolution(GoodsReceived, Item, items, on_moved),
    Evolution(GoodsScrapped, Item, items, on_moved),
    Evolution(ReturnScrapped, Item, items, on_return_scrapped),
    Evolution(StockCounted, Item, items, on_counted),
    Evolution(ItemSupplied, Item, items, on_supplied),
)

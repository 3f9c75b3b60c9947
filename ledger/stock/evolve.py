"""How the shelf follows the facts about it."""

from typing import Final

import msgspec

from ledger.room import Evolution, Meta
from ledger.stock.entities import Item, Price
from ledger.stock.facts import GoodsReceived, ItemFact, ItemListed


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


def on_received(item: Item, fact: GoodsReceived, _meta: Meta, _id: str) -> Item:
    """More pieces."""
    return msgspec.structs.replace(item, stock=fact.stock)


EVOLUTIONS: Final = (
    Evolution(ItemListed, Item, items, on_listed),
    Evolution(GoodsReceived, Item, items, on_received),
)

"""Reads of the counter: items and redemptions."""

from typing import Any

from api.routes.reading import Asked, entities
from ledger.redemptions.entities import Redemption
from ledger.refusals import NotFound
from ledger.stock.entities import Item
from ledger.values import Instant


def item_object(id: str, item: Item, at: Instant) -> dict[str, Any]:
    """An item as it is shown."""
    return {
        "id": id,
        "name": item.name,
        "unit": item.unit,
        "price": item.price(at),
        "stock": item.stock,
        "available": max(0, item.stock - item.held),
        "limit": item.limit,
        "on_sale_from": item.on_sale_from_at,
        "on_sale_to": item.on_sale_to_at,
        "merchant": item.merchant,
        "goods": item.goods,
    }


def item(asked: Asked) -> dict[str, Any]:
    """One item as it is now."""
    id = asked.params["item"]
    return item_object(id, asked.served.ledger.the(Item, id), asked.served.now())


def items(asked: Asked) -> dict[str, Any]:
    """A page of the price list, by id."""
    page, following = entities(asked, Item)
    now = asked.served.now()
    return {"items": [item_object(id, entity, now) for id, entity in page], "next": following}


def redemption(asked: Asked) -> dict[str, Any]:
    """One redemption as it stands: what was taken, what came back."""
    id = asked.params["redemption"]
    entity = asked.served.ledger.the(Redemption, id)
    scope = asked.caller.principal.holder
    if scope is not None and entity.account != "holder:" + scope:
        raise NotFound(kind=Redemption.KIND, id=id)
    return {
        "id": id,
        "account": entity.account,
        "unit": entity.unit,
        "status": entity.status,
        "lines": entity.lines,
        "amount": entity.amount,
        "refunded": entity.refunded,
        "returned": [{"item": item, "quantity": quantity} for item, quantity in entity.returned],
        "placed_at": entity.placed_at,
        "expires_at": entity.expires_at,
        "ended_at": entity.ended_at,
    }

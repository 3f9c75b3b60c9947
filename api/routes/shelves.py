"""Reads of the counter: items and redemptions."""

from typing import Any

from api.routes.owning import Thing, sees
from api.routes.reading import Asked, entities
from ledger.redemptions.entities import Bill, Redemption
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
    owner = entity.account.partition(":")[2]
    sees(asked.caller, asked.served.ledger, "read", Thing(Redemption.KIND, id, owner))
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
        "bill": None if entity.bill is None else bill_object(id, entity.bill),
    }


def bill_object(redemption: str, bill: Bill) -> dict[str, Any]:
    """The part of it that is priced in money."""
    return {
        "merchant": bill.merchant,
        "unit": bill.unit,
        "lines": bill.lines,
        "amount": bill.amount,
        "covered": bill.covered,
        "tender": bill.tender,
        "refunded": bill.refunded,
        "refunded_into_coupons": bill.uncovered,
        "coupons": [{"coupon": part.coupon, "amount": part.amount} for part in bill.used],
        "purchase": redemption if bill.covered and not bill.used else None,
    }

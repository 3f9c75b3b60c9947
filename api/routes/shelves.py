"""Reads of the counter: items and redemptions."""

from typing import Any

from api.routes.owning import Thing, sees
from api.routes.reading import Asked, entities, present
from ledger.deciding import Decision
from ledger.merchants.entities import Merchant
from ledger.redemptions.entities import Bill, Redemption
from ledger.redemptions.selling import on_sale
from ledger.refusals import SaleClosed
from ledger.stock.entities import Item


def item_object(id: str, item: Item, supplier: Merchant | None, view: Decision) -> dict[str, Any]:
    """An item as it is shown."""
    at = view.recorded_at
    return {
        "id": id,
        "name": item.name,
        "unit": item.unit,
        "price": item.price(at),
        "stock": item.stock,
        "available": max(0, item.stock - item.held),
        "on_sale": is_on_sale(id, item, supplier, view),
        "limit": item.limit,
        "on_sale_from": item.on_sale_from_at,
        "on_sale_to": item.on_sale_to_at,
        "merchant": item.merchant,
        "goods": item.goods,
    }


def item(asked: Asked) -> dict[str, Any]:
    """One item as it is now; `on_sale` is whether the till sells it now, if pieces are there."""
    ledger = asked.served.ledger
    view, id = ledger.view(), asked.params["item"]
    found = ledger.the(Item, id)
    return item_object(id, found, view.get(Merchant, found.merchant) if found.merchant else None, view)


def items(asked: Asked) -> dict[str, Any]:
    """A page of the price list, by id; `on_sale` is whether the till sells it now, if pieces are there."""
    page, following = entities(asked, Item)
    suppliers = present(asked, Merchant, {found.merchant for _, found in page if found.merchant})
    view = asked.served.ledger.view()
    shown = [item_object(id, found, suppliers.get(found.merchant or ""), view) for id, found in page]
    return {"items": shown, "next": following}


def is_on_sale(id: str, item: Item, supplier: Merchant | None, view: Decision) -> bool:
    """Whether the till sells it now: on the list, in its window, from a supplier that takes part."""
    try:
        on_sale(id, item, view.recorded_at)
    except SaleClosed:
        return False
    return supplier is None or supplier.out_since(view.recorded_at, view.zone) is None


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

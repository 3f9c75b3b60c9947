"""The table of reads."""

from collections.abc import Mapping
from typing import Any, Final

from api.answers import v1
from api.routes.reading import Asked, Parameter, Read
from ledger import refusals as no
from ledger.calendar import end_of_day
from ledger.people.entities import Holder
from ledger.points.entities import Account, account_key
from ledger.pools import Pool
from ledger.refusals import Malformed, NotFound, Refusal
from ledger.stock.entities import Item

ALWAYS: Final[tuple[type[Refusal], ...]] = (
    no.Unauthenticated,
    no.Forbidden,
    no.NotFound,
    no.Malformed,
    no.InternalError,
    no.StorageUnavailable,
)
"""What every read may be refused with."""
LIMIT: Final = 200
TEXT: Final[Mapping[str, Any]] = {"type": "string"}


def account(asked: Asked) -> dict[str, Any]:
    """An account object as it is now, with its open lots when asked for."""
    ledger, name, code = asked.served.ledger, asked.params["account"], asked.query["unit"]
    namespace, _, id = name.partition(":")
    if namespace == "holder":
        asked.caller.must_see("read", id, id=name)
    else:
        asked.caller.must("read")
    view = ledger.view()
    unit = view.scheme(view.today).unit(code)
    entity = ledger.get(Account, account_key(name, code))
    if entity is None:
        if namespace != "holder" or ledger.get(Holder, id) is None:
            raise NotFound(kind="account", id=name)
        entity = Account(account=name, unit=code)  # type: ignore[arg-type] # names of the query are the ledger's words
    row = ledger.storage.book([(Account.KIND, account_key(name, code))]).get((Account.KIND, account_key(name, code)))
    shown = v1.account(name, code, entity.state(unit), row.position if row else 0)
    if entity.frozen_at is not None:
        shown["frozen_at"] = entity.frozen_at
    if "lots" in _included(asked.query):
        shown["lots"] = [_lot(pool, ledger.zone) for pool in entity.pools if pool.open]
    return shown


def _included(query: Mapping[str, str]) -> set[str]:
    included = set(filter(None, query.get("include", "").split(",")))
    if included - {"lots"}:
        raise Malformed(errors=["/?include: unknown-value"])
    return included


def _lot(pool: Pool, zone: str) -> dict[str, Any]:
    day = pool.terms.expires_on
    return {
        "pool": pool.id,
        "remaining": pool.remaining,
        "kind": pool.terms.kind,
        "expires_on": day,
        "expires_at": None if day is None else end_of_day(day, zone),
    }


def item_object(id: str, item: Item, at: Any) -> dict[str, Any]:
    """An item as it is shown."""
    return {
        "id": id,
        "name": item.name,
        "unit": item.unit,
        "price": item.price(at),
        "stock": item.stock,
        "available": item.available,
        "limit": item.limit,
        "on_sale_from": item.on_sale_from_at,
        "on_sale_to": item.on_sale_to_at,
    }


def item(asked: Asked) -> dict[str, Any]:
    """One item as it is now."""
    id = asked.params["item"]
    return item_object(id, asked.served.ledger.the(Item, id), asked.served.now())


def items(asked: Asked) -> dict[str, Any]:
    """A page of the price list, by id."""
    ledger, limit = asked.served.ledger, page_size(asked.query)
    rows = ledger.storage.book_scan(Item.KIND, asked.query.get("after", ""), limit)
    now = asked.served.now()
    shown = [item_object(row.id, ledger.book.codec.decode(row).entity, now) for row in rows]  # type: ignore[arg-type] # rows of one kind hold one class
    return {"items": shown, "next": rows[-1].id if len(rows) == limit else None}


def page_size(query: Mapping[str, str]) -> int:
    """`limit`, 1 to 1000. Raises Malformed."""
    said = query.get("limit", str(LIMIT))
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and 1 <= int(said) <= 1000):
        raise Malformed(errors=["/?limit: number-out-of-range"])
    return int(said)


UNIT: Final = Parameter("unit", "A unit of the scheme.", dict(TEXT), required=True)
PAGE: Final = (
    Parameter("after", "The `next` of the page before.", dict(TEXT)),
    Parameter("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": LIMIT}),
)
READS: Final = (
    Read(
        path="/accounts/{account}",
        show=account,
        own=True,
        summary="An account as it is now 账户余额",
        query=(UNIT, Parameter("include", "`lots`: the open lots, soonest expiry first.", dict(TEXT))),
        refusals=(no.UnknownSchemeTerm,),
    ),
    Read(path="/items", show=items, own=True, summary="The price list 商品目录", query=PAGE),
    Read(path="/items/{item}", show=item, own=True, summary="One item 商品"),
)

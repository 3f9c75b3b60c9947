"""Reads of accounts: what is there now, and how it came about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from api.answers import v1
from api.bodies.shapes import instant_of
from api.routes.reading import Asked, page_size
from ledger.calendar import end_of_day
from ledger.holds.entities import Hold
from ledger.journal.ledger import Ledger
from ledger.journal.rows import BookRow
from ledger.people.entities import Holder
from ledger.points.entities import Account, OpenHold, account_key
from ledger.pools import Pool
from ledger.redemptions.entities import Redemption
from ledger.refusals import Malformed, NotFound
from ledger.values import AccountId, UnitCode
from projections.statements import Clock
from projections.statements import statement as statement_of

STANDING: Final = "account:"
LAST: Final = "~"
"""Above every instant."""


def seen(asked: Asked) -> AccountId:
    """The account that the path names, if the caller may see it and it exists. Raises NotFound."""
    ledger, name = asked.served.ledger, asked.params["account"]
    namespace, _, id = name.partition(":")
    if namespace == "holder":
        asked.caller.must_see("read", id, id=name)
        if ledger.get(Holder, id) is None:
            raise NotFound(kind="account", id=name)
    elif not asked.caller.may("read") or ledger.get(Account, account_key(name, asked.query["unit"])) is None:
        raise NotFound(kind="account", id=name)
    return AccountId(name)


def account(asked: Asked) -> dict[str, Any]:
    """The account object as it is now, with its open lots when asked for."""
    ledger, code = asked.served.ledger, UnitCode(asked.query["unit"])
    included = _included(asked.query)
    view = ledger.view()
    unit = view.scheme(view.today).unit(code)
    name = seen(asked)
    entity = ledger.get(Account, account_key(name, code)) or Account(account=name, unit=code)
    row = ledger.storage.book([(Account.KIND, account_key(name, code))]).get((Account.KIND, account_key(name, code)))
    shown = v1.account(name, code, entity.state(unit), row.position if row else 0)
    if entity.frozen_at is not None:
        shown["frozen_at"] = entity.frozen_at
    if "lots" in included:
        shown["lots"] = [_lot(pool, ledger.zone) for pool in entity.pools if pool.open]
    if "holds" in included:
        shown["holds"] = [_hold(item, ledger) for item in entity.holds]
    return shown


def accounts(asked: Asked) -> dict[str, Any]:
    """A page of free-standing accounts by id and unit; holders' accounts are found by their holders."""
    ledger, limit = asked.served.ledger, page_size(asked.query)
    view = ledger.view()
    scheme = view.scheme(view.today)
    rows = ledger.storage.book_scan(Account.KIND, asked.query.get("after", STANDING), limit)
    shown = []
    for row in rows:
        entity = ledger.get(Account, row.id) if row.id.startswith(STANDING) else None
        if entity is not None and entity.unit in scheme.units:
            shown.append(v1.account(entity.account, entity.unit, entity.state(scheme.unit(entity.unit)), row.position))
    return {"accounts": shown, "next": _following(rows, limit)}


def _following(rows: Sequence[BookRow], limit: int) -> str | None:
    return rows[-1].id if len(rows) == limit and rows[-1].id.startswith(STANDING) else None


def _hold(hold: OpenHold, ledger: Ledger) -> dict[str, Any]:
    """What sets value of the account aside: a hold, or goods that wait at the counter."""
    kind, _, id = hold.of.partition(":")
    goods = kind == Redemption.KIND
    remaining = ledger.the(Redemption, id).amount if goods else ledger.the(Hold, id).remaining
    return {kind: id, "remaining": remaining, "expires_at": hold.expires_at}


def _included(query: Mapping[str, str]) -> set[str]:
    included = set(filter(None, query.get("include", "").split(",")))
    if included - {"lots", "holds"}:
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


def statement(asked: Asked) -> dict[str, Any]:
    """Opening balance, lines that moved value, closing balance; pages follow `next`."""
    query, code = asked.query, UnitCode(asked.query["unit"])
    by, limit = _clock(query), page_size(query)
    since, until = _instant(query, "from", ""), _instant(query, "to", LAST)
    after = _cursor(query.get("after"))
    view = asked.served.ledger.view()
    view.scheme(view.today).unit(code)
    name = seen(asked)
    with asked.served.projected() as reading:
        found = statement_of(reading, name, code, by=by, since=since, until=until, after=after, limit=limit)
    return {
        "account": name,
        "unit": code,
        "opening": found.opening,
        "lines": [line._asdict() for line in found.lines],
        "closing": found.closing,
        "next": None if found.next is None else f"{found.next[0]}/{found.next[1]}",
    }


def _clock(query: Mapping[str, str]) -> Clock:
    match query.get("by", "recorded_at"):
        case "recorded_at":
            return "recorded_at"
        case "occurred_at":
            return "occurred_at"
        case _:
            raise Malformed(errors=["/?by: unknown-value"])


def _instant(query: Mapping[str, str], name: str, default: str) -> str:
    said = query.get(name)
    if said is None:
        return default
    try:
        # In a query a plus sign stands for a space: +08:00 is commonly sent bare.
        moment = datetime.fromisoformat(said.replace(" ", "+"))
    except ValueError:
        raise Malformed(errors=[f"/?{name}: wrong-form"]) from None
    if moment.tzinfo is None:
        raise Malformed(errors=[f"/?{name}: zone-missing"])
    return instant_of(moment, f"/?{name}")


def _cursor(said: str | None) -> tuple[str, int] | None:
    if said is None:
        return None
    place, _, position = said.rpartition("/")
    if not (place and position.isascii() and position.isdigit() and len(position) <= 15):
        raise Malformed(errors=["/?after: wrong-form"])
    return place, int(position)

"""Reads of accounts: what is there now, and how it came about."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from api.answers import v1
from api.routes.past import account_then, flag_asked, moment_asked, month_asked, past_asked, timeline_of
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
from ledger.values import AccountId, Day, UnitCode
from projections.history import grants_of
from projections.lines import PROJECTION
from projections.statements import Clock, Line
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
    """The account object: as it is now, or as of an instant, as it was known at another, or forecast."""
    ledger, code = asked.served.ledger, UnitCode(asked.query["unit"])
    included = _included(asked.query)
    past = past_asked(asked, forecast=flag_asked(asked.query, "forecast"))
    view = ledger.view()
    unit = view.scheme(view.today).unit(code)
    name = seen(asked)
    if past is not None:
        return account_then(asked, name, code, past, included)
    entity = ledger.get(Account, account_key(name, code)) or Account(account=name, unit=code)
    row = ledger.storage.book([(Account.KIND, account_key(name, code))]).get((Account.KIND, account_key(name, code)))
    shown = v1.account(name, code, entity.state(unit), row.position if row else 0)
    if entity.frozen_at is not None:
        shown["frozen_at"] = entity.frozen_at
    if "lots" in included:
        shown["lots"] = _lots(asked, entity)
    if "holds" in included:
        shown["holds"] = [_hold(item, ledger, entity) for item in entity.holds]
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


def _hold(hold: OpenHold, ledger: Ledger, account: Account) -> dict[str, Any]:
    """What sets value of the account aside: a hold, or goods that wait at the counter."""
    kind, _, id = hold.of.partition(":")
    if kind == Redemption.KIND:
        sold = ledger.the(Redemption, id)
        bill = sold.bill
        remaining = bill.covered if bill is not None and bill.unit == account.unit else sold.amount
    else:
        remaining = ledger.the(Hold, id).remaining
    return {kind: id, "remaining": remaining, "expires_at": hold.expires_at}


def _included(query: Mapping[str, str]) -> set[str]:
    included = set(filter(None, query.get("include", "").split(",")))
    if included - {"lots", "holds"}:
        raise Malformed(errors=["/?include: unknown-value"])
    return included


def _lots(asked: Asked, account: Account) -> list[dict[str, Any]]:
    """The open pools, in the order in which they pay; how many grants each joins stands in the projections."""
    zone = asked.served.ledger.zone
    with asked.served.projected() as reading:
        grants = grants_of(reading, account.account, account.unit)
    return [_lot(pool, account.last_day(pool), grants.get(pool.id, 0), zone) for pool in account.pools if pool.open]


def _lot(pool: Pool, last_day: Day | None, grants: int, zone: str) -> dict[str, Any]:
    return {
        "pool": pool.id,
        "remaining": pool.remaining,
        "kind": pool.terms.kind,
        "expires_on": pool.terms.expires_on,
        "expires_at": None if last_day is None else end_of_day(last_day, zone),
        "grants": grants,
    }


def statement(asked: Asked) -> dict[str, Any]:
    """Opening balance, lines that moved value, closing balance; pages follow `next`. Holds make no line."""
    query, code, ledger = asked.query, UnitCode(asked.query["unit"]), asked.served.ledger
    span, limit, after = _span(query), page_size(query), _cursor(query.get("after"))
    past = past_asked(asked)
    view = ledger.view()
    view.scheme(view.today).unit(code)
    name = seen(asked)
    with asked.served.projected() as reading:
        known = past.known if past else None
        found = statement_of(
            reading, timeline_of(ledger), name, code, **span._asdict(), known=known, after=after, limit=limit
        )
        position = reading.position(PROJECTION) if known is None else known
    return {
        "account": name,
        "unit": code,
        "opening": found.opening,
        "lines": [_shown(line) for line in found.lines],
        "closing": found.closing,
        "next": None if found.next is None else f"{found.next[0]}/{found.next[1]}",
        **(past.shown(position) if past else {"position": position}),
    }


def _shown(line: Line) -> dict[str, Any]:
    """A line; `sources` where the journal says whose money it was."""
    shown = line._asdict()
    if not line.sources:
        del shown["sources"]
    return shown


class Span(NamedTuple):
    """From where to where of which clock."""

    by: Clock
    since: str
    until: str


def _span(query: Mapping[str, str]) -> Span:
    """`from` and `to` of one of two clocks, or one posted `period`. Raises Malformed."""
    period = month_asked(query)
    match query.get("by", "recorded_at" if period is None else "period"):
        case "period":
            return _month(query, period)
        case "recorded_at" | "occurred_at" as by:
            if period is not None:
                raise Malformed(errors=["/?period: unknown-field"])
            return Span(by, moment_asked(query, "from") or "", moment_asked(query, "to") or LAST)
        case _:
            raise Malformed(errors=["/?by: unknown-value"])


def _month(query: Mapping[str, str], period: str | None) -> Span:
    if period is None:
        raise Malformed(errors=["/?period: missing"])
    if wrong := [f"/?{name}: unknown-field" for name in ("from", "to") if name in query]:
        raise Malformed(errors=wrong)
    return Span("period", period, period)


def _cursor(said: str | None) -> tuple[str, int] | None:
    if said is None:
        return None
    place, _, position = said.rpartition("/")
    if not (place and position.isascii() and position.isdigit() and len(position) <= 15):
        raise Malformed(errors=["/?after: wrong-form"])
    return place, int(position)

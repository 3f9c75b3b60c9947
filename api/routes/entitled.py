"""Reads of entitlements and sessions: what somebody is entitled to, where, and how many places are left."""

from typing import Any, Final

from api.routes.histories import place
from api.routes.owning import Thing, sees
from api.routes.reading import PAGE, TEXT, Asked, Parameter, Read, page_size, present
from api.routes.tasks import day_asked
from api.routes.walked import holders_asked
from ledger.deciding import Decision
from ledger.entitlements.entities import Entitlement, Session
from ledger.refusals import Malformed, NotFound
from ledger.values import Day
from projections import entitlements as projected

STATUSES: Final = ("issued", "in-force", "waiting", "booked", "used", "no-show", "cancelled", "lapsed")
_KEPT: Final = {"in-force": ("issued",), "lapsed": ("lapsed", "issued", "waiting")}
"""A status as shown → as facts leave it: nothing records that a term begins, and that it is over perhaps not yet."""


def status_of(found: Entitlement, today: Day) -> str:
    """The status as shown: a term is in force from its first day to its last, and over after it, recorded or not."""
    if found.status in {"issued", "waiting"} and found.ends_on is not None and found.ends_on < today:
        return "lapsed"
    if found.use == "term" and found.status == "issued" and found.starts_on <= today:
        return "in-force"
    return found.status


def entitlement_object(id: str, found: Entitlement, view: Decision) -> dict[str, Any]:
    """An entitlement as it stands, with what the scheme of today calls it."""
    today = view.today
    known = view.scheme(today).entitlements.get(found.code)
    return {
        "id": id,
        "code": found.code,
        "names": None if known is None else {"zh": known.names.zh, "en": known.names.en},
        "holder": found.holder,
        "status": status_of(found, today),
        "use": found.use,
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "session": found.session,
        "redemption": found.redemption,
        "item": found.item,
        "fund": found.fund,
        "cancel_days": found.cancel_days,
        "ended_at": found.ended_at,
    }


def entitlement(asked: Asked) -> dict[str, Any]:
    """One entitlement; a holder sees its own alone."""
    id, ledger = asked.params["entitlement"], asked.served.ledger
    found = ledger.get(Entitlement, id)
    if found is None:
        raise NotFound(kind=Entitlement.KIND, id=id)
    sees(asked.caller, ledger, "read", Thing(Entitlement.KIND, id, found.holder))
    return entitlement_object(id, found, ledger.view())


def entitlements(asked: Asked) -> dict[str, Any]:
    """A page of entitlements in the order of issuing; a holder sees its own alone."""
    query, limit, after = asked.query, page_size(asked.query), place(asked.query.get("after", "0"))
    holders, status = holders_asked(asked), query.get("status")
    if status not in {None, *STATUSES}:
        raise Malformed(errors=["/?status: unknown-value"])
    with asked.served.projected() as reading:
        found = projected.entitlements_of(
            reading,
            holders=holders,
            code=query.get("code"),
            statuses=None if status is None else _KEPT.get(status, (status,)),
            session=query.get("session"),
            after=after,
            limit=limit,
        )
    view = asked.served.ledger.view()
    now = present(asked, Entitlement, [it.entitlement for it in found])
    shown = [entitlement_object(it.entitlement, now[it.entitlement], view) for it in found]
    shown = [it for it in shown if status in {None, it["status"]}]
    return {"entitlements": shown, "next": str(found[-1].position) if len(found) == limit else None}


# Sessions --------------------------------------------------------------------------------------------------------


def session_object(found: projected.Seats, entity: Session | None) -> dict[str, Any]:
    """A session with how many places are had and left."""
    return {
        "id": found.session,
        "code": found.code,
        "name": found.name,
        "region": entity.region if entity else None,
        "status": "open" if found.cancelled_at is None else "cancelled",
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "book_until_on": found.book_until_on,
        "places": found.places,
        "free": max(0, found.free),
        "booked": found.booked,
        "waiting": found.waiting,
        "used": found.used,
        "no_shows": found.no_show,
        "cancelled_at": found.cancelled_at,
        "reason": found.reason,
    }


def session(asked: Asked) -> dict[str, Any]:
    """One session with its places; staff see which entitlements have one, and which wait in what order."""
    id = asked.params["session"]
    entity = asked.served.ledger.the(Session, id)
    with asked.served.projected() as reading:
        (found,) = projected.sessions(reading, session=id)
    shown = session_object(found, entity)
    if asked.caller.principal.holder is None and asked.caller.may("read"):
        shown["entitlements"] = {
            "booked": entity.booked,
            "waiting": [{"entitlement": it.entitlement, "rank": it.rank} for it in entity.waiting],
        }
    return shown


def sessions(asked: Asked) -> dict[str, Any]:
    """A page of sessions by their first day; those that are not over by `from`, all without it."""
    limit, after = page_size(asked.query), _cursor(asked.query.get("after"))
    from_on = day_asked(asked.query, "from")
    with asked.served.projected() as reading:
        found = projected.sessions(reading, code=asked.query.get("code"), from_on=from_on, after=after, limit=limit)
    following = "/".join(found[-1].place) if len(found) == limit else None
    now = present(asked, Session, [item.session for item in found])
    return {"sessions": [session_object(item, now.get(item.session)) for item in found], "next": following}


def _cursor(said: str | None) -> tuple[str, str] | None:
    if said is None:
        return None
    day, _, id = said.partition("/")
    if not (day and id):
        raise Malformed(errors=["/?after: wrong-form"])
    return day, id


CODE: Final = Parameter("code", "Of one kind, as the scheme names it.", dict(TEXT))
READS: Final = (
    Read(
        path="/sessions",
        show=sessions,
        own=True,
        summary="Sessions and their places 场次",
        query=(CODE, Parameter("from", "A local day.", {"type": "string", "format": "date"}), *PAGE),
    ),
    Read(path="/sessions/{session}", show=session, own=True, summary="One session 场次详情"),
    Read(
        path="/entitlements",
        show=entitlements,
        own=True,
        summary="Entitlements 权益",
        query=(
            Parameter("holder", "Whose.", dict(TEXT)),
            CODE,
            Parameter("status", "How they stand.", {"type": "string", "enum": list(STATUSES)}),
            Parameter("session", "At one session.", dict(TEXT)),
            *PAGE,
        ),
    ),
    Read(path="/entitlements/{entitlement}", show=entitlement, own=True, summary="One entitlement 权益详情"),
)

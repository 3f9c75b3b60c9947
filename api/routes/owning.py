"""Whose a thing is: a holder does something with its own alone, and what is another's looks as if it were not there."""

from typing import Any

from api.routes.table import Arrival
from ledger.refusals import Malformed, NotFound
from ledger.room import Entity
from ledger.values import HolderId


def for_whom(arrival: Arrival, said: str | None, permission: str) -> HolderId:
    """The holder that a body names, or whose key it is. Raises NotFound for somebody else, Malformed for nobody."""
    scope = arrival.caller.principal.holder
    if said is None and scope is None:
        raise Malformed(errors=["/holder: missing"])
    holder = said or str(scope)
    arrival.caller.must_see(permission, holder, kind="holder", id=holder)
    return HolderId(holder)


def own(arrival: Arrival, kind: type[Entity], id: str, permission: str) -> None:
    """Raise NotFound unless the thing is the holder's, or the caller may do this for anybody. Blocking."""
    if arrival.caller.principal.holder is None and arrival.caller.may(permission):
        return  # whether it is there is for the room to say
    thing: Any = arrival.served.ledger.get(kind, id)
    holder = "" if thing is None else str(thing.holder)
    arrival.caller.must_see(permission, holder or "~", kind=kind.KIND, id=id)


def of_merchant(arrival: Arrival, merchant: str | None, *, kind: str, id: str) -> None:
    """Raise NotFound for a merchant's key about what is another merchant's, or nobody's."""
    scope = arrival.caller.principal.merchant
    if scope is not None and scope != merchant:
        raise NotFound(kind=kind, id=id)

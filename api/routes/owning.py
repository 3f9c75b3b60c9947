"""Whose a thing is: a holder does something with its own alone, and what is another's looks as if it were not there."""

from typing import Any, Final, NamedTuple

from api.auth import Caller
from api.routes.table import Arrival
from ledger.journal.ledger import Ledger
from ledger.people.entities import Holder
from ledger.people.standing import records, survivor
from ledger.refusals import Malformed, NotFound
from ledger.room import Entity
from ledger.values import HolderId

NOBODY: Final = "~"
"""Stands for the holder of what is not there: no id of a person."""


class Thing(NamedTuple):
    """Something of a holder's, as a refusal names it."""

    kind: str
    id: str
    holder: str


def sees(caller: Caller, ledger: Ledger, permission: str, thing: Thing) -> None:
    """Raise NotFound for a thing of somebody else, unless the caller may touch everybody's. Blocking.

    Whoever answers for a record that was merged answers for what was claimed or issued under it.
    """
    scope, known = caller.principal.holder, thing.holder
    if scope not in {None, known} and ledger.get(Holder, known) is not None and survivor(ledger.view(), known) == scope:
        return
    caller.must_see(permission, known, kind=thing.kind, id=thing.id)


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
    caller, ledger = arrival.caller, arrival.served.ledger
    if caller.principal.holder is None and caller.may(permission):
        return  # whether it is there is for the room to say
    found: Any = ledger.get(kind, id)
    sees(caller, ledger, permission, Thing(kind.KIND, id, NOBODY if found is None else found.holder))


def records_of(ledger: Ledger, holder: str) -> list[str]:
    """Every record of a person: things were claimed and issued under those that were merged into this one."""
    found = ledger.get(Holder, holder)
    return [holder] if found is None else [*records(HolderId(holder), found)]


def of_merchant(caller: Caller, merchant: str | None, *, kind: str, id: str) -> None:
    """Raise NotFound for a merchant's key about what is another merchant's, or nobody's."""
    scope = caller.principal.merchant
    if scope is not None and scope != merchant:
        raise NotFound(kind=kind, id=id)

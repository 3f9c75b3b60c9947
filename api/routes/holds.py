"""Reads of holds: what is set aside, of which account, for whom, until when."""

from typing import Any

from api.routes.reading import Asked
from ledger.holds.entities import Hold
from ledger.refusals import NotFound


def hold(asked: Asked) -> dict[str, Any]:
    """One hold as it is now, also where its end is not recorded yet; a holder sees those of and for itself."""
    ledger, id = asked.served.ledger, asked.params["hold"]
    scope = asked.caller.principal.holder
    found = ledger.get(Hold, id)
    if found is None or (scope is not None and "holder:" + scope not in {found.account, found.to}):
        raise NotFound(kind=Hold.KIND, id=id)
    return hold_object(id, found.seen_at(ledger.view().recorded_at))


def hold_object(id: str, hold: Hold) -> dict[str, Any]:
    """A hold as shown."""
    return {
        "id": id,
        "status": hold.status,
        "account": hold.account,
        "to": hold.to,
        "unit": hold.unit,
        "amount": hold.amount,
        "captured": hold.captured,
        "remaining": hold.remaining,
        "placed_at": hold.placed_at,
        "expires_at": hold.expires_at,
        "ended_at": hold.ended_at,
    }

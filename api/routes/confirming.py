"""How a sale is confirmed: by the holder's PIN, or by a supervisor who is the caller."""

from typing import Literal

from api.bodies.counter import RedemptionBody
from api.pins import check_pin
from api.routes.seen import is_seen
from api.routes.table import Arrival
from ledger.refusals import Forbidden
from ledger.values import HolderId

How = Literal["pin", "supervisor"]


def confirm(arrival: Arrival, body: RedemptionBody) -> tuple[How | None, str | None]:
    """How, and by which subject. Raises PinWrong, PinLocked, Forbidden."""
    if body.pin is not None:
        if not is_seen(arrival):
            # A replay is answered by its key alone: the PIN may have been changed since.
            served, by = arrival.served, arrival.caller.by
            check_pin(served.ledger, served.vault, HolderId(body.holder), body.pin, by=by, key=arrival.key)
        return "pin", None
    if body.confirmation == "supervisor":
        if not arrival.caller.principal.is_person:
            raise Forbidden(permission="grant")
        arrival.caller.must("grant")
        return "supervisor", arrival.caller.by.subject
    return None, None

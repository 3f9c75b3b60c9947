"""How a sale is confirmed: by the holder's PIN, or by a supervisor who is the caller."""

from typing import Literal

from api.bodies.counter import RedemptionBody
from api.routes.seen import is_seen
from api.routes.table import Arrival
from ledger.journal.turn import Submission
from ledger.people.commands import CountPinAttempt
from ledger.people.facts import PinFailed
from ledger.refusals import Forbidden, PinWrong
from ledger.values import HolderId

How = Literal["pin", "supervisor"]


def confirm(arrival: Arrival, body: RedemptionBody) -> tuple[How | None, str | None]:
    """How, and by which subject. Raises PinWrong, PinLocked, Forbidden."""
    if body.pin is not None:
        if not is_seen(arrival):
            # A replay is answered by its key alone: the PIN may have been changed since.
            check_pin(arrival, body.holder, body.pin)
        return "pin", None
    if body.confirmation == "supervisor":
        if not arrival.caller.principal.is_person:
            raise Forbidden(permission="grant")
        arrival.caller.must("grant")
        return "supervisor", arrival.caller.by.subject
    return None, None


def check_pin(arrival: Arrival, holder: str, pin: str) -> None:
    """Check a PIN and count the try. Raises PinWrong, PinLocked, NotFound.

    The try is counted before its result is told, and a locked PIN is not told even when right: guesses in parallel
    gain nothing. Blocking.
    """
    served = arrival.served
    right = served.vault.check_pin(holder, pin)
    wish = served.ledger.wish(CountPinAttempt(holder=HolderId(holder), right=right), by=arrival.caller.by)
    outcome = served.ledger.writer.ask(Submission(wishes=(wish,)))
    if outcome.refusal is not None:
        raise outcome.refusal
    if not right:
        failed = outcome.envelopes[0].data
        raise PinWrong(tries_left=failed.tries_left if isinstance(failed, PinFailed) else 0)

"""Requests are decided by the turn itself; what this room decides is that somebody answers for the clock."""

from typing import Any, Final

from ledger.refusals import NotEligible
from ledger.requests.commands import AcceptClock
from ledger.requests.facts import ClockAccepted
from ledger.room import Book, Facts, Handler, Now


def accept_clock(_command: AcceptClock, _book: Book, now: Now) -> Facts:
    """Checks: a person, not a client alone: whoever dates every later fact is named."""
    if now.by.subject is None:
        raise NotEligible(reason="person-needed")
    yield ClockAccepted()


HANDLERS: Final[tuple[Handler[Any], ...]] = (Handler(AcceptClock, accept_clock),)

"""Requests are decided by the turn itself; this room has no wishes of its own."""

from typing import Any, Final

from ledger.room import Handler

HANDLERS: Final[tuple[Handler[Any], ...]] = ()

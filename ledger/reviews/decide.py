"""Deciding about finished patrols."""

from typing import Any, Final

from ledger.room import Handler

HANDLERS: Final[tuple[Handler[Any], ...]] = ()

"""Deciding about patrols: which wish is decided where, what each reads, and how time ends claims."""

from typing import Any, Final

from ledger.room import Handler

HANDLERS: Final[tuple[Handler[Any], ...]] = ()

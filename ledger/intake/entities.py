"""A file as the ledger remembers it."""

from typing import ClassVar

from ledger.room import Entity
from ledger.values import Instant


class Imported(Entity, frozen=True, kw_only=True):
    """How often and when a file was read; `position` is that of the last time."""

    KIND: ClassVar[str] = "import"

    times: int = 0
    first_at: Instant
    last_at: Instant
    position: int

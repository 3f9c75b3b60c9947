"""What led to facts, so that it pays once."""

from typing import ClassVar

from ledger.room import Entity


class Cause(Entity, frozen=True, kw_only=True):
    """A cause that was used; its id is the cause's MAC. It stays used when what it paid is reversed."""

    KIND: ClassVar[str] = "cause"

    position: int

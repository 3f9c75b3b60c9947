"""Wishes about people."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import BadgeNumber, Day, HolderId


class RegisterPerson(Command, frozen=True, kw_only=True):
    """Make a holder under a random id of ours, with a badge if there is one."""

    ROUTE: ClassVar[str] = "person"

    holder: HolderId
    badge: BadgeNumber | None = None
    crew: str | None = None
    joined_on: Day | None = None

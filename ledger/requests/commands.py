"""Wishes about how requests are taken."""

from typing import ClassVar

from ledger.room import Command


class AcceptClock(Command, frozen=True, kw_only=True):
    """Note that an operator has looked at the clock after it had jumped, and that it is right."""

    ROUTE: ClassVar[str] = "clock-acceptance"

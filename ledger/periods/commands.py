"""Wishes about periods."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import PeriodName


class OpenBooks(Command, frozen=True, kw_only=True):
    """Open the first period of a ledger."""

    ROUTE: ClassVar[str] = "books"

    period: PeriodName

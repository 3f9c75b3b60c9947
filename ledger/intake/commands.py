"""Wishes about files that are handed in."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import PeriodName


class FinishImport(Command, frozen=True, kw_only=True):
    """Record that a file was read to its end. The rows were wishes of their own, each under its natural cause."""

    ROUTE: ClassVar[str] = "import"

    profile: str
    file: str
    for_period: PeriodName | None = None
    rows: int
    counts: dict[str, int]

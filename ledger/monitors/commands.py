"""Wishes about monitors."""

from typing import ClassVar

from ledger.points.watching import Measure, Side
from ledger.room import Command
from ledger.values import AccountId, UnitCode


class SetMonitor(Command, frozen=True, kw_only=True):
    """Watch one figure of an account: from now on each crossing of the threshold to that side makes a fact."""

    ROUTE: ClassVar[str] = "monitor"

    id: str
    account: AccountId
    unit: UnitCode
    measure: Measure
    side: Side
    threshold: int


class RemoveMonitor(Command, frozen=True, kw_only=True):
    """Watch it no longer."""

    ROUTE: ClassVar[str] = "monitor-removal"

    monitor: str

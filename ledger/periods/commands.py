"""Wishes about periods."""

from typing import ClassVar

from ledger.periods.facts import ControlTotal, OpenCount
from ledger.room import Command
from ledger.values import PeriodName


class OpenBooks(Command, frozen=True, kw_only=True):
    """Open the first period of a ledger."""

    ROUTE: ClassVar[str] = "books"

    period: PeriodName


class ClosePeriod(Command, frozen=True, kw_only=True):
    """Fix the cut of the open period and open the next; `carried` says what was left undecided, and how much of it."""

    ROUTE: ClassVar[str] = "period-close"

    period: PeriodName
    carried: tuple[OpenCount, ...] = ()


class SealPeriod(Command, frozen=True, kw_only=True):
    """Record a closed period's control totals and the root over its balances at the cut."""

    ROUTE: ClassVar[str] = "period-seal"

    period: PeriodName
    root: str
    """RFC 6962 root over `account TAB unit TAB balance TAB debt LF`, sorted by bytes, in hexadecimal (6-audit)."""
    accounts: int
    totals: tuple[ControlTotal, ...]


class FinishClosing(Command, frozen=True, kw_only=True):
    """Record that every holder's month has turned: the run is at its end."""

    ROUTE: ClassVar[str] = "period-turn"

    period: PeriodName
    """The closed one."""
    holders: int
    left_out: int = 0
    """Holders whose month could not turn: their accounts are frozen."""
    totals: tuple[ControlTotal, ...]
    """Of the new period so far."""

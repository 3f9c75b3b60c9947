"""Wishes about reported figures."""

from typing import ClassVar

from ledger.figures.entities import Qualifier
from ledger.room import Command
from ledger.values import Day


class ReportFigure(Command, frozen=True, kw_only=True):
    """Enter what somebody reported. `adds` false: it is kept beside the others of its kind and never added to them."""

    ROUTE: ClassVar[str] = "figure"

    id: str
    kind: str
    amount: int
    qualifier: Qualifier = "exact"
    adds: bool = True
    region: str | None = None
    from_on: Day | None = None
    to_on: Day | None = None
    printed: str | None = None
    reading: str | None = None
    reference: str | None = None


class ReadFigure(Command, frozen=True, kw_only=True):
    """Say how a figure is understood; nothing that was printed is touched."""

    ROUTE: ClassVar[str] = "figure-reading"

    figure: str
    reading: str


class WithdrawFigure(Command, frozen=True, kw_only=True):
    """It was entered wrongly, or taken back by whoever reported it."""

    ROUTE: ClassVar[str] = "figure-withdrawal"

    figure: str
    reason: str

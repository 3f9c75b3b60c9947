"""The books: which period is open, and how far the closing of each other one has come."""

from typing import ClassVar, Literal

from ledger.room import Entity
from ledger.values import Instant, PeriodName


class Books(Entity, frozen=True, kw_only=True):
    """One row: the open period, and when the ones before it were closed, in order."""

    KIND: ClassVar[str] = "books"
    ID: ClassVar[str] = "open"

    period: PeriodName
    closed: tuple[tuple[PeriodName, Instant], ...] = ()

    def closed_at(self, period: PeriodName) -> Instant | None:
        """When that period was closed, if it was."""
        return dict(self.closed).get(period)


class Closing(Entity, frozen=True, kw_only=True):
    """The closing of one period, by its name: a run of three steps that goes on after a kill where it stopped."""

    KIND: ClassVar[str] = "closing"

    opens: PeriodName
    cut: int
    """The position of the period's last fact."""
    closed_at: Instant
    sealed_by: int = 0
    """The position of the fact that sealed it; 0 before."""
    root: str = ""
    turned_by: int = 0
    """The position of the fact that ended the run; 0 before."""

    @property
    def step(self) -> Literal["seal", "turn", "done"]:
        """What is to be done next."""
        if not self.sealed_by:
            return "seal"
        return "done" if self.turned_by else "turn"

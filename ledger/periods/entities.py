"""The books: which period is open."""

from typing import ClassVar

from ledger.room import Entity
from ledger.values import Instant, PeriodName


class Books(Entity, frozen=True, kw_only=True):
    """One row: the open period, and when the ones before it were closed."""

    KIND: ClassVar[str] = "books"
    ID: ClassVar[str] = "open"

    period: PeriodName
    closed: tuple[tuple[PeriodName, Instant], ...] = ()

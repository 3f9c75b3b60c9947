"""The clock guard: one reading a turn, never behind the head, never jumping against the monotonic clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from ledger.refusals import ClockUntrusted
from ledger.values import Instant, instant, moment

BEHIND: Final = timedelta(seconds=5)
"""A clock further behind the ledger's head than this is wrong: something later is already recorded."""
JUMP: Final = timedelta(seconds=60)
"""A wall clock that moved this much more or less than the monotonic one was set by somebody."""


class Clock(Protocol):
    """Where the time comes from: the machine, or a test."""

    def wall(self) -> datetime:
        """Now, aware, in UTC."""
        ...

    def monotonic(self) -> timedelta:
        """Time since some fixed moment, which nobody can set."""
        ...


class SystemClock:
    """The machine's clocks."""

    def wall(self) -> datetime:
        """Now."""
        return datetime.now(UTC)

    def monotonic(self) -> timedelta:
        """Since boot."""
        return timedelta(microseconds=time.monotonic_ns() // 1000)


class ManualClock:
    """A clock that stands still until it is moved; both of its hands move together."""

    def __init__(self, at: Instant) -> None:
        """Start at `at`."""
        self._at = self._started = moment(at)

    def wall(self) -> datetime:
        """Where it was moved to."""
        return self._at

    def monotonic(self) -> timedelta:
        """How far it was moved."""
        return self._at - self._started

    def move_to(self, at: Instant) -> None:
        """Set both hands."""
        self._at = moment(at)


class ClockGuard:
    """Reads the clock once a turn and says no to one that cannot be right."""

    def __init__(self, clock: Clock) -> None:
        """Trust begins here: a clock that is set before the first turn has jumped as well."""
        self.clock = clock
        self._last = self._hands()
        self._jumped = False

    def reading(self, head: Instant) -> Instant:
        """`max(clock, head)`, or the refusal `clock-untrusted`, which stands until `accept`."""
        wall, monotonic = hands = self._hands()
        if abs((wall - self._last[0]) - (monotonic - self._last[1])) > JUMP:
            self._jumped = True
        self._last = hands
        if self._jumped or (head and wall < moment(head) - BEHIND):
            raise ClockUntrusted
        return max(instant(wall), head)

    def accept(self) -> None:
        """An operator has looked at the clock; a jump is forgiven, a clock behind the head is not."""
        # As it stands now: set right since it was last read, it would seem to jump once more.
        self._last = self._hands()
        self._jumped = False

    def _hands(self) -> tuple[datetime, timedelta]:
        return self.clock.wall(), self.clock.monotonic()

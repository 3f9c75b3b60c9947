"""The past by its clocks: which position an instant is, how late a fact was, and who straddles an instant.

A fact is recorded after it happened, usually at once. All that was recorded before an instant had happened by then,
so sums at a position need only few corrections: the facts whose two times lie on both sides of the instant. They are
found among facts of like delay, in a window as long as that delay, never by a look at every fact since.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import CTE, Integer, Text, column, values

from ledger.journal.mapper import Mapper
from ledger.journal.storage import Storage
from ledger.values import Instant, instant
from projections.projection import Recorded, recorded

PROMPT: Final = 0
"""The delay of what was recorded when it happened."""
BOUNDS: Final = tuple(64 * 4**step for step in range(10))
"""Seconds below which each class of delay ends: a minute, four, … half a year; the last class has no end."""
_AHEAD: Final = 64
"""Clocks of callers run ahead by a minute at most; what says more has a class of its own, without an end."""
_AMONG: Final = 1_000
"""Positions of one question."""
_STEP: Final = timedelta(microseconds=1)
_FIRST, _LAST = "", "~"


def delay_of(occurred_at: str, recorded_at: str) -> int:
    """The class of a fact's delay: 0 none, 1 to 11 late, -1 and -2 ahead of the ledger's clock."""
    if occurred_at == recorded_at:
        return PROMPT
    seconds = (datetime.fromisoformat(recorded_at) - datetime.fromisoformat(occurred_at)).total_seconds()
    if seconds < 0:
        return -1 if -seconds < _AHEAD else -2
    return next((number for number, bound in enumerate(BOUNDS, 1) if seconds < bound), len(BOUNDS) + 1)


LATE: Final = range(1, len(BOUNDS) + 2)
AHEAD: Final = (-1, -2)
DELAYS: Final = (PROMPT, *LATE, *AHEAD)


class Window(NamedTuple):
    """Where facts of one class of delay may straddle an instant: `since` <= occurred_at < `until`."""

    delay: int
    since: str
    until: str


def windows(at: str) -> list[Window]:
    """The windows around an instant (exclusive: what happened before it counts)."""
    around = _moment(at)
    found = [Window(number, _text(around - timedelta(seconds=bound)), at) for number, bound in enumerate(BOUNDS, 1)]
    found.append(Window(LATE[-1], _FIRST, at))
    return [*found, Window(-1, at, _text(around + timedelta(seconds=_AHEAD))), Window(-2, at, _LAST)]


def windows_at(at: str) -> CTE:
    """The same as a table to join: `delay`, `since`, `until`."""
    columns = column("delay", Integer), column("since", Text), column("until", Text)
    return values(*columns).data([tuple(item) for item in windows(at)]).cte("windows")


def after(at: Instant) -> Instant:
    """The next instant: up to and with `at` is before it."""
    return instant(_moment(at) + _STEP)


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return instant(moment)


class Timeline:
    """The journal as questions about the past see it."""

    def __init__(self, storage: Storage, mapper: Mapper) -> None:
        """Of one ledger."""
        self._storage, self._mapper = storage, mapper

    def before(self, at: str) -> int:
        """The position of the last fact recorded before this instant; 0 when there was none."""
        return self._storage.before(at)

    def known(self, at: Instant) -> int:
        """The position of the last fact recorded at or before this instant."""
        return self._storage.before(after(at))

    def recorded(self, above: int, upto: int) -> Iterator[Recorded]:
        """The facts with positions above the one, up to and with the other."""
        for row in self._storage.facts(above, max(0, upto - above)):
            yield recorded(self._mapper.decode(row.state))

    def among(self, positions: Sequence[int]) -> dict[int, Recorded]:
        """The facts at these positions, by position."""
        found: dict[int, Recorded] = {}
        for start in range(0, len(positions), _AMONG):
            rows = self._storage.facts_among(positions[start : start + _AMONG])
            found |= {row.position: recorded(self._mapper.read(row.topic, row.state)) for row in rows}
        return found

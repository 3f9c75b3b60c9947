"""Points issued: how often and how much each behaviour credited, by the local day on which it happened."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from sqlalchemy import func

from ledger.calendar import end_of_day, local_day, start_of_day
from ledger.points.facts import GrantReversed, PointsEarned
from ledger.values import Day, Instant, UnitCode
from projections.projection import Changes, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

ISSUED: Final = Sheet(
    "issued",
    keys={"quarter": str, "unit": str, "behaviour": str, "fund": str, "posted": str},
    sums=("times", "amount", "reversed"),
)
"""By the quarter of an hour: no zone of today begins its days anywhere else, and a projection knows no zone."""
By = Literal["day", "month", "period"]


class Issued(NamedTuple):
    """What one behaviour credited in a window. A reversal names no behaviour: it stands in a line of its own, ''."""

    when: str
    """A local day, its month, or the posted period."""
    unit: str
    behaviour: str
    fund: str
    times: int
    amount: int
    reversed: int


_QUARTERS: Final = {f"{minute:02d}": f"{minute // 15 * 15:02d}:00.000000Z" for minute in range(60)}


@lru_cache(maxsize=1_024)  # facts follow each other: the minute of one is mostly that of the last
def quarter_of(minute: str) -> Instant:
    """The quarter of an hour in UTC that a minute (of an instant `at`: `at[:16]`) lies in."""
    return Instant(minute[:14] + _QUARTERS[minute[14:16]])


def added_up(facts: Sequence[Recorded], changes: Changes) -> None:
    """Credits of whatever kind by when they happened; what was taken back by when that was."""
    rows: dict[tuple[str, ...], list[int]] = {}
    for envelope, _, _, _ in facts:
        fact = envelope.data
        if type(fact) is PointsEarned:
            quarter = quarter_of(envelope.occurred_at[:16])
            key = (quarter, fact.unit, fact.behaviour or "", fact.fund or "", envelope.period)
            row = rows.get(key)
            if row is None:
                row = rows[key] = [0, 0, 0]
            row[0] += 1
            row[1] += fact.amount
        elif type(fact) is GrantReversed:
            key = (quarter_of(envelope.occurred_at[:16]), fact.unit, "", "", envelope.period)
            rows.setdefault(key, [0, 0, 0])[2] += fact.amount
    changes[ISSUED] = {key: tuple(row) for key, row in rows.items()}


PROJECTION: Final = Projection("issued", (ISSUED,), sums=(added_up,))


def issued(
    reading: Reading, zone: str, from_on: Day, to_on: Day, *, by: By = "day", unit: UnitCode | None = None
) -> tuple[Issued, ...]:
    """By local day, its month, or by posted period, for what happened on these local days, both included."""
    c = ISSUED.c
    keys = (c.quarter, c.unit, c.behaviour, c.fund, c.posted)
    query = reading.select(PROJECTION, ISSUED, *keys, *(func.sum(c[name]) for name in ISSUED.sums)).group_by(*keys)
    query = query.where(c.quarter >= start_of_day(from_on, zone), c.quarter < end_of_day(to_on, zone))
    if unit is not None:
        query = query.where(c.unit == unit)
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for quarter, unit_, behaviour, fund, posted, *figures in reading.stream(query):
        when = posted if by == "period" else local_day(quarter, zone)[: 7 if by == "month" else 10]
        sums = found.setdefault((when, unit_, behaviour, fund), [0, 0, 0])
        sums[:] = [have + int(more) for have, more in zip(sums, figures, strict=True)]
    return tuple(Issued(*key, *found[key]) for key in sorted(found))

"""Trial balance: debits and credits of each book account, by posted period or of any instant; units sum to zero."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func

from ledger.accounting import JournalEntry, Posting
from ledger.room import Envelope
from ledger.values import Instant, PeriodName, UnitCode
from projections.instants import Timeline, after, delay_of, windows_at
from projections.projection import Changes, Projection, Recorded
from projections.sheets import Rows, Sheet
from projections.store import Reading

BOOKED: Final = Sheet("trial_balance", keys={"period": str, "unit": str, "account": str}, sums=("debits", "credits"))
NAMESPACES: Final = {"holder": "holders", "account": "accounts"}
"""What accounts of people and of others are shown as: one line each, however many there are."""


class Booked(NamedTuple):
    """One book account: credits raise what the programme owes it, debits lower it."""

    unit: UnitCode
    account: str
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Credits less debits."""
        return self.credits - self.debits


BLOCK: Final = 256
"""Positions of one block of sums: the books at any position are whole periods, then blocks, then a few facts."""
BLOCKS: Final = Sheet("trial_blocks", keys={"block": int, "unit": str, "account": str}, sums=("debits", "credits"))
ENDS: Final = Sheet("period_ends", keys={"period": str}, said={"position": int})
"""The last position of each posted period: books are closed in order, so each period is a run of positions."""
LATE: Final = Sheet(
    "trial_late",
    keys={"delay": int, "occurred_at": str, "position": int, "unit": str, "account": str},
    sums=("debits", "credits"),
)
"""What was not recorded when it happened, in the order of the world within facts of like delay (`instants`)."""


def posted(facts: Sequence[Recorded], changes: Changes) -> None:
    """Every leg of every journal entry, under the chart's name of its account."""
    ends: dict[PeriodName, int] = {}
    books: dict[tuple[PeriodName, int], dict[tuple[UnitCode, str], list[int]]] = {}
    for envelope, entry, _, _ in facts:
        if entry is None:
            continue
        position, period = envelope.pos, envelope.period
        ends[period], place = position, (period, position // BLOCK)
        sums = books.get(place)
        if sums is None:
            sums = books[place] = {}
        for account, unit, amount in entry.postings:
            # As `_leg` has it; spelled out, for there are two of nearly every fact.
            key = unit, NAMESPACES.get(account.partition(":")[0], account)
            sides = sums.get(key)
            if sides is None:
                sides = sums[key] = [0, 0]
            if amount > 0:
                sides[1] += amount
            else:
                sides[0] -= amount
        if envelope.occurred_at != envelope.recorded_at:
            _late(envelope, entry, changes[LATE])
    changes[ENDS] = {(period,): (position,) for period, position in ends.items()}
    for (period, block), sums in books.items():
        for (unit, shown), sides in sums.items():
            BOOKED.fold(changes[BOOKED], (period, unit, shown), tuple(sides))
            BLOCKS.fold(changes[BLOCKS], (block, unit, shown), tuple(sides))


def _late(envelope: Envelope, entry: JournalEntry, rows: Rows) -> None:
    place = delay_of(envelope.occurred_at, envelope.recorded_at), envelope.occurred_at, envelope.pos
    for unit, account, debits, credits in map(_leg, entry.postings):
        LATE.fold(rows, (*place, unit, account), (debits, credits))


def _leg(posting: Posting) -> tuple[UnitCode, str, int, int]:
    """The leg as (unit, account, debits, credits)."""
    account, unit, amount = posting
    shown = NAMESPACES.get(account.partition(":")[0], account)
    return (unit, shown, 0, amount) if amount > 0 else (unit, shown, -amount, 0)


PROJECTION: Final = Projection("trial-balance", (BOOKED, BLOCKS, LATE, ENDS), version=2, sums=(posted,))


def trial_balance(
    reading: Reading, *, period: PeriodName | None = None, until: PeriodName | None = None
) -> tuple[Booked, ...]:
    """All book accounts by unit and name: of one posted period, or of everything up to and with one, or of all."""
    c = BOOKED.c
    query = reading.select(PROJECTION, BOOKED, c.unit, c.account, func.sum(c.debits), func.sum(c.credits))
    if period is not None:
        query = query.where(c.period == period)
    if until is not None:
        query = query.where(c.period <= until)
    rows = reading.all(query.group_by(c.unit, c.account).order_by(c.unit, c.account))
    return tuple(Booked(unit, account, int(debits), int(credits)) for unit, account, debits, credits in rows)


# The books of any instant ----------------------------------------------------------------------------------------


def trial_balance_at(
    reading: Reading, timeline: Timeline, *, known: int, as_of: Instant | None = None
) -> tuple[Booked, ...]:
    """The books as they stood at a position: of what had happened by an instant (inclusive), or of all.

    What was posted, and nothing else: value whose day was over by then and whose lapse was recorded later still stands
    with its holder.
    """
    known = min(known, reading.position(PROJECTION))
    until = None if as_of is None else after(as_of)
    split = known if until is None else min(timeline.before(until), known)
    sums: Sums = {}
    parts = [(1, rows) for rows in _prefix(reading, timeline, split)]
    for sign, rows in (*parts, *(_straddling(reading, until, split, known) if until else ())):
        for unit, account, debits, credits in rows:
            one = sums.setdefault((unit, account), [0, 0])
            one[0] += sign * int(debits)
            one[1] += sign * int(credits)
    return tuple(Booked(unit, account, *sides) for (unit, account), sides in sorted(sums.items()) if any(sides))


Sums = dict[tuple[UnitCode, str], list[int]]
Sides = Iterable[Any]
"""(unit, account, debits, credits)"""


def _prefix(reading: Reading, timeline: Timeline, split: int) -> Iterator[Sides]:
    """All up to and with a position: periods that had ended by it, whole blocks after them, single facts between."""
    periods, blocks = BOOKED.c, BLOCKS.c
    closed, ended = _closed(reading, split)
    first, last = ended // BLOCK + 1, (split + 1) // BLOCK
    query = reading.select(PROJECTION, BOOKED, *_sides(periods)).where(periods.period <= closed)
    yield reading.all(query.group_by(periods.unit, periods.account))
    if first >= last:
        yield _facts(timeline, ended, split)
        return
    yield _facts(timeline, ended, first * BLOCK - 1)
    query = reading.select(PROJECTION, BLOCKS, *_sides(blocks)).where(blocks.block >= first, blocks.block < last)
    yield reading.all(query.group_by(blocks.unit, blocks.account))
    yield _facts(timeline, last * BLOCK - 1, split)


def _closed(reading: Reading, split: int) -> tuple[str, int]:
    """The last period that had ended by a position, and where it ended."""
    c = ENDS.c
    query = reading.select(PROJECTION, ENDS, c.period, c.position).where(c.position <= split)
    row = reading.first(query.order_by(c.period.desc()).limit(1))
    return (row[0], row[1]) if row else ("", 0)


def period_end(reading: Reading, period: str, *, inclusive: bool) -> int:
    """The last position posted in that period or an earlier one; without it, where not `inclusive`."""
    c = ENDS.c
    earlier = c.period <= period if inclusive else c.period < period
    row = reading.first(reading.select(PROJECTION, ENDS, c.position).where(earlier).order_by(c.period.desc()).limit(1))
    return int(row[0]) if row else 0


def _sides(c: Any) -> tuple[Any, ...]:
    return c.unit, c.account, func.sum(c.debits), func.sum(c.credits)


def _facts(timeline: Timeline, above: int, upto: int) -> Sides:
    """Fact by fact, between two positions of one or two blocks."""
    for recorded in timeline.recorded(above, upto):
        for posting in recorded.entry.postings if recorded.entry else ():
            yield _leg(posting)


def _straddling(reading: Reading, until: str, split: int, known: int) -> Iterator[tuple[int, Sides]]:
    """What straddles the instant: late postings count, those that had not happened yet do not."""
    c = LATE.c
    window = windows_at(until)
    query = reading.select(PROJECTION, LATE, c.unit, c.account, func.sum(c.debits), func.sum(c.credits))
    query = query.where(c.delay == window.c.delay, c.occurred_at >= window.c.since, c.occurred_at < window.c.until)
    query = query.group_by(c.unit, c.account)
    yield 1, reading.all(query.where(c.delay > 0, c.position > split, c.position <= known))
    yield -1, reading.all(query.where(c.delay < 0, c.position <= split))


def differences(booked: Iterable[Booked]) -> dict[UnitCode, int]:
    """Units whose books do not sum to zero: always empty, or something is broken."""
    sums: dict[UnitCode, int] = {}
    for item in booked:
        sums[item.unit] = sums.get(item.unit, 0) + item.balance
    return {unit: total for unit, total in sums.items() if total}

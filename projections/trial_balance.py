"""Trial balance: debits and credits of each book account, by posted period or of any instant; units sum to zero."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, func, or_

from ledger.accounting import Posting
from ledger.room import Fact
from ledger.values import Instant, PeriodName, UnitCode
from projections.instants import PROMPT, Timeline, after, delay_of, windows_at
from projections.projection import Change, Projection, Recorded
from projections.sheets import Sheet
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


LEVELS: Final = (16_384, 128)
"""Positions of one block of sums, the coarse first: the books at any position are a few blocks and a few facts."""
BLOCKS: Final = Sheet(
    "trial_blocks",
    keys={"size": int, "block": int, "unit": str, "account": str},
    sums=("debits", "credits"),
)
LATE: Final = Sheet(
    "trial_late",
    keys={"delay": int, "occurred_at": str, "position": int, "unit": str, "account": str},
    sums=("debits", "credits"),
)
"""What was not recorded when it happened, in the order of the world within facts of like delay (`instants`)."""


def posted(_fact: Fact, recorded: Recorded) -> Iterable[Change]:
    """Every leg of a journal entry, under the chart's name of its account."""
    if recorded.entry is None:
        return
    envelope = recorded.envelope
    delay = delay_of(envelope.occurred_at, envelope.recorded_at)
    for posting in recorded.entry.postings:
        account, side = _leg(posting)
        yield Change(BOOKED, (envelope.period, posting.unit, account), dict(side))
        for size in LEVELS:
            yield Change(BLOCKS, (size, envelope.pos // size, posting.unit, account), dict(side))
        if delay != PROMPT:
            yield Change(LATE, (delay, envelope.occurred_at, envelope.pos, posting.unit, account), side)


def _leg(posting: Posting) -> tuple[str, dict[str, int]]:
    account = NAMESPACES.get(posting.account.partition(":")[0], posting.account)
    return account, {"credits": posting.amount} if posting.amount > 0 else {"debits": -posting.amount}


PROJECTION: Final = Projection("trial-balance", (BOOKED, BLOCKS, LATE), {Fact: posted}, version=2)


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
    for sign, rows in (
        (1, _blocks(reading, split)),
        (1, _facts(timeline, split)),
        *(_straddling(reading, until, split, known) if until else ()),
    ):
        for unit, account, debits, credits in rows:
            one = sums.setdefault((unit, account), [0, 0])
            one[0] += sign * int(debits)
            one[1] += sign * int(credits)
    return tuple(Booked(unit, account, *sides) for (unit, account), sides in sorted(sums.items()) if any(sides))


Sums = dict[tuple[UnitCode, str], list[int]]
Sides = Iterable[Any]
"""(unit, account, debits, credits)"""


def _blocks(reading: Reading, split: int) -> Sides:
    """Every whole block below a position: coarse ones as far as they go, then fine ones."""
    c = BLOCKS.c
    coarse, fine = LEVELS
    whole = split // coarse
    between = and_(c.size == fine, c.block >= whole * (coarse // fine), c.block < split // fine)
    query = reading.select(PROJECTION, BLOCKS, c.unit, c.account, func.sum(c.debits), func.sum(c.credits))
    query = query.where(or_(and_(c.size == coarse, c.block < whole), between))
    return reading.all(query.group_by(c.unit, c.account))


def _facts(timeline: Timeline, split: int) -> Sides:
    """What the last block has up to and with the position."""
    first = split // LEVELS[-1] * LEVELS[-1]
    for recorded in timeline.recorded(max(0, first - 1), split):
        for posting in recorded.entry.postings if recorded.entry else ():
            account, side = _leg(posting)
            yield posting.unit, account, side.get("debits", 0), side.get("credits", 0)


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

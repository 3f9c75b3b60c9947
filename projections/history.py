"""History: an account as of any instant and as it was known at any position, added up from a few rows.

Whole sums at a position, then the lines whose two times lie on both sides of the instant, then what time had done by
it. What was recorded late is neither missed nor counted early, and an account of 100,000 entries costs what one of a
hundred does: one fact, its pools' sums by block, and the lines of the last block.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_

from ledger.points.entities import AccountState
from ledger.pools import EARNED
from ledger.values import AccountId, Instant, UnitCode
from projections.effects import NO_END, NO_LOT
from projections.instants import Timeline, after, windows_at
from projections.lines import BLOCK, HOLDS, LIFTED, LINES, MARKS, MOVES, NOT_PROMPT, POOLS, PROJECTION, Pools
from projections.passing import HoldThen, PoolThen, Standing, pass_time
from projections.sheets import Sheet
from projections.store import Reading

_EMPTY: Final = AccountState(balance=0, debt=0, held=0, incoming=0, lapsed=0, received=0, spendable=0, spent=0, floor=0)
_pools = msgspec.json.Decoder(Pools).decode
_lots = msgspec.json.Decoder(list[tuple[str, int]]).decode


class When(NamedTuple):
    """What is asked: as it was known at a position, and as of an instant (inclusive; None: all that was known)."""

    known: int
    as_of: Instant | None = None


class Stood(NamedTuple):
    """An account after one fact: its position, and the account object that it carries."""

    position: int
    state: AccountState


class Straddler(NamedTuple):
    """A line whose two times lie on both sides of an instant; `sign` -1: recorded before it, and happened after."""

    sign: int
    position: int
    amount: int | None
    lapsed: int
    pools: Pools


def account_at(
    reading: Reading, timeline: Timeline, account: AccountId, unit: UnitCode, when: When, *, at: Instant, zone: str
) -> Standing:
    """The account as asked, with what time had done to it by `at`, recorded or not."""
    known = min(when.known, reading.position(PROJECTION))
    until = None if when.as_of is None else after(when.as_of)
    split = known if until is None else min(timeline.before(until), known)
    base = stood(reading, timeline, account, unit, split).state
    pools = _pools_at(reading, account, unit, split, known)
    found = Standing(
        account=account,
        unit=unit,
        received=base.received,
        spent=base.spent,
        lapsed=base.lapsed,
        held=base.held,
        incoming=base.incoming,
        floor=None if base.floor is msgspec.UNSET else base.floor,
        pools=pools,
        holds=[],
        lapses=[],
        ended=[],
    )
    straddling = straddlers(reading, account, unit, until, split, known) if until else ()
    for line in straddling:
        _count(found, line)
    ahead = [line.position for line in straddling if line.sign < 0]
    found.holds = _holds_at(reading, account, unit, (split, known), until, ahead)
    _bind(reading, found, known, until)
    return pass_time(found, at, zone)


def _count(account: Standing, line: Straddler) -> None:
    """Add one late line to the sums, or take away one that had not happened yet."""
    amount = line.sign * (line.amount or 0)
    if line.lapsed:
        account.lapsed -= amount
    elif (line.amount or 0) > 0:
        account.received += amount
    else:
        account.spent -= amount
    for id, differences in line.pools.items():
        opened, earmarked, grants = (line.sign * difference for difference in differences)
        account.held += earmarked
        if id == NO_LOT:
            account.incoming += opened
        else:
            account.pools.setdefault(id, PoolThen(id)).add(opened, earmarked, grants)


# The parts -----------------------------------------------------------------------------------------------------


def own(sheet: Sheet, account: AccountId, unit: UnitCode) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What keeps a query to the rows of one account."""
    return sheet.c.account == account, sheet.c.unit == unit


def stood(reading: Reading, timeline: Timeline, account: AccountId, unit: UnitCode, position: int) -> Stood:
    """The account after the last fact up to and with `position` that shows it: of a row and of a fact or two."""
    c = LINES.c
    query = reading.select(PROJECTION, LINES, c.position).where(*own(LINES, account, unit))
    query = query.order_by(c.position.desc()).limit(1)
    while row := reading.first(query.where(c.position <= position)):
        position = row[0]
        state = timeline.among((position,))[position].states.get((account, unit))
        if state is not None:
            return Stood(position, state)
        # A merge posts on the surviving account one fact before it says what it left there.
        position -= 1
    return Stood(0, _EMPTY)


def straddlers(
    reading: Reading, account: AccountId, unit: UnitCode, at: str, split: int, known: int
) -> Sequence[Straddler]:
    """Who straddles the instant `at` (exclusive), as known; `split` is the last position recorded before it.

    Late lines have happened before the instant and were recorded after it; the others the other way round.
    """
    c = LINES.c
    window = windows_at(at)
    # No bound of its own on the position: a planner would walk through every line since the instant.
    late = and_(c.delay > 0, c.position + 0 > split, c.position + 0 <= known)
    ahead = and_(c.delay < 0, c.position + 0 <= split)
    query = reading.select(PROJECTION, LINES, c.delay, c.position, c.amount, c.lapsed, c.pools).where(
        *own(LINES, account, unit),
        NOT_PROMPT,
        c.delay == window.c.delay,
        c.occurred_at >= window.c.since,
        c.occurred_at < window.c.until,
        or_(late, ahead),
    )
    return [
        Straddler(1 if row.delay > 0 else -1, row.position, row.amount, row.lapsed, _pools(row.pools or "{}"))
        for row in reading.all(query)
    ]


def _pools_at(reading: Reading, account: AccountId, unit: UnitCode, split: int, known: int) -> dict[str, PoolThen]:
    """The sums of every pool at `split`: of whole blocks, then line by line; with those that opened by `known`."""
    c, block = POOLS.c, split // BLOCK
    sums = [func.sum(case((c.block < block, c[name]), else_=0)) for name in POOLS.sums]
    known_of = func.max(c.kind), func.max(c.expires_on), func.min(c.opened)
    query = reading.select(PROJECTION, POOLS, c.pool, *known_of, *sums).where(*own(POOLS, account, unit))
    pools: dict[str, PoolThen] = {}
    for id, kind, day, opened, *counted in reading.all(query.where(c.block <= known // BLOCK).group_by(c.pool)):
        # PostgreSQL sums 64-bit integers as decimals.
        pools[id] = PoolThen(id, kind or EARNED, day, opened or 0, *map(int, counted))
    for changes in _changes(reading, account, unit, block * BLOCK, split):
        for id, differences in changes.items():
            if id != NO_LOT:
                pools[id].add(*differences)
    return pools


def grants_of(reading: Reading, account: AccountId, unit: UnitCode) -> dict[str, int]:
    """How many grants each pool of the account joins."""
    c = POOLS.c
    query = reading.select(PROJECTION, POOLS, c.pool, func.sum(c.grants)).where(*own(POOLS, account, unit))
    return {pool: int(grants) for pool, grants in reading.all(query.group_by(c.pool))}


def _changes(reading: Reading, account: AccountId, unit: UnitCode, first: int, last: int) -> Iterator[Pools]:
    c = LINES.c
    query = reading.select(PROJECTION, LINES, c.pools).where(*own(LINES, account, unit), c.pools.is_not(None))
    for (text,) in reading.all(query.where(c.position >= first, c.position <= last)):
        yield _pools(text)


def _holds_at(
    reading: Reading,
    account: AccountId,
    unit: UnitCode,
    span: tuple[int, int],
    until: str | None,
    ahead: Sequence[int],
) -> list[HoldThen]:
    """The holds that were open: those that ended after the split, or not yet, as far as they had begun."""
    split, known = span
    c = HOLDS.c
    query = reading.select(PROJECTION, HOLDS, c.hold).where(*own(HOLDS, account, unit))
    names = [row[0] for row in reading.all(query.where(c.closed > split, c.opened <= known))]
    if ahead:
        ended_early = reading.select(PROJECTION, MOVES, MOVES.c.hold).where(*own(MOVES, account, unit))
        names += [row[0] for row in reading.all(ended_early.where(MOVES.c.position.in_(ahead)))]
    if not names:
        return []
    c = MOVES.c
    columns = (c.hold, c.ends_at, c.turn, c.incoming, c.lots)
    moves = reading.select(PROJECTION, MOVES, *columns).where(*own(MOVES, account, unit), c.hold.in_(names))
    moves = moves.where(c.position <= known, *(() if until is None else (c.occurred_at < until,)))
    return _open(reading.all(moves.order_by(c.hold, c.position)))


def _open(moves: Sequence[Any]) -> list[HoldThen]:
    holds: dict[str, HoldThen] = {}
    turns: dict[str, int] = {}
    for id, ends_at, turn, incoming, lots in moves:
        hold = holds.setdefault(id, HoldThen(id, NO_END, {}))
        hold.ends_at, hold.incoming = ends_at or hold.ends_at, hold.incoming + incoming
        turns[id] = turns.get(id, 0) + turn
        for pool, amount in _lots(lots):
            hold.lots[pool] = hold.lots.get(pool, 0) + amount
    return [hold for id, hold in holds.items() if turns[id] > 0]


def _bind(reading: Reading, account: Standing, known: int, until: str | None) -> None:
    """What bound the account then: its end, a freeze, its closing, a floor to come."""
    c = MARKS.c
    columns = (c.ends_on, c.idle_on, c.frozen_at, c.closed_at, c.floor_on, c.floor_to, c.floored)
    query = reading.select(PROJECTION, MARKS, *columns).where(*own(MARKS, account.account, account.unit))
    query = query.where(c.position <= known, *(() if until is None else (c.occurred_at < until,)))
    for row in reading.all(query.order_by(c.position)):
        for name in ("ends_on", "idle_on", "frozen_at", "closed_at"):
            said = getattr(row, name)
            if said is not None:
                setattr(account, name, said if said != LIFTED else None)
        if row.floor_on is not None:
            account.floors = sorted([*account.floors, (row.floor_on, row.floor_to)], key=lambda floor: floor[0])
        elif row.floored:
            account.floors = account.floors[1:]

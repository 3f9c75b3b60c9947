"""Lines: what every fact did to an account, to its pools and its holds; the past is added up from them (`history`)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Index

from ledger.accounts.facts import AccountClosed, ActivityNoted, BoundsChanged, BoundsScheduled
from ledger.people.facts import HolderLeft, HolderRejoined, HoldersMerged
from ledger.points.facts import AccountFact, FreezeFact, FreezePlaced, LotsLapsed
from ledger.values import Day, holder_account
from projections.effects import HOLD_MOVES, NO_LOT, HoldMove, Place, effects
from projections.instants import PROMPT, delay_of
from projections.projection import Change, Changes, Projection, Recorded
from projections.sheets import Rows, Sheet

LINES: Final = Sheet(
    "account_movements",
    keys={"account": str, "unit": str, "position": int},
    said={"amount": int, "lapsed": int, "delay": int, "occurred_at": str, "pools": str},
)
"""Where an account was changed, and what is added up or searched by; all else is asked of the fact at that position.

`amount` is what was posted on the account, none where nothing was (a hold), `lapsed` 1 where it ended unspent. `pools`
is what the fact did to each pool, as differences: `{"0198d2": [open, earmarked, grants]}`; under `NO_LOT` stand the
value on its way here and what is held out of no lot.
"""
NOT_PROMPT: Final = LINES.c.delay != PROMPT
BY_OCCURRENCE: Final = Index(
    "ix_projection_account_movements_occurred",
    *(LINES.c[name] for name in ("ledger", "generation", "account", "unit", "delay", "occurred_at", "position")),
    sqlite_where=NOT_PROMPT,
    postgresql_where=NOT_PROMPT,
)
"""The order of the world, within facts of like delay: what happened by an instant is found in a window (`instants`).

What was recorded at once stands in that order already.
"""

BLOCK: Final = 4_096
"""Positions of one block of sums: to add up a pool, whole blocks are read, and lines only in the last.

The wider, the fewer rows a fact leaves; the last block of an account that alone has all its facts takes 10 ms to read.
"""
POOLS: Final = Sheet(
    "account_pools",
    keys={"account": str, "unit": str, "pool": str, "block": int},
    said={"kind": str, "expires_on": str, "opened": int},
    sums=("open", "earmarked", "grants"),
)
STILL_OPEN: Final = 2**53
"""Where a hold ends that has not ended: above every position."""
HOLDS: Final = Sheet(
    "account_holds", keys={"account": str, "unit": str, "hold": str}, said={"opened": int, "closed": int}
)
BY_END: Final = Index(
    "ix_projection_account_holds_closed",
    *(HOLDS.c[name] for name in ("ledger", "generation", "account", "unit", "closed")),
)
MOVES: Final = Sheet(
    "account_hold_moves",
    keys={"account": str, "unit": str, "hold": str, "position": int},
    said={"occurred_at": str, "ends_at": str, "turn": int, "incoming": int, "lots": str},
)
"""`turn`: 1 opens the hold, -1 ends it; `lots` are `[pool, amount]`, as differences, in the order of the hold."""
MARKS: Final = Sheet(
    "account_marks",
    keys={"account": str, "unit": str, "position": int},
    said={
        "occurred_at": str,
        "ends_on": str,
        "idle_on": str,
        "frozen_at": str,
        "closed_at": str,
        "floor_on": str,
        "floor_to": str,
        "floored": int,
    },
)
"""What binds an account from a fact on; `LIFTED` where nothing does any more.

Its end when its holder has left, the day on which idle value ends, a freeze, its closing; a floor to come on a day, and
that the first floor to come has come (`floored`).
"""
LIFTED: Final = ""

Pools = dict[str, tuple[int, int, int]]
"""By pool: open, earmarked, grants."""
Blocks = dict[tuple[str, str, str, int], list[Any]]
"""Values of `POOLS` by their keys."""
_encode = msgspec.json.Encoder(order="sorted").encode


# Facts about accounts --------------------------------------------------------------------------------------------


def accounts_moved(facts: Sequence[Recorded], changes: Changes) -> None:
    """A line for each account that a fact changes, and what it did to pools and holds."""
    lines, blocks = changes[LINES], Blocks()
    for recorded in facts:
        envelope, _, states, _ = recorded
        if not states:
            continue
        fact: AccountFact = envelope.data
        pools = _pools_moved(fact, envelope.pos, blocks)
        if (moves := HOLD_MOVES.get(fact.TOPIC)) is not None:
            for move in moves(fact):
                _hold_moved(move, recorded, pools, changes)
        _lines(fact, recorded, pools, lines)
        if type(fact) in BINDING and (bound := _binding(fact, recorded)):
            sheet, key, values = _mark((fact.account, fact.unit), recorded, **bound)
            changes[sheet][key] = values
    changes[POOLS] = {key: tuple(block) for key, block in blocks.items()}


def _pools_moved(fact: AccountFact, position: int, blocks: Blocks) -> dict[Place, Pools]:
    """What a fact did to the pools of each account; added to the sums of its block as well."""
    pools: dict[Place, Pools] = {}
    number = position // BLOCK
    for place, pool, opened, earmarked, grants, terms, begins in effects(fact, position):
        if place in pools:
            _add(pools, place, pool, opened, earmarked, grants)
        else:
            pools[place] = {pool: (opened, earmarked, grants)}
        key = (*place, pool, number)
        block = blocks.get(key)
        if block is None:
            block = blocks[key] = [None, None, None, 0, 0, 0]
        if terms is not None:
            block[0], block[1] = terms.kind, terms.expires_on or block[1]
        if begins is not None:
            block[2] = begins
        block[3] += opened
        block[4] += earmarked
        block[5] += grants
    return pools


def _add(pools: dict[Place, Pools], place: Place, pool: str, opened: int, earmarked: int, grants: int) -> None:
    own = pools.get(place)
    if own is None:
        pools[place] = {pool: (opened, earmarked, grants)}
    elif pool in own:
        sums = own[pool]
        own[pool] = sums[0] + opened, sums[1] + earmarked, sums[2] + grants
    else:
        own[pool] = opened, earmarked, grants


def _lines(fact: AccountFact, recorded: Recorded, pools: dict[Place, Pools], rows: Rows) -> None:
    envelope, _, states, posted = recorded
    lapsed, occurred_at, position = int(type(fact) is LotsLapsed), envelope.occurred_at, envelope.pos
    delay = PROMPT if occurred_at == envelope.recorded_at else delay_of(occurred_at, envelope.recorded_at)
    for place in states if posted.keys() <= states.keys() else {**states, **posted}:
        changed = pools.pop(place, None)
        differences = None if changed is None else str(_encode(changed), "ascii")
        rows[(*place, position)] = (posted.get(place), lapsed, delay, occurred_at, differences)
    if pools:
        raise ValueError(f"{fact.TOPIC} moves value on an account that it does not show: {pools.keys()}")


def _hold_moved(move: HoldMove, recorded: Recorded, pools: dict[Place, Pools], changes: Changes) -> None:
    position = recorded.envelope.pos
    if move.opens:
        HOLDS.fold(changes[HOLDS], (*move.place, move.hold), (position, STILL_OPEN))
    elif move.closes:
        HOLDS.fold(changes[HOLDS], (*move.place, move.hold), (None, position))
    values = (
        recorded.envelope.occurred_at,
        move.ends_at,
        move.opens - move.closes,
        move.incoming,
        _encode(move.lots).decode(),
    )
    MOVES.fold(changes[MOVES], (*move.place, move.hold, position), values)
    reserved = sum(amount for pool, amount in move.lots if pool == NO_LOT)
    if reserved or move.incoming:
        _add(pools, move.place, NO_LOT, move.incoming, reserved, 0)


# What binds an account -------------------------------------------------------------------------------------------


BINDING: Final = frozenset({AccountClosed, ActivityNoted, BoundsScheduled, BoundsChanged})


def _binding(fact: AccountFact, recorded: Recorded) -> dict[str, Any]:
    match fact:
        case AccountClosed():
            return {"closed_at": recorded.envelope.recorded_at}
        case ActivityNoted():
            return {"idle_on": fact.idle_on or LIFTED}
        case BoundsScheduled():
            floor = "" if fact.floor is msgspec.UNSET else str(fact.floor)
            return {"floor_on": fact.effective_on, "floor_to": floor}
        case BoundsChanged() if fact.effective_on is not None:
            return {"floored": 1}
    return {}


def froze(fact: FreezeFact, recorded: Recorded) -> Iterable[Change]:
    """Frozen since it was recorded, or not at all."""
    frozen_at = recorded.envelope.recorded_at if isinstance(fact, FreezePlaced) else LIFTED
    yield _mark((fact.account, fact.unit), recorded, frozen_at=frozen_at)


def left(fact: HolderLeft, recorded: Recorded) -> Iterable[Change]:
    """What is open ends with that day."""
    return _ends(fact, fact.holder, fact.spend_until_on, recorded)


def rejoined(fact: HolderRejoined, recorded: Recorded) -> Iterable[Change]:
    """Nothing ends any more but by its own day."""
    return _ends(fact, fact.holder, None, recorded)


def merged(fact: HoldersMerged, recorded: Recorded) -> Iterable[Change]:
    """The survivor's accounts end as he does."""
    return _ends(fact, fact.into, fact.survivor.spend_until_on, recorded)


def _ends(
    fact: HolderLeft | HolderRejoined | HoldersMerged, holder: str, day: Day | None, recorded: Recorded
) -> Iterator[Change]:
    for unit in fact.units:
        yield _mark((holder_account(holder), unit), recorded, ends_on=day or LIFTED)


def _mark(place: Place, recorded: Recorded, **said: Any) -> Change:
    envelope = recorded.envelope
    return MARKS, (*place, envelope.pos), MARKS.values(occurred_at=envelope.occurred_at, **said)


PROJECTION: Final = Projection(
    "statements",
    (LINES, POOLS, HOLDS, MOVES, MARKS),
    {
        FreezeFact: froze,
        HolderLeft: left,
        HolderRejoined: rejoined,
        HoldersMerged: merged,
    },
    version=4,
    sums=(accounts_moved,),
    retired=("account_lines", "statement_lines"),
)

"""Lines: what every fact did to an account, to its pools and its holds; the past is added up from them (`history`)."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Index

from ledger.accounts.facts import AccountClosed, AccountLifeFact, ActivityNoted, BoundsChanged, BoundsScheduled
from ledger.people.facts import HolderLeft, HolderRejoined, HoldersMerged
from ledger.points.facts import AccountFact, FreezeFact, FreezePlaced
from ledger.room import Envelope
from ledger.values import Day, holder_account
from projections.effects import HOLD_MOVES, NO_LOT, Effect, HoldMove, Place, effects
from projections.instants import PROMPT, delay_of
from projections.projection import Change, Projection, Recorded
from projections.sheets import Sheet

LINES: Final = Sheet(
    "account_lines",
    keys={"account": str, "unit": str, "position": int},
    said={
        "type": str,
        "amount": int,
        "received": int,
        "spent": int,
        "lapsed": int,
        "debt": int,
        "held": int,
        "incoming": int,
        "spendable": int,
        "floor": int,
        "delay": int,
        "occurred_at": str,
        "recorded_at": str,
        "period": str,
        "belongs_to": str,
        "tx": str,
        "behaviour": str,
        "reason": str,
        "rule": str,
        "principal": str,
        "pools": str,
    },
)
"""`amount` is what was posted on the account, none where nothing was (a hold); the counters are those after the fact.

`pools` is what it did to each pool, as differences: `{"0198d2": [open, earmarked, grants]}`; under `NO_LOT` stand the
value on its way here and what is held out of no lot.
"""
NOT_PROMPT: Final = LINES.c.delay != PROMPT
BY_OCCURRENCE: Final = Index(
    "ix_projection_account_lines_occurred",
    *(LINES.c[name] for name in ("ledger", "generation", "account", "unit", "delay", "occurred_at", "position")),
    sqlite_where=NOT_PROMPT,
    postgresql_where=NOT_PROMPT,
)
"""The order of the world, within facts of like delay: what happened by an instant is found in a window (`instants`).

What was recorded at once stands in that order already.
"""

BLOCK: Final = 1_024
"""Positions of one block of sums: to add up a pool, whole blocks are read, and lines only in the last."""
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

Pools = dict[str, list[int]]
"""By pool: open, earmarked, grants."""
_encode = msgspec.json.Encoder(order="sorted").encode


def amounts(fact: AccountFact, recorded: Recorded) -> dict[Place, int]:
    """What each account gained (or lost, below zero) by the fact's journal entry, chart accounts left out."""
    found = dict.fromkeys(((account, unit) for account, unit, _ in fact.states()), 0)
    return found | _posted(recorded)


def _posted(recorded: Recorded) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for posting in recorded.entry.postings if recorded.entry else ():
        if ":" in posting.account:
            place = posting.account, posting.unit
            found[place] = found.get(place, 0) + posting.amount
    return found


# Facts about accounts --------------------------------------------------------------------------------------------


def account_moved(fact: AccountFact, recorded: Recorded) -> Iterable[Change]:
    """A line for each account that a fact changes, and what it did to pools and holds."""
    position = recorded.envelope.pos
    pools: dict[Place, Pools] = {}
    block = position // BLOCK
    for effect in effects(fact, position):
        _add(pools, effect.place, effect.pool, effect.open, effect.earmarked, effect.grants)
        yield Change(POOLS, (*effect.place, effect.pool, block), _sums(effect))
    moves = HOLD_MOVES.get(fact.TOPIC)
    for move in moves(fact) if moves else ():
        yield from _hold_moved(move, recorded)
        reserved = sum(amount for pool, amount in move.lots if pool == NO_LOT)
        if reserved or move.incoming:
            _add(pools, move.place, NO_LOT, move.incoming, reserved, 0)
    for place, row in _rows(fact, recorded, pools).items():
        yield Change(LINES, (*place, position), row)
    if isinstance(fact, AccountLifeFact) and (said := _binding(fact, recorded)):
        yield _mark((fact.account, fact.unit), recorded, **said)


def _add(pools: dict[Place, Pools], place: Place, pool: str, opened: int, earmarked: int, grants: int) -> None:
    own = pools.setdefault(place, {})
    sums = own.get(pool)
    if sums is None:
        own[pool] = [opened, earmarked, grants]
    else:
        own[pool] = [sums[0] + opened, sums[1] + earmarked, sums[2] + grants]


def _rows(fact: AccountFact, recorded: Recorded, pools: dict[Place, Pools]) -> dict[Place, dict[str, Any]]:
    rows: dict[Place, dict[str, Any]] = {}
    for account, unit, after in fact.states():
        row = rows[account, unit] = _common(fact, recorded.envelope)
        row["received"], row["spent"], row["lapsed"] = after.received, after.spent, after.lapsed
        row["debt"], row["held"], row["incoming"] = after.debt, after.held, after.incoming
        row["spendable"] = after.spendable
        if after.floor is not msgspec.UNSET:
            row["floor"] = after.floor
    for place, amount in _posted(recorded).items():
        if place not in rows:
            rows[place] = _common(fact, recorded.envelope)
        rows[place]["amount"] = amount
    for place, changed in pools.items():
        rows[place]["pools"] = _encode(changed).decode()
    return rows


def _common(fact: AccountFact, envelope: Envelope) -> dict[str, Any]:
    return {
        "type": envelope.type,
        "delay": delay_of(envelope.occurred_at, envelope.recorded_at),
        "occurred_at": envelope.occurred_at,
        "recorded_at": envelope.recorded_at,
        "period": envelope.period,
        "belongs_to": envelope.belongs_to,
        "tx": envelope.tx,
        "behaviour": getattr(fact, "behaviour", None),
        "reason": getattr(fact, "reason", None),
        "rule": envelope.rule,
        "principal": envelope.by.principal,
    }


def _sums(effect: Effect) -> dict[str, Any]:
    values: dict[str, Any] = {"open": effect.open, "earmarked": effect.earmarked, "grants": effect.grants}
    if effect.terms is not None:
        values |= {"kind": effect.terms.kind, "expires_on": effect.terms.expires_on}
    if effect.opened is not None:
        values["opened"] = effect.opened
    return values


def _hold_moved(move: HoldMove, recorded: Recorded) -> Iterator[Change]:
    position = recorded.envelope.pos
    if move.opens:
        yield Change(HOLDS, (*move.place, move.hold), {"opened": position, "closed": STILL_OPEN})
    elif move.closes:
        yield Change(HOLDS, (*move.place, move.hold), {"closed": position})
    values = {
        "occurred_at": recorded.envelope.occurred_at,
        "ends_at": move.ends_at,
        "turn": move.opens - move.closes,
        "incoming": move.incoming,
        "lots": _encode(move.lots).decode(),
    }
    yield Change(MOVES, (*move.place, move.hold, position), values)


# What binds an account -------------------------------------------------------------------------------------------


def _binding(fact: AccountLifeFact, recorded: Recorded) -> dict[str, Any]:
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
    return Change(MARKS, (*place, recorded.envelope.pos), {"occurred_at": recorded.envelope.occurred_at, **said})


PROJECTION: Final = Projection(
    "statements",
    (LINES, POOLS, HOLDS, MOVES, MARKS),
    {
        AccountFact: account_moved,
        FreezeFact: froze,
        HolderLeft: left,
        HolderRejoined: rejoined,
        HoldersMerged: merged,
    },
    version=2,
)

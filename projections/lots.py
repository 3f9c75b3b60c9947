"""Ranges of pools: which facts filled a pool, and which named what of it since, found by range and never by search."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, get_args, get_type_hints

from sqlalchemy import tuple_

from ledger.points.facts import AccountFact, AccountMerged, BetweenFact, own_pool
from ledger.pools import Lot
from projections.projection import Changes, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

RANGES: Final = Sheet(
    "pool_ranges",
    keys={"pool": str, "origin": int, "start": int, "position": int, "use": str},
    said={"stop": int},
)
"""Where a range is named; in which account it stands there, the fact at that position says (`side_of`)."""
FILLING: Final = frozenset({"lot", "landed", "reissued"})
"""The members of facts that open a range: the end of a pool grows by them, and no range is opened twice."""


Place = tuple[int, int, str]
"""Where a list of uses goes on: behind this position, step and use."""
FIRST: Final[Place] = (0, 0, "")


class Range(NamedTuple):
    """One range of a pool as one fact names it; `use` is the member of the fact that does."""

    pool: str
    start: int
    stop: int
    use: str
    position: int

    @property
    def place(self) -> Place:
        """Where it stands in a list of uses."""
        return self.position, self.start, self.use


@lru_cache(maxsize=256)
def members(fact: type[AccountFact]) -> tuple[str, ...]:
    """The members of a kind of fact that name ranges: one, or a tuple of them."""
    hints = get_type_hints(fact)
    return tuple(name for name in fact.__struct_fields__ if _names_ranges(hints[name]))


def _names_ranges(hint: Any) -> bool:
    return any(
        {"pool", "start", "end"} <= set(getattr(kind, "__struct_fields__", ())) for kind in (hint, *get_args(hint))
    )


def ranges_of(fact: AccountFact) -> Iterator[tuple[str, Any]]:
    """Every range that a fact names, with the member that does."""
    for name in members(type(fact)):
        value = getattr(fact, name)
        for item in value if isinstance(value, tuple) else (value,) if value is not None else ():
            yield name, item
    if isinstance(fact, AccountMerged):
        yield from (("pools", lot) for pool in fact.pools for lot in pool.open)


def named(facts: Sequence[Recorded], changes: Changes) -> None:
    """A row for each range."""
    rows = changes[RANGES]
    for envelope, _, states, _ in facts:
        if not states:
            continue
        fact: AccountFact = envelope.data
        position = envelope.pos
        for use in members(type(fact)):
            value = getattr(fact, use)
            if not value:
                continue
            filling = 1 if use in FILLING else 0
            for item in value if type(value) is tuple else (value,):
                pool = item.pool
                origin = int(pool == own_pool(envelope.tx, position)) if use == "restored" else filling
                rows[pool, origin, item.start, position, use] = (item.end,)
        if type(fact) is AccountMerged:
            for lot in (lot for pool in fact.pools for lot in pool.open):
                rows[lot.pool, 0, lot.start, position, "pools"] = (lot.end,)


def side_of(fact: AccountFact, use: str) -> tuple[str, str]:
    """Account and unit in which these ranges stand: of the other side, where value landed or is taken back."""
    other = fact.other_side() if isinstance(fact, BetweenFact) and use in fact.THERE else None
    return (fact.account, fact.unit) if other is None else other


PROJECTION: Final = Projection("lots", (RANGES,), version=2, sums=(named,), retired=("lot_ranges",))


def filled(reading: Reading, lot: Lot) -> Sequence[Range]:
    """The facts that opened this range, in the order of the range: usually one, for what was granted apart more."""
    c = RANGES.c
    own = c.pool == lot.pool, c.origin == 1
    first = reading.first(
        reading.select(PROJECTION, RANGES, c.start).where(*own, c.start <= lot.start).order_by(c.start.desc()).limit(1)
    )
    if first is None:
        return ()
    query = _ranges(reading).where(*own, c.start >= first[0], c.start < lot.end).order_by(c.start)
    return [row for row in map(Range._make, reading.all(query)) if row.stop > lot.start]


def used(reading: Reading, lot: Lot, *, after: Place = FIRST, limit: int = 1000) -> Sequence[Range]:
    """What named any of this range since it was opened, oldest first: paid, taken, lapsed or restored it."""
    c = RANGES.c
    place = tuple_(c.position, c.start, c.use)
    query = _ranges(reading).where(c.pool == lot.pool, c.origin == 0, c.start < lot.end, c.stop > lot.start)
    query = query.where(place > tuple_(*after)).order_by(c.position, c.start, c.use)
    return [Range._make(row) for row in reading.all(query.limit(limit))]


def extent(reading: Reading, pool: str) -> Range | None:
    """The pool from its first step to its last, and where it was opened; None: no such pool."""
    c = RANGES.c
    own = _ranges(reading).where(c.pool == pool, c.origin == 1)
    first, last = reading.first(own.order_by(c.start).limit(1)), reading.first(own.order_by(c.start.desc()).limit(1))
    return None if first is None else Range._make(first)._replace(stop=last.stop)


def _ranges(reading: Reading) -> Any:
    return reading.select(PROJECTION, RANGES, *(RANGES.c[name] for name in Range._fields))

"""Kits: what came into each depot and left it, what a count found, and who was handed what, where and for what."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Select, case, func, literal_column

from ledger.handouts.facts import (
    KitsCounted,
    KitsHandedOut,
    KitsMoved,
    KitsReceived,
    KitsReleased,
    KitsReturned,
    KitsSetAside,
)
from ledger.values import HolderId, Instant
from projections import people
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

MOVES: Final = ("received", "moved_in", "moved_out", "handed_out", "returned", "damaged", "found", "set_aside")
DEPOTS: Final = Sheet("kit_depots", keys={"depot": str, "kit": str}, said={"unit": str}, sums=MOVES)
"""`returned` is everything that came back, `damaged` what of it was unfit, `found` what counts found or missed."""
HANDED: Final = Sheet(
    "kit_hand_outs",
    keys={"hand_out": str},
    said={
        "depot": str,
        "place": str,
        "kit": str,
        "occasion": str,
        "unit": str,
        "holder": str,
        "handed_out_at": str,
        "drawn": int,
    },
    sums=("heads", "pieces", "cost", "returned", "cost_returned"),
)
"""`drawn` is 1 for what had been kept for somebody; without a holder it went to whoever came."""


def _at(depot: str, kit: str, unit: str, **moved: int) -> Change:
    return DEPOTS, (depot, kit), DEPOTS.values(unit=unit, **moved)


def received(fact: KitsReceived, _recorded: Recorded) -> Iterable[Change]:
    """More."""
    yield _at(fact.depot, fact.kit, fact.unit, received=fact.pieces)


def moved(fact: KitsMoved, _recorded: Recorded) -> Iterable[Change]:
    """Fewer here, more there."""
    yield _at(fact.depot, fact.kit, fact.unit, moved_out=fact.pieces)
    yield _at(fact.to, fact.kit, fact.unit, moved_in=fact.pieces)


def set_aside(fact: KitsSetAside, _recorded: Recorded) -> Iterable[Change]:
    """Still there, for somebody."""
    yield _at(fact.depot, fact.kit, fact.unit, set_aside=fact.pieces)


def released(fact: KitsReleased, _recorded: Recorded) -> Iterable[Change]:
    """For anybody again."""
    yield _at(fact.depot, fact.kit, fact.unit, set_aside=-fact.pieces)


def handed_out(fact: KitsHandedOut, recorded: Recorded) -> Iterable[Change]:
    """Somebody has them."""
    kept = fact.pieces if fact.reservation is not None else 0
    yield _at(fact.depot, fact.kit, fact.unit, handed_out=fact.pieces, set_aside=-kept)
    names = ("depot", "place", "kit", "occasion", "unit", "holder")
    said = {name: getattr(fact, name) for name in names}
    at = {"handed_out_at": recorded.envelope.occurred_at, "drawn": int(bool(kept))}
    sums = {"heads": fact.heads, "pieces": fact.pieces, "cost": fact.cost}
    yield HANDED, (fact.hand_out,), HANDED.values(**said, **at, **sums)


def returned(fact: KitsReturned, _recorded: Recorded) -> Iterable[Change]:
    """Some of them came back."""
    unfit = fact.pieces if fact.damaged else 0
    yield _at(fact.depot, fact.kit, fact.unit, returned=fact.pieces, damaged=unfit)
    yield HANDED, (fact.hand_out,), HANDED.values(returned=fact.pieces, cost_returned=fact.cost)


def counted(fact: KitsCounted, _recorded: Recorded) -> Iterable[Change]:
    """A count found more, or missed some."""
    yield _at(fact.depot, fact.kit, fact.unit, found=fact.difference)


RULES: Final[dict[Any, Rule]] = {
    KitsReceived: received,
    KitsMoved: moved,
    KitsSetAside: set_aside,
    KitsReleased: released,
    KitsHandedOut: handed_out,
    KitsReturned: returned,
    KitsCounted: counted,
}
PROJECTION: Final = Projection("handouts", (DEPOTS, HANDED), RULES)


# Stock ---------------------------------------------------------------------------------------------------------------


class Stock(NamedTuple):
    """One kit in one depot: stock = received + moved_in - moved_out - handed_out + returned + found."""

    depot: str
    kit: str
    received: int
    moved_in: int
    moved_out: int
    handed_out: int
    returned: int
    damaged: int
    found: int
    set_aside: int

    @property
    def stock(self) -> int:
        """Everything that lies there: fit, unfit, and kept for somebody."""
        gone = self.moved_out + self.handed_out
        return self.received + self.moved_in - gone + self.returned + self.found


def stock(reading: Reading, *, kit: str | None = None, depot: str | None = None) -> Sequence[Stock]:
    """By kit and depot."""
    c = DEPOTS.c
    query = reading.select(PROJECTION, DEPOTS, c.depot, c.kit, *(c[name] for name in MOVES))
    query = query if kit is None else query.where(c.kit == kit)
    query = query if depot is None else query.where(c.depot == depot)
    return [Stock._make(row) for row in reading.all(query.order_by(c.kit, c.depot))]


# Hand-outs -----------------------------------------------------------------------------------------------------------

By = Literal["depot", "place", "kit", "occasion"]


class HandedOut(NamedTuple):
    """What was handed out at one place, of one kit or for one occasion; `name` empty: at no named place."""

    name: str
    unit: str
    hand_outs: int
    heads: int
    """Everybody who came, named or not, as often as he came."""
    persons: int
    """Those who signed, each once."""
    bearers: int
    """Heads of those whom nobody named."""
    collected: int
    """Hand-outs of what had been kept for somebody."""
    pieces: int
    returned: int
    cost: int
    """Of what did not come back."""


class Span(NamedTuple):
    """What happened from `since` on and before `until`, of one kit or occasion, or of all."""

    since: Instant
    until: Instant
    kit: str | None = None
    occasion: str | None = None


def hand_outs(reading: Reading, span: Span, by: By = "depot") -> Sequence[HandedOut]:
    """By depot, place, kit or occasion."""
    c = HANDED.c
    name = _name(by)
    bearers = func.sum(case((c.holder.is_(None), c.heads), else_=0))
    totals = [func.sum(c[column]) for column in ("heads", "drawn", "pieces", "returned", "cost", "cost_returned")]
    query = _within(reading.select(PROJECTION, HANDED, name, c.unit, func.count(), bearers, *totals), span)
    persons, found = _persons(reading, span, by), []
    for key, unit, *sums in reading.all(query.group_by(name, c.unit).order_by(name, c.unit)):
        count, unnamed, heads, drawn, pieces, back, cost, cost_back = map(int, sums)
        signed = persons.get((key, unit), 0)
        found.append(HandedOut(key, unit, count, heads, signed, unnamed, drawn, pieces, back, cost - cost_back))
    return found


def _name(by: By) -> Any:
    # Spelled out: bound twice it would be two expressions, and no group.
    return func.coalesce(HANDED.c[by], literal_column("''"))


def _persons(reading: Reading, span: Span, by: By) -> dict[tuple[str, str], int]:
    """Each once, whichever of his records signed."""
    c = HANDED.c
    name, answering = _name(by), people.survivors(reading)
    query = _within(reading.select(PROJECTION, HANDED, name, c.unit, c.holder), span)
    found: dict[tuple[str, str], set[HolderId]] = {}
    for key, unit, holder in reading.all(query.where(c.holder.is_not(None)).distinct()):
        found.setdefault((key, unit), set()).add(answering.get(holder, holder))
    return {key: len(holders) for key, holders in found.items()}


def _within(query: Select[Any], span: Span) -> Select[Any]:
    c = HANDED.c
    query = query.where(c.handed_out_at >= span.since, c.handed_out_at < span.until)
    query = query if span.kit is None else query.where(c.kit == span.kit)
    return query if span.occasion is None else query.where(c.occasion == span.occasion)

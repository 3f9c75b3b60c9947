"""Questions about coupons: figures by batch, unit, occasion or month; what is unused; what is owed until when."""

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Select, func, literal_column, tuple_

from ledger.values import Day, HolderId, PeriodName
from projections import people
from projections.coupons import BATCHES, COUPONS, LAPSES, MONTHS, NOBODY, PARTS, PROJECTION
from projections.store import Reading

By = Literal["batch", "of", "occasion", "period"]


class Wanted(NamedTuple):
    """Which batches; None: whatever they say. `of` empty: those of no unit."""

    batch: str | None = None
    of: str | None = None
    occasion: str | None = None


EVERYTHING: Final = Wanted()


def _of_batches(query: Select[Any], reading: Reading, wanted: Wanted) -> Select[Any]:
    """With the batch beside each row; the caller joins it."""
    c = BATCHES.c
    query = query.where(*reading.live(PROJECTION, BATCHES))
    for column, value in ((c.batch, wanted.batch), (c.of, wanted.of), (c.occasion, wanted.occasion)):
        query = query if value is None else query.where(column == value)
    return query


# Figures -----------------------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """What became of coupons in one unit of value; of all months together left = what can still be spent."""

    name: str
    """A batch, a unit (`of`, empty for none), an occasion or a posted month."""
    unit: str
    drafted: int
    """What was asked for, before lines were struck."""
    refused: int
    coupons: int
    issued: int
    used: int
    refunded: int
    expired: int
    voided: int

    @property
    def left(self) -> int:
        """What these months added to what can be spent, or (below zero) took from it."""
        return self.issued - self.used + self.refunded - self.expired - self.voided


def figures(
    reading: Reading, *, by: By = "batch", wanted: Wanted = EVERYTHING, period: PeriodName | None = None
) -> tuple[Figures, ...]:
    """By batch, unit, occasion or posted month, of all months or of one."""
    sums: dict[tuple[str, str], list[int]] = {}
    told, ended, coupon = MONTHS.c, LAPSES.c, COUPONS.c
    query = reading.select(PROJECTION, MONTHS, *_name(by, told), *(func.sum(told[name]) for name in MONTHS.sums))
    query = query.select_from(MONTHS.table.join(BATCHES.table, BATCHES.c.batch == told.batch))
    query = _of_batches(query, reading, wanted)
    for name, unit, *values in reading.all(_grouped(query, by, told, period)):
        _add(sums, name, unit, dict(zip(MONTHS.sums, values, strict=True)))
    query = reading.select(PROJECTION, LAPSES, *_name(by, ended), func.sum(ended.expired))
    # Nothing but a coupon knows of which batch it is.
    named = LAPSES.table.join(COUPONS.table, coupon.coupon == ended.coupon)
    query = query.select_from(named.join(BATCHES.table, BATCHES.c.batch == coupon.batch))
    query = _of_batches(query, reading, wanted).where(*reading.live(PROJECTION, COUPONS))
    for name, unit, expired in reading.all(_grouped(query, by, ended, period)):
        _add(sums, name, unit, {"expired": expired})
    return tuple(Figures(*key, *sums[key]) for key in sorted(sums))


def _name(by: By, months: Any) -> tuple[Any, Any]:
    c = BATCHES.c
    names = {"batch": c.batch, "of": c.of, "occasion": c.occasion, "period": months.period}
    return names[by], c.unit


def _grouped(query: Select[Any], by: By, months: Any, period: PeriodName | None) -> Select[Any]:
    query = query if period is None else query.where(months.period == period)
    return query.group_by(*_name(by, months))


def _add(sums: dict[tuple[str, str], list[int]], name: str, unit: str, more: dict[str, int]) -> None:
    row = sums.setdefault((name, unit), [0] * len(Figures._fields[2:]))
    for at, column in enumerate(Figures._fields[2:]):
        row[at] += int(more.get(column, 0))


# What nobody has spent ---------------------------------------------------------------------------------------


class Unused(NamedTuple):
    """A coupon with something left; `holder` is who answers for it now, `of` whose members it is for by now."""

    coupon: str
    batch: str
    of: str | None
    occasion: str
    holder: HolderId
    unit: str
    face: int
    left: int
    expires_on: str
    position: int

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in the list."""
        return self.expires_on, self.position


class LeftOf(NamedTuple):
    """What the members of one unit (empty: none) have not spent; of one that was merged it is the other's."""

    of: str
    unit: str
    coupons: int
    left: int


def unused(
    reading: Reading,
    today: Day,
    until_on: Day | None = None,
    *,
    wanted: Wanted = EVERYTHING,
    after: tuple[str, int] | None = None,
    limit: int = 200,
) -> Sequence[Unused]:
    """What can still be spent on `today` and ends by `until_on`, soonest first; `after` is the `place` before."""
    c = COUPONS.c
    of = {"of": BATCHES.c.of, "occasion": BATCHES.c.occasion}
    query = _unused(reading, today, until_on, wanted, *(of[name] if name in of else c[name] for name in Unused._fields))
    if after is not None:
        query = query.where(tuple_(c.expires_on, c.position) > tuple_(*after))
    rows = reading.all(query.order_by(c.expires_on, c.position).limit(limit))
    answering = people.survivors(reading) if rows else {}
    names = people.crew_names(reading) if rows else {}
    found = map(Unused._make, rows)
    return [
        item._replace(
            holder=answering.get(item.holder, item.holder), of=names.get(item.of or "", item.of or "") or None
        )
        for item in found
    ]


def unused_by_unit(
    reading: Reading, today: Day, until_on: Day | None = None, *, wanted: Wanted = EVERYTHING
) -> tuple[LeftOf, ...]:
    """How many of whose members, and how much is left on them, whatever page is shown."""
    of, c = BATCHES.c.of, COUPONS.c
    query = _unused(reading, today, until_on, wanted, of, c.unit, func.count(), func.sum(c.left))
    names = people.crew_names(reading)
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for name, unit, coupons, left in reading.all(query.group_by(of, c.unit)):
        key = names.get(name, name), unit
        before = sums.get(key, (0, 0))
        sums[key] = before[0] + int(coupons), before[1] + int(left)
    return tuple(LeftOf(*key, *sums[key]) for key in sorted(sums))


def _unused(reading: Reading, today: Day, until_on: Day | None, wanted: Wanted, *columns: Any) -> Select[Any]:
    c = COUPONS.c
    query = reading.select(PROJECTION, COUPONS, *columns)
    query = query.select_from(COUPONS.table.join(BATCHES.table, BATCHES.c.batch == c.batch))
    # A day that has passed has ended them, whether or not anything has recorded it yet.
    query = _of_batches(query, reading, wanted._replace(of=None)).where(c.left > 0, c.expires_on >= today)
    if wanted.of is not None:
        query = query.where(BATCHES.c.of.in_(_now_called(reading, wanted.of)))
    return query if until_on is None else query.where(c.expires_on <= until_on)


def _now_called(reading: Reading, of: str) -> list[str]:
    """Every name under which coupons were issued to members of a unit, of whatever was merged into it too."""
    names = people.crew_names(reading)
    now = names.get(of, of)
    return [now, *(old for old, name in names.items() if name == now)]


# What is owed ------------------------------------------------------------------------------------------------


class Owed(NamedTuple):
    """What members can still ask for until the end of one month; `fund` and `source` are empty where none is named.

    What several sources pay together is told of each source, without a fund; its coupons are counted with each.
    """

    month: str
    unit: str
    fund: str
    source: str
    coupons: int
    left: int


def owed(reading: Reading, today: Day) -> tuple[Owed, ...]:
    """By the month in which it expires; every coupon has a last day."""
    c, batch = COUPONS.c, BATCHES.c
    # Spelled out: what is bound anew for the selection and the grouping is no equal expression on PostgreSQL.
    month = func.substr(c.expires_on, literal_column("1"), literal_column("7"))
    keys = (month, c.unit, batch.fund, batch.source)
    query = _unused(reading, today, None, EVERYTHING, *keys, func.count(), func.sum(c.left))
    rows = list(reading.all(query.where(batch.funding == NOBODY).group_by(*keys)))
    part = PARTS.c
    keys = (month, c.unit, batch.fund, part.source)
    query = _unused(reading, today, None, EVERYTHING, *keys, func.count(), func.sum(part.left))
    query = query.join(PARTS.table, part.coupon == c.coupon).where(*reading.live(PROJECTION, PARTS), part.left > 0)
    rows += reading.all(query.group_by(*keys))
    return tuple(Owed._make((*row[:4], *map(int, row[4:]))) for row in sorted(rows, key=lambda row: tuple(row[:4])))

"""Statements of merchants: each movement, and each month's settlement, with whose money it is."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import and_, func

from ledger.settlements.facts import SettlementPaid
from ledger.values import Instant, PeriodName
from projections.merchants import LINES, MONEYS, PROJECTION, SETTLEMENTS, SUMS, Sums, sums
from projections.owed import Owed, Parts
from projections.store import Reading
from projections.vouchers import sources_of


class SourcePart(NamedTuple):
    """How much of a line is the money of one source, as the scheme calls it; empty where none is known."""

    source: str
    sold: int = 0
    refunded: int = 0
    fees: int = 0
    paid: int = 0


class Line(NamedTuple):
    """One movement, and what the merchant had to come after it."""

    position: int
    type: str
    of: str
    tx: str
    occurred_at: Instant
    period: PeriodName
    reference: str | None
    sources: tuple[SourcePart, ...]
    sums: Sums
    balance: int


def statement(
    reading: Reading,
    merchant: str,
    unit: str,
    *,
    period: PeriodName | None = None,
    after: int = 0,
    limit: int = 200,
) -> Sequence[Line]:
    """Movements in their order, of all months or of one; `after` is the position of the last one before."""
    c = LINES.c
    names = Line._fields[:-3]
    query = reading.select(PROJECTION, LINES, *(c[name] for name in names), *(c[name] for name in SUMS))
    query = query.where(c.merchant == merchant, c.unit == unit, c.position > after)
    if period is not None:
        query = query.where(c.period == period)
    rows = reading.all(query.order_by(c.position).limit(limit))
    if not rows:
        return ()
    balance = sums(reading, merchant, unit, upto=rows[0][0] - 1).change
    whose = _sources(reading, merchant, unit, rows[0][0], rows[-1][0])
    paid_for = _paid(reading, merchant, unit) if any(row[1] == SettlementPaid.TOPIC for row in rows) else {}
    lines = []
    for row in rows:
        own = Sums(*row[len(names) :])
        balance += own.change
        lines.append(Line._make((*row[: len(names)], whose.get(row[0]) or paid_for.get(row[2], ()), own, balance)))
    return lines


def _sources(reading: Reading, merchant: str, unit: str, first: int, last: int) -> dict[int, tuple[SourcePart, ...]]:
    """Whose money the lines between two positions are, each with its parts by source."""
    c = MONEYS.c
    query = reading.select(PROJECTION, MONEYS, c.position, c.money, c.sold, c.refunded, c.fees)
    query = query.where(c.merchant == merchant, c.unit == unit, c.position >= first, c.position <= last)
    rows = reading.all(query.order_by(c.position, c.money))
    names = sources_of(reading, {row.money for row in rows})
    found: dict[int, dict[str, SourcePart]] = {}
    for position, money, sold, refunded, fees in rows:
        parts, source = found.setdefault(position, {}), names[money]
        had = parts.get(source, SourcePart(source))
        parts[source] = had._replace(sold=had.sold + sold, refunded=had.refunded + refunded, fees=had.fees + fees)
    return {position: tuple(parts[source] for source in sorted(parts)) for position, parts in found.items()}


# By source ---------------------------------------------------------------------------------------------------


class SourceSums(NamedTuple):
    """What of a month's settlement is the money of one source. They add up to the settlement, to the fen."""

    source: str
    sold: int
    refunded: int
    fees: int
    carried: int
    """What stood of it before; of one source it may lie above zero, of all together it does not."""
    payable: int
    """Below zero, where another source's sales pay for what came back of this one's."""


def by_source(reading: Reading, merchant: str, unit: str, period: PeriodName) -> Sequence[SourceSums]:
    """Each source's part of a month's settlement, paid or to come."""
    settled = [item for item in _payments(reading, merchant, unit) if item.period < period]
    months = _months(reading, merchant, unit)
    owed, _ = _followed(months, settled)
    carried = owed.standing(OWNER, settled[-1].period) if settled else {}
    parts = {source: part for month, source, part in months if month == period}
    names = sorted({*parts, *carried})
    due = {name: parts.get(name, Sums()).change + carried.get(name, 0) for name in names}
    pays = sum(due.values()) > 0
    return [
        SourceSums(name, *parts.get(name, Sums())[:3], carried.get(name, 0), due[name] if pays else 0) for name in names
    ]


OWNER: Final = "", ""
"""The one merchant and unit that are asked for."""


class _Month(NamedTuple):
    period: PeriodName
    source: str
    sums: Sums


class _Payment(NamedTuple):
    settlement: str
    period: PeriodName
    amount: int


def _months(reading: Reading, merchant: str, unit: str) -> list[_Month]:
    """What it sold and took back in the books of each month, by source."""
    line, money = LINES.c, MONEYS.c
    same = and_(*(line[name] == money[name] for name in ("ledger", "generation", *LINES.keys)))
    amounts = (func.sum(money[name]) for name in MONEYS.sums)
    query = reading.select(PROJECTION, MONEYS, line.period, money.money, *amounts).join(LINES.table, same)
    query = query.where(money.merchant == merchant, money.unit == unit).group_by(line.period, money.money)
    rows = reading.all(query)
    names = sources_of(reading, {row[1] for row in rows})
    found: dict[tuple[PeriodName, str], list[int]] = {}
    for period, of, *more in rows:
        before = found.setdefault((period, names[of]), [0] * len(more))
        before[:] = [one + int(other) for one, other in zip(before, more, strict=True)]
    return [_Month(*key, Sums(*found[key])) for key in sorted(found)]


def _payments(reading: Reading, merchant: str, unit: str) -> list[_Payment]:
    """Its settlements that were paid, also those of nothing, by month."""
    c = SETTLEMENTS.c
    query = reading.select(PROJECTION, SETTLEMENTS, c.settlement, c.period, c.payable)
    query = query.where(c.merchant == merchant, c.unit == unit, c.status == "paid")
    return [_Payment(*row) for row in reading.all(query.order_by(c.period))]


def _followed(months: Sequence[_Month], payments: Sequence[_Payment]) -> tuple[Owed, dict[str, Parts]]:
    """What stands after these payments, and of whose money each was."""
    owed = Owed()
    for period, source, part in months:
        owed.came(OWNER, period, source, part.change)
    return owed, {item.settlement: owed.paid(OWNER, item.period, item.amount) for item in payments}


def _paid(reading: Reading, merchant: str, unit: str) -> dict[str, tuple[SourcePart, ...]]:
    """Of whose money each settlement was paid."""
    _, paid = _followed(_months(reading, merchant, unit), _payments(reading, merchant, unit))
    return {id: tuple(SourcePart(source, paid=part) for source, part in parts.items()) for id, parts in paid.items()}

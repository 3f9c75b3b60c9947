"""The conversion register: each exchange of one unit for another with both its sides, and what was taken back."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func

from ledger.reversals.facts import ConversionReversed
from ledger.transfers.facts import PointsConverted
from ledger.values import AccountId, Instant, PeriodName, TxId, UnitCode
from projections.projection import Change, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

REGISTER: Final = Sheet(
    "conversions",
    keys={"position": int},
    said={
        "tx": str,
        "account": str,
        "unit": str,
        "amount": int,
        "to_unit": str,
        "to_amount": int,
        "occurred_at": str,
        "recorded_at": str,
        "period": str,
    },
)


class Converted(NamedTuple):
    """One conversion: `amount` of `unit` went for `to_amount` of `to_unit`. Below zero it was taken back."""

    position: int
    tx: TxId
    account: AccountId
    unit: UnitCode
    amount: int
    to_unit: UnitCode
    to_amount: int
    occurred_at: Instant
    recorded_at: Instant
    period: PeriodName


class Total(NamedTuple):
    """What went from one unit into another, net of what was taken back."""

    unit: UnitCode
    to_unit: UnitCode
    conversions: int
    amount: int
    to_amount: int


def _line(fact: PointsConverted | ConversionReversed, recorded: Recorded, sign: int) -> Iterable[Change]:
    envelope = recorded.envelope
    sides = (fact.unit, sign * fact.amount, fact.to_unit, sign * fact.to_amount)
    at = (envelope.occurred_at, envelope.recorded_at, envelope.period)
    yield REGISTER, (envelope.pos,), (envelope.tx, fact.account, *sides, *at)


def converted(fact: PointsConverted, recorded: Recorded) -> Iterable[Change]:
    """Both sides of one fact."""
    return _line(fact, recorded, 1)


def taken_back(fact: ConversionReversed, recorded: Recorded) -> Iterable[Change]:
    """The mirror of both sides."""
    return _line(fact, recorded, -1)


PROJECTION: Final = Projection("conversions", (REGISTER,), {PointsConverted: converted, ConversionReversed: taken_back})


def _of(query: Any, period: PeriodName | None) -> Any:
    return query if period is None else query.where(REGISTER.c.period == period)


def register(
    reading: Reading, *, period: PeriodName | None = None, after: int = 0, limit: int = 200
) -> Sequence[Converted]:
    """Every conversion in the order of the journal, of one posted period or of all."""
    c = REGISTER.c
    query = reading.select(PROJECTION, REGISTER, *(c[name] for name in Converted._fields)).where(c.position > after)
    return [Converted._make(row) for row in reading.all(_of(query, period).order_by(c.position).limit(limit))]


def totals(reading: Reading, *, period: PeriodName | None = None) -> tuple[Total, ...]:
    """By the two units."""
    c = REGISTER.c
    sums = func.sum(c.amount), func.sum(c.to_amount)
    query = _of(reading.select(PROJECTION, REGISTER, c.unit, c.to_unit, func.count(), *sums), period)
    rows = reading.all(query.group_by(c.unit, c.to_unit).order_by(c.unit, c.to_unit))
    return tuple(Total(row[0], row[1], *map(int, row[2:])) for row in rows)

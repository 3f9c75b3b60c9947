"""Funds: every movement of each, and what was free, promised, paid and given back after it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func

from ledger.funds.facts import (
    CommitmentFact,
    FundAppropriated,
    FundClosed,
    FundCommitted,
    FundDisbursed,
    FundOpened,
    FundRecommitted,
    FundRecovered,
    FundReleased,
    FundWrittenOff,
)
from ledger.values import Instant, PeriodName
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

FUNDS: Final = Sheet(
    "funds",
    keys={"fund": str},
    said={"unit": str, "source": str, "revolving": int, "year": int, "opened_at": str, "closed_at": str},
)
STANDINGS: Final = ("appropriated", "committed", "disbursed", "returned", "recovered", "written_off")
MOVES: Final = Sheet(
    "fund_moves",
    keys={"fund": str, "position": int},
    said={
        "type": str,
        "amount": int,
        "commitment": str,
        "of": str,
        "payee": str,
        "reference": str,
        "reason": str,
        "tx": str,
        "occurred_at": str,
        "period": str,
    },
    sums=STANDINGS,
)
"""The sums are how a fact changes what the fund stands at; `amount` is what the fact says, always above zero."""


def moved(**signs: int) -> Rule:
    """A line of the fund's statement: the fact's amount, with these signs."""

    def rule(fact: FundAppropriated | CommitmentFact | FundClosed, recorded: Recorded) -> Iterable[Change]:
        yield _line(fact, recorded, {name: sign * fact.amount for name, sign in signs.items()})

    return rule


def _line(fact: FundAppropriated | CommitmentFact | FundClosed, recorded: Recorded, sums: dict[str, int]) -> Change:
    envelope = recorded.envelope
    words = {name: getattr(fact, name, None) for name in ("commitment", "of", "reference", "reason")}
    payee = getattr(fact, "payee", None) or getattr(fact, "payer", None)
    at = {"tx": envelope.tx, "occurred_at": envelope.occurred_at, "period": envelope.period}
    said = MOVES.values(type=envelope.type, amount=fact.amount, payee=payee, **words, **at, **sums)
    return MOVES, (fact.fund, envelope.pos), said


def opened(fact: FundOpened, recorded: Recorded) -> Iterable[Change]:
    """There is a fund."""
    terms = {"unit": fact.unit, "source": fact.source, "revolving": int(fact.revolving), "year": fact.year}
    yield FUNDS, (fact.fund,), FUNDS.values(opened_at=recorded.envelope.recorded_at, **terms)


def closed(fact: FundClosed, recorded: Recorded) -> Iterable[Change]:
    """What was free went back, if anything was."""
    yield FUNDS, (fact.fund,), FUNDS.values(closed_at=recorded.envelope.recorded_at)
    yield _line(fact, recorded, {"returned": fact.amount})


def recovered(fact: FundRecovered, recorded: Recorded) -> Iterable[Change]:
    """Free again in a fund that revolves; else it is the source's, and was paid out as before."""
    back = {"recovered": fact.amount}
    yield _line(fact, recorded, back | ({"disbursed": -fact.amount} if fact.revolving else {}))


RULES: Final[dict[Any, Rule]] = {
    FundOpened: opened,
    FundAppropriated: moved(appropriated=1),
    FundCommitted: moved(committed=1),
    FundReleased: moved(committed=-1),
    FundDisbursed: moved(committed=-1, disbursed=1),
    FundRecommitted: moved(committed=1, disbursed=-1),
    FundRecovered: recovered,
    FundWrittenOff: moved(written_off=1),
    FundClosed: closed,
}
PROJECTION: Final = Projection("funds", (FUNDS, MOVES), RULES)


# Statements --------------------------------------------------------------------------------------------------


class Known(NamedTuple):
    """A fund; `source` is whose money it is, as the scheme calls it."""

    fund: str
    unit: str
    source: str
    revolving: int
    year: int | None
    opened_at: Instant
    closed_at: Instant | None


class Standing(NamedTuple):
    """What a fund stands at: appropriated = committed + disbursed + free + returned."""

    appropriated: int = 0
    committed: int = 0
    disbursed: int = 0
    returned: int = 0
    recovered: int = 0
    written_off: int = 0

    @property
    def free(self) -> int:
        """What can be promised."""
        return self.appropriated - self.committed - self.disbursed - self.returned


class Line(NamedTuple):
    """One movement, and what the fund stood at after it."""

    position: int
    type: str
    amount: int
    commitment: str | None
    of: str | None
    payee: str | None
    reference: str | None
    reason: str | None
    tx: str
    occurred_at: Instant
    period: PeriodName
    source: str
    after: Standing


def fund(reading: Reading, id: str) -> Known | None:
    """One fund, or None."""
    c = FUNDS.c
    row = reading.first(reading.select(PROJECTION, FUNDS, *(c[name] for name in Known._fields)).where(c.fund == id))
    return None if row is None else Known._make(row)


def standing(
    reading: Reading, id: str, *, before: PeriodName | None = None, until: PeriodName | None = None, upto: int = -1
) -> Standing:
    """What it stood at before a posted month, at the end of one, at a position (inclusive), or stands at now."""
    c = MOVES.c
    query = reading.select(PROJECTION, MOVES, *(func.coalesce(func.sum(c[name]), 0) for name in STANDINGS))
    query = query.where(c.fund == id)
    if before is not None:
        query = query.where(c.period < before)
    if until is not None:
        query = query.where(c.period <= until)
    if upto >= 0:
        query = query.where(c.position <= upto)
    return Standing(*(int(value) for value in reading.first(query)))


def statement(
    reading: Reading, known: Known, *, period: PeriodName | None = None, after: int = 0, limit: int = 200
) -> Sequence[Line]:
    """Movements in their order, of all months or of one; `after` is the position of the last one before."""
    c = MOVES.c
    names = Line._fields[:-2]
    query = reading.select(PROJECTION, MOVES, *(c[name] for name in names), *(c[name] for name in STANDINGS))
    query = query.where(c.fund == known.fund, c.position > after)
    if period is not None:
        query = query.where(c.period == period)
    rows = reading.all(query.order_by(c.position).limit(limit))
    if not rows:
        return ()
    # Books are closed in their order: what stands before the first of these lines was posted before it.
    sums = standing(reading, known.fund, upto=rows[0][0] - 1)
    lines = []
    for row in rows:
        sums = Standing(*(have + more for have, more in zip(sums, row[len(names) :], strict=True)))
        lines.append(Line._make((*row[: len(names)], known.source, sums)))
    return lines

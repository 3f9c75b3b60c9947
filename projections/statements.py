"""Statements: one line for each fact about an account, in the order of the books or of the world."""

from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, func, tuple_

from ledger.points.facts import AccountFact
from ledger.values import AccountId, UnitCode
from projections.projection import Change, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

LINES: Final = Sheet(
    "statement_lines",
    keys={"account": str, "unit": str, "position": int},
    said={
        "type": str,
        "amount": int,
        "debt": int,
        "held": int,
        "spendable": int,
        "occurred_at": str,
        "recorded_at": str,
        "period": str,
        "belongs_to": str,
        "tx": str,
        "behaviour": str,
        "reason": str,
        "rule": str,
        "principal": str,
    },
)
Clock = Literal["period", "recorded_at", "occurred_at"]
"""What a statement goes by: the posted period, when we knew, or when it happened."""


class Line(NamedTuple):
    """One fact about one account. `amount` is signed; debt, held and spendable are those after it, where it says so."""

    position: int
    type: str
    amount: int
    debt: int | None
    held: int | None
    spendable: int | None
    occurred_at: str
    recorded_at: str
    period: str
    belongs_to: str | None
    tx: str
    behaviour: str | None
    reason: str | None
    rule: str | None
    principal: str
    balance: int = 0
    """Running, in the order of the statement that the line stands in."""


class Statement(NamedTuple):
    """A page of lines between two balances; `next` goes on after its last line, None when there is no more."""

    opening: int
    closing: int
    lines: tuple[Line, ...]
    next: tuple[str, int] | None


def amounts(fact: AccountFact, recorded: Recorded) -> dict[tuple[AccountId, UnitCode], int]:
    """What each account gained (or lost, below zero) by the fact's journal entry, chart accounts left out."""
    found = dict.fromkeys(((account, unit) for account, unit, _ in fact.states()), 0)
    for posting in recorded.entry.postings if recorded.entry else ():
        place = posting.account, posting.unit
        if place in found or ":" in posting.account:
            found[place] = found.get(place, 0) + posting.amount
    return found


def line(fact: AccountFact, recorded: Recorded) -> Iterable[Change]:
    """A line for each account that a fact moves; one that moves no value (a hold) has the amount 0."""
    envelope = recorded.envelope
    common = {
        "type": envelope.type,
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
    states = {(account, unit): after for account, unit, after in fact.states()}
    for (account, unit), amount in amounts(fact, recorded).items():
        after = states.get((account, unit))
        own = {} if after is None else {"debt": after.debt, "held": after.held, "spendable": after.spendable}
        yield Change(LINES, (account, unit, envelope.pos), common | own | {"amount": amount})


PROJECTION: Final = Projection("statements", (LINES,), {AccountFact: line})


def statement(  # noqa: PLR0913 - an account, a span of one of three clocks, and a page of it
    reading: Reading,
    account: AccountId,
    unit: UnitCode,
    *,
    by: Clock = "period",
    since: str = "",
    until: str = "~",
    after: tuple[str, int] | None = None,
    limit: int = 100,
) -> Statement:
    """Lines with `since` <= clock < `until` (a period is named by itself: `since=until="2022-06"` is that month).

    Opening and closing are those of the whole span, whatever page is asked for.
    """
    clock = LINES.c[by]
    ends = clock <= until if by == "period" else clock < until
    own = (*reading.live(PROJECTION, LINES), LINES.c.account == account, LINES.c.unit == unit)
    opening = _sum(reading, *own, clock < since)
    place = tuple_(clock, LINES.c.position)
    before = _sum(reading, *own, clock >= since, place <= tuple_(*after)) if after else 0
    columns = (LINES.c[name] for name in Line._fields[:-1])
    query = reading.select(PROJECTION, LINES, *columns).where(*own, clock >= since, ends)
    if after:
        query = query.where(place > tuple_(*after))
    rows = reading.all(query.order_by(clock, LINES.c.position).limit(limit + 1))
    lines = tuple(_running((Line(*row) for row in rows[:limit]), opening + before))
    more = (getattr(lines[-1], by), lines[-1].position) if len(rows) > limit else None
    return Statement(opening, _sum(reading, *own, ends), lines, more)


def _running(lines: Iterable[Line], balance: int) -> Iterable[Line]:
    for item in lines:
        balance += item.amount
        yield item._replace(balance=balance)


def _sum(reading: Reading, *where: ColumnElement[bool] | Any) -> int:
    query = reading.select(PROJECTION, LINES, func.coalesce(func.sum(LINES.c.amount), 0)).where(*where)
    row = reading.first(query)
    return int(row[0]) if row else 0

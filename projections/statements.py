"""Statements: what moved value on an account between two places of one of three clocks, with the balances there."""

from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, func, select, tuple_, union_all

from ledger.values import AccountId, UnitCode
from projections.history import own, stood, straddlers
from projections.instants import DELAYS, PROMPT, Timeline
from projections.lines import LINES, NOT_PROMPT, PROJECTION
from projections.projection import Recorded
from projections.store import Reading
from projections.trial_balance import period_end
from projections.whose import sources_among

__all__ = ["PROJECTION", "Clock", "Line", "Statement", "statement"]

Clock = Literal["period", "recorded_at", "occurred_at"]
"""What a statement goes by: the posted period, when we knew, or when it happened."""
_FIRST, _LAST = "", "~"
Cursor = tuple[str, int]
"""(what the clock says of a line, its position): a page goes on after it."""


class Line(NamedTuple):
    """One fact that moved value on the account. `amount` is signed; debt, held and spendable are those after it."""

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
    balance: int
    """Running, in the order of the statement that the line stands in."""
    sources: tuple[str, ...] = ()
    """Whose money it was, as the scheme calls it; empty where the journal does not say."""


class Statement(NamedTuple):
    """A page of lines between two balances; `next` goes on after its last line, None when there is no more."""

    opening: int
    closing: int
    lines: tuple[Line, ...]
    next: Cursor | None


class Span(NamedTuple):
    """Whose statement, from where to where of which clock; lines beyond the position `known` do not exist yet."""

    account: AccountId
    unit: UnitCode
    by: Clock
    since: str
    until: str
    known: int


def statement(  # noqa: PLR0913 - an account, a span of one of three clocks, and a page of it
    reading: Reading,
    timeline: Timeline,
    account: AccountId,
    unit: UnitCode,
    *,
    by: Clock = "period",
    since: str = _FIRST,
    until: str = _LAST,
    known: int | None = None,
    after: Cursor | None = None,
    limit: int = 100,
) -> Statement:
    """Lines with `since` <= clock < `until` (a period is named by itself: `since=until="2022-06"` is that month).

    Lines beyond the position `known` do not exist yet. Opening and closing are those of the whole span, whatever page
    is asked for.
    """
    head = reading.position(PROJECTION)
    span = Span(account, unit, by, since, until, head if known is None else min(known, head))
    if by == "occurred_at":
        return _in_the_world(reading, timeline, span, after, limit)
    return _in_the_books(reading, timeline, span, after, limit)


def _in_the_books(reading: Reading, timeline: Timeline, span: Span, after: Cursor | None, limit: int) -> Statement:
    """By posted period or by record: both run with positions, so a span is a run of them."""
    if span.by == "period":
        low, high = period_end(reading, span.since, inclusive=False), period_end(reading, span.until, inclusive=True)
    else:
        low, high = (timeline.before(span.since) if span.since else 0), timeline.before(span.until)
    low, high = min(low, span.known), min(high, span.known)
    opening = _balance(reading, timeline, span, low)
    start = max(low, after[1]) if after else low
    position = LINES.c.position
    query = _lines(reading, span).where(position > start, position <= high).order_by(position).limit(limit + 1)
    lines, following = _page(reading, timeline, query, _balance(reading, timeline, span, start), span, limit)
    return Statement(opening, _balance(reading, timeline, span, max(low, high)), lines, following)


def _in_the_world(reading: Reading, timeline: Timeline, span: Span, after: Cursor | None, limit: int) -> Statement:
    """By when it happened: of each class of delay the next lines, and of all these the first."""
    c = LINES.c
    opening = _before(reading, timeline, span, span.since) if span.since else 0
    running = opening if after is None else _upto(reading, timeline, span, after)
    # What was recorded at once happened in the order of positions.
    first, last = (timeline.before(span.since) if span.since else 0), timeline.before(span.until)
    prompt = c.delay == PROMPT, c.position > first, c.position <= min(last, span.known)
    late = ((NOT_PROMPT, c.delay == delay, c.position + 0 <= span.known) for delay in DELAYS if delay != PROMPT)
    arms = []
    for kind in (prompt, *late):
        arm = _lines(reading, span).where(*kind, c.occurred_at >= span.since, c.occurred_at < span.until)
        if after is not None:
            arm = arm.where(c.occurred_at >= after[0], tuple_(c.occurred_at, c.position) > tuple_(*after))
        order = (c.position,) if kind is prompt else (c.occurred_at, c.position)
        # In a table of its own: SQLite knows no limit inside a union.
        arms.append(select(arm.order_by(*order).limit(limit + 1).subquery()))
    query = union_all(*arms).order_by("occurred_at", "position").limit(limit + 1)
    lines, following = _page(reading, timeline, query, running, span, limit)
    return Statement(opening, _before(reading, timeline, span, span.until), lines, following)


def _lines(reading: Reading, span: Span) -> Select[Any]:
    c = LINES.c
    query = reading.select(PROJECTION, LINES, c.position, c.amount, c.occurred_at)
    return query.where(*own(LINES, span.account, span.unit), c.amount.is_not(None))


def _page(
    reading: Reading, timeline: Timeline, query: Any, balance: int, span: Span, limit: int
) -> tuple[tuple[Line, ...], Cursor | None]:
    rows = reading.all(query)
    shown = rows[:limit]
    facts = timeline.among([row.position for row in shown])
    whose = sources_among(reading, [facts[row.position].envelope for row in shown])
    lines: list[Line] = []
    for row in shown:
        balance += row.amount
        line = _line(facts[row.position], span, row.amount, balance)
        lines.append(line._replace(sources=whose.get(row.position, ())))
    following = (getattr(lines[-1], span.by), lines[-1].position) if len(rows) > limit else None
    return tuple(lines), following


def _line(recorded: Recorded, span: Span, amount: int, balance: int) -> Line:
    envelope, after = recorded.envelope, recorded.states.get((span.account, span.unit))
    return Line(
        position=envelope.pos,
        type=envelope.type,
        amount=amount,
        debt=None if after is None else after.debt,
        held=None if after is None else after.held,
        spendable=None if after is None else after.spendable,
        occurred_at=envelope.occurred_at,
        recorded_at=envelope.recorded_at,
        period=envelope.period,
        belongs_to=envelope.belongs_to,
        tx=envelope.tx,
        behaviour=getattr(envelope.data, "behaviour", None),
        reason=getattr(envelope.data, "reason", None),
        rule=envelope.rule,
        principal=envelope.by.principal,
        balance=balance,
    )


# Balances ------------------------------------------------------------------------------------------------------


def _balance(reading: Reading, timeline: Timeline, span: Span, position: int) -> int:
    """After the last line up to and with a position."""
    last = stood(reading, timeline, span.account, span.unit, position)
    c = LINES.c
    # What a merge posted there one fact before it said what it left.
    return last.state.balance + _sum(reading, span, c.position > last.position, c.position <= position)


def _before(reading: Reading, timeline: Timeline, span: Span, at: str) -> int:
    """Of all that had happened before an instant, as far as it is known."""
    if at == _LAST:
        return _balance(reading, timeline, span, span.known)
    split = min(timeline.before(at), span.known)
    found = straddlers(reading, span.account, span.unit, at, split, span.known)
    return _balance(reading, timeline, span, split) + sum(line.sign * (line.amount or 0) for line in found)


def _upto(reading: Reading, timeline: Timeline, span: Span, after: Cursor) -> int:
    """After the line where the page before ended."""
    c = LINES.c
    upto = min(after[1], span.known)
    prompt = c.delay == PROMPT, c.occurred_at == after[0], c.position > timeline.before(after[0]), c.position <= upto
    late = NOT_PROMPT, c.delay.in_(DELAYS), c.occurred_at == after[0], c.position + 0 <= upto
    return _before(reading, timeline, span, after[0]) + _sum(reading, span, *prompt) + _sum(reading, span, *late)


def _sum(reading: Reading, span: Span, *where: Any) -> int:
    query = reading.select(PROJECTION, LINES, func.coalesce(func.sum(LINES.c.amount), 0))
    return int(reading.first(query.where(*own(LINES, span.account, span.unit), *where))[0])

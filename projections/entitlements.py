"""Entitlements: what people have, sessions with their places, policies in force, and what they cost whom."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Index, case, func, or_, tuple_

from ledger.entitlements.facts import (
    BookingCancelled,
    EntitlementBooked,
    EntitlementCancelled,
    EntitlementFact,
    EntitlementIssued,
    EntitlementLapsed,
    EntitlementNoShow,
    EntitlementUsed,
    EntitlementWaitlisted,
    SessionCancelled,
    SessionChanged,
    SessionOpened,
    WaitingEnded,
)
from ledger.values import Day, Instant, PeriodName
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

ENTITLEMENTS: Final = Sheet(
    "entitlements",
    keys={"entitlement": str},
    said={
        "code": str,
        "holder": str,
        "use": str,
        "redemption": str,
        "item": str,
        "starts_on": str,
        "ends_on": str,
        "fund": str,
        "cost_unit": str,
        "cost_amount": int,
        "payee": str,
        "status": str,
        "session": str,
        "rank": int,
        "issued_at": str,
        "ended_at": str,
        "reason": str,
        "refund": int,
        "position": int,
    },
)
SESSIONS: Final = Sheet(
    "sessions",
    keys={"session": str},
    said={
        "code": str,
        "name": str,
        "starts_on": str,
        "ends_on": str,
        "places": int,
        "book_until_on": str,
        "cancelled_at": str,
        "reason": str,
        "position": int,
    },
)
COSTS: Final = Sheet(
    "entitlement_costs",
    keys={"period": str, "code": str, "fund": str, "unit": str, "payee": str},
    sums=("issued", "cancelled", "amount"),
)
NOWHERE: Final = ""
"""What has no place any more: a column keeps its value when nothing is said."""
INDEXES: Final = {
    "position": ("position",),
    "holder": ("holder", "position"),
    "session": ("session", "position"),
    "term": ("use", "code", "starts_on", "ends_on", "status", "ended_at"),
}
"""What lists look for and what registers count."""
for _name, _columns in INDEXES.items():
    Index(
        f"projection_entitlements_by_{_name}",
        *(ENTITLEMENTS.c[column] for column in ("ledger", "generation", *_columns)),
    )


# Rules -------------------------------------------------------------------------------------------------------


def _said(fact: EntitlementFact, **said: Any) -> Change:
    return ENTITLEMENTS, (fact.entitlement,), ENTITLEMENTS.values(**said)


def _owed(fact: EntitlementIssued | EntitlementCancelled, recorded: Recorded, times: tuple[int, int]) -> Change:
    cost = fact.cost
    unit, payee = ("", "") if cost is None else (cost.unit, cost.payee)
    amount = 0 if cost is None else cost.amount * (times[0] - times[1])
    return COSTS, (recorded.envelope.period, fact.code, fact.fund or "", unit, payee), (*times, amount)


def issued(fact: EntitlementIssued, recorded: Recorded) -> Iterable[Change]:
    """Somebody has a right, and somebody owes for it."""
    cost = fact.cost
    names = ("code", "holder", "use", "redemption", "item", "starts_on", "ends_on", "fund", "reason")
    terms = {name: getattr(fact, name) for name in names}
    if cost is not None:
        terms |= {"cost_unit": cost.unit, "cost_amount": cost.amount, "payee": cost.payee}
    at = {"issued_at": recorded.envelope.recorded_at, "position": recorded.envelope.pos}
    yield _said(fact, status="issued", **terms, **at)
    yield _owed(fact, recorded, (1, 0))


def cancelled(fact: EntitlementCancelled, recorded: Recorded) -> Iterable[Change]:
    """Given back: nothing is owed for it any more. Where it had a place is remembered."""
    said = {"session": fact.session or NOWHERE, "refund": fact.refund, "reason": fact.reason}
    yield _said(fact, status="cancelled", ended_at=recorded.envelope.recorded_at, **said)
    yield _owed(fact, recorded, (0, 1))


def lapsed(fact: EntitlementLapsed, recorded: Recorded) -> Iterable[Change]:
    """Its last day is over."""
    yield _said(fact, status="lapsed", ended_at=recorded.envelope.occurred_at, session=NOWHERE)


def used(status: str) -> Rule:
    """Had, or missed: over either way. A session it was used at is remembered."""
    return lambda fact, recorded: (
        _said(fact, status=status, ended_at=recorded.envelope.occurred_at, session=fact.session or NOWHERE),
    )


def free_again(fact: BookingCancelled | WaitingEnded, _recorded: Recorded) -> Iterable[Change]:
    """No place and no waiting: it can be booked elsewhere."""
    yield _said(fact, status="issued", session=NOWHERE)


def opened(fact: SessionOpened, recorded: Recorded) -> Iterable[Change]:
    """Places can be booked."""
    names = ("code", "name", "starts_on", "ends_on", "places", "book_until_on")
    terms = {name: getattr(fact, name) for name in names}
    yield SESSIONS, (fact.session,), SESSIONS.values(**terms, position=recorded.envelope.pos)


def called_off(fact: SessionCancelled, recorded: Recorded) -> Iterable[Change]:
    """It does not take place."""
    said = SESSIONS.values(cancelled_at=recorded.envelope.recorded_at, reason=fact.reason)
    yield SESSIONS, (fact.session,), said


RULES: Final[dict[Any, Rule]] = {
    EntitlementIssued: issued,
    EntitlementCancelled: cancelled,
    EntitlementLapsed: lapsed,
    EntitlementUsed: used("used"),
    EntitlementNoShow: used("no-show"),
    EntitlementBooked: lambda fact, _: (_said(fact, status="booked", session=fact.session),),
    EntitlementWaitlisted: lambda fact, _: (_said(fact, status="waiting", session=fact.session, rank=fact.rank),),
    BookingCancelled: free_again,
    WaitingEnded: free_again,
    SessionOpened: opened,
    SessionChanged: lambda fact, _: ((SESSIONS, (fact.session,), SESSIONS.values(places=fact.places)),),
    SessionCancelled: called_off,
}
PROJECTION: Final = Projection("entitlements", (ENTITLEMENTS, SESSIONS, COSTS), RULES)


# Lists -------------------------------------------------------------------------------------------------------


class Entitlement(NamedTuple):
    """One entitlement as its facts left it."""

    entitlement: str
    code: str
    holder: str
    use: str
    redemption: str | None
    item: str | None
    starts_on: str
    ends_on: str | None
    fund: str | None
    cost_unit: str | None
    cost_amount: int | None
    payee: str | None
    status: str
    session: str | None
    rank: int | None
    issued_at: str
    ended_at: str | None
    reason: str | None
    refund: int | None
    position: int
    """Where it stands in a list, and the fact that issued it."""


def _listed(reading: Reading, query: Any, limit: int) -> Sequence[Entitlement]:
    rows = reading.all(query.order_by(ENTITLEMENTS.c.position).limit(limit))
    return [Entitlement._make(None if value == NOWHERE else value for value in row) for row in rows]


def _entitlements(reading: Reading, code: str | None, after: int) -> Any:
    c = ENTITLEMENTS.c
    query = reading.select(PROJECTION, ENTITLEMENTS, *(c[name] for name in Entitlement._fields))
    query = query.where(c.position > after)
    return query if code is None else query.where(c.code == code)


def entitlements_of(
    reading: Reading,
    *,
    holders: Sequence[str] | None = None,
    code: str | None = None,
    statuses: Sequence[str] | None = None,
    session: str | None = None,
    after: int = 0,
    limit: int = 200,
) -> Sequence[Entitlement]:
    """Those of these holders (a person's merged records among them; None: everybody's), in the order of issuing."""
    c = ENTITLEMENTS.c
    query = _entitlements(reading, code, after)
    if holders is not None:
        query = query.where(c.holder.in_(holders))
    if statuses is not None:
        query = query.where(c.status.in_(statuses))
    if session is not None:
        query = query.where(c.session == session)
    return _listed(reading, query, limit)


# In force on a day ---------------------------------------------------------------------------------------------


def _in_force(on: Day, day_ends_at: Instant) -> tuple[Any, ...]:
    c = ENTITLEMENTS.c
    lasts = or_(c.ends_on.is_(None), c.ends_on >= on)
    # What ended before its last day was used up or given back; only a term's own end is said by its day.
    stands = or_(c.status.not_in(("cancelled", "used", "no-show")), c.ended_at >= day_ends_at)
    return c.starts_on <= on, lasts, stands


def policies_in_force(
    reading: Reading, on: Day, day_ends_at: Instant, *, code: str | None = None, after: int = 0, limit: int = 200
) -> Sequence[Entitlement]:
    """Those of use `term` in force at the end of the local day `on`, whose first instant after it is `day_ends_at`."""
    query = _entitlements(reading, code, after).where(ENTITLEMENTS.c.use == "term", *_in_force(on, day_ends_at))
    return _listed(reading, query, limit)


def count_in_force(reading: Reading, on: Day, day_ends_at: Instant, *, code: str | None = None) -> dict[str, int]:
    """How many of each code."""
    c = ENTITLEMENTS.c
    query = reading.select(PROJECTION, ENTITLEMENTS, c.code, func.count())
    query = query.where(c.use == "term", *_in_force(on, day_ends_at)).group_by(c.code)
    return {row[0]: int(row[1]) for row in reading.all(query) if code in {None, row[0]}}


class Owed(NamedTuple):
    """What entitlements of one code cost a fund's owner in the books of one month; `unit` empty: nothing."""

    period: PeriodName
    code: str
    fund: str
    unit: str
    payee: str
    issued: int
    cancelled: int
    amount: int


def owed(reading: Reading, *, code: str | None = None) -> tuple[Owed, ...]:
    """By month, code, fund, unit and payee: issued less cancelled."""
    c = COSTS.c
    query = reading.select(PROJECTION, COSTS, *(c[name] for name in Owed._fields))
    if code is not None:
        query = query.where(c.code == code)
    rows = reading.all(query.order_by(c.period, c.code, c.fund, c.unit, c.payee))
    return tuple(Owed._make(row) for row in rows)


# Sessions ----------------------------------------------------------------------------------------------------


class Seats(NamedTuple):
    """A session and its places. `cancelled` had a place or waited and were given back, for `refunded` in all."""

    session: str
    code: str
    name: str | None
    starts_on: str
    ends_on: str
    places: int
    book_until_on: str
    cancelled_at: str | None
    reason: str | None
    booked: int = 0
    waiting: int = 0
    used: int = 0
    no_show: int = 0
    cancelled: int = 0
    refunded: int = 0

    @property
    def free(self) -> int:
        """Places that nobody has or had."""
        return 0 if self.cancelled_at else self.places - self.booked - self.used - self.no_show

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in a list."""
        return self.starts_on, self.session


def sessions(
    reading: Reading,
    *,
    code: str | None = None,
    from_on: Day | None = None,
    session: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 200,
) -> Sequence[Seats]:
    """Sessions that end on `from_on` or later, by their first day; `after` is the `place` of the last one before."""
    c = SESSIONS.c
    query = reading.select(PROJECTION, SESSIONS, *(c[name] for name in Seats._fields[:9]))
    for column, value in ((c.code, code), (c.session, session)):
        query = query if value is None else query.where(column == value)
    if from_on is not None:
        query = query.where(c.ends_on >= from_on)
    if after is not None:
        query = query.where(tuple_(c.starts_on, c.session) > tuple_(*after))
    found = [Seats._make((*row, *(0,) * 6)) for row in reading.all(query.order_by(c.starts_on, c.session).limit(limit))]
    seats = _seats(reading, [item.session for item in found])
    return [item._replace(**seats.get(item.session, {})) for item in found]


_SEATED: Final = ("booked", "waiting", "used", "no_show", "cancelled")


def _seats(reading: Reading, of: Sequence[str]) -> dict[str, dict[str, Any]]:
    c = ENTITLEMENTS.c
    counts = (func.sum(case((c.status == name.replace("_", "-"), 1), else_=0)) for name in _SEATED)
    query = reading.select(PROJECTION, ENTITLEMENTS, c.session, *counts, func.coalesce(func.sum(c.refund), 0))
    rows = reading.all(query.where(c.session.in_(of)).group_by(c.session))
    return {row[0]: dict(zip((*_SEATED, "refunded"), map(int, row[1:]), strict=True)) for row in rows}

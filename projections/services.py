"""Services: what was had by how many persons, how often and in how many visits; and how full sessions were."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from msgspec import UNSET
from sqlalchemy import case, func

from ledger.entitlements.facts import EntitlementCancelled, EntitlementIssued, EntitlementNoShow, EntitlementUsed
from ledger.values import Day, HolderId
from projections import entitlements, people
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

DELIVERIES: Final = Sheet(
    "deliveries",
    keys={"entitlement": str},
    said={"code": str, "holder": str, "region": str, "on": str, "visit": int, "had": int},
)
"""`on` is a local day; `visit`: somebody came for it, which nobody does for a policy."""
NOWHERE: Final = ""


def used(fact: EntitlementUsed, recorded: Recorded) -> Iterable[Change]:
    """Somebody came and had it."""
    on = recorded.envelope.occurred_at[:10] if fact.on is UNSET else fact.on
    region = NOWHERE if fact.region is UNSET else fact.region
    yield DELIVERIES, (fact.entitlement,), (fact.code, fact.holder, region, on, 1, 1)


def issued(fact: EntitlementIssued, _recorded: Recorded) -> Iterable[Change]:
    """A term is had from its first day on."""
    if fact.use == "term":
        yield DELIVERIES, (fact.entitlement,), (fact.code, fact.holder, NOWHERE, fact.starts_on, 0, 1)


def not_had(fact: EntitlementNoShow | EntitlementCancelled, _recorded: Recorded) -> Iterable[Change]:
    """Nobody came after all, or it was taken back."""
    yield DELIVERIES, (fact.entitlement,), DELIVERIES.values(had=0)


RULES: Final[dict[Any, Rule]] = {
    EntitlementUsed: used,
    EntitlementIssued: issued,
    EntitlementNoShow: not_had,
    EntitlementCancelled: not_had,
}
PROJECTION: Final = Projection("services", (DELIVERIES,), RULES)


# What was had ------------------------------------------------------------------------------------------------


class Had(NamedTuple):
    """Person-times (人次), persons (人), and visits: what one person had at one place on one day is one visit."""

    deliveries: int = 0
    persons: int = 0
    visits: int = 0


class Line(NamedTuple):
    """One service in one region, `""` where none was named."""

    code: str
    region: str
    had: Had


class Delivered(NamedTuple):
    """By service and region, by service, by region, and in all: only deliveries add up, persons and visits do not."""

    lines: Sequence[Line]
    by_service: dict[str, Had]
    by_region: dict[str, Had]
    total: Had


class _Tally:
    """Counts rows that may be of the same person or the same visit."""

    def __init__(self) -> None:
        self.deliveries = 0
        self.persons = set[str]()
        self.visits = set[tuple[str, str, str]]()

    def add(self, times: int, holder: str, region: str, on: str, *, came: bool) -> None:
        self.deliveries += times
        self.persons.add(holder)
        if came:
            self.visits.add((holder, region, on))

    @property
    def had(self) -> Had:
        return Had(self.deliveries, len(self.persons), len(self.visits))


def delivered(
    reading: Reading,
    *,
    from_on: Day | None = None,
    to_on: Day | None = None,
    code: str | None = None,
    region: str | None = None,
) -> Delivered:
    """What was had between two local days, both included; merged records are one person."""
    answering = people.survivors(reading)
    tallies: dict[tuple[str | None, str | None], _Tally] = {}
    for code_, region_, on, holder, came, times in reading.stream(_rows(reading, from_on, to_on, code, region)):
        person = answering.get(HolderId(holder), holder)
        for key in ((code_, region_), (code_, None), (None, region_), (None, None)):
            tallies.setdefault(key, _Tally()).add(int(times), person, region_, on, came=bool(came))
    found = {key: tallies[key].had for key in sorted(tallies, key=lambda key: (key[0] or "", key[1] or ""))}
    return Delivered(
        [
            Line(code_, region_, had)
            for (code_, region_), had in found.items()
            if code_ is not None and region_ is not None
        ],
        {code_: had for (code_, region_), had in found.items() if code_ is not None and region_ is None},
        {region_: had for (code_, region_), had in found.items() if code_ is None and region_ is not None},
        found.get((None, None), Had()),
    )


def _rows(reading: Reading, from_on: Day | None, to_on: Day | None, code: str | None, region: str | None) -> Any:
    c = DELIVERIES.c
    keys = (c.code, c.region, c.on, c.holder, c.visit)
    query = reading.select(PROJECTION, DELIVERIES, *keys, func.count()).where(c.had == 1).group_by(*keys)
    if from_on is not None:
        query = query.where(c.on >= from_on)
    if to_on is not None:
        query = query.where(c.on <= to_on)
    for column, value in ((c.code, code), (c.region, region)):
        query = query if value is None else query.where(column == value)
    return query


def had(reading: Reading, *, code: str, from_on: Day | None = None, to_on: Day | None = None) -> Had:
    """Of one service: what a goal that counts by itself has come to."""
    return delivered(reading, from_on=from_on, to_on=to_on, code=code).total


# How full sessions were --------------------------------------------------------------------------------------


class Filled(NamedTuple):
    """All sessions of one kind that were not called off: places offered, and what became of them."""

    code: str
    sessions: int
    places: int
    booked: int
    waiting: int
    used: int
    no_shows: int

    @property
    def free(self) -> int:
        """Places that nobody has or had."""
        return self.places - self.booked - self.used - self.no_shows


def filled(reading: Reading, *, from_on: Day | None = None, to_on: Day | None = None) -> Sequence[Filled]:
    """By kind, of sessions whose first day lies between these local days, both included."""
    s, e = entitlements.SESSIONS.c, entitlements.ENTITLEMENTS.c
    kept = reading.select(entitlements.PROJECTION, entitlements.SESSIONS, s.session, s.code, s.places)
    kept = kept.where(s.cancelled_at.is_(None))
    if from_on is not None:
        kept = kept.where(s.starts_on >= from_on)
    if to_on is not None:
        kept = kept.where(s.starts_on <= to_on)
    statuses = ("booked", "waiting", "used", "no-show")
    counts = (func.sum(case((e.status == status, 1), else_=0)) for status in statuses)
    seated = reading.select(entitlements.PROJECTION, entitlements.ENTITLEMENTS, e.session, *counts).group_by(e.session)
    seats = {row[0]: tuple(map(int, row[1:])) for row in reading.all(seated.where(e.session != NOWHERE))}
    sums: dict[str, list[int]] = {}
    for session, code, places in reading.all(kept):
        row = (1, places, *seats.get(session, (0,) * len(statuses)))
        sums[code] = [have + more for have, more in zip(sums.get(code, [0] * len(row)), row, strict=True)]
    return [Filled(code, *sums[code]) for code in sorted(sums)]

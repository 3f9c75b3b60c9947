"""Lists of patrols: tasks by time or by distance, claims, and the figures by route, slot and month."""

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, func, tuple_

from ledger.sharing import percent
from ledger.values import Day
from projections import people
from projections.patrols import CLAIMS, PROJECTION, ROUTES, TASKS
from projections.store import Reading

_EARTH_M: Final = 6_371_008.8
_E7: Final = 10_000_000
UNDER_REVIEW: Final = ("finished", "referred")
"""Statuses that people are told in one word."""


class Task(NamedTuple):
    """One task, with where its route begins (1e-7 degrees, WGS-84)."""

    task: str
    route: str
    on: str
    slot: str
    opens_at: str
    closes_at: str
    places: int
    taken: int
    fund: str | None
    cancelled_at: str | None
    reason: str | None
    name: str
    lon_e7: int
    lat_e7: int
    distance_m: int | None = None
    """From where was asked, where that was."""

    @property
    def free(self) -> int:
        """Places that can still be claimed."""
        return 0 if self.cancelled_at else max(0, self.places - self.taken)

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in a list by time."""
        return self.opens_at, self.task

    @property
    def near(self) -> tuple[int, str, str]:
        """Where it stands in a list by distance."""
        return self.distance_m or 0, self.opens_at, self.task


class Claim(NamedTuple):
    """One claim as its facts left it."""

    claim: str
    task: str
    route: str
    on: str
    slot: str
    holder: str
    status: str
    claimed_at: str
    start_by_at: str
    started_at: str | None
    finish_by_at: str | None
    finished_at: str | None
    ended_at: str | None
    cause: str | None
    reason: str | None
    referred: int | None
    reviewed_by: str | None
    decided_at: str | None
    position: int
    """Where it stands in a list, and the fact that claimed it."""

    @property
    def falls_back_at(self) -> str | None:
        """When it lapses unless it is started, or finished, before."""
        return {"open": self.start_by_at, "started": self.finish_by_at}.get(self.status)


# Tasks -------------------------------------------------------------------------------------------------------


class Wanted(NamedTuple):
    """Which tasks: of these local days, both included; `free` leaves out what cannot be claimed any more."""

    from_on: Day
    to_on: Day
    route: str | None = None
    slot: str | None = None
    free: bool = False


def _tasks(reading: Reading, wanted: Wanted) -> Any:
    task, start = TASKS.c, ROUTES.c
    shown = [start[name] if name in {"name", "lon_e7", "lat_e7"} else task[name] for name in Task._fields[:-1]]
    query = (
        reading.select(PROJECTION, TASKS, *shown)
        .join(ROUTES.table, and_(start.route == task.route, *reading.live(PROJECTION, ROUTES)))
        .where(task.on >= wanted.from_on, task.on <= wanted.to_on)
    )
    for column, value in ((task.route, wanted.route), (task.slot, wanted.slot)):
        query = query if value is None else query.where(column == value)
    return query.where(task.taken < task.places, task.cancelled_at.is_(None)) if wanted.free else query


def tasks_between(
    reading: Reading, wanted: Wanted, *, after: tuple[str, str] | None = None, limit: int = 200
) -> Sequence[Task]:
    """Tasks by when they open; `after` is the `place` of the last one of the page before."""
    query = _tasks(reading, wanted)
    if after is not None:
        query = query.where(tuple_(TASKS.c.opens_at, TASKS.c.task) > tuple_(*after))
    return [Task._make((*row, None)) for row in reading.all(query.order_by(*_ORDER).limit(limit))]


def tasks_near(
    reading: Reading,
    wanted: Wanted,
    lon_e7: int,
    lat_e7: int,
    *,
    after: tuple[int, str, str] | None = None,
    limit: int = 200,
) -> Sequence[Task]:
    """The same by the distance to where the route begins, then by when they open; `after` is a `near`."""
    found = []
    known: dict[str, int] = {}
    for row in reading.all(_tasks(reading, wanted)):
        task = Task._make((*row, None))
        if task.route not in known:
            known[task.route] = metres(lon_e7, lat_e7, task.lon_e7, task.lat_e7)
        found.append(task._replace(distance_m=known[task.route]))
    return nsmallest(limit, (task for task in found if after is None or task.near > after), key=lambda task: task.near)


_ORDER: Final = (TASKS.c.opens_at, TASKS.c.task)


def metres(lon_e7: int, lat_e7: int, to_lon_e7: int, to_lat_e7: int) -> int:
    """Whole metres between two places on a sphere (haversine): for lists, within half a per cent of the ellipsoid."""
    lon, lat, to_lon, to_lat = (radians(value / _E7) for value in (lon_e7, lat_e7, to_lon_e7, to_lat_e7))
    across = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return round(2 * _EARTH_M * asin(min(1, sqrt(across))))


# Claims ------------------------------------------------------------------------------------------------------


def claims_of(
    reading: Reading,
    *,
    holders: Sequence[str] | None = None,
    statuses: Sequence[str] | None = None,
    task: str | None = None,
    after: int = 0,
    limit: int = 200,
) -> Sequence[Claim]:
    """Claims of these holders (a person's merged records among them; None: everybody's), in the order of claiming."""
    c = CLAIMS.c
    query = reading.select(PROJECTION, CLAIMS, *(c[name] for name in Claim._fields)).where(c.position > after)
    if holders is not None:
        query = query.where(c.holder.in_(holders))
    if statuses is not None:
        # A person has few claims and a status many: its index must not be preferred to that of people or tasks.
        status = c.status if holders is None and task is None else func.coalesce(c.status, "")
        query = query.where(status.in_(statuses))
    if task is not None:
        query = query.where(c.task == task)
    rows = reading.all(query.order_by(c.position).limit(limit))
    return [Claim._make(None if value == "" else value for value in row) for row in rows]


# Figures -----------------------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """What became of the tasks of one route and slot in one month, by the local day of the task."""

    route: str
    slot: str
    month: str
    tasks: int = 0
    cancelled: int = 0
    places: int = 0
    claimed: int = 0
    started: int = 0
    """Ever, whatever became of them; so with finished and referred."""
    finished: int = 0
    referred: int = 0
    under_review: int = 0
    approved: int = 0
    rejected: int = 0
    given_back: int = 0
    lapsed: int = 0
    released: int = 0

    @property
    def approval_percent(self) -> str | None:
        """Of what was decided, with two decimals, half rounded up; None while nothing is."""
        return percent(self.approved, self.approved + self.rejected)


def figures(
    reading: Reading, from_on: Day, to_on: Day, *, route: str | None = None, slot: str | None = None
) -> tuple[Figures, ...]:
    """By route, slot and month, for tasks of these local days, both included."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for key, counts in (*_offered(reading, from_on, to_on), *_claimed(reading, from_on, to_on)):
        found.setdefault(key, Counter()).update(counts)
    return tuple(
        Figures._make((*key, *(found[key][name] for name in Figures._fields[3:])))
        for key in sorted(found, key=lambda key: (key[2], key[0], key[1]))
        if route in {None, key[0]} and slot in {None, key[1]}
    )


Counted = tuple[tuple[str, str, str], dict[str, int]]
"""Counts of one route, slot and month."""


def _offered(reading: Reading, from_on: Day, to_on: Day) -> Iterator[Counted]:
    c = TASKS.c
    month = func.substr(c.on, 1, 7)
    sums = func.count(), func.count(c.cancelled_at), func.sum(c.places)
    query = reading.select(PROJECTION, TASKS, c.route, c.slot, month, *sums).where(c.on >= from_on, c.on <= to_on)
    for *key, tasks, cancelled, places in reading.all(query.group_by(c.route, c.slot, month)):
        yield _key(key), {"tasks": int(tasks), "cancelled": int(cancelled), "places": int(places)}


def _claimed(reading: Reading, from_on: Day, to_on: Day) -> Iterator[Counted]:
    c = CLAIMS.c
    month = func.substr(c.on, 1, 7)
    sums = func.count(), func.count(c.started_at), func.count(c.finished_at), func.count(c.referred)
    query = reading.select(PROJECTION, CLAIMS, c.route, c.slot, month, c.status, *sums)
    query = query.where(c.on >= from_on, c.on <= to_on).group_by(c.route, c.slot, month, c.status)
    for *key, status, claimed, started, finished, referred in reading.all(query):
        shown = "under_review" if status in UNDER_REVIEW else status.replace("-", "_")
        ever = {"started": int(started), "finished": int(finished), "referred": int(referred)}
        yield _key(key), {"claimed": int(claimed), **ever, shown: int(claimed)}


def _key(said: Sequence[str]) -> tuple[str, str, str]:
    route, slot, month = said
    return route, slot, month


# Finishers ---------------------------------------------------------------------------------------------------


class Finisher(NamedTuple):
    """Somebody who has walked a route, how often, and the local days of the first and the last time."""

    holder: str
    times: int
    first_on: str
    last_on: str


def finishers(reading: Reading, route: str, *, after: str = "", limit: int = 200) -> Sequence[Finisher]:
    """Who has an approved patrol of the route (S50), by holder; a merged record counts for who answers for it."""
    c = CLAIMS.c
    query = (
        reading.select(PROJECTION, CLAIMS, c.holder, func.count(), func.min(c.on), func.max(c.on))
        .where(c.route == route, c.status == "approved")
        .group_by(c.holder)
    )
    answering = people.survivors(reading)
    found: dict[str, Finisher] = {}
    for holder, times, first_on, last_on in reading.all(query):
        who = answering.get(holder, holder)
        before = found.get(who, Finisher(who, 0, first_on, last_on))
        first, last = min(before.first_on, first_on), max(before.last_on, last_on)
        found[who] = Finisher(who, before.times + times, first, last)
    return nsmallest(limit, (item for item in found.values() if item.holder > after))

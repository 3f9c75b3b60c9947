"""Reads of tasks: what can be walked where and when, the nearest or the soonest first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from api.bodies.geojson import DATUMS, E7, e7_of
from api.routes.past import flag_asked
from api.routes.reading import PAGE, TEXT, Asked, Parameter, Read, page_size, present
from api.tracks.datum import wgs84_of
from ledger.calendar import day_after
from ledger.patrols.entities import Position, Task
from ledger.refusals import Malformed
from ledger.scheme.model import Scheme
from ledger.values import Day, Instant
from projections import patrol_lists

DAYS: Final = 14
"""How far a list reaches when nobody says how far."""
MOST_DAYS: Final = 62
WIDEST_M: Final = 1_000_000
_PLACE: Final = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,15})?),(-?[0-9]{1,2}(?:\.[0-9]{1,15})?)")


def task_object(id: str, task: Task, scheme: Scheme, at: Instant) -> dict[str, Any]:
    """A task as it stands at that instant: claims that have fallen back hold no place, whether recorded yet or not."""
    lapsed = sum(running.due_at <= at for running in task.running)
    free = max(0, task.places - task.taken + lapsed)
    slot = scheme.slots.get(task.slot)
    return {
        "id": id,
        "route": task.route,
        "on": task.on,
        "slot": task.slot,
        "names": None if slot is None else {"zh": slot.names.zh, "en": slot.names.en},
        "opens_at": task.opens_at,
        "closes_at": task.closes_at,
        "status": task.status,
        "open": task.status == "published" and free > 0 and at < task.closes_at,
        "places": task.places,
        "free": free,
        "fund": task.fund,
        "reason": task.reason,
        "cancelled_at": task.cancelled_at,
    }


def task(asked: Asked) -> dict[str, Any]:
    """One task as it is now."""
    id, ledger = asked.params["task"], asked.served.ledger
    view = ledger.view()
    return task_object(id, ledger.the(Task, id), view.scheme(view.today), view.recorded_at)


# Lists -----------------------------------------------------------------------------------------------------------


class Wanted(NamedTuple):
    """What a list is asked for."""

    which: patrol_lists.Wanted
    open: bool
    near: Position | None
    within_m: int
    limit: int


Cursor = tuple[int, str, str]
"""Distance (0 without a place), when it opens, and the task."""


def tasks(asked: Asked) -> dict[str, Any]:
    """A page of tasks from one local day to another: by when they open, or with `near` by distance, then by time.

    Places are as they are now. Distances are to where the route begins.
    """
    wanted, after = wanted_of(asked), _cursor(asked.query.get("after"))
    shown: list[dict[str, Any]] = []
    for place, found in _found(asked, wanted, after):
        if len(shown) == wanted.limit:
            return {"tasks": shown, "next": "/".join(map(str, after or ()))}
        after = place
        shown.append(found)
    return {"tasks": shown, "next": None}


def _found(asked: Asked, wanted: Wanted, after: Cursor | None) -> Iterator[tuple[Cursor, dict[str, Any]]]:
    """Every task that is wanted behind that place, with its own; read page by page."""
    ledger = asked.served.ledger
    view = ledger.view()
    scheme = view.scheme(view.today)
    while True:
        page = _page(asked, wanted, after)
        current = present(asked, Task, [item.task for item in page])
        for item in page:
            after = (item.distance_m or 0, item.opens_at, item.task)
            if item.distance_m is not None and item.distance_m > wanted.within_m:
                return
            shown = task_object(item.task, current[item.task], scheme, view.recorded_at)
            if shown["open"] or not wanted.open:
                yield after, shown | {"name": item.name, "distance_m": item.distance_m}
        if len(page) <= wanted.limit:
            return


def _page(asked: Asked, wanted: Wanted, after: Cursor | None) -> Sequence[patrol_lists.Task]:
    # Not `free`: places that have fallen back a moment ago are taken yet where nothing has recorded it.
    limit = wanted.limit + 1
    with asked.served.projected() as reading:
        if wanted.near is None:
            behind = None if after is None else after[1:]
            return patrol_lists.tasks_between(reading, wanted.which, after=behind, limit=limit)
        return patrol_lists.tasks_near(reading, wanted.which, *wanted.near, after=after, limit=limit)


# What is asked ------------------------------------------------------------------------------------------------------


def wanted_of(asked: Asked) -> Wanted:
    """The query of a list. Raises Malformed."""
    query = asked.query
    from_on, to_on = _days(query, asked.served.ledger.view().today)
    near = _near(query)
    return Wanted(
        which=patrol_lists.Wanted(from_on, to_on, query.get("route"), query.get("slot")),
        open=flag_asked(query, "open"),
        near=near,
        within_m=_within(query, near),
        limit=page_size(query),
    )


def _days(query: Mapping[str, str], today: Day) -> tuple[Day, Day]:
    if "on" in query:
        if "from" in query or "to" in query:
            raise Malformed(errors=["/?on: unknown-field"])
        return (day_asked(query, "on") or today,) * 2
    from_on = day_asked(query, "from") or today
    to_on = day_asked(query, "to") or day_after(from_on, DAYS)
    if not from_on <= to_on <= day_after(from_on, MOST_DAYS):
        raise Malformed(errors=["/?to: number-out-of-range"])
    return from_on, to_on


def day_asked(query: Mapping[str, str], name: str) -> Day | None:
    """A local day of the query, or None. Raises Malformed."""
    said = query.get(name)
    if said is None:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise Malformed(errors=[f"/?{name}: wrong-form"]) from None
    if len(said) != 10 or not 1970 < day.year < 9998:
        raise Malformed(errors=[f"/?{name}: number-out-of-range"])
    return Day(said)


def _near(query: Mapping[str, str]) -> Position | None:
    """Where the phone is, in the datum that it says. Raises Malformed: half a kilometre lies between the two."""
    said, datum = query.get("near"), query.get("datum")
    if said is None:
        if datum is not None:
            raise Malformed(errors=["/?near: missing"])
        return None
    if datum is None:
        raise Malformed(errors=["/?datum: missing"])
    if datum not in DATUMS:
        raise Malformed(errors=["/?datum: unknown-value"])
    place = _PLACE.fullmatch(said)
    if place is None:
        raise Malformed(errors=["/?near: wrong-form"])
    lon, lat = e7_of(place[1]), e7_of(place[2])
    if abs(lon) > 180 * E7 or abs(lat) > 90 * E7:
        raise Malformed(errors=["/?near: number-out-of-range"])
    return wgs84_of((lon, lat), DATUMS[datum])


def _within(query: Mapping[str, str], near: Position | None) -> int:
    said = query.get("within_m")
    if said is None:
        return 50_000_000  # the globe is not as wide
    if near is None:
        raise Malformed(errors=["/?near: missing"])
    if not (said.isascii() and said.isdigit() and len(said) <= 7 and int(said) <= WIDEST_M):
        raise Malformed(errors=["/?within_m: number-out-of-range"])
    return int(said)


def _cursor(said: str | None) -> Cursor | None:
    if said is None:
        return None
    parts = said.split("/")
    if len(parts) != 3 or not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) <= 8):
        raise Malformed(errors=["/?after: wrong-form"])
    return int(parts[0]), parts[1], parts[2]


_DAY: Final = {"type": "string", "format": "date"}
READS: Final = (
    Read(
        path="/tasks",
        show=tasks,
        own=True,
        summary="Tasks by time or distance 任务列表",
        query=(
            Parameter("on", "One local day.", dict(_DAY)),
            Parameter("from", "The first local day; today by default.", dict(_DAY)),
            Parameter("to", f"The last local day; {DAYS} days on by default, {MOST_DAYS} at most.", dict(_DAY)),
            Parameter("route", "One route.", dict(TEXT)),
            Parameter("slot", "One slot of the scheme.", dict(TEXT)),
            Parameter("open", "`true`: only what can be claimed now.", {"type": "boolean"}),
            Parameter("near", "`lon,lat` in degrees: the nearest first. Needs `datum`.", dict(TEXT)),
            Parameter("datum", "In which `near` is meant.", {"type": "string", "enum": list(DATUMS)}),
            Parameter("within_m", "With `near`: not farther than this.", {"type": "integer", "maximum": WIDEST_M}),
            *PAGE,
        ),
    ),
    Read(path="/tasks/{task}", show=task, own=True, summary="One task 任务"),
)

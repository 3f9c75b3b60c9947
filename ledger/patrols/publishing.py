"""Routes and tasks: making them known, retiring and calling them off."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from msgspec.structs import replace

from ledger.calendar import at_time, day_after, known_day
from ledger.naming import LONGEST_NAME, is_name, wrong_id, wrong_name
from ledger.patrols.commands import CancelTask, PublishRoute, PublishTasks, RetireRoute
from ledger.patrols.entities import Claim, PatrolPoint, Position, Route, Task, task_id
from ledger.patrols.facts import ClaimReleased, RoutePublished, RouteRetired, TaskCancelled, TaskPublished
from ledger.patrols.terms import given_back
from ledger.refusals import AlreadyExists, Malformed, NotEligible, SlotClosed
from ledger.room import Book, Facts, Now
from ledger.scheme.patrolling import Slot
from ledger.values import Day, Instant, TaskId

MOST_POINTS: Final = 50
MOST_POSITIONS: Final = 500
"""Of the line. With points and crews at their most the fact stays within its length."""
MOST_CREWS: Final = 20
MOST_PLACES: Final = 1000
MOST_TASKS: Final = 100
"""Published by one wish."""
WIDEST_M: Final = 10_000
_LONGEST_OF_A_POINT: Final = 40
_DEGREE: Final = 10_000_000
LAST_DAY: Final = Day("9998-12-31")
"""Instants have four digits of a year, also those of the day after."""


# Routes ------------------------------------------------------------------------------------------------------


def publish_route(command: PublishRoute, book: Book, now: Now) -> Facts:
    """Checks: id, words, points and line (422), fund (422); id not taken."""
    errors = [*_word_errors(command), *_point_errors(command.points), *_line_errors(command.line)]
    if errors:
        raise Malformed(errors=errors)
    if command.fund is not None:
        book.scheme(now.day).fund(command.fund)
    if book.get(Route, command.id) is not None:
        raise AlreadyExists(kind=Route.KIND, id=command.id)
    yield RoutePublished(
        route=command.id,
        name=command.name,
        owner=command.owner,
        points=command.points,
        line=command.line,
        claimable_by=command.claimable_by,
        fund=command.fund,
        datum=command.datum,
    )


def retire_route(command: RetireRoute, book: Book, now: Now) -> Facts:
    """Checks: reason (422), route (404), that it is not retired. Its tasks stand until they are cancelled."""
    book.scheme(now.day).reason(command.reason)
    _in_use(book.the(Route, command.route))
    yield RouteRetired(route=command.route, reason=command.reason)


def _in_use(route: Route) -> Route:
    if route.retired_at is not None:
        raise NotEligible(reason="retired")
    return route


def _word_errors(command: PublishRoute) -> Iterator[str]:
    # A dot would let the task of one route be read as another's.
    yield from wrong_id(command.id)
    yield from wrong_name(command.name)
    yield from wrong_name(command.owner, "owner")
    if len(command.claimable_by) > MOST_CREWS or not all(map(is_name, command.claimable_by)):
        yield f"claimable_by: at most {MOST_CREWS} crews of 1 to {LONGEST_NAME} printable characters"
    if len(set(command.claimable_by)) < len(command.claimable_by):
        yield "claimable_by: names a crew twice"


def _point_errors(points: tuple[PatrolPoint, ...]) -> Iterator[str]:
    if not 1 <= len(points) <= MOST_POINTS:
        yield f"points: 1 to {MOST_POINTS} points"
    if [point.number for point in points] != list(range(1, len(points) + 1)):
        yield "points: numbered from 1 in their order"
    for index, point in enumerate(points):
        if not _on_earth((point.lon_e7, point.lat_e7)):
            yield f"points[{index}]: longitude within 180 degrees, latitude within 90"
        if not 1 <= point.radius_m <= WIDEST_M:
            yield f"points[{index}].radius_m: {point.radius_m} is not between 1 and {WIDEST_M}"
        if point.name is not None and not is_name(point.name, _LONGEST_OF_A_POINT):
            yield f"points[{index}].name: 1 to {_LONGEST_OF_A_POINT} printable characters"


def _line_errors(line: tuple[Position, ...]) -> Iterator[str]:
    if len(line) > MOST_POSITIONS:
        yield f"line: at most {MOST_POSITIONS} positions"
    elif not all(map(_on_earth, line)):
        yield "line: longitude within 180 degrees, latitude within 90"


def _on_earth(at: Position) -> bool:
    longitude, latitude = at
    return abs(longitude) <= 180 * _DEGREE and abs(latitude) <= 90 * _DEGREE


# Tasks -------------------------------------------------------------------------------------------------------


def publish_tasks(command: PublishTasks, book: Book, now: Now) -> Facts:
    """All of them or none.

    Checks: days and places (422), the scheme of each day knows patrols and the slots (422), number of tasks (422),
    slots that clocks do show (422); route (404), that it is not retired, no such task is there, no slot is over.
    """
    found = tuple(_slots(command, book))
    if not 1 <= len(found) <= MOST_TASKS:
        raise Malformed(errors=[f"slots: {len(found)} tasks are not between 1 and {MOST_TASKS}"])
    tasks = tuple(_task(command, day, slot, now.zone) for day, slot in found)
    route = _in_use(book.the(Route, command.route))
    for task in tasks:
        if book.get(Task, task.task) is not None:
            raise AlreadyExists(kind=Task.KIND, id=task.task)
    for task in tasks:
        if task.closes_at <= now.recorded_at:
            raise SlotClosed(opens_at=task.opens_at, closes_at=task.closes_at)
    yield from (replace(task, fund=route.fund) for task in tasks)


def tasks_of(command: PublishTasks, book: Book) -> tuple[TaskId, ...]:
    """The ids of the tasks that it would publish."""
    return tuple(task_id(command.route, day, slot.code) for day, slot in _slots(command, book))


def _slots(command: PublishTasks, book: Book) -> Iterator[tuple[Day, Slot]]:
    for day in _days(command):
        scheme = book.scheme(day)
        _ = scheme.patrol_rules
        named = [scheme.slot(code) for code in command.slots]
        for slot in named or sorted(scheme.slots.values(), key=lambda slot: slot.opens):
            yield day, slot


def _days(command: PublishTasks) -> list[Day]:
    """Those that are meant, at most one more than can be."""
    errors = [f"{name}: not a day such as 2022-06-01" for name in ("from_on", "to_on") if not _a_day(command, name)]
    if not errors and command.to_on < command.from_on:
        errors.append(f"to_on: {command.to_on} is before {command.from_on}")
    if len(set(command.slots)) < len(command.slots):
        errors.append("slots: names a slot twice")
    if not 1 <= command.places <= MOST_PLACES:
        errors.append(f"places: {command.places} is not between 1 and {MOST_PLACES}")
    if errors:
        raise Malformed(errors=errors)
    days = (day_after(command.from_on, n) for n in range(MOST_TASKS + 1))
    return list(takewhile(lambda day: day <= command.to_on, days))


def _a_day(command: PublishTasks, name: str) -> bool:
    day: str = getattr(command, name)
    return known_day(day) and day <= LAST_DAY


def slot_on(day: Day, slot: Slot, zone: str) -> tuple[Instant, Instant]:
    """From when to when (exclusive) clocks in `zone` show the slot on that local day; `malformed` where none does."""
    opens_at, closes_at = at_time(day, slot.opens, zone), at_time(day, slot.closes, zone)
    if opens_at >= closes_at:
        # Both stand in the hour that clocks leave out: nobody could ever start.
        raise Malformed(errors=[f"slots: no clock shows {slot.code} on {day}"])
    return opens_at, closes_at


def _task(command: PublishTasks, day: Day, slot: Slot, zone: str) -> TaskPublished:
    opens_at, closes_at = slot_on(day, slot, zone)
    return TaskPublished(
        task=task_id(command.route, day, slot.code),
        route=command.route,
        on=day,
        slot=slot.code,
        opens_at=opens_at,
        closes_at=closes_at,
        places=command.places,
        fund=None,
    )


def cancel_task(command: CancelTask, book: Book, now: Now) -> Facts:
    """Whoever claimed or started is released, and told why; who finished goes on to review.

    Checks: reason (422), task (404), that it is not cancelled.
    """
    book.scheme(now.day).reason(command.reason)
    task = book.the(Task, command.task)
    if task.status == "cancelled":
        raise NotEligible(reason="already-cancelled")
    yield TaskCancelled(task=command.task, reason=command.reason)
    for item in task.running:
        claim = book.the(Claim, item.claim)
        yield ClaimReleased(
            claim=item.claim,
            task=command.task,
            holder=claim.holder,
            reason=command.reason,
            counts=given_back(claim),
        )

"""A ground for the tests of patrols: one route of three points, two people, and an evening's task of one place."""

from collections.abc import Iterable
from typing import Any

from ledger.patrols.commands import (
    CancelTask,
    ClaimTask,
    FinishPatrol,
    GiveBackClaim,
    PassPoint,
    PublishRoute,
    PublishTasks,
    ReceiveTrack,
    ResumePatrol,
    StartPatrol,
)
from ledger.patrols.entities import Claim, Patroller, PatrolPoint, Task
from ledger.people.commands import RegisterPerson
from ledger.values import ClaimId, Day, HolderId, Instant, RouteId, TaskId
from tests.given import Story

ROUTE = RouteId("songtai-2")
ON = Day("2022-06-14")
TASK = TaskId("songtai-2.2022-06-14.evening")
OPENS, CLOSES = Instant("2022-06-14T10:00:00.000000Z"), Instant("2022-06-14T14:00:00.000000Z")
"""18:00 to 22:00 in Shanghai."""
LI, WANG, ZHAO = HolderId("li"), HolderId("wang"), HolderId("zhao")


def at(time: str, on: str = ON) -> Instant:
    """An instant of the evening, by the minute in UTC: `10:42`."""
    return Instant(f"{on}T{time}:00.000000Z")


def point(number: int, **members: Any) -> PatrolPoint:
    place = {"lon_e7": 1206000000 + 1000 * number, "lat_e7": 279000000, "radius_m": 40}
    return PatrolPoint(number=number, **(place | members))


def route(id: str = ROUTE, **members: Any) -> PublishRoute:
    words = {"name": "松台-2", "owner": "平台", "points": tuple(map(point, (1, 2, 3)))}
    return PublishRoute(id=RouteId(id), **(words | members))


def tasks(
    *, places: int = 1, on: str = ON, to: str | None = None, slots: Iterable[str] = ("evening",), route: str = ROUTE
) -> PublishTasks:
    return PublishTasks(route=RouteId(route), from_on=Day(on), to_on=Day(to or on), slots=tuple(slots), places=places)


def ground(*, places: int = 1, scheme: Any = "patrol", crew: str | None = None, **members: Any) -> Story:
    """The task is published; it is 18:30, in the slot."""
    people = (RegisterPerson(holder=id, crew=crew) for id in (LI, WANG, ZHAO))
    story = Story(scheme).given(*people, route(**members), tasks(places=places))
    return story.on(at("10:30"))


# Wishes ------------------------------------------------------------------------------------------------------


def claim(holder: str = LI, task: str = TASK, *, id: str | None = "c") -> ClaimTask:
    return ClaimTask(task=TaskId(task), holder=HolderId(holder), id=ClaimId(id) if id else None)


def give_back(claim: str = "c", reason: str | None = None) -> GiveBackClaim:
    return GiveBackClaim(claim=ClaimId(claim), reason=reason)


def start(claim: str = "c", device: str = "phone") -> StartPatrol:
    return StartPatrol(claim=ClaimId(claim), device=device)


def resume(claim: str = "c", device: str = "phone", *, replaces: bool = False) -> ResumePatrol:
    return ResumePatrol(claim=ClaimId(claim), device=device, replaces=replaces)


def passing(number: int, claim: str = "c") -> PassPoint:
    return PassPoint(claim=ClaimId(claim), point=number)


def finish(claim: str = "c", **members: Any) -> FinishPatrol:
    return FinishPatrol(claim=ClaimId(claim), **members)


def track(claim: str = "c", id: str = "t") -> ReceiveTrack:
    return ReceiveTrack(claim=ClaimId(claim), track=id, commitment="5f" * 32)


def cancel(reason: str = "typhoon", task: str = TASK) -> CancelTask:
    return CancelTask(task=TaskId(task), reason=reason)


# What came of them -------------------------------------------------------------------------------------------


def the_claim(story: Story, id: str = "c") -> Claim:
    return story.the(Claim, id)


def the_task(story: Story, id: str = TASK) -> Task:
    return story.the(Task, id)


def places(story: Story, id: str = TASK) -> tuple[int, int]:
    """Taken, and claims that may still fall back."""
    task = the_task(story, id)
    return task.taken, len(task.running)


def busy(story: Story, holder: str = LI) -> str | None:
    """What the person has open."""
    patroller = story.get(Patroller, holder)
    return patroller.claim if patroller else None

"""Patrols: routes, tasks and claims as lists, and how many were published, claimed, walked and approved."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import Index

from ledger.patrols.facts import (
    ClaimEnding,
    ClaimGivenBack,
    ClaimLapsed,
    ClaimReleased,
    PatrolFinished,
    PatrolStarted,
    RoutePublished,
    RouteRetired,
    TaskCancelled,
    TaskClaimed,
    TaskPublished,
)
from ledger.reviews.facts import PatrolApproved, PatrolReferred, PatrolRejected
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet

ROUTES: Final = Sheet(
    "routes",
    keys={"route": str},
    said={
        "name": str,
        "owner": str,
        "lon_e7": int,
        "lat_e7": int,
        "points": int,
        "fund": str,
        "retired_at": str,
        "position": int,
    },
)
"""`lon_e7` and `lat_e7` are those of its first point."""
TASKS: Final = Sheet(
    "tasks",
    keys={"on": str, "task": str},
    said={
        "route": str,
        "slot": str,
        "opens_at": str,
        "closes_at": str,
        "places": int,
        "fund": str,
        "cancelled_at": str,
        "reason": str,
        "position": int,
    },
    sums=("taken",),
)
"""`taken` are the places that nobody else can have: claims that run, and those that were finished."""
CLAIMS: Final = Sheet(
    "claims",
    keys={"claim": str},
    said={
        "task": str,
        "route": str,
        "on": str,
        "slot": str,
        "holder": str,
        "status": str,
        "claimed_at": str,
        "start_by_at": str,
        "started_at": str,
        "finish_by_at": str,
        "finished_at": str,
        "ended_at": str,
        "cause": str,
        "reason": str,
        "referred": int,
        "reviewed_by": str,
        "decided_at": str,
        "position": int,
    },
)
NOTHING_SAID: Final = ""
"""What is not so any more: a column keeps its value when nothing is said, and a lapsed claim may come back to life."""
INDEXES: Final = {
    "position": ("position",),
    "holder": ("holder", "position"),
    "task": ("task", "position"),
    "status": ("status", "position"),
    "route": ("route", "status", "holder", "on"),
    "day": ("on", "route", "slot", "status", "referred", "started_at", "finished_at"),
}
"""What lists look for and what figures count: those of a year are read from an index alone."""
for _name, _columns in INDEXES.items():
    Index(f"projection_claims_by_{_name}", *(CLAIMS.c[column] for column in ("ledger", "generation", *_columns)))


class Walk(NamedTuple):
    """What the id of a task says: `<route>.<day>.<slot>`; no part of it has a point of its own."""

    route: str
    on: str
    slot: str


def walk(task: str) -> Walk:
    """Which route, local day and slot a task is of."""
    return Walk._make(task.split("."))


# Routes and tasks ------------------------------------------------------------------------------------------------


def published(fact: RoutePublished, recorded: Recorded) -> Iterable[Change]:
    """A route is known; it begins at its first point."""
    first = fact.points[0]
    yield (
        ROUTES,
        (fact.route,),
        ROUTES.values(
            name=fact.name,
            owner=fact.owner,
            lon_e7=first.lon_e7,
            lat_e7=first.lat_e7,
            points=len(fact.points),
            fund=fact.fund,
            position=recorded.envelope.pos,
        ),
    )


def retired(fact: RouteRetired, recorded: Recorded) -> Iterable[Change]:
    """Nothing more is published on it."""
    yield ROUTES, (fact.route,), ROUTES.values(retired_at=recorded.envelope.recorded_at)


def offered(fact: TaskPublished, recorded: Recorded) -> Iterable[Change]:
    """Places in one slot."""
    values = TASKS.values(
        route=fact.route,
        slot=fact.slot,
        opens_at=fact.opens_at,
        closes_at=fact.closes_at,
        places=fact.places,
        fund=fact.fund,
        position=recorded.envelope.pos,
    )
    yield TASKS, (fact.on, fact.task), values


def called_off(fact: TaskCancelled, recorded: Recorded) -> Iterable[Change]:
    """It does not take place."""
    said = TASKS.values(cancelled_at=recorded.envelope.recorded_at, reason=fact.reason)
    yield TASKS, (walk(fact.task).on, fact.task), said


def _places(task: str, taken: int) -> Change:
    return TASKS, (walk(task).on, task), TASKS.values(taken=taken)


# Claims ------------------------------------------------------------------------------------------------------


def _claim(fact: Any, **said: Any) -> Change:
    return CLAIMS, (fact.claim,), CLAIMS.values(**said)


def claimed(fact: TaskClaimed, recorded: Recorded) -> Iterable[Change]:
    """A place is taken."""
    envelope = recorded.envelope
    said = {"claimed_at": envelope.occurred_at, "start_by_at": fact.start_by_at, "position": envelope.pos}
    yield _claim(fact, task=fact.task, holder=fact.holder, status="open", **walk(fact.task)._asdict(), **said)
    yield _places(fact.task, 1)


def started(fact: PatrolStarted, recorded: Recorded) -> Iterable[Change]:
    """It runs; what had lapsed meanwhile takes its place again."""
    at = recorded.envelope.occurred_at
    yield from _revived(fact)
    yield _claim(fact, status="started", started_at=at, finish_by_at=fact.finish_by_at)


def finished(fact: PatrolFinished, recorded: Recorded) -> Iterable[Change]:
    """It is walked and keeps its place for ever."""
    yield from _revived(fact)
    yield _claim(fact, status="finished", finished_at=recorded.envelope.occurred_at)


def _revived(fact: PatrolStarted | PatrolFinished) -> Iterable[Change]:
    if fact.revived:
        yield _claim(fact, ended_at=NOTHING_SAID, cause=NOTHING_SAID)
        yield _places(fact.task, 1)


def ended(status: str) -> Rule:
    """A claim that ends unfinished frees its place."""

    def rule(fact: ClaimEnding, recorded: Recorded) -> Iterable[Change]:
        said = {name: getattr(fact, name, None) for name in ("cause", "reason")}
        yield _claim(fact, status=status, ended_at=recorded.envelope.occurred_at, **said)
        yield _places(fact.task, -1)

    return rule


def referred(fact: PatrolReferred, _recorded: Recorded) -> Iterable[Change]:
    """A person decides."""
    yield _claim(fact, status="referred", referred=1)


def decided(status: str) -> Rule:
    """Approved or rejected; a granted appeal approves what was rejected."""

    def rule(fact: PatrolApproved | PatrolRejected, recorded: Recorded) -> Iterable[Change]:
        at = recorded.envelope.recorded_at
        yield _claim(fact, status=status, reviewed_by=fact.reviewed_by, decided_at=at, reason=fact.reason)

    return rule


RULES: Final[dict[Any, Rule]] = {
    RoutePublished: published,
    RouteRetired: retired,
    TaskPublished: offered,
    TaskCancelled: called_off,
    TaskClaimed: claimed,
    PatrolStarted: started,
    PatrolFinished: finished,
    ClaimGivenBack: ended("given-back"),
    ClaimLapsed: ended("lapsed"),
    ClaimReleased: ended("released"),
    PatrolReferred: referred,
    PatrolApproved: decided("approved"),
    PatrolRejected: decided("rejected"),
}
PROJECTION: Final = Projection("patrols", (ROUTES, TASKS, CLAIMS), RULES)

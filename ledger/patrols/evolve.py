"""How routes, tasks, claims and patrollers follow what happens to them."""

from bisect import insort
from typing import Final

from msgspec.structs import replace

from ledger.limits.evolve import counted
from ledger.patrols.entities import Claim, Pass, Patroller, Route, Running, Task
from ledger.patrols.facts import (
    ClaimEnding,
    ClaimFact,
    ClaimGivenBack,
    ClaimLapsed,
    ClaimReleased,
    PatrolFinished,
    PatrolPointPassed,
    PatrolResumed,
    PatrolStarted,
    RouteFact,
    RoutePublished,
    RouteRetired,
    TaskCancelled,
    TaskClaimed,
    TaskFact,
    TaskPublished,
    TrackReceived,
)
from ledger.room import Evolution, Meta
from ledger.values import ClaimId, Instant


def route(fact: RouteFact, _meta: Meta) -> tuple[str, ...]:
    """The route itself."""
    return (fact.route,)


def task(fact: TaskFact | ClaimFact, _meta: Meta) -> tuple[str, ...]:
    """The task itself."""
    return (fact.task,)


def claim(fact: ClaimFact, _meta: Meta) -> tuple[str, ...]:
    """The claim itself."""
    return (fact.claim,)


def patroller(fact: ClaimFact, _meta: Meta) -> tuple[str, ...]:
    """Whose claim it is."""
    return (fact.holder,)


# The route ---------------------------------------------------------------------------------------------------


def on_route_published(_route: Route | None, fact: RoutePublished, _meta: Meta, _id: str) -> Route:
    """A route exists."""
    return Route(
        name=fact.name,
        owner=fact.owner,
        points=fact.points,
        line=fact.line,
        claimable_by=fact.claimable_by,
        fund=fact.fund,
        datum=fact.datum,
    )


def on_route_retired(route: Route, fact: RouteRetired, meta: Meta, _id: str) -> Route:
    """Nothing more is published on it."""
    return replace(route, retired_at=meta.recorded_at, reason=fact.reason)


# The task ----------------------------------------------------------------------------------------------------


def on_task_published(_task: Task | None, fact: TaskPublished, _meta: Meta, _id: str) -> Task:
    """Places that nobody has taken yet."""
    return Task(
        route=fact.route,
        on=fact.on,
        slot=fact.slot,
        opens_at=fact.opens_at,
        closes_at=fact.closes_at,
        places=fact.places,
        fund=fact.fund,
    )


def on_task_cancelled(task: Task, fact: TaskCancelled, meta: Meta, _id: str) -> Task:
    """Nobody can claim it any more; its running claims are released one by one."""
    return replace(task, status="cancelled", reason=fact.reason, cancelled_at=meta.recorded_at)


def on_place_taken(task: Task, fact: TaskClaimed, _meta: Meta, _id: str) -> Task:
    """One place less, until it falls back."""
    return replace(task, taken=task.taken + 1, running=_with(task.running, fact.claim, fact.start_by_at))


def on_place_used(task: Task, fact: PatrolStarted, _meta: Meta, _id: str) -> Task:
    """The claim falls back later; one that had lapsed takes a place again."""
    running = _with(task.running, fact.claim, fact.finish_by_at)
    return replace(task, taken=task.taken + fact.revived, running=running)


def on_place_kept(task: Task, fact: PatrolFinished, _meta: Meta, _id: str) -> Task:
    """It falls back no more."""
    return replace(task, taken=task.taken + fact.revived, running=_without(task.running, fact.claim))


def on_place_freed(task: Task, fact: ClaimEnding, _meta: Meta, _id: str) -> Task:
    """One place more."""
    return replace(task, taken=task.taken - 1, running=_without(task.running, fact.claim))


def _with(running: tuple[Running, ...], claim: ClaimId, due_at: Instant) -> tuple[Running, ...]:
    after = list(_without(running, claim))
    insort(after, Running(due_at, claim), key=lambda item: (item.due_at, item.claim))
    return tuple(after)


def _without(running: tuple[Running, ...], claim: ClaimId) -> tuple[Running, ...]:
    return tuple(item for item in running if item.claim != claim)


# The claim ---------------------------------------------------------------------------------------------------


def on_claimed(_claim: Claim | None, fact: TaskClaimed, meta: Meta, _id: str) -> Claim:
    """Open."""
    return Claim(
        task=fact.task,
        holder=fact.holder,
        claimed_at=meta.recorded_at,
        start_by_at=fact.start_by_at,
        counts=fact.counts,
        makers=_makers((), meta),
    )


def on_started(claim: Claim, fact: PatrolStarted, meta: Meta, _id: str) -> Claim:
    """On the way, as if it had never lapsed."""
    return replace(
        claim,
        status="started",
        device=fact.device,
        started_at=meta.occurred_at,
        finish_by_at=fact.finish_by_at,
        counts=fact.counts if fact.revived else claim.counts,
        ended_at=None,
        cause=None,
        makers=_makers(claim.makers, meta),
    )


def on_resumed(claim: Claim, fact: PatrolResumed, meta: Meta, _id: str) -> Claim:
    """On the way with that device."""
    return replace(claim, device=fact.device, makers=_makers(claim.makers, meta))


def on_passed(claim: Claim, fact: PatrolPointPassed, meta: Meta, _id: str) -> Claim:
    """A point passed once more, first at the earliest instant that was said of it."""
    by_number = {item.number: item for item in claim.passed}
    before = by_number.get(fact.point, Pass(fact.point, meta.occurred_at, 0))
    by_number[fact.point] = Pass(fact.point, min(before.first_at, meta.occurred_at), before.times + 1)
    passed = tuple(by_number[number] for number in sorted(by_number))
    return replace(claim, passed=passed, makers=_makers(claim.makers, meta))


def on_finished(claim: Claim, fact: PatrolFinished, meta: Meta, _id: str) -> Claim:
    """To be reviewed; a track that has come before stays unless this names another."""
    return replace(
        claim,
        status="finished",
        finished_at=meta.occurred_at,
        track=fact.track or claim.track,
        commitment=fact.commitment or claim.commitment,
        counts=fact.counts if fact.revived else claim.counts,
        ended_at=None,
        cause=None,
        makers=_makers(claim.makers, meta),
    )


def on_track(claim: Claim, fact: TrackReceived, meta: Meta, _id: str) -> Claim:
    """With a track."""
    return replace(claim, track=fact.track, commitment=fact.commitment, makers=_makers(claim.makers, meta))


def on_given_back(claim: Claim, fact: ClaimGivenBack, meta: Meta, _id: str) -> Claim:
    """Over."""
    return replace(
        claim,
        status="given-back",
        ended_at=meta.recorded_at,
        reason=fact.reason,
        counts=(),
        makers=_makers(claim.makers, meta),
    )


def on_lapsed(claim: Claim, fact: ClaimLapsed, meta: Meta, _id: str) -> Claim:
    """Over, at the instant that was said; what happened in time may still arrive."""
    return replace(claim, status="lapsed", ended_at=meta.occurred_at, cause=fact.cause, counts=())


def on_released(claim: Claim, fact: ClaimReleased, meta: Meta, _id: str) -> Claim:
    """Over, by no fault of its holder: the reason is the task's."""
    return replace(claim, status="released", ended_at=meta.recorded_at, reason=fact.reason, counts=())


def _makers(before: tuple[str, ...], meta: Meta) -> tuple[str, ...]:
    person = meta.by.subject
    return before if person is None or person in before else (*before, person)


# The patroller -----------------------------------------------------------------------------------------------


def on_busy(_patroller: Patroller | None, fact: TaskClaimed | PatrolStarted, _meta: Meta, _id: str) -> Patroller:
    """This is the open one."""
    return Patroller(claim=fact.claim, task=fact.task)


def on_free(patroller: Patroller, fact: ClaimEnding | PatrolFinished, _meta: Meta, _id: str) -> Patroller:
    """None is open."""
    return Patroller() if patroller.claim == fact.claim else patroller


EVOLUTIONS: Final = (
    Evolution(RoutePublished, Route, route, on_route_published),
    Evolution(RouteRetired, Route, route, on_route_retired),
    Evolution(TaskPublished, Task, task, on_task_published),
    Evolution(TaskCancelled, Task, task, on_task_cancelled),
    Evolution(TaskClaimed, Claim, claim, on_claimed),
    Evolution(TaskClaimed, Task, task, on_place_taken),
    Evolution(TaskClaimed, Patroller, patroller, on_busy),
    counted(TaskClaimed),
    Evolution(PatrolStarted, Claim, claim, on_started),
    Evolution(PatrolStarted, Task, task, on_place_used),
    Evolution(PatrolStarted, Patroller, patroller, on_busy),
    counted(PatrolStarted),
    Evolution(PatrolResumed, Claim, claim, on_resumed),
    Evolution(PatrolPointPassed, Claim, claim, on_passed),
    Evolution(PatrolFinished, Claim, claim, on_finished),
    Evolution(PatrolFinished, Task, task, on_place_kept),
    Evolution(PatrolFinished, Patroller, patroller, on_free),
    counted(PatrolFinished),
    Evolution(TrackReceived, Claim, claim, on_track),
    Evolution(ClaimGivenBack, Claim, claim, on_given_back),
    Evolution(ClaimGivenBack, Task, task, on_place_freed),
    Evolution(ClaimGivenBack, Patroller, patroller, on_free),
    counted(ClaimGivenBack),
    Evolution(ClaimLapsed, Claim, claim, on_lapsed),
    Evolution(ClaimLapsed, Task, task, on_place_freed),
    Evolution(ClaimLapsed, Patroller, patroller, on_free),
    counted(ClaimLapsed),
    Evolution(ClaimReleased, Claim, claim, on_released),
    Evolution(ClaimReleased, Task, task, on_place_freed),
    Evolution(ClaimReleased, Patroller, patroller, on_free),
    counted(ClaimReleased),
)

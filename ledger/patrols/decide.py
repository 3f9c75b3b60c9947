"""Deciding about patrols: which wish is decided where, what each reads, and how time ends claims."""

from collections.abc import Iterable
from typing import Final

from ledger.crews.entities import Crew
from ledger.limits.entities import Counter
from ledger.patrols.claiming import claim, fall_back, give_back
from ledger.patrols.commands import (
    CancelTask,
    ClaimTask,
    FinishPatrol,
    GiveBackClaim,
    OnClaim,
    PassPoint,
    PublishRoute,
    PublishTasks,
    ReceiveTrack,
    ResumePatrol,
    RetireRoute,
    StartPatrol,
)
from ledger.patrols.entities import Claim, Patroller, Route, Task
from ledger.patrols.publishing import cancel_task, publish_route, publish_tasks, retire_route, tasks_of
from ledger.patrols.terms import what_he_has, what_is_open
from ledger.patrols.walking import finish, pass_point, receive_track, resume, start
from ledger.people.entities import Holder
from ledger.people.standing import survivor
from ledger.room import Book, Due, Handler, Key


def the_route(command: PublishRoute | RetireRoute, _book: Book) -> Iterable[Key]:
    """The route."""
    return [(Route.KIND, command.id if isinstance(command, PublishRoute) else command.route)]


def route_and_tasks(command: PublishTasks, book: Book) -> Iterable[Key]:
    """The route, and every task that would be published."""
    yield Route.KIND, command.route
    yield from ((Task.KIND, id) for id in tasks_of(command, book))


# Calling off -------------------------------------------------------------------------------------------------


def the_task(command: CancelTask, _book: Book) -> Iterable[Key]:
    """First round: the task."""
    return [(Task.KIND, command.task)]


def its_claims(command: CancelTask, book: Book) -> Iterable[Key]:
    """Second round: the claims that run."""
    task = book.get(Task, command.task)
    return [(Claim.KIND, item.claim) for item in task.running] if task is not None else []


def their_people(command: CancelTask, book: Book) -> Iterable[Key]:
    """Third round: whose claims these are, and what they have drawn."""
    for _, id in its_claims(command, book):
        yield from _drawn(book.the(Claim, id))


def _drawn(claim: Claim) -> Iterable[Key]:
    yield Patroller.KIND, claim.holder
    yield from ((Counter.KIND, count.counter) for count in claim.counts)


# Claiming ----------------------------------------------------------------------------------------------------


def task_and_holder(command: ClaimTask, _book: Book) -> Iterable[Key]:
    """First round: the task, the holder, and a claim of the caller's own id."""
    yield Task.KIND, command.task
    yield Holder.KIND, command.holder
    if command.id is not None:
        yield Claim.KIND, command.id


def route_and_person(command: ClaimTask, book: Book) -> Iterable[Key]:
    """Second round: the route of the task, and what the man has open or has walked, under all his records."""
    task = book.get(Task, command.task)
    if task is not None:
        yield Route.KIND, task.route
    yield from what_he_has(book, command.task, command.holder)


def open_elsewhere(command: ClaimTask, book: Book) -> Iterable[Key]:
    """Third round: the task of what he has open, so that it falls back first where its time is up; and the crews."""
    yield from what_is_open(book, command.holder)
    task, holder = book.get(Task, command.task), book.get(Holder, command.holder)
    route = book.get(Route, task.route) if task is not None else None
    if route is not None and holder is not None and route.claimable_by:
        yield from ((Crew.KIND, crew) for crew in {*route.claimable_by, holder.crew or ""})


# On a claim --------------------------------------------------------------------------------------------------


def itself(command: OnClaim, _book: Book) -> Iterable[Key]:
    """First round: the claim."""
    return [(Claim.KIND, command.claim)]


def its_task(command: OnClaim, book: Book) -> Iterable[Key]:
    """Second round: its task, on which time acts, its holder, and what it has drawn."""
    claim = book.get(Claim, command.claim)
    if claim is not None:
        yield Task.KIND, claim.task
        yield Holder.KIND, claim.holder
        yield from _drawn(claim)


def its_route(command: OnClaim, book: Book) -> Iterable[Key]:
    """Third round, of a pass: the route, for the number of its points."""
    claim = book.get(Claim, command.claim)
    task = book.get(Task, claim.task) if claim is not None else None
    return [(Route.KIND, task.route)] if task is not None else []


def its_survivor(command: OnClaim, book: Book) -> Iterable[Key]:
    """Third round, of a start or finish: the record into which the holder was merged."""
    claim = book.get(Claim, command.claim)
    holder = book.get(Holder, claim.holder) if claim is not None else None
    return [(Holder.KIND, holder.merged_into)] if holder is not None and holder.merged_into is not None else []


def its_man(command: OnClaim, book: Book) -> Iterable[Key]:
    """Fourth round: what the man has open or has walked, under all his records."""
    claim = book.get(Claim, command.claim)
    if claim is not None:
        yield from what_he_has(book, claim.task, survivor(book, claim.holder))


def his_open_one(command: OnClaim, book: Book) -> Iterable[Key]:
    """Fifth round: the task of what he has open, so that it falls back first where its time is up."""
    claim = book.get(Claim, command.claim)
    if claim is not None and claim.status == "lapsed":
        yield from what_is_open(book, survivor(book, claim.holder))


ON_CLAIM: Final = (itself, its_task)
LATE: Final = (*ON_CLAIM, its_survivor, its_man, his_open_one)

HANDLERS: Final = (
    Handler(PublishRoute, publish_route, (the_route,)),
    Handler(RetireRoute, retire_route, (the_route,)),
    Handler(PublishTasks, publish_tasks, (route_and_tasks,)),
    Handler(CancelTask, cancel_task, (the_task, its_claims, their_people)),
    Handler(ClaimTask, claim, (task_and_holder, route_and_person, open_elsewhere)),
    Handler(GiveBackClaim, give_back, ON_CLAIM),
    Handler(StartPatrol, start, LATE),
    Handler(ResumePatrol, resume, ON_CLAIM),
    Handler(PassPoint, pass_point, (*ON_CLAIM, its_route)),
    Handler(FinishPatrol, finish, LATE),
    Handler(ReceiveTrack, receive_track, ON_CLAIM),
)
DUES: Final = (Due(Task, fall_back),)

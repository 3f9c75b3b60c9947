"""A place in a task: taking it, giving it back, and losing it when time is up."""

from collections.abc import Iterable

from ledger.crews.standing import called, crew_on
from ledger.naming import wrong_id
from ledger.patrols.commands import ClaimTask, GiveBackClaim
from ledger.patrols.entities import Claim, Route, Task
from ledger.patrols.facts import ClaimGivenBack, ClaimLapsed, TaskClaimed
from ledger.patrols.terms import given_back, none_open, once, one_man, running
from ledger.people.entities import Holder
from ledger.people.standing import living, may_earn
from ledger.refusals import AlreadyExists, Malformed, NotEligible, SlotClosed, TaskTaken
from ledger.room import Book, Facts, Now, Stamped
from ledger.values import ClaimId, Day, Instant, later


def claim(command: ClaimTask, book: Book, now: Now) -> Facts:
    """First come first served, by the order in which the ledger learns of it.

    Checks: id (422), task and holder (404), id not taken, the holder is not merged nor gone by the task's day (a bar
    stops redeeming, earning goes on); the task is not cancelled nor its slot over, the holder is of a crew that may
    claim; no other claim of his is open, he has not walked this task (`limit-exceeded`); a place is free.
    """
    if command.id is not None and (errors := list(wrong_id(command.id))):
        raise Malformed(errors=errors)
    task = book.the(Task, command.task)
    book.the(Holder, command.holder)
    id = _new_id(command, book, now)
    holder = living(book, command.holder)
    may_earn(holder, task.on)
    _claimable(task, book.the(Route, task.route), holder, book, now)
    ids = one_man(book, command.holder)
    none_open(book, ids)
    counts = once(book, command.task, *ids)
    if task.taken >= task.places:
        raise TaskTaken(places=task.places)
    yield TaskClaimed(
        claim=id, task=command.task, holder=command.holder, start_by_at=_start_by(task, book, now), counts=counts
    )


def _new_id(command: ClaimTask, book: Book, now: Now) -> ClaimId:
    if command.id is None:
        # One tx may claim twice (an atomic group): the second claim is told apart by its position.
        return ClaimId(now.tx if book.get(Claim, now.tx) is None else f"{now.tx}.{now.position}")
    if book.get(Claim, command.id) is not None:
        raise AlreadyExists(kind=Claim.KIND, id=command.id)
    return command.id


def _claimable(task: Task, route: Route, holder: Holder, book: Book, now: Now) -> None:
    if task.status == "cancelled":
        raise NotEligible(reason="task-cancelled")
    if task.closes_at <= now.recorded_at:
        raise SlotClosed(opens_at=task.opens_at, closes_at=task.closes_at)
    if route.claimable_by and not _of_one(route.claimable_by, holder, book, now.today):
        raise NotEligible(reason="crew")


def _of_one(crews: Iterable[str], holder: Holder, book: Book, today: Day) -> bool:
    """Whether the holder belongs to one of these crews, whatever each is called since it was merged."""
    return crew_on(book, holder, today) in {called(book, crew, today) for crew in crews}


def _start_by(task: Task, book: Book, now: Now) -> Instant:
    """So many minutes from now, or from when the slot opens if that is later; never beyond its end."""
    minutes = book.scheme(task.on).patrol_rules.claim_minutes
    return min(task.closes_at, later(max(now.recorded_at, task.opens_at), seconds=60 * minutes))


def give_back(command: GiveBackClaim, book: Book, now: Now) -> Facts:
    """The place is free, also in the middle of a patrol. Checks: reason (422), claim (404), open or started."""
    if command.reason is not None:
        book.scheme(now.day).reason(command.reason)
    claim = running(book.the(Claim, command.claim))
    yield ClaimGivenBack(
        claim=command.claim, task=claim.task, holder=claim.holder, reason=command.reason, counts=given_back(claim)
    )


def fall_back(task: Task, book: Book, now: Now) -> Facts:
    """What time does to a task: claims that were not started, or not finished, in time lapse at that instant."""
    for item in task.running:
        # At equal instants the end wins, as with holds (4b).
        if item.due_at > now.recorded_at:
            break
        claim = book.the(Claim, item.claim)
        lapsed = ClaimLapsed(
            claim=item.claim,
            task=claim.task,
            holder=claim.holder,
            cause="not-started" if claim.status == "open" else "not-finished",
            counts=given_back(claim),
        )
        yield Stamped(fact=lapsed, occurred_at=item.due_at)

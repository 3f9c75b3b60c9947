"""What several wishes about patrols keep to: which are in time, who may walk, and that one person has one place."""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.limits.entities import Counter, counter_id, draw, used_of
from ledger.limits.facts import Count, all_back
from ledger.patrols.entities import RUNNING, WALKED, Claim, Patroller, Task
from ledger.people.entities import Holder
from ledger.people.standing import records, survivor
from ledger.refusals import ClaimExpired, ClaimOpen, LimitExceeded, NotEligible, PatrolRunning, Refusal, SlotClosed
from ledger.room import Book, Key, Now
from ledger.values import HolderId, Instant, TaskId, holder_account

PATROL: Final = "patrol"
"""The rule under which a person's walk of a task is counted: once."""


# The claim ---------------------------------------------------------------------------------------------------


def over(claim: Claim) -> Refusal:
    """What refuses a wish about a claim that runs no more: how it ended."""
    if claim.status == "lapsed":
        return ClaimExpired(expired_at=claim.ended_at or claim.start_by_at)
    if claim.status in WALKED:
        return NotEligible(reason="finished")
    return NotEligible(reason="given-back" if claim.status == "given-back" else "task-cancelled")


def running(claim: Claim) -> Claim:
    """The claim, if it is open or started."""
    if claim.status not in RUNNING:
        raise over(claim)
    return claim


def same_device(claim: Claim, device: str | None) -> None:
    """Refuse a second phone on one patrol; a message that names none is the app's backend speaking."""
    if claim.device is not None and device is not None and device != claim.device:
        raise PatrolRunning(started_at=claim.started_at or claim.claimed_at)


def within_slot(task: Task, at: Instant) -> None:
    """A patrol starts in its slot, which is half-open; it may end later (S03)."""
    if not task.opens_at <= at < task.closes_at:
        raise SlotClosed(opens_at=task.opens_at, closes_at=task.closes_at)


def returning(claim: Claim, task: Task, book: Book, now: Now) -> tuple[Count, ...]:
    """What a lapsed claim draws as it takes a place again, because what should have kept it happened in time.

    Checks: the task stands, the person has no other claim open, a place is free, and it was not walked since.
    """
    if task.status == "cancelled":
        raise NotEligible(reason="task-cancelled")
    ids = one_man(book, survivor(book, claim.holder))
    none_open(book, ids)
    if task.taken >= task.places:
        raise ClaimExpired(expired_at=claim.ended_at or now.recorded_at)
    return once(book, claim.task, claim.holder, *(id for id in ids if id != claim.holder))


# The person --------------------------------------------------------------------------------------------------


def one_man(book: Book, holder: HolderId) -> tuple[HolderId, ...]:
    """Every record of the man behind a living one, itself first."""
    entity = book.get(Holder, holder)
    return (holder,) if entity is None else records(holder, entity)


def none_open(book: Book, ids: Iterable[HolderId]) -> None:
    """Refuse a second open claim, under whichever record of his the first was made."""
    for id in ids:
        patroller = book.get(Patroller, id)
        if patroller is not None and patroller.claim is not None:
            raise ClaimOpen(claim=patroller.claim)


def once(book: Book, task: TaskId, holder: HolderId, *others: HolderId) -> tuple[Count, ...]:
    """Count the walk of one task by one person, or refuse a second with `limit-exceeded`."""
    mine, *theirs = (walk_counter(task, id) for id in (holder, *others))
    return (draw(book, mine, 1, limit=1, beside=theirs),)


def not_walked_meanwhile(book: Book, claim: Claim) -> None:
    """Refuse to go on with one of two claims on a task that a merge brought together, when the other was finished."""
    for id in one_man(book, survivor(book, claim.holder)):
        patroller = book.get(Patroller, id)
        running = patroller is not None and patroller.task == claim.task
        if id != claim.holder and not running and used_of(book, walk_counter(claim.task, id)):
            raise LimitExceeded(rule=PATROL, limit=1, used=1, offered=0, period=claim.task)


def walk_counter(task: TaskId, holder: HolderId) -> str:
    """The id of the counter of that."""
    return counter_id(PATROL, holder_account(holder), task)


def given_back(claim: Claim) -> tuple[Count, ...]:
    """What the end of an unfinished claim gives back."""
    return all_back(claim.counts)


# What they read ----------------------------------------------------------------------------------------------


def what_he_has(book: Book, task: TaskId, holder: HolderId) -> Iterator[Key]:
    """What `none_open` and `once` look at, of every record of his that is known by now."""
    for id in one_man(book, holder):
        yield Patroller.KIND, id
        yield Counter.KIND, walk_counter(task, id)


def what_is_open(book: Book, holder: HolderId) -> Iterator[Key]:
    """The task of what he has open, so that time acts on it first; a round after `what_he_has`."""
    for id in one_man(book, holder):
        patroller = book.get(Patroller, id)
        if patroller is not None and patroller.claim is not None and patroller.task is not None:
            yield Claim.KIND, patroller.claim
            yield Task.KIND, patroller.task

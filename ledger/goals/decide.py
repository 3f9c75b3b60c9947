"""Deciding about goals. Checks in this order: terms (422), existence; then nothing may fail."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import UNSET

from ledger.approvals.content import reference
from ledger.goals.commands import CountTowards, SetGoal
from ledger.goals.entities import Goal, Reached, reached_id
from ledger.goals.facts import GoalProgressed, GoalSet
from ledger.naming import wrong_id, wrong_name, wrong_span
from ledger.people.entities import Holder
from ledger.people.standing import living, records
from ledger.refusals import Malformed, NotEligible
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import MAX_AMOUNT, HolderId

_MOST_TIMES: Final = 1_000_000


def set_goal(command: SetGoal, book: Book, now: Now) -> Facts:
    """Checks: id, name, plan, days and entitlement (422). Set again, the plan is another and what was done stays."""
    errors = [*wrong_id(command.id), *wrong_name(command.name), *_wrong_days(command)]
    if not 1 <= command.plan <= MAX_AMOUNT:
        errors.append(f"plan: 1 to {MAX_AMOUNT}")
    if errors:
        raise Malformed(errors=errors)
    if command.entitlement is not UNSET:
        book.scheme(now.day).entitlement(command.entitlement)
    yield GoalSet(
        goal=command.id,
        name=command.name,
        plan=command.plan,
        counts=command.counts,
        entitlement=command.entitlement,
        from_on=command.from_on,
        to_on=command.to_on,
    )


def _wrong_days(command: SetGoal) -> Iterator[str]:
    if command.entitlement is not UNSET and command.counts == "households":
        yield "counts: an entitlement is had by persons"
    if command.entitlement is UNSET and (command.from_on, command.to_on) != (UNSET, UNSET):
        yield "from_on, to_on: only of an entitlement, which counts by itself"
    yield from wrong_span(command.from_on, command.to_on)


def count(command: CountTowards, book: Book, _now: Now) -> Facts:
    """Checks: times and household (422), goal (404), that it does not count by itself, holder (404), not merged."""
    if not 1 <= command.times <= _MOST_TIMES:
        raise Malformed(errors=[f"times: 1 to {_MOST_TIMES}"])
    reference("household", command.household)
    if book.the(Goal, command.goal).entitlement is not None:
        # Counted twice, by hand and by itself, it would be reached before it is.
        raise NotEligible(reason="counts-by-itself")
    new_person = command.holder is not None and not _counted(command.goal, command.holder, book)
    household = command.household
    new_household = household is not None and not _there(book, reached_id(command.goal, "household", household))
    yield GoalProgressed(
        goal=command.goal,
        holder=command.holder,
        household=household,
        times=command.times,
        new_person=new_person,
        new_household=new_household,
    )


def _counted(goal: str, holder: HolderId, book: Book) -> bool:
    """Whether this man has counted before, under whichever of his records."""
    person = living(book, holder)
    return any(_there(book, reached_id(goal, "person", id)) for id in records(holder, person))


def _there(book: Book, id: str) -> bool:
    return book.get(Reached, id) is not None


def goal_itself(command: SetGoal, _book: Book) -> Iterable[Key]:
    """The goal."""
    return [(Goal.KIND, command.id)]


def named(command: CountTowards, _book: Book) -> Iterable[Key]:
    """The goal, the holder and the household."""
    yield Goal.KIND, command.goal
    if command.holder is not None:
        yield Holder.KIND, command.holder
    if command.household is not None:
        yield Reached.KIND, reached_id(command.goal, "household", command.household)


def records_of(command: CountTowards, book: Book) -> Iterable[Key]:
    """Whether he has counted, under whichever record."""
    holder = book.get(Holder, command.holder) if command.holder is not None else None
    if holder is not None and command.holder is not None:
        for id in records(command.holder, holder):
            yield Reached.KIND, reached_id(command.goal, "person", id)


HANDLERS: Final = (
    Handler(SetGoal, set_goal, (goal_itself,)),
    Handler(CountTowards, count, (named, records_of)),
)

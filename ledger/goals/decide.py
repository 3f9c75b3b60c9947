"""Deciding about goals. Checks in this order: terms (422), existence; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.content import reference
from ledger.goals.commands import CountTowards, SetGoal
from ledger.goals.entities import Goal, Reached, reached_id
from ledger.goals.facts import GoalProgressed, GoalSet
from ledger.naming import wrong_id, wrong_name
from ledger.people.entities import Holder
from ledger.people.standing import living, records
from ledger.refusals import Malformed
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import MAX_AMOUNT, HolderId

_MOST_TIMES: Final = 1_000_000


def set_goal(command: SetGoal, _book: Book, _now: Now) -> Facts:
    """Checks: id, name and plan (422). Set again, the plan is another and what was done stays."""
    errors = [*wrong_id(command.id), *wrong_name(command.name)]
    if not 1 <= command.plan <= MAX_AMOUNT:
        errors.append(f"plan: 1 to {MAX_AMOUNT}")
    if errors:
        raise Malformed(errors=errors)
    yield GoalSet(goal=command.id, name=command.name, plan=command.plan, counts=command.counts)


def count(command: CountTowards, book: Book, _now: Now) -> Facts:
    """Checks: times and household (422), goal and holder (404), not merged into another."""
    if not 1 <= command.times <= _MOST_TIMES:
        raise Malformed(errors=[f"times: 1 to {_MOST_TIMES}"])
    reference("household", command.household)
    book.the(Goal, command.goal)
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

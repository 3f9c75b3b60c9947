"""How goals follow the facts about them."""

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from ledger.goals.entities import Goal, Reached, reached_id
from ledger.goals.facts import GoalFact, GoalProgressed, GoalSet
from ledger.room import Evolution, Meta


def goal(fact: GoalFact, _meta: Meta) -> tuple[str, ...]:
    """The goal."""
    return (fact.goal,)


def reached(fact: GoalProgressed, _meta: Meta) -> list[str]:
    """Whoever has counted with it."""
    person = [reached_id(fact.goal, "person", fact.holder)] if fact.holder is not None else []
    household = [reached_id(fact.goal, "household", fact.household)] if fact.household is not None else []
    return person + household


def on_set(before: Goal | None, fact: GoalSet, _meta: Meta, _id: str) -> Goal:
    """Planned."""
    planned = before or Goal(name=fact.name, plan=fact.plan, counts=fact.counts)
    return replace(
        planned,
        name=fact.name,
        plan=fact.plan,
        counts=fact.counts,
        entitlement=None if fact.entitlement is UNSET else fact.entitlement,
        from_on=None if fact.from_on is UNSET else fact.from_on,
        to_on=None if fact.to_on is UNSET else fact.to_on,
    )


def on_progressed(before: Goal, fact: GoalProgressed, _meta: Meta, _id: str) -> Goal:
    """Three counters, each by its own rule."""
    return replace(
        before,
        persons=before.persons + fact.new_person,
        person_times=before.person_times + fact.times,
        households=before.households + fact.new_household,
    )


def on_reached(before: Reached | None, fact: GoalProgressed, _meta: Meta, _id: str) -> Reached:
    """So many times more."""
    return Reached(times=(before.times if before else 0) + fact.times)


EVOLUTIONS: Final = (
    Evolution(GoalSet, Goal, goal, on_set),
    Evolution(GoalProgressed, Goal, goal, on_progressed),
    Evolution(GoalProgressed, Reached, reached, on_reached),
)

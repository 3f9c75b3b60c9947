"""A goal with its three counters, and who has counted for it."""

from typing import ClassVar, Literal

from ledger.room import Entity
from ledger.values import Day

Counted = Literal["persons", "person-times", "households"]


class Goal(Entity, frozen=True, kw_only=True):
    """So many of one kind were planned; all three are counted (人次 is not 人, S14)."""

    KIND: ClassVar[str] = "goal"

    name: str
    plan: int
    counts: Counted
    persons: int = 0
    person_times: int = 0
    households: int = 0
    entitlement: str | None = None
    """What counts by itself, whenever it is had: then nobody counts by hand, and the counters here stay at 0."""
    from_on: Day | None = None
    to_on: Day | None = None

    @property
    def done(self) -> int:
        """Of the kind that was planned."""
        match self.counts:
            case "persons":
                return self.persons
            case "households":
                return self.households
            case _:
                return self.person_times


class Reached(Entity, frozen=True, kw_only=True):
    """Somebody, or a household, has counted for a goal: `<goal>/person/<id>`, `<goal>/household/<id>`."""

    KIND: ClassVar[str] = "reached"

    times: int = 0


def reached_id(goal: str, kind: Literal["person", "household"], id: str) -> str:
    """The one place where it is spelled."""
    return f"{goal}/{kind}/{id}"

"""What happens to goals."""

from typing import ClassVar, Final

from msgspec import UNSET, UnsetType

from ledger.goals.entities import Counted
from ledger.room import Fact
from ledger.values import Day, HolderId, TxId


class GoalFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one goal."""

    goal: str

    def stream(self, tx: TxId) -> str:
        """The life of the goal."""
        del tx
        return "goal:" + self.goal


class GoalSet(GoalFact, frozen=True, kw_only=True):
    """So much is planned; set anew, what was done stays."""

    TOPIC: ClassVar[str] = "goal-set.v1"

    name: str
    plan: int
    counts: Counted
    entitlement: str | UnsetType = UNSET
    """What counts by itself: whatever was had of it, between these local days."""
    from_on: Day | UnsetType = UNSET
    to_on: Day | UnsetType = UNSET


class GoalProgressed(GoalFact, frozen=True, kw_only=True):
    """So many times; `new_person` and `new_household` when they had not counted before."""

    TOPIC: ClassVar[str] = "goal-progressed.v1"

    holder: HolderId | None = None
    household: str | None = None
    times: int
    new_person: bool
    new_household: bool


FACTS: Final = (GoalSet, GoalProgressed)

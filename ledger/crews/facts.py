"""What happens to crews, and to who belongs to which."""

from typing import ClassVar, Final

from ledger.people.facts import HolderFact
from ledger.room import Fact
from ledger.values import Day, TxId


class CrewFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one crew."""

    crew: str

    def stream(self, tx: TxId) -> str:
        """The life of the crew."""
        del tx
        return "crew:" + self.crew


class CrewPlaced(CrewFact, frozen=True, kw_only=True):
    """It lies in that region from a local day on: `0001-01-01` is as long as anybody knows."""

    TOPIC: ClassVar[str] = "crew-placed.v1"

    region: str
    from_on: Day


class CrewsMerged(CrewFact, frozen=True, kw_only=True):
    """From `merged_on` the people of `crew` are those of `into`. `also`: crews that had been merged into it before."""

    TOPIC: ClassVar[str] = "crews-merged.v1"

    into: str
    merged_on: Day
    reason: str
    also: tuple[str, ...] = ()


class CrewChanged(HolderFact, frozen=True, kw_only=True):
    """A person belongs to another crew from a local day on; what was counted of him stays his."""

    TOPIC: ClassVar[str] = "crew-changed.v1"

    crew: str
    was: str | None = None
    moved_on: Day


class MembershipChanged(HolderFact, frozen=True, kw_only=True):
    """A person is a member of the union from a local day on, or is none: `0001-01-01` is from the beginning."""

    TOPIC: ClassVar[str] = "membership-changed.v1"

    member: bool
    since_on: Day


FACTS: Final = (CrewPlaced, CrewsMerged, CrewChanged, MembershipChanged)

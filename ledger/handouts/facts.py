"""What happens to kits. Costs are what the kit's components cost when it was defined."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.handouts.entities import Component, depot_id
from ledger.limits.facts import Count
from ledger.room import Fact
from ledger.values import AccountId, Day, HolderId, TxId, UnitCode


class KitFact(Fact, frozen=True, kw_only=True):
    """A fact about one kit."""

    kit: str


class KitDefined(KitFact, frozen=True, kw_only=True):
    """There is such a kit."""

    TOPIC: ClassVar[str] = "kit-defined.v1"

    name: str
    unit: UnitCode
    components: tuple[Component, ...]
    cost: int
    """Of one."""

    def stream(self, tx: TxId) -> str:
        """The life of the kit."""
        del tx
        return "kit:" + self.kit


class KitsMovedFact(KitFact, frozen=True, kw_only=True):
    """Kits that came, went or changed places: `pieces` of them, `cost` in all."""

    unit: UnitCode
    pieces: int
    cost: int

    def between(self, left: AccountId, right: AccountId) -> JournalEntry:
        """Their cost, out of the one and into the other."""
        return JournalEntry(debit(left, self.unit, self.cost), credit(right, self.unit, self.cost))


class KitsReceived(KitsMovedFact, frozen=True, kw_only=True):
    """They lie in a depot."""

    TOPIC: ClassVar[str] = "kits-received.v1"

    depot: str
    reference: str | None = None

    def stream(self, tx: TxId) -> str:
        """The life of the depot's stock of this kit."""
        del tx
        return f"depot:{depot_id(self.depot, self.kit)}"

    def entry(self) -> JournalEntry:
        """Bought, and in stock."""
        return self.between(chart.BOUGHT, chart.KITS)


class KitsMoved(KitsMovedFact, frozen=True, kw_only=True):
    """They lie in another depot. No value moves."""

    TOPIC: ClassVar[str] = "kits-moved.v1"

    depot: str
    to: str

    def stream(self, tx: TxId) -> str:
        """The life of the depot's stock of this kit."""
        del tx
        return f"depot:{depot_id(self.depot, self.kit)}"


class KitsHandedOut(KitsMovedFact, frozen=True, kw_only=True):
    """Somebody has them; without a `holder`, whoever came."""

    TOPIC: ClassVar[str] = "kits-handed-out.v1"

    hand_out: str
    depot: str
    occasion: str
    holder: HolderId | None = None
    signature: str | None = None
    collected_by: str | None = None
    place: str | None = None
    counts: tuple[Count, ...] = ()
    heads: int = 1
    """How many came; of a tally sheet more than one."""
    reservation: str | None = None
    """What had been kept for him and is collected."""
    kept_counts: tuple[Count, ...] = ()
    """The limits that it drew on when it was set aside, and not again now."""

    def stream(self, tx: TxId) -> str:
        """The life of the hand-out."""
        del tx
        return "hand-out:" + self.hand_out

    def entry(self) -> JournalEntry:
        """Given."""
        return self.between(chart.KITS, chart.GIVEN)


class KitsSetAside(KitsMovedFact, frozen=True, kw_only=True):
    """They lie in their depot for somebody. No value moves."""

    TOPIC: ClassVar[str] = "kits-set-aside.v1"

    reservation: str
    depot: str
    occasion: str
    holder: HolderId
    collect_by_on: Day
    evidence: str | None = None
    counts: tuple[Count, ...] = ()

    def stream(self, tx: TxId) -> str:
        """The life of what is kept."""
        del tx
        return "kit-reservation:" + self.reservation


class KitsReleased(KitsMovedFact, frozen=True, kw_only=True):
    """Nobody collected them in time, or they are kept no longer: anybody may have them. No value moves."""

    TOPIC: ClassVar[str] = "kits-released.v1"

    reservation: str
    depot: str
    holder: HolderId
    reason: str
    counts: tuple[Count, ...] = ()

    def stream(self, tx: TxId) -> str:
        """The life of what was kept."""
        del tx
        return "kit-reservation:" + self.reservation


class KitsReturned(KitsMovedFact, frozen=True, kw_only=True):
    """They came back."""

    TOPIC: ClassVar[str] = "kits-returned.v1"

    hand_out: str
    depot: str
    damaged: bool
    reason: str
    counts: tuple[Count, ...] = ()

    def stream(self, tx: TxId) -> str:
        """The life of the hand-out."""
        del tx
        return "hand-out:" + self.hand_out

    def entry(self) -> JournalEntry:
        """The mirror of the hand-out."""
        return self.between(chart.GIVEN, chart.KITS)


class KitsCounted(KitFact, frozen=True, kw_only=True):
    """A depot was counted; `difference` is found (+) or missing (-), good and damaged together, and `cost` its cost."""

    TOPIC: ClassVar[str] = "kits-counted.v1"

    unit: UnitCode
    depot: str
    good: int
    damaged: int
    difference: int
    cost: int

    def stream(self, tx: TxId) -> str:
        """The life of the depot's stock of this kit."""
        del tx
        return f"depot:{depot_id(self.depot, self.kit)}"

    def entry(self) -> JournalEntry | None:
        """What nobody can explain is a loss, or a find."""
        if not self.difference:
            return None
        sides = (chart.KITS, chart.MISSING) if self.difference < 0 else (chart.MISSING, chart.KITS)
        return JournalEntry(debit(sides[0], self.unit, self.cost), credit(sides[1], self.unit, self.cost))


FACTS: Final = (
    KitDefined,
    KitsReceived,
    KitsMoved,
    KitsSetAside,
    KitsHandedOut,
    KitsReleased,
    KitsReturned,
    KitsCounted,
)

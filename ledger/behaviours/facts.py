"""What is known of a behaviour besides the points that moved."""

from typing import ClassVar, Final

from ledger.room import Fact
from ledger.values import HolderId, PeriodName, TxId


class BehaviourRecorded(Fact, frozen=True, kw_only=True):
    """What an award rests on, where the record names a target or evidence (S02: entries carry an evidence digest)."""

    TOPIC: ClassVar[str] = "behaviour-recorded.v1"

    holder: HolderId
    behaviour: str
    target: str | None
    evidence: str | None

    def stream(self, tx: TxId) -> str:
        """One record, one stream."""
        return "behaviour:" + tx


class EvaluationSuspended(Fact, frozen=True, kw_only=True):
    """The holder is out of this period's evaluation (取消当期评比资格); redeeming goes on (R13)."""

    TOPIC: ClassVar[str] = "evaluation-suspended.v1"

    suspension: str
    """The id of the deduction's transaction; in a group, of the fact."""
    holder: HolderId
    evaluation: PeriodName
    behaviour: str

    def stream(self, tx: TxId) -> str:
        """The life of the suspension."""
        del tx
        return "suspension:" + self.suspension


class SuspensionLifted(Fact, frozen=True, kw_only=True):
    """The deduction that caused a suspension was given back whole, and the suspension with it."""

    TOPIC: ClassVar[str] = "suspension-lifted.v1"

    suspension: str
    holder: HolderId
    evaluation: PeriodName

    def stream(self, tx: TxId) -> str:
        """The life of the suspension."""
        del tx
        return "suspension:" + self.suspension


FACTS: Final = (BehaviourRecorded, EvaluationSuspended, SuspensionLifted)

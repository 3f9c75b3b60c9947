"""What happens to a monitor: set, removed, crossed."""

from typing import ClassVar, Final

from ledger.accounts.facts import AccountLifeFact
from ledger.points.watching import Measure, Side, Watch
from ledger.room import Fact
from ledger.values import AccountId, TxId, UnitCode


class MonitorFact(Fact, frozen=True, kw_only=True):
    """A fact of the life of one monitor; it moves nothing."""

    monitor: str
    account: AccountId
    unit: UnitCode

    def stream(self, tx: TxId) -> str:
        """The life of the monitor."""
        del tx
        return "monitor:" + self.monitor


class MonitorSet(AccountLifeFact, frozen=True, kw_only=True):
    """One figure of an account is watched; `beyond`: it is past the threshold already, which is no crossing.

    It shows the account after itself: a holder's that has not moved yet is there from now on.
    """

    TOPIC: ClassVar[str] = "monitor-set.v1"

    monitor: str
    measure: Measure
    side: Side
    threshold: int
    beyond: bool

    def stream(self, tx: TxId) -> str:
        """The life of the monitor."""
        del tx
        return "monitor:" + self.monitor

    def watch(self) -> Watch:
        """As the account keeps it."""
        return Watch(self.monitor, self.measure, self.side, self.threshold)


class MonitorRemoved(MonitorFact, frozen=True, kw_only=True):
    """It is watched no longer."""

    TOPIC: ClassVar[str] = "monitor-removed.v1"


class ThresholdCrossed(MonitorFact, frozen=True, kw_only=True):
    """In this transaction the figure went past the threshold: from `was` to `became`; None is without end."""

    TOPIC: ClassVar[str] = "threshold-crossed.v1"

    measure: Measure
    side: Side
    threshold: int
    was: int | None
    became: int | None


FACTS: Final = (MonitorSet, MonitorRemoved, ThresholdCrossed)

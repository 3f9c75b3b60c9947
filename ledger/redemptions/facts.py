"""What happens to a redemption."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.limits.facts import Count
from ledger.points.facts import AccountFact
from ledger.pools import Lot
from ledger.redemptions.entities import Line
from ledger.values import RedemptionId, TxId


class RedemptionPlaced(AccountFact, frozen=True, kw_only=True):
    """Goods were sold for points: the ranges that paid, the pieces that left the shelf, the limits drawn on."""

    TOPIC: ClassVar[str] = "redemption-placed.v1"

    redemption: RedemptionId
    lines: tuple[Line, ...]
    paid: tuple[Lot, ...]
    counts: tuple[Count, ...] = ()

    def stream(self, tx: TxId) -> str:
        """The life of the redemption."""
        del tx
        return "redemption:" + self.redemption

    def entry(self) -> JournalEntry:
        """The programme owes the holder less: it handed over goods."""
        return JournalEntry(
            debit(self.account, self.unit, self.amount),
            credit(chart.REDEEMED, self.unit, self.amount),
        )


FACTS: Final = (RedemptionPlaced,)

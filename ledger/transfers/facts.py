"""What moved between accounts or units: which ranges left, and where they arrived."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.limits.facts import Count
from ledger.points.facts import BetweenFact
from ledger.pools import Landed, Lot, Repaid, Terms
from ledger.values import AccountId, TxId, UnitCode


class MovedFact(BetweenFact, frozen=True, kw_only=True):
    """Value that left as ranges, and below them from a credit line, and arrived as ranges of its new account."""

    asked: int
    taken: tuple[Lot, ...] = ()
    drawn: int = 0
    """Of what left, so much was drawn below zero."""
    landed: tuple[Landed, ...] = ()
    repaid: tuple[Repaid, ...] = ()
    """Ranges of `landed` that repaid debts, or filled an overdraft, at once."""
    counts: tuple[Count, ...] = ()

    def terms_of_pool(self, pool: str) -> Terms | None:
        """Those of what landed in that pool."""
        return next((item.terms for item in self.landed if item.pool == pool), None)


class PointsTransferred(MovedFact, frozen=True, kw_only=True):
    """`amount` of what was `asked` went from `account` to `to`; lots keep their expiry."""

    TOPIC: ClassVar[str] = "points-transferred.v1"

    to: AccountId

    def stream(self, tx: TxId) -> str:
        """One transfer, one stream."""
        return "transfer:" + tx

    def entry(self) -> JournalEntry:
        """From the one to the other."""
        return JournalEntry(debit(self.account, self.unit, self.amount), credit(self.to, self.unit, self.amount))

    def other_side(self) -> tuple[AccountId, UnitCode]:
        """The payee, in the same unit."""
        return self.to, self.unit


class PointsConverted(MovedFact, frozen=True, kw_only=True):
    """`amount` of what was `asked` to be converted left in `unit`, and `to_amount` came for it in `to_unit`."""

    TOPIC: ClassVar[str] = "points-converted.v1"

    to_unit: UnitCode
    to_amount: int

    def stream(self, tx: TxId) -> str:
        """One conversion, one stream."""
        return "conversion:" + tx

    def entry(self) -> JournalEntry:
        """Two balanced sides: units never mix."""
        return JournalEntry(
            debit(self.account, self.unit, self.amount),
            credit(chart.CONVERTED, self.unit, self.amount),
            debit(chart.CONVERTED, self.to_unit, self.to_amount),
            credit(self.account, self.to_unit, self.to_amount),
        )

    def other_side(self) -> tuple[AccountId, UnitCode]:
        """The same account in the other unit."""
        return self.account, self.to_unit


FACTS: Final = (PointsTransferred, PointsConverted)

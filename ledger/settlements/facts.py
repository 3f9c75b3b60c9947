"""What happens to settlements."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.room import Fact
from ledger.settlements.entities import SettledLine
from ledger.values import Day, PeriodName, TxId, UnitCode


class SettlementFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one settlement."""

    settlement: str
    merchant: str
    unit: UnitCode
    period: PeriodName

    def stream(self, tx: TxId) -> str:
        """The life of the settlement."""
        del tx
        return "settlement:" + self.settlement


class SettlementDrafted(SettlementFact, frozen=True, kw_only=True):
    """What the till of a closed period counted; drafted anew after a withdrawal it begins afresh."""

    TOPIC: ClassVar[str] = "settlement-drafted.v1"

    sold: int
    refunded: int
    fees: int
    subsidy: int
    carried: int
    payable: int


class SettlementLinesAdded(SettlementFact, frozen=True, kw_only=True):
    """Of which batches and offers it is made."""

    TOPIC: ClassVar[str] = "settlement-lines-added.v1"

    lines: tuple[SettledLine, ...]


class SettlementChecked(SettlementFact, frozen=True, kw_only=True):
    """Another person found it right."""

    TOPIC: ClassVar[str] = "settlement-checked.v1"

    payable: int
    by_maker: bool = False
    payee: str | None = None
    """The account that it would be paid to on this day: paid to another one, it must be checked again."""


class SettlementPaid(SettlementFact, frozen=True, kw_only=True):
    """The merchant has the money; `carried` is what could not be taken back and goes into the next (at most 0)."""

    TOPIC: ClassVar[str] = "settlement-paid.v1"

    amount: int
    carried: int
    reference: str
    invoice: str | None = None
    invoice_amount: int | None = None
    invoiced_on: Day | None = None
    payee: str | None = None
    """The account's id in the vault."""
    payee_commitment: str | None = None
    """By which it can be proved to which account it was paid."""

    def entry(self) -> JournalEntry | None:
        """Nothing more to come for it."""
        if not self.amount:
            return None
        return JournalEntry(
            debit(chart.merchant(self.merchant), self.unit, self.amount), credit(chart.PAID, self.unit, self.amount)
        )


class SettlementWithdrawn(SettlementFact, frozen=True, kw_only=True):
    """It was not right."""

    TOPIC: ClassVar[str] = "settlement-withdrawn.v1"

    reason: str


class SettlementDisputed(SettlementFact, frozen=True, kw_only=True):
    """One purchase is contested."""

    TOPIC: ClassVar[str] = "settlement-disputed.v1"

    purchase: str
    reason: str
    note: str | None = None


class DisputeResolved(SettlementFact, frozen=True, kw_only=True):
    """The dispute was decided."""

    TOPIC: ClassVar[str] = "dispute-resolved.v1"

    purchase: str
    reason: str
    note: str | None = None


FACTS: Final = (
    SettlementDrafted,
    SettlementLinesAdded,
    SettlementChecked,
    SettlementPaid,
    SettlementWithdrawn,
    SettlementDisputed,
    DisputeResolved,
)

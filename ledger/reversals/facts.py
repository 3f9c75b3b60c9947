"""A movement between accounts or units was taken back: value returns to `account`, from where it had gone."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.limits.facts import Count
from ledger.points.facts import BetweenFact, Restored
from ledger.pools import Landed, Lot, Repaid, Terms
from ledger.values import AccountId, HoldId, TxId, UnitCode


class MoveReversed(BetweenFact, frozen=True, kw_only=True):
    """`account`, which had paid, has `amount` back; the other side gives its ranges, and owes what it had spent."""

    THERE: ClassVar[frozenset[str]] = frozenset({"taken"})

    of: TxId
    reason: str
    forgiven: int = 0
    """So much of what `account` had drawn below zero is filled again."""
    restored: tuple[Restored, ...] = ()
    landed: tuple[Landed, ...] = ()
    """What had been drawn below zero and was filled by others since: a lot that never expires."""
    repaid: tuple[Repaid, ...] = ()
    """Ranges of both that repaid debts of `account` at once."""
    taken: tuple[Lot, ...] = ()
    debt: int = 0
    """What the other side owes, or has drawn below zero, because it had spent it."""
    counts: tuple[Count, ...] = ()
    """What the limits get back."""

    def stream(self, tx: TxId) -> str:
        """One reversal, one stream."""
        return "reversal:" + tx

    def terms_of_pool(self, pool: str) -> Terms | None:
        """Those of a lot that had to be opened."""
        return next((item.terms for item in self.landed if item.pool == pool), None)


class TransferReversed(MoveReversed, frozen=True, kw_only=True):
    """A transfer from `account` to `to` was taken back."""

    TOPIC: ClassVar[str] = "transfer-reversed.v1"

    to: AccountId

    def entry(self) -> JournalEntry:
        """The mirror of the transfer."""
        return JournalEntry(debit(self.to, self.unit, self.amount), credit(self.account, self.unit, self.amount))

    def other_side(self) -> tuple[AccountId, UnitCode]:
        """Who had been paid."""
        return self.to, self.unit


class ConversionReversed(MoveReversed, frozen=True, kw_only=True):
    """A conversion into `to_unit` was taken back: `to_amount` of it for `amount` of `unit`."""

    TOPIC: ClassVar[str] = "conversion-reversed.v1"

    to_unit: UnitCode
    to_amount: int

    def entry(self) -> JournalEntry:
        """The mirror of the conversion."""
        return JournalEntry(
            debit(chart.CONVERTED, self.unit, self.amount),
            credit(self.account, self.unit, self.amount),
            debit(self.account, self.to_unit, self.to_amount),
            credit(chart.CONVERTED, self.to_unit, self.to_amount),
        )

    def other_side(self) -> tuple[AccountId, UnitCode]:
        """The same account in the other unit."""
        return self.account, self.to_unit


class CaptureReversed(MoveReversed, frozen=True, kw_only=True):
    """A capture of a hold on `account` was taken back, from `to` or (None) from the programme."""

    TOPIC: ClassVar[str] = "capture-reversed.v1"

    hold: HoldId
    to: AccountId | None = None

    def entry(self) -> JournalEntry:
        """The mirror of the capture."""
        giving = chart.REDEEMED if self.to is None else self.to
        return JournalEntry(debit(giving, self.unit, self.amount), credit(self.account, self.unit, self.amount))

    def other_side(self) -> tuple[AccountId, UnitCode] | None:
        """Who had been paid, if an account was."""
        return None if self.to is None else (self.to, self.unit)


FACTS: Final = (TransferReversed, ConversionReversed, CaptureReversed)

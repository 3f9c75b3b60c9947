"""What happens to funds. Each fact says what is free after it, so that its fund can be read off the journal."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.room import Fact
from ledger.values import TxId, UnitCode


class FundFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one fund."""

    fund: str
    unit: UnitCode

    def stream(self, tx: TxId) -> str:
        """The life of the fund."""
        del tx
        return "fund:" + self.fund


class FundOpened(FundFact, frozen=True, kw_only=True):
    """There is a fund; it holds nothing yet."""

    TOPIC: ClassVar[str] = "fund-opened.v1"

    source: str
    revolving: bool
    year: int | None = None


class FundAppropriated(FundFact, frozen=True, kw_only=True):
    """Its source put money into it."""

    TOPIC: ClassVar[str] = "fund-appropriated.v1"

    amount: int
    free: int
    reference: str | None = None

    def entry(self) -> JournalEntry:
        """The source gave; the fund has it free."""
        return JournalEntry(
            debit(chart.fund(self.fund, "source"), self.unit, self.amount),
            credit(chart.fund(self.fund, "free"), self.unit, self.amount),
        )


class CommitmentFact(FundFact, frozen=True, kw_only=True):
    """A fact about what one fund has promised."""

    commitment: str
    amount: int
    free: int

    def stream(self, tx: TxId) -> str:
        """The life of the promise."""
        del tx
        return "commitment:" + self.commitment


class FundCommitted(CommitmentFact, frozen=True, kw_only=True):
    """It was promised for one thing; of several funds that share in it, each has a fact of its own."""

    TOPIC: ClassVar[str] = "fund-committed.v1"

    of: str | None = None

    def entry(self) -> JournalEntry:
        """No longer free, not yet paid."""
        return JournalEntry(
            debit(chart.fund(self.fund, "free"), self.unit, self.amount),
            credit(chart.fund(self.fund, "committed"), self.unit, self.amount),
        )


class FundReleased(CommitmentFact, frozen=True, kw_only=True):
    """The promise was not needed: free again."""

    TOPIC: ClassVar[str] = "fund-released.v1"

    reason: str

    def entry(self) -> JournalEntry:
        """The mirror of the promise."""
        return JournalEntry(
            debit(chart.fund(self.fund, "committed"), self.unit, self.amount),
            credit(chart.fund(self.fund, "free"), self.unit, self.amount),
        )


class FundDisbursed(CommitmentFact, frozen=True, kw_only=True):
    """What was promised was paid."""

    TOPIC: ClassVar[str] = "fund-disbursed.v1"

    payee: str
    reference: str | None = None

    def entry(self) -> JournalEntry:
        """Out of the promises, to the payee."""
        return JournalEntry(
            debit(chart.fund(self.fund, "committed"), self.unit, self.amount),
            credit(chart.fund(self.fund, "disbursed"), self.unit, self.amount),
        )


class FundRecovered(CommitmentFact, frozen=True, kw_only=True):
    """What had been advanced was paid back: into the fund when it revolves, else to its source."""

    TOPIC: ClassVar[str] = "fund-recovered.v1"

    payer: str
    revolving: bool
    reference: str | None = None

    def entry(self) -> JournalEntry:
        """Less is paid out; what came back is free, or the source's again."""
        back = chart.fund(self.fund, "free" if self.revolving else "recovered")
        return JournalEntry(
            debit(chart.fund(self.fund, "disbursed"), self.unit, self.amount), credit(back, self.unit, self.amount)
        )


class FundRecommitted(CommitmentFact, frozen=True, kw_only=True):
    """What had been paid is promised again: the goods came back, and whoever has the coupon may spend it anew."""

    TOPIC: ClassVar[str] = "fund-recommitted.v1"

    payee: str
    reference: str | None = None

    def entry(self) -> JournalEntry:
        """The mirror of the payment."""
        return JournalEntry(
            debit(chart.fund(self.fund, "disbursed"), self.unit, self.amount),
            credit(chart.fund(self.fund, "committed"), self.unit, self.amount),
        )


class FundWrittenOff(CommitmentFact, frozen=True, kw_only=True):
    """What had been advanced will not come back. Nothing moves: it was paid out."""

    TOPIC: ClassVar[str] = "fund-written-off.v1"

    reason: str


class FundClosed(FundFact, frozen=True, kw_only=True):
    """The fund ended; `amount` was free and went back to its source. Said again of what comes free after its end.

    Carried forward `into` another fund of the same source, it is appropriated there in the same transaction.
    """

    TOPIC: ClassVar[str] = "fund-closed.v1"

    amount: int
    reason: str
    into: str | None = None

    def entry(self) -> JournalEntry:
        """The mirror of an appropriation."""
        return JournalEntry(
            debit(chart.fund(self.fund, "free"), self.unit, self.amount),
            credit(chart.fund(self.fund, "source"), self.unit, self.amount),
        )


FACTS: Final = (
    FundOpened,
    FundAppropriated,
    FundCommitted,
    FundReleased,
    FundDisbursed,
    FundRecommitted,
    FundRecovered,
    FundWrittenOff,
    FundClosed,
)

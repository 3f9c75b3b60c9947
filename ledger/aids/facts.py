"""What happens to claims for benefits: results, never a rate. What funds promise and pay stands beside, as theirs."""

from typing import ClassVar, Final

from ledger import chart
from ledger.accounting import JournalEntry, credit, debit
from ledger.aids.entities import AidLine, Exceptional
from ledger.funds.entities import Share
from ledger.limits.facts import Count
from ledger.room import Fact
from ledger.values import TxId, UnitCode


class AidFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one claim."""

    claim: str
    benefit: str
    unit: UnitCode

    def stream(self, tx: TxId) -> str:
        """The life of the claim."""
        del tx
        return "aid-claim:" + self.claim


class AidClaimed(AidFact, frozen=True, kw_only=True):
    """Somebody claimed it; `aid` of the lines is what they come to, reserved under their ceilings.

    `needed` people decide; with 0 nothing spoke against paying it at once.
    """

    TOPIC: ClassVar[str] = "aid-claimed.v1"

    lines: tuple[AidLine, ...]
    shares: tuple[Share, ...]
    needed: int
    exceptions: tuple[Exceptional, ...] = ()
    payee: str | None = None
    debtor: str | None = None
    evidence: str | None = None
    collects: bool = False
    counts: tuple[Count, ...] = ()


class AidApproved(AidFact, frozen=True, kw_only=True):
    """One more has decided for it: the `approvals`th of those who are `needed`."""

    TOPIC: ClassVar[str] = "aid-approved.v1"

    approvals: int
    needed: int


class AidRejected(AidFact, frozen=True, kw_only=True):
    """It will not be paid; what the persons had brought (`own`) they have back."""

    TOPIC: ClassVar[str] = "aid-rejected.v1"

    reason: str
    own: int = 0
    counts: tuple[Count, ...] = ()

    def entry(self) -> JournalEntry | None:
        """The mirror of collecting."""
        return _collected(self.unit, -self.own)


class AidShareCollected(AidFact, frozen=True, kw_only=True):
    """The persons brought what was left to them."""

    TOPIC: ClassVar[str] = "aid-share-collected.v1"

    amount: int
    reference: str | None = None

    def entry(self) -> JournalEntry | None:
        """It is on its way to the payee."""
        return _collected(self.unit, self.amount)


class AidPaid(AidFact, frozen=True, kw_only=True):
    """It was paid: `aid` by the funds, `own` out of what had been collected."""

    TOPIC: ClassVar[str] = "aid-paid.v1"

    aid: int
    own: int
    payee: str | None = None
    reference: str | None = None

    def entry(self) -> JournalEntry | None:
        """What was collected is passed on."""
        return _collected(self.unit, -self.own)


class AidRecovered(AidFact, frozen=True, kw_only=True):
    """Somebody paid `amount`: `back` went to the funds, the rest on to the persons."""

    TOPIC: ClassVar[str] = "aid-recovered.v1"

    amount: int
    back: int
    passed_on: int
    outstanding: int
    """What the funds may still have back."""
    payer: str
    reference: str | None = None
    counts: tuple[Count, ...] = ()


class AidWrittenOff(AidFact, frozen=True, kw_only=True):
    """`amount` will not come back."""

    TOPIC: ClassVar[str] = "aid-written-off.v1"

    amount: int
    outstanding: int
    reason: str


def _collected(unit: UnitCode, amount: int) -> JournalEntry | None:
    if not amount:
        return None
    sides = (chart.CLAIMANTS, chart.OWN_SHARES) if amount > 0 else (chart.OWN_SHARES, chart.CLAIMANTS)
    return JournalEntry(debit(sides[0], unit, abs(amount)), credit(sides[1], unit, abs(amount)))


FACTS: Final = (
    AidClaimed,
    AidApproved,
    AidRejected,
    AidShareCollected,
    AidPaid,
    AidRecovered,
    AidWrittenOff,
)

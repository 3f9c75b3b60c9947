"""A claim for a benefit: what was asked, what it came to, who decides, what was paid and what came back."""

from typing import ClassVar, Literal

import msgspec

from ledger.funds.entities import Share
from ledger.limits.facts import Count
from ledger.room import By, Entity
from ledger.values import HolderId, UnitCode

Exceptional = Literal["above-limit", "late"]
"""Why a claim that could be paid at once waits for people."""
Bound = Literal["most", "ceiling", "rest"]
"""What kept it below the rate: the most in one claim, the ceiling of the cycle, what others had left to pay."""

Status = Literal["waiting", "approved", "paid", "rejected"]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What one person claims for: it cost `amount`, of which others have paid `covered`."""

    holder: HolderId
    amount: int
    covered: int = 0


class AidLine(msgspec.Struct, frozen=True, gc=False):
    """What it came to: amount = covered + aid + own."""

    holder: HolderId
    amount: int
    covered: int
    aid: int
    own: int
    bound: Bound | None = None


class AidClaim(Entity, frozen=True, kw_only=True):
    """A claim with what was reckoned for it on the day it was made: a later scheme changes none of it."""

    KIND: ClassVar[str] = "aid-claim"

    benefit: str
    unit: UnitCode
    maker: By
    lines: tuple[AidLine, ...]
    shares: tuple[Share, ...]
    """The funds that pay, each with its weight."""
    needed: int
    """How many people decide; 0: nobody, it was paid at once."""
    exceptions: tuple[Exceptional, ...] = ()
    payee: str | None = None
    """Who is paid; None: each person himself."""
    debtor: str | None = None
    """Whose debt it is that was advanced; None: nobody's."""
    evidence: str | None = None
    collects: bool = False
    """Whether what is left to the person is collected from him before anything is paid."""
    counts: tuple[Count, ...] = ()
    status: Status = "waiting"
    approved_by: tuple[str, ...] = ()
    collected: bool = False
    recovered: int = 0
    """What came back to the funds."""
    passed_on: int = 0
    """What the debtor paid that went on to the persons."""
    written_off: int = 0

    @property
    def aid(self) -> int:
        """What the funds pay."""
        return sum(line.aid for line in self.lines)

    @property
    def own(self) -> int:
        """What is left to the persons."""
        return sum(line.own for line in self.lines)

    @property
    def open(self) -> int:
        """What may still come from whoever pays back: the whole debt of a debtor, else what was paid."""
        whole = self.aid if self.debtor is None else sum(line.amount - line.covered for line in self.lines)
        return whole - self.recovered - self.passed_on - self.written_off

    @property
    def outstanding(self) -> int:
        """What the funds paid and may still have back."""
        return self.aid - self.recovered - self.written_off if self.status == "paid" else 0


def commitment_of(claim: str) -> str:
    """Under which its funds have promised it: no hand but the claim's takes it."""
    return "aid-claim:" + claim

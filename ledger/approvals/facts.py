"""What happens to proposals, delegations and appeals. Notes are references into the vault, never text."""

from typing import Any, ClassVar, Final, Literal

from ledger.room import By, Fact
from ledger.values import Day, HolderId, Instant, ProposalId, TxId

Why = Literal["approval-limit", "over-budget", "proposed"]


class ProposalFact(Fact, frozen=True, kw_only=True):
    """A fact about one proposal."""

    proposal: ProposalId

    def stream(self, tx: TxId) -> str:
        """The life of the proposal."""
        del tx
        return "proposal:" + self.proposal


class ProposalMade(ProposalFact, frozen=True, kw_only=True):
    """A command waits for another person (R08); the id is that of the transaction that made it."""

    TOPIC: ClassVar[str] = "proposal-made.v1"

    command: dict[str, Any]
    """`{type: <route>, …fields}`, every field written out."""
    digest: str
    """SHA-256 of the command's canonical JSON: what an approval is bound to."""
    kind: str
    """The route of the command."""
    holder: HolderId | None
    maker: By
    expires_at: Instant
    why: Why


class ProposalApproved(ProposalFact, frozen=True, kw_only=True):
    """Another person allowed it; what it asked for stands beside this in the same transaction."""

    TOPIC: ClassVar[str] = "proposal-approved.v1"

    digest: str
    note: str | None
    on_behalf_of: str | None
    """The absent subject in whose place a delegate approved."""
    by_maker: bool
    """Maker and checker were one person, as the scheme allows: an audit lists these."""


class GlassBroken(ProposalFact, frozen=True, kw_only=True):
    """Its maker carried it out alone, because nobody else could be had: an audit lists these."""

    TOPIC: ClassVar[str] = "glass-broken.v1"

    digest: str
    reason: str
    note: str | None


class ProposalRejected(ProposalFact, frozen=True, kw_only=True):
    """It will not be carried out; its cause stays used."""

    TOPIC: ClassVar[str] = "proposal-rejected.v1"

    reason: str
    note: str | None


class ProposalExpired(ProposalFact, frozen=True, kw_only=True):
    """Nobody decided it in time."""

    TOPIC: ClassVar[str] = "proposal-expired.v1"


class DelegateNamed(Fact, frozen=True, kw_only=True):
    """Somebody may approve in an absent person's place, from one local day to another, both included (代审)."""

    TOPIC: ClassVar[str] = "delegate-named.v1"

    absent: str
    delegate: str
    from_on: Day
    to_on: Day

    def stream(self, tx: TxId) -> str:
        """Everybody who has stood in for that person."""
        del tx
        return "delegation:" + self.absent


class AppealFact(Fact, frozen=True, kw_only=True):
    """A fact about the appeal against one deduction; its id is the deduction's transaction."""

    appeal: TxId

    def stream(self, tx: TxId) -> str:
        """The life of the appeal."""
        del tx
        return "appeal:" + self.appeal


class AppealMade(AppealFact, frozen=True, kw_only=True):
    """A deduction is contested, in time (R36)."""

    TOPIC: ClassVar[str] = "appeal-made.v1"

    holder: HolderId
    note: str | None


class AppealDecided(AppealFact, frozen=True, kw_only=True):
    """Somebody who had no part in the deduction decided; when granted, the reversal stands beside this."""

    TOPIC: ClassVar[str] = "appeal-decided.v1"

    granted: bool
    reason: str
    note: str | None


FACTS: Final = (
    ProposalMade,
    ProposalApproved,
    GlassBroken,
    ProposalRejected,
    ProposalExpired,
    DelegateNamed,
    AppealMade,
    AppealDecided,
)

"""Proposals, delegations and appeals as they stand."""

from typing import Any, ClassVar, Literal

import msgspec

from ledger.approvals.facts import Why
from ledger.room import By, Entity
from ledger.values import Day, HolderId, Instant, ProposalId, TxId

Status = Literal["open", "approved", "rejected", "expired"]


class Proposal(Entity, frozen=True, kw_only=True):
    """A command that waits for another person, or what became of it."""

    KIND: ClassVar[str] = "proposal"

    id: ProposalId
    command: dict[str, Any]
    digest: str
    kind: str
    holder: HolderId | None
    maker: By
    occurred_at: Instant
    made_at: Instant
    expires_at: Instant
    why: Why
    position: int
    """Of its ProposalMade: what an approval names."""
    status: Status = "open"
    decided_position: int = 0

    def due_at(self, zone: str) -> Instant | None:
        """When it lapses undecided."""
        del zone
        return self.expires_at if self.status == "open" else None


class Term(msgspec.Struct, frozen=True, array_like=True):
    """Who stands in, from and to which local day, both included."""

    delegate: str
    from_on: Day
    to_on: Day


class Delegation(Entity, frozen=True, kw_only=True):
    """Everybody who stands or stood in for one subject, whose id this is."""

    KIND: ClassVar[str] = "delegation"

    terms: tuple[Term, ...] = ()

    def covers(self, delegate: str, day: Day) -> bool:
        """Whether that person stands in on that local day."""
        return any(term.delegate == delegate and term.from_on <= day <= term.to_on for term in self.terms)


class Appeal(Entity, frozen=True, kw_only=True):
    """The appeal against one deduction, whose transaction's id this is: one a deduction."""

    KIND: ClassVar[str] = "appeal"

    holder: HolderId
    maker: By
    made_at: Instant
    position: int
    status: Literal["open", "granted", "denied"] = "open"
    decided_position: int = 0
    deduction: TxId

"""Wishes about what needs a second person."""

from typing import Any, ClassVar

from ledger.approvals.content import command_of
from ledger.room import Command
from ledger.values import Day, ProposalId, TxId


class MakeProposal(Command, frozen=True, kw_only=True):
    """Let a command wait for another person: `{type: <route>, …fields}` of any other command."""

    ROUTE: ClassVar[str] = "proposal"

    command: dict[str, Any]

    def cause_scope(self) -> str:
        """That of the command itself: sent at once or proposed, its cause is used once."""
        return command_of(self.command).cause_scope()


class ApproveProposal(Command, frozen=True, kw_only=True):
    """Carry out what was proposed. `digest` binds the approver to what he saw; `note` is a reference."""

    ROUTE: ClassVar[str] = "approval"

    proposal: ProposalId
    digest: str | None = None
    on_behalf_of: str | None = None
    note: str | None = None


class BreakGlass(Command, frozen=True, kw_only=True):
    """Carry out one's own proposal alone, because nobody else can be had: it is said, with why, for whoever audits."""

    ROUTE: ClassVar[str] = "break-glass"

    proposal: ProposalId
    digest: str
    reason: str
    note: str | None = None


class RejectProposal(Command, frozen=True, kw_only=True):
    """End a proposal without carrying it out, for a reason of the scheme."""

    ROUTE: ClassVar[str] = "rejection"

    proposal: ProposalId
    reason: str
    note: str | None = None


class NameDelegate(Command, frozen=True, kw_only=True):
    """Let somebody approve in an absent person's place on these local days, both included. Both are subjects."""

    ROUTE: ClassVar[str] = "delegate"

    absent: str
    delegate: str
    from_on: Day
    to_on: Day


class AppealDeduction(Command, frozen=True, kw_only=True):
    """Contest a deduction by its transaction: by the holder, or by somebody for him. `note` is a reference."""

    ROUTE: ClassVar[str] = "appeal"

    of: TxId
    note: str | None = None


class DecideAppeal(Command, frozen=True, kw_only=True):
    """Grant or deny an appeal; its id is the deduction's transaction."""

    ROUTE: ClassVar[str] = "appeal-decision"

    appeal: TxId
    granted: bool
    reason: str
    note: str | None = None

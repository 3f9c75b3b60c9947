"""Bodies of wishes about behaviours and about what needs a second person."""

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from api.bodies.shapes import Amount, Code, Id, Quantity, Text, WriteBody

Subject = Annotated[str, Meta(pattern="^[!-~]{1,128}$", description="`person:<id>`.")]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="Binds the decision to what was seen.")]


class BehaviourBody(WriteBody, frozen=True, kw_only=True):
    """Record what a person did: credited or deducted as the scheme says, or proposed where it wants a second person."""

    holder: Id
    behaviour: Code
    target: Code | None = None
    evidence: Id | None = None
    """A reference to the evidence, never text."""
    amount: Amount | None = None
    """With behaviours of kind `opening` alone."""
    reason: Code | None = None
    quantity: Quantity | UnsetType = UNSET
    """With behaviours of which the scheme allows several at once, and there it must be named."""


class ProposalBody(WriteBody, frozen=True, kw_only=True):
    """Let a command wait for another person: `{type, …}` as in a batch, without `id`."""

    command: dict[str, Any]


class ApprovalBody(WriteBody, frozen=True, kw_only=True):
    """Carry out what was proposed."""

    proposal: Id
    digest: Digest | None = None
    on_behalf_of: Subject | None = None
    note: Text | None = None
    """Kept in the vault; the ledger carries a reference."""


class BreakGlassBody(WriteBody, frozen=True, kw_only=True):
    """Carry out one's own proposal alone, because nobody else can be had."""

    proposal: Id
    digest: Digest
    reason: Code
    note: Text | None = None


class RejectionBody(WriteBody, frozen=True, kw_only=True):
    """End a proposal without carrying it out."""

    proposal: Id
    reason: Code
    note: Text | None = None


class DelegateBody(WriteBody, frozen=True, kw_only=True):
    """Let somebody approve in an absent person's place on these local days, both included."""

    absent: Subject
    delegate: Subject
    from_on: date
    to_on: date


class AppealBody(WriteBody, frozen=True, kw_only=True):
    """Contest a deduction, named by its transaction."""

    of: Id
    note: Text | None = None


class AppealDecisionBody(WriteBody, frozen=True, kw_only=True):
    """Grant or deny an appeal; its id is the deduction's transaction."""

    appeal: Id
    granted: bool
    reason: Code
    note: Text | None = None

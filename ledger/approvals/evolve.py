"""How proposals, delegations and appeals follow the facts about them."""

from typing import Final

import msgspec

from ledger.approvals.entities import Appeal, Delegation, Proposal, Status, Term
from ledger.approvals.facts import (
    AppealDecided,
    AppealFact,
    AppealMade,
    DelegateNamed,
    GlassBroken,
    ProposalApproved,
    ProposalExpired,
    ProposalFact,
    ProposalMade,
    ProposalRejected,
)
from ledger.room import Evolution, Meta

DECIDED: Final[dict[type[ProposalFact], Status]] = {
    ProposalApproved: "approved",
    GlassBroken: "approved",
    ProposalRejected: "rejected",
    ProposalExpired: "expired",
}


def proposals(fact: ProposalFact, _meta: Meta) -> tuple[str, ...]:
    """The proposal itself."""
    return (fact.proposal,)


def on_made(_proposal: Proposal | None, fact: ProposalMade, meta: Meta, _id: str) -> Proposal:
    """A proposal waits."""
    return Proposal(
        id=fact.proposal,
        command=fact.command,
        digest=fact.digest,
        kind=fact.kind,
        holder=fact.holder,
        maker=fact.maker,
        occurred_at=meta.occurred_at,
        made_at=meta.recorded_at,
        expires_at=fact.expires_at,
        why=fact.why,
        position=meta.position,
    )


def on_decided(proposal: Proposal, fact: ProposalFact, meta: Meta, _id: str) -> Proposal:
    """It waits no more."""
    return msgspec.structs.replace(proposal, status=DECIDED[type(fact)], decided_position=meta.position)


def on_delegate(delegation: Delegation | None, fact: DelegateNamed, _meta: Meta, _id: str) -> Delegation:
    """One term more."""
    before = delegation.terms if delegation else ()
    return Delegation(terms=(*before, Term(fact.delegate, fact.from_on, fact.to_on)))


def appeals(fact: AppealFact, _meta: Meta) -> tuple[str, ...]:
    """The appeal itself."""
    return (fact.appeal,)


def on_appeal(_appeal: Appeal | None, fact: AppealMade, meta: Meta, _id: str) -> Appeal:
    """An appeal waits."""
    return Appeal(
        deduction=fact.appeal, holder=fact.holder, maker=meta.by, made_at=meta.recorded_at, position=meta.position
    )


def on_appeal_decided(appeal: Appeal, fact: AppealDecided, meta: Meta, _id: str) -> Appeal:
    """It waits no more."""
    status: Final = "granted" if fact.granted else "denied"
    return msgspec.structs.replace(appeal, status=status, decided_position=meta.position)


EVOLUTIONS: Final = (
    Evolution(ProposalMade, Proposal, proposals, on_made),
    Evolution(ProposalApproved, Proposal, proposals, on_decided),
    Evolution(GlassBroken, Proposal, proposals, on_decided),
    Evolution(ProposalRejected, Proposal, proposals, on_decided),
    Evolution(ProposalExpired, Proposal, proposals, on_decided),
    Evolution(DelegateNamed, Delegation, lambda fact, _meta: (fact.absent,), on_delegate),
    Evolution(AppealMade, Appeal, appeals, on_appeal),
    Evolution(AppealDecided, Appeal, appeals, on_appeal_decided),
)

"""How claims follow the facts about them."""

from typing import Final

from msgspec.structs import replace

from ledger.aids.entities import AidClaim
from ledger.aids.facts import (
    AidApproved,
    AidClaimed,
    AidFact,
    AidPaid,
    AidRecovered,
    AidRejected,
    AidShareCollected,
    AidWrittenOff,
)
from ledger.limits.evolve import counted
from ledger.room import Evolution, Meta


def claim(fact: AidFact, _meta: Meta) -> tuple[str, ...]:
    """The claim."""
    return (fact.claim,)


def on_claimed(_claim: AidClaim | None, fact: AidClaimed, meta: Meta, _id: str) -> AidClaim:
    """Reckoned; what nobody needs to decide is as good as approved."""
    return AidClaim(
        benefit=fact.benefit,
        unit=fact.unit,
        maker=meta.by,
        lines=fact.lines,
        shares=fact.shares,
        needed=fact.needed,
        exceptions=fact.exceptions,
        payee=fact.payee,
        debtor=fact.debtor,
        evidence=fact.evidence,
        collects=fact.collects,
        counts=fact.counts,
        status="waiting" if fact.needed else "approved",
    )


def on_approved(claim: AidClaim, fact: AidApproved, meta: Meta, _id: str) -> AidClaim:
    """One more; with the last it is decided."""
    status = "approved" if fact.approvals == fact.needed else claim.status
    return replace(claim, approved_by=(*claim.approved_by, meta.by.subject or ""), status=status)


def on_rejected(claim: AidClaim, _fact: AidRejected, _meta: Meta, _id: str) -> AidClaim:
    """Over."""
    return replace(claim, status="rejected", counts=(), collected=False)


def on_collected(claim: AidClaim, _fact: AidShareCollected, _meta: Meta, _id: str) -> AidClaim:
    """It can be paid."""
    return replace(claim, collected=True)


def on_paid(claim: AidClaim, _fact: AidPaid, _meta: Meta, _id: str) -> AidClaim:
    """Paid."""
    return replace(claim, status="paid")


def on_recovered(claim: AidClaim, fact: AidRecovered, _meta: Meta, _id: str) -> AidClaim:
    """Less is outstanding."""
    return replace(claim, recovered=claim.recovered + fact.back, passed_on=claim.passed_on + fact.amount - fact.back)


def on_written_off(claim: AidClaim, fact: AidWrittenOff, _meta: Meta, _id: str) -> AidClaim:
    """Less is outstanding, and nobody has it."""
    return replace(claim, written_off=claim.written_off + fact.amount)


EVOLUTIONS: Final = (
    Evolution(AidClaimed, AidClaim, claim, on_claimed),
    counted(AidClaimed),
    Evolution(AidApproved, AidClaim, claim, on_approved),
    Evolution(AidRejected, AidClaim, claim, on_rejected),
    counted(AidRejected),
    Evolution(AidShareCollected, AidClaim, claim, on_collected),
    Evolution(AidPaid, AidClaim, claim, on_paid),
    Evolution(AidRecovered, AidClaim, claim, on_recovered),
    counted(AidRecovered),
    Evolution(AidWrittenOff, AidClaim, claim, on_written_off),
)

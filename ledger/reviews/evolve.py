"""How a review follows the facts about it."""

from typing import Final

import msgspec

from ledger.limits.evolve import counted
from ledger.patrols.entities import Claim, Status
from ledger.reviews.entities import Review
from ledger.reviews.facts import (
    PatrolAppealDecided,
    PatrolAppealed,
    PatrolApproved,
    PatrolReferred,
    PatrolRejected,
    ReviewFact,
)
from ledger.room import Evolution, Meta


def reviews(fact: ReviewFact, _meta: Meta) -> tuple[str, ...]:
    """The review itself."""
    return (fact.claim,)


def on_referred(_review: Review | None, fact: PatrolReferred, meta: Meta, _id: str) -> Review:
    """A person is to decide."""
    return Review(
        claim=fact.claim,
        task=fact.task,
        holder=fact.holder,
        status="referred",
        findings=fact.findings,
        measured=fact.measured,
        position=meta.position,
    )


def on_approved(review: Review | None, fact: PatrolApproved, meta: Meta, _id: str) -> Review:
    """It counts: at once, by a person, or after an appeal, whose decision stands beside the first one."""
    after = msgspec.structs.replace(
        _begun(review, fact, meta),
        status="approved",
        credited=fact.credited,
        withheld=fact.withheld,
        corrects=fact.corrects,
    )
    return after if fact.corrects is not None else _decided(after, fact, meta)


def on_rejected(review: Review | None, fact: PatrolRejected, meta: Meta, _id: str) -> Review:
    """It does not count."""
    begun = _begun(review, fact, meta)
    after = msgspec.structs.replace(begun, status="rejected", appeal_until_at=fact.appeal_until_at)
    return _decided(after, fact, meta)


def _begun(review: Review | None, fact: PatrolApproved | PatrolRejected, meta: Meta) -> Review:
    return review or Review(
        claim=fact.claim,
        task=fact.task,
        holder=fact.holder,
        status="referred",
        findings=fact.findings,
        measured=fact.measured,
        position=meta.position,
    )


def _decided(review: Review, fact: PatrolApproved | PatrolRejected, meta: Meta) -> Review:
    return msgspec.structs.replace(
        review,
        decided_by=meta.by,
        decided_at=meta.recorded_at,
        decided_position=meta.position,
        reason=fact.reason,
        note=fact.note,
    )


def on_appealed(review: Review, _fact: PatrolAppealed, meta: Meta, _id: str) -> Review:
    """The rejection is contested."""
    return msgspec.structs.replace(
        review,
        status="appealed",
        appealed_by=meta.by,
        appealed_at=meta.recorded_at,
        appealed_position=meta.position,
    )


def on_appeal_decided(review: Review, fact: PatrolAppealDecided, meta: Meta, _id: str) -> Review:
    """Denied, the rejection stands; granted, an approval follows in the same transaction."""
    return msgspec.structs.replace(
        review,
        status=review.status if fact.granted else "upheld",
        appeal_decided_by=meta.by,
        appeal_decided_at=meta.recorded_at,
        appeal_decided_position=meta.position,
        appeal_reason=fact.reason,
    )


# The claim ---------------------------------------------------------------------------------------------------

STATUS: Final[dict[type[ReviewFact], Status]] = {
    PatrolReferred: "referred",
    PatrolApproved: "approved",
    PatrolRejected: "rejected",
}


def on_claim(claim: Claim, fact: ReviewFact, _meta: Meta, _id: str) -> Claim:
    """How its claim stands now; an appeal changes that only by the approval which follows it."""
    return msgspec.structs.replace(claim, status=STATUS[type(fact)])


EVOLUTIONS: Final = (
    Evolution(PatrolReferred, Review, reviews, on_referred),
    Evolution(PatrolApproved, Review, reviews, on_approved),
    counted(PatrolApproved),
    Evolution(PatrolRejected, Review, reviews, on_rejected),
    Evolution(PatrolAppealed, Review, reviews, on_appealed),
    Evolution(PatrolAppealDecided, Review, reviews, on_appeal_decided),
    *(Evolution(fact, Claim, reviews, on_claim) for fact in STATUS),
)

"""Deciding about claims for benefits. Checks: terms (422), existence, status, who decides, what is left; no more."""

from collections.abc import Iterable
from typing import Final

from ledger.aids.claiming import claim, drawn, named
from ledger.aids.commands import ApproveAid, ClaimAid, CollectShare, PayAid, RecoverAid, RejectAid, WriteOffAid
from ledger.aids.entities import AidClaim, commitment_of
from ledger.aids.facts import AidApproved, AidRejected, AidShareCollected
from ledger.aids.paying import claim_in, pay, recover, write_off
from ledger.approvals.content import reference
from ledger.approvals.people import by_maker, deciding_person
from ledger.funds.entities import Commitment, Fund
from ledger.funds.promising import promising, releasing
from ledger.limits.entities import Counter
from ledger.limits.facts import all_back
from ledger.refusals import NotEligible
from ledger.room import Book, Facts, Handler, Key, Now

OfClaim = ApproveAid | RejectAid | CollectShare | PayAid | RecoverAid | WriteOffAid
"""Wishes about a claim that was made."""


def approve(command: ApproveAid, book: Book, now: Now) -> Facts:
    """Checks: claim (404), waiting, a person, not its maker (403), not one who has decided, what is free in the funds.

    Whoever approves decides on exactly what was reckoned: a claim is never changed.
    """
    found = claim_in(book, command.claim, "waiting")
    person = deciding_person(now)
    by_maker(book, now, found.maker)
    if person in found.approved_by:
        raise NotEligible(reason="approved-already")
    approvals = len(found.approved_by) + 1
    id = commitment_of(command.claim)
    promise = list(promising(book, id, found.shares, found.aid, id)) if approvals == found.needed else []
    yield AidApproved(
        claim=command.claim,
        benefit=found.benefit,
        unit=found.unit,
        approvals=approvals,
        needed=found.needed,
    )
    yield from promise


def reject(command: RejectAid, book: Book, now: Now) -> Facts:
    """Take it back. What was promised is released, what was drawn on ceilings given back.

    Checks: reason (422), claim (404), neither paid nor rejected.
    """
    book.scheme(now.day).reason(command.reason)
    found = claim_in(book, command.claim, "waiting", "approved")
    yield AidRejected(
        claim=command.claim,
        benefit=found.benefit,
        unit=found.unit,
        reason=command.reason,
        own=found.own if found.collected else 0,
        counts=all_back(found.counts),
    )
    if found.status == "approved":
        yield from releasing(book, commitment_of(command.claim), found.aid, command.reason)


def collect(command: CollectShare, book: Book, _now: Now) -> Facts:
    """Checks: reference (422), claim (404), approved, something to collect and not collected yet."""
    reference("reference", command.reference)
    found = claim_in(book, command.claim, "approved")
    if not found.collects or found.collected:
        raise NotEligible(reason="nothing-to-collect")
    yield AidShareCollected(
        claim=command.claim,
        benefit=found.benefit,
        unit=found.unit,
        amount=found.own,
        reference=command.reference,
    )


# What they read ----------------------------------------------------------------------------------------------------


def claimed(command: OfClaim, _book: Book) -> Iterable[Key]:
    """The claim, and what its funds promised."""
    return [(AidClaim.KIND, command.claim), (Commitment.KIND, commitment_of(command.claim))]


def behind(command: OfClaim, book: Book) -> Iterable[Key]:
    """Its funds and the counters of its ceilings."""
    found = book.get(AidClaim, command.claim)
    if found is not None:
        yield from ((Fund.KIND, share.fund) for share in found.shares)
        yield from ((Counter.KIND, count.counter) for count in found.counts)


HANDLERS: Final = (
    Handler(ClaimAid, claim, (named, drawn)),
    Handler(ApproveAid, approve, (claimed, behind)),
    Handler(RejectAid, reject, (claimed, behind)),
    Handler(CollectShare, collect, (claimed, behind)),
    Handler(PayAid, pay, (claimed, behind)),
    Handler(RecoverAid, recover, (claimed, behind)),
    Handler(WriteOffAid, write_off, (claimed, behind)),
)

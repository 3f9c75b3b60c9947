"""Paying a claim, having advances back, giving them up."""

from collections.abc import Iterator

from ledger.aids.commands import PayAid, RecoverAid, WriteOffAid
from ledger.aids.entities import AidClaim, Status, commitment_of
from ledger.aids.facts import AidPaid, AidRecovered, AidWrittenOff
from ledger.approvals.content import reference
from ledger.funds.promising import coming_back, paying, writing_off
from ledger.limits.drawing import counted_back
from ledger.points.decide import whole
from ledger.refusals import ExceedsOriginal, Malformed, NotEligible
from ledger.room import Book, Fact, Facts, Now
from ledger.values import holder_account


def claim_in(book: Book, id: str, *statuses: Status) -> AidClaim:
    """The claim, or `not-found`, or `not-eligible` where it has another status than one of these."""
    claim = book.the(AidClaim, id)
    if claim.status not in statuses:
        raise NotEligible(reason=f"claim-{claim.status}")
    return claim


def pay(command: PayAid, book: Book, _now: Now) -> Facts:
    """Checks: reference (422), claim (404), approved, what is left to the persons collected where it must be."""
    reference("reference", command.reference)
    found = claim_in(book, command.claim, "approved")
    if found.collects and not found.collected:
        raise NotEligible(reason="own-share-missing")
    yield from paid(book, command.claim, command.reference)


def paid(book: Book, id: str, reference: str | None) -> Iterator[Fact]:
    """Out of what the funds promised, to whoever is named or to each person, and with what was collected."""
    claim = book.the(AidClaim, id)
    yield AidPaid(
        claim=id,
        benefit=claim.benefit,
        unit=claim.unit,
        aid=claim.aid,
        own=claim.own if claim.collected else 0,
        payee=claim.payee,
        reference=reference,
    )
    for line in claim.lines:
        payee = claim.payee or holder_account(line.holder)
        yield from paying(book, commitment_of(id), line.aid, payee, reference)


# What comes back -----------------------------------------------------------------------------------------------


def recover(command: RecoverAid, book: Book, _now: Now) -> Facts:
    """Have back what was advanced, or what was paid by mistake: ceilings get it back as well.

    Checks: amounts, payer and reference (422), claim (404), paid, so much still to come, and so much to the funds.
    """
    amount = whole(command.amount)
    reference("payer", command.payer)
    reference("reference", command.reference)
    if command.back is not None and not 0 <= command.back <= amount:
        raise Malformed(errors=["back: from 0 to the amount"])
    claim = claim_in(book, command.claim, "paid")
    if amount > claim.open:
        raise ExceedsOriginal(original=claim.open, reversed=0, requested=amount)
    back = min(amount, claim.outstanding) if command.back is None else command.back
    if back > claim.outstanding:
        raise ExceedsOriginal(original=claim.outstanding, reversed=0, requested=back)
    yield AidRecovered(
        claim=command.claim,
        benefit=claim.benefit,
        unit=claim.unit,
        amount=amount,
        back=back,
        passed_on=amount - back,
        outstanding=claim.outstanding - back,
        payer=command.payer,
        reference=command.reference,
        counts=counted_back(claim.counts, amount=back, original=claim.aid, before=claim.recovered),
    )
    yield from coming_back(book, commitment_of(command.claim), back, command.payer, command.reference)


def write_off(command: WriteOffAid, book: Book, now: Now) -> Facts:
    """Checks: amount and reason (422), claim (404), paid, so much outstanding."""
    book.scheme(now.day).reason(command.reason)
    asked = None if command.amount is None else whole(command.amount)
    claim = claim_in(book, command.claim, "paid")
    amount = max(1, claim.outstanding) if asked is None else asked
    if amount > claim.outstanding:
        raise ExceedsOriginal(original=claim.outstanding, reversed=0, requested=amount)
    yield AidWrittenOff(
        claim=command.claim,
        benefit=claim.benefit,
        unit=claim.unit,
        amount=amount,
        outstanding=claim.outstanding - amount,
        reason=command.reason,
    )
    yield from writing_off(book, commitment_of(command.claim), amount, command.reason)

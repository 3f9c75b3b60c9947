"""Deciding about finished patrols. Checks: shape, existence, status, who decides; then nothing may fail."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.content import reference
from ledger.patrols.entities import Claim, Route, Task
from ledger.people.entities import Holder
from ledger.periods.entities import Books
from ledger.refusals import AlreadyDecided, Forbidden, NotEligible
from ledger.reviews import appeals
from ledger.reviews.commands import AppealPatrol, ApprovePatrol, DecidePatrolAppeal, RejectPatrol, ReviewPatrol
from ledger.reviews.crediting import finished
from ledger.reviews.entities import Review
from ledger.reviews.judging import awaited_until_at, judge, needs_person
from ledger.reviews.persons import another_person
from ledger.reviews.verdicts import Verdict, approving, earned, patrol_rules, referring, rejecting
from ledger.room import Book, Facts, Handler, Inner, Key, Now
from ledger.scheme.entities import Adopted
from ledger.values import Instant


def review(command: ReviewPatrol, book: Book, now: Now) -> Facts:
    """Approve, reject or leave to a person, by what was measured; nothing when it was reviewed before.

    Checks: `system` alone (403), claim (404), finished, measured in the track that the claim has now, and without a
    track that none is awaited any more.
    """
    if now.by.principal != "system":
        raise Forbidden(permission="system")
    claim = book.the(Claim, command.claim)
    if book.get(Review, command.claim) is not None:
        return
    _reviewable(command, claim, book, now)
    task = book.the(Task, claim.task)
    points = book.the(Route, task.route).points
    findings = judge(command.measured, points, task, patrol_rules(book, task), command.elsewhere or 0)
    verdict = Verdict(claim=command.claim, reviewed_by="machine", findings=findings, measured=command.measured)
    if not findings:
        yield from approving(verdict, book, now)
    elif needs_person(findings):
        yield referring(verdict, book)
    else:
        yield rejecting(verdict, book, now)


def _reviewable(command: ReviewPatrol, claim: Claim, book: Book, now: Now) -> None:
    if claim.status != "finished":
        raise NotEligible(reason="not-finished")
    if command.commitment != claim.commitment:
        raise NotEligible(reason="another-track")
    if command.measured is None and claim.track is None and now.recorded_at < _awaited_until_at(claim, book):
        raise NotEligible(reason="track-awaited")


def _awaited_until_at(claim: Claim, book: Book) -> Instant:
    return awaited_until_at(finished(claim), patrol_rules(book, book.the(Task, claim.task)))


# By a person -------------------------------------------------------------------------------------------------


def approve(command: ApprovePatrol, book: Book, now: Now) -> Facts:
    """Approve what was referred, whatever was found. Checks: note, reason (422), claim (404), waiting, who (403)."""
    yield from approving(_verdict(command, book, now), book, now)


def reject(command: RejectPatrol, book: Book, now: Now) -> Facts:
    """Reject what was referred, for a reason of the scheme. Checks as for an approval."""
    yield rejecting(_verdict(command, book, now), book, now)


def _verdict(command: ApprovePatrol | RejectPatrol, book: Book, now: Now) -> Verdict:
    claim, found = _waiting(command, book, now)
    reviewer = another_person(book, now, claim)
    return Verdict(
        claim=command.claim,
        reviewed_by="person",
        reviewer=reviewer,
        findings=found.findings,
        measured=found.measured,
        reason=command.reason,
        note=command.note,
    )


def _waiting(command: ApprovePatrol | RejectPatrol, book: Book, now: Now) -> tuple[Claim, Review]:
    reference("note", command.note)
    if command.reason is not None:
        book.scheme(now.today).reason(command.reason)
    claim = book.the(Claim, command.claim)
    found = book.get(Review, command.claim)
    if found is None:
        raise NotEligible(reason="not-referred")
    if found.status != "referred":
        raise AlreadyDecided(decision=found.decision, position=found.decided_position)
    return claim, found


# Keys --------------------------------------------------------------------------------------------------------

Deciding = ReviewPatrol | ApprovePatrol | RejectPatrol | DecidePatrolAppeal


def claims(command: Deciding | AppealPatrol, _book: Book) -> Iterable[Key]:
    """The claim, what is known of its review, the scheme, the open period."""
    yield Claim.KIND, command.claim
    yield Review.KIND, command.claim
    yield Adopted.KIND, Adopted.ID
    yield Books.KIND, Books.ID


def tasks_and_walkers(command: Deciding | AppealPatrol, book: Book) -> Iterable[Key]:
    """The task, by which claims that are overdue fall back first, and the walker."""
    claim = book.get(Claim, command.claim)
    if claim is not None:
        yield Task.KIND, claim.task
        yield Holder.KIND, claim.holder


def routes_and_survivors(command: Deciding | AppealPatrol, book: Book) -> Iterable[Key]:
    """The points to judge by, and the record into which the walker's was merged."""
    claim = book.get(Claim, command.claim)
    if claim is None:
        return
    if isinstance(command, ReviewPatrol):
        yield Route.KIND, book.the(Task, claim.task).route
    into = book.the(Holder, claim.holder).merged_into
    if into is not None:
        yield Holder.KIND, into


def awards(command: Deciding, book: Book) -> Iterable[Inner | Key]:
    """All that an approval would credit."""
    claim = book.get(Claim, command.claim)
    return () if claim is None else earned(command.claim, claim, book)


_FOUND: Final = (claims, tasks_and_walkers, routes_and_survivors)
HANDLERS: Final = (
    Handler(ReviewPatrol, review, (*_FOUND, awards)),
    Handler(ApprovePatrol, approve, (*_FOUND, awards)),
    Handler(RejectPatrol, reject, _FOUND),
    Handler(AppealPatrol, appeals.appeal, _FOUND),
    Handler(DecidePatrolAppeal, appeals.decide_appeal, (*_FOUND, awards)),
)

"""Appeals: a rejection contested in time, decided by somebody who had no part in it, credited once when granted."""

from ledger.approvals.content import reference
from ledger.patrols.entities import Claim
from ledger.people.standing import survivor
from ledger.refusals import AlreadyDecided, AlreadyExists, AppealClosed, NotEligible, NotFound
from ledger.reviews.commands import AppealPatrol, DecidePatrolAppeal
from ledger.reviews.entities import Review
from ledger.reviews.facts import PatrolAppealDecided, PatrolAppealed
from ledger.reviews.persons import another_person
from ledger.reviews.verdicts import Verdict, approving
from ledger.room import Book, Facts, Now


def appeal(command: AppealPatrol, book: Book, now: Now) -> Facts:
    """Checks: note (422), claim (404), rejected, one appeal each, within its days."""
    reference("note", command.note)
    claim = book.the(Claim, command.claim)
    found = book.get(Review, command.claim)
    if found is None or found.status == "referred":
        raise NotEligible(reason="not-decided")
    if found.appealed_at is not None:
        raise AlreadyExists(kind="appeal", id=command.claim)
    if found.status != "rejected":
        raise AlreadyDecided(decision=found.decision, position=found.decided_position)
    if found.appeal_until_at is None or found.appeal_until_at <= now.recorded_at:
        raise AppealClosed(until=found.appeal_until_at)
    yield PatrolAppealed(claim=command.claim, task=claim.task, holder=survivor(book, claim.holder), note=command.note)


def decide_appeal(command: DecidePatrolAppeal, book: Book, now: Now) -> Facts:
    """Grant or deny. A granted one approves the patrol after all, and says which rejection that corrects.

    Its credits occurred when the patrol ended: after the month was closed they stand in the open period and say which
    month they belong to. Checks: note and reason (422), claim and appeal (404), not decided, a person, who neither
    walked nor filed the patrol, nor rejected it, nor made the appeal (403).
    """
    reference("note", command.note)
    book.scheme(now.today).reason(command.reason)
    claim = book.the(Claim, command.claim)
    contested = book.get(Review, command.claim)
    if contested is None or contested.appealed_at is None:
        raise NotFound(kind="appeal", id=command.claim)
    if contested.appeal_decided_at is not None:
        decision = "denied" if contested.status == "upheld" else "granted"
        raise AlreadyDecided(decision=decision, position=contested.appeal_decided_position)
    judge = another_person(book, now, claim, (contested.decided_by, contested.appealed_by))
    yield PatrolAppealDecided(
        claim=command.claim,
        task=claim.task,
        holder=survivor(book, claim.holder),
        granted=command.granted,
        reason=command.reason,
        note=command.note,
    )
    if command.granted:
        yield from approving(_after_all(command, contested, judge), book, now)


def _after_all(command: DecidePatrolAppeal, contested: Review, judge: str) -> Verdict:
    return Verdict(
        claim=command.claim,
        reviewed_by="person",
        reviewer=judge,
        findings=contested.findings,
        measured=contested.measured,
        corrects=contested.decided_position,
        reason=command.reason,
        note=command.note,
    )

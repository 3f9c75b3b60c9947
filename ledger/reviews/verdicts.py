"""Verdicts on a patrol: rejected, left to a person, or approved, with the credits in the same transaction."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from ledger.calendar import day_after, end_of_day
from ledger.limits.entities import Counter
from ledger.patrols.entities import Claim, Task
from ledger.people.standing import survivor
from ledger.refusals import LimitExceeded
from ledger.reviews.crediting import Award, crediting, finished, once, paid_counters, recording, withheld
from ledger.reviews.facts import (
    Credited,
    Finding,
    Measured,
    PatrolApproved,
    PatrolReferred,
    PatrolRejected,
    Reviewer,
    Withheld,
)
from ledger.room import Book, Facts, Inner, Key, Now
from ledger.scheme.patrolling import Patrols
from ledger.values import ClaimId, Instant, instant, moment


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about a patrol and by whom, before anybody looked at what it credits."""

    claim: ClaimId
    reviewed_by: Reviewer
    reviewer: str | None = None
    """The subject, where a person decided."""
    findings: tuple[Finding, ...] = ()
    measured: Measured | None = None
    corrects: int | None = None
    reason: str | None = None
    note: str | None = None


def referring(verdict: Verdict, book: Book) -> PatrolReferred:
    """A person is to see it."""
    claim = book.the(Claim, verdict.claim)
    return PatrolReferred(
        claim=verdict.claim,
        task=claim.task,
        holder=survivor(book, claim.holder),
        findings=verdict.findings,
        measured=verdict.measured,
    )


def rejecting(verdict: Verdict, book: Book, now: Now) -> PatrolRejected:
    """It does not count; its days of appeal are counted from when this is recorded."""
    claim = book.the(Claim, verdict.claim)
    days = patrol_rules(book, book.the(Task, claim.task)).appeal_days
    return PatrolRejected(
        claim=verdict.claim,
        task=claim.task,
        holder=survivor(book, claim.holder),
        reviewed_by=verdict.reviewed_by,
        findings=verdict.findings,
        measured=verdict.measured,
        reason=verdict.reason,
        note=verdict.note,
        appeal_until_at=end_of_day(day_after(now.today, days), now.zone),
    )


def approving(verdict: Verdict, book: Book, now: Now) -> Facts:
    """The approval, then its credits.

    What stands in the way of an award is known by trying: the approval says it, and stands before what it credits.
    """
    claim, position = book.the(Claim, verdict.claim), now.position
    at = dated(claim, book.the(Task, claim.task), now.zone)
    award = award_for(verdict.claim, claim, book, at, verdict.reviewer)
    told: list[Credited | Withheld] = []
    try:
        counts = once(award, book)
    except LimitExceeded as paid:
        counts, told = (), [withheld(behaviour, paid) for behaviour in award.behaviours]
        award = msgspec.structs.replace(award, behaviours=())
    now.rehearsed(crediting(award, book, now, position, told.append))
    yield PatrolApproved(
        claim=verdict.claim,
        task=claim.task,
        holder=award.holder,
        reviewed_by=verdict.reviewed_by,
        measured=verdict.measured,
        findings=verdict.findings,
        credited=tuple(outcome for outcome in told if isinstance(outcome, Credited)),
        withheld=tuple(outcome for outcome in told if isinstance(outcome, Withheld)),
        corrects=verdict.corrects,
        reason=verdict.reason,
        note=verdict.note,
        counts=counts,
    )
    yield from crediting(award, book, now, position, lambda _outcome: None)


def patrol_rules(book: Book, task: Task) -> Patrols:
    """Those of the day of the patrol: what it is judged by does not move while a review waits (R06)."""
    return book.scheme(task.on).patrol_rules


def dated(claim: Claim, task: Task, zone: str) -> Instant:
    """When its credit happened: as it ended, and one that ran past midnight with the last instant of its own day.

    Caps of a day, and the month that it belongs to, go by the local day of the patrol: who walked on three evenings to
    after midnight has not walked four times on any of them.
    """
    last = moment(end_of_day(task.on, zone)) - timedelta(microseconds=1)
    return min(finished(claim), instant(last))


def award_for(id: ClaimId, claim: Claim, book: Book, at: Instant, reviewer: str | None = None) -> Award:
    """What the scheme of the patrol's day gives the walker, or the record that answers for his, at that instant."""
    task = book.the(Task, claim.task)
    scheme = book.scheme(task.on)
    return Award(
        claim=id,
        task=claim.task,
        holder=survivor(book, claim.holder),
        fund=task.fund,
        occurred_at=at,
        behaviours=tuple(scheme.behaviour(code) for code in scheme.patrol_rules.awards),
        reviewer=reviewer,
    )


def earned(id: ClaimId, claim: Claim, book: Book) -> Iterable[Inner | Key]:
    """All that crediting a finished patrol would read, on the day of the patrol."""
    if claim.finished_at is not None:
        award = award_for(id, claim, book, book.the(Task, claim.task).opens_at)
        yield from ((Counter.KIND, counter) for counter in paid_counters(award, book))
        for behaviour in award.behaviours:
            yield Inner(command=recording(award, behaviour), occurred_at=award.occurred_at)

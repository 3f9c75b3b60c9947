"""A patrol on its way: started, resumed, passing points, finished, its track received; late and in any order."""

from typing import Final

from ledger.limits.facts import Count
from ledger.naming import wrong_name
from ledger.patrols.commands import FinishPatrol, PassPoint, ReceiveTrack, ResumePatrol, StartPatrol
from ledger.patrols.entities import WALKED, Claim, Route, Task
from ledger.patrols.facts import PatrolFinished, PatrolPointPassed, PatrolResumed, PatrolStarted, TrackReceived
from ledger.patrols.terms import not_walked_meanwhile, over, returning, same_device, within_slot
from ledger.people.entities import Holder
from ledger.people.standing import may_earn, survivor
from ledger.refusals import ClaimExpired, Malformed, NotEligible, NotFound
from ledger.room import Book, Facts, Now, Stamped
from ledger.values import ClaimId, Instant, instant, later, moment

_LONGEST: Final = 64
_DECIDED: Final = frozenset({"approved", "rejected"})


# Starting ----------------------------------------------------------------------------------------------------


def start(command: StartPatrol, book: Book, now: Now) -> Facts:
    """Begin, or go on where the same device has begun.

    What happened in time counts however late it arrives: a claim that has lapsed meanwhile takes a place again, if
    one is free. Checks: device (422), claim (404), no other device, not over, within the slot by when it happened, in
    time, the walker had not left, nor walked this task under another record; for a lapsed one: the task stands, no
    other claim is open, a place is free.
    """
    _a_device(command.device)
    claim = book.the(Claim, command.claim)
    if claim.status == "started":
        same_device(claim, command.device)
        yield _resumed(command, claim)
    else:
        yield _started(command.claim, command.device, now.occurred_at, book, now)


def _started(id: ClaimId, device: str | None, at: Instant, book: Book, now: Now) -> Stamped:
    claim = book.the(Claim, id)
    if not _never_started(claim):
        raise over(claim)
    task = book.the(Task, claim.task)
    within_slot(task, at)
    if at >= claim.start_by_at:
        raise ClaimExpired(expired_at=claim.start_by_at)
    may_earn(book.the(Holder, survivor(book, claim.holder)), task.on)
    not_walked_meanwhile(book, claim)
    revived = claim.status == "lapsed"
    fact = PatrolStarted(
        claim=id,
        task=claim.task,
        holder=claim.holder,
        device=device,
        finish_by_at=_finish_by(task, book),
        revived=revived,
        counts=returning(claim, task, book, now) if revived else (),
    )
    return Stamped(fact=fact, occurred_at=at)


def _never_started(claim: Claim) -> bool:
    return claim.status == "open" or (claim.status == "lapsed" and claim.cause == "not-started")


def _finish_by(task: Task, book: Book) -> Instant:
    return later(task.closes_at, seconds=3600 * book.scheme(task.on).patrol_rules.finish_hours)


def resume(command: ResumePatrol, book: Book, now: Now) -> Facts:
    """Go on; on another device only where it replaces the first. Checks: device (422), claim (404), started, device."""
    del now
    _a_device(command.device)
    claim = book.the(Claim, command.claim)
    if claim.status == "open":
        raise NotEligible(reason="not-started")
    if claim.status != "started":
        raise over(claim)
    if not command.replaces:
        same_device(claim, command.device)
    yield _resumed(command, claim)


def _resumed(command: StartPatrol | ResumePatrol, claim: Claim) -> PatrolResumed:
    return PatrolResumed(
        claim=command.claim,
        task=claim.task,
        holder=claim.holder,
        device=command.device,
        replaced=None if claim.device == command.device else claim.device,
    )


def _a_device(device: str) -> None:
    if errors := list(wrong_name(device, "device", _LONGEST)):
        raise Malformed(errors=errors)


# On the way --------------------------------------------------------------------------------------------------


def pass_point(command: PassPoint, book: Book, now: Now) -> Facts:
    """In any order, more than once, before the start has arrived or after the end: a review goes by the track.

    Checks: claim and point (404); not decided, given back or released.
    """
    del now
    claim = book.the(Claim, command.claim)
    route = book.the(Route, book.the(Task, claim.task).route)
    if not 1 <= command.point <= len(route.points):
        raise NotFound(kind="patrol-point", id=str(command.point))
    _undecided(claim)
    if claim.status in {"given-back", "released"}:
        raise over(claim)
    yield PatrolPointPassed(claim=command.claim, task=claim.task, holder=claim.holder, point=command.point)


def _undecided(claim: Claim) -> None:
    if claim.status in _DECIDED:
        raise NotEligible(reason="decided")


def receive_track(command: ReceiveTrack, book: Book, now: Now) -> Facts:
    """One track a patrol: until it is finished a later one takes the place of an earlier, afterwards the first stands.

    Checks: claim (404), not decided, not over, no track yet once it is finished.
    """
    del now
    claim = book.the(Claim, command.claim)
    _undecided(claim)
    if claim.status in {"given-back", "released", "lapsed"}:
        raise over(claim)
    if claim.status in WALKED and claim.track is not None:
        raise NotEligible(reason="track-received")
    yield TrackReceived(
        claim=command.claim,
        task=claim.task,
        holder=claim.holder,
        track=command.track,
        commitment=command.commitment,
    )


# Finishing ---------------------------------------------------------------------------------------------------


def finish(command: FinishPatrol, book: Book, now: Now) -> Facts:
    """The patrol is over, within its time by when it happened, however late that arrives.

    `started_at` records a start that has not arrived; one that has arrived stands. A claim that has lapsed meanwhile
    takes a place again, if one is free. Checks: device and start (422), claim (404), not over (`finished` when it was
    finished before), started or its start named, no other device, not before its start, in time, the walker has not
    walked this task under another record, and of a start what a start is checked for.
    """
    started_at = _a_start(command, now)
    claim = book.the(Claim, command.claim)
    task = book.the(Task, claim.task)
    counts: tuple[Count, ...] = ()
    if _never_started(claim):
        at = _named(started_at, claim)
        _in_time(now.occurred_at, _finish_by(task, book))
        yield _started(command.claim, command.device, at, book, now)
    else:
        counts = _going_on(command, claim, task, book, now)
    yield PatrolFinished(
        claim=command.claim,
        task=claim.task,
        holder=claim.holder,
        track=command.track,
        commitment=command.commitment,
        revived=claim.cause == "not-finished",
        counts=counts,
    )


def _named(started_at: Instant | None, claim: Claim) -> Instant:
    if started_at is not None:
        return started_at
    if claim.status == "open":
        raise NotEligible(reason="not-started")
    raise over(claim)


def _going_on(command: FinishPatrol, claim: Claim, task: Task, book: Book, now: Now) -> tuple[Count, ...]:
    """What a claim that was started draws with its finish: something only where it had lapsed."""
    if claim.status not in {"started", "lapsed"}:
        raise over(claim)
    same_device(claim, command.device)
    if claim.started_at is not None and now.occurred_at < claim.started_at:
        raise NotEligible(reason="before-start")
    _in_time(now.occurred_at, claim.finish_by_at or _finish_by(task, book))
    not_walked_meanwhile(book, claim)
    return returning(claim, task, book, now) if claim.status == "lapsed" else ()


def _in_time(at: Instant, by: Instant) -> None:
    if at >= by:
        raise ClaimExpired(expired_at=by)


def _a_start(command: FinishPatrol, now: Now) -> Instant | None:
    """The start that it names, spelled as instants are and not after the finish."""
    if command.device is not None:
        _a_device(command.device)
    at = command.started_at
    try:
        spelled = at is None or instant(moment(at)) == at
    except (ValueError, OverflowError):
        spelled = False
    if not spelled:
        raise Malformed(errors=[f"started_at: {at} is not an instant in UTC with six decimals"])
    if at is not None and at > now.occurred_at:
        raise Malformed(errors=[f"started_at: {at} is after the finish at {now.occurred_at}"])
    return at

"""Deciding about tracks that the vault keeps."""

from collections.abc import Iterable
from typing import Any, Final

from ledger.patrols.entities import Claim, Task
from ledger.refusals import Forbidden, NotEligible
from ledger.reviews.entities import Review
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.scheme.entities import Adopted
from ledger.tracks.commands import DeleteTrack
from ledger.tracks.facts import TrackDeleted
from ledger.tracks.retention import kept_until_at


def delete(command: DeleteTrack, book: Book, now: Now) -> Facts:
    """Say that it is deleted; nothing when that was said before.

    Checks: `system` alone (403), claim (404), it has a track, whose time is over.
    """
    if now.by.principal != "system":
        raise Forbidden(permission="system")
    claim = book.the(Claim, command.claim)
    if claim.track_deleted_at is not None:
        return
    if claim.track is None:
        raise NotEligible(reason="no-track")
    rules = book.scheme(book.the(Task, claim.task).on).patrol_rules
    until = kept_until_at(claim, book.get(Review, command.claim), rules, now.zone)
    if until is None or now.recorded_at < until:
        raise NotEligible(reason="track-kept")
    yield TrackDeleted(
        claim=command.claim, task=claim.task, holder=claim.holder, track=claim.track, kept_until_at=until
    )


def the_claim(command: DeleteTrack, _book: Book) -> Iterable[Key]:
    """First round: the claim, its review, the scheme."""
    return [(Claim.KIND, command.claim), (Review.KIND, command.claim), (Adopted.KIND, Adopted.ID)]


def its_task(command: DeleteTrack, book: Book) -> Iterable[Key]:
    """Second round: the task, whose day names the rules."""
    claim = book.get(Claim, command.claim)
    return [] if claim is None else [(Task.KIND, claim.task)]


HANDLERS: Final[tuple[Handler[Any], ...]] = (Handler(DeleteTrack, delete, reads=(the_claim, its_task)),)

"""Letting go of tracks: recorded first, then deleted from the vault; after a crash in between it is done again."""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from ledger.deciding import Decision
from ledger.journal.ledger import Ledger
from ledger.patrols.entities import Claim, Task
from ledger.refusals import NotEligible
from ledger.reviews.entities import Review
from ledger.room import By
from ledger.tracks.commands import DeleteTrack
from ledger.tracks.retention import kept_until_at
from ledger.values import ClaimId, Instant, later
from ledger.vault import Vault

log = logging.getLogger("jifen.tracks")
SYSTEM: Final = By(principal="system")
ORPHAN_SECONDS: Final = 86_400
"""A row is written before its fact: of a claim that nobody knows, only an old one is an orphan."""
_CHUNK: Final = 200


class Kept(NamedTuple):
    """What the vault keeps of one claim, and how that stands."""

    id: ClaimId
    written_at: Instant
    claim: Claim | None
    review: Review | None


def let_go(ledger: Ledger, vault: Vault) -> int:
    """Delete the tracks whose time is over, each with its record; gives of how many claims. Blocking.

    Raises ErasureIncomplete while somebody reads the database's log: what is deleted is gone with the next call.
    """
    view, after = ledger.view(), ""
    over: list[ClaimId] = []
    while found := vault.tracks.claims(after, _CHUNK):
        over += [kept.id for kept in _as_they_stand(ledger, found) if _is_over(ledger, view, kept)]
        after = found[-1][0]
    # With nothing to delete as well: what an earlier call could not take out of the database's log goes now.
    vault.tracks.delete(over)
    if over:
        log.info("tracks of %d claims were deleted", len(over))
    return len(over)


def _as_they_stand(ledger: Ledger, found: Sequence[tuple[str, Instant]]) -> list[Kept]:
    rows = ledger.storage.book([(kind, id) for id, _ in found for kind in (Claim.KIND, Review.KIND)])
    entities = {key: ledger.book.codec.decode(row).entity for key, row in rows.items()}
    stand = []
    for id, written_at in found:
        claim, review = entities.get((Claim.KIND, id)), entities.get((Review.KIND, id))
        known = claim if isinstance(claim, Claim) else None
        stand.append(Kept(ClaimId(id), written_at, known, review if isinstance(review, Review) else None))
    return stand


def _is_over(ledger: Ledger, view: Decision, kept: Kept) -> bool:
    """Whether the vault may forget it, which is recorded by then."""
    claim, now = kept.claim, view.recorded_at
    if claim is None:
        return kept.written_at < later(now, seconds=-ORPHAN_SECONDS)
    if claim.track_deleted_at is not None:
        return True
    rules = view.scheme(view.the(Task, claim.task).on).patrol_rules
    until = kept_until_at(claim, kept.review, rules, ledger.zone)
    if until is None or now < until:
        return False
    return claim.track is None or _recorded(ledger, kept.id)


def _recorded(ledger: Ledger, id: ClaimId) -> bool:
    try:
        ledger.submit(DeleteTrack(claim=id), by=SYSTEM)
    except NotEligible as refusal:
        # Somebody appealed a moment ago: the track is needed again.
        log.info("the track of claim %s stays: %s", id, refusal)
        return False
    return True

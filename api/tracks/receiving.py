"""Tracks on their way in: into the vault first, then into the books. Sent again they change nothing."""

from typing import Final, NamedTuple

from ledger.journal.ledger import Ledger
from ledger.patrols.commands import ReceiveTrack
from ledger.patrols.entities import WALKED, Claim, Datum
from ledger.patrols.terms import over
from ledger.refusals import Malformed, NotEligible, Refusal
from ledger.room import By
from ledger.values import ClaimId
from ledger.vault import Fix, TrackMark, Vault
from ledger.vault.tracks import tidy

_DECIDED: Final = frozenset({"approved", "rejected"})


class Sender(NamedTuple):
    """Whose track it is, and by whom it is sent."""

    id: ClaimId
    claim: Claim
    by: By


def receive_positions(
    ledger: Ledger, vault: Vault, sender: Sender, fixes: list[Fix], datum: Datum, *, complete: bool = False
) -> int:
    """Keep a piece of a stream; `complete` makes a track of everything streamed. Answers how many fixes are kept.

    Until it is complete, a fix that two pieces share counts twice.

    Raises NotEligible where the patrol is over, decided, or has another track; Malformed for nothing that is complete;
    TooLarge; NotFound for a person whom the vault does not know.
    """
    if (refusal := _closed(sender.claim)) is not None:
        kept = _kept(vault, sender)
        # A piece that was sent again after a lost answer is no fault.
        if kept is None or not set(tidy(fixes)) <= set(kept):
            raise refusal
        return len(kept)
    count = vault.tracks.append(sender.id, sender.claim.holder, fixes, datum)
    if not complete:
        return count
    mark = vault.tracks.close(sender.id, sender.claim.holder)
    if mark is None:
        raise Malformed(errors=["/positions: missing"])
    _hand_in(ledger, sender, mark)
    return mark.fixes


def receive_track(ledger: Ledger, vault: Vault, sender: Sender, fixes: list[Fix], datum: Datum) -> None:
    """Keep a whole track, in place of anything streamed. Raises what `receive_positions` does."""
    if not fixes:
        raise Malformed(errors=[": no-positions"])
    if (refusal := _closed(sender.claim)) is not None:
        if _kept(vault, sender) != tidy(fixes):
            raise refusal
        return
    _hand_in(ledger, sender, vault.tracks.receive(sender.id, sender.claim.holder, fixes, datum))


def _kept(vault: Vault, sender: Sender) -> tuple[Fix, ...] | None:
    """The fixes of the track that the claim has, if it is still there."""
    track = None if sender.claim.track is None else vault.tracks.read(sender.id, sender.claim.track)
    return None if track is None else track.fixes


def _closed(claim: Claim) -> Refusal | None:
    """What refuses more of a track, before the vault keeps any; a claim that lapsed may be started yet, late."""
    if claim.status in _DECIDED:
        return NotEligible(reason="decided")
    if claim.status in WALKED and claim.track is not None:
        return NotEligible(reason="track-received")
    return over(claim) if claim.status in {"given-back", "released"} else None


def _hand_in(ledger: Ledger, sender: Sender, mark: TrackMark) -> None:
    if sender.claim.track == mark.track:
        return
    # The vault's row is written by now: a crash leaves a row without a fact, which is swept, never the reverse.
    command = ReceiveTrack(claim=sender.id, track=mark.track, commitment=mark.commitment)
    try:
        ledger.submit(command, by=sender.by)
    except NotEligible:
        # Of the same track sent twice at once the second is told what the first was.
        there = ledger.get(Claim, sender.id)
        if there is None or there.track != mark.track:
            raise

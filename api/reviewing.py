"""The machine's reviews: each finished patrol is measured by its track and handed in, once however many do it."""

import logging
import threading
from typing import Final

from msgspec import UNSET

from api.tracks.measuring import measure
from ledger.journal.ledger import Ledger
from ledger.patrols.commands import ReceiveTrack
from ledger.patrols.entities import WALKED, Claim, Route, Task
from ledger.patrols.facts import PatrolFinished, TrackReceived
from ledger.refusals import NotEligible
from ledger.reviews.commands import ReviewPatrol
from ledger.reviews.facts import Measured
from ledger.reviews.judging import awaited_until_at
from ledger.room import By
from ledger.scheme.patrolling import Patrols
from ledger.values import ClaimId, Instant, later
from ledger.vault import Track, Vault, VaultError

log = logging.getLogger("jifen.reviewing")
SYSTEM: Final = By(principal="system")
"""Who measures: nobody's wish."""
AGAIN_SECONDS: Final = 60
"""After a failure, until the same patrol is looked at again: others are not kept waiting by it."""
EVERY_SECONDS: Final = 1.0
"""Between two looks of a server at its journal."""
_CHUNK: Final = 1_000
_TOPICS: Final = frozenset({PatrolFinished.TOPIC, TrackReceived.TOPIC})
_STREAM: Final = "claim:"
_AT_ONCE: Final = Instant("")


class Reviewing:
    """Follows one ledger's patrols. What waits is found again in the book after a restart; several may do this at once.

    The room lets the first review of a claim stand and makes nothing of a second.
    """

    def __init__(self, ledger: Ledger, vault: Vault) -> None:
        """Nothing was looked at yet."""
        self._ledger = ledger
        self._vault = vault
        self._waiting: dict[ClaimId, Instant] = {}
        """Finished patrols, each with when to look at it."""
        self._position: int | None = None
        self._working = threading.Lock()
        self._stopped = threading.Event()

    def step(self) -> int:
        """Review everything that can be by now; gives how many it was. Blocking: call it off the event loop."""
        with self._working:
            if self._stopped.is_set() or not self._patrols_here():
                return 0
            self._look()
            now = self._now()
            ready = [claim for claim, at in self._waiting.items() if at <= now]
            return sum(self._reviewed(claim, now) for claim in ready if not self._stopped.is_set())

    def stop(self) -> None:
        """Do nothing more, from when this returns on. Blocking, as long as one review takes."""
        self._stopped.set()
        with self._working:
            self._waiting.clear()

    # What waits -------------------------------------------------------------------------------------------

    def _patrols_here(self) -> bool:
        """A ledger without patrols is not followed: a shop at noon has facts enough."""
        return self._position is not None or bool(self._ledger.storage.book_scan(Claim.KIND, "", 1))

    def _now(self) -> Instant:
        return self._ledger.view().recorded_at

    def _look(self) -> None:
        if self._position is None:
            # The head first: what happens while the book is read is then looked at twice, never missed.
            head = self._ledger.storage.head().position
            self._scan()
            self._position = head
        while rows := self._ledger.storage.facts(self._position, _CHUNK):
            for row in rows:
                if row.topic in _TOPICS:
                    self._waiting[ClaimId(row.stream.removeprefix(_STREAM))] = _AT_ONCE
            self._position = rows[-1].position

    def _scan(self) -> None:
        decode, after = self._ledger.book.codec.decode, ""
        while rows := self._ledger.storage.book_scan(Claim.KIND, after, _CHUNK):
            for row in rows:
                claim = decode(row).entity
                if isinstance(claim, Claim) and claim.status == "finished":
                    self._waiting[ClaimId(row.id)] = _AT_ONCE
            after = rows[-1].id

    # One review -------------------------------------------------------------------------------------------

    def _reviewed(self, id: ClaimId, now: Instant) -> bool:
        """Whether this one was reviewed just now; it waits on where that was not possible yet."""
        try:
            return self._review(id, now)
        except NotEligible as refusal:
            # Somebody was faster, or another track has come: the next look sees how it stands.
            log.info("claim %s is looked at again: %s", id, refusal)
        except Exception:
            log.exception("claim %s could not be reviewed; it is tried again", id)
            self._waiting[id] = later(now, seconds=AGAIN_SECONDS)
        return False

    def _review(self, id: ClaimId, now: Instant) -> bool:
        claim = self._ledger.get(Claim, id)
        if claim is None or claim.status != "finished" or claim.finished_at is None:
            self._waiting.pop(id, None)
            return False
        task = self._ledger.the(Task, claim.task)
        rules = self._ledger.view().scheme(task.on).patrol_rules
        if claim.track is None:
            until = awaited_until_at(claim.finished_at, rules)
            if now < until:
                self._waiting[id] = until
                return False
            claim = self._with_what_came(id, claim)
        track = self._track(id, claim)
        command = ReviewPatrol(
            claim=id,
            measured=None if track is None else self._measured(track, task, rules),
            commitment=claim.commitment,
            elsewhere=(self._elsewhere(id, track) if track is not None else 0) or UNSET,
        )
        outcome = self._ledger.submit(command, by=SYSTEM)
        self._waiting.pop(id, None)
        return bool(outcome.envelopes)

    def _with_what_came(self, id: ClaimId, claim: Claim) -> Claim:
        """At the end of the wait, what was streamed by then is the track, complete or not."""
        mark = self._vault.tracks.close(id, claim.holder)
        if mark is None:
            return claim
        self._ledger.submit(ReceiveTrack(claim=id, track=mark.track, commitment=mark.commitment), by=SYSTEM)
        return self._ledger.the(Claim, id)

    def _track(self, id: ClaimId, claim: Claim) -> Track | None:
        """None where there is no track, or none that can be read: a person then decides."""
        if claim.track is None:
            return None
        try:
            return self._vault.tracks.read(id, claim.track)
        except VaultError:
            log.exception("the track of claim %s cannot be read", id)
            return None

    def _measured(self, track: Track, task: Task, rules: Patrols) -> Measured | None:
        return measure(track.fixes, self._ledger.the(Route, task.route).points, rules)

    def _elsewhere(self, id: ClaimId, track: Track) -> int:
        """For how many other patrols that were walked to their end this very recording stands.

        Each is in the vault before its fact: of two that are reviewed at once, one at least sees the other.
        """
        found = self._vault.tracks.elsewhere(id, track.fixes)
        claims = [(self._ledger.get(Claim, other.claim), other.track) for other in found]
        return sum(1 for other, kept in claims if other and other.status in WALKED and other.track == kept)


def review_waiting(ledger: Ledger, vault: Vault) -> int:
    """Review every finished patrol that can be by now, as a server does; gives how many it was. Blocking."""
    return Reviewing(ledger, vault).step()

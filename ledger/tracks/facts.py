"""What becomes of tracks in the end."""

from typing import ClassVar, Final

from ledger.patrols.facts import ClaimFact
from ledger.values import Instant


class TrackDeleted(ClaimFact, frozen=True, kw_only=True):
    """The vault keeps the places of this patrol no more; what was measured in them stays, and so do its commitments."""

    TOPIC: ClassVar[str] = "track-deleted.v1"

    track: str
    kept_until_at: Instant
    """When its time was over: after the decision, and after the last day of an appeal."""


FACTS: Final = (TrackDeleted,)

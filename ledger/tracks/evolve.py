"""How a claim follows what becomes of its track."""

from typing import Final

from msgspec.structs import replace

from ledger.patrols.entities import Claim
from ledger.patrols.evolve import claim
from ledger.room import Evolution, Meta
from ledger.tracks.facts import TrackDeleted


def on_deleted(claim: Claim, _fact: TrackDeleted, meta: Meta, _id: str) -> Claim:
    """Its id and commitment stay: they say that there was one."""
    return replace(claim, track_deleted_at=meta.recorded_at)


EVOLUTIONS: Final = (Evolution(TrackDeleted, Claim, claim, on_deleted),)

"""Wishes about hand-outs."""

from typing import ClassVar

from ledger.handouts.entities import Component
from ledger.room import Command
from ledger.values import Day, HolderId, UnitCode


class DefineKit(Command, frozen=True, kw_only=True):
    """Say what a kit is made of. Its makings stay: another composition is another kit."""

    ROUTE: ClassVar[str] = "kit"

    id: str
    name: str
    unit: UnitCode
    components: tuple[Component, ...]


class ReceiveKits(Command, frozen=True, kw_only=True):
    """Kits came into a depot; `reference` is the delivery note's number."""

    ROUTE: ClassVar[str] = "kit-receipt"

    kit: str
    depot: str
    pieces: int
    reference: str | None = None


class MoveKits(Command, frozen=True, kw_only=True):
    """Kits go from one depot to another: a station, a site, the stock of prizes."""

    ROUTE: ClassVar[str] = "kit-move"

    kit: str
    depot: str
    to: str
    pieces: int


class HandOutKits(Command, frozen=True, kw_only=True):
    """Hand kits to a person, who signs, or to whoever comes.

    `signature` names what was signed (a scan's digest, a sheet's number); `collected_by` who signed for the person
    (代领), as a reference into the vault; `place` where it was, as a code of the caller's. `heads` is how many came,
    on a tally sheet of those whom nobody names.
    """

    ROUTE: ClassVar[str] = "hand-out"

    id: str | None = None
    kit: str
    depot: str
    pieces: int
    occasion: str
    holder: HolderId | None = None
    signature: str | None = None
    collected_by: str | None = None
    place: str | None = None
    heads: int = 1


class SetKitsAside(Command, frozen=True, kw_only=True):
    """Keep kits for somebody until a local day: a prize that was drawn. `evidence` names how he came to have it."""

    ROUTE: ClassVar[str] = "kit-reservation"

    id: str | None = None
    kit: str
    depot: str
    pieces: int
    occasion: str
    holder: HolderId
    collect_by_on: Day
    evidence: str | None = None


class CollectKits(Command, frozen=True, kw_only=True):
    """Hand out what was kept for somebody: he signs, or another for him."""

    ROUTE: ClassVar[str] = "kit-collection"

    reservation: str
    signature: str
    collected_by: str | None = None
    place: str | None = None


class ReleaseKits(Command, frozen=True, kw_only=True):
    """Keep it no longer: back into stock."""

    ROUTE: ClassVar[str] = "kit-release"

    reservation: str
    reason: str


class ReturnKits(Command, frozen=True, kw_only=True):
    """Kits of one hand-out come back, to be handed out again or damaged."""

    ROUTE: ClassVar[str] = "kit-return"

    hand_out: str
    pieces: int
    damaged: bool = False
    reason: str


class CountKits(Command, frozen=True, kw_only=True):
    """Say how many were counted in a depot: the books follow, and the difference stands in the fact."""

    ROUTE: ClassVar[str] = "kit-count"

    kit: str
    depot: str
    good: int
    damaged: int = 0

"""Bodies of wishes about kits of goods that are handed out."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from api.bodies.coupons import Reference
from api.bodies.patrols import Thing
from api.bodies.shapes import Code, Id, Name, Price, WriteBody

Pieces = Annotated[int, Meta(ge=1, le=1_000_000)]
Counted = Annotated[int, Meta(ge=0, le=1_000_000)]


class ComponentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a bill of materials."""

    name: Name
    quantity: Pieces = 1
    cost: Price


class KitBody(WriteBody, frozen=True, kw_only=True):
    """Say what a kit is made of, and what that costs."""

    id: Thing
    name: Name
    unit: Code
    components: Annotated[tuple[ComponentBody, ...], Meta(min_length=1, max_length=50)]


class KitReceiptBody(WriteBody, frozen=True, kw_only=True):
    """Kits came into a depot."""

    kit: Id
    depot: Thing
    pieces: Pieces
    reference: Reference | None = None


class KitMoveBody(WriteBody, frozen=True, kw_only=True):
    """Kits go from one depot to another."""

    kit: Id
    depot: Thing
    to: Thing
    pieces: Pieces


class HandOutBody(WriteBody, frozen=True, kw_only=True):
    """Hand kits to a person, who signs, or, without a holder, to whoever comes."""

    kit: Id
    depot: Thing
    pieces: Pieces = 1
    occasion: Code
    holder: Id | None = None
    signature: Reference | None = None
    collected_by: Reference | None = None
    place: Reference | None = None
    heads: Pieces = 1


class KitReservationBody(WriteBody, frozen=True, kw_only=True):
    """Keep kits for a person until a local day: a prize that was drawn."""

    kit: Id
    depot: Thing
    pieces: Pieces = 1
    occasion: Code
    holder: Id
    collect_by_on: date
    evidence: Reference | None = None


class KitCollectionBody(WriteBody, frozen=True, kw_only=True):
    """He came for it and signed, or somebody for him."""

    reservation: Id
    signature: Reference
    collected_by: Reference | None = None
    place: Reference | None = None


class KitReleaseBody(WriteBody, frozen=True, kw_only=True):
    """It is kept no longer."""

    reservation: Id
    reason: Code


class KitReturnBody(WriteBody, frozen=True, kw_only=True):
    """Kits of a hand-out come back."""

    hand_out: Id
    pieces: Pieces
    damaged: bool = False
    reason: Code


class KitCountBody(WriteBody, frozen=True, kw_only=True):
    """Say how many were counted in a depot."""

    kit: Id
    depot: Thing
    good: Counted
    damaged: Counted = 0

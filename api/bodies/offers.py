"""Bodies of wishes about offers."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from api.bodies.patrols import Thing
from api.bodies.shapes import Code, Id, Moment, Name, Price, WriteBody

Pieces = Annotated[int, Meta(ge=1, le=1_000_000)]


class OfferBody(WriteBody, frozen=True, kw_only=True):
    """Offer so many pieces: a member pays `price`, the merchant gets `supply`, a fund the difference."""

    id: Thing
    name: Name
    merchant: Id
    unit: Code
    price: Price
    supply: Price
    stock: Pieces
    opens_at: Moment
    closes_at: Moment
    goods: Code | None = None
    per_member: Pieces | None = None
    season: Id | None = None
    per_season: Pieces | None = None
    paid_to: Literal["platform", "merchant"] = "platform"
    handed_over: Literal["at-once", "later"] = "at-once"
    use_until_on: date | None = None
    fund: Id | None = None


class OfferClosingBody(WriteBody, frozen=True, kw_only=True):
    """End it before its time; what was claimed stays."""

    offer: Id
    reason: Code


class OfferClaimBody(WriteBody, frozen=True, kw_only=True):
    """Take pieces of it: first come, first served."""

    offer: Id
    holder: Id | None = None
    pieces: Pieces = 1


class OfferUseBody(WriteBody, frozen=True, kw_only=True):
    """Hand over what was claimed."""

    claim: Id


class OfferCancellationBody(WriteBody, frozen=True, kw_only=True):
    """Give back what was claimed."""

    claim: Id
    reason: Code

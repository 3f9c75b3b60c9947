"""Wishes about offers."""

from typing import ClassVar, Literal

from ledger.room import Command
from ledger.values import Day, HolderId, Instant, UnitCode


class OpenOffer(Command, frozen=True, kw_only=True):
    """Offer so many pieces at a price, from an instant to another."""

    ROUTE: ClassVar[str] = "offer"

    id: str
    name: str
    merchant: str
    unit: UnitCode
    price: int
    supply: int
    stock: int
    opens_at: Instant
    closes_at: Instant
    goods: str | None = None
    per_member: int | None = None
    season: str | None = None
    per_season: int | None = None
    paid_to: Literal["platform", "merchant"] = "platform"
    handed_over: Literal["at-once", "later"] = "at-once"
    use_until_on: Day | None = None
    fund: str | None = None


class CloseOffer(Command, frozen=True, kw_only=True):
    """End an offer before its time; what was claimed stays."""

    ROUTE: ClassVar[str] = "offer-closing"

    offer: str
    reason: str


class ClaimOffer(Command, frozen=True, kw_only=True):
    """Take pieces of an offer: first come, first served."""

    ROUTE: ClassVar[str] = "offer-claim"

    id: str | None = None
    offer: str
    holder: HolderId
    pieces: int = 1


class UseClaim(Command, frozen=True, kw_only=True):
    """Hand over what was claimed: the merchant has it to come."""

    ROUTE: ClassVar[str] = "offer-use"

    claim: str


class CancelClaim(Command, frozen=True, kw_only=True):
    """Give back what was claimed: before it was used nobody is paid, afterwards the merchant gives back."""

    ROUTE: ClassVar[str] = "offer-cancellation"

    claim: str
    reason: str

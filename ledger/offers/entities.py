"""An offer, and what one member has taken of it."""

from typing import ClassVar, Literal

from ledger.calendar import end_of_day
from ledger.limits.facts import Count
from ledger.room import Entity
from ledger.values import Day, HolderId, Instant, UnitCode


class Offer(Entity, frozen=True, kw_only=True):
    """A piece costs the member `price` and brings the merchant `supply`: the difference is the fund's subsidy (S10)."""

    KIND: ClassVar[str] = "offer"

    merchant: str
    unit: UnitCode
    goods: str | None
    price: int
    supply: int
    stock: int
    """Pieces that are left."""
    per_member: int | None
    season: str | None
    per_season: int | None
    opens_at: Instant
    closes_at: Instant
    paid_to: Literal["platform", "merchant"]
    """Who takes the member's price: what the merchant took itself, nobody owes it."""
    handed_over: Literal["at-once", "later"]
    """Whether a claim is a sale, or a ticket that is used afterwards (S11)."""
    use_until_on: Day | None
    fund: str | None
    closed_at: Instant | None = None

    @property
    def subsidy(self) -> int:
        """What the fund adds to each piece."""
        return self.supply - self.price

    @property
    def owed(self) -> int:
        """What the merchant has to come for each piece."""
        return self.supply if self.paid_to == "platform" else self.subsidy


class OfferClaim(Entity, frozen=True, kw_only=True):
    """What one member took. Its id is also that of the fund's promise behind it."""

    KIND: ClassVar[str] = "offer-claim"

    id: str
    offer: str
    merchant: str
    holder: HolderId
    pieces: int
    unit: UnitCode
    subsidy: int
    """Of all its pieces, as all amounts here."""
    owed: int
    collected: int
    """What the platform took of the member."""
    fund: str | None
    use_until_on: Day | None
    counts: tuple[Count, ...] = ()
    fee: int = 0
    status: Literal["claimed", "used", "cancelled", "refunded", "lapsed"] = "claimed"

    def due_at(self, zone: str) -> Instant | None:
        """When a ticket that nobody used lapses."""
        if self.status != "claimed" or self.use_until_on is None:
            return None
        return end_of_day(self.use_until_on, zone)

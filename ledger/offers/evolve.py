"""How offers and claims follow the facts about them."""

from typing import Final

from msgspec.structs import replace

from ledger.limits.evolve import counted
from ledger.merchants.till import Till, till_id
from ledger.offers.entities import Offer, OfferClaim
from ledger.offers.facts import (
    ClaimFact,
    OfferClaimCancelled,
    OfferClaimed,
    OfferClaimLapsed,
    OfferClosed,
    OfferOpened,
    OfferRefunded,
    OfferUsed,
    SoldFact,
)
from ledger.room import Evolution, Meta


def offers(fact: OfferOpened | OfferClosed | ClaimFact, _meta: Meta) -> tuple[str, ...]:
    """The offer."""
    return (fact.offer,)


def claims(fact: ClaimFact, _meta: Meta) -> tuple[str, ...]:
    """The claim."""
    return (fact.claim,)


def on_opened(_offer: Offer | None, fact: OfferOpened, _meta: Meta, _id: str) -> Offer:
    """All of it is there."""
    return Offer(
        merchant=fact.merchant,
        unit=fact.unit,
        goods=fact.goods,
        price=fact.price,
        supply=fact.supply,
        stock=fact.stock,
        per_member=fact.per_member,
        season=fact.season,
        per_season=fact.per_season,
        opens_at=fact.opens_at,
        closes_at=fact.closes_at,
        paid_to=fact.paid_to,
        handed_over=fact.handed_over,
        use_until_on=fact.use_until_on,
        fund=fact.fund,
    )


def on_closed(offer: Offer, _fact: OfferClosed, meta: Meta, _id: str) -> Offer:
    """Over."""
    return replace(offer, closed_at=meta.recorded_at)


def on_taken(offer: Offer, fact: OfferClaimed, _meta: Meta, _id: str) -> Offer:
    """Fewer are left."""
    return replace(offer, stock=offer.stock - fact.pieces)


def on_back(offer: Offer, fact: OfferClaimCancelled | OfferClaimLapsed, _meta: Meta, _id: str) -> Offer:
    """More are left."""
    return replace(offer, stock=offer.stock + fact.pieces)


def on_claimed(_claim: OfferClaim | None, fact: OfferClaimed, _meta: Meta, _id: str) -> OfferClaim:
    """Promised."""
    return OfferClaim(
        id=fact.claim,
        offer=fact.offer,
        merchant=fact.merchant,
        holder=fact.holder,
        pieces=fact.pieces,
        unit=fact.unit,
        subsidy=fact.subsidy,
        owed=fact.owed,
        collected=fact.collected,
        fund=fact.fund,
        use_until_on=fact.use_until_on,
        counts=fact.counts,
    )


def on_used(claim: OfferClaim, fact: OfferUsed, _meta: Meta, _id: str) -> OfferClaim:
    """Had."""
    return replace(claim, status="used", fee=fact.fee)


def on_refunded(claim: OfferClaim, _fact: OfferRefunded, _meta: Meta, _id: str) -> OfferClaim:
    """Taken back."""
    return replace(claim, status="refunded")


def on_cancelled(claim: OfferClaim, _fact: OfferClaimCancelled, _meta: Meta, _id: str) -> OfferClaim:
    """Given back; one that was taken back stays so."""
    return claim if claim.status == "refunded" else replace(claim, status="cancelled")


def on_lapsed(claim: OfferClaim, _fact: OfferClaimLapsed, _meta: Meta, _id: str) -> OfferClaim:
    """Too late."""
    return replace(claim, status="lapsed")


def tills(fact: SoldFact, meta: Meta) -> tuple[str, str]:
    """The merchant's in the period in whose books it stands, and in it the offer's."""
    place = fact.merchant, fact.unit, meta.period
    return till_id(*place), till_id(*place, "offer:" + fact.offer)


def on_till(till: Till | None, fact: OfferUsed | OfferRefunded, meta: Meta, id: str) -> Till:
    """What was sold, or came back; fees are counted for the merchant as a whole."""
    before = till or Till()
    fee = fact.fee if id == till_id(fact.merchant, fact.unit, meta.period) else 0
    if isinstance(fact, OfferUsed):
        sold, subsidy = before.sold + fact.owed, before.subsidy + fact.subsidy
        return replace(before, sold=sold, fees=before.fees + fee, subsidy=subsidy)
    refunded, subsidy = before.refunded + fact.owed, before.subsidy - fact.subsidy
    return replace(before, refunded=refunded, fees=before.fees - fee, subsidy=subsidy)


EVOLUTIONS: Final = (
    Evolution(OfferOpened, Offer, offers, on_opened),
    Evolution(OfferClosed, Offer, offers, on_closed),
    Evolution(OfferClaimed, Offer, offers, on_taken),
    Evolution(OfferClaimed, OfferClaim, claims, on_claimed),
    counted(OfferClaimed),
    Evolution(OfferUsed, OfferClaim, claims, on_used),
    Evolution(OfferUsed, Till, tills, on_till),
    Evolution(OfferRefunded, OfferClaim, claims, on_refunded),
    Evolution(OfferRefunded, Till, tills, on_till),
    Evolution(OfferClaimCancelled, Offer, offers, on_back),
    Evolution(OfferClaimCancelled, OfferClaim, claims, on_cancelled),
    counted(OfferClaimCancelled),
    Evolution(OfferClaimLapsed, Offer, offers, on_back),
    Evolution(OfferClaimLapsed, OfferClaim, claims, on_lapsed),
)

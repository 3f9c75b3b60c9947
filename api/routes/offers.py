"""Offers: rows of the table of writes, and of the table of reads."""

from typing import Any, Final

from api.bodies.offers import OfferBody, OfferCancellationBody, OfferClaimBody, OfferClosingBody, OfferUseBody
from api.bodies.shapes import day_of, instant_of
from api.routes.owning import for_whom, of_merchant, own
from api.routes.reading import PAGE, Asked, Read, entities
from api.routes.table import TERMS, Arrival, Write, always
from api.routes.welfare import plain
from ledger import refusals as no
from ledger.offers.commands import CancelClaim, ClaimOffer, CloseOffer, OpenOffer, UseClaim
from ledger.offers.entities import Offer, OfferClaim
from ledger.values import UnitCode

OFFER: Final = "coupon:issue"
REDEEM: Final = "redeem"


def offer(body: OfferBody, _arrival: Arrival) -> OpenOffer:
    """As asked."""
    return OpenOffer(
        id=body.id,
        name=body.name,
        merchant=body.merchant,
        unit=UnitCode(body.unit),
        price=body.price,
        supply=body.supply,
        stock=body.stock,
        opens_at=instant_of(body.opens_at, "/opens_at"),
        closes_at=instant_of(body.closes_at, "/closes_at"),
        goods=body.goods,
        per_member=body.per_member,
        season=body.season,
        per_season=body.per_season,
        paid_to=body.paid_to,
        handed_over=body.handed_over,
        use_until_on=day_of(body.use_until_on),
        fund=body.fund,
    )


def closing(body: OfferClosingBody, _arrival: Arrival) -> CloseOffer:
    """As asked."""
    return CloseOffer(offer=body.offer, reason=body.reason)


def claim(body: OfferClaimBody, arrival: Arrival) -> ClaimOffer:
    """For the holder whose key it is, or for whom a till or an officer names."""
    return ClaimOffer(
        id=arrival.id, offer=body.offer, holder=for_whom(arrival, body.holder, REDEEM), pieces=body.pieces
    )


def use(body: OfferUseBody, arrival: Arrival) -> UseClaim:
    """A merchant hands over what is claimed at its own shop. Blocking."""
    found = arrival.served.ledger.get(OfferClaim, body.claim)
    of_merchant(arrival.caller, found.merchant if found else None, kind=OfferClaim.KIND, id=body.claim)
    return UseClaim(claim=body.claim)


def cancellation(body: OfferCancellationBody, arrival: Arrival) -> CancelClaim:
    """A holder gives back its own, a merchant what was claimed at its shop. Blocking."""
    own(arrival, OfferClaim, body.claim, REDEEM)
    found = arrival.served.ledger.get(OfferClaim, body.claim)
    of_merchant(arrival.caller, found.merchant if found else None, kind=OfferClaim.KIND, id=body.claim)
    if found is not None and found.status == "used" and arrival.caller.principal.holder is not None:
        # What was handed over comes back over the counter, not by a message.
        arrival.caller.must(REDEEM)
    return CancelClaim(claim=body.claim, reason=body.reason)


WRITES: Final = (
    Write(
        path="/offers",
        command=OpenOffer,
        body=OfferBody,
        make=offer,
        permission=OFFER,
        summary="Open an offer 开放优惠活动",
        refusals=(*TERMS, no.AlreadyExists, no.UnitMismatch, no.NotEligible),
    ),
    Write(
        path="/offers/{offer}/close",
        command=CloseOffer,
        body=OfferClosingBody,
        make=closing,
        permission=OFFER,
        summary="End an offer early 提前结束活动",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/offers/{offer}/claim",
        command=ClaimOffer,
        body=OfferClaimBody,
        make=claim,
        permission=REDEEM,
        own=True,
        summary="Take pieces of an offer 抢购",
        refusals=(
            no.AlreadyExists,
            no.NotEligible,
            no.HolderMerged,
            no.HolderBarred,
            no.MerchantSuspended,
            no.SaleClosed,
            no.LimitExceeded,
            no.FundExhausted,
            no.UnitMismatch,
            no.OutOfStock,
        ),
    ),
    Write(
        path="/offer-claims/{claim}/use",
        command=UseClaim,
        body=OfferUseBody,
        make=use,
        permission=REDEEM,
        summary="Hand over what was claimed 核销",
        refusals=(no.NotEligible, no.MerchantSuspended),
        blocking=always,
    ),
    Write(
        path="/offer-claims/{claim}/cancel",
        command=CancelClaim,
        body=OfferCancellationBody,
        make=cancellation,
        permission=REDEEM,
        own=True,
        summary="Give back what was claimed 退订",
        refusals=(*TERMS, no.NotEligible),
        blocking=always,
    ),
)


def offer_object(id: str, found: Offer) -> dict[str, Any]:
    """An offer with what is left of it."""
    return plain(id, found, subsidy=found.subsidy)


def one(asked: Asked) -> dict[str, Any]:
    """One offer."""
    return offer_object(asked.params["offer"], asked.served.ledger.the(Offer, asked.params["offer"]))


def several(asked: Asked) -> dict[str, Any]:
    """A page of offers by id."""
    page, following = entities(asked, Offer)
    return {"offers": [offer_object(id, found) for id, found in page], "next": following}


def claimed(asked: Asked) -> dict[str, Any]:
    """One claim; a holder sees its own alone, a merchant those at its shop."""
    id = asked.params["claim"]
    found = asked.served.ledger.the(OfferClaim, id)
    of_merchant(asked.caller, found.merchant, kind=OfferClaim.KIND, id=id)
    if asked.caller.principal.merchant is None:
        asked.caller.must_see(REDEEM, found.holder, kind=OfferClaim.KIND, id=id)
    shown = plain(id, found)
    del shown["counts"]
    return shown


READS: Final = (
    Read(path="/offers", show=several, own=True, summary="Offers 优惠活动", query=PAGE),
    Read(path="/offers/{offer}", show=one, own=True, summary="One offer 活动详情"),
    Read(path="/offer-claims/{claim}", show=claimed, own=True, permission=REDEEM, summary="What was claimed 抢购记录"),
)

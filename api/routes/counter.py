"""Rows of the table of writes: the counter."""

from typing import Final

from msgspec import UNSET

from api.bodies.counter import CancellationBody, FulfilmentBody, RedemptionBody, RefundBody
from api.routes.confirming import confirm
from api.routes.table import MOVING, Arrival, Write, always
from api.routes.tills import at_own_till, sells_own_goods, shown, whose_till
from ledger import refusals as no
from ledger.redemptions.commands import (
    CancelRedemption,
    FulfilRedemption,
    PlaceRedemption,
    RefundRedemption,
    ReturningLine,
    WantedLine,
)
from ledger.redemptions.entities import Redemption
from ledger.refusals import Malformed, UnitMismatch
from ledger.values import HolderId, ItemId, RedemptionId


def redemption(body: RedemptionBody, arrival: Arrival) -> PlaceRedemption:
    """As asked, once it is confirmed; in a batch under the command's id."""
    how, by = confirm(arrival, body)
    return PlaceRedemption(
        holder=HolderId(body.holder),
        lines=tuple(WantedLine(ItemId(line.item), line.quantity) for line in body.lines),
        id=None if arrival.id is None else RedemptionId(arrival.id),
        hold=body.hold,
        expires_in=body.expires_in,
        confirmation=how,
        confirmed_by=by,
        merchant=whose_till(arrival.caller, body.merchant),
        coupons=shown(arrival.served, body.coupons) if body.coupons else UNSET,
        tender=UNSET if body.tender is None else body.tender,
        own_goods=sells_own_goods(arrival.caller) or UNSET,
    )


def fulfilment(body: FulfilmentBody, arrival: Arrival) -> FulfilRedemption:
    """As asked. Blocking."""
    at_own_till(arrival, body.redemption)
    return FulfilRedemption(redemption=RedemptionId(body.redemption))


def cancellation(body: CancellationBody, _arrival: Arrival) -> CancelRedemption:
    """As asked."""
    return CancelRedemption(redemption=RedemptionId(body.redemption), reason=body.reason)


def refund(body: RefundBody, arrival: Arrival) -> RefundRedemption:
    """As asked; another expiry than the old one needs its own permission."""
    if (body.lines is None) == (body.amounts is None):
        raise Malformed(errors=["/lines: invalid"])
    if body.restore != "keep":
        arrival.caller.must("approve")
    sold = None
    if body.amounts is not None:
        sold = arrival.served.ledger.get(Redemption, body.redemption)
        if sold is not None and body.amounts[0].unit not in units_of(sold):
            raise UnitMismatch(expected=units_of(sold)[0], given=body.amounts[0].unit)
    return RefundRedemption(
        redemption=RedemptionId(body.redemption),
        reason=body.reason,
        lines=tuple(ReturningLine(ItemId(line.item), line.quantity, line.restock) for line in body.lines or ()),
        amount=body.amounts[0].amount if body.amounts else None,
        unit=body.amounts[0].unit if body.amounts and sold is not None and sold.bill is not None else UNSET,
        restore=body.restore,
    )


def units_of(sold: Redemption) -> list[str]:
    """In which units something of it can come back."""
    points = [str(sold.unit)] if sold.lines else []
    return points + ([str(sold.bill.unit)] if sold.bill is not None else [])


SPENDING: Final = (
    no.NotEligible,
    no.CodeMistyped,
    no.MerchantSuspended,
    no.CouponSpent,
    no.CouponReserved,
    no.CouponExpired,
    no.CouponNotYetValid,
    no.CouponNotValidHere,
    no.CouponVoid,
    no.CouponOfAnother,
    no.TenderMismatch,
)
"""What a sale for coupons can be refused with beside what one for points can."""
HELD: Final = (no.HoldExpired, no.HoldAlreadyCaptured, no.HoldAlreadyVoided)
WRITES: Final = (
    Write(
        path="/redemptions",
        command=PlaceRedemption,
        body=RedemptionBody,
        make=redemption,
        permission="redeem",
        summary="Take goods for points and coupons 兑换",
        blocking=lambda body: body.pin is not None,
        refusals=(
            *MOVING,
            no.UnitMismatch,
            no.AlreadyExists,
            no.HolderBarred,
            no.ConfirmationRequired,
            no.PinWrong,
            no.PinLocked,
            no.SaleClosed,
            no.LimitExceeded,
            no.EntitlementInForce,
            no.InsufficientFunds,
            no.OutOfStock,
            no.TooManyLots,
            *SPENDING,
        ),
    ),
    Write(
        path="/redemptions/{redemption}/fulfil",
        command=FulfilRedemption,
        body=FulfilmentBody,
        make=fulfilment,
        permission="redeem",
        summary="Hand over what was held 交付预留",
        refusals=(*MOVING, *HELD, no.AlreadyExists, no.EntitlementInForce, no.OutOfStock),
        blocking=always,
    ),
    Write(
        path="/redemptions/{redemption}/cancel",
        command=CancelRedemption,
        body=CancellationBody,
        make=cancellation,
        permission="refund",
        summary="Undo a hold, or a sale of today 撤销",
        refusals=(*MOVING, *HELD, no.AlreadyReversed, no.NotEligible, no.RefundClosed),
    ),
    Write(
        path="/redemptions/{redemption}/refunds",
        command=RefundRedemption,
        body=RefundBody,
        make=refund,
        permission="refund",
        summary="Give back in part or whole 退货退分",
        blocking=lambda body: body.amounts is not None,
        refusals=(
            *MOVING,
            no.UnitMismatch,
            no.AlreadyReversed,
            no.ExceedsOriginal,
            no.NotEligible,
            no.RefundClosed,
        ),
    ),
)

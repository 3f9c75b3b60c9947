"""Rows of the table of writes: the counter."""

from typing import Final

from api.bodies.counter import CancellationBody, FulfilmentBody, RedemptionBody, RefundBody
from api.routes.confirming import confirm
from api.routes.table import MOVING, Arrival, Write
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
    )


def fulfilment(body: FulfilmentBody, _arrival: Arrival) -> FulfilRedemption:
    """As asked."""
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
    if body.amounts is not None:
        sold = arrival.served.ledger.get(Redemption, body.redemption)
        if sold is not None and sold.unit != body.amounts[0].unit:
            raise UnitMismatch(expected=sold.unit, given=body.amounts[0].unit)
    return RefundRedemption(
        redemption=RedemptionId(body.redemption),
        reason=body.reason,
        lines=tuple(ReturningLine(ItemId(line.item), line.quantity, line.restock) for line in body.lines or ()),
        amount=body.amounts[0].amount if body.amounts else None,
        restore=body.restore,
    )


HELD: Final = (no.HoldExpired, no.HoldAlreadyCaptured, no.HoldAlreadyVoided)
WRITES: Final = (
    Write(
        path="/redemptions",
        command=PlaceRedemption,
        body=RedemptionBody,
        make=redemption,
        permission="redeem",
        summary="Take goods for points 兑换",
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

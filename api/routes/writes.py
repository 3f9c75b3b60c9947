"""The table of writes: everything that changes a ledger over HTTP, one row each."""

from typing import Final

from api.bodies.counter import RedemptionBody
from api.bodies.shapes import day_of
from api.bodies.values import DeductionBody, GrantBody, ReversalBody
from api.routes import shelf
from api.routes.table import Arrival, Write
from ledger import refusals as no
from ledger.points.commands import DeductPoints, GrantPoints, ReverseMovement
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.values import AccountId, HolderId, ItemId, RedemptionId, TxId, UnitCode

ALWAYS: Final = (
    no.NotJson,
    no.Unauthenticated,
    no.Forbidden,
    no.NotFound,
    no.TooLarge,
    no.Malformed,
    no.KeyReused,
    no.CauseAlreadyUsed,
    no.TooManyRefusals,
    no.QueueFull,
    no.InternalError,
    no.StorageUnavailable,
    no.OutcomeUnknown,
    no.DeadlinePassed,
    no.ClockUntrusted,
)
"""What every write may be refused with."""
TERMS: Final = (no.UnknownSchemeTerm,)
MOVING: Final = (*TERMS, no.AccountFrozen, no.AmountOutOfRange)


def grant(body: GrantBody, _arrival: Arrival) -> GrantPoints:
    """As asked."""
    return GrantPoints(
        to=AccountId(body.to),
        unit=UnitCode(body.unit),
        amount=body.amount,
        expires_on=day_of(body.expires_on),
        expires_in_days=body.expires_in_days,
        behaviour=body.behaviour,
        reason=body.reason,
    )


def deduction(body: DeductionBody, _arrival: Arrival) -> DeductPoints:
    """As asked."""
    return DeductPoints(
        account=AccountId(body.account),
        unit=UnitCode(body.unit),
        amount=body.amount,
        reason=body.reason,
        behaviour=body.behaviour,
        target=body.target,
    )


def reversal(body: ReversalBody, _arrival: Arrival) -> ReverseMovement:
    """As asked."""
    return ReverseMovement(of=TxId(body.of), amount=body.amount, reason=body.reason, if_spent=body.if_spent)


def redemption(body: RedemptionBody, arrival: Arrival) -> PlaceRedemption:
    """As asked; in a batch under the command's id."""
    return PlaceRedemption(
        holder=HolderId(body.holder),
        lines=tuple(WantedLine(ItemId(line.item), line.quantity) for line in body.lines),
        id=None if arrival.id is None else RedemptionId(arrival.id),
    )


VALUES: Final = (
    Write(
        path="/grants",
        command=GrantPoints,
        body=GrantBody,
        make=grant,
        permission="grant",
        summary="Give value to an account 发放",
        refusals=MOVING,
    ),
    Write(
        path="/deductions",
        command=DeductPoints,
        body=DeductionBody,
        make=deduction,
        permission="deduct",
        summary="Take value from an account 扣除",
        refusals=(*MOVING, no.InsufficientFunds),
    ),
    Write(
        path="/reversals",
        command=ReverseMovement,
        body=ReversalBody,
        make=reversal,
        permission="admin",
        summary="Reverse a grant or a deduction 冲正",
        refusals=(*MOVING, no.AlreadyReversed, no.ExceedsOriginal, no.NotReversible, no.InsufficientFunds),
    ),
)
COUNTER: Final = (
    Write(
        path="/redemptions",
        command=PlaceRedemption,
        body=RedemptionBody,
        make=redemption,
        permission="redeem",
        summary="Take goods for points 兑换",
        refusals=(
            *MOVING,
            no.UnitMismatch,
            no.AlreadyExists,
            no.HolderBarred,
            no.SaleClosed,
            no.LimitExceeded,
            no.InsufficientFunds,
            no.OutOfStock,
        ),
    ),
)
WRITES: Final[tuple[Write, ...]] = (*COUNTER, *VALUES, *shelf.WRITES)
BY_TYPE: Final[dict[str, Write]] = {write.type: write for write in WRITES}
"""For batches."""

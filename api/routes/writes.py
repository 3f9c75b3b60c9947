"""The table of writes: everything that changes a ledger over HTTP, one row each."""

from typing import Final

from msgspec.structs import replace

from api.bodies.shapes import day_of
from api.bodies.values import DeductionBody, FactBody, FreezeBody, GrantBody, ReversalBody, SchemeBody
from api.routes import (
    aids,
    approvals,
    boards,
    claims,
    counter,
    coupons,
    crews,
    entitlements,
    figures,
    funds,
    handouts,
    merchants,
    monitors,
    offers,
    patrols,
    payees,
    people,
    primitives,
    reviews,
    shelf,
)
from api.routes.guarding import alone
from api.routes.proposing import proposing
from api.routes.table import MOVING, Arrival, Write, always
from ledger import refusals as no
from ledger.points.commands import DeductPoints, FreezeAccount, GrantPoints, UnfreezeAccount
from ledger.refusals import Malformed
from ledger.reversals.commands import ReverseMovement
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.complaints import SchemeError
from ledger.scheme.loading import canonical, checked
from ledger.values import AccountId, Day, TxId, UnitCode

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
        fund=body.fund,
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
    """As asked: all of a transaction, or one fact of it."""
    tx = body.of.tx if isinstance(body.of, FactBody) else body.of
    whole = ReverseMovement(of=TxId(tx), amount=body.amount, reason=body.reason, if_spent=body.if_spent)
    return replace(whole, position=body.of.position) if isinstance(body.of, FactBody) else whole


def freeze(body: FreezeBody, _arrival: Arrival) -> FreezeAccount:
    """As asked."""
    return FreezeAccount(account=AccountId(body.account), unit=_unit(body.unit), reason=body.reason)


def unfreeze(body: FreezeBody, _arrival: Arrival) -> UnfreezeAccount:
    """As asked."""
    return UnfreezeAccount(account=AccountId(body.account), unit=_unit(body.unit), reason=body.reason)


def _unit(code: str | None) -> UnitCode | None:
    return None if code is None else UnitCode(code)


def scheme(body: SchemeBody, _arrival: Arrival) -> AdoptScheme:
    """A scheme that is sent is checked as a file is: what is adopted prices for ever."""
    try:
        value = checked(body.scheme)
    except SchemeError as error:
        raise Malformed(errors=[f"/scheme/{it.key.replace('.', '/')}: {it.text()}" for it in error.errors]) from None
    return AdoptScheme(scheme=canonical(value), effective_from=Day(body.effective_from.isoformat()))


VALUES: Final = (
    Write(
        path="/grants",
        command=GrantPoints,
        body=GrantBody,
        make=grant,
        permission="grant",
        guard=alone,
        summary="Give value to an account 发放",
        refusals=(*MOVING, no.LimitExceeded),
    ),
    Write(
        path="/deductions",
        command=DeductPoints,
        body=DeductionBody,
        make=deduction,
        permission="deduct",
        guard=alone,
        summary="Take value from an account 扣除",
        refusals=(*MOVING, no.LimitExceeded, no.InsufficientFunds),
    ),
    Write(
        path="/reversals",
        command=ReverseMovement,
        body=ReversalBody,
        make=reversal,
        permission="admin",
        summary="Reverse a movement of value 冲正",
        refusals=(
            *MOVING,
            no.NotEligible,
            no.LimitExceeded,
            no.AlreadyReversed,
            no.ExceedsOriginal,
            no.NotReversible,
            no.InsufficientFunds,
        ),
    ),
    Write(
        path="/accounts/{account}/freeze",
        command=FreezeAccount,
        body=FreezeBody,
        make=freeze,
        permission="approve",
        summary="Stop an account 冻结账户",
        refusals=MOVING,
    ),
    Write(
        path="/accounts/{account}/unfreeze",
        command=UnfreezeAccount,
        body=FreezeBody,
        make=unfreeze,
        permission="approve",
        summary="Let an account move again 解冻账户",
        refusals=(*MOVING, no.NotEligible),
    ),
    Write(
        path="/schemes",
        command=AdoptScheme,
        body=SchemeBody,
        make=scheme,
        permission="admin",
        summary="Adopt a version of the scheme 采用规则",
        blocking=always,
        refusals=(no.AlreadyExists,),
    ),
)
DIRECT: Final[tuple[Write, ...]] = (
    *counter.WRITES,
    *VALUES,
    *primitives.WRITES,
    *monitors.WRITES,
    *shelf.WRITES,
    *approvals.WRITES,
    *people.WRITES,
    *crews.WRITES,
    *claims.WRITES,
    *patrols.WRITES,
    *reviews.WRITES,
    *entitlements.WRITES,
    *funds.FUNDS,
    *merchants.MERCHANTS,
    *payees.WRITES,
    *merchants.SETTLEMENTS,
    *coupons.BATCHES,
    *coupons.COUPONS,
    *offers.WRITES,
    *aids.WRITES,
    *handouts.WRITES,
    *boards.WRITES,
    *figures.WRITES,
)
WRITES: Final[tuple[Write, ...]] = (*DIRECT, proposing(DIRECT))
BY_TYPE: Final[dict[str, Write]] = {write.type: write for write in WRITES}
"""For batches."""

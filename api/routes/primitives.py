"""Rows of the table of writes: the ledger's primitives.

Accounts and their bounds are the administrator's. Whoever moves value between accounts, or sets it aside, takes from
one and gives to another: that needs `deduct` and `grant`, and where the scheme wants a second person for awards it is
proposed. Converting for people at the scheme's rate has a permission of its own, `convert`. A holder's own key moves
nothing: no scheme says yet what holders may do for themselves.
"""

from typing import Final

from api.bodies.primitives import (
    AccountBody,
    BoundsBody,
    CaptureBody,
    ClosingBody,
    ConversionBody,
    ExtensionBody,
    HoldBody,
    TransferBody,
    VoidBody,
)
from api.bodies.shapes import day_of
from api.routes.counter import HELD
from api.routes.guarding import converting, giving_alone
from api.routes.table import MOVING, Arrival, Write
from ledger import refusals as no
from ledger.accounts.commands import CloseAccount, OpenAccount, SetBounds
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import AccountId, HoldId, UnitCode


def account(body: AccountBody, _arrival: Arrival) -> OpenAccount:
    """As asked."""
    return OpenAccount(id=body.id, unit=UnitCode(body.unit), floor=body.floor)


def closing(body: ClosingBody, _arrival: Arrival) -> CloseAccount:
    """As asked."""
    return CloseAccount(account=AccountId(body.account), unit=UnitCode(body.unit), reason=body.reason)


def bounds(body: BoundsBody, _arrival: Arrival) -> SetBounds:
    """As asked."""
    return SetBounds(
        account=AccountId(body.account),
        unit=UnitCode(body.unit),
        floor=body.floor,
        ceiling=body.ceiling,
        effective_on=day_of(body.effective_on),
    )


def transfer(body: TransferBody, _arrival: Arrival) -> TransferPoints:
    """As asked."""
    return TransferPoints(
        account=AccountId(body.account),
        to=AccountId(body.to),
        unit=UnitCode(body.unit),
        amount=body.amount,
        up_to=body.up_to,
    )


def conversion(body: ConversionBody, arrival: Arrival) -> ConvertPoints:
    """As asked; free-standing accounts are for those who may move value."""
    if not body.account.startswith("holder:"):
        arrival.caller.must("deduct")
    return ConvertPoints(
        account=AccountId(body.account),
        from_unit=UnitCode(body.from_unit),
        to_unit=UnitCode(body.to_unit),
        amount=body.amount,
    )


def hold(body: HoldBody, arrival: Arrival) -> PlaceHold:
    """As asked; in a batch under the command's id."""
    return PlaceHold(
        id=None if arrival.id is None else HoldId(arrival.id),
        account=AccountId(body.account),
        to=None if body.to is None else AccountId(body.to),
        unit=UnitCode(body.unit),
        amount=body.amount,
        up_to=body.up_to,
        expires_in=body.expires_in,
    )


def capture(body: CaptureBody, _arrival: Arrival) -> CaptureHold:
    """As asked."""
    return CaptureHold(hold=HoldId(body.hold), amount=body.amount, final=body.final)


def void(body: VoidBody, _arrival: Arrival) -> VoidHold:
    """As asked."""
    return VoidHold(hold=HoldId(body.hold))


def extension(body: ExtensionBody, _arrival: Arrival) -> ExtendHold:
    """As asked."""
    return ExtendHold(hold=HoldId(body.hold), expires_in=body.expires_in)


STANDING: Final = (*MOVING, no.NotEligible, no.HolderMerged, no.HolderBarred, no.LimitExceeded)
"""What two accounts that value passes between may be refused with, whatever they hold."""

ACCOUNTS: Final = (
    Write(
        path="/accounts",
        command=OpenAccount,
        body=AccountBody,
        make=account,
        permission="admin",
        summary="Open a free-standing account 开立账户",
        refusals=(no.UnknownSchemeTerm, no.AlreadyExists),
    ),
    Write(
        path="/accounts/{account}/close",
        command=CloseAccount,
        body=ClosingBody,
        make=closing,
        permission="admin",
        summary="Close an empty account 注销账户",
        refusals=(*MOVING, no.NotEligible),
    ),
    Write(
        path="/accounts/{account}/bounds",
        command=SetBounds,
        body=BoundsBody,
        make=bounds,
        permission="admin",
        summary="Set how low or high an account may go 设定账户上下限",
        refusals=(*MOVING, no.NotEligible, no.HolderMerged, no.LimitExceeded),
    ),
)
MOVES: Final = (
    Write(
        path="/transfers",
        command=TransferPoints,
        body=TransferBody,
        make=transfer,
        permission="deduct",
        guard=giving_alone,
        summary="Move value to another account 转账",
        refusals=(*STANDING, no.SameAccount, no.InsufficientFunds),
    ),
    Write(
        path="/conversions",
        command=ConvertPoints,
        body=ConversionBody,
        make=conversion,
        permission="convert",
        guard=converting,
        summary="Exchange one unit for another 换单位",
        refusals=(*STANDING, no.InsufficientFunds),
    ),
)
HOLDS: Final = (
    Write(
        path="/holds",
        command=PlaceHold,
        body=HoldBody,
        make=hold,
        permission="deduct",
        guard=giving_alone,
        summary="Set value aside 预占",
        refusals=(*STANDING, no.SameAccount, no.AlreadyExists, no.InsufficientFunds),
    ),
    Write(
        path="/holds/{hold}/capture",
        command=CaptureHold,
        body=CaptureBody,
        make=capture,
        permission="deduct",
        guard=giving_alone,
        summary="Take held value 扣取预占",
        refusals=(*STANDING, *HELD, no.ExceedsHold, no.InsufficientFunds),
    ),
    Write(
        path="/holds/{hold}/void",
        command=VoidHold,
        body=VoidBody,
        make=void,
        permission="deduct",
        guard=giving_alone,
        summary="Set held value free 撤销预占",
        refusals=(*MOVING, *HELD),
    ),
    Write(
        path="/holds/{hold}/extend",
        command=ExtendHold,
        body=ExtensionBody,
        make=extension,
        permission="deduct",
        guard=giving_alone,
        summary="Let a hold last longer 延长预占",
        refusals=(*STANDING, *HELD),
    ),
)
WRITES: Final = (*MOVES, *HOLDS, *ACCOUNTS)

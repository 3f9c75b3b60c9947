"""The wishes of the model as the real commands."""

from typing import Any

from msgspec import UNSET

from ledger.accounts.commands import CloseAccount, OpenAccount, SetBounds
from ledger.approvals.commands import ApproveProposal, MakeProposal
from ledger.approvals.content import content_of
from ledger.behaviours.commands import RecordBehaviour
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.monitors.commands import RemoveMonitor, SetMonitor
from ledger.people.commands import RegisterPerson
from ledger.periods.commands import ClosePeriod, FinishClosing, SealPeriod
from ledger.points.commands import (
    DeductPoints,
    FreezeAccount,
    GrantPoints,
    OpenInitial,
    TurnMonth,
    UnfreezeAccount,
)
from ledger.redemptions.commands import PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.stock.commands import ReceiveGoods
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import (
    AccountId,
    HolderId,
    HoldId,
    ItemId,
    PeriodName,
    ProposalId,
    RedemptionId,
    TxId,
    UnitCode,
)

Op = tuple[Any, ...]
"""A wish in the words of the model: its name and its members."""


def command(op: Op) -> Command:  # noqa: C901, PLR0911, PLR0912 - one line for each wish
    """The real wish for an operation of the model."""
    match op:
        case ("join", holder):
            return RegisterPerson(holder=HolderId(holder))
        case ("receive", item, quantity):
            return ReceiveGoods(item=ItemId(item), quantity=quantity)
        case ("grant", holder, unit, amount, expires_on, fund):
            return GrantPoints(
                to=account_named(holder), unit=UnitCode(unit), amount=amount, expires_on=expires_on, fund=fund
            )
        case ("deduct", holder, unit, amount):
            return DeductPoints(account=account_named(holder), unit=UnitCode(unit), amount=amount, reason="correction")
        case ("record", holder, behaviour, reason):
            return RecordBehaviour(holder=HolderId(holder), behaviour=behaviour, reason=reason)
        case ("reverse", of, amount, if_spent, nth, position):
            return ReverseMovement(
                of=TxId(of),
                position=UNSET if nth is None else position,
                amount=amount,
                reason="correction",
                if_spent=if_spent,
            )
        case ("sell", holder, lines):
            return PlaceRedemption(
                holder=HolderId(holder), lines=tuple(WantedLine(ItemId(item), pieces) for item, pieces in lines)
            )
        case ("month", holder):
            return TurnMonth(account=account_named(holder))
        case ("initial", holder):
            return OpenInitial(account=account_named(holder))
        case ("refund", of, amount, lines):
            back = tuple(ReturningLine(ItemId(item), pieces, restock) for item, pieces, restock in lines)
            return RefundRedemption(redemption=RedemptionId(of), amount=amount, lines=back, reason="correction")
        case ("propose", *inner):
            return MakeProposal(command=content_of(command(("grant", *inner, None, None))))
        case ("approve", of):
            return ApproveProposal(proposal=ProposalId(of))
        case ("close" | "seal" | "finish" as step, period):
            return _closing(step, period)
    return _moving(op)


def _moving(op: Op) -> Command:  # noqa: C901, PLR0911, PLR0912 - one line for each wish
    match op:
        case ("open", name, unit, floor):
            return OpenAccount(id=name.removeprefix("account:"), unit=UnitCode(unit), floor=floor)
        case ("shut", name, unit):
            return CloseAccount(account=account_named(name), unit=UnitCode(unit), reason="correction")
        case ("freeze", name, unit):
            return FreezeAccount(account=account_named(name), unit=UnitCode(unit), reason="correction")
        case ("unfreeze", name, unit):
            return UnfreezeAccount(account=account_named(name), unit=UnitCode(unit), reason="correction")
        case ("bound", name, unit, floor, ceiling, day):
            low, high = (UNSET if bound == "same" else bound for bound in (floor, ceiling))
            return SetBounds(
                account=account_named(name), unit=UnitCode(unit), floor=low, ceiling=high, effective_on=day
            )
        case ("watch", id, name, unit, measure, side, threshold):
            return SetMonitor(
                id=id, account=account_named(name), unit=UnitCode(unit), measure=measure, side=side, threshold=threshold
            )
        case ("unwatch", id):
            return RemoveMonitor(monitor=id)
        case ("transfer", name, to, unit, amount, up_to):
            return TransferPoints(
                account=account_named(name), to=account_named(to), unit=UnitCode(unit), amount=amount, up_to=up_to
            )
        case ("convert", name, unit, to_unit, amount):
            return ConvertPoints(
                account=account_named(name), from_unit=UnitCode(unit), to_unit=UnitCode(to_unit), amount=amount
            )
        case ("place", id, name, to, unit, amount, up_to, seconds):
            return PlaceHold(
                id=HoldId(id),
                account=account_named(name),
                to=to and account_named(to),
                unit=UnitCode(unit),
                amount=amount,
                up_to=up_to,
                expires_in=seconds,
            )
        case ("capture", id, amount, final):
            return CaptureHold(hold=HoldId(id), amount=amount, final=final)
        case ("void", id):
            return VoidHold(hold=HoldId(id))
        case ("extend", id, seconds):
            return ExtendHold(hold=HoldId(id), expires_in=seconds)
    raise AssertionError(f"the machine does not know {op[0]}")


def _closing(step: str, period: str) -> Command:
    name = PeriodName(period)
    match step:
        case "close":
            return ClosePeriod(period=name)
        case "seal":
            return SealPeriod(period=name, root="0" * 64, accounts=0, totals=())
        case "finish":
            return FinishClosing(period=name, holders=0, totals=())
    raise AssertionError(f"the machine does not know {step}")


def account_named(name: str) -> AccountId:
    return AccountId(name if name.startswith("account:") else "holder:" + name)

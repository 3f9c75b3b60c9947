"""The ledger's commands for plain words."""

from ledger.accounts.commands import OpenAccount, SetBounds
from ledger.approvals.commands import ApproveProposal, MakeProposal, RejectProposal
from ledger.approvals.content import content_of
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.monitors.commands import SetMonitor
from ledger.people.commands import RegisterPerson
from ledger.periods.commands import ClosePeriod, FinishClosing, OpenBooks, SealPeriod
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.redemptions.commands import (
    CancelRedemption,
    FulfilRedemption,
    PlaceRedemption,
    RefundRedemption,
    WantedLine,
)
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import (
    AccountId,
    Day,
    HolderId,
    HoldId,
    ItemId,
    PeriodName,
    ProposalId,
    RedemptionId,
    TxId,
    UnitCode,
)
from tests.simulation.books import Op
from tests.simulation.proposals import PROPOSED_FOR


def command(op: Op) -> Command:
    """The real wish for plain words."""
    found = _at_the_counter(op) or _at_the_bank(op) or _in_the_books(op) or _by_two(op)
    assert found is not None, f"nobody can wish for {op}"
    return found


def _at_the_counter(op: Op) -> Command | None:  # noqa: PLR0911 - one line for each wish
    match op:
        case ("adopt",):
            scheme = canonical(load_scheme("conformance"))
            scheme["approvals"]["expires_in"] = PROPOSED_FOR
            return AdoptScheme(scheme=scheme, effective_from=Day("2022-06-01"))
        case ("join", holder):
            return RegisterPerson(holder=HolderId(holder))
        case ("list", item, unit, price):
            return ListItem(id=ItemId(item), name=item, price=price, unit=UnitCode(unit))
        case ("receive", item, quantity):
            return ReceiveGoods(item=ItemId(item), quantity=quantity)
        case ("sell", holder, item, quantity, id, expires_in):
            return PlaceRedemption(
                holder=HolderId(holder),
                lines=(WantedLine(ItemId(item), quantity),),
                id=None if id is None else RedemptionId(id),
                hold=expires_in is not None,
                expires_in=expires_in,
            )
        case ("fulfil", id):
            return FulfilRedemption(redemption=RedemptionId(id))
        case ("cancel", id):
            return CancelRedemption(redemption=RedemptionId(id), reason="correction")
        case ("refund", id, amount):
            return RefundRedemption(redemption=RedemptionId(id), amount=amount, reason="correction")
    return None


def _at_the_bank(op: Op) -> Command | None:  # noqa: C901, PLR0911 - one line for each wish
    match op:
        case ("grant", account, unit, amount, expires_on):
            return GrantPoints(to=AccountId(account), unit=UnitCode(unit), amount=amount, expires_on=expires_on)
        case ("deduct", account, unit, amount):
            return DeductPoints(account=AccountId(account), unit=UnitCode(unit), amount=amount, reason="correction")
        case ("reverse", of, amount, if_spent):
            return ReverseMovement(of=TxId(of), amount=amount, reason="correction", if_spent=if_spent)
        case ("open", id, unit, floor):
            return OpenAccount(id=id, unit=UnitCode(unit), floor=floor)
        case ("bound", account, unit, ceiling):
            return SetBounds(account=AccountId(account), unit=UnitCode(unit), ceiling=ceiling)
        case ("watch", id, account, unit, side, threshold):
            return SetMonitor(
                id=id,
                account=AccountId(account),
                unit=UnitCode(unit),
                measure="balance",
                side=side,
                threshold=threshold,
            )
        case ("transfer", account, to, unit, amount, up_to):
            return TransferPoints(
                account=AccountId(account), to=AccountId(to), unit=UnitCode(unit), amount=amount, up_to=up_to
            )
        case ("convert", account, unit, to_unit, amount):
            return ConvertPoints(
                account=AccountId(account), from_unit=UnitCode(unit), to_unit=UnitCode(to_unit), amount=amount
            )
        case ("pledge", account, to, unit, amount, up_to, expires_in, id):
            return PlaceHold(
                account=AccountId(account),
                to=None if to is None else AccountId(to),
                unit=UnitCode(unit),
                amount=amount,
                up_to=up_to,
                expires_in=expires_in,
                id=None if id is None else HoldId(id),
            )
        case ("capture", id, amount, final):
            return CaptureHold(hold=HoldId(id), amount=amount, final=final)
        case ("void", id):
            return VoidHold(hold=HoldId(id))
        case ("extend", id, expires_in):
            return ExtendHold(hold=HoldId(id), expires_in=expires_in)
    return None


def _in_the_books(op: Op) -> Command | None:
    match op:
        case ("books", period):
            return OpenBooks(period=PeriodName(period))
        case ("close", period):
            return ClosePeriod(period=PeriodName(period))
        case ("seal", period):
            return SealPeriod(period=PeriodName(period), root="0" * 64, accounts=0, totals=())
        case ("finish", period):
            return FinishClosing(period=PeriodName(period), holders=0, totals=())
    return None


def _by_two(op: Op) -> Command | None:
    match op:
        case ("propose", inner):
            return MakeProposal(command=content_of(command(inner)))
        case ("approve", id):
            return ApproveProposal(proposal=ProposalId(id))
        case ("reject", id):
            return RejectProposal(proposal=ProposalId(id), reason="correction")
    return None

"""Rows of the table of writes: behaviours, and what needs a second person."""

from typing import Final

from api.bodies.approvals import (
    AppealBody,
    AppealDecisionBody,
    ApprovalBody,
    BehaviourBody,
    BreakGlassBody,
    DelegateBody,
    RejectionBody,
)
from api.bodies.shapes import day_of, happened_at
from api.routes.seen import is_seen
from api.routes.table import MOVING, TERMS, Arrival, Made, Write, always
from ledger import refusals as no
from ledger.approvals.commands import (
    AppealDeduction,
    ApproveProposal,
    BreakGlass,
    DecideAppeal,
    NameDelegate,
    RejectProposal,
)
from ledger.behaviours.commands import RecordBehaviour
from ledger.calendar import local_day
from ledger.points.facts import PointsDeducted
from ledger.refusals import Forbidden, NotFound
from ledger.values import Day, HolderId, ProposalId, TxId


def behaviour(body: BehaviourBody, arrival: Arrival) -> RecordBehaviour:
    """As asked."""
    return RecordBehaviour(
        holder=HolderId(body.holder),
        behaviour=body.behaviour,
        target=body.target,
        evidence=body.evidence,
        amount=body.amount,
        reason=body.reason,
        counts_as=_counted_as(body, arrival),
        quantity=body.quantity,
    )


def _counted_as(body: BehaviourBody, arrival: Arrival) -> str | None:
    """What the scheme of its day counts it as: a missed punch put right is that day's check-in."""
    now = arrival.served.now()
    at = now if body.occurred_at is None else happened_at(body.occurred_at, now)
    scheme = arrival.served.ledger.view().scheme(local_day(at, arrival.served.ledger.zone))
    found = scheme.behaviours.get(body.behaviour)
    return None if found is None else found.counts_as


def person(arrival: Arrival) -> None:
    """Raise Forbidden unless a person's own key calls: a client decides nothing."""
    if not arrival.caller.principal.is_person:
        raise Forbidden(permission="approve")


def noted(arrival: Arrival, text: str | None, holder: str | None = None) -> tuple[str | None, dict[str, str]]:
    """Keep free text in the vault; the note's id and its commitment. Not again for a replay."""
    if text is None or is_seen(arrival):
        return None, {}
    note = arrival.served.vault.note(text, about=holder)
    return note.id, {"note": note.commitment}


def approval(body: ApprovalBody, arrival: Arrival) -> Made:
    """As asked, by a person."""
    person(arrival)
    note, pd = noted(arrival, body.note)
    command = ApproveProposal(
        proposal=ProposalId(body.proposal), digest=body.digest, on_behalf_of=body.on_behalf_of, note=note
    )
    return Made(command, pd)


def glass(body: BreakGlassBody, arrival: Arrival) -> Made:
    """As asked, by a person."""
    person(arrival)
    note, pd = noted(arrival, body.note)
    command = BreakGlass(proposal=ProposalId(body.proposal), digest=body.digest, reason=body.reason, note=note)
    return Made(command, pd)


def rejection(body: RejectionBody, arrival: Arrival) -> Made:
    """As asked, by a person."""
    person(arrival)
    note, pd = noted(arrival, body.note)
    return Made(RejectProposal(proposal=ProposalId(body.proposal), reason=body.reason, note=note), pd)


def delegate(body: DelegateBody, arrival: Arrival) -> NameDelegate:
    """As asked, by a person."""
    person(arrival)
    return NameDelegate(
        absent=body.absent,
        delegate=body.delegate,
        from_on=Day(body.from_on.isoformat()),
        to_on=Day(day_of(body.to_on) or ""),
    )


def appeal(body: AppealBody, arrival: Arrival) -> Made:
    """As asked; a holder appeals its own deductions only."""
    scope = arrival.caller.principal.holder
    if scope is not None and not _took_from(arrival, body.of, scope):
        raise NotFound(kind="transaction", id=body.of)
    note, pd = noted(arrival, body.note, scope)
    return Made(AppealDeduction(of=TxId(body.of), note=note), pd)


def _took_from(arrival: Arrival, tx: str, holder: str) -> bool:
    ledger = arrival.served.ledger
    facts = [ledger.mapper.decode(row.state).data for row in ledger.storage.facts_of(f"deduction:{tx}")]
    return any(isinstance(fact, PointsDeducted) and fact.account == "holder:" + holder for fact in facts)


def appeal_decision(body: AppealDecisionBody, arrival: Arrival) -> Made:
    """As asked, by a person."""
    person(arrival)
    note, pd = noted(arrival, body.note)
    return Made(DecideAppeal(appeal=TxId(body.appeal), granted=body.granted, reason=body.reason, note=note), pd)


DECIDING: Final = (*MOVING, no.AlreadyDecided, no.SelfApproval, no.NotEligible)
CARRIED: Final = (no.LimitExceeded, no.InsufficientFunds, no.OutOfStock, no.HolderBarred, no.AlreadyExists)
"""What the command inside a proposal may be refused with."""
WRITES: Final = (
    Write(
        path="/behaviours",
        command=RecordBehaviour,
        body=BehaviourBody,
        make=behaviour,
        permission="grant",
        summary="Record a behaviour 行为记录",
        refusals=(*MOVING, no.LimitExceeded, no.NotEligible, no.HolderBarred, no.AlreadyExists, no.PeriodClosed),
        blocking=always,
    ),
    Write(
        path="/proposals/{proposal}/approve",
        command=ApproveProposal,
        body=ApprovalBody,
        make=approval,
        permission="approve",
        summary="Approve a proposal 批准",
        refusals=(*DECIDING, no.ApprovalExpired, no.ProposalMismatch, *CARRIED),
        blocking=lambda body: body.note is not None,
    ),
    Write(
        path="/proposals/{proposal}/break-glass",
        command=BreakGlass,
        body=BreakGlassBody,
        make=glass,
        permission="approve",
        summary="Carry out one's own proposal alone 紧急执行",
        refusals=(*DECIDING, no.ApprovalExpired, no.ProposalMismatch, *CARRIED),
        blocking=lambda body: body.note is not None,
    ),
    Write(
        path="/proposals/{proposal}/reject",
        command=RejectProposal,
        body=RejectionBody,
        make=rejection,
        permission="approve",
        summary="Reject a proposal 驳回",
        refusals=(*TERMS, no.AlreadyDecided, no.ApprovalExpired, no.NotEligible),
        blocking=lambda body: body.note is not None,
    ),
    Write(
        path="/delegates",
        command=NameDelegate,
        body=DelegateBody,
        make=delegate,
        permission="approve",
        summary="Name somebody who approves in one's place 委托审批",
        refusals=(no.NotEligible, no.SelfApproval),
    ),
    Write(
        path="/appeals",
        command=AppealDeduction,
        body=AppealBody,
        make=appeal,
        permission="deduct",
        own=True,
        summary="Appeal a deduction 申诉",
        refusals=(no.AlreadyExists, no.AppealClosed, no.AlreadyReversed, no.NotReversible),
        blocking=always,
    ),
    Write(
        path="/appeals/{appeal}/decide",
        command=DecideAppeal,
        body=AppealDecisionBody,
        make=appeal_decision,
        permission="approve",
        summary="Grant or deny an appeal 申诉裁定",
        refusals=(*DECIDING, no.ApprovalExpired, no.AlreadyReversed, no.ExceedsOriginal, no.NotReversible),
        blocking=lambda body: body.note is not None,
    ),
)

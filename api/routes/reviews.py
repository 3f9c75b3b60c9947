"""Rows of the table of writes: what people decide about patrols, and what volunteers contest."""

from typing import Final

from api.bodies.reviews import PatrolAppealBody, PatrolAppealDecisionBody, PatrolApprovalBody, PatrolRejectionBody
from api.routes.approvals import noted
from api.routes.claims import mine
from api.routes.table import MOVING, TERMS, Arrival, Made, Write, always
from ledger import refusals as no
from ledger.refusals import Forbidden
from ledger.reviews.commands import AppealPatrol, ApprovePatrol, DecidePatrolAppeal, RejectPatrol
from ledger.values import ClaimId


def person(arrival: Arrival) -> None:
    """Raise Forbidden unless a person's own key calls: whoever reviews is told from who walked."""
    if not arrival.caller.principal.is_person:
        raise Forbidden(permission="review")


def approval(body: PatrolApprovalBody, arrival: Arrival) -> Made:
    """As asked, by a person."""
    person(arrival)
    note, pd = noted(arrival, body.note)
    return Made(ApprovePatrol(claim=ClaimId(body.claim), reason=body.reason, note=note), pd)


def rejection(body: PatrolRejectionBody, arrival: Arrival) -> Made:
    """As asked, by a person."""
    person(arrival)
    note, pd = noted(arrival, body.note)
    return Made(RejectPatrol(claim=ClaimId(body.claim), reason=body.reason, note=note), pd)


def appeal(body: PatrolAppealBody, arrival: Arrival) -> Made:
    """As asked; a holder appeals for itself alone."""
    claim = mine(arrival, body.claim)
    note, pd = noted(arrival, body.note, arrival.caller.principal.holder)
    return Made(AppealPatrol(claim=claim, note=note), pd)


def appeal_decision(body: PatrolAppealDecisionBody, arrival: Arrival) -> Made:
    """As asked, by a person."""
    person(arrival)
    note, pd = noted(arrival, body.note)
    return Made(DecidePatrolAppeal(claim=ClaimId(body.claim), granted=body.granted, reason=body.reason, note=note), pd)


DECIDING: Final = (*MOVING, no.AlreadyDecided, no.NotEligible, no.SelfApproval)
WRITES: Final = (
    Write(
        path="/claims/{claim}/approve",
        command=ApprovePatrol,
        body=PatrolApprovalBody,
        make=approval,
        permission="review",
        summary="Approve a patrol 审核通过",
        refusals=DECIDING,
        blocking=lambda body: body.note is not None,
    ),
    Write(
        path="/claims/{claim}/reject",
        command=RejectPatrol,
        body=PatrolRejectionBody,
        make=rejection,
        permission="review",
        summary="Reject a patrol 审核驳回",
        refusals=DECIDING,
        blocking=lambda body: body.note is not None,
    ),
    Write(
        path="/claims/{claim}/appeal",
        command=AppealPatrol,
        body=PatrolAppealBody,
        make=appeal,
        permission="task",
        own=True,
        summary="Contest a rejection 巡逻申诉",
        refusals=(*TERMS, no.AlreadyExists, no.AlreadyDecided, no.NotEligible, no.AppealClosed),
        blocking=always,
    ),
    Write(
        path="/claims/{claim}/appeal/decide",
        command=DecidePatrolAppeal,
        body=PatrolAppealDecisionBody,
        make=appeal_decision,
        permission="review",
        summary="Grant or deny an appeal of a patrol 巡逻申诉裁定",
        refusals=DECIDING,
        blocking=lambda body: body.note is not None,
    ),
)

"""Rows of the table of writes: claims, by an app for anybody, or by a holder's own key for itself."""

from typing import Final

from api.bodies.patrols import (
    ClaimBody,
    FinishBody,
    GivingBackBody,
    PointBody,
    ResumptionBody,
    StartBody,
)
from api.bodies.shapes import happened_at
from api.routes.owning import for_whom, own
from api.routes.table import TERMS, Arrival, Write, always
from ledger import refusals as no
from ledger.patrols.commands import ClaimTask, FinishPatrol, GiveBackClaim, PassPoint, ResumePatrol, StartPatrol
from ledger.patrols.entities import Claim
from ledger.values import ClaimId, TaskId

TASK: Final = "task"


def mine(arrival: Arrival, claim: str) -> ClaimId:
    """The claim, if the caller may touch it. Raises NotFound. Blocking."""
    own(arrival, Claim, claim, TASK)
    return ClaimId(claim)


def device_mac(arrival: Arrival, device: str) -> str:
    """What tells one phone from another without saying which: apps send serial numbers, whatever they are told."""
    return arrival.served.vault.secret.mac("device", device)


def claim(body: ClaimBody, arrival: Arrival) -> ClaimTask:
    """As asked; in a batch under the command's id."""
    id = None if arrival.id is None else ClaimId(arrival.id)
    return ClaimTask(task=TaskId(body.task), holder=for_whom(arrival, body.holder, TASK), id=id)


def giving_back(body: GivingBackBody, arrival: Arrival) -> GiveBackClaim:
    """As asked."""
    return GiveBackClaim(claim=mine(arrival, body.claim), reason=body.reason)


def start(body: StartBody, arrival: Arrival) -> StartPatrol:
    """As asked."""
    return StartPatrol(claim=mine(arrival, body.claim), device=device_mac(arrival, body.device))


def resumption(body: ResumptionBody, arrival: Arrival) -> ResumePatrol:
    """As asked; that another device goes on is for reviewers to allow."""
    if body.replaces:
        arrival.caller.must("review")
    claim = mine(arrival, body.claim)
    return ResumePatrol(claim=claim, device=device_mac(arrival, body.device), replaces=body.replaces)


def point(body: PointBody, arrival: Arrival) -> PassPoint:
    """As asked."""
    return PassPoint(claim=mine(arrival, body.claim), point=body.point)


def finish(body: FinishBody, arrival: Arrival) -> FinishPatrol:
    """As asked."""
    started_at = None
    if body.started_at is not None:
        started_at = happened_at(body.started_at, arrival.served.now(), "/started_at")
    return FinishPatrol(
        claim=mine(arrival, body.claim),
        device=None if body.device is None else device_mac(arrival, body.device),
        started_at=started_at,
    )


WALKING: Final = (*TERMS, no.ClaimExpired, no.NotEligible)
STARTING: Final = (*WALKING, no.SlotClosed, no.TaskTaken, no.ClaimOpen, no.PatrolRunning, no.LimitExceeded)
WRITES: Final = (
    Write(
        path="/tasks/{task}/claim",
        command=ClaimTask,
        body=ClaimBody,
        make=claim,
        permission=TASK,
        own=True,
        summary="Claim a place 领取任务",
        refusals=(
            *TERMS,
            no.AlreadyExists,
            no.HolderMerged,
            no.HolderBarred,
            no.NotEligible,
            no.SlotClosed,
            no.ClaimOpen,
            no.LimitExceeded,
            no.TaskTaken,
        ),
    ),
    Write(
        path="/claims/{claim}/give-back",
        command=GiveBackClaim,
        body=GivingBackBody,
        make=giving_back,
        permission=TASK,
        own=True,
        summary="Give a place back 退回任务",
        refusals=WALKING,
        blocking=always,
    ),
    Write(
        path="/claims/{claim}/start",
        command=StartPatrol,
        body=StartBody,
        make=start,
        permission=TASK,
        own=True,
        summary="Start to walk 开始巡逻",
        refusals=STARTING,
        blocking=always,
    ),
    Write(
        path="/claims/{claim}/resume",
        command=ResumePatrol,
        body=ResumptionBody,
        make=resumption,
        permission=TASK,
        own=True,
        summary="Go on after a break 恢复巡逻",
        refusals=(*WALKING, no.PatrolRunning),
        blocking=always,
    ),
    Write(
        path="/claims/{claim}/points",
        command=PassPoint,
        body=PointBody,
        make=point,
        permission=TASK,
        own=True,
        summary="Pass a patrol point 经过巡逻点",
        refusals=WALKING,
        blocking=always,
    ),
    Write(
        path="/claims/{claim}/finish",
        command=FinishPatrol,
        body=FinishBody,
        make=finish,
        permission=TASK,
        own=True,
        summary="End the walk 结束巡逻",
        refusals=STARTING,
        blocking=always,
    ),
)

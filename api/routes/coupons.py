"""Rows of the table of writes: coupons, from the draft of a batch to what is given back."""

from typing import Final

from api.bodies.coupons import (
    BatchApprovalBody,
    BatchBody,
    BatchFinishBody,
    BatchRejectionBody,
    CodeBody,
    IssueBody,
    LinesBody,
    PurchaseBody,
    PurchaseRefundBody,
    StrikeBody,
    SubmissionBody,
    VoidCouponBody,
)
from api.bodies.shapes import day_of
from api.routes.owning import of_merchant
from api.routes.table import MOVING, TERMS, Arrival, Write, always
from api.routes.tills import code_mac
from ledger import refusals as no
from ledger.coupons.commands import (
    ApproveBatch,
    BoughtLine,
    DraftBatch,
    DraftedLine,
    DraftLines,
    FinishBatch,
    IssueCoupons,
    Issuing,
    RefundPurchase,
    RejectBatch,
    ReplaceCode,
    SpendCoupons,
    StrikeLines,
    SubmitBatch,
    VoidCoupon,
)
from ledger.coupons.entities import Purchase
from ledger.coupons.standing import BY_CODE
from ledger.funds.entities import Share
from ledger.values import HolderId

ISSUE: Final = "coupon:issue"
STRIKE: Final = "coupon:strike"
APPROVE: Final = "approve"


def batch(body: BatchBody, _arrival: Arrival) -> DraftBatch:
    """As asked."""
    return DraftBatch(
        id=body.id,
        kind=body.kind,
        occasion=body.occasion,
        fund=body.fund,
        source=body.source,
        of=body.of,
        members_on=day_of(body.members_on),
        occasion_on=day_of(body.occasion_on),
        valid_from_on=day_of(body.valid_from_on),
        expires_on=day_of(body.expires_on),
        shares=tuple(Share(share.fund, share.weight) for share in body.shares),
    )


def lines(body: LinesBody, _arrival: Arrival) -> DraftLines:
    """As asked."""
    return DraftLines(
        batch=body.batch,
        lines=tuple(DraftedLine(HolderId(line.holder), line.face, line.pieces) for line in body.lines),
    )


def strike(body: StrikeBody, _arrival: Arrival) -> StrikeLines:
    """As asked, by who drafts or by who approves."""
    return StrikeLines(batch=body.batch, holders=tuple(map(HolderId, body.holders)), reason=body.reason)


def submission(body: SubmissionBody, _arrival: Arrival) -> SubmitBatch:
    """As asked."""
    return SubmitBatch(batch=body.batch)


def approval(body: BatchApprovalBody, _arrival: Arrival) -> ApproveBatch:
    """As asked."""
    return ApproveBatch(batch=body.batch, digest=body.digest)


def rejection(body: BatchRejectionBody, _arrival: Arrival) -> RejectBatch:
    """As asked, by who approves, or withdrawn by who drafts."""
    return RejectBatch(batch=body.batch, reason=body.reason)


def issue(body: IssueBody, arrival: Arrival) -> IssueCoupons:
    """As asked; of codes the ledger keeps what stands for them."""
    issued = (
        Issuing(HolderId(line.holder), tuple(code_mac(arrival.served, code) for code in line.codes))
        for line in body.lines
    )
    return IssueCoupons(batch=body.batch, lines=tuple(issued))


def finish(body: BatchFinishBody, _arrival: Arrival) -> FinishBatch:
    """As asked."""
    return FinishBatch(batch=body.batch)


def void(body: VoidCouponBody, _arrival: Arrival) -> VoidCoupon:
    """As asked."""
    return VoidCoupon(coupon=body.coupon, reason=body.reason)


def code(body: CodeBody, arrival: Arrival) -> ReplaceCode:
    """As asked."""
    return ReplaceCode(coupon=body.coupon, code=code_mac(arrival.served, body.code), reason=body.reason)


def purchase(body: PurchaseBody, arrival: Arrival) -> SpendCoupons:
    """As asked; a merchant sells at its own till alone."""
    of_merchant(arrival.caller, body.merchant, kind="merchant", id=body.merchant)
    typed = tuple(BY_CODE + code_mac(arrival.served, code) for code in body.codes)
    return SpendCoupons(
        id=arrival.id,
        merchant=body.merchant,
        lines=tuple(BoughtLine(line.goods, line.amount) for line in body.lines),
        coupons=body.coupons + typed,
        holder=None if body.holder is None else HolderId(body.holder),
        tender=body.tender,
    )


def refund(body: PurchaseRefundBody, arrival: Arrival) -> RefundPurchase:
    """A merchant gives back its own sales alone; another last day needs a permission of its own. Blocking."""
    if body.restore != "keep":
        arrival.caller.must("approve")
    found = arrival.served.ledger.get(Purchase, body.purchase)
    of_merchant(arrival.caller, found.merchant if found else None, kind="purchase", id=body.purchase)
    return RefundPurchase(
        purchase=body.purchase,
        amount=body.amount,
        reason=body.reason,
        restore=body.restore,
        expires_on=day_of(body.expires_on),
        codes=tuple(code_mac(arrival.served, code) for code in body.codes),
    )


_STATE: Final = (*TERMS, no.NotEligible)
BATCHES: Final = (
    Write(
        path="/coupon-batches",
        command=DraftBatch,
        body=BatchBody,
        make=batch,
        permission=ISSUE,
        summary="Draft a batch of coupons 拟制券批次",
        refusals=(*TERMS, no.AlreadyExists, no.UnitMismatch),
    ),
    Write(
        path="/coupon-batches/{batch}/lines",
        command=DraftLines,
        body=LinesBody,
        make=lines,
        permission=ISSUE,
        summary="Add who shall get one 添加名单",
        refusals=(no.NotEligible, no.AlreadyExists),
    ),
    Write(
        path="/coupon-batches/{batch}/strike",
        command=StrikeLines,
        body=StrikeBody,
        make=strike,
        permission=STRIKE,
        summary="Strike lines before approval 剔除名单",
        refusals=_STATE,
    ),
    Write(
        path="/coupon-batches/{batch}/submit",
        command=SubmitBatch,
        body=SubmissionBody,
        make=submission,
        permission=ISSUE,
        summary="Let it wait for another person 提交审批",
        refusals=(no.NotEligible,),
    ),
    Write(
        path="/coupon-batches/{batch}/approve",
        command=ApproveBatch,
        body=BatchApprovalBody,
        make=approval,
        permission=APPROVE,
        summary="Approve a batch 批准批次",
        refusals=(no.NotEligible, no.SelfApproval, no.ProposalMismatch, no.FundExhausted, no.UnitMismatch),
    ),
    Write(
        path="/coupon-batches/{batch}/reject",
        command=RejectBatch,
        body=BatchRejectionBody,
        make=rejection,
        permission=STRIKE,
        summary="Reject or withdraw a batch 驳回批次",
        refusals=_STATE,
    ),
    Write(
        path="/coupon-batches/{batch}/issue",
        command=IssueCoupons,
        body=IssueBody,
        make=issue,
        permission=ISSUE,
        summary="Issue lines of an approved batch 发券",
        refusals=(*_STATE, no.AlreadyExists, no.CodeMistyped),
    ),
    Write(
        path="/coupon-batches/{batch}/finish",
        command=FinishBatch,
        body=BatchFinishBody,
        make=finish,
        permission=ISSUE,
        summary="End a batch 批次发放完毕",
        refusals=(no.NotEligible,),
    ),
)
COUPONS: Final = (
    Write(
        path="/coupons/{coupon}/void",
        command=VoidCoupon,
        body=VoidCouponBody,
        make=void,
        permission=ISSUE,
        summary="Take a coupon back 作废券",
        refusals=(*MOVING, no.CouponSpent, no.CouponExpired, no.CouponVoid, no.CouponReserved),
    ),
    Write(
        path="/coupons/{coupon}/code",
        command=ReplaceCode,
        body=CodeBody,
        make=code,
        permission=ISSUE,
        summary="Give a coupon another code 更换券码",
        refusals=(*TERMS, no.CodeMistyped, no.AlreadyExists, no.CouponSpent, no.CouponExpired, no.CouponVoid),
    ),
    Write(
        path="/purchases",
        command=SpendCoupons,
        body=PurchaseBody,
        make=purchase,
        permission="redeem",
        summary="Pay with coupons 用券",
        refusals=(
            *MOVING,
            no.CodeMistyped,
            no.AlreadyExists,
            no.HolderMerged,
            no.HolderBarred,
            no.NotEligible,
            no.UnitMismatch,
            no.MerchantSuspended,
            no.CouponSpent,
            no.CouponExpired,
            no.CouponNotYetValid,
            no.CouponNotValidHere,
            no.CouponVoid,
            no.CouponOfAnother,
            no.CouponReserved,
            no.CouponsDoNotStack,
            no.LimitExceeded,
        ),
    ),
    Write(
        path="/purchases/{purchase}/refunds",
        command=RefundPurchase,
        body=PurchaseRefundBody,
        make=refund,
        permission="redeem",
        summary="Give coupons back 退券",
        refusals=(
            *MOVING,
            no.AlreadyReversed,
            no.ExceedsOriginal,
            no.NotEligible,
            no.AlreadyExists,
            no.CodeMistyped,
        ),
        blocking=always,
    ),
)

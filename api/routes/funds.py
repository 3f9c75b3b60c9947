"""Rows of the table of writes: funds and their promises. Promising is the officer's part, paying that of finance."""

from typing import Final

from api.bodies.coupons import (
    AppropriationBody,
    CommitmentBody,
    DisbursementBody,
    FundBody,
    FundClosingBody,
    RecoveryBody,
    ReleaseBody,
    WriteOffBody,
)
from api.routes.table import TERMS, Arrival, Write
from ledger import refusals as no
from ledger.funds.commands import (
    AppropriateFund,
    CloseFund,
    CommitFunds,
    DisburseCommitment,
    OpenFund,
    RecoverCommitment,
    ReleaseCommitment,
    WriteOffCommitment,
)
from ledger.funds.entities import Share
from ledger.values import UnitCode

PROMISE: Final = "coupon:issue"
PAY: Final = "settle:pay"


def fund(body: FundBody, _arrival: Arrival) -> OpenFund:
    """As asked."""
    return OpenFund(id=body.id, unit=UnitCode(body.unit), source=body.source, revolving=body.revolving, year=body.year)


def appropriation(body: AppropriationBody, _arrival: Arrival) -> AppropriateFund:
    """As asked."""
    return AppropriateFund(fund=body.fund, amount=body.amount, reference=body.reference)


def commitment(body: CommitmentBody, arrival: Arrival) -> CommitFunds:
    """As asked; in a batch under the command's id."""
    shares = tuple(Share(share.fund, share.weight) for share in body.shares)
    return CommitFunds(id=arrival.id, shares=shares, amount=body.amount, of=body.of)


def release(body: ReleaseBody, _arrival: Arrival) -> ReleaseCommitment:
    """As asked."""
    return ReleaseCommitment(commitment=body.commitment, amount=body.amount, reason=body.reason)


def disbursement(body: DisbursementBody, _arrival: Arrival) -> DisburseCommitment:
    """As asked."""
    return DisburseCommitment(
        commitment=body.commitment, payee=body.payee, amount=body.amount, reference=body.reference
    )


def recovery(body: RecoveryBody, _arrival: Arrival) -> RecoverCommitment:
    """As asked."""
    return RecoverCommitment(commitment=body.commitment, payer=body.payer, amount=body.amount, reference=body.reference)


def write_off(body: WriteOffBody, _arrival: Arrival) -> WriteOffCommitment:
    """As asked."""
    return WriteOffCommitment(commitment=body.commitment, amount=body.amount, reason=body.reason)


def closing(body: FundClosingBody, _arrival: Arrival) -> CloseFund:
    """As asked."""
    return CloseFund(fund=body.fund, reason=body.reason, into=body.into)


_OPEN: Final = (*TERMS, no.NotEligible)
FUNDS: Final = (
    Write(
        path="/funds",
        command=OpenFund,
        body=FundBody,
        make=fund,
        permission=PAY,
        summary="Open a fund 设立资金",
        refusals=(*TERMS, no.AlreadyExists),
    ),
    Write(
        path="/funds/{fund}/appropriate",
        command=AppropriateFund,
        body=AppropriationBody,
        make=appropriation,
        permission=PAY,
        summary="Put money into a fund 拨款",
        refusals=(no.NotEligible, no.AmountOutOfRange),
    ),
    Write(
        path="/funds/{fund}/close",
        command=CloseFund,
        body=FundClosingBody,
        make=closing,
        permission=PAY,
        summary="End a fund 关闭资金",
        refusals=(*_OPEN, no.UnitMismatch, no.AmountOutOfRange),
    ),
    Write(
        path="/commitments",
        command=CommitFunds,
        body=CommitmentBody,
        make=commitment,
        permission=PROMISE,
        summary="Promise from funds 承诺支出",
        refusals=(no.AlreadyExists, no.NotEligible, no.UnitMismatch, no.FundExhausted),
    ),
    Write(
        path="/commitments/{commitment}/release",
        command=ReleaseCommitment,
        body=ReleaseBody,
        make=release,
        permission=PROMISE,
        summary="Take a promise back 释放承诺",
        refusals=(*TERMS, no.NotEligible, no.ExceedsOriginal),
    ),
    Write(
        path="/commitments/{commitment}/disburse",
        command=DisburseCommitment,
        body=DisbursementBody,
        make=disbursement,
        permission=PAY,
        summary="Pay what was promised 支付",
        refusals=(no.NotEligible, no.ExceedsOriginal),
    ),
    Write(
        path="/commitments/{commitment}/recover",
        command=RecoverCommitment,
        body=RecoveryBody,
        make=recovery,
        permission=PAY,
        summary="Money that comes back 追偿",
        refusals=(no.NotEligible, no.ExceedsOriginal),
    ),
    Write(
        path="/commitments/{commitment}/write-off",
        command=WriteOffCommitment,
        body=WriteOffBody,
        make=write_off,
        permission=PAY,
        summary="Give an advance up 坏账核销",
        refusals=(*TERMS, no.NotEligible, no.ExceedsOriginal),
    ),
)

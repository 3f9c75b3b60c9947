"""Benefits by the scheme's rule: rows of the tables of writes and of reads. Claimed by one, decided by others, paid."""

from typing import Any, Final

from msgspec.structs import replace

from api.bodies.aids import (
    AidApprovalBody,
    AidClaimBody,
    AidPaymentBody,
    AidRecoveryBody,
    AidRejectionBody,
    AidShareBody,
    AidWriteOffBody,
)
from api.routes.reading import PAGE, Asked, Read, entities
from api.routes.table import TERMS, Arrival, Write
from api.routes.welfare import plain
from ledger import refusals as no
from ledger.aids.commands import ApproveAid, ClaimAid, CollectShare, PayAid, RecoverAid, RejectAid, WriteOffAid
from ledger.aids.entities import AidClaim
from ledger.aids.entities import Asked as Person
from ledger.people.standing import survivor
from ledger.values import HolderId

CLAIM: Final = "aid:claim"
PAY: Final = "settle:pay"


def claim(body: AidClaimBody, arrival: Arrival) -> ClaimAid:
    """As asked; in a batch under the command's id."""
    return ClaimAid(
        id=arrival.id,
        benefit=body.benefit,
        lines=tuple(Person(HolderId(line.holder), line.amount, line.covered) for line in body.lines),
        funds=body.funds,
        payee=body.payee,
        debtor=body.debtor,
        evidence=body.evidence,
    )


def approval(body: AidApprovalBody, _arrival: Arrival) -> ApproveAid:
    """As asked."""
    return ApproveAid(claim=body.claim)


def rejection(body: AidRejectionBody, _arrival: Arrival) -> RejectAid:
    """As asked."""
    return RejectAid(claim=body.claim, reason=body.reason)


def share(body: AidShareBody, _arrival: Arrival) -> CollectShare:
    """As asked."""
    return CollectShare(claim=body.claim, reference=body.reference)


def payment(body: AidPaymentBody, _arrival: Arrival) -> PayAid:
    """As asked."""
    return PayAid(claim=body.claim, reference=body.reference)


def recovery(body: AidRecoveryBody, _arrival: Arrival) -> RecoverAid:
    """As asked."""
    return RecoverAid(claim=body.claim, amount=body.amount, payer=body.payer, back=body.back, reference=body.reference)


def write_off(body: AidWriteOffBody, _arrival: Arrival) -> WriteOffAid:
    """As asked."""
    return WriteOffAid(claim=body.claim, amount=body.amount, reason=body.reason)


WRITES: Final = (
    Write(
        path="/aid-claims",
        command=ClaimAid,
        body=AidClaimBody,
        make=claim,
        permission=CLAIM,
        summary="Claim a benefit 申请补助",
        refusals=(
            *TERMS,
            no.AlreadyExists,
            no.HolderMerged,
            no.NotEligible,
            no.UnitMismatch,
            no.LimitExceeded,
            no.FundExhausted,
        ),
    ),
    Write(
        path="/aid-claims/{claim}/approve",
        command=ApproveAid,
        body=AidApprovalBody,
        make=approval,
        permission="approve",
        summary="Decide for a claim 同意补助",
        refusals=(no.NotEligible, no.SelfApproval, no.FundExhausted),
    ),
    Write(
        path="/aid-claims/{claim}/reject",
        command=RejectAid,
        body=AidRejectionBody,
        make=rejection,
        permission="coupon:strike",
        summary="Decide against a claim, or take it back 驳回或撤回补助",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/aid-claims/{claim}/share",
        command=CollectShare,
        body=AidShareBody,
        make=share,
        permission=PAY,
        summary="A person's own share came in 收取个人自付",
        refusals=(no.NotEligible,),
    ),
    Write(
        path="/aid-claims/{claim}/pay",
        command=PayAid,
        body=AidPaymentBody,
        make=payment,
        permission=PAY,
        summary="Pay a claim 支付补助",
        refusals=(no.NotEligible,),
    ),
    Write(
        path="/aid-claims/{claim}/recover",
        command=RecoverAid,
        body=AidRecoveryBody,
        make=recovery,
        permission=PAY,
        summary="Money that comes back for a claim 追偿补助",
        refusals=(no.NotEligible, no.ExceedsOriginal),
    ),
    Write(
        path="/aid-claims/{claim}/write-off",
        command=WriteOffAid,
        body=AidWriteOffBody,
        make=write_off,
        permission=PAY,
        summary="Give an advance up 核销垫付",
        refusals=(*TERMS, no.NotEligible, no.ExceedsOriginal),
    ),
)


# Reads -------------------------------------------------------------------------------------------------------------


def claim_object(id: str, found: AidClaim) -> dict[str, Any]:
    """A claim as it stands: in each line amount = covered + aid + own."""
    shown = plain(id, found, aid=found.aid, own=found.own, open=found.open, outstanding=found.outstanding)
    shown["approvals"] = len(shown.pop("approved_by"))
    del shown["counts"], shown["maker"]
    return shown


def claims(asked: Asked) -> dict[str, Any]:
    """A page of claims by id."""
    page, following = entities(asked, AidClaim)
    return {"claims": [claim_object(id, found) for id, found in page], "next": following}


def one_claim(asked: Asked) -> dict[str, Any]:
    """One claim; a holder sees its own line alone, and no claim in which it has none."""
    id, ledger, scope = asked.params["claim"], asked.served.ledger, asked.caller.principal.holder
    found = ledger.the(AidClaim, id)
    if scope is not None:
        mine = tuple(line for line in found.lines if survivor(ledger, line.holder) == scope)
        asked.caller.must_see("read", scope if mine else "", kind=AidClaim.KIND, id=id)
        found = replace(found, lines=mine)
    return claim_object(id, found)


READS: Final = (
    Read(path="/aid-claims", show=claims, summary="Claims for benefits 补助申请", query=PAGE),
    Read(path="/aid-claims/{claim}", show=one_claim, own=True, summary="One claim 补助申请详情"),
)

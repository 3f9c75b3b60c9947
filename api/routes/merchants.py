"""Rows of the table of writes: merchants and their settlements. Drafting, checking and paying are three permissions."""

from typing import Final

from msgspec import UNSET

from api.bodies.coupons import (
    DisputeBody,
    MerchantBody,
    MerchantChangeBody,
    MerchantRateBody,
    MerchantResumptionBody,
    MerchantSuspensionBody,
    SettlementBody,
    SettlementCheckBody,
    SettlementLinesBody,
    SettlementPaymentBody,
    SettlementWithdrawalBody,
)
from api.bodies.shapes import day_of
from api.routes.owning import of_merchant
from api.routes.table import TERMS, Arrival, Write, always
from ledger import refusals as no
from ledger.merchants.commands import (
    AdmitMerchant,
    ChangeMerchant,
    ChangeMerchantRate,
    ResumeMerchant,
    SuspendMerchant,
)
from ledger.settlements.commands import (
    AddSettlementLines,
    CheckSettlement,
    DisputeSettlement,
    DraftSettlement,
    PaySettlement,
    ResolveDispute,
    WithdrawSettlement,
)
from ledger.settlements.entities import Settlement
from ledger.values import Day, PeriodName, UnitCode

ADMIT: Final = "coupon:issue"
DRAFT, CHECK, PAY = "settle:draft", "settle:check", "settle:pay"


def merchant(body: MerchantBody, _arrival: Arrival) -> AdmitMerchant:
    """As asked."""
    return AdmitMerchant(
        id=body.id,
        name=body.name,
        admitted_from_on=Day(body.admitted_from_on.isoformat()),
        licence_ends_on=day_of(body.licence_ends_on),
        goods=body.goods,
        rate=body.rate,
        region=body.region or UNSET,
    )


def change(body: MerchantChangeBody, _arrival: Arrival) -> ChangeMerchant:
    """As asked."""
    return ChangeMerchant(
        merchant=body.merchant,
        licence_ends_on=day_of(body.licence_ends_on),
        goods=body.goods,
        region=body.region or UNSET,
    )


def rate(body: MerchantRateBody, _arrival: Arrival) -> ChangeMerchantRate:
    """As asked."""
    return ChangeMerchantRate(merchant=body.merchant, rate=body.rate, from_on=Day(body.from_on.isoformat()))


def suspension(body: MerchantSuspensionBody, _arrival: Arrival) -> SuspendMerchant:
    """As asked."""
    return SuspendMerchant(merchant=body.merchant, reason=body.reason)


def resumption(body: MerchantResumptionBody, _arrival: Arrival) -> ResumeMerchant:
    """As asked."""
    return ResumeMerchant(merchant=body.merchant, reason=body.reason, licence_ends_on=day_of(body.licence_ends_on))


# Settlements -------------------------------------------------------------------------------------------------------


def settlement(body: SettlementBody, _arrival: Arrival) -> DraftSettlement:
    """As asked."""
    return DraftSettlement(merchant=body.merchant, unit=UnitCode(body.unit), period=PeriodName(body.period))


def lines(body: SettlementLinesBody, _arrival: Arrival) -> AddSettlementLines:
    """As asked."""
    return AddSettlementLines(settlement=body.settlement, of=body.of)


def check(body: SettlementCheckBody, _arrival: Arrival) -> CheckSettlement:
    """As asked."""
    return CheckSettlement(settlement=body.settlement)


def payment(body: SettlementPaymentBody, _arrival: Arrival) -> PaySettlement:
    """As asked."""
    return PaySettlement(
        settlement=body.settlement,
        reference=body.reference,
        invoice=body.invoice,
        invoice_amount=body.invoice_amount,
        invoiced_on=day_of(body.invoiced_on),
        payee=body.payee,
    )


def withdrawal(body: SettlementWithdrawalBody, _arrival: Arrival) -> WithdrawSettlement:
    """As asked."""
    return WithdrawSettlement(settlement=body.settlement, reason=body.reason)


def dispute(body: DisputeBody, arrival: Arrival) -> DisputeSettlement:
    """A merchant contests its own settlements alone. Blocking."""
    found = arrival.served.ledger.get(Settlement, body.settlement)
    of_merchant(arrival.caller, found.merchant if found else None, kind="settlement", id=body.settlement)
    return DisputeSettlement(settlement=body.settlement, purchase=body.purchase, reason=body.reason, note=body.note)


def resolution(body: DisputeBody, _arrival: Arrival) -> ResolveDispute:
    """As asked."""
    return ResolveDispute(settlement=body.settlement, purchase=body.purchase, reason=body.reason, note=body.note)


_STATE: Final = (*TERMS, no.NotEligible)
MERCHANTS: Final = (
    Write(
        path="/merchants",
        command=AdmitMerchant,
        body=MerchantBody,
        make=merchant,
        permission=ADMIT,
        summary="Admit a merchant 商户入驻",
        refusals=(*TERMS, no.AlreadyExists),
    ),
    Write(
        path="/merchants/{merchant}/change",
        command=ChangeMerchant,
        body=MerchantChangeBody,
        make=change,
        permission=ADMIT,
        summary="Change a merchant's goods and licence 变更商户",
        refusals=TERMS,
    ),
    Write(
        path="/merchants/{merchant}/rate",
        command=ChangeMerchantRate,
        body=MerchantRateBody,
        make=rate,
        permission=ADMIT,
        summary="Change a merchant's rate 变更费率",
    ),
    Write(
        path="/merchants/{merchant}/suspend",
        command=SuspendMerchant,
        body=MerchantSuspensionBody,
        make=suspension,
        permission=ADMIT,
        summary="Suspend a merchant 暂停商户",
        refusals=_STATE,
    ),
    Write(
        path="/merchants/{merchant}/resume",
        command=ResumeMerchant,
        body=MerchantResumptionBody,
        make=resumption,
        permission=ADMIT,
        summary="Resume a merchant 恢复商户",
        refusals=_STATE,
    ),
)
SETTLEMENTS: Final = (
    Write(
        path="/settlements",
        command=DraftSettlement,
        body=SettlementBody,
        make=settlement,
        permission=DRAFT,
        summary="Draft a merchant's settlement 结算拟制",
        refusals=(*_STATE, no.AlreadyExists),
    ),
    Write(
        path="/settlements/{settlement}/lines",
        command=AddSettlementLines,
        body=SettlementLinesBody,
        make=lines,
        permission=DRAFT,
        summary="Add its lines 结算明细",
        refusals=(no.NotEligible, no.AlreadyExists),
    ),
    Write(
        path="/settlements/{settlement}/check",
        command=CheckSettlement,
        body=SettlementCheckBody,
        make=check,
        permission=CHECK,
        summary="Find it right 结算复核",
        refusals=(no.NotEligible, no.SelfApproval),
    ),
    Write(
        path="/settlements/{settlement}/pay",
        command=PaySettlement,
        body=SettlementPaymentBody,
        make=payment,
        permission=PAY,
        summary="Record its payment 结算付款",
        refusals=(no.NotEligible, no.SelfApproval, no.PayeeChanged, no.InvoiceMismatch, no.AlreadyExists),
    ),
    Write(
        path="/settlements/{settlement}/withdraw",
        command=WithdrawSettlement,
        body=SettlementWithdrawalBody,
        make=withdrawal,
        permission=DRAFT,
        summary="Take it back 撤回结算",
        refusals=_STATE,
    ),
    Write(
        path="/settlements/{settlement}/dispute",
        command=DisputeSettlement,
        body=DisputeBody,
        make=dispute,
        permission="redeem",
        summary="Contest a purchase 提出异议",
        refusals=(*_STATE, no.AlreadyExists),
        blocking=always,
    ),
    Write(
        path="/settlements/{settlement}/resolve",
        command=ResolveDispute,
        body=DisputeBody,
        make=resolution,
        permission=CHECK,
        summary="Decide a dispute 处理异议",
        refusals=_STATE,
    ),
)

"""Batches, merchants and purchases as the tests of coupons need them."""

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
    SpendCoupons,
    SubmitBatch,
)
from ledger.coupons.entities import Batch, Coupon
from ledger.coupons.facts import CouponIssued
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.merchants.commands import AdmitMerchant
from ledger.people.commands import RegisterPerson
from ledger.scheme.model import Scheme
from ledger.values import Day, HolderId, UnitCode
from tests.given import LEADER, Story

LI, WANG, ZHAO = HolderId("li"), HolderId("wang"), HolderId("zhao")


def mac(letter: str) -> str:
    return letter * 64


def union(scheme: str | Scheme = "welfare-coupons") -> Story:
    """A union with three members, a fund of 10,000.00 yuan and two shops."""
    story = Story(scheme).on("2022-06-01")
    story.given(*(RegisterPerson(holder=holder, joined_on=Day("2022-01-01")) for holder in (LI, WANG, ZHAO)))
    story.given(
        OpenFund(id="gifts", unit=UnitCode("cny"), source="union"), AppropriateFund(fund="gifts", amount=1_000_000)
    )
    for shop, rate in (("lixian", 0), ("corner", 150)):
        story.given(AdmitMerchant(id=shop, name=shop, admitted_from_on=Day("2022-01-01"), rate=rate))
    return story


def drafting(id: str = "b1", kind: str = "welfare", **terms: object) -> DraftBatch:
    last = {"expires_on": Day("2022-12-31"), "fund": "gifts", "occasion": "mid-autumn"}
    return DraftBatch(id=id, kind=kind, **(last | terms))  # type: ignore[arg-type] # the tests' own words


def lines(*wanted: tuple[HolderId, int, int], batch: str = "b1") -> DraftLines:
    return DraftLines(batch=batch, lines=tuple(DraftedLine(*line) for line in wanted))


def approved(
    story: Story, id: str, *wanted: tuple[HolderId, int, int], kind: str = "welfare", **terms: object
) -> Story:
    """A batch of these lines, submitted and approved by another person."""
    story.given(drafting(id, kind, **terms), lines(*wanted, batch=id), SubmitBatch(batch=id))
    return story.given(ApproveBatch(batch=id, digest=story.the(Batch, id).digest), by=LEADER)


def issued(
    story: Story,
    id: str,
    line: tuple[HolderId, int, int],
    *,
    kind: str = "welfare",
    codes: tuple[str, ...] = (),
    **terms: object,
) -> list[str]:
    """A batch of one line, issued; the ids of its coupons in order."""
    approved(story, id, line, kind=kind, **terms)
    facts = story.when(IssueCoupons(batch=id, lines=(Issuing(line[0], codes),)))
    story.given(FinishBatch(batch=id))
    return [fact.coupon for fact in facts if isinstance(fact, CouponIssued)]


def bought(*coupons: str, bill: int = 10_000, holder: HolderId | None = LI, **terms: object) -> SpendCoupons:
    parts = {"merchant": "lixian", "lines": (BoughtLine("food", bill),)} | terms
    return SpendCoupons(coupons=coupons, holder=holder, **parts)  # type: ignore[arg-type] # the tests' own words


def returned(purchase: str, amount: int | None = None) -> RefundPurchase:
    return RefundPurchase(purchase=purchase, amount=amount, reason="returned-goods")


def left(story: Story, *coupons: str) -> list[int]:
    return [story.the(Coupon, coupon).left for coupon in coupons]

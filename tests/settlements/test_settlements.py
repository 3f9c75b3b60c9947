"""Settlements: drafted, checked and paid by three people, tied out to the till, once, with what is carried over."""

import pytest

from ledger.accounting import Posting
from ledger.funds.entities import Fund
from ledger.merchants.till import Till, till_id
from ledger.offers.commands import ClaimOffer, OpenOffer
from ledger.periods.commands import ClosePeriod, FinishClosing, OpenBooks, SealPeriod
from ledger.refusals import AlreadyExists, Malformed, NotEligible, NotFound, Refusal, SelfApproval, UnknownSchemeTerm
from ledger.room import By, Command
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
from ledger.settlements.facts import SettlementDrafted, SettlementPaid
from ledger.values import Instant, PeriodName, UnitCode
from tests.coupons.gifts import LI, WANG, bought, issued, returned, union
from tests.given import COUNTER, LEADER, SUPERVISOR, Story

CASHIER = By(principal="client:cashier", subject="person:cashier")
CNY = UnitCode("coupon_cny")
JUNE, JULY = PeriodName("2022-06"), PeriodName("2022-07")


def draft(period: PeriodName = JUNE, merchant: str = "corner") -> DraftSettlement:
    return DraftSettlement(merchant=merchant, unit=CNY, period=period)


def id_of(period: str = JUNE, merchant: str = "corner") -> str:
    return f"{merchant}.coupon_cny.{period}"


def add(*batches: str, period: str = JUNE) -> AddSettlementLines:
    return AddSettlementLines(settlement=id_of(period), of=tuple("coupon-batch:" + batch for batch in batches))


def check(period: str = JUNE) -> CheckSettlement:
    return CheckSettlement(settlement=id_of(period))


def pay(period: str = JUNE) -> PaySettlement:
    return PaySettlement(settlement=id_of(period), reference="bank-17")


def contest(purchase: str) -> DisputeSettlement:
    return DisputeSettlement(settlement=id_of(), purchase=purchase, reason="correction")


def decide(purchase: str) -> ResolveDispute:
    return ResolveDispute(settlement=id_of(), purchase=purchase, reason="correction")


def closed(story: Story, period: PeriodName, on: str) -> Story:
    """The whole run of a closing: nothing here has initial lots, so nobody's month turns."""
    story.on(on).given(ClosePeriod(period=period), SealPeriod(period=period, root="0" * 64, accounts=0, totals=()))
    return story.given(FinishClosing(period=period, holders=0, totals=()))


def june() -> Story:
    """June: 100.01 of one batch and 50.00 of another sold at the corner, 20.00 returned; then the period is closed."""
    story = union().given(OpenBooks(period=JUNE))
    (mine,) = issued(story, "b1", (LI, 10_001, 1))
    (other,) = issued(story, "b2", (WANG, 5_000, 1))
    story.given(bought(mine, bill=10_001, merchant="corner", id="p1"))
    story.given(bought(other, bill=9_000, merchant="corner", holder=WANG, id="p2"), returned("p2", 2_000))
    return closed(story, JUNE, "2022-07-01")


def owed(story: Story, merchant: str = "corner") -> int:
    """What the merchant has to come by the journal alone."""
    postings = [posting for item in story.journal if (entry := item.data.entry()) for posting in entry.postings]
    return sum(posting.amount for posting in postings if posting.account == f"merchant/{merchant}")


def settled(story: Story, period: PeriodName = JUNE, *batches: str) -> SettlementPaid:
    """Drafted, checked and paid by three people."""
    story.given(draft(period))
    if batches:
        story.given(add(*batches, period=period))
    story.given(check(period), by=LEADER)
    fact, *_ = story.when(pay(period), by=CASHIER)
    assert isinstance(fact, SettlementPaid)
    return fact


def test_three_people_settle_what_the_journal_owes() -> None:
    story = june()
    owes = owed(story)
    (drafted,) = story.when(draft())
    assert isinstance(drafted, SettlementDrafted)
    assert (drafted.sold, drafted.refunded, drafted.fees, drafted.payable) == (15_001, 2_000, 195, 12_806)
    assert drafted.payable == owes
    story.given(add("b1", "b2")).given(check(), by=LEADER)
    assert {line.fund for line in story.the(Settlement, id_of()).lines} == {"union"}
    paid, *_ = story.when(pay(), by=CASHIER)
    assert isinstance(paid, SettlementPaid)
    assert Posting("merchant/corner", CNY, -12_806) in paid.entry().postings  # type: ignore[union-attr, arg-type] # it was paid
    assert owed(story) == 0


def test_it_is_checked_only_when_its_lines_make_what_the_till_counted() -> None:
    story = june().given(draft(), add("b1"))
    story.refuses(check(), NotEligible(reason="lines-missing"), by=LEADER)
    story.refuses(add("b1"), AlreadyExists(kind="settlement-line", id="coupon-batch:b1"))
    story.given(add("b2")).given(check(), by=LEADER)


def test_draft_check_and_payment_are_three_peoples() -> None:
    story = june().given(draft(), add("b1", "b2"))
    story.refuses(check(), SelfApproval(maker="person:supervisor"))
    story.refuses(check(), NotEligible(reason="person-needed"), by=COUNTER)
    story.given(check(), by=LEADER)
    story.refuses(pay(), SelfApproval(maker="person:supervisor"))
    story.refuses(pay(), SelfApproval(maker="person:leader"), by=LEADER)
    story.given(pay(), by=CASHIER)


def test_a_period_is_settled_once() -> None:
    story = june()
    settled(story, JUNE, "b1", "b2")
    story.refuses(draft(), AlreadyExists(kind="settlement", id=id_of()))
    story.refuses(pay(), NotEligible(reason="settlement-paid"), by=CASHIER)


def test_an_open_period_is_not_settled_and_none_is_skipped() -> None:
    story = june()
    story.refuses(draft(JULY), NotEligible(reason="period-open"))
    closed(story, JULY, "2022-08-01")
    story.refuses(draft(JULY), NotEligible(reason="earlier-period-open"))
    settled(story, JUNE, "b1", "b2")
    story.given(draft(JULY))


def test_refunds_of_a_settled_month_are_carried_into_the_next_and_on() -> None:
    story = june()
    settled(story, JUNE, "b1", "b2")
    story.given(returned("p1"), returned("p2"))
    closed(story, JULY, "2022-08-01")
    fact = settled(story, JULY, "b1", "b2")
    assert (fact.amount, fact.carried) == (0, -12_806)
    (coupon,) = issued(story, "b3", (LI, 20_000, 1), occasion="national-day")
    story.given(bought(coupon, bill=20_000, merchant="corner"))
    closed(story, PeriodName("2022-08"), "2022-09-01")
    fact = settled(story, PeriodName("2022-08"), "b3")
    assert (fact.amount, fact.carried) == (20_000 - 300 - 12_806, 0)
    assert owed(story) == 0


def test_a_period_with_no_sales_is_settled_with_nothing() -> None:
    story = closed(union().given(OpenBooks(period=JUNE)), JUNE, "2022-07-01")
    fact = settled(story)
    assert (fact.amount, fact.carried, fact.entry()) == (0, 0, None)


def test_one_that_was_withdrawn_is_drafted_anew() -> None:
    story = june().given(draft(), add("b1"))
    story.refuses(draft(), AlreadyExists(kind="settlement", id=id_of()))
    story.given(WithdrawSettlement(settlement=id_of(), reason="correction"))
    story.refuses(check(), NotEligible(reason="settlement-withdrawn"), by=LEADER)
    assert settled(story, JUNE, "b1", "b2").amount == 12_806


def test_a_contested_purchase_keeps_it_from_being_paid() -> None:
    story = june().given(draft(), add("b1", "b2")).given(check(), by=LEADER).given(contest("p2"))
    story.refuses(pay(), NotEligible(reason="disputed"), by=CASHIER)
    story.refuses(contest("p2"), AlreadyExists(kind="dispute", id="p2"))
    story.refuses(decide("p1"), NotEligible(reason="not-disputed"), by=LEADER)
    story.given(decide("p2"), by=LEADER).given(pay(), by=CASHIER)
    assert story.the(Settlement, id_of()).status == "paid"


def test_the_purchase_of_another_merchant_is_not_found() -> None:
    story = june()
    (coupon,) = issued(story, "b3", (LI, 100, 1), occasion="national-day")
    story.given(bought(coupon, id="p3"), draft())
    story.refuses(contest("p3"), NotFound(kind="purchase", id="p3"))


def test_funds_have_paid_with_each_sale_and_settling_moves_none_of_it() -> None:
    story = june()
    before = story.the(Fund, "gifts")
    assert (before.committed, before.disbursed) == (2_000, 13_001)
    settled(story, JUNE, "b1", "b2")
    assert story.the(Fund, "gifts") == before


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (
            DraftSettlement(merchant="corner", unit=UnitCode("gold"), period=JUNE),
            UnknownSchemeTerm(term="unit", value="gold"),
        ),
        (draft(merchant="none"), NotFound(kind="merchant", id="none")),
        (add(), Malformed(errors=["of: 1 to 200, each once"])),
        (add("none"), NotFound(kind="settlement-line", id="coupon-batch:none")),
        (add("b1", period=JULY), NotFound(kind="settlement", id=id_of(JULY))),
        (pay(), NotEligible(reason="settlement-draft")),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    june().given(draft(), by=SUPERVISOR).refuses(wish, refusal)


def test_a_batch_that_sold_nothing_there_is_no_line() -> None:
    story = june()
    issued(story, "b3", (LI, 100, 1), occasion="national-day")
    story.given(draft()).refuses(add("b3"), NotFound(kind="settlement-line", id="coupon-batch:b3"))
    assert story.get(Till, till_id("corner", CNY, JUNE, "coupon-batch:b3")) is None


def test_what_is_contested_stays_so_when_the_settlement_is_drafted_anew() -> None:
    story = june().given(draft(), contest("p2"))
    story.given(WithdrawSettlement(settlement=id_of(), reason="correction"), draft(), add("b1", "b2"))
    story.given(check(), by=LEADER)
    story.refuses(pay(), NotEligible(reason="disputed"), by=CASHIER)
    story.given(decide("p2"), by=LEADER).given(pay(), by=CASHIER)


def test_offers_are_lines_beside_batches_with_their_subsidy_and_their_funds_source() -> None:
    story = union().given(OpenBooks(period=JUNE))
    soap = OpenOffer(
        id="soap",
        name="一元抢购",
        merchant="corner",
        unit=CNY,
        price=100,
        supply=1_250,
        stock=9,
        opens_at=Instant("2022-06-01T00:00:00.000000Z"),
        closes_at=Instant("2022-06-30T00:00:00.000000Z"),
        fund="gifts",
    )
    story.given(soap, ClaimOffer(offer="soap", holder=LI), ClaimOffer(offer="soap", holder=WANG))
    closed(story, JUNE, "2022-07-01").given(draft())
    (drafted,) = story.facts(SettlementDrafted)
    assert (drafted.sold, drafted.subsidy, drafted.fees, drafted.payable) == (2_500, 2_300, 36, 2_464)
    story.given(AddSettlementLines(settlement=id_of(), of=("offer:soap",)))
    (line,) = story.the(Settlement, id_of()).lines
    assert (line.of, line.fund, line.sold) == ("offer:soap", "union", 2_500)
    story.given(check(), by=LEADER).given(pay(), by=CASHIER)
    assert owed(story) == 0

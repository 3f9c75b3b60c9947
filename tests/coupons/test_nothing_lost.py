"""Money of coupons that could have been lost, held up for ever or left unexplained, and is not."""

import pytest

from ledger.coupons.commands import BoughtLine, FinishBatch, IssueCoupons, Issuing, VoidCoupon
from ledger.coupons.entities import Batch, Coupon
from ledger.coupons.facts import CouponIssued, CouponLapsed, CouponsSpent, LineRefused
from ledger.funds.commands import (
    CloseFund,
    CommitFunds,
    DisburseCommitment,
    RecoverCommitment,
    ReleaseCommitment,
    WriteOffCommitment,
)
from ledger.funds.entities import Commitment, Fund, Share
from ledger.merchants.commands import ChangeMerchant
from ledger.refusals import CouponsDoNotStack, Malformed, NotEligible, NotFound
from ledger.room import Command
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import Day
from tests.coupons.gifts import LI, WANG, approved, bought, issued, left, returned, union

KEPT = "coupon-batch:b1"
LAST, AFTER = Day("2022-06-30"), "2022-07-01"


@pytest.mark.parametrize(
    "by_hand",
    [
        ReleaseCommitment(commitment=KEPT, reason="correction"),
        DisburseCommitment(commitment=KEPT, payee="somebody"),
        RecoverCommitment(commitment=KEPT, payer="somebody"),
        WriteOffCommitment(commitment=KEPT, reason="correction"),
    ],
    ids=lambda command: command.ROUTE,
)
def test_what_a_batch_has_promised_is_touched_by_nobodys_hand(by_hand: Command) -> None:
    """Or its coupons could neither pay nor lapse: what they hold would be promised no more."""
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    story.given(bought(coupon, bill=4_000))
    story.refuses(by_hand, NotEligible(reason="commitment-kept"))
    story.on(AFTER).let_time_act()
    assert (story.the(Fund, "gifts").committed, story.the(Fund, "gifts").disbursed) == (0, 4_000)


def test_no_promise_by_hand_takes_the_name_of_a_batchs() -> None:
    taken = CommitFunds(id=KEPT, shares=(Share("gifts", 1),), amount=1)
    words = "id: no :, which stands in the names of what batches and claims have promised"
    union().refuses(taken, Malformed(errors=[words]))


def test_wrong_shares_are_said_before_funds_are_looked_up() -> None:
    nothing = CommitFunds(id="x", shares=(Share("none", 0),), amount=1)
    union().refuses(nothing, Malformed(errors=["shares.weight: 1 to 1000000"]))
    union().refuses(CommitFunds(id="x", shares=(Share("none", 1),), amount=1), NotFound(kind="fund", id="none"))


@pytest.mark.parametrize("voided", [False, True])
def test_what_comes_free_in_a_closed_fund_goes_back_to_its_source(voided: bool) -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    story.given(bought(coupon, bill=10_000, id="p1"), CloseFund(fund="gifts", reason="not-needed"))
    before = story.the(Fund, "gifts")
    story.on("2022-06-02").given(returned("p1", 6_000))
    assert story.the(Fund, "gifts").committed == 6_000
    if voided:
        story.given(VoidCoupon(coupon=coupon, reason="correction"))
    story.on(AFTER).let_time_act()
    fund = story.the(Fund, "gifts")
    assert (fund.committed, fund.free, fund.disbursed, fund.returned) == (0, 0, 4_000, 996_000)
    assert fund.closed_at == before.closed_at


def test_what_an_approved_batch_never_issued_is_free_after_its_last_day() -> None:
    story = approved(union(), "b1", (LI, 10_000, 1), (WANG, 5_000, 1), expires_on=LAST)
    story.given(IssueCoupons(batch="b1", lines=(Issuing(LI),)))
    story.on("2022-06-30").refuses(FinishBatch(batch="b1"), NotEligible(reason="lines-waiting"))
    story.on(AFTER)
    story.refuses(IssueCoupons(batch="b1", lines=(Issuing(WANG),)), NotEligible(reason="batch-expired"))
    story.given(FinishBatch(batch="b1"))
    fund = story.the(Fund, "gifts")
    assert (fund.committed, fund.free, story.the(Commitment, KEPT).open) == (0, 1_000_000, 0)


def twice_a_year() -> Scheme:
    """The scheme with a limit on how often somebody gets one."""
    tables = canonical(load_scheme("welfare-coupons"))
    limit = tables["limits"]["union-holidays"]
    tables["limits"]["often"] = limit | {"counts": "times", "amount": 2}
    return checked(tables)


def test_a_line_of_more_pieces_than_a_limit_on_times_is_refused_and_the_others_are_issued() -> None:
    story = approved(union(twice_a_year()), "b1", (LI, 100, 3), (WANG, 100, 2))
    facts = story.when(IssueCoupons(batch="b1", lines=(Issuing(LI), Issuing(WANG))))
    assert [type(fact) for fact in facts] == [LineRefused, CouponIssued, CouponIssued]
    story.given(FinishBatch(batch="b1"))
    assert story.the(Fund, "gifts").committed == 200


def test_a_merchant_sells_for_coupons_what_it_was_admitted_for() -> None:
    story = union().given(ChangeMerchant(merchant="lixian", goods=("aided-goods",)))
    (coupon,) = issued(story, "b1", (LI, 10_000, 1))
    story.refuses(bought(coupon), NotEligible(reason="goods-not-admitted"))
    story.given(bought(coupon, lines=(BoughtLine("aided-goods", 10_000),)))


def narrow() -> Scheme:
    """The scheme with one kind for two groups of goods and one for one of them, neither split."""
    tables = canonical(load_scheme("welfare-coupons"))
    kind = tables["coupons"]["face-value"] | {"stack": "any"}
    tables["coupons"]["wide"] = kind | {"goods": ["food", "household"]}
    tables["coupons"]["narrow"] = kind | {"goods": ["food"]}
    return checked(tables)


def test_a_coupon_for_few_goods_finds_them_whatever_was_shown_first() -> None:
    story = union(narrow())
    (wide,) = issued(story, "b1", (LI, 1_000, 1), kind="wide")
    (few,) = issued(story, "b2", (LI, 1_000, 1), kind="narrow")
    bill = (BoughtLine("food", 1_000), BoughtLine("household", 1_000))
    fact, *_ = story.when(bought(wide, few, lines=bill))
    assert isinstance(fact, CouponsSpent)
    assert fact.tender == 0
    food = (BoughtLine("food", 1_500),)
    more = [issued(story, id, (LI, 1_000, 1), kind="narrow")[0] for id in ("b3", "b4")]
    story.refuses(bought(*more, lines=food), CouponsDoNotStack(rule="no-change", limit=500))


def test_of_a_coupon_taken_back_what_returns_after_its_day_is_told_too() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    story.given(bought(coupon, bill=4_000, id="p1"), VoidCoupon(coupon=coupon, reason="correction"))
    story.on(AFTER).given(returned("p1"))
    assert [fact.amount for fact in story.facts(CouponLapsed)] == [4_000]
    assert left(story, coupon) == [0]
    assert (story.the(Batch, "b1").gone, story.the(Coupon, coupon).gone) == (10_000, 10_000)
    assert (story.the(Fund, "gifts").committed, story.the(Fund, "gifts").free) == (0, 1_000_000)

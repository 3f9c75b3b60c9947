"""Spending: coupons and the rest outside, a refusal for each thing that can be wrong; refunds into the same coupons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.coupons.commands import BoughtLine, ReplaceCode, VoidCoupon
from ledger.coupons.entities import Batch, Coupon, Purchase
from ledger.coupons.facts import CouponLapsed, CouponsRefunded, CouponsSpent, CouponVoided
from ledger.funds.entities import Fund
from ledger.funds.facts import FundRecommitted, FundReleased
from ledger.limits.entities import Counter, counter_id
from ledger.merchants.commands import AdmitMerchant, SuspendMerchant
from ledger.merchants.till import Till, till_id
from ledger.people.commands import BarHolder, LeaveSite, MergeHolders
from ledger.periods.commands import ClosePeriod, OpenBooks
from ledger.points.commands import DeductPoints, FreezeAccount
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.refusals import (
    AccountFrozen,
    AlreadyExists,
    AlreadyReversed,
    CouponExpired,
    CouponNotValidHere,
    CouponNotYetValid,
    CouponOfAnother,
    CouponsDoNotStack,
    CouponSpent,
    CouponVoid,
    ExceedsOriginal,
    HolderBarred,
    InsufficientFunds,
    Malformed,
    MerchantSuspended,
    NotEligible,
    NotFound,
    Refusal,
    UnknownSchemeTerm,
)
from ledger.reversals.commands import ReverseMovement
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import AccountId, Day, PeriodName, UnitCode
from tests.coupons.gifts import LI, WANG, bought, issued, left, mac, returned, union
from tests.given import Story

JUNE = "2022-06"


def till(story: Story, merchant: str = "lixian", period: str = JUNE, batch: str | None = None) -> Till:
    return (
        story.get(Till, till_id(merchant, "coupon_cny", period, f"coupon-batch:{batch}" if batch else None)) or Till()
    )


def test_coupons_pay_and_the_rest_is_tender() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 15_000, 1))
    fact, *_ = story.when(bought(coupon, bill=17_100, tender=2_100))
    assert isinstance(fact, CouponsSpent)
    assert (fact.amount, fact.bill, fact.tender) == (15_000, 17_100, 2_100)
    assert left(story, coupon) == [0]
    assert till(story) == Till(sold=15_000)
    assert till(story, batch="b1").sold == 15_000


def test_the_rest_of_a_splittable_coupon_is_kept() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 15_000, 1))
    story.given(bought(coupon, bill=10_000))
    assert left(story, coupon) == [5_000]
    story.given(bought(coupon, bill=5_000))
    spent = story.the(Coupon, coupon).spent_at
    story.refuses(bought(coupon, bill=1), CouponSpent(coupon=coupon, spent_at=spent))


def test_what_the_programme_keeps_is_told_at_the_sale() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_001, 1))
    fact, *_ = story.when(bought(coupon, bill=10_001, merchant="corner"))
    assert isinstance(fact, CouponsSpent)
    assert fact.fee == 150  # 1.50 % of 100.01, rounded down
    assert till(story, "corner").payable == 9_851


def test_a_coupon_shown_twice_at_two_tills_is_spent_once() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 5_000, 1), kind="face-value")
    story.given(bought(coupon, bill=9_000))
    at = story.the(Coupon, coupon).spent_at
    story.refuses(bought(coupon, bill=9_000, merchant="corner"), CouponSpent(coupon=coupon, spent_at=at))


def test_after_its_last_day_it_is_expired_and_its_fund_has_the_rest_again() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 15_000, 1), expires_on=Day("2022-06-30"))
    story.given(bought(coupon, bill=4_000)).on("2022-06-30T15:59:59.999999Z")
    story.let_time_act()
    assert left(story, coupon) == [11_000]
    story.on("2022-06-30T16:00:00.000000Z").let_time_act()
    assert left(story, coupon) == [0]
    assert [fact.amount for fact in story.facts(FundReleased)] == [11_000]
    assert (story.the(Fund, "gifts").committed, story.the(Fund, "gifts").disbursed) == (0, 4_000)
    story.refuses(bought(coupon, bill=1), CouponExpired(coupon=coupon, expired_on=Day("2022-06-30")))


def test_before_its_first_day_it_is_not_valid_yet() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 100, 1), valid_from_on=Day("2022-06-10"))
    refusal = CouponNotYetValid(coupon=coupon, valid_from_on=Day("2022-06-10"))
    story.refuses(bought(coupon), refusal)
    story.on("2022-06-10").given(bought(coupon))


def test_an_earmarked_coupon_pays_at_its_shop_and_for_its_goods_alone() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 24_000, 1), kind="lixian")
    refusal = CouponNotValidHere(coupon=coupon, merchants=["lixian"], goods=["aided-goods"])
    aided = (BoughtLine("aided-goods", 9_000), BoughtLine("food", 5_000))
    story.refuses(bought(coupon, merchant="corner", lines=aided), refusal)
    story.refuses(bought(coupon), refusal)
    fact, *_ = story.when(bought(coupon, lines=aided))
    assert isinstance(fact, CouponsSpent)
    assert (fact.amount, fact.tender) == (9_000, 5_000)


def test_a_coupon_for_few_goods_finds_them_before_one_for_all() -> None:
    story = union()
    (plain,) = issued(story, "b1", (LI, 10_000, 1))
    (aided,) = issued(story, "b2", (LI, 9_000, 1), kind="lixian")
    goods = (BoughtLine("aided-goods", 9_000), BoughtLine("food", 9_000))
    fact, *_ = story.when(bought(plain, aided, lines=goods))
    assert isinstance(fact, CouponsSpent)
    assert [part.amount for part in fact.used] == [9_000, 9_000]
    assert left(story, plain, aided) == [1_000, 0]


def test_nobody_else_spends_it() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 100, 1))
    for holder in (WANG, None):
        story.refuses(bought(coupon, holder=holder), CouponOfAnother(coupon=coupon))


def bearers() -> Scheme:
    """The scheme with coupons that whoever shows the code may spend."""
    tables = canonical(load_scheme("welfare-coupons"))
    tables["coupons"]["face-value"]["personal"] = False
    return checked(tables)


def test_where_the_code_is_enough_whoever_shows_it_spends_it() -> None:
    story = union(bearers())
    (coupon,) = issued(story, "b1", (LI, 5_000, 1), kind="face-value", codes=(mac("a"),))
    story.refuses(bought("code:" + mac("b"), holder=None), NotFound(kind="coupon", id=""))
    fact, *_ = story.when(bought("code:" + mac("a"), holder=None))
    assert isinstance(fact, CouponsSpent)
    assert fact.used[0].coupon == coupon


def test_another_code_makes_the_old_one_void() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 5_000, 1), codes=(mac("a"),))
    story.given(ReplaceCode(coupon=coupon, code=mac("b"), reason="code-lost"))
    story.refuses(bought("code:" + mac("a")), CouponVoid(coupon=coupon, since=story.at))
    taken = ReplaceCode(coupon=coupon, code=mac("a"), reason="code-lost")
    story.refuses(taken, AlreadyExists(kind="coupon-code", id=mac("a")))
    story.given(bought("code:" + mac("b")))
    assert left(story, coupon) == [0]


# Together ----------------------------------------------------------------------------------------------------------


def face_values(story: Story, *faces: int) -> list[str]:
    return [issued(story, f"f{number}", (LI, face, 1), kind="face-value")[0] for number, face in enumerate(faces)]


def test_only_equals_stand_on_one_bill() -> None:
    story = union()
    fifty, other, twenty = face_values(story, 5_000, 5_000, 2_000)
    rule = CouponsDoNotStack(rule="equal-face", limit=2_000)
    story.refuses(bought(fifty, twenty, bill=17_100), rule)
    story.given(bought(fifty, other, bill=17_100))


def test_no_change_is_given() -> None:
    story = union()
    (fifty,) = face_values(story, 5_000)
    story.refuses(bought(fifty, bill=4_999), CouponsDoNotStack(rule="no-change", limit=4_999))


def test_no_more_than_the_rule_allows_stand_together() -> None:
    story = union()
    coupons = issued(story, "b1", (LI, 500, 21), kind="face-value")
    story.refuses(bought(*coupons, bill=90_000), CouponsDoNotStack(rule="most", limit=20))
    story.given(bought(*coupons[:20], bill=90_000))


def test_coupons_of_two_people_do_not_pay_one_bill() -> None:
    story = union(bearers())
    (one,) = issued(story, "b1", (LI, 5_000, 1), kind="face-value")
    (other,) = issued(story, "b2", (WANG, 5_000, 1), kind="face-value")
    story.refuses(bought(one, other, holder=None), NotEligible(reason="several-holders"))


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"lines": ()}, Malformed(errors=["lines: 1 to 100"])),
        ({"lines": (BoughtLine("fod", 1),)}, UnknownSchemeTerm(term="goods", value="fod")),
        ({"bill": 0}, Malformed(errors=["lines: amount 1 to 9007199254740991"])),
        ({"merchant": "none"}, NotFound(kind="merchant", id="none")),
        (
            {"tender": 5_000},
            Malformed(errors=["tender: the coupons pay 1000 of 10000, so 9000 is paid outside"]),
        ),
    ],
)
def test_what_is_wrong_with_a_bill_is_said(terms: dict[str, object], refusal: Refusal) -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 1_000, 1))
    story.refuses(bought(coupon, **terms), refusal)  # type: ignore[arg-type] # the test's own words


def test_a_coupon_is_named_once_and_must_be_there() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 1_000, 1), codes=(mac("a"),))
    story.refuses(bought(coupon, "code:" + mac("a")), Malformed(errors=["coupons: each once"]))
    story.refuses(bought("none"), NotFound(kind="coupon", id="none"))
    story.refuses(bought(), Malformed(errors=["coupons: 1 to 100"]))


def test_a_suspended_merchant_and_one_not_admitted_yet_take_none() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 1_000, 1))
    story.given(SuspendMerchant(merchant="lixian", reason="correction"))
    story.refuses(bought(coupon), MerchantSuspended(merchant="lixian", since=story.at))
    story.given(AdmitMerchant(id="new", name="new", admitted_from_on=Day("2022-06-02")))
    story.refuses(bought(coupon, merchant="new"), NotEligible(reason="merchant-not-admitted-yet"))


def test_who_is_barred_or_frozen_spends_nothing() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 1_000, 1))
    story.given(FreezeAccount(account=AccountId("holder:li"), reason="correction"))
    story.refuses(bought(coupon), AccountFrozen(since=story.at))
    story.given(BarHolder(holder=LI, reason="correction"))
    story.refuses(bought(coupon), HolderBarred(since=Day("2022-06-01")))


def test_nothing_but_a_purchase_takes_a_coupon() -> None:
    story = union()
    issued(story, "b1", (LI, 1_000, 1))
    tx = story.tx
    deduct = DeductPoints(account=AccountId("holder:li"), unit=UnitCode("coupon_cny"), amount=1, reason="correction")
    story.refuses(deduct, InsufficientFunds(required=1, available=0, missing=1))
    with pytest.raises(Refusal):
        story.when(ReverseMovement(of=tx, reason="correction"))


def test_a_merged_persons_coupons_are_spent_by_the_one_that_answers() -> None:
    story = union()
    (mine,) = issued(story, "b1", (LI, 1_000, 1))
    (other,) = issued(story, "b2", (WANG, 2_000, 1))
    story.given(MergeHolders(old=LI, into=WANG, reason="correction"))
    fact, *_ = story.when(bought(mine, other, holder=WANG))
    assert isinstance(fact, CouponsSpent)
    assert (fact.account, fact.amount) == ("holder:wang", 3_000)
    story.given(returned(story.tx))
    assert left(story, mine, other) == [1_000, 2_000]
    assert story.the(Account, "holder:wang/coupon_cny").balance == 3_000


# Given back --------------------------------------------------------------------------------------------------------


def test_a_refund_goes_back_into_the_coupons_last_paid_first() -> None:
    story = union()
    one, other = issued(story, "b1", (LI, 1_000, 2))
    story.given(bought(one, other, bill=1_800))
    purchase = story.tx
    story.given(returned(purchase, 900))
    assert left(story, one, other) == [100, 1_000]
    story.refuses(returned(purchase, 901), ExceedsOriginal(original=1_800, reversed=900, requested=901))
    story.given(returned(purchase))
    assert left(story, one, other) == [1_000, 1_000]
    story.refuses(returned(purchase), AlreadyReversed(original=1_800, reversed=1_800))
    assert (till(story).sold, till(story).refunded, till(story).payable) == (1_800, 1_800, 0)


def test_nothing_is_kept_of_a_sale_undone_in_pieces() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_001, 1))
    story.given(bought(coupon, bill=10_001, merchant="corner"))
    purchase = story.tx
    for amount in (3_333, 3_334, None):
        story.given(returned(purchase, amount))
    assert story.the(Purchase, purchase).fee_back == 150
    assert till(story, "corner").payable == 0


def test_a_refund_after_its_day_lapses_at_once_and_says_so() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 5_000, 1), expires_on=Day("2022-06-30"))
    story.given(bought(coupon, bill=5_000))
    purchase = story.tx
    back, again, lapsed, told, released = story.on("2022-07-02").when(returned(purchase))
    assert isinstance(back, CouponsRefunded)
    assert isinstance(again, FundRecommitted)
    assert told == CouponLapsed(coupon=coupon, batch="b1", unit=UnitCode("coupon_cny"), amount=5_000)
    assert isinstance(lapsed, LotsLapsed)
    assert isinstance(released, FundReleased)
    assert (lapsed.cause, lapsed.amount, released.amount) == ("refund-expired", 5_000, 5_000)
    assert story.the(Account, "holder:li/coupon_cny").balance == 0


def test_a_refund_of_a_closed_periods_sale_counts_in_the_open_one() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 5_000, 1))
    story.given(OpenBooks(period=PeriodName(JUNE)), bought(coupon, bill=5_000))
    purchase = story.tx
    story.on("2022-07-01").given(ClosePeriod(period=PeriodName(JUNE)), returned(purchase, 2_000))
    assert (till(story).payable, till(story, period="2022-07").payable) == (5_000, -2_000)
    assert till(story, period="2022-07", batch="b1").refunded == 2_000


def test_what_was_taken_back_gives_its_limits_and_its_fund_what_it_drew() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 20_000, 1))
    cap = counter_id("union-holidays", "fund:union+holder:li", "2022")
    assert story.the(Counter, cap).used == 20_000
    voided, released = story.when(VoidCoupon(coupon=coupon, reason="not-needed"))
    assert isinstance(voided, CouponVoided)
    assert isinstance(released, FundReleased)
    assert (story.the(Counter, cap).used, story.the(Fund, "gifts").committed) == (0, 0)
    story.refuses(bought(coupon), CouponVoid(coupon=coupon, since=story.at))


def test_what_comes_back_into_a_coupon_that_was_taken_back_is_taken_back() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 5_000, 1))
    story.given(bought(coupon, bill=2_000))
    purchase = story.tx
    story.given(VoidCoupon(coupon=coupon, reason="not-needed"))
    facts = story.when(returned(purchase))
    assert [type(fact) for fact in facts] == [CouponsRefunded, FundRecommitted, CouponVoided, FundReleased]
    assert (left(story, coupon), story.the(Fund, "gifts").committed) == ([0], 0)


def test_who_left_spends_until_his_days_are_over() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 5_000, 1))
    story.given(LeaveSite(holder=LI, left_on=Day("2022-06-01"), reason="left-unit"))
    story.on("2022-06-08").given(bought(coupon, bill=1_000))
    story.on("2022-06-09").let_time_act()
    assert left(story, coupon) == [0]
    assert (story.the(Fund, "gifts").committed, story.the(Fund, "gifts").disbursed) == (0, 1_000)


# Any story -----------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.sampled_from("sssrv"), st.integers(0, 3), st.integers(1, 900), st.booleans()), max_size=18)
)
def test_no_coupon_is_ever_worth_more_than_its_face_and_every_fen_is_somewhere(
    steps: list[tuple[str, int, int, bool]],
) -> None:
    story = union()
    coupons = issued(story, "b1", (LI, 700, 4), expires_on=Day("2022-06-20"))
    purchases: list[str] = []
    for kind, which, amount, next_day in steps:
        if next_day and story.at < "2022-06-22":
            story.on(f"2022-06-{int(story.at[8:10]) + 3:02}")
        try:
            if kind == "s":
                story.when(bought(coupons[which], bill=amount))
                purchases.append(story.tx)
            elif kind == "r" and purchases:
                story.when(returned(purchases[which % len(purchases)], amount))
            elif kind == "v" and which == 3:
                story.when(VoidCoupon(coupon=coupons[which], reason="not-needed"))
        except Refusal:
            pass
    story.let_time_act()
    found = [story.the(Coupon, coupon) for coupon in coupons]
    spent = sum(purchase.amount - purchase.refunded for purchase in (story.the(Purchase, id) for id in purchases))
    assert all(0 <= coupon.left <= coupon.face for coupon in found)
    assert sum(coupon.left + coupon.gone for coupon in found) + spent == 2_800
    assert story.the(Account, "holder:li/coupon_cny").balance == sum(coupon.left for coupon in found)
    gifts = story.the(Fund, "gifts")
    assert story.the(Batch, "b1").gone == sum(coupon.gone for coupon in found)
    assert (gifts.committed, gifts.disbursed) == (sum(coupon.left for coupon in found), spent)
    assert till(story).payable == spent

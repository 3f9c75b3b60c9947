"""What comes back into a coupon that has ended: it lapses again, the coupon lasts longer, or a new one is made."""

import pytest

from ledger.coupons.commands import RefundPurchase, VoidCoupon
from ledger.coupons.entities import Batch, Coupon, CouponCode
from ledger.coupons.facts import CouponLapsed, CouponReissued, CouponsRefunded
from ledger.funds.entities import Commitment, Fund
from ledger.points.entities import Account
from ledger.refusals import AlreadyExists, CouponExpired, Malformed, NotEligible, Refusal
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import Day
from tests.coupons.gifts import LI, bought, issued, left, mac, union
from tests.coupons.test_sources import KEPT, both, exact, given_to, two_sources
from tests.given import Story

LAST, LATER = Day("2022-06-30"), Day("2022-07-31")


def back(amount: int | None = None, restore: str = "keep", **terms: object) -> RefundPurchase:
    words = {"purchase": "p1", "amount": amount, "restore": restore, "reason": "returned-goods"} | terms
    return RefundPurchase(**words)  # type: ignore[arg-type] # the tests' own words


def bought_in_june(scheme: Scheme | str = "welfare-coupons") -> tuple[Story, str]:
    """Of 100.00 yuan to the end of June, 40.00 were spent; the rest has lapsed, and it is 5 July."""
    story = union(scheme)
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), codes=(mac("a"),), expires_on=LAST)
    story.given(bought(coupon, bill=4_000, id="p1")).on("2022-07-05").let_time_act()
    assert story.the(Fund, "gifts").committed == 0
    return story, coupon


def test_kept_it_lapses_at_once_and_is_the_funds_again() -> None:
    story, coupon = bought_in_june()
    story.given(back())
    assert left(story, coupon) == [0]
    assert [fact.amount for fact in story.facts(CouponLapsed)] == [6_000, 4_000]
    fund = story.the(Fund, "gifts")
    assert (fund.committed, fund.disbursed, fund.free) == (0, 0, 1_000_000)


def test_extended_the_same_coupon_lasts_until_the_schemes_cap_and_no_longer() -> None:
    story, coupon = bought_in_june()
    story.given(back(1_000, "extend"))
    assert (left(story, coupon), story.the(Coupon, coupon).expires_on) == ([1_000], LATER)
    assert story.the(Fund, "gifts").committed == 1_000
    story.on("2022-07-31").given(bought(coupon, bill=300, id="p2"))
    story.on("2022-08-01").let_time_act()
    assert left(story, coupon) == [0]
    assert (story.the(Fund, "gifts").committed, story.the(Fund, "gifts").disbursed) == (0, 3_300)
    story.refuses(bought(coupon, bill=300), CouponExpired(coupon=coupon, expired_on=LATER))


def test_extended_by_a_sooner_day_it_is_reminded_of_and_comes_back_again_under_it() -> None:
    story, coupon = bought_in_june()
    (refund, *_) = story.when(back(1_000, "extend", expires_on=Day("2022-07-20")))
    assert isinstance(refund, CouponsRefunded)
    (extended,) = refund.extended
    assert extended.expires_on == "2022-07-20"
    assert story.the(Coupon, coupon).remind_on == extended.remind_on == ("2022-07-13", "2022-07-19")
    story.given(bought(coupon, bill=1_000, id="p2"), RefundPurchase(purchase="p2", reason="returned-goods"))
    assert left(story, coupon) == [1_000]
    story.on("2022-07-21").let_time_act()
    assert left(story, coupon) == [0]


def test_reissued_it_is_a_new_coupon_under_a_new_code() -> None:
    story, old = bought_in_june()
    story.given(back(3_000, "reissue", codes=(mac("b"),)))
    (made,) = story.facts(CouponReissued)
    assert (made.of, made.amount, made.expires_on) == (old, 3_000, "2022-08-05")
    assert left(story, old, made.coupon) == [0, 3_000]
    assert story.the(CouponCode, mac("b")).coupon == made.coupon
    assert story.the(Coupon, old).moved == 3_000
    story.given(bought("code:" + mac("b"), bill=1_000, id="p2"), back(1_000))
    assert left(story, old, made.coupon) == [0, 2_000]
    story.given(RefundPurchase(purchase="p2", reason="returned-goods"))
    story.on("2022-08-06").let_time_act()
    assert left(story, made.coupon) == [0]
    assert (story.the(Fund, "gifts").committed, story.the(Fund, "gifts").disbursed) == (0, 0)
    batch = story.the(Batch, "b1")
    assert (batch.issued, batch.gone) == (10_000, 10_000)


def test_a_coupon_in_force_that_is_reissued_in_part_leaves_the_rest_as_it_was() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    story.given(bought(coupon, bill=4_000, id="p1"), back(1_000, "reissue", expires_on=Day("2022-07-01")))
    (made,) = story.facts(CouponReissued)
    assert left(story, coupon, made.coupon) == [6_000, 1_000]
    story.on("2022-07-01").let_time_act()
    assert left(story, coupon, made.coupon) == [0, 1_000]


@pytest.mark.parametrize("restore", ["extend", "reissue"])
def test_what_was_taken_back_meanwhile_is_taken_back(restore: str) -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    story.given(bought(coupon, bill=4_000, id="p1"), VoidCoupon(coupon=coupon, reason="correction"))
    story.given(back(restore=restore))
    assert left(story, coupon) == [0]
    assert story.facts(CouponReissued) == []
    assert (story.the(Fund, "gifts").committed, story.the(Fund, "gifts").free) == (0, 1_000_000)


@pytest.mark.parametrize("restore", ["extend", "reissue"])
def test_of_two_sources_each_keeps_its_own_fen_wherever_they_go(restore: str) -> None:
    story = two_sources()
    coupons = given_to(story, (LI, 10_001, 1), last=LAST)
    story.given(bought(*coupons, bill=7_777, id="p1"))
    for day in ("2022-07-05", "2022-07-06"):
        story.on(day).let_time_act()
        story.given(back(1_111, restore))
        coupons += [fact.coupon for fact in story.facts(CouponReissued) if fact.coupon not in coupons]
        exact(story, coupons)
    for number, coupon in enumerate(coupons):
        if story.the(Coupon, coupon).left:
            story.given(bought(coupon, bill=500, id=f"q{number}"))
            exact(story, coupons)
    story.on("2022-09-01").let_time_act()
    exact(story, coupons)
    assert both(story) == (0, 0)
    assert story.the(Commitment, KEPT).open == 0


def test_a_merged_members_new_coupon_is_his_who_answers() -> None:
    story, _ = bought_in_june()
    story.given(back(4_000, "reissue"))
    (made,) = story.facts(CouponReissued)
    pool = story.the(Account, f"{made.account}/coupon_cny").pool(made.coupon)
    assert pool is not None
    assert (pool.remaining, pool.terms.expires_on) == (4_000, "2022-08-05")


def unbending() -> Scheme:
    tables = canonical(load_scheme("welfare-coupons"))
    tables["redemption"]["extend_days"] = 0
    return checked(tables)


@pytest.mark.parametrize("restore", ["extend", "reissue"])
def test_a_scheme_that_lets_nothing_last_longer_refuses_both(restore: str) -> None:
    story, _ = bought_in_june(unbending())
    story.refuses(back(restore=restore), NotEligible(reason=f"{restore}-not-allowed"))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (back(restore="extend", expires_on=Day("2022-08-01")), NotEligible(reason="extend-too-far")),
        (back(restore="reissue", expires_on=Day("2022-08-06")), NotEligible(reason="reissue-too-far")),
        (back(restore="extend", expires_on=Day("2022-07-04")), NotEligible(reason="extend-over")),
        (back(restore="reissue", codes=(mac("a"),)), AlreadyExists(kind="coupon-code", id=mac("a"))),
        (back(restore="reissue", codes=(mac("b"), mac("c"))), Malformed(errors=["codes: 1 for 1 coupons, or none"])),
        (back(restore="extend", codes=(mac("b"),)), Malformed(errors=["codes: where coupons are reissued"])),
        (back(restore="reissue", codes=("b",)), Malformed(errors=["codes: a MAC for each new coupon, each once"])),
        (
            back(expires_on=LATER),
            Malformed(errors=["expires_on: a day such as 2022-06-30, where coupons are extended or reissued"]),
        ),
    ],
)
def test_what_cannot_be_is_said_and_nothing_came_back(wish: RefundPurchase, refusal: Refusal) -> None:
    story, coupon = bought_in_june()
    story.refuses(wish, refusal)
    assert left(story, coupon) == [0]


def test_after_the_cap_of_an_extension_only_a_new_coupon_helps() -> None:
    story, _ = bought_in_june()
    story.on("2022-08-01").refuses(back(restore="extend"), NotEligible(reason="extend-over"))
    story.given(back(restore="reissue"))
    assert story.the(Fund, "gifts").committed == 4_000

"""Goods and coupons that wait at a counter: collected, called off or ended by time, points and coupons together."""

import pytest

from ledger.coupons.commands import ReplaceCode, VoidCoupon
from ledger.coupons.entities import Coupon
from ledger.coupons.facts import CouponLapsed, CouponsSpent
from ledger.funds.facts import FundReleased
from ledger.merchants.commands import SuspendMerchant
from ledger.people.commands import MergeHolders
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.redemptions.commands import CancelRedemption, FulfilRedemption
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import BillCancelled, BillExpired, BillFulfilled, RedemptionExpired, RedemptionFulfilled
from ledger.refusals import (
    CouponReserved,
    HoldAlreadyCaptured,
    HoldAlreadyVoided,
    NotEligible,
    OutOfStock,
    SaleClosed,
)
from ledger.stock.commands import CountStock
from ledger.stock.entities import Item
from ledger.values import Day, Instant, RedemptionId
from tests.coupons.gifts import LI, WANG, bought, issued, left, mac
from tests.given import Story
from tests.redemptions.till import CUP, RICE, counted, promised, sale, stock, till

UNTIL = Instant("2022-06-01T04:15:00.000000Z")


def held(story: Story, *coupons: str, **terms: object) -> str:
    """Two sacks of rice and a cup, for fifteen minutes."""
    terms = {"rice": 2, "cup": 1, "tender": 0, "hold": True} | terms
    story.given(sale(*coupons, **terms))  # type: ignore[arg-type] # the tests' own words
    return story.tx


def fulfil(redemption: str) -> FulfilRedemption:
    return FulfilRedemption(redemption=RedemptionId(redemption))


def cancel(redemption: str) -> CancelRedemption:
    return CancelRedemption(redemption=RedemptionId(redemption), reason="correction")


def one_coupon(amount: int = 11_400, **terms: object) -> tuple[Story, str]:
    story = till()
    (coupon,) = issued(story, "b1", (LI, amount, 1), **terms)  # type: ignore[arg-type] # the tests' own words
    return story, coupon


def test_what_is_set_aside_is_nobodys_to_spend() -> None:
    story, coupon = one_coupon()
    held(story, coupon)
    reserved = CouponReserved(coupon=coupon, until=UNTIL)
    story.refuses(sale(coupon, rice=1), reserved)
    story.refuses(bought(coupon), reserved)
    story.refuses(VoidCoupon(coupon=coupon, reason="correction"), reserved)
    story.refuses(sale(rice=9, tender=51_300), OutOfStock(item=RICE, requested=9, available=8))
    assert (left(story, coupon), promised(story)) == ([11_400], (11_400, 0))
    assert story.the(Account, "holder:li/coupon_cny").held == 11_400


def test_collected_it_pays_as_a_sale() -> None:
    story, coupon = one_coupon()
    redemption = held(story, coupon)
    facts = story.when(fulfil(redemption))
    assert [type(fact) for fact in facts[:3]] == [RedemptionFulfilled, BillFulfilled, CouponsSpent]
    assert (left(story, coupon), counted(story).sold, promised(story)) == ([0], 11_400, (0, 11_400))
    assert (stock(story, RICE, CUP), story.the(Item, RICE).held) == ([8, 9], 0)
    assert story.the(Redemption, redemption).status == "fulfilled"
    story.refuses(fulfil(redemption), HoldAlreadyCaptured(captured_at=story.at))


def test_called_off_everything_is_as_it_was() -> None:
    story, coupon = one_coupon()
    redemption = held(story, coupon)
    story.given(cancel(redemption))
    assert (left(story, coupon), stock(story, RICE, CUP), promised(story)) == ([11_400], [10, 10], (11_400, 0))
    assert (story.the(Coupon, coupon).held, story.the(Coupon, coupon).reserved_until) == (0, None)
    story.refuses(fulfil(redemption), HoldAlreadyVoided(voided_at=story.at))
    story.given(sale(coupon, rice=2, tender=0))


def test_ended_by_time_points_and_coupons_are_free_together() -> None:
    story, coupon = one_coupon()
    held(story, coupon)
    story.on(UNTIL).let_time_act()
    assert [type(envelope.data) for envelope in story.journal[-2:]] == [RedemptionExpired, BillExpired]
    assert len({envelope.tx for envelope in story.journal[-2:]}) == 1
    assert story.the(Account, "holder:li/point").holds == story.the(Account, "holder:li/coupon_cny").holds == ()
    story.given(sale(coupon, rice=2, cup=2, tender=0))


def test_one_whose_last_day_passed_meanwhile_lapses_as_it_comes_free() -> None:
    story, coupon = one_coupon(expires_on=Day("2022-06-30"))
    story.on("2022-06-30T15:55:00.000000Z")
    held(story, coupon)
    story.on("2022-06-30T16:05:00.000000Z").let_time_act()
    assert left(story, coupon) == [11_400]
    story.on("2022-06-30T16:10:00.000000Z").let_time_act()
    last = story.journal[-1].tx
    kinds = [type(envelope.data) for envelope in story.journal if envelope.tx == last]
    assert kinds == [RedemptionExpired, BillExpired, LotsLapsed, CouponLapsed, FundReleased]
    assert (left(story, coupon), promised(story)) == ([0], (0, 0))


def test_called_off_after_its_last_day_it_lapses_too() -> None:
    story, coupon = one_coupon(expires_on=Day("2022-06-30"))
    redemption = held(story.on("2022-06-30T15:55:00.000000Z"), coupon)
    facts = story.on("2022-06-30T16:05:00.000000Z").when(cancel(redemption))
    assert [type(fact) for fact in facts[1:]] == [BillCancelled, LotsLapsed, CouponLapsed, FundReleased]
    assert promised(story) == (0, 0)


def test_collected_after_its_last_day_it_still_pays() -> None:
    story, coupon = one_coupon(expires_on=Day("2022-06-30"))
    redemption = held(story.on("2022-06-30T15:55:00.000000Z"), coupon)
    story.on("2022-06-30T16:05:00.000000Z").given(fulfil(redemption))
    assert (left(story, coupon), promised(story)) == ([0], (0, 11_400))


def test_of_a_coupon_that_may_be_split_the_rest_can_be_spent() -> None:
    story, coupon = one_coupon(15_000)
    redemption = held(story, coupon)
    story.given(bought(coupon, bill=3_600))
    story.refuses(bought(coupon, bill=1), CouponReserved(coupon=coupon, until=UNTIL))
    story.given(fulfil(redemption))
    assert (left(story, coupon), counted(story).sold, promised(story)) == ([0], 15_000, (0, 15_000))


def test_the_rest_of_it_lapses_with_its_day_and_what_is_reserved_pays() -> None:
    story, coupon = one_coupon(15_000, expires_on=Day("2022-06-30"))
    redemption = held(story.on("2022-06-30T15:55:00.000000Z"), coupon)
    story.on("2022-06-30T16:05:00.000000Z").let_time_act()
    assert (left(story, coupon), promised(story)) == ([11_400], (11_400, 0))
    story.given(fulfil(redemption))
    assert promised(story) == (0, 11_400)


def test_reservations_outlive_the_suspension_of_the_shop_until_they_end() -> None:
    """Its goods are gone from the till; what is reserved for it stays until the reservation times out (S54)."""
    story = till()
    first, second = issued(story, "b1", (LI, 5_700, 2))
    collected = held(story, first, rice=1, cup=1)
    waiting = held(story, second, rice=1)
    story.given(SuspendMerchant(merchant="lixian", reason="correction"))
    story.refuses(sale(rice=1, tender=5_700), SaleClosed(item=RICE, opens_at=None, closes_at=story.at))
    story.on("2022-06-01T04:10:00.000000Z").given(fulfil(collected))
    story.on(UNTIL).let_time_act()
    assert story.the(Redemption, waiting).status == "expired"
    assert (left(story, first, second), promised(story)) == ([0, 5_700], (5_700, 5_700))


def test_for_money_paid_outside_alone_goods_wait_as_well() -> None:
    story = till(points=0)
    story.given(sale(rice=1, tender=5_700, hold=True))
    redemption = story.tx
    story.on(UNTIL).let_time_act()
    assert story.the(Redemption, redemption).status == "expired"
    assert story.the(Item, RICE).promises == ()


def test_a_count_that_found_fewer_refuses_the_hand_over() -> None:
    story, coupon = one_coupon()
    redemption = held(story, coupon)
    story.given(CountStock(item=RICE, counted=1))
    story.refuses(fulfil(redemption), OutOfStock(item=RICE, requested=2, available=1))


def test_another_code_for_one_that_is_reserved_stands_for_it() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 11_400, 1), codes=(mac("a"),))
    redemption = held(story, "code:" + mac("a"))
    story.given(ReplaceCode(coupon=coupon, code=mac("b"), reason="code-lost"), fulfil(redemption))
    assert left(story, coupon) == [0]


def test_records_are_merged_when_nothing_waits() -> None:
    story, coupon = one_coupon()
    redemption = held(story, coupon)
    merging = MergeHolders(old=LI, into=WANG, reason="correction")
    story.refuses(merging, NotEligible(reason="held"))
    story.given(cancel(redemption), merging, sale(coupon, rice=2, tender=0, holder=WANG))


@pytest.mark.parametrize("seconds", [60, 3_600])
def test_a_coupon_is_reserved_as_long_as_was_asked(seconds: int) -> None:
    story, coupon = one_coupon()
    held(story, coupon, expires_in=seconds)
    until = story.the(Coupon, coupon).reserved_until
    assert until == story.the(Redemption, story.tx).expires_at

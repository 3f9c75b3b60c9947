"""What comes back of a mixed sale: points to their lots, coupons to the coupons that paid, the rest outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.coupons.commands import RefundPurchase, VoidCoupon
from ledger.coupons.entities import Purchase
from ledger.coupons.facts import CouponLapsed, CouponReissued, CouponsRefunded, CouponVoided
from ledger.funds.facts import FundRecommitted, FundReleased
from ledger.people.commands import MergeHolders
from ledger.periods.commands import ClosePeriod, OpenBooks
from ledger.points.commands import FreezeAccount
from ledger.points.entities import Account
from ledger.redemptions.commands import CancelRedemption, RefundRedemption
from ledger.redemptions.entities import Bill, Redemption
from ledger.redemptions.facts import BillRefunded, RedemptionRefunded
from ledger.refusals import (
    AccountFrozen,
    AlreadyReversed,
    ExceedsOriginal,
    NotEligible,
    RefundClosed,
    UnitMismatch,
)
from ledger.scheme.model import Scheme
from ledger.stock.facts import ReturnScrapped
from ledger.values import AccountId, Day, PeriodName, RedemptionId
from tests.coupons.gifts import LI, WANG, issued, left
from tests.given import Story
from tests.redemptions.till import CUP, MONEY, RICE, SOAP, back, counted, programme, promised, sale, stock, till


def sold(scheme: Scheme | None = None, **terms: object) -> tuple[Story, str, str]:
    """Two sacks of rice, a soap and a cup: 143.00, of which 100.00 with a coupon, and 35 points."""
    story = till(scheme)
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), **terms)  # type: ignore[arg-type] # the tests' own words
    story.given(sale(coupon, rice=2, soap=1, cup=1, tender=4_300))
    return story, story.tx, coupon


def value_back(redemption: str, amount: int, unit: str | None = None, **terms: object) -> RefundRedemption:
    of = RedemptionId(redemption)
    named = {} if unit is None else {"unit": unit}
    return RefundRedemption(redemption=of, reason="returned-goods", amount=amount, **named, **terms)  # type: ignore[arg-type] # the tests' own words


def test_of_a_returned_line_the_coupons_have_their_share_and_the_rest_is_cash() -> None:
    story, redemption, coupon = sold()
    facts = story.when(back(redemption, rice=1))
    bill = next(fact for fact in facts if isinstance(fact, BillRefunded))
    assert (bill.bill, bill.amount, bill.tender) == (5_700, 3_987, 1_713)  # 57.00 x 100/143 is 39.8601…
    assert [type(fact) for fact in facts] == [BillRefunded, CouponsRefunded, FundRecommitted]
    assert (left(story, coupon), stock(story, RICE, CUP)) == ([3_987], [9, 9])
    assert (counted(story).refunded, promised(story)) == (3_987, (3_987, 6_013))
    assert story.the(Account, "holder:li/point").balance == 65


def test_line_by_line_all_of_it_is_back_to_the_fen() -> None:
    story, redemption, coupon = sold()
    for piece in (
        back(redemption, rice=1),
        back(redemption, cup=1),
        back(redemption, soap=1),
        back(redemption, rice=1),
    ):
        assert story.the(Redemption, redemption).status == "fulfilled"
        story.given(piece)
    assert story.the(Redemption, redemption).status == "refunded"
    assert (left(story, coupon), promised(story)) == ([10_000], (10_000, 0))
    assert (counted(story).payable, story.the(Account, "holder:li/point").balance) == (0, 100)
    assert sum(fact.tender for fact in story.facts(BillRefunded)) == 4_300
    story.refuses(back(redemption, rice=1), AlreadyReversed(original=35, reversed=35))


def test_both_parts_in_one_refund() -> None:
    story, redemption, _ = sold()
    facts = story.when(back(redemption, soap=1, cup=1, shelf=False))
    kinds = [RedemptionRefunded, ReturnScrapped, BillRefunded, ReturnScrapped, CouponsRefunded, FundRecommitted]
    assert [type(fact) for fact in facts] == kinds
    assert stock(story, SOAP, CUP) == [9, 9]


def test_a_value_comes_back_without_goods_in_the_unit_that_is_named() -> None:
    story, redemption, coupon = sold()
    story.given(value_back(redemption, 1_430, MONEY), value_back(redemption, 5, "point"), value_back(redemption, 5))
    assert (left(story, coupon), story.the(Account, "holder:li/point").balance) == ([1_000], 75)
    story.refuses(value_back(redemption, 1, "cny"), UnitMismatch(expected="point", given="cny"))
    too_much = ExceedsOriginal(original=14_300, reversed=1_430, requested=12_871)
    story.refuses(value_back(redemption, 12_871, MONEY), too_much)


def test_where_all_was_for_money_a_value_needs_no_unit() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 5_700, 1))
    story.given(sale(coupon, rice=1))
    story.given(value_back(story.tx, 700))
    assert left(story, coupon) == [700]


def test_no_more_than_was_sold() -> None:
    story, redemption, _ = sold()
    story.refuses(back(redemption, rice=3), ExceedsOriginal(original=2, reversed=0, requested=3))
    story.refuses(back(redemption, tea=1), ExceedsOriginal(original=0, reversed=0, requested=1))


def test_a_sale_of_today_is_undone_in_whole() -> None:
    story, redemption, coupon = sold()
    undo = CancelRedemption(redemption=RedemptionId(redemption), reason="correction")
    story.given(undo)
    assert (left(story, coupon), stock(story, RICE, SOAP, CUP), promised(story)) == ([10_000], [10] * 3, (10_000, 0))
    assert story.the(Redemption, redemption).status == "refunded"


def test_tomorrow_it_is_a_refund() -> None:
    story, redemption, _ = sold()
    undo = CancelRedemption(redemption=RedemptionId(redemption), reason="correction")
    story.on("2022-06-02").refuses(undo, RefundClosed(until=Day("2022-06-01")))


def test_its_purchase_comes_back_with_its_goods_alone() -> None:
    story, redemption, _ = sold()
    refund = RefundPurchase(purchase=redemption, reason="correction")
    story.refuses(refund, NotEligible(reason="of-a-redemption"))
    assert story.the(Purchase, redemption).redemption == redemption


def test_after_its_last_day_what_comes_back_lapses_and_is_the_funds() -> None:
    story, redemption, coupon = sold(expires_on=Day("2022-06-30"))
    facts = story.on("2022-07-01").when(back(redemption, rice=2, soap=1))
    assert {CouponLapsed, FundReleased} <= {type(fact) for fact in facts}
    assert (left(story, coupon), promised(story)) == ([0], (0, 0))


def test_into_a_coupon_that_was_taken_back_nothing_can_be_spent_again() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1))
    story.given(sale(coupon, rice=1))
    redemption = story.tx
    story.given(VoidCoupon(coupon=coupon, reason="correction"))
    facts = story.when(back(redemption, rice=1))
    assert CouponVoided in {type(fact) for fact in facts}
    assert (left(story, coupon), promised(story)) == ([0], (0, 0))


def test_after_the_month_is_closed_it_counts_in_the_open_one() -> None:
    story, redemption, _ = sold()
    story.given(OpenBooks(period=PeriodName("2022-06")))
    story.on("2022-07-01").given(ClosePeriod(period=PeriodName("2022-06"))).given(back(redemption, rice=1))
    assert (counted(story).sold, counted(story).refunded) == (10_000, 0)
    assert counted(story, period="2022-07").refunded == 3_987


def test_what_a_merged_record_bought_comes_back_to_its_survivor() -> None:
    story, redemption, coupon = sold()
    story.given(MergeHolders(old=LI, into=WANG, reason="correction"), back(redemption, rice=2, soap=1, cup=1))
    assert (left(story, coupon), story.the(Account, "holder:wang/coupon_cny").balance) == ([10_000], 10_000)
    assert story.the(Account, "holder:wang/point").balance == 100


def test_nothing_comes_back_into_a_frozen_account() -> None:
    story, redemption, _ = sold()
    story.given(FreezeAccount(account=AccountId("holder:li"), unit=MONEY, reason="correction"))
    story.refuses(back(redemption, rice=1), AccountFrozen(since=story.at))


@pytest.mark.parametrize("restore", ["extend", "reissue"])
def test_a_coupon_keeps_its_day_unless_the_scheme_lets_it_last(restore: str) -> None:
    story, redemption, coupon = sold(longer(0), expires_on=Day("2022-06-30"))
    asked = value_back(redemption, 1_430, MONEY, restore=restore)
    story.on("2022-07-05").refuses(asked, NotEligible(reason=f"{restore}-not-allowed"))
    story, redemption, coupon = sold(longer(30), expires_on=Day("2022-06-30"))
    story.on("2022-07-05").given(asked)
    (last,) = [envelope for envelope in story.journal if isinstance(envelope.data, CouponsRefunded)]
    made = [fact.coupon for fact in story.facts(CouponReissued)] or [coupon]
    assert (left(story, *made), promised(story)) == ([1_000], (1_000, 9_000))
    assert len(last.data.extended) == (restore == "extend")
    story.given(sale(*made, tea=1))


def longer(days: int) -> Scheme:
    scheme = programme()
    return replace(scheme, redemption=replace(scheme.redemption, extend_days=days))


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.lists(st.integers(1, 3_000), max_size=8))
def test_in_whatever_parts_it_comes_back_coupons_get_their_share_and_never_less(
    covered: int, bill: int, parts: list[int]
) -> None:
    covered = min(covered, bill)
    found = Bill(merchant="m", account=AccountId("a"), unit=MONEY, lines=(), amount=bill, covered=covered)
    for part in [*parts, bill]:
        amount = min(part, bill - found.refunded)
        into = found.back_into_coupons(amount)
        assert 0 <= into <= amount
        found = type(found)(
            **{name: getattr(found, name) for name in found.__struct_fields__}
            | {"refunded": found.refunded + amount, "uncovered": found.uncovered + into}
        )
        assert 0 <= found.uncovered * bill - covered * found.refunded < bill
    assert found.uncovered == covered

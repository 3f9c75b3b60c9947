"""A sale for points and for money: coupons chosen among those shown, the exact rest outside, all or nothing."""

import pytest

from ledger.coupons.commands import ReplaceCode, VoidCoupon
from ledger.coupons.entities import Purchase
from ledger.coupons.facts import CouponsSpent
from ledger.funds.facts import FundDisbursed
from ledger.merchants.commands import AdmitMerchant, ChangeMerchant, SuspendMerchant
from ledger.points.commands import FreezeAccount
from ledger.points.entities import Account
from ledger.redemptions.commands import PlaceRedemption
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import BillPlaced, RedemptionPlaced
from ledger.refusals import (
    AccountFrozen,
    AlreadyExists,
    CouponExpired,
    CouponNotValidHere,
    CouponNotYetValid,
    CouponOfAnother,
    CouponSpent,
    CouponVoid,
    InsufficientFunds,
    Malformed,
    MerchantSuspended,
    NotEligible,
    NotFound,
    OutOfStock,
    Refusal,
    SaleClosed,
    TenderMismatch,
)
from ledger.stock.commands import SupplyItem
from ledger.values import AccountId, Day
from tests.coupons.gifts import LI, WANG, ZHAO, bought, issued, left, mac
from tests.given import Story
from tests.redemptions.till import CUP, RICE, SOAP, counted, programme, promised, sale, stock, till


def faces(story: Story, *faces: int) -> list[str]:
    return [issued(story, f"f{number}", (LI, face, 1), kind="face-value")[0] for number, face in enumerate(faces)]


def test_points_coupons_and_tender_stand_in_one_transaction() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1))
    facts = story.when(sale(coupon, rice=2, soap=1, cup=2, tender=4_300))
    assert [type(fact) for fact in facts] == [RedemptionPlaced, BillPlaced, CouponsSpent, FundDisbursed]
    placed, bill, spent, _ = facts
    assert isinstance(placed, RedemptionPlaced)
    assert placed.amount == 70
    assert isinstance(bill, BillPlaced)
    assert (bill.bill, bill.amount, bill.tender) == (14_300, 10_000, 4_300)
    assert isinstance(spent, CouponsSpent)
    assert {str(spent.redemption), spent.purchase} == {str(story.tx)}
    assert {line.goods: line.amount for line in spent.lines} == {"food": 11_400, "household": 2_900}
    assert stock(story, RICE, SOAP, CUP) == [8, 9, 8]
    assert (left(story, coupon), counted(story).sold, promised(story)) == ([0], 10_000, (0, 10_000))
    assert story.the(Account, "holder:li/point").balance == 30


def test_of_the_coupons_shown_those_pay_that_cover_most() -> None:
    """Five of 20.00 and four of 50.00 on a bill of 171.00: three of 50.00, and 21.00 outside (S07)."""
    story = till()
    twenties = issued(story, "b1", (LI, 2_000, 5), kind="face-value")
    fifties = issued(story, "b2", (LI, 5_000, 4), kind="face-value")
    story.given(sale(*twenties, *fifties, rice=3, tender=2_100))
    assert left(story, *twenties) == [2_000] * 5
    assert sorted(left(story, *fifties)) == [0, 0, 0, 5_000]
    assert (counted(story).sold, promised(story)) == (15_000, (15_000, 15_000))


@pytest.mark.parametrize("tender", [None, 0, 2_099, 2_101, 17_100])
def test_the_rest_outside_is_exactly_what_coupons_leave(tender: int | None) -> None:
    story = till()
    fifties = issued(story, "b1", (LI, 5_000, 4), kind="face-value")
    wrong = TenderMismatch(bill=17_100, covered=15_000, required=2_100, tender=tender or 0)
    story.refuses(sale(*fifties, rice=3, tender=tender), wrong)


def test_for_points_alone_nothing_is_paid_outside() -> None:
    story = till()
    story.refuses(sale(cup=1, tender=1), TenderMismatch(bill=0, covered=0, required=0, tender=1))
    story.refuses(sale("any", cup=1), Malformed(errors=["coupons: nothing here is paid with coupons"]))
    story.given(sale(cup=1, tender=0))


def test_without_coupons_all_of_it_is_paid_outside() -> None:
    story = till(points=0)
    facts = story.when(sale(tea=1, tender=1_000, holder=ZHAO))
    assert [type(fact) for fact in facts] == [BillPlaced]
    assert (counted(story, "corner").sold, stock(story, RICE)) == (0, [10])
    assert story.the(Redemption, story.tx).status == "fulfilled"


def test_a_coupon_for_some_goods_pays_for_them_alone() -> None:
    story = till(programme())
    story.given(SupplyItem(item=SOAP, merchant="lixian", goods="aided-goods"))
    (aided,) = issued(story, "b1", (LI, 10_000, 1), kind="lixian")
    story.refuses(
        sale(aided, rice=1, tender=5_700),
        CouponNotValidHere(coupon=aided, merchants=["lixian"], goods=["aided-goods"]),
    )
    story.given(sale(aided, rice=1, soap=1, tender=5_700))
    assert left(story, aided) == [7_100]


def test_two_of_which_one_is_for_some_goods_find_each_its_own() -> None:
    story = till()
    story.given(SupplyItem(item=SOAP, merchant="lixian", goods="aided-goods"))
    (plain,) = issued(story, "b1", (LI, 5_700, 1))
    (aided,) = issued(story, "b2", (LI, 2_900, 1), kind="lixian")
    story.given(sale(plain, aided, rice=1, soap=1, tender=0))
    assert left(story, plain, aided) == [0, 0]


# Refusals ----------------------------------------------------------------------------------------------------------


def test_nothing_of_it_happens_when_one_part_cannot() -> None:
    story = till(points=30)
    (coupon,) = issued(story, "b1", (LI, 5_700, 1))
    story.refuses(sale(coupon, rice=1, cup=1, tender=0), InsufficientFunds(required=35, available=30, missing=5))
    story.refuses(sale(coupon, rice=11, tender=57_000), OutOfStock(item=RICE, requested=11, available=10))
    assert (left(story, coupon), stock(story, RICE, CUP), promised(story)) == ([5_700], [10, 10], (5_700, 0))


def test_a_coupon_shown_twice_or_at_two_tills_pays_once() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 5_700, 1), codes=(mac("a"),))
    story.refuses(sale(coupon, "code:" + mac("a"), rice=1, tender=0), Malformed(errors=["coupons: each once"]))
    story.given(sale("code:" + mac("a"), rice=1))
    spent = CouponSpent(coupon=coupon, spent_at=story.at)
    story.refuses(sale(coupon, rice=1), spent)
    story.refuses(bought(coupon), spent)


def test_what_was_spent_by_groups_of_goods_does_not_pay_at_the_shelf() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 5_700, 1))
    story.given(bought(coupon, bill=5_700))
    story.refuses(sale(coupon, rice=1), CouponSpent(coupon=coupon, spent_at=story.at))


def test_after_its_last_day_and_before_its_first() -> None:
    story = till()
    (old,) = issued(story, "b1", (LI, 5_700, 1), expires_on=Day("2022-06-30"))
    (new,) = issued(story, "b2", (LI, 5_700, 1), valid_from_on=Day("2022-07-02"))
    story.on("2022-07-01").refuses(sale(old, rice=1), CouponExpired(coupon=old, expired_on=Day("2022-06-30")))
    story.refuses(sale(new, rice=1), CouponNotYetValid(coupon=new, valid_from_on=Day("2022-07-02")))


def test_at_the_wrong_shop() -> None:
    story = till()
    (aided,) = issued(story, "b1", (LI, 5_700, 1), kind="lixian")
    story.refuses(sale(aided, tea=1), CouponNotValidHere(coupon=aided, merchants=["lixian"], goods=["aided-goods"]))
    story.refuses(sale(rice=1, merchant="corner", tender=5_700), NotEligible(reason="goods-of-another-merchant"))
    story.refuses(sale(rice=1, tea=1, tender=6_700), NotEligible(reason="several-merchants"))


def test_somebody_elses() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 5_700, 1))
    story.refuses(sale(coupon, rice=1, holder=WANG), CouponOfAnother(coupon=coupon))


def test_one_that_was_taken_back_and_a_code_that_was_replaced() -> None:
    story = till()
    (void,) = issued(story, "b1", (LI, 5_700, 1))
    (coupon,) = issued(story, "b2", (LI, 5_700, 1), codes=(mac("a"),))
    story.given(VoidCoupon(coupon=void, reason="correction"))
    story.given(ReplaceCode(coupon=coupon, code=mac("b"), reason="code-lost"))
    story.refuses(sale(void, rice=1), CouponVoid(coupon=void, since=story.at))
    story.refuses(sale("code:" + mac("a"), rice=1), CouponVoid(coupon=coupon, since=story.at))
    story.refuses(sale("code:" + mac("c"), rice=1), NotFound(kind="coupon", id=""))
    story.given(sale("code:" + mac("b"), rice=1))


def test_a_merchant_that_is_suspended_or_not_yet_admitted_or_not_for_these_goods() -> None:
    story = till()
    story.given(AdmitMerchant(id="later", name="later", admitted_from_on=Day("2022-07-01")))
    story.given(SupplyItem(item=SOAP, goods="household"))
    story.refuses(sale(soap=1, merchant="later", tender=2_900), NotEligible(reason="merchant-not-admitted-yet"))
    story.given(ChangeMerchant(merchant="corner", goods=("food",)))
    story.refuses(sale(soap=1, merchant="corner", tender=2_900), NotEligible(reason="goods-not-admitted"))
    story.given(SuspendMerchant(merchant="lixian", reason="correction"))
    story.refuses(sale(rice=1, tender=5_700), SaleClosed(item=RICE, opens_at=None, closes_at=story.at))
    suspended = MerchantSuspended(merchant="lixian", since=story.at)
    story.refuses(sale(soap=1, merchant="lixian", tender=2_900), suspended)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (sale(soap=1, tender=2_900), Malformed(errors=["merchant: to be named for goods that nobody supplies"])),
        (sale(soap=1, merchant="none", tender=2_900), NotFound(kind="merchant", id="none")),
        (sale(*map(str, range(41)), rice=1), Malformed(errors=["coupons: at most 40"])),
        (sale("none", rice=1), NotFound(kind="coupon", id="none")),
    ],
)
def test_what_cannot_be_understood(wish: PlaceRedemption, refusal: Refusal) -> None:
    story = till().given(SupplyItem(item=SOAP, goods="household"))
    story.refuses(wish, refusal)


def test_a_frozen_account_pays_nothing() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 5_700, 1))
    story.given(FreezeAccount(account=AccountId("holder:li"), reason="correction"))
    story.refuses(sale(coupon, rice=1), AccountFrozen(since=story.at))


def test_under_an_id_that_a_purchase_has() -> None:
    story = till()
    first, second = issued(story, "b1", (LI, 5_700, 2))
    story.given(bought(first, id="mine"))
    story.refuses(sale(second, rice=1, id="mine"), AlreadyExists(kind="purchase", id="mine"))


def test_in_one_group_a_purchase_and_a_sale_are_told_apart() -> None:
    story = till()
    first, second = issued(story, "b1", (LI, 5_700, 2))
    story.together(bought(first, bill=5_700), sale(second, rice=1))
    assert len([id for kind, id in story.book.rows if kind == Purchase.KIND]) == 2

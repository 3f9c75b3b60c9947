"""What the counter shows before a mixed sale is what the sale then does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.deciding import Decision, Moment
from ledger.merchants.commands import SuspendMerchant
from ledger.people.commands import BarHolder
from ledger.redemptions.entities import Redemption
from ledger.redemptions.quoting import Quote, quote
from ledger.refusals import HolderBarred, Malformed, Refusal
from ledger.values import Day, HolderId, TxId
from tests.coupons.gifts import LI, WANG, issued
from tests.given import REGISTRY, ZONE, Story
from tests.redemptions.till import MONEY, POINT, programme, sale, till


def quoted(story: Story, *coupons: str, holder: HolderId = LI, merchant: str | None = None, **pieces: Any) -> Quote:
    story.let_time_act()
    view = Decision(REGISTRY, story.book.row, lambda _tx: (), Moment(story.at, ZONE), TxId(""), 0)
    return quote(sale(**pieces).lines, holder, view, view, merchant=merchant, coupons=coupons)


def test_it_says_who_sells_what_coupons_pay_and_what_is_paid_outside() -> None:
    story = till()
    fifties = issued(story, "b1", (LI, 5_000, 4), kind="face-value")
    twenties = issued(story, "b2", (LI, 2_000, 5), kind="face-value")
    found = quoted(story, *twenties, *fifties, rice=3, cup=1)
    assert found.possible
    assert found.totals == {POINT: 35, MONEY: 17_100}
    assert found.bill is not None
    assert (found.bill.merchant, found.bill.amount, found.bill.covered, found.bill.tender) == (
        "lixian",
        17_100,
        15_000,
        2_100,
    )
    assert [part.amount for part in found.bill.coupons] == [5_000] * 3
    assert [way.covered for way in found.bill.others] == [10_000]
    assert {one.reason for one in found.bill.left_out} == {"not-chosen"}
    assert len(found.bill.left_out) == 6


def test_for_points_alone_there_is_no_bill() -> None:
    found = quoted(till(), cup=1)
    assert (found.bill, found.totals, found.possible) == (None, {POINT: 35}, True)


def test_for_money_alone_there_are_no_points() -> None:
    found = quoted(till(), rice=1)
    assert (found.unit, found.amount, found.totals, found.possible) == (None, 0, {MONEY: 5_700}, True)
    assert found.bill is not None
    assert found.bill.tender == 5_700


def test_each_coupon_that_cannot_pay_says_why() -> None:
    story = till()
    (old,) = issued(story, "b1", (LI, 5_700, 1), expires_on=Day("2022-06-01"))
    (his,) = issued(story, "b2", (WANG, 5_700, 1))
    (aided,) = issued(story, "b3", (LI, 5_700, 1), kind="lixian")
    (whole,) = issued(story, "b4", (LI, 9_000, 1), kind="face-value")
    found = quoted(story.on("2022-06-02"), old, his, aided, whole, "none", rice=1)
    assert found.bill is not None
    told = [(one.place, one.coupon, one.reason, one.refuses) for one in found.bill.left_out]
    assert told == [
        (0, old, "coupon-expired", True),
        (1, his, "coupon-of-another", True),
        (2, aided, "coupon-not-valid-here", True),
        (3, whole, "not-chosen", False),
        (4, None, "not-found", True),
    ]
    assert not found.possible


def test_what_is_held_by_another_sale_is_reserved() -> None:
    story = till()
    (coupon,) = issued(story, "b1", (LI, 5_700, 1))
    story.given(sale(coupon, rice=1, hold=True))
    found = quoted(story, coupon, rice=1)
    assert found.bill is not None
    assert [one.reason for one in found.bill.left_out] == ["coupon-reserved"]


def test_what_stands_against_the_bill_stands_against_its_lines_alone() -> None:
    found = quoted(till(), rice=1, tea=1, cup=1)
    reasons = {line.item: (line.reason, line.numbers.get("reason")) for line in found.lines}
    several = ("not-eligible", "several-merchants")
    assert reasons == {"rice": several, "tea": several, "cup": (None, None)}


def test_at_another_merchants_till_nothing_of_it_is_sold() -> None:
    found = quoted(till(), rice=1, merchant="corner")
    assert [line.numbers for line in found.lines] == [{"reason": "goods-of-another-merchant"}]


def test_a_suspended_merchants_goods_are_not_on_sale() -> None:
    story = till().given(SuspendMerchant(merchant="lixian", reason="correction"))
    assert [line.reason for line in quoted(story, rice=1).lines] == ["sale-closed"]


def test_who_is_barred_gets_nothing() -> None:
    story = till().given(BarHolder(holder=LI, reason="correction"))
    assert [line.reason for line in quoted(story, rice=1, cup=1).lines] == [HolderBarred.code] * 2


def test_coupons_need_something_to_pay() -> None:
    with pytest.raises(Malformed):
        quoted(till(), "any", cup=1)


def test_a_limit_shows() -> None:
    limit: dict[str, Any] = {
        "counts": "pieces",
        "kinds": ["redemption"],
        "per": ["person", "merchant"],
        "window": "day",
        "amount": 1,
    }
    assert [line.reason for line in quoted(till(programme(few=limit)), rice=2).lines] == ["limit-exceeded"]


carts = st.fixed_dictionaries(
    {}, optional={"rice": st.integers(1, 3), "soap": st.integers(1, 3), "cup": st.integers(1, 4), "tea": st.just(1)}
).filter(bool)
wallets = st.lists(
    st.tuples(st.sampled_from(["welfare", "face-value", "lixian"]), st.sampled_from([2_000, 5_000, 9_000])), max_size=3
)


@given(carts, wallets)
def test_a_quote_is_what_the_sale_does(pieces: dict[str, Any], wallet: list[tuple[str, int]]) -> None:
    story = till()
    coupons = [issued(story, f"b{n}", (LI, face, 1), kind=kind)[0] for n, (kind, face) in enumerate(wallet)]
    try:
        found = quoted(story, *coupons, **pieces)
    except Malformed:
        with pytest.raises(Malformed):
            story.when(sale(*coupons, **pieces))
        return
    wish = sale(*coupons, tender=found.bill.tender if found.bill else 0, **pieces)
    if not found.possible:
        with pytest.raises(Refusal):
            story.when(wish)
        return
    story.when(wish)
    bill = story.the(Redemption, story.tx).bill
    assert (bill is None) == (found.bill is None)
    if bill and found.bill:
        assert (bill.amount, bill.covered, bill.tender) == (found.bill.amount, found.bill.covered, found.bill.tender)

"""Limits by merchant: so many yuan, or pieces, of a person at one merchant a day, whatever way he buys."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.limits.entities import Counter
from ledger.redemptions.commands import CancelRedemption, PlaceRedemption, RefundRedemption, WantedLine
from ledger.refusals import LimitExceeded
from ledger.scheme.complaints import SchemeError
from ledger.stock.commands import ListItem, ReceiveGoods, SupplyItem
from ledger.values import ItemId, RedemptionId
from tests.coupons.gifts import LI, WANG, bought, issued, left, returned
from tests.given import Story
from tests.redemptions.till import CUP, POINT, back, programme, sale, till

DAY = "2022-06-01"
YUAN: dict[str, Any] = {"counts": "amount", "unit": "coupon_cny", "kinds": ["redemption"], "window": "day"}
PIECES: dict[str, Any] = {"counts": "pieces", "kinds": ["redemption"], "window": "day"}
AT_ONE = {"per": ["person", "merchant"]}


def used(story: Story, counter: str) -> int:
    found = story.get(Counter, counter)
    return found.used if found else 0


def yuan(story: Story, merchant: str = "lixian") -> int:
    return used(story, f"yuan/merchant:{merchant}+holder:li/{DAY}")


def shop(most: int = 10_000) -> tuple[Story, list[str]]:
    """At most 100.00 yuan of coupons a person a day at one merchant."""
    story = till(programme(yuan=YUAN | AT_ONE | {"amount": most}))
    return story, issued(story, "b1", (LI, 5_700, 4))


def test_at_one_merchant_no_more_than_the_limit_a_day_however_it_is_bought() -> None:
    story, (first, second, third, fourth) = shop()
    story.given(sale(first, rice=1))
    over = LimitExceeded(rule="yuan", limit=10_000, used=5_700, offered=4_300, period=DAY)
    story.refuses(sale(second, rice=1), over)
    story.refuses(bought(second, bill=5_700), over)
    story.given(bought(second, bill=4_300), bought(third, bill=5_700, merchant="corner"))
    assert (yuan(story), yuan(story, "corner")) == (10_000, 5_700)
    story.on("2022-06-02").given(sale(fourth, rice=1))


def test_it_counts_what_coupons_pay_and_not_what_is_paid_outside() -> None:
    story, (first, *_) = shop()
    story.given(sale(first, rice=2, tender=5_700), sale(rice=5, tender=28_500))
    assert yuan(story) == 5_700


def test_what_comes_back_can_be_spent_again() -> None:
    story, (first, second, *_) = shop()
    story.given(sale(first, rice=1))
    story.given(back(story.tx, rice=1))
    assert yuan(story) == 0
    story.given(bought(second, bill=5_700))
    story.given(returned(story.tx, 2_000))
    assert yuan(story) == 3_700


def test_what_waits_counts_until_it_is_called_off() -> None:
    story, (first, second, *_) = shop()
    story.given(sale(first, rice=1, hold=True))
    with pytest.raises(LimitExceeded):
        story.when(sale(second, rice=1))
    story.given(CancelRedemption(redemption=RedemptionId(story.tx), reason="correction"))
    story.given(sale(second, rice=1))
    assert yuan(story) == 5_700


def test_each_person_has_one_limit_at_each_merchant() -> None:
    story, (first, *_) = shop()
    (his,) = issued(story, "b2", (WANG, 5_700, 1))
    story.given(sale(first, rice=1), sale(his, rice=1, holder=WANG))
    assert left(story, first, his) == [0, 0]


def pieces(story: Story, merchant: str = "lixian") -> int:
    return used(story, f"pieces:few/merchant:{merchant}+holder:li/{DAY}")


def few(most: int = 3) -> Story:
    return till(programme(few=PIECES | AT_ONE | {"amount": most}))


def test_so_many_pieces_whoever_pays_for_them() -> None:
    story = few()
    story.given(sale(rice=2, tender=11_400))
    story.refuses(sale(rice=1, soap=1, tender=8_600), LimitExceeded(rule="few", limit=3, used=2, offered=1, period=DAY))
    story.given(sale(tea=3, tender=3_000), sale(soap=1, tender=2_900))
    assert (pieces(story), pieces(story, "corner")) == (3, 3)


def test_pieces_come_back_as_pieces() -> None:
    story = few()
    (coupon,) = issued(story, "b1", (LI, 8_600, 1))
    story.given(sale(coupon, rice=1, soap=1, tender=0))
    redemption = story.tx
    story.given(back(redemption, soap=1))
    assert pieces(story) == 1
    story.given(back(redemption, rice=1))
    assert pieces(story) == 0


def test_goods_for_points_and_for_money_of_one_merchant_count_together() -> None:
    story = few().given(SupplyItem(item=CUP, merchant="lixian"))
    story.refuses(sale(cup=2, rice=2, tender=11_400), LimitExceeded(rule="few", limit=3, used=2, offered=1, period=DAY))
    story.given(sale(cup=2, rice=1, tender=5_700))
    assert pieces(story) == 3
    story.given(back(story.tx, cup=1, rice=1))
    assert pieces(story) == 1


def test_nobodys_goods_are_of_no_merchant() -> None:
    story = few(most=1).given(sale(cup=2))
    assert pieces(story, "") == 0


def test_a_sale_for_points_and_money_is_one_time() -> None:
    once: dict[str, Any] = {"counts": "times", "kinds": ["redemption"], "per": ["person"], "window": "day", "amount": 1}
    story = till(programme(once=once))
    first, second = issued(story, "b1", (LI, 5_700, 2))
    story.given(sale(first, rice=1, cup=1))
    assert used(story, f"once/holder:li/{DAY}") == 1
    with pytest.raises(LimitExceeded):
        story.when(sale(second, rice=1))


PEN = ItemId("pen")
AT_ONE_FOR_POINTS: dict[str, Any] = {"kinds": ["redemption"], "window": "day", **AT_ONE}


def two_suppliers() -> Story:
    """Cups of the county's shop and pens of the corner's, at 35 points; limited in points, in pieces and in times."""
    points = AT_ONE_FOR_POINTS | {"counts": "amount", "unit": "point", "amount": 350}
    often = AT_ONE_FOR_POINTS | {"counts": "times", "unit": "point", "amount": 5}
    story = till(programme(few=PIECES | AT_ONE | {"amount": 10}, points=points, often=often), points=2_000)
    story.given(ListItem(id=PEN, name="pen", price=35, unit=POINT), ReceiveGoods(item=PEN, quantity=10))
    return story.given(SupplyItem(item=CUP, merchant="lixian"), SupplyItem(item=PEN, merchant="corner"))


def cups_and_pens(cups: int, pens: int) -> PlaceRedemption:
    return PlaceRedemption(holder=LI, lines=(WantedLine(CUP, cups), WantedLine(PEN, pens)), coupons=())


def each(story: Story, merchant: str) -> tuple[int, int, int]:
    """Points, pieces and times that are used at one merchant."""
    codes = ("points", "pieces:few", "often")
    points, taken, times = (used(story, f"{code}/merchant:{merchant}+holder:li/{DAY}") for code in codes)
    return points, taken, times


def test_what_comes_back_to_one_merchant_gives_nothing_back_at_another() -> None:
    """Found: nine cups brought back gave nine tenths of the one pen back, and kept a tenth of the cups."""
    story = two_suppliers().given(cups_and_pens(9, 1))
    sale = story.tx
    story.given(back(sale, cup=9))
    assert (each(story, "lixian"), each(story, "corner")) == ((0, 0, 0), (35, 1, 1))
    story.refuses(cups_and_pens(1, 10), LimitExceeded(rule="few", limit=10, used=1, offered=9, period=DAY))
    story.given(back(sale, pen=1))
    assert (each(story, "lixian"), each(story, "corner")) == ((0, 0, 0), (0, 0, 0))


def test_an_item_that_went_to_another_merchant_since_gives_back_in_proportion() -> None:
    story = two_suppliers().given(cups_and_pens(2, 2))
    sale = story.tx
    story.given(SupplyItem(item=PEN, merchant="lixian"), back(sale, cup=1))
    assert (each(story, "lixian"), each(story, "corner")) == ((53, 2, 1), (53, 2, 1))
    story.given(back(sale, cup=1, pen=2))
    assert (each(story, "lixian"), each(story, "corner")) == ((0, 0, 0), (0, 0, 0))


@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.lists(st.sampled_from(("cup", "pen", 1, 20, 35, 50)), max_size=10),
)
@settings(max_examples=15)
def test_no_merchant_has_back_more_than_was_taken_there_and_in_the_end_both_have_all(
    cups: int, pens: int, wishes: list[Any]
) -> None:
    story = two_suppliers().given(cups_and_pens(cups, pens))
    sale, left, value = story.tx, {"cup": cups, "pen": pens}, 35 * (cups + pens)
    for wish in wishes:
        item = isinstance(wish, str)
        worth = 35 if item else wish
        if worth > value or (item and not left[wish]):
            continue
        value -= worth
        if item:
            left[wish] -= 1
            story.given(back(sale, cup=1) if wish == "cup" else back(sale, pen=1))
        else:
            story.given(RefundRedemption(redemption=RedemptionId(sale), amount=worth, reason="correction"))
        for merchant, sort in (("lixian", "cup"), ("corner", "pen")):
            points, taken, times = each(story, merchant)
            assert 0 <= points <= 35 * left[sort]
            assert taken == left[sort]
            assert times == (points > 0)
            if value == 35 * sum(left.values()):
                assert points == 35 * left[sort], "nothing but pieces has come back"
        assert value <= each(story, "lixian")[0] + each(story, "corner")[0], "no more than came back"
    if value:
        story.given(RefundRedemption(redemption=RedemptionId(sale), amount=value, reason="correction"))
    assert (each(story, "lixian")[0], each(story, "corner")[0]) == (0, 0)


@pytest.mark.parametrize(
    "limit",
    [PIECES | {"kinds": ["grant"], "amount": 1}, YUAN | AT_ONE | {"kinds": ["grant"], "amount": 1}],
    ids=["pieces", "merchant"],
)
def test_what_has_no_pieces_and_no_merchant_cannot_be_limited_by_them(limit: dict[str, Any]) -> None:
    with pytest.raises(SchemeError):
        programme(wrong=limit)

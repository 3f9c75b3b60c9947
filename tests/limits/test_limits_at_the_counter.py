"""A scheme's limit on redemptions binds sales and holds alike, shows in a quote, and comes back with the goods."""

from typing import Any

import pytest

from ledger.limits.entities import Counter
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import CancelRedemption, PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.refusals import LimitExceeded, Refusal
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import AccountId, HolderId, ItemId, RedemptionId, UnitCode
from tests.given import Story
from tests.limits.test_limits import scheme
from tests.redemptions.test_quotes import quoted

WANG = HolderId("wang")
SPENT, SALES = "spent/holder:wang/2022-06", "sales/holder:wang/2022-06-01"


@pytest.fixture
def shop() -> Story:
    """Cups at 10 A; at most 50 A a month and 2 sales a day for each person."""
    limits: dict[str, dict[str, Any]] = {
        "spent": {"counts": "amount", "unit": "A", "per": ["person"], "window": "month", "amount": 50},
        "sales": {"counts": "times", "per": ["person"], "window": "day", "amount": 2},
    }
    story = Story(scheme(**{code: limit | {"kinds": ["redemption"]} for code, limit in limits.items()}))
    return story.given(
        RegisterPerson(holder=WANG),
        GrantPoints(to=AccountId("holder:wang"), unit=UnitCode("A"), amount=100),
        ListItem(id=ItemId("cup"), name="cup", price=10, unit=UnitCode("A")),
        ReceiveGoods(item=ItemId("cup"), quantity=50),
    )


def cups(n: int, id: str = "r", *, hold: bool = False) -> PlaceRedemption:
    return PlaceRedemption(
        holder=WANG, lines=(WantedLine(ItemId("cup"), n),), id=RedemptionId(id), hold=hold, confirmation=None
    )


def used(story: Story) -> tuple[int, int]:
    return story.the(Counter, SPENT).used, story.the(Counter, SALES).used


def refused(story: Story, n: int) -> Refusal:
    with pytest.raises(LimitExceeded) as caught:
        story.when(cups(n, "again"))
    return caught.value


def test_a_sale_beyond_the_month_is_refused_with_what_is_left(shop: Story) -> None:
    shop.given(cups(3))
    assert refused(shop, 3) == LimitExceeded(rule="spent", limit=50, used=30, offered=20, period="2022-06")
    assert shop.when(cups(2, "second"))


def test_the_third_sale_of_a_day_waits_for_tomorrow(shop: Story) -> None:
    shop.given(cups(1, "a"), cups(1, "b"))
    assert refused(shop, 1) == LimitExceeded(rule="sales", limit=2, used=2, offered=0, period="2022-06-01")
    assert shop.on("2022-06-02").when(cups(1, "c"))


def test_what_is_set_aside_counts_and_what_is_called_off_no_longer(shop: Story) -> None:
    shop.given(cups(5, hold=True))
    assert used(shop) == (50, 1)
    shop.given(CancelRedemption(redemption=RedemptionId("r"), reason="correction"))
    assert used(shop) == (0, 0)


def test_a_hold_that_time_has_ended_counts_no_longer(shop: Story) -> None:
    shop.given(cups(5, hold=True)).on("2022-06-30").let_time_act()
    assert used(shop) == (0, 0)


def test_returned_goods_give_their_value_back_and_the_last_of_them_the_sale(shop: Story) -> None:
    def back(n: int) -> RefundRedemption:
        lines = (ReturningLine(ItemId("cup"), n, restock=True),)
        return RefundRedemption(redemption=RedemptionId("r"), reason="correction", lines=lines)

    shop.given(cups(4), back(1))
    assert used(shop) == (30, 1)
    shop.given(back(3))
    assert used(shop) == (0, 0)


def test_a_quote_says_before_the_sale_that_it_would_pass_the_limit(shop: Story) -> None:
    fits, passes = (quoted(shop, WantedLine(ItemId("cup"), n), holder=WANG) for n in (5, 6))
    assert fits.possible
    assert not passes.possible
    assert (passes.lines[0].reason, passes.lines[0].numbers["offered"]) == ("limit-exceeded", 50)

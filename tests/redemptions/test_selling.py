"""Selling: points, stock and limits together or not at all; each refusal with its numbers."""

import msgspec
import pytest

from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.points.commands import OpenInitial
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.facts import RedemptionPlaced
from ledger.refusals import (
    AlreadyExists,
    ConfirmationRequired,
    InsufficientFunds,
    LimitExceeded,
    Malformed,
    NotFound,
    OutOfStock,
    SaleClosed,
    UnitMismatch,
)
from ledger.scheme.loading import load_scheme
from ledger.stock.commands import ChangeItem, ChangePrice, DelistItem, ReceiveGoods, RelistItem
from ledger.stock.entities import Limit
from ledger.values import AccountId, HolderId, Instant, ItemId
from tests.given import Story
from tests.redemptions.shop import (
    CUP,
    DAY_30_ENDS,
    LI,
    TOWEL,
    WANG,
    available,
    buy,
    granted,
    hold,
    listed,
    rules,
    shelf,
    shop,
    wallet,
)


def test_wang_qinli_spends_35_and_10_of_147_and_has_2_left_to_spend() -> None:
    site = load_scheme("safety-supermarket")
    story = shop(site, points=47, unit="safety_point").given(OpenInitial(account=AccountId("holder:wang")))
    assert wallet(story, unit="safety_point").balance == 147
    sale = msgspec.structs.replace(buy(G001=1, G002=1), confirmation="pin")
    (fact,) = story.when(sale)
    assert isinstance(fact, RedemptionPlaced)
    assert fact.amount == 45
    account = wallet(story, unit="safety_point")
    assert (account.balance, account.available(site.unit("safety_point"))) == (102, 2)
    next_towel = msgspec.structs.replace(buy(G002=1), confirmation="pin")
    story.refuses(next_towel, InsufficientFunds(required=10, available=2, missing=8))


def test_a_sale_takes_points_pieces_and_limits_in_one_fact() -> None:
    story = shop().given(ChangeItem(item=TOWEL, limit=Limit(3, "month")))
    facts = story.when(buy(G002=2))
    assert len(facts) == 1
    assert (wallet(story).balance, shelf(story, TOWEL).stock) == (80, 8)
    assert facts[0].counts[0].amount == 2  # type: ignore[attr-defined] # a sale counts
    assert facts[0].after.balance == 80  # type: ignore[attr-defined] # and shows the account


def test_a_sale_beyond_the_shelf_is_refused_with_what_is_there() -> None:
    shop(stock=2).refuses(buy(G002=3), OutOfStock(item=TOWEL, requested=3, available=2))


def test_the_same_item_on_two_lines_counts_once_together() -> None:
    twice = PlaceRedemption(holder=WANG, lines=(WantedLine(TOWEL, 2), WantedLine(TOWEL, 2)))
    shop(stock=3).refuses(twice, OutOfStock(item=TOWEL, requested=4, available=3))


@pytest.mark.parametrize(
    ("per", "window", "same", "other"),
    [
        ("day", "2022-06-15", "2022-06-15T15:59:59.999999Z", "2022-06-15T16:00:00.000000Z"),
        ("week", "2022-W24", "2022-06-19T15:59:59.999999Z", "2022-06-19T16:00:00.000000Z"),
        ("month", "2022-06", "2022-06-30T15:59:59.999999Z", DAY_30_ENDS),
        ("year", "2022", "2022-12-31T15:59:59.999999Z", "2022-12-31T16:00:00.000000Z"),
    ],
)
def test_a_limit_counts_one_person_in_windows_of_the_local_calendar(
    per: str, window: str, same: str, other: str
) -> None:
    limit = msgspec.convert({"quantity": 2, "per": per}, Limit)
    story = shop().given(ChangeItem(item=TOWEL, limit=limit), granted(100, to=LI)).on("2022-06-15")
    story.given(buy(G002=2))
    refusal = LimitExceeded(rule="item:" + TOWEL, limit=2, used=2, offered=0, period=window)
    story.on(same).refuses(buy(G002=1), refusal)
    story.given(buy(LI, G002=2))
    story.on(other).given(buy(G002=2))
    assert shelf(story, TOWEL).stock == 4


def test_one_man_with_two_records_has_one_limit() -> None:
    story = shop().given(ChangeItem(item=TOWEL, limit=Limit(3, "month")), granted(100, to=LI), buy(LI, G002=2))
    story.given(MergeHolders(old=LI, into=WANG, reason="correction"))
    story.refuses(buy(G002=2), LimitExceeded(rule="item:" + TOWEL, limit=3, used=2, offered=1, period="2022-06"))
    story.given(buy(G002=1))
    story.refuses(buy(G002=1), LimitExceeded(rule="item:" + TOWEL, limit=3, used=3, offered=0, period="2022-06"))


def test_a_sale_outside_its_window_is_refused_with_both_ends() -> None:
    opens, closes = Instant("2022-06-10T00:00:00.000000Z"), Instant("2022-06-20T00:00:00.000000Z")
    story = shop().given(ChangeItem(item=TOWEL, on_sale_from_at=opens, on_sale_to_at=closes))
    closed = SaleClosed(item=TOWEL, opens_at=opens, closes_at=closes)
    story.refuses(buy(G002=1), closed)
    story.on(opens).given(buy(G002=1))
    story.on(closes).refuses(buy(G002=1), closed)


def test_a_delisted_item_is_not_sold_until_it_is_listed_again() -> None:
    story = shop().on("2022-06-10").given(DelistItem(item=TOWEL))
    story.refuses(buy(G002=1), SaleClosed(item=TOWEL, opens_at=None, closes_at=story.at))
    story.given(RelistItem(item=TOWEL), buy(G002=1))


def test_a_sale_keeps_the_price_of_its_instant() -> None:
    story = shop().given(ChangePrice(item=TOWEL, price=12, from_at=Instant("2022-06-10T04:00:00.000000Z")))
    story.on("2022-06-10T03:59:59.999999Z").given(buy(G002=1))
    story.on("2022-06-10T04:00:00.000000Z").given(buy(G002=1))
    assert [fact.amount for fact in story.facts(RedemptionPlaced)] == [10, 12]


def test_items_of_two_units_are_two_sales() -> None:
    story = shop().given(listed(ItemId("B1"), 1, "B"), ReceiveGoods(item=ItemId("B1"), quantity=1))
    story.refuses(buy(G002=1, B1=1), UnitMismatch(expected="A", given="B"))


def test_what_does_not_exist_is_named() -> None:
    story = shop()
    story.refuses(buy(G404=1), NotFound(kind="item", id="G404"))
    story.refuses(buy(HolderId("nobody"), G002=1), NotFound(kind="holder", id="nobody"))


def test_an_id_of_the_callers_own_is_used_once() -> None:
    story = shop().given(buy(id="r1", G002=1))
    story.refuses(buy(id="r1", G002=1), AlreadyExists(kind="redemption", id="r1"))


@pytest.mark.parametrize("quantity", [0, -1, 2**53])
def test_a_line_is_of_whole_pieces(quantity: int) -> None:
    errors = [f"quantity: {quantity} is not between 1 and {2**53 - 1}"]
    shop().refuses(buy(G002=quantity), Malformed(errors=errors))


def test_an_empty_cart_is_malformed() -> None:
    shop().refuses(buy(), Malformed(errors=["lines: at least one"]))


def test_a_gift_without_price_needs_no_points() -> None:
    story = shop(points=0).given(ChangePrice(item=CUP, price=0))
    story.given(buy(G001=1), hold(G001=1))
    assert (wallet(story).balance, shelf(story, CUP).available) == (0, 8)


# Confirmation --------------------------------------------------------------------------------------------------


def test_a_sale_is_confirmed_where_the_scheme_says_so_and_the_fact_says_how() -> None:
    story = shop(rules(confirmation=("pin", "supervisor")))
    story.refuses(buy(G002=1), ConfirmationRequired(allowed=["pin", "supervisor"]))
    sale = msgspec.structs.replace(buy(G002=1), confirmation="supervisor", confirmed_by="person:chen")
    (fact,) = story.when(sale)
    assert isinstance(fact, RedemptionPlaced)
    assert (fact.confirmation, fact.confirmed_by) == ("supervisor", "person:chen")


def test_a_confirmation_of_another_kind_is_none() -> None:
    story = shop(rules(confirmation=("supervisor",)))
    story.refuses(
        msgspec.structs.replace(buy(G002=1), confirmation="pin"), ConfirmationRequired(allowed=["supervisor"])
    )


def test_a_supervisor_who_confirms_is_named() -> None:
    nameless = msgspec.structs.replace(buy(G002=1), confirmation="supervisor")
    errors = ["confirmed_by: a supervisor's confirmation names the supervisor"]
    shop().refuses(nameless, Malformed(errors=errors))


def test_a_refused_sale_changes_nothing() -> None:
    story = shop(points=40)
    before = dict(story.book.rows)
    story.refuses(buy(G001=1, G002=1), InsufficientFunds(required=45, available=40, missing=5))
    assert story.book.rows == before
    assert available(story) == 40


def test_a_person_without_an_account_has_nothing_to_spend() -> None:
    story: Story = shop(points=0).given(RegisterPerson(holder=HolderId("new")))
    story.refuses(buy(HolderId("new"), G002=1), InsufficientFunds(required=10, available=0, missing=10))

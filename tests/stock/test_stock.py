"""The shelf: received, scrapped, counted, priced; every difference explained by a fact of its own."""

import pytest

from ledger.refusals import (
    AlreadyExists,
    AmountOutOfRange,
    Malformed,
    NotEligible,
    NotFound,
    OutOfStock,
    UnknownSchemeTerm,
)
from ledger.room import Command
from ledger.stock.commands import (
    ChangeItem,
    ChangePrice,
    CountStock,
    DelistItem,
    ListItem,
    ReceiveGoods,
    RelistItem,
    ScrapGoods,
)
from ledger.stock.entities import Item, Limit, Price
from ledger.stock.facts import GoodsScrapped, StockCounted
from ledger.values import MAX_AMOUNT, Instant, ItemId, UnitCode
from tests.given import START, Story
from tests.redemptions.shop import granted, hold, shop

CUP = ItemId("G001")
WHOLE = f"is not between 1 and {MAX_AMOUNT}"


def cups(price: int = 35, limit: Limit | None = None, **window: Instant) -> ListItem:
    return ListItem(id=CUP, name="cup", price=price, unit=UnitCode("A"), limit=limit, **window)


def scrap(quantity: int, reason: str = "correction") -> ScrapGoods:
    return ScrapGoods(item=CUP, quantity=quantity, reason=reason)


@pytest.fixture
def story() -> Story:
    return Story("conformance").given(cups(), ReceiveGoods(item=CUP, quantity=10))


def cup(story: Story) -> Item:
    return story.the(Item, CUP)


def test_what_is_received_is_on_the_shelf_and_what_is_scrapped_is_not(story: Story) -> None:
    (fact,) = story.when(scrap(3))
    assert fact == GoodsScrapped(item=CUP, quantity=3, reason="correction", stock=7)
    assert cup(story).stock == 7


def test_more_than_is_there_cannot_be_scrapped(story: Story) -> None:
    story.refuses(scrap(11), OutOfStock(item=CUP, requested=11, available=10))


def test_pieces_kept_for_a_hold_cannot_be_scrapped_until_it_ends() -> None:
    story = shop().on("2022-06-10").given(hold(G001=2))
    story.refuses(scrap(9), OutOfStock(item=CUP, requested=9, available=8))
    story.on("2022-06-10T04:15:00.000000Z").given(scrap(9))
    assert (cup(story).stock, cup(story).held) == (1, 0)


@pytest.mark.parametrize(("counted", "difference"), [(7, -3), (10, 0), (12, 2), (0, -10)])
def test_a_count_is_believed_and_its_difference_is_a_fact(story: Story, counted: int, difference: int) -> None:
    (fact,) = story.when(CountStock(item=CUP, counted=counted))
    assert fact == StockCounted(item=CUP, expected=10, counted=counted, difference=difference)
    assert cup(story).stock == counted


def test_a_count_below_the_held_pieces_leaves_none_for_sale_and_the_holds_open() -> None:
    story = shop().given(granted(1000), hold(G001=4), CountStock(item=CUP, counted=3))
    item = cup(story)
    assert (item.stock, item.held, item.available, item.free(story.at)) == (3, 4, 0, 0)
    story.refuses(scrap(1), OutOfStock(item=CUP, requested=1, available=0))


def test_a_price_counts_from_its_instant_on(story: Story) -> None:
    noon = Instant("2022-06-10T04:00:00.000000Z")
    story.given(ChangePrice(item=CUP, price=40, from_at=noon))
    assert (cup(story).price(START), cup(story).price(Instant("2022-06-10T03:59:59.999999Z"))) == (35, 35)
    assert cup(story).price(noon) == 40


def test_a_price_without_an_instant_counts_at_once_and_old_ones_are_forgotten(story: Story) -> None:
    story.on("2022-06-10").given(ChangePrice(item=CUP, price=40)).on("2022-06-11").given(
        ChangePrice(item=CUP, price=41)
    )
    assert cup(story).prices == (Price(story.at, 41),)


def test_a_price_of_a_day_to_come_can_be_replaced_before_it_counts(story: Story) -> None:
    later = Instant("2022-07-01T00:00:00.000000Z")
    story.given(ChangePrice(item=CUP, price=40, from_at=later), ChangePrice(item=CUP, price=45, from_at=later))
    story.given(ChangePrice(item=CUP, price=30))
    assert (cup(story).price(story.at), cup(story).price(later)) == (30, 45)


def test_a_price_of_the_past_is_refused(story: Story) -> None:
    past = Instant("2022-06-09T00:00:00.000000Z")
    errors = ["from_at: 2022-06-09T00:00:00.000000Z has passed at 2022-06-10T04:00:00.000000Z"]
    story.on("2022-06-10").refuses(ChangePrice(item=CUP, price=1, from_at=past), Malformed(errors=errors))


@pytest.mark.parametrize("spelled", ["2022-07-01", "2022-07-01T00:00:00Z", "2022-07-01T08:00:00.000000+08:00", "soon"])
def test_an_instant_is_spelled_as_instants_are(story: Story, spelled: str) -> None:
    errors = [f"from_at: {spelled} is not an instant in UTC with six decimals"]
    story.refuses(ChangePrice(item=CUP, price=1, from_at=Instant(spelled)), Malformed(errors=errors))


def test_limit_and_window_are_changed_in_whole(story: Story) -> None:
    opens, closes = Instant("2022-07-01T00:00:00.000000Z"), Instant("2022-08-01T00:00:00.000000Z")
    story.given(ChangeItem(item=CUP, limit=Limit(1, "week"), on_sale_from_at=opens, on_sale_to_at=closes))
    assert (cup(story).limit, cup(story).on_sale_from_at, cup(story).on_sale_to_at) == (Limit(1, "week"), opens, closes)
    story.given(ChangeItem(item=CUP))
    assert (cup(story).limit, cup(story).on_sale_from_at, cup(story).on_sale_to_at) == (None, None, None)
    backwards = ChangeItem(item=CUP, on_sale_from_at=closes, on_sale_to_at=opens)
    story.refuses(backwards, Malformed(errors=["on_sale_to_at: not after on_sale_from_at"]))


def test_an_item_is_delisted_and_relisted_once_each(story: Story) -> None:
    story.refuses(RelistItem(item=CUP), NotEligible(reason="not-delisted"))
    story.given(DelistItem(item=CUP))
    story.refuses(DelistItem(item=CUP), NotEligible(reason="already-delisted"))
    story.given(RelistItem(item=CUP))
    assert cup(story).delisted_at is None


@pytest.mark.parametrize(
    ("wish", "errors"),
    [
        (cups(price=-1), [f"price: -1 is not between 0 and {MAX_AMOUNT}"]),
        (cups(limit=Limit(0, "day")), ["limit.quantity: at least 1"]),
        (ChangePrice(item=CUP, price=MAX_AMOUNT + 1), [f"price: {MAX_AMOUNT + 1} is not between 0 and {MAX_AMOUNT}"]),
        (ReceiveGoods(item=CUP, quantity=0), [f"quantity: 0 {WHOLE}"]),
        (scrap(0), [f"quantity: 0 {WHOLE}"]),
        (CountStock(item=CUP, counted=-1), [f"counted: -1 is not between 0 and {MAX_AMOUNT}"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_shelf_can_be_is_malformed(story: Story, wish: Command, errors: list[str]) -> None:
    story.refuses(wish, Malformed(errors=errors))


def test_an_item_is_listed_once_and_in_a_known_unit(story: Story) -> None:
    story.refuses(cups(), AlreadyExists(kind="item", id=CUP))
    unknown = ListItem(id=ItemId("X"), name="x", price=1, unit=UnitCode("gold"))
    story.refuses(unknown, UnknownSchemeTerm(term="unit", value="gold"))
    story.refuses(scrap(1, "whim"), UnknownSchemeTerm(term="reason", value="whim"))


def test_a_shelf_does_not_hold_more_than_can_be_counted(story: Story) -> None:
    story.refuses(ReceiveGoods(item=CUP, quantity=MAX_AMOUNT), AmountOutOfRange())


@pytest.mark.parametrize(
    "wish",
    [
        ChangeItem(item=ItemId("X")),
        ChangePrice(item=ItemId("X"), price=1),
        DelistItem(item=ItemId("X")),
        RelistItem(item=ItemId("X")),
        ReceiveGoods(item=ItemId("X"), quantity=1),
        ScrapGoods(item=ItemId("X"), quantity=1, reason="correction"),
        CountStock(item=ItemId("X"), counted=1),
    ],
    ids=lambda wish: type(wish).__name__,
)
def test_an_item_that_is_not_there_is_named(story: Story, wish: Command) -> None:
    story.refuses(wish, NotFound(kind="item", id="X"))

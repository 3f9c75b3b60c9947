"""Quotes: what the counter shows agrees with what the sale then does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.people.commands import RegisterPerson
from ledger.points.commands import FreezeAccount
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.quoting import Quote, quote
from ledger.refusals import Malformed, NotFound, Refusal
from ledger.stock.commands import ChangeItem, DelistItem, ReceiveGoods
from ledger.stock.entities import Limit
from ledger.values import AccountId, HolderId, ItemId, UnitCode
from tests.given import Story
from tests.redemptions.shop import LI, TOWEL, WANG, buy, granted, hold, lines, listed, rules, shop


def quoted(story: Story, *wanted: WantedLine, holder: HolderId = WANG) -> Quote:
    """A quote on the book on which time has acted."""
    story.let_time_act()
    view = story._decision()
    return quote(wanted, holder, view, view)


def reasons(answer: Quote) -> list[str | None]:
    return [line.reason for line in answer.lines]


def test_a_quote_shows_prices_totals_and_what_is_left_to_spend() -> None:
    story = shop().given(hold(G002=1))
    answer = quoted(story, *lines(G002=2, G001=1))
    assert [(line.item, line.price, line.amount, line.available) for line in answer.lines] == [
        ("G002", 10, 20, True),
        ("G001", 35, 35, True),
    ]
    assert (answer.amount, answer.balance, answer.spendable, answer.held, answer.available) == (55, 100, 100, 10, 90)
    assert (answer.missing, answer.possible, answer.unit) == (0, True, "A")


def test_what_is_missing_is_said_of_the_cart_and_of_the_line_that_does_not_fit() -> None:
    answer = quoted(shop(points=40), *lines(G001=1, G002=1))
    assert reasons(answer) == [None, "insufficient-funds"]
    assert answer.lines[1].numbers == {"required": 10, "available": 5, "missing": 5}
    assert (answer.missing, answer.possible) == (5, False)


def test_each_line_has_its_own_machine_reason_and_numbers() -> None:
    story = shop(points=1000, stock=3).given(ChangeItem(item=TOWEL, limit=Limit(1, "day")))
    story.given(listed(ItemId("OFF"), 1), DelistItem(item=ItemId("OFF")), listed(ItemId("B1"), 1, "B"))
    answer = quoted(story, *lines(G002=2, G001=4, OFF=1, G404=1, B1=1))
    assert reasons(answer) == ["limit-exceeded", "out-of-stock", "sale-closed", "not-found", "unit-mismatch"]
    assert answer.lines[1].numbers == {"item": "G001", "requested": 4, "available": 3}


def test_an_ended_hold_is_free_in_a_quote() -> None:
    story = shop(stock=1).on("2022-06-10").given(hold(G001=1), granted(100, to=LI))
    assert reasons(quoted(story, *lines(G001=1), holder=LI)) == ["out-of-stock"]
    story.on("2022-06-10T04:15:00.000000Z")
    assert reasons(quoted(story, *lines(G001=1), holder=LI)) == [None]


def test_what_stands_against_the_person_stands_against_every_line() -> None:
    freeze = FreezeAccount(account=AccountId("holder:wang"), unit=UnitCode("A"), reason="correction")
    assert reasons(quoted(shop().given(freeze), *lines(G001=1, G002=1))) == ["account-frozen"] * 2


def test_a_quote_says_how_a_sale_is_to_be_confirmed() -> None:
    assert quoted(shop(rules(confirmation=("pin",))), *lines(G002=1)).confirmation == ("pin",)


def test_an_unknown_person_and_an_empty_cart_have_no_quote() -> None:
    with pytest.raises(NotFound):
        quoted(shop(), *lines(G002=1), holder=HolderId("nobody"))
    with pytest.raises(Malformed):
        quoted(shop())


def test_nothing_that_is_an_item_has_no_unit() -> None:
    answer = quoted(shop(), *lines(G404=1))
    assert (answer.unit, answer.available, answer.possible) == (None, 0, False)


def test_a_quote_leaves_the_book_as_it_was() -> None:
    story = shop()
    before = dict(story.book.rows)
    quoted(story, *lines(G002=1))
    assert story.book.rows == before


CARTS = st.lists(
    st.builds(WantedLine, st.sampled_from([ItemId(id) for id in ("G001", "G002", "B1", "NIX")]), st.integers(1, 4)),
    min_size=1,
    max_size=4,
)


@given(
    cart=CARTS,
    points=st.integers(0, 150),
    stock=st.integers(0, 5),
    limit=st.none() | st.integers(1, 5),
    taken=st.integers(0, 2),
    held=st.booleans(),
    delisted=st.booleans(),
    setting_aside=st.booleans(),
)
def test_a_quote_without_objection_is_a_sale_that_succeeds(
    cart: list[WantedLine],
    points: int,
    stock: int,
    limit: int | None,
    taken: int,
    held: bool,
    delisted: bool,
    setting_aside: bool,
) -> None:
    story = shop(points=points, stock=stock).given(RegisterPerson(holder=HolderId("new")))
    story.given(listed(ItemId("B1"), 0, "B"), ReceiveGoods(item=ItemId("B1"), quantity=1))
    if limit is not None:
        story.given(ChangeItem(item=TOWEL, limit=Limit(limit, "day")))
    if taken and quoted(story, *lines(G002=taken)).possible:
        story.given(hold(G002=taken) if held else buy(G002=taken))
    if delisted:
        story.given(DelistItem(item=ItemId("G001")))
    answer = quoted(story, *cart)
    wish = PlaceRedemption(holder=WANG, lines=tuple(cart), hold=setting_aside)
    refused = refusal_of(story, wish)
    assert answer.possible == (refused is None)
    if refused is None:
        assert answer.amount == story.journal[-1].data.amount
    else:
        assert refused.code in reasons(answer) or answer.missing


def refusal_of(story: Story, wish: PlaceRedemption) -> Refusal | None:
    """What placing answers, or None when it succeeded."""
    try:
        story.when(wish)
    except Refusal as refusal:
        return refusal
    return None

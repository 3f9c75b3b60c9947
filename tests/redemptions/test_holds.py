"""Holds: set aside at once, fulfilled, called off or ended by time; earmarked lots outlive their day."""

import msgspec
import pytest

from ledger.points.commands import DeductPoints, FreezeAccount
from ledger.points.facts import LotsLapsed
from ledger.redemptions.facts import RedemptionCancelled, RedemptionExpired, RedemptionFulfilled, RedemptionHeld
from ledger.refusals import (
    AccountFrozen,
    HoldAlreadyCaptured,
    HoldAlreadyVoided,
    HoldExpired,
    InsufficientFunds,
    LimitExceeded,
    Malformed,
    NotEligible,
    NotFound,
    OutOfStock,
)
from ledger.stock.commands import ChangeItem, ChangePrice, CountStock, ListItem, ReceiveGoods
from ledger.stock.entities import Limit
from ledger.values import AccountId, Instant, ItemId, UnitCode
from tests.given import Story
from tests.redemptions.shop import (
    LI,
    TOWEL,
    available,
    back,
    buy,
    cancel,
    fulfil,
    granted,
    hold,
    open_lots,
    redemption,
    rules,
    shelf,
    shop,
    wallet,
)

NOON = "2022-06-10T04:00:00.000000Z"
IN_15_MINUTES = "2022-06-10T04:15:00.000000Z"


def at_noon(*, stock: int = 10) -> Story:
    return shop(stock=stock).on(NOON)


def deduct(amount: int, unit: str = "A") -> DeductPoints:
    return DeductPoints(account=AccountId("holder:wang"), unit=UnitCode(unit), amount=amount, reason="correction")


def test_a_hold_counts_against_points_stock_and_limit_at_once() -> None:
    story = at_noon(stock=5).given(ChangeItem(item=TOWEL, limit=Limit(4, "day")))
    (fact,) = story.when(hold(id="h", G002=3))
    assert isinstance(fact, RedemptionHeld)
    assert (fact.entry(), fact.expires_at) == (None, IN_15_MINUTES)
    account = wallet(story)
    assert (account.balance, account.held, available(story)) == (100, 30, 70)
    assert (shelf(story, TOWEL).stock, shelf(story, TOWEL).held, shelf(story, TOWEL).available) == (5, 3, 2)
    story.refuses(buy(G002=2), LimitExceeded(rule="item:" + TOWEL, limit=4, used=3, offered=1, period="2022-06-10"))
    story.refuses(buy(G001=3), InsufficientFunds(required=105, available=70, missing=35))
    story.given(granted(500, to=LI)).refuses(buy(LI, G002=3), OutOfStock(item=TOWEL, requested=3, available=2))


def test_fulfilment_posts_the_sale_at_the_prices_of_the_hold() -> None:
    story = at_noon().given(hold(id="h", G002=3), ChangePrice(item=TOWEL, price=99))
    (fact,) = story.when(fulfil("h"))
    assert isinstance(fact, RedemptionFulfilled)
    assert [posting.amount for posting in fact.entry().postings] == [-30, 30]
    account = wallet(story)
    assert (account.balance, account.spent, account.held, account.holds) == (70, 30, 0, ())
    assert (shelf(story, TOWEL).stock, shelf(story, TOWEL).held) == (7, 0)
    assert redemption(story, "h").status == "fulfilled"


def test_a_hold_is_fulfilled_once() -> None:
    story = at_noon().given(hold(id="h", G002=1), fulfil("h"))
    story.refuses(fulfil("h"), HoldAlreadyCaptured(captured_at=Instant(NOON)))


def test_a_cancelled_hold_releases_everything_and_is_not_fulfilled() -> None:
    story = at_noon().given(ChangeItem(item=TOWEL, limit=Limit(3, "day")), hold(id="h", G002=3))
    (fact,) = story.when(cancel("h"))
    assert isinstance(fact, RedemptionCancelled)
    assert fact.entry() is None
    assert (wallet(story).held, available(story), shelf(story, TOWEL).available) == (0, 100, 10)
    story.refuses(fulfil("h"), HoldAlreadyVoided(voided_at=Instant(NOON)))
    story.refuses(cancel("h"), HoldAlreadyVoided(voided_at=Instant(NOON)))
    story.given(buy(G002=3))


def test_a_hold_ends_by_itself_at_its_instant_and_everything_is_free() -> None:
    story = at_noon().given(ChangeItem(item=TOWEL, limit=Limit(3, "day")), hold(id="h", G002=3))
    story.on(IN_15_MINUTES).given(buy(G002=3))
    (ended,) = story.facts(RedemptionExpired)
    assert ended.released == redemption(story, "h").paid
    (envelope,) = [item for item in story.journal if item.data == ended]
    assert (envelope.occurred_at, envelope.by.principal) == (IN_15_MINUTES, "system")
    assert (wallet(story).held, wallet(story).balance, shelf(story, TOWEL).stock) == (0, 70, 7)


def test_at_equal_instants_the_expiry_wins() -> None:
    story = at_noon().given(hold(id="h", G002=1))
    story.on("2022-06-10T04:14:59.999999Z").given(hold(id="other", G002=1), fulfil("other"))
    story.on(IN_15_MINUTES).refuses(fulfil("h"), HoldExpired(expired_at=Instant(IN_15_MINUTES)))
    story.refuses(cancel("h"), HoldExpired(expired_at=Instant(IN_15_MINUTES)))


def test_a_hold_lasts_as_long_as_asked_up_to_the_schemes_cap() -> None:
    story = shop(rules(hold_cap=3600)).on(NOON)
    story.given(hold(id="h", expires_in=3600, G002=1))
    assert redemption(story, "h").expires_at == "2022-06-10T05:00:00.000000Z"
    for seconds in (0, 3601):
        errors = [f"expires_in: {seconds} is not between 1 and the cap of 3600 seconds"]
        story.refuses(hold(expires_in=seconds, G002=1), Malformed(errors=errors))


def test_only_a_hold_has_an_end() -> None:
    wish = msgspec.structs.replace(buy(G002=1), expires_in=60)
    shop().refuses(wish, Malformed(errors=["expires_in: only with hold"]))


def test_earmarked_lots_outlive_their_day_and_pay() -> None:
    story = shop(points=0).given(granted(30, until="2022-06-10"), granted(50))
    story.on("2022-06-10T15:55:00.000000Z").given(hold(id="h", G002=2))
    story.on("2022-06-10T16:05:00.000000Z").given(fulfil("h"))
    assert [fact.amount for fact in story.facts(LotsLapsed)] == [10]
    assert (wallet(story).balance, wallet(story).spent) == (50, 20)


def test_released_value_past_its_day_lapses_in_the_same_transaction() -> None:
    story = shop(points=0).given(granted(30, until="2022-06-10"), granted(50))
    story.on("2022-06-10T15:55:00.000000Z").given(hold(id="h", G002=2), hold(id="i", G002=1))
    cancelled = story.on("2022-06-10T16:05:00.000000Z").when(cancel("h"))
    assert [type(fact) for fact in cancelled] == [RedemptionCancelled, LotsLapsed]
    assert cancelled[1].amount == 20  # type: ignore[attr-defined] # a lapse has an amount
    story.on("2022-06-10T16:10:00.000000Z").given(granted(1))
    expired, lapsed = story.journal[-3:-1]
    assert (type(expired.data), type(lapsed.data)) == (RedemptionExpired, LotsLapsed)
    assert (expired.tx, lapsed.occurred_at) == (lapsed.tx, "2022-06-10T16:10:00.000000Z")
    assert open_lots(story) == [(None, ((0, 51),))]


def test_value_that_lapses_after_the_hold_ended_lapses_at_its_own_midnight() -> None:
    story = shop(points=0).given(granted(30, until="2022-06-10")).on(NOON).given(hold(id="h", G002=3))
    story.on("2022-06-11").given(granted(1))
    lapsed = [item for item in story.journal if isinstance(item.data, LotsLapsed)]
    assert [(item.occurred_at, item.data.amount) for item in lapsed] == [("2022-06-10T16:00:00.000000Z", 30)]


def test_a_deduction_never_takes_what_is_set_aside() -> None:
    story = shop(points=50).given(hold(id="h", G002=4))
    story.refuses(deduct(11), InsufficientFunds(required=11, available=10, missing=1))
    story.given(deduct(10), fulfil("h"))
    assert wallet(story).balance == 0


def test_released_value_repays_what_is_owed_first() -> None:
    story = shop(points=0).given(ListItem(id=ItemId("D1"), name="D1", price=10, unit=UnitCode("D")))
    story.given(ReceiveGoods(item=ItemId("D1"), quantity=9), granted(50, unit="D"), hold(id="h", D1=4))
    story.given(deduct(30, "D"))
    assert (wallet(story, unit="D").debt, wallet(story, unit="D").balance) == (20, 20)
    story.given(cancel("h"))
    account = wallet(story, unit="D")
    assert (account.debt, account.balance, account.held, sum(pool.remaining for pool in account.pools)) == (
        0,
        20,
        0,
        20,
    )


def test_a_hold_whose_pieces_were_counted_away_waits_for_goods() -> None:
    story = at_noon().given(hold(id="h", G002=3), CountStock(item=TOWEL, counted=2))
    assert (shelf(story, TOWEL).stock, shelf(story, TOWEL).available) == (2, 0)
    story.refuses(fulfil("h"), OutOfStock(item=TOWEL, requested=3, available=2))
    story.given(ReceiveGoods(item=TOWEL, quantity=1), fulfil("h"))
    assert (shelf(story, TOWEL).stock, shelf(story, TOWEL).held) == (0, 0)


def test_an_open_hold_is_not_refunded_and_an_unknown_one_not_found() -> None:
    story = at_noon().given(hold(id="h", G002=1))
    story.refuses(back("h", G002=1), NotEligible(reason="not-handed-over"))
    for wish in (fulfil("nix"), cancel("nix"), back("nix", G002=1)):
        story.refuses(wish, NotFound(kind="redemption", id="nix"))


@pytest.mark.parametrize("frees", ["cancel", "expiry"])
def test_a_frozen_account_takes_no_goods_but_lets_holds_go(frees: str) -> None:
    freeze = FreezeAccount(account=AccountId("holder:wang"), unit=UnitCode("A"), reason="correction")
    story = at_noon().given(hold(id="h", G002=1), freeze)
    story.refuses(fulfil("h"), AccountFrozen(since=Instant(NOON)))
    story.refuses(hold(G002=1), AccountFrozen(since=Instant(NOON)))
    if frees == "cancel":
        story.given(cancel("h"))
    else:
        story.on(IN_15_MINUTES).let_time_act()
    assert wallet(story).held == 0

"""Holds that are voided, run out, or are given more time: what they held is free, lapsed, or held on."""

from typing import Any

import msgspec
import pytest

from ledger.holds.facts import HoldExpired as HoldRanOut
from ledger.holds.facts import HoldExtended, HoldVoided
from ledger.limits.entities import Counter
from ledger.points.commands import FreezeAccount
from ledger.points.entities import OpenHold
from ledger.points.facts import LotsLapsed
from ledger.redemptions.facts import RedemptionExpired
from ledger.refusals import (
    HoldAlreadyVoided,
    HoldExpired,
    LimitExceeded,
    Malformed,
    NotFound,
)
from ledger.scheme.limiting import Limit
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme
from ledger.scheme.words import Names
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import HolderId, Instant, ItemId, UnitCode
from tests.given import Story
from tests.holds.bank import (
    AFTER_MIDNIGHT,
    BEFORE_MIDNIGHT,
    IN_15_MINUTES,
    IN_TEN_MINUTES_MORE,
    LI,
    NOON,
    SHOP,
    TILL,
    WANG,
    at,
    bank,
    capture,
    deducted,
    extend,
    figures,
    frozen,
    granted,
    hold,
    open_pools,
    the_hold,
    void,
)
from tests.redemptions import shop


def past_its_day() -> Story:
    """A hold of 20 of 30 points, over which midnight has passed."""
    story = bank(points=0).given(granted(30, until="2022-06-10"), granted(50))
    return story.on(BEFORE_MIDNIGHT).given(hold(20, to=SHOP)).on(AFTER_MIDNIGHT)


# Void ----------------------------------------------------------------------------------------------------------


def test_a_void_sets_everything_free_on_both_sides() -> None:
    story = bank().given(hold(30, to=SHOP), capture(10))
    (fact,) = story.when(void())
    assert isinstance(fact, HoldVoided)
    assert (fact.amount, fact.entry(), the_hold(story).status) == (20, None, "voided")
    assert (figures(story), figures(story, SHOP)) == ((90, 0, 0), (10, 0, 0))
    assert (at(story).holds, at(story, SHOP).towards) == ((), ())
    story.refuses(void(), HoldAlreadyVoided(voided_at=Instant(NOON)))
    story.refuses(void("none"), NotFound(kind="hold", id="none"))


def test_a_frozen_account_lets_go() -> None:
    story = bank().given(hold(30, to=SHOP), hold(5, id="i"), frozen(WANG), frozen(SHOP), void())
    assert (figures(story), figures(story, SHOP)) == ((100, 5, 0), (0, 0, 0))
    story.on(IN_15_MINUTES).given(granted(1, LI))
    assert figures(story) == (100, 0, 0)


def test_what_is_past_its_day_lapses_with_the_void() -> None:
    story = past_its_day()
    voided, lapsed = story.when(void())
    assert isinstance(voided, HoldVoided)
    assert isinstance(lapsed, LotsLapsed)
    assert (lapsed.amount, story.journal[-1].tx == story.journal[-2].tx) == (20, True)
    assert (figures(story), figures(story, SHOP)) == ((50, 0, 0), (0, 0, 0))


def test_what_is_set_free_repays_debts_before_it_lapses() -> None:
    story = bank(points=0).given(granted(30, until="2022-06-10", unit="D")).on(BEFORE_MIDNIGHT)
    story.given(hold(20, unit="D"), deducted(25)).on(AFTER_MIDNIGHT)
    voided, lapsed = story.when(void())
    assert isinstance(voided, HoldVoided)
    assert isinstance(lapsed, LotsLapsed)
    assert ([item.lot.amount for item in voided.repaid], lapsed.amount) == ([15], 5)
    assert figures(story, unit="D") == (0, 0, 0)


# Time ----------------------------------------------------------------------------------------------------------


def test_a_hold_ends_at_its_instant_and_not_before() -> None:
    story = bank().given(hold(30, to=SHOP)).on("2022-06-10T04:14:59.999999Z").given(granted(1, LI))
    assert (the_hold(story).status, figures(story)) == ("open", (100, 30, 0))
    story.on(IN_15_MINUTES).refuses(void(), HoldExpired(expired_at=Instant(IN_15_MINUTES)))
    (fact,) = story.facts(HoldRanOut)
    (envelope,) = [item for item in story.journal if item.data == fact]
    assert (envelope.occurred_at, envelope.by.principal, fact.amount) == (IN_15_MINUTES, "system", 30)
    assert (the_hold(story).status, the_hold(story).ended_at) == ("expired", IN_15_MINUTES)
    assert (figures(story), figures(story, SHOP)) == ((100, 0, 0), (0, 0, 0))
    for wish in (capture(), extend(60)):
        story.refuses(wish, HoldExpired(expired_at=Instant(IN_15_MINUTES)))


def test_a_reader_sees_the_end_before_it_is_recorded() -> None:
    open_hold = the_hold(bank().given(hold(30)))
    assert open_hold.seen_at(Instant("2022-06-10T04:14:59.999999Z")) == open_hold
    seen = open_hold.seen_at(Instant(IN_15_MINUTES))
    assert (seen.status, seen.remaining, seen.ended_at) == ("expired", 0, IN_15_MINUTES)


def test_lots_outlive_their_day_until_the_hold_ends() -> None:
    story = past_its_day()
    story.given(granted(1, LI))
    assert [fact.amount for fact in story.facts(LotsLapsed)] == [10]
    story.on(IN_TEN_MINUTES_MORE).given(granted(1, LI))
    expired, lapsed = [item for item in story.journal if isinstance(item.data, HoldRanOut | LotsLapsed)][-2:]
    assert (expired.tx, expired.occurred_at, lapsed.occurred_at) == (lapsed.tx, *(IN_TEN_MINUTES_MORE,) * 2)
    assert (figures(story), open_pools(story)) == ((50, 0, 0), [(None, ((0, 50),))])


def test_time_ends_holds_of_goods_and_of_value_in_their_order() -> None:
    story = bank()
    story.given(ListItem(id=ItemId("G002"), name="towel", price=10, unit=UnitCode("A")))
    story.given(ReceiveGoods(item=ItemId("G002"), quantity=9))
    for number, seconds in enumerate((300, 100, 200, 400)):
        wang = HolderId("wang")
        goods = shop.hold(wang, id=f"r{number}", expires_in=seconds, G002=1)
        story.given(goods if number % 2 else hold(10, id=f"h{number}", expires_in=seconds))
    story.on("2022-06-10T04:06:00.000000Z").given(granted(1))
    ended = [item.stream for item in story.journal if isinstance(item.data, HoldRanOut | RedemptionExpired)]
    assert ended == ["redemption:r1", "hold:h2", "hold:h0"]
    assert [item.of for item in at(story).holds] == ["redemption:r3"]


def test_naming_the_payee_ends_what_was_held_for_it() -> None:
    story = bank().given(hold(30, to=SHOP), hold(40, TILL, to=SHOP, id="i", expires_in=60)).on(IN_15_MINUTES)
    decision = story._decision()
    decision.lapse(story_dues(), at(story, SHOP))
    assert [(item.stream, item.occurred_at) for item in decision.envelopes] == [
        ("hold:i", "2022-06-10T04:01:00.000000Z"),
        ("hold:h", IN_15_MINUTES),
    ]


def story_dues() -> Any:
    from tests.given import REGISTRY

    return REGISTRY.dues["account"]


# Extending -----------------------------------------------------------------------------------------------------


def test_an_extension_counts_from_now() -> None:
    story = bank().given(hold(30, to=SHOP), capture(10)).on("2022-06-10T04:10:00.000000Z")
    (fact,) = story.when(extend(900))
    assert isinstance(fact, HoldExtended)
    assert (fact.amount, fact.old_expires_at, fact.expires_at) == (20, IN_15_MINUTES, "2022-06-10T04:25:00.000000Z")
    assert at(story).holds == at(story, SHOP).towards == (OpenHold("hold:h", Instant("2022-06-10T04:25:00.000000Z")),)
    story.on("2022-06-10T04:20:00.000000Z").given(capture(5, final=True))
    assert (figures(story), figures(story, SHOP)) == ((85, 0, 0), (15, 0, 0))


def test_an_extension_keeps_to_the_cap_and_to_lots_that_never_expire() -> None:
    story = bank().given(granted(20, until="2022-06-20"), hold(30))
    story.refuses(
        extend(2_592_001),
        Malformed(errors=["expires_in: 2592001 is not between 0 and the cap of 2592000 seconds"]),
    )
    with pytest.raises(Malformed, match="some of these end on 2022-06-20"):
        story.when(extend(0))
    story.given(capture(20), extend(0))
    assert (the_hold(story).expires_at, at(story).holds[0].expires_at) == (None, None)
    story.refuses(extend(-1), Malformed(errors=["expires_in: -1 is not between 0 and the cap of 2592000 seconds"]))
    story.given(extend(60)).on(IN_15_MINUTES).given(granted(1))
    assert the_hold(story).status == "expired"


def test_an_extension_may_be_shorter_and_a_freeze_does_not_stop_it() -> None:
    story = bank().given(hold(30), hold(10, id="i", expires_in=60))
    story.given(FreezeAccount(account=WANG, unit=UnitCode("A"), reason="correction"), extend(30))
    assert [item.of for item in at(story).holds] == ["hold:h", "hold:i"]


# Limits --------------------------------------------------------------------------------------------------------


def limited() -> Scheme:
    limit = Limit(
        code="held-a-day",
        names=Names(zh="每日预留", en="Held a day"),
        counts="amount",
        kinds=("hold",),
        unit="A",
        per=("person",),
        window="day",
        amount=50,
    )
    return msgspec.structs.replace(load_scheme("conformance"), limits={limit.code: limit})


def test_a_hold_draws_on_its_limits_and_what_is_set_free_comes_back() -> None:
    story = bank(scheme=limited()).given(hold(40))
    used = "held-a-day/holder:wang/2022-06-10"
    refusal = LimitExceeded(rule="held-a-day", limit=50, used=40, offered=10, period="2022-06-10")
    story.refuses(hold(11, id="i"), refusal)
    for wish, left in ((capture(10), 40), (capture(5, final=True), 15), (hold(30, id="i"), 45), (void("i"), 15)):
        story.given(wish)
        assert story.the(Counter, used).used == left
    story.given(hold(35, id="j")).on(IN_15_MINUTES).given(granted(1))
    assert story.the(Counter, used).used == 15

"""Capturing: in parts, soonest expiry first, with the terms that were held; what is over and past its day lapses."""

import pytest

from ledger import chart
from ledger.accounting import Posting
from ledger.holds.facts import HoldCaptured
from ledger.points.entities import OVERDRAFT, Debt
from ledger.points.facts import LotsLapsed
from ledger.pools import Landed, Terms
from ledger.refusals import (
    AccountFrozen,
    AmountOutOfRange,
    ExceedsHold,
    HoldAlreadyCaptured,
    HoldAlreadyVoided,
    HoldExpired,
    Malformed,
    NotFound,
)
from ledger.values import MAX_AMOUNT, AccountId, Day, Instant, UnitCode
from tests.given import Story
from tests.holds.bank import (
    AFTER_MIDNIGHT,
    BEFORE_MIDNIGHT,
    IN_15_MINUTES,
    LI,
    LINE,
    NOON,
    SHOP,
    TILL,
    WANG,
    at,
    bank,
    capture,
    deducted,
    figures,
    frozen,
    granted,
    hold,
    open_pools,
    the_hold,
    void,
)


def captured(story: Story, *wish: int, final: bool = False, of: str = "h") -> HoldCaptured:
    fact = story.when(capture(*wish, final=final, of=of))[0]
    assert isinstance(fact, HoldCaptured)
    return fact


def test_without_a_payee_captured_value_is_redeemed() -> None:
    story = bank().given(hold(30))
    fact = captured(story)
    assert fact.entry().postings == (
        Posting(WANG, UnitCode("A"), -30),
        Posting(chart.REDEEMED, UnitCode("A"), 30),
    )
    assert (figures(story), at(story).spent, at(story).holds) == ((70, 0, 0), 30, ())
    assert (the_hold(story).status, the_hold(story).captured, fact.remaining) == ("captured", 30, 0)


def test_several_parts_until_nothing_is_left() -> None:
    story = bank().given(hold(30, to=SHOP))
    for amount, left, incoming in ((10, 20, 20), (5, 15, 15)):
        fact = captured(story, amount)
        assert (fact.amount, fact.remaining, the_hold(story).status) == (amount, left, "open")
        assert figures(story, SHOP) == (30 - left, 0, incoming)
        assert (at(story).held, the_hold(story).remaining) == (left, left)
    story.refuses(capture(16), ExceedsHold(held=15))
    assert captured(story, 15).remaining == 0
    assert (the_hold(story).status, figures(story), figures(story, SHOP)) == ("captured", (70, 0, 0), (30, 0, 0))
    assert (at(story).holds, at(story, SHOP).towards) == ((), ())
    story.refuses(capture(1), HoldAlreadyCaptured(captured_at=Instant(NOON)))


def test_a_final_part_sets_the_rest_free_in_the_same_fact() -> None:
    story = bank().given(hold(30, to=SHOP), capture(10))
    fact = captured(story, 5, final=True)
    assert (fact.remaining, fact.freed, [lot.amount for lot in fact.released]) == (0, 15, [15])
    assert (figures(story), figures(story, SHOP)) == ((85, 0, 0), (15, 0, 0))
    assert open_pools(story) == [(None, ((15, 100),))]
    story.refuses(void(), HoldAlreadyCaptured(captured_at=Instant(NOON)))


def test_lots_keep_their_terms_and_leave_soonest_expiry_first() -> None:
    story = bank(points=0).given(granted(50), granted(20, until="2022-06-20")).given(hold(60, to=LI))
    assert [(item.start, item.end, item.terms.expires_on) for item in captured(story, 15).landed] == [
        (0, 15, "2022-06-20")
    ]
    second = captured(story, 45)
    assert [(item.amount, item.start, item.end) for item in (lot for lot in second.taken)] == [(5, 15, 20), (40, 0, 40)]
    assert open_pools(story, LI) == [("2022-06-20", ((0, 20),)), (None, ((0, 40),))]


def test_what_arrives_repays_first() -> None:
    story = bank(unit="D").given(deducted(30, LI), hold(50, TILL, to=LI, unit="D"))
    fact = captured(story)
    assert sum(item.lot.amount for item in fact.repaid) == 30
    assert (figures(story, LI, "D"), at(story, LI, "D").debts) == ((20, 0, 0), ())


def test_what_is_set_free_repays_first_too() -> None:
    story = bank(unit="D").given(hold(80, unit="D"), deducted(50))
    fact = captured(story, 20, final=True)
    assert ([item.lot.amount for item in fact.settled], fact.freed) == ([30], 60)
    assert (figures(story, unit="D"), at(story, unit="D").debts) == ((30, 0, 0), ())
    assert open_pools(story, unit="D") == [(None, ((50, 80),))]


# Past its day ----------------------------------------------------------------------------------------------------


def past_its_day(to: AccountId) -> Story:
    """A hold of 20 of 30 points whose last day was yesterday."""
    story = bank(points=0).given(granted(30, until="2022-06-10"), granted(50))
    return story.on(BEFORE_MIDNIGHT).given(hold(20, to=to)).on(AFTER_MIDNIGHT)


def test_a_merchant_is_paid_in_lots_that_never_expire() -> None:
    story = past_its_day(SHOP)
    fact = captured(story)
    pool = fact.landed[0].pool
    assert fact.landed == (Landed(pool=pool, start=0, end=20, terms=Terms(), of=fact.taken[0]),)
    assert [lapsed.amount for lapsed in story.facts(LotsLapsed)] == [10]
    assert figures(story, SHOP) == (20, 0, 0)
    story.on("2023-06-01").given(granted(1, SHOP))
    assert open_pools(story, SHOP) == [(None, ((0, 21),))]


def test_a_person_is_paid_in_lots_that_lapse_at_once() -> None:
    story = past_its_day(LI)
    _captured, lapsed = story.when(capture())
    assert isinstance(lapsed, LotsLapsed)
    assert (lapsed.account, lapsed.amount, lapsed.ended_on, lapsed.cause) == (LI, 20, Day("2022-06-10"), "expired")
    assert story.journal[-1].occurred_at == AFTER_MIDNIGHT
    assert (figures(story, LI), at(story, LI).lapsed) == ((0, 0, 0), 20)


def test_what_is_left_of_it_lapses_with_the_final_capture() -> None:
    story = past_its_day(SHOP)
    _captured, lapsed = story.when(capture(5, final=True))
    assert isinstance(lapsed, LotsLapsed)
    assert (lapsed.account, lapsed.amount, story.journal[-2].tx) == (WANG, 15, story.tx)
    assert (figures(story), figures(story, SHOP)) == ((50, 0, 0), (5, 0, 0))


# A credit line ---------------------------------------------------------------------------------------------------


def test_the_reserve_goes_below_zero_when_it_is_captured() -> None:
    story = bank().given(granted(20, LINE), hold(60, LINE, to=SHOP))
    fact = captured(story, 30)
    assert (fact.reserved, fact.drawn, [lot.amount for lot in fact.taken]) == (10, 10, [20])
    assert [(item.terms, item.of is None, item.lot.amount) for item in fact.landed] == [
        (Terms(), False, 20),
        (Terms(), True, 10),
    ]
    assert (figures(story, LINE), at(story, LINE).debts) == ((-10, 30, 0), (Debt(OVERDRAFT, 10),))
    captured(story)
    assert (figures(story, LINE), at(story, LINE).debts) == ((-40, 0, 0), (Debt(OVERDRAFT, 40),))
    assert figures(story, SHOP) == (60, 0, 0)


def test_what_came_in_meanwhile_pays_before_the_line_is_drawn() -> None:
    story = bank().given(hold(40, LINE, to=SHOP), granted(30, LINE))
    fact = captured(story)
    assert (fact.reserved, fact.drawn, fact.earmarked) == (40, 10, ())
    assert [lot.amount for lot in fact.open_taken] == [30]
    assert (figures(story, LINE), open_pools(story, LINE)) == ((-10, 0, 0), [])


def test_a_reserve_that_is_not_captured_is_free_again() -> None:
    story = bank().given(granted(20, LINE), hold(60, LINE))
    fact = captured(story, 5, final=True)
    assert (fact.freed, fact.unreserved, figures(story, LINE)) == (55, 40, (15, 0, 0))


def test_released_lots_fill_the_hole_that_another_hold_has_made() -> None:
    story = bank().given(granted(20, LINE), hold(20, LINE), hold(50, LINE, id="i"), capture(of="i"))
    assert at(story, LINE).debts == (Debt(OVERDRAFT, 50),)
    story.given(void())
    assert (at(story, LINE).debts, open_pools(story, LINE)) == ((Debt(OVERDRAFT, 30),), [])


# Refused ---------------------------------------------------------------------------------------------------------


def test_who_comes_too_late() -> None:
    story = bank().given(hold(30), hold(30, id="i"), void("i"))
    story.refuses(capture(of="i"), HoldAlreadyVoided(voided_at=Instant(NOON)))
    story.refuses(capture(of="none"), NotFound(kind="hold", id="none"))
    story.on("2022-06-10T04:14:59.999999Z").given(capture(1))
    story.on(IN_15_MINUTES).refuses(capture(1), HoldExpired(expired_at=Instant(IN_15_MINUTES)))


@pytest.mark.parametrize("side", [WANG, SHOP])
def test_a_frozen_side_stops_a_capture(side: AccountId) -> None:
    story = bank().given(hold(30, to=SHOP), frozen(side))
    story.refuses(capture(), AccountFrozen(since=Instant(NOON)))


def test_amounts_that_no_capture_has() -> None:
    story = bank().given(hold(30))
    story.refuses(capture(0), Malformed(errors=[f"amount: 0 is not between 1 and {MAX_AMOUNT}"]))
    story.refuses(capture(31), ExceedsHold(held=30))


def test_a_result_that_no_reader_keeps_exact() -> None:
    story = bank().given(hold(30, to=SHOP), granted(MAX_AMOUNT - 10, SHOP))
    story.refuses(capture(), AmountOutOfRange())
    story.given(capture(10))

"""Placing a hold: what is set aside counts at once, on both sides, and nothing has moved."""

import pytest

from ledger.holds.facts import HoldPlaced
from ledger.people.commands import BarHolder, LeaveSite, MergeHolders
from ledger.points.entities import OpenHold
from ledger.pools import Lot
from ledger.refusals import (
    AccountFrozen,
    AlreadyExists,
    AmountOutOfRange,
    HolderBarred,
    InsufficientFunds,
    Malformed,
    NotEligible,
    NotFound,
    Refusal,
    SameAccount,
    UnknownSchemeTerm,
)
from ledger.values import MAX_AMOUNT, AccountId, Day, HolderId, Instant
from tests.holds.bank import (
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
    opened,
    the_hold,
    void,
)


def test_a_hold_sets_lots_aside_and_moves_nothing() -> None:
    story = bank()
    (fact,) = story.when(hold(30))
    assert isinstance(fact, HoldPlaced)
    assert (fact.amount, fact.entry(), fact.expires_at) == (30, None, IN_15_MINUTES)
    assert (figures(story), open_pools(story)) == ((100, 30, 0), [(None, ((30, 100),))])
    assert fact.after is not None
    assert (fact.after.available, fact.to_after) == (70, None)
    story.refuses(hold(71, id="i"), InsufficientFunds(required=71, available=70, missing=1))


def test_the_payee_sees_what_is_to_come() -> None:
    story = bank()
    (fact,) = story.when(hold(30, to=SHOP))
    assert isinstance(fact, HoldPlaced)
    assert (figures(story), figures(story, SHOP)) == ((100, 30, 0), (0, 0, 30))
    assert [(name, state.held, state.incoming) for name, _, state in fact.states()] == [(WANG, 30, 0), (SHOP, 0, 30)]
    assert at(story, SHOP).towards == (OpenHold("hold:h", Instant(IN_15_MINUTES)),) == at(story).holds


def test_soonest_expiring_lots_are_set_aside_first() -> None:
    story = bank(points=0).given(granted(50), granted(20, until="2022-06-30"), granted(20, until="2022-06-20"))
    story.when(hold(50))
    pools = {pool.terms.expires_on: pool.id for pool in at(story).pools}
    early, late, never = (pools[day] for day in (Day("2022-06-20"), Day("2022-06-30"), None))
    assert the_hold(story).lots == (Lot(early, 0, 20), Lot(late, 0, 20), Lot(never, 0, 10))


def test_without_an_id_a_hold_is_named_by_its_transaction() -> None:
    story = bank()
    story.when(hold(1, id=None))
    assert the_hold(story, story.tx).amount == 1
    story.given(hold(1)).refuses(hold(1), AlreadyExists(kind="hold", id="h"))


# How long ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-1, 2_592_001])
def test_a_time_above_the_cap_is_refused_and_never_clamped(seconds: int) -> None:
    errors = [f"expires_in: {seconds} is not between 0 and the cap of 2592000 seconds"]
    bank().refuses(hold(1, expires_in=seconds), Malformed(errors=errors))


def test_a_hold_without_end_is_for_lots_that_never_expire() -> None:
    story = bank().given(granted(20, until="2022-06-20"))
    why = "0 holds without end, which is for lots that never expire; some of these end on 2022-06-20"
    story.refuses(hold(30, expires_in=0), Malformed(errors=[f"expires_in: {why}"]))
    story.given(hold(20, id="i"), hold(30, expires_in=0))
    assert (the_hold(story).expires_at, at(story).holds[-1]) == (None, OpenHold("hold:h", None))
    story.on("2032-06-01").given(granted(1))
    assert the_hold(story).status == "open"


def test_nor_without_end_on_the_points_of_one_who_is_leaving() -> None:
    story = bank().given(LeaveSite(holder=HolderId("wang"), left_on=Day("2022-06-10"), reason="correction"))
    with pytest.raises(Malformed):
        story.when(hold(30, expires_in=0))
    story.given(hold(30))


# Up to ---------------------------------------------------------------------------------------------------------


def test_up_to_takes_what_is_there() -> None:
    story = bank().given(hold(70, id="i"), hold(50, up_to=True))
    assert (the_hold(story).amount, figures(story)) == (30, (100, 100, 0))


def test_up_to_nothing_is_a_hold_that_is_closed_already() -> None:
    story = bank(points=0)
    (fact,) = story.when(hold(50, up_to=True, to=SHOP))
    assert isinstance(fact, HoldPlaced)
    assert (fact.amount, fact.lots, the_hold(story).status) == (0, (), "closed")
    assert (figures(story), at(story).holds, at(story, SHOP).towards) == ((0, 0, 0), (), ())
    for wish in (capture(), void()):
        with pytest.raises(Refusal, match="hold-already-captured"):
            story.when(wish)
    story.on("2022-07-01").given(granted(1))


def test_up_to_never_uses_a_credit_line() -> None:
    story = bank().given(granted(20, LINE), hold(60, LINE, up_to=True))
    assert the_hold(story).amount == 20
    story.given(hold(60, LINE, up_to=True, id="i"), hold(50, LINE, id="j"))
    assert (the_hold(story, "i").amount, the_hold(story, "j").drawn) == (0, 50)


# A credit line ---------------------------------------------------------------------------------------------------


def test_a_hold_on_a_credit_line_takes_lots_first_and_reserves_the_rest() -> None:
    story = bank().given(granted(20, LINE))
    (fact,) = story.when(hold(60, LINE))
    assert isinstance(fact, HoldPlaced)
    assert (len(fact.lots), fact.drawn, figures(story, LINE)) == (1, 40, (20, 60, 0))
    assert fact.after is not None
    assert fact.after.available == 10
    story.refuses(hold(11, LINE, id="i"), InsufficientFunds(required=11, available=10, missing=1))
    story.given(void())
    assert (figures(story, LINE), open_pools(story, LINE)) == ((20, 0, 0), [(None, ((0, 20),))])


def test_an_account_without_a_floor_holds_without_end() -> None:
    story = bank().given(opened("source", floor=None))
    story.when(hold(10**9, AccountId("account:source"), to=SHOP))
    assert (the_hold(story).drawn, figures(story, SHOP)) == (10**9, (0, 0, 10**9))


# Refused ---------------------------------------------------------------------------------------------------------


def test_what_is_not_there_and_what_makes_no_sense() -> None:
    story = bank()
    story.refuses(hold(0), Malformed(errors=[f"amount: 0 is not between 1 and {MAX_AMOUNT}"]))
    story.refuses(hold(1, unit="Z"), UnknownSchemeTerm(term="unit", value="Z"))
    nobody = AccountId("account:nobody")
    story.refuses(hold(1, nobody), NotFound(kind="account", id=nobody))
    story.refuses(hold(1, to=nobody), NotFound(kind="account", id=nobody))
    story.refuses(hold(1, AccountId("holder:x"), to=nobody), NotFound(kind="holder", id="x"))
    story.refuses(hold(1, to=WANG), SameAccount())


def test_a_unit_that_is_not_transferable_is_not_held_for_another() -> None:
    story = bank(unit="D")
    story.refuses(hold(1, to=SHOP, unit="D"), NotEligible(reason="not-transferable"))
    story.given(hold(1, unit="D"), hold(1, TILL, to=SHOP, unit="D", id="i"))


@pytest.mark.parametrize("side", [WANG, SHOP])
def test_a_frozen_account_takes_part_in_no_new_hold(side: AccountId) -> None:
    story = bank().given(frozen(side))
    story.refuses(hold(1, to=SHOP), AccountFrozen(since=Instant(NOON)))


def test_who_is_barred_sets_nothing_aside() -> None:
    story = bank().given(BarHolder(holder=HolderId("wang"), reason="correction"))
    story.refuses(hold(1), HolderBarred(since=Day("2022-06-10")))


def test_what_could_not_arrive_is_not_promised() -> None:
    story = bank().given(granted(MAX_AMOUNT - 50, SHOP), hold(40, to=SHOP))
    story.refuses(hold(11, TILL, to=SHOP, id="i"), AmountOutOfRange())
    story.given(hold(10, TILL, to=SHOP, id="i"), capture(), capture(of="i"))


@pytest.mark.parametrize(("payer", "payee"), [(WANG, SHOP), (TILL, LI)])
def test_records_with_open_holds_are_not_merged(payer: AccountId, payee: AccountId) -> None:
    story = bank().given(hold(10, payer, to=payee))
    for old, into in (("wang", "li"), ("li", "wang")):
        merge = MergeHolders(old=HolderId(old), into=HolderId(into), reason="correction")
        story.refuses(merge, NotEligible(reason="held"))
    story.given(capture(), MergeHolders(old=HolderId("wang"), into=HolderId("li"), reason="correction"))


def test_debt_and_holds_share_one_account() -> None:
    story = bank(unit="D").given(hold(80, unit="D"), deducted(50))
    assert figures(story, unit="D") == (50, 80, 0)
    assert at(story, unit="D").debt == 30
    story.refuses(hold(1, unit="D", id="i"), InsufficientFunds(required=1, available=0, missing=1))
    story.given(void())
    assert (figures(story, unit="D"), at(story, unit="D").debts) == ((50, 0, 0), ())

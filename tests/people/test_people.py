"""People: joining, cards, leaving, the bar and PINs, sentence by sentence and refusal by refusal."""

import pytest

from ledger.people.commands import (
    BarHolder,
    CountPinAttempt,
    IssueBadge,
    LeaveSite,
    RegisterPerson,
    ReissueBadge,
    RejoinSite,
    ResetPin,
    RevokeBadge,
    SetPin,
    UnbarHolder,
)
from ledger.people.entities import Badge, Holder
from ledger.people.facts import PinAccepted, PinFailed
from ledger.people.standing import holder_of, may_redeem
from ledger.points.commands import (
    DeductPoints,
    FreezeAccount,
    GrantPoints,
    OpenInitial,
    TurnMonth,
    UnfreezeAccount,
)
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.refusals import (
    AccountFrozen,
    AlreadyExists,
    BadgeRevoked,
    HolderBarred,
    Malformed,
    NotEligible,
    NotFound,
    PinLocked,
    UnknownSchemeTerm,
)
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.values import AccountId, BadgeNumber, Day, HolderId, UnitCode
from tests.given import Story

WANG = HolderId("wang")
LI = HolderId("li")
PURSE = AccountId("holder:wang")
POINT = UnitCode("safety_point")
CARD = BadgeNumber("YK-0001")
SECOND = BadgeNumber("YK-0001-2")


@pytest.fixture
def site() -> Story:
    return Story().given(
        RegisterPerson(holder=WANG, badge=CARD, joined_on=Day("2022-06-01")), RegisterPerson(holder=LI)
    )


def grant(amount: int, *, behaviour: str | None = None) -> GrantPoints:
    return GrantPoints(to=PURSE, unit=POINT, amount=amount, behaviour=behaviour)


def wang(story: Story) -> Account:
    return story.the(Account, "holder:wang/safety_point")


def leave(day: str, reason: str = "left-site") -> LeaveSite:
    return LeaveSite(holder=WANG, left_on=Day(day), reason=reason)


# Joining -----------------------------------------------------------------------------------------------------


def test_registering_grants_nothing_unless_it_is_asked_for(site: Story) -> None:
    assert site.get(Account, "holder:wang/safety_point") is None


def test_joining_in_mid_month_grants_the_initial_lot_in_full_and_once(site: Story) -> None:
    site.on("2022-06-20").given(RegisterPerson(holder=HolderId("new"), grant_initial=True))
    assert site.the(Account, "holder:new/safety_point").balance == 100
    site.refuses(OpenInitial(account=AccountId("holder:new")), AlreadyExists(kind="initial-grant", id="2022-06"))


def test_where_the_scheme_grants_nothing_on_joining_asking_for_it_changes_nothing() -> None:
    story = Story("conformance").given(RegisterPerson(holder=WANG, grant_initial=True))
    assert [envelope.type for envelope in story.journal[1:]] == ["person-registered.v1"]


@pytest.mark.parametrize("holder", ["", "wang/2", "holder:wang", "a" * 65, "-x"])
def test_an_id_that_could_be_read_as_another_row_is_malformed(site: Story, holder: str) -> None:
    refusal = Malformed(errors=["holder: 1 to 64 letters, digits, hyphens and underscores"])
    site.refuses(RegisterPerson(holder=HolderId(holder)), refusal)


def test_a_badge_a_crew_and_a_day_must_be_well_formed(site: Story) -> None:
    new = HolderId("new")
    site.refuses(RegisterPerson(holder=new, badge=BadgeNumber("yk1")), Malformed(errors=["badge: not a badge number"]))
    crew = Malformed(errors=["crew: 1 to 80 printable characters"])
    site.refuses(RegisterPerson(holder=new, crew=" "), crew)
    site.refuses(RegisterPerson(holder=new, crew="x" * 81), crew)
    day = Malformed(errors=["joined_on: not a day such as 2022-06-01"])
    site.refuses(RegisterPerson(holder=new, joined_on=Day("2022-02-30")), day)
    site.refuses(RegisterPerson(holder=new, joined_on=Day("20220601")), day)


def test_a_holder_and_a_badge_are_registered_once(site: Story) -> None:
    site.refuses(RegisterPerson(holder=WANG), AlreadyExists(kind="holder", id="wang"))
    site.refuses(RegisterPerson(holder=HolderId("new"), badge=CARD), AlreadyExists(kind="badge", id="YK-0001"))


# Cards (S02) -------------------------------------------------------------------------------------------------


def test_a_lost_card_is_refused_from_that_day_on_and_its_points_stay(site: Story) -> None:
    """S02: YK-0001 lost on 9 June and reissued as YK-0001-2; refused on 10 June; points of 8 June stay."""
    site.on("2022-06-08").given(grant(1, behaviour="check-in"))
    site.on("2022-06-09").given(ReissueBadge(holder=WANG, badge=CARD))
    site.on("2022-06-10")
    with pytest.raises(BadgeRevoked) as caught:
        holder_of(site, CARD)
    assert caught.value == BadgeRevoked(badge="YK-0001", since=Day("2022-06-09"))
    assert holder_of(site, SECOND) == WANG
    assert wang(site).balance == 1


def test_a_revoked_number_keeps_pointing_at_its_holder_and_its_successor(site: Story) -> None:
    site.given(ReissueBadge(holder=WANG, badge=CARD))
    assert site.the(Badge, CARD).holder == WANG
    assert site.the(Badge, CARD).replaced_by == SECOND
    assert site.the(Holder, WANG).badge == SECOND


def test_a_card_revoked_first_can_be_replaced_later_without_being_revoked_again(site: Story) -> None:
    site.on("2022-06-09").given(RevokeBadge(badge=CARD, reason="lost"))
    facts = site.on("2022-06-10").when(ReissueBadge(holder=WANG, badge=CARD))
    assert [fact.TOPIC for fact in facts] == ["badge-issued.v1"]
    assert site.the(Badge, CARD).revoked_on == "2022-06-09"


def test_a_card_is_revoked_from_the_day_of_the_loss_not_of_the_report(site: Story) -> None:
    site.on("2022-06-12").when(RevokeBadge(badge=CARD, reason="lost"), occurred_at="2022-06-09T04:00:00.000000Z")
    assert site.the(Badge, CARD).revoked_on == "2022-06-09"


def test_the_third_card_counts_on(site: Story) -> None:
    site.given(ReissueBadge(holder=WANG, badge=CARD), ReissueBadge(holder=WANG, badge=SECOND))
    assert holder_of(site, BadgeNumber("YK-0001-3")) == WANG


def test_a_card_is_revoked_and_replaced_once(site: Story) -> None:
    site.on("2022-06-09").given(ReissueBadge(holder=WANG, badge=CARD))
    site.refuses(RevokeBadge(badge=CARD, reason="lost"), BadgeRevoked(badge="YK-0001", since=Day("2022-06-09")))
    site.refuses(ReissueBadge(holder=WANG, badge=CARD), AlreadyExists(kind="badge", id="YK-0001-2"))


def test_another_man_s_card_is_not_found(site: Story) -> None:
    site.refuses(ReissueBadge(holder=LI, badge=CARD), NotFound(kind="badge", id="YK-0001"))
    site.refuses(RevokeBadge(badge=BadgeNumber("YK-0009"), reason="lost"), NotFound(kind="badge", id="YK-0009"))
    with pytest.raises(AssertionError, match="no badge"):
        holder_of(site, BadgeNumber("YK-0009"))


def test_a_reason_for_revoking_is_the_scheme_s_or_lost_stolen_damaged(site: Story) -> None:
    site.refuses(RevokeBadge(badge=CARD, reason="bored"), UnknownSchemeTerm(term="reason", value="bored"))
    site.given(RevokeBadge(badge=CARD, reason="correction"))


def test_a_man_carries_one_valid_card(site: Story) -> None:
    new = IssueBadge(holder=WANG, badge=BadgeNumber("YK-0100"))
    site.refuses(new, NotEligible(reason="badge-valid"))
    site.given(RevokeBadge(badge=CARD, reason="damaged"), new)
    assert holder_of(site, BadgeNumber("YK-0100")) == WANG
    site.refuses(IssueBadge(holder=LI, badge=CARD), AlreadyExists(kind="badge", id="YK-0001"))


def test_one_without_a_card_is_issued_one_and_one_who_left_is_not(site: Story) -> None:
    site.given(IssueBadge(holder=LI, badge=BadgeNumber("YK-0002")))
    assert holder_of(site, BadgeNumber("YK-0002")) == LI
    site.given(leave("2022-06-01"))
    site.refuses(ReissueBadge(holder=WANG, badge=CARD), NotEligible(reason="left-site"))
    site.refuses(IssueBadge(holder=WANG, badge=BadgeNumber("YK-0003")), NotEligible(reason="left-site"))


# Leaving (R38) -------------------------------------------------------------------------------------------------


def test_one_who_leaves_spends_for_seven_days_then_the_rest_lapses_by_itself(site: Story) -> None:
    """R38: a worker leaves on the 20th with 12 points."""
    site.on("2022-06-20").given(grant(12), leave("2022-06-20"))
    site.on("2022-06-27T15:59:59.999999Z").let_time_act()
    may_redeem(site.the(Holder, WANG), Day("2022-06-27"))
    assert wang(site).balance == 12
    site.on("2022-06-27T16:00:00.000000Z").let_time_act()
    assert [(fact.cause, fact.amount) for fact in site.facts(LotsLapsed)] == [("left", 12)]
    assert wang(site).balance == 0
    with pytest.raises(HolderBarred) as caught:
        may_redeem(site.the(Holder, WANG), Day("2022-06-28"))
    assert caught.value.since == "2022-06-28"


def test_days_up_to_leaving_credit_late_and_lapse_and_days_after_it_do_not(site: Story) -> None:
    site.on("2022-06-10").given(grant(1), leave("2022-06-05"))
    site.on("2022-06-30").when(grant(1, behaviour="check-in"), occurred_at="2022-06-05T04:00:00.000000Z")
    site.let_time_act()
    assert wang(site).balance == 0
    late, refusal = "2022-06-06T04:00:00.000000Z", HolderBarred(since=Day("2022-06-05"))
    site.refuses(grant(1, behaviour="check-in"), refusal, occurred_at=late)


def test_leaving_that_is_reported_late_still_leaves_the_day_of_the_report(site: Story) -> None:
    site.on("2022-06-25").given(grant(12), leave("2022-06-01"))
    assert site.the(Holder, WANG).spend_until_on == "2022-06-25"
    site.let_time_act()
    assert wang(site).balance == 12


def test_a_lot_that_ends_before_the_leaver_s_last_day_lapses_on_its_own_day(site: Story) -> None:
    short = GrantPoints(to=PURSE, unit=POINT, amount=5, expires_on=Day("2022-06-21"))
    site.on("2022-06-20").given(grant(12), short, leave("2022-06-20"))
    site.on("2022-06-30").let_time_act()
    lapses = [(fact.cause, fact.ended_on, fact.amount) for fact in site.facts(LotsLapsed)]
    assert lapses == [("expired", "2022-06-21", 5), ("left", "2022-06-27", 12)]


def test_the_month_does_not_turn_for_one_who_has_left(site: Story) -> None:
    site.given(OpenInitial(account=PURSE)).on("2022-06-30").given(leave("2022-06-30"))
    site.on("2022-07-01").given(TurnMonth(account=PURSE))
    assert wang(site).balance == 0


def test_a_departure_must_be_possible(site: Story) -> None:
    site.on("2022-06-10")
    site.refuses(leave("2022-06-11"), Malformed(errors=["left_on: 2022-06-11 has not come yet"]))
    site.refuses(leave("2022-05-31"), NotEligible(reason="before-joining"))
    site.refuses(leave("June"), Malformed(errors=["left_on: not a day such as 2022-06-01"]))
    site.refuses(leave("2022-06-01", reason="bored"), UnknownSchemeTerm(term="reason", value="bored"))
    nobody = LeaveSite(holder=HolderId("nobody"), left_on=Day("2022-06-01"))
    site.refuses(nobody, NotFound(kind="holder", id="nobody"))
    site.given(leave("2022-06-10"))
    site.refuses(leave("2022-06-10"), NotEligible(reason="left-site"))


def test_one_who_is_back_in_time_keeps_his_points_and_gets_no_second_initial_lot(site: Story) -> None:
    site.given(OpenInitial(account=PURSE), grant(12)).on("2022-06-20").given(leave("2022-06-20"))
    site.on("2022-06-22").given(RejoinSite(holder=WANG, joined_on=Day("2022-06-22"), grant_initial=True))
    site.on("2022-06-30").let_time_act()
    assert wang(site).balance == 112
    may_redeem(site.the(Holder, WANG), Day("2022-06-30"))


def test_one_who_is_back_after_settlement_starts_with_what_is_granted_from_then_on(site: Story) -> None:
    site.given(OpenInitial(account=PURSE), grant(12)).on("2022-06-10").given(leave("2022-06-10"))
    site.on("2022-06-25").given(RejoinSite(holder=WANG, joined_on=Day("2022-06-25"), grant_initial=True))
    assert wang(site).balance == 0
    site.given(grant(3))
    site.on("2022-06-30").let_time_act()
    assert wang(site).balance == 3


def test_only_one_who_has_left_comes_back(site: Story) -> None:
    back = RejoinSite(holder=WANG, joined_on=Day("2022-06-03"))
    site.refuses(back, NotEligible(reason="not-left"))
    site.on("2022-06-05").given(leave("2022-06-05"))
    site.refuses(back, NotEligible(reason="before-leaving"))


# The bar and the freeze ------------------------------------------------------------------------------------------


def test_a_barred_holder_may_not_redeem_until_the_bar_is_lifted(site: Story) -> None:
    site.on("2022-06-05").given(BarHolder(holder=WANG, reason="other"), grant(1, behaviour="check-in"))
    with pytest.raises(HolderBarred) as caught:
        may_redeem(site.the(Holder, WANG), Day("2022-06-06"))
    assert caught.value.since == "2022-06-05"
    site.given(UnbarHolder(holder=WANG, reason="correction"))
    may_redeem(site.the(Holder, WANG), Day("2022-06-06"))


def test_a_bar_is_placed_once_and_lifted_once(site: Story) -> None:
    site.refuses(UnbarHolder(holder=WANG, reason="other"), NotEligible(reason="not-barred"))
    site.given(BarHolder(holder=WANG, reason="other"))
    site.refuses(BarHolder(holder=WANG, reason="other"), NotEligible(reason="barred"))
    site.refuses(BarHolder(holder=WANG, reason="bored"), UnknownSchemeTerm(term="reason", value="bored"))


def test_coming_back_does_not_lift_a_bar(site: Story) -> None:
    site.given(BarHolder(holder=WANG, reason="other"), leave("2022-06-01"))
    site.given(RejoinSite(holder=WANG, joined_on=Day("2022-06-02")))
    assert site.the(Holder, WANG).barred_on == "2022-06-01"


def freeze(reason: str = "other") -> FreezeAccount:
    return FreezeAccount(account=PURSE, unit=POINT, reason=reason)


def test_a_frozen_account_refuses_credits_and_debits_and_reversals(site: Story) -> None:
    site.given(grant(10))
    given = site.tx
    site.on("2022-06-05").given(freeze())
    refusal = AccountFrozen(since=site.at)
    site.refuses(grant(1), refusal)
    site.refuses(DeductPoints(account=PURSE, unit=POINT, amount=1, reason="correction"), refusal)
    site.refuses(ReverseMovement(of=given, reason="correction"), refusal)
    site.given(UnfreezeAccount(account=PURSE, unit=POINT, reason="correction"), grant(1))
    assert wang(site).balance == 11


def test_lots_of_a_frozen_account_still_lapse(site: Story) -> None:
    site.given(GrantPoints(to=PURSE, unit=POINT, amount=5, expires_on=Day("2022-06-10")), freeze("scrub"))
    site.on("2022-06-11").let_time_act()
    assert wang(site).balance == 0
    assert wang(site).frozen_at is not None


def test_an_account_is_frozen_once_unfrozen_once_and_must_exist(site: Story) -> None:
    site.refuses(freeze(), NotFound(kind="account", id="holder:wang/safety_point"))
    thaw = UnfreezeAccount(account=PURSE, unit=POINT, reason="other")
    site.given(grant(1))
    site.refuses(thaw, NotEligible(reason="not-frozen"))
    site.refuses(freeze("bored"), UnknownSchemeTerm(term="reason", value="bored"))
    site.given(freeze())
    site.refuses(freeze(), AccountFrozen(since=site.at))


# PINs --------------------------------------------------------------------------------------------------------

WRONG = CountPinAttempt(holder=WANG, right=False)
RIGHT = CountPinAttempt(holder=WANG, right=True)


def test_the_fifth_wrong_pin_locks_for_fifteen_minutes(site: Story) -> None:
    site.given(WRONG, WRONG, WRONG, WRONG, WRONG)
    assert [fact.tries_left for fact in site.facts(PinFailed)] == [4, 3, 2, 1, 0]
    until = site.facts(PinFailed)[-1].locked_until_at
    assert until == "2022-05-31T16:15:00.000000Z"
    site.refuses(WRONG, PinLocked(until=until))
    site.refuses(RIGHT, PinLocked(until=until))


def test_after_the_lock_there_are_five_tries_again(site: Story) -> None:
    site.given(*[WRONG] * 5).on("2022-05-31T16:15:00.000000Z").given(WRONG)
    assert site.facts(PinFailed)[-1].tries_left == 4


def test_a_right_pin_is_recorded_only_after_wrong_ones_and_clears_them(site: Story) -> None:
    assert site.when(RIGHT) == ()
    site.given(WRONG, WRONG)
    assert site.when(RIGHT) == (PinAccepted(holder=WANG),)
    assert site.when(RIGHT) == ()
    site.given(WRONG)
    assert site.facts(PinFailed)[-1].tries_left == 4


@pytest.mark.parametrize("command", [SetPin(holder=WANG), ResetPin(holder=WANG)], ids=["set", "reset"])
def test_a_new_pin_or_none_starts_the_count_anew_and_frees_the_lock(site: Story, command: SetPin | ResetPin) -> None:
    site.given(*[WRONG] * 5, command, WRONG)
    assert site.facts(PinFailed)[-1].tries_left == 4


NOBODY = HolderId("nobody")


@pytest.mark.parametrize(
    "wish",
    [
        CountPinAttempt(holder=NOBODY, right=False),
        SetPin(holder=NOBODY),
        ResetPin(holder=NOBODY),
        BarHolder(holder=NOBODY, reason="other"),
        UnbarHolder(holder=NOBODY, reason="other"),
        IssueBadge(holder=NOBODY, badge=BadgeNumber("YK-0009")),
        ReissueBadge(holder=NOBODY, badge=CARD),
        RejoinSite(holder=NOBODY, joined_on=Day("2022-06-01")),
    ],
    ids=lambda wish: wish.ROUTE,
)
def test_nobody_s_record_is_not_found(site: Story, wish: Command) -> None:
    site.refuses(wish, NotFound(kind="holder", id="nobody"))

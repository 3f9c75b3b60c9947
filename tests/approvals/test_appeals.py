"""Appeals: contested in time, decided by somebody who had no part in it, given back even after the close (R36)."""

import pytest

from ledger.approvals.commands import AppealDeduction, DecideAppeal
from ledger.approvals.entities import Appeal
from ledger.approvals.facts import AppealDecided, AppealMade
from ledger.behaviours.facts import SuspensionLifted
from ledger.people.entities import Holder
from ledger.periods.commands import ClosePeriod, OpenBooks
from ledger.points.facts import DeductionReversed, PointsDeducted
from ledger.refusals import (
    AlreadyDecided,
    AlreadyExists,
    AlreadyReversed,
    AppealClosed,
    Malformed,
    NotEligible,
    NotFound,
    NotReversible,
    SelfApproval,
    UnknownSchemeTerm,
)
from ledger.reversals.commands import ReverseMovement
from ledger.room import By
from ledger.values import Instant, PeriodName, TxId
from tests.behaviours.site import (
    account,
    approved,
    check_in,
    no_harness,
    no_helmet,
    noon,
    site,
    with_negative,
    with_rule,
)
from tests.given import COUNTER, LEADER, SUPERVISOR, Story

WANG = By(principal="client:kiosk", subject="person:wang")
CHAIR = By(principal="person:chair", subject="person:chair")
UNTIL = Instant("2022-06-25T16:00:00.000000Z")
"""The end of 25 June, fifteen local days after 10 June."""


@pytest.fixture(name="story")
def _story() -> Story:
    """A grave violation of 10 June, recorded by the supervisor and approved by the leader that day."""
    story = site().on("2022-06-10")
    approved(story, no_harness())
    return story


@pytest.fixture(name="deduction")
def _deduction(story: Story) -> TxId:
    return story.tx


def decide(appeal: TxId, *, granted: bool = True, reason: str = "appeal-granted") -> DecideAppeal:
    return DecideAppeal(appeal=appeal, granted=granted, reason=reason)


def test_a_granted_appeal_gives_back_the_points_and_the_place_in_the_evaluation(story: Story, deduction: TxId) -> None:
    story.given(AppealDeduction(of=deduction, note="note:0198f9"), by=WANG)
    facts = story.when(decide(deduction), by=CHAIR)
    assert [type(fact) for fact in facts] == [AppealDecided, DeductionReversed, SuspensionLifted]
    assert (account(story).balance, story.the(Holder, "wang").suspended) == (100, ())
    assert story.the(Appeal, deduction).status == "granted"


def test_the_reversal_names_who_appealed_and_who_granted(story: Story, deduction: TxId) -> None:
    (made,) = story.when(AppealDeduction(of=deduction), by=WANG)
    assert made == AppealMade(appeal=deduction, holder=story.the(Appeal, deduction).holder, note=None)
    position = story.journal[-1].pos
    story.when(decide(deduction), by=CHAIR)
    reversal = story.journal[-2]
    assert (reversal.by, reversal.appr and reversal.appr.by) == (WANG, "person:chair")
    assert reversal.appr is not None
    assert (reversal.appr.proposal, reversal.appr.position) == (deduction, position)


def test_a_denied_appeal_changes_nothing_but_its_own_record(story: Story, deduction: TxId) -> None:
    story.given(AppealDeduction(of=deduction), by=WANG)
    facts = story.when(decide(deduction, granted=False, reason="rule-not-met"), by=CHAIR)
    assert facts == (AppealDecided(appeal=deduction, granted=False, reason="rule-not-met", note=None),)
    assert (account(story).balance, story.the(Holder, "wang").suspended) == (90, ("2022-06",))


def test_an_appeal_granted_after_the_close_stands_in_the_open_month_and_belongs_to_the_closed_one() -> None:
    story = site().given(OpenBooks(period=PeriodName("2022-06"))).on("2022-06-28")
    approved(story, no_helmet(), on=noon(28))
    deduction = story.tx
    story.given(AppealDeduction(of=deduction), by=WANG)
    story.on("2022-07-01").given(ClosePeriod(period=PeriodName("2022-06")))
    story.on("2022-07-04").when(decide(deduction), by=CHAIR)
    reversal = story.journal[-1]
    assert isinstance(reversal.data, DeductionReversed)
    assert (reversal.period, reversal.belongs_to) == ("2022-07", "2022-06")
    assert account(story).balance == 100


def test_an_appeal_after_the_close_is_heard_until_its_days_are_over() -> None:
    story = site().given(OpenBooks(period=PeriodName("2022-06"))).on("2022-06-28")
    approved(story, no_helmet(), on=noon(28))
    deduction = story.tx
    story.on("2022-07-01").given(ClosePeriod(period=PeriodName("2022-06")))
    story.on("2022-07-13").given(AppealDeduction(of=deduction), by=WANG)
    assert story.the(Appeal, deduction).status == "open"


# When and by whom ------------------------------------------------------------------------------------------------


def test_the_last_instant_of_the_last_day_is_in_time_and_the_next_is_not(story: Story, deduction: TxId) -> None:
    story.on(UNTIL).refuses(AppealDeduction(of=deduction), AppealClosed(until=UNTIL), by=WANG)
    story.on("2022-06-25T15:59:59.999999Z").when(AppealDeduction(of=deduction), by=WANG)


def test_where_the_scheme_grants_no_days_nothing_can_be_appealed() -> None:
    story = site(with_rule("no-helmet", appeal_days=None))
    approved(story, no_helmet())
    story.refuses(AppealDeduction(of=story.tx), AppealClosed(until=None), by=WANG)


def test_a_deduction_is_appealed_once(story: Story, deduction: TxId) -> None:
    story.given(AppealDeduction(of=deduction), by=WANG)
    story.given(decide(deduction, granted=False, reason="rule-not-met"), by=CHAIR)
    story.refuses(AppealDeduction(of=deduction), AlreadyExists(kind="appeal", id=deduction), by=WANG)


def test_an_appeal_is_decided_once(story: Story, deduction: TxId) -> None:
    story.given(AppealDeduction(of=deduction), by=WANG).given(decide(deduction), by=CHAIR)
    position = next(item.pos for item in story.journal if isinstance(item.data, AppealDecided))
    story.refuses(decide(deduction), AlreadyDecided(decision="granted", position=position), by=CHAIR)
    assert account(story).balance == 100


@pytest.mark.parametrize(
    ("judge", "part"),
    [(SUPERVISOR, "person:supervisor"), (LEADER, "person:leader"), (WANG, "person:wang")],
)
def test_nobody_decides_who_recorded_approved_or_appealed(story: Story, deduction: TxId, judge: By, part: str) -> None:
    story.given(AppealDeduction(of=deduction), by=WANG)
    story.refuses(decide(deduction), SelfApproval(maker=part), by=judge)


def test_a_client_alone_decides_no_appeal(story: Story, deduction: TxId) -> None:
    story.given(AppealDeduction(of=deduction), by=WANG)
    story.refuses(decide(deduction), NotEligible(reason="person-needed"), by=COUNTER)


def test_only_deductions_that_exist_can_be_appealed(story: Story) -> None:
    story.refuses(AppealDeduction(of=TxId("tx9999")), NotFound(kind="transaction", id="tx9999"), by=WANG)
    story.given(check_in())
    story.refuses(AppealDeduction(of=story.tx), NotReversible(type="points-earned.v1"), by=WANG)
    story.refuses(decide(TxId("tx9999")), NotFound(kind="appeal", id="tx9999"), by=CHAIR)


def test_reasons_are_the_schemes_and_notes_are_references(story: Story, deduction: TxId) -> None:
    with pytest.raises(Malformed):
        story.when(AppealDeduction(of=deduction, note="我戴了安全带"), by=WANG)
    story.given(AppealDeduction(of=deduction), by=WANG)
    story.refuses(decide(deduction, reason="dancing"), UnknownSchemeTerm(term="reason", value="dancing"), by=CHAIR)


# What is left of it ------------------------------------------------------------------------------------------------


def test_what_was_given_back_already_cannot_be_appealed(story: Story, deduction: TxId) -> None:
    story.given(ReverseMovement(of=deduction, reason="correction"))
    story.refuses(AppealDeduction(of=deduction), AlreadyReversed(original=10, reversed=10), by=WANG)


def test_of_a_deduction_given_back_in_part_the_rest_is_given_back(story: Story, deduction: TxId) -> None:
    story.given(ReverseMovement(of=deduction, amount=4, reason="correction"))
    story.given(AppealDeduction(of=deduction), by=WANG).given(decide(deduction), by=CHAIR)
    assert [fact.amount for fact in story.facts(DeductionReversed)] == [4, 6]
    assert (account(story).balance, story.the(Holder, "wang").suspended) == (100, ())


def test_a_deduction_that_found_nothing_to_take_still_gives_back_the_place_in_the_evaluation() -> None:
    story = site(with_negative("floor"), initial=False)
    approved(story, no_harness())
    deduction = story.tx
    assert story.facts(PointsDeducted)[0].amount == 0
    story.given(AppealDeduction(of=deduction), by=WANG)
    facts = story.when(decide(deduction), by=CHAIR)
    assert [type(fact) for fact in facts] == [AppealDecided, SuspensionLifted]


def test_a_deduction_that_nobody_had_to_approve_is_decided_by_anybody_but_its_recorder() -> None:
    story = site(with_rule("no-helmet", approval_limit=None)).given(no_helmet())
    deduction = story.tx
    story.given(AppealDeduction(of=deduction), by=WANG)
    story.refuses(decide(deduction), SelfApproval(maker="person:supervisor"), by=SUPERVISOR)
    story.when(decide(deduction), by=LEADER)
    assert account(story).balance == 100

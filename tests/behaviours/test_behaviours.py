"""Behaviours: what the scheme of the day says of what people did (S01, R06, R07, R12, R13)."""

import pytest

from ledger.approvals.commands import ApproveProposal
from ledger.approvals.entities import Proposal
from ledger.approvals.facts import ProposalApproved, ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.behaviours.facts import BehaviourRecorded, EvaluationSuspended, SuspensionLifted
from ledger.behaviours.standing import standing
from ledger.calendar import RollingDays
from ledger.people.commands import LeaveSite, MergeHolders
from ledger.people.entities import Holder
from ledger.points.entities import Account
from ledger.points.facts import PointsDeducted, PointsEarned
from ledger.refusals import HolderBarred, InsufficientFunds, LimitExceeded, Malformed, NotFound, UnknownSchemeTerm
from ledger.reversals.commands import ReverseMovement
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import AccountId, Day, HolderId, UnitCode
from tests.behaviours.site import (
    PHOTO,
    SECOND_VERSION,
    account,
    approved,
    check_in,
    hazard,
    missed_punch,
    no_harness,
    no_helmet,
    noon,
    opening,
    proposed,
    site,
    talk,
    with_negative,
    with_rule,
)
from tests.given import LEADER, Story

SCHEME = load_scheme("safety-supermarket")
UNIT = SCHEME.unit("safety_point")


# Worked examples ---------------------------------------------------------------------------------------------


def test_the_month_of_wang_ends_at_147_of_which_47_can_be_spent() -> None:
    """S01: 100 + 22 check-ins + 20 talks + 10 hazard - 5 no helmet."""
    story = site().on("2022-06-30")
    for day in range(1, 23):
        story.when(check_in(), occurred_at=noon(day))
    for day in range(1, 21):
        story.when(talk(), occurred_at=noon(day))
    approved(story, hazard(), on=noon(9))
    approved(story, no_helmet(), on=noon(10))
    assert (account(story).balance, account(story).spendable(UNIT)) == (147, 47)


def test_at_90_a_colleague_is_not_stood_down_and_at_85_he_is() -> None:
    """S01: 100 + 3 check-ins + 2 talks - 5 - 10 = 90; another 5 less is below the mark."""
    story = site().on("2022-06-30")
    for day in (1, 2, 3):
        story.when(check_in("li"), occurred_at=noon(day))
    for day in (1, 2):
        story.when(talk("li"), occurred_at=noon(day))
    approved(story, no_helmet("li"))
    approved(story, no_harness("li"))
    assert (account(story, "li").balance, standing(account(story, "li"), SCHEME)) == (90, "good")
    approved(story, no_helmet("li"))
    colleague = account(story, "li")
    assert (colleague.balance, colleague.spendable(UNIT), standing(colleague, SCHEME)) == (85, 0, "stand-down")


def test_a_mark_in_another_unit_or_none_stands_nobody_down() -> None:
    poor = Account(account=AccountId("holder:wang"), unit=UnitCode("A"), received=1)
    assert standing(poor, SCHEME) == "good"
    assert standing(poor, load_scheme("conformance")) == "good"


# Who is paid what, and once ----------------------------------------------------------------------------------------


def test_a_check_in_needs_nobody_and_is_one_fact() -> None:
    (fact,) = site().when(check_in())
    assert isinstance(fact, PointsEarned)
    assert (fact.amount, fact.behaviour, fact.expires_on) == (1, "check-in", None)


def test_three_check_ins_of_a_day_are_one_credit() -> None:
    """R07: the other two credit nothing and make no fact."""
    story = site(initial=False).given(check_in())
    refusal = LimitExceeded(rule="check-in", limit=1, used=1, offered=0, period="2022-06-01")
    story.refuses(check_in(), refusal)
    story.refuses(check_in(), refusal, occurred_at="2022-06-01T15:59:59.999999Z")
    story.when(check_in(), occurred_at="2022-06-01T16:00:00.000000Z")
    assert account(story).balance == 2


def test_a_late_check_in_counts_for_the_day_on_which_it_happened() -> None:
    story = site().on("2022-06-20").given(check_in())
    story.when(check_in(), occurred_at=noon(3))
    assert [count.counter for fact in story.facts(PointsEarned) for count in fact.counts] == [
        "check-in/holder:wang/2022-06-20",
        "check-in/holder:wang/2022-06-03",
    ]


def test_a_cap_of_a_period_is_counted_by_the_month_in_which_it_happened() -> None:
    story = site(with_rule("check-in", per_period=2))
    story.when(check_in(), occurred_at=noon(1))
    story.when(check_in(), occurred_at=noon(2))
    story.refuses(
        check_in(),
        LimitExceeded(rule="check-in", limit=2, used=2, offered=0, period="2022-06"),
        occurred_at=noon(3),
    )
    story.on("2022-07-01").when(check_in())


def test_a_punch_put_right_is_the_check_in_of_its_day() -> None:
    story = site()
    approved(story, missed_punch(), on=noon(1))
    story.refuses(
        check_in(),
        LimitExceeded(rule="check-in", limit=1, used=1, offered=0, period="2022-06-01"),
        occurred_at=noon(1),
    )


def test_a_punch_is_not_put_right_on_a_day_that_the_gate_has_seen() -> None:
    story = site().given(check_in())
    story.refuses(missed_punch(), LimitExceeded(rule="check-in", limit=1, used=1, offered=0, period="2022-06-01"))


def test_a_punch_put_right_shares_the_causes_of_the_check_in() -> None:
    assert missed_punch().cause_scope() == check_in().cause_scope()
    assert talk().cause_scope() != check_in().cause_scope()
    assert check_in("li").cause_scope() != check_in("wang").cause_scope()


def test_a_cause_in_another_scope_than_the_schemes_is_malformed() -> None:
    """Or a day could pay twice: once at the gate, once put right."""
    command = RecordBehaviour(holder=HolderId("wang"), behaviour="missed-punch")
    with pytest.raises(Malformed):
        site().when(command, cause="mac-of-gate-row")
    site().when(missed_punch(), cause="mac-of-gate-row")


def test_a_behaviours_lots_live_as_long_as_it_says() -> None:
    (fact,) = site(with_rule("check-in", lot_life=RollingDays(days=30))).when(check_in(), occurred_at=noon(10))
    assert isinstance(fact, PointsEarned)
    assert fact.expires_on == "2022-07-10"


# Terms and existence ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (RecordBehaviour(holder=HolderId("wang"), behaviour="hazard", target="facility"), "evidence"),
        (RecordBehaviour(holder=HolderId("wang"), behaviour="hazard", evidence=PHOTO), "target"),
        (RecordBehaviour(holder=HolderId("wang"), behaviour="no-helmet", target="facility", evidence=PHOTO), "target"),
        (RecordBehaviour(holder=HolderId("wang"), behaviour="check-in", target="person"), "target"),
        (RecordBehaviour(holder=HolderId("wang"), behaviour="check-in", amount=5), "amount"),
        (RecordBehaviour(holder=HolderId("wang"), behaviour="check-in", counts_as="pre-shift-talk"), "counts_as"),
        (RecordBehaviour(holder=HolderId("wang"), behaviour="check-in", evidence="他没戴安全帽"), "evidence"),
        (RecordBehaviour(holder=HolderId("wang"), behaviour="monthly-initial"), "behaviour"),
        (opening(None), "amount"),
        (opening(0), "amount"),
    ],
)
def test_a_record_says_what_the_scheme_wants_and_no_more(command: RecordBehaviour, error: str) -> None:
    with pytest.raises(Malformed) as caught:
        site().when(command)
    assert caught.value.errors[0].startswith(error)


def test_unknown_behaviours_reasons_and_holders_are_named() -> None:
    story = site()
    wang = HolderId("wang")
    story.refuses(
        RecordBehaviour(holder=wang, behaviour="dancing"), UnknownSchemeTerm(term="behaviour", value="dancing")
    )
    story.refuses(
        RecordBehaviour(holder=wang, behaviour="check-in", reason="dancing"),
        UnknownSchemeTerm(term="reason", value="dancing"),
    )
    story.refuses(check_in("nobody"), NotFound(kind="holder", id="nobody"))


# Deductions --------------------------------------------------------------------------------------------------


def deduct_with_3_left(policy: str) -> Story:
    """3 points, from check-ins, and a violation of 5 that waits."""
    story = site(with_negative(policy), initial=False)
    for day in (1, 2, 3):
        story.when(check_in(), occurred_at=noon(day))
    return story


def test_with_3_points_left_a_deduction_of_5_is_refused_where_the_unit_says_so() -> None:
    """R12; the proposal stays open, and can be approved once he has earned enough."""
    story = deduct_with_3_left("refuse")
    waiting = proposed(story, no_helmet())
    story.refuses(ApproveProposal(proposal=waiting), InsufficientFunds(required=5, available=3, missing=2), by=LEADER)
    assert story.the(Proposal, waiting).status == "open"
    story.when(check_in(), occurred_at=noon(4))
    story.when(check_in(), occurred_at=noon(5))
    story.when(ApproveProposal(proposal=waiting), by=LEADER)
    assert account(story).balance == 0


def test_with_3_points_left_a_deduction_of_5_takes_3_where_the_unit_floors() -> None:
    """R12: the fact records asked and taken."""
    story = deduct_with_3_left("floor")
    approved(story, no_helmet())
    (fact,) = story.facts(PointsDeducted)
    assert (fact.asked, fact.amount, fact.debt, account(story).balance) == (5, 3, 0, 0)


def test_with_3_points_left_a_deduction_of_5_leaves_a_debt_of_2_where_the_unit_owes() -> None:
    """R12."""
    story = deduct_with_3_left("debt")
    approved(story, no_helmet())
    (fact,) = story.facts(PointsDeducted)
    assert (fact.asked, fact.amount, fact.debt, account(story).balance) == (5, 5, 2, -2)


def test_a_deduction_says_for_what_and_until_when_it_can_be_appealed() -> None:
    """Fifteen local days after it was recorded, the last one included."""
    story = site().on("2022-06-20")
    approved(story, no_helmet(), on=noon(10))
    (fact,) = story.facts(PointsDeducted)
    assert (fact.behaviour, fact.target) == ("no-helmet", "person")
    assert fact.appeal_until_at == "2022-07-05T16:00:00.000000Z"


def test_what_an_award_rests_on_stands_beside_it() -> None:
    _, _, record = approved(site(), hazard())
    assert record == BehaviourRecorded(holder=HolderId("wang"), behaviour="hazard", target="facility", evidence=PHOTO)


def test_a_grave_violation_suspends_from_the_months_evaluation_and_not_from_the_shop() -> None:
    """R13: spendable and standing follow the balance alone."""
    story = site().on("2022-06-20")
    for day in range(1, 13):
        story.when(check_in(), occurred_at=noon(day))
    approved(story, no_harness(), on=noon(10))
    assert story.the(Holder, "wang").suspended == ("2022-06",)
    assert (account(story).balance, account(story).available(UNIT)) == (102, 2)
    assert story.the(Holder, "li").suspended == ()


def test_a_violation_of_a_closed_month_suspends_from_the_open_one() -> None:
    story = site().on("2022-07-02")
    approved(story, no_harness(), on=noon(30))
    assert [fact.evaluation for fact in story.facts(EvaluationSuspended)] == ["2022-07"]


def test_a_suspension_ends_when_its_deduction_is_given_back_whole() -> None:
    story = site()
    approved(story, no_harness())
    deduction = story.tx
    story.when(ReverseMovement(of=deduction, amount=4, reason="wrong-person"))
    assert story.the(Holder, "wang").suspended == ("2022-06",)
    story.when(ReverseMovement(of=deduction, reason="wrong-person"))
    assert story.the(Holder, "wang").suspended == ()
    assert len(story.facts(SuspensionLifted)) == 1


def test_a_second_grave_violation_keeps_the_suspension_when_the_first_is_given_back() -> None:
    story = site()
    approved(story, no_harness())
    first = story.tx
    approved(story, no_harness())
    story.when(ReverseMovement(of=first, reason="wrong-person"))
    assert story.the(Holder, "wang").suspended == ("2022-06",)


# Versions ----------------------------------------------------------------------------------------------------


def test_the_helmet_rule_of_15_june_leaves_the_days_before_unchanged() -> None:
    """R06: each award names the version that priced it, whenever it is recorded or approved."""
    story = site()
    story.given(AdoptScheme(scheme=canonical(load_scheme(SECOND_VERSION)), effective_from=Day("2022-06-15")))
    story.on("2022-06-20")
    approved(story, no_helmet(), on=noon(14))
    approved(story, no_helmet(), on=noon(15))
    priced = [(item.data.amount, item.rule) for item in story.journal if isinstance(item.data, PointsDeducted)]
    assert priced == [(5, "safety-supermarket/v1"), (10, "safety-supermarket/v2")]


# Approval limits and opening balances --------------------------------------------------------------------------


def test_up_to_its_approval_limit_an_award_needs_nobody() -> None:
    (at_limit, _) = site(with_rule("hazard", approval_limit=10)).when(hazard())
    assert isinstance(at_limit, PointsEarned)
    (above,) = site(with_rule("hazard", approval_limit=9)).when(hazard())
    assert isinstance(above, ProposalMade)
    assert above.why == "approval-limit"


def test_an_opening_balance_names_its_amount_and_source_and_waits_for_another_person() -> None:
    story = site(initial=False)
    waiting = proposed(story, opening(37))
    assert account_or_none(story) is None
    facts = story.when(ApproveProposal(proposal=waiting), by=LEADER)
    assert [type(fact) for fact in facts] == [ProposalApproved, PointsEarned, BehaviourRecorded]
    assert (account(story).balance, facts[2].evidence) == (37, "paper-cards-2022-05")  # type: ignore[attr-defined] # the third is a BehaviourRecorded
    assert story.journal[-1].appr is not None
    assert story.journal[-1].appr.by == "person:leader"


def account_or_none(story: Story) -> object:
    return story.book.row(("account", "holder:wang/safety_point"))


# Two records of one man --------------------------------------------------------------------------------------------


def test_a_day_that_has_paid_one_record_of_a_man_does_not_pay_the_other() -> None:
    """R28, R07: merging must not open the day's cap anew."""
    story = site().given(check_in("li"), MergeHolders(old=HolderId("li"), into=HolderId("wang"), reason="duplicate"))
    story.refuses(check_in(), LimitExceeded(rule="check-in", limit=1, used=1, offered=0, period="2022-06-01"))


def test_what_waits_for_a_merged_record_is_paid_to_the_living_one() -> None:
    story = site()
    waiting = proposed(story, hazard("li"))
    story.given(MergeHolders(old=HolderId("li"), into=HolderId("wang"), reason="duplicate"))
    before = account(story).balance
    story.when(ApproveProposal(proposal=waiting), by=LEADER)
    assert account(story).balance == before + 10


def test_a_merged_mans_suspension_is_lifted_where_it_now_stands() -> None:
    story = site()
    approved(story, no_harness("li"))
    deduction = story.tx
    story.given(MergeHolders(old=HolderId("li"), into=HolderId("wang"), reason="duplicate"))
    assert story.the(Holder, "wang").suspended == ("2022-06",)
    story.when(ReverseMovement(of=deduction, reason="wrong-person"))
    assert story.the(Holder, "wang").suspended == ()


def test_a_day_after_leaving_credits_nothing_and_a_late_entry_of_a_day_before_does() -> None:
    story = site().on("2022-06-20").given(LeaveSite(holder=HolderId("wang"), left_on=Day("2022-06-10")))
    story.refuses(check_in(), HolderBarred(since=Day("2022-06-10")))
    story.when(check_in(), occurred_at=noon(10))


def test_a_deduction_below_its_approval_limit_is_taken_at_once() -> None:
    (fact, record) = site(with_rule("no-helmet", approval_limit=5)).when(no_helmet())
    assert isinstance(fact, PointsDeducted)
    assert isinstance(record, BehaviourRecorded)

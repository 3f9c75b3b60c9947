"""Reviews: the machine's verdict, the human queue, what an approval credits, and that nobody reviews himself."""

from typing import Any

import msgspec
import pytest

from ledger.approvals.commands import ApproveProposal, MakeProposal
from ledger.approvals.content import content_of
from ledger.approvals.facts import ProposalMade
from ledger.patrols.commands import ClaimTask, FinishPatrol, StartPatrol
from ledger.patrols.entities import Claim
from ledger.people.commands import LeaveSite, MergeHolders, RegisterPerson
from ledger.points.commands import FreezeAccount
from ledger.points.entities import Account
from ledger.points.facts import PointsEarned
from ledger.refusals import AlreadyDecided, Forbidden, Malformed, NotEligible, NotFound, SelfApproval, UnknownSchemeTerm
from ledger.reviews.commands import ApprovePatrol, RejectPatrol, ReviewPatrol
from ledger.reviews.entities import Review
from ledger.reviews.facts import (
    Credited,
    Finding,
    PatrolApproved,
    PatrolReferred,
    PatrolRejected,
    Withheld,
)
from ledger.room import By, Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.scheme.model import Budget, Limit, Scheme
from ledger.scheme.words import Names
from ledger.values import AccountId, ClaimId, Day, HolderId, Instant, TaskId
from tests.given import Story
from tests.reviews.walks import (
    APP,
    LI,
    OFFICER,
    OPENS,
    REVIEWER,
    SYSTEM,
    codes,
    district,
    measured,
    referred,
    rejected,
    reviewed,
    scheme,
    walked,
    walking,
)

C1 = ClaimId("c1")
APPROVE = ApprovePatrol(claim=C1, reason="phone-failed")
REJECT = RejectPatrol(claim=C1, reason="evidence-missing", note="note:77")


def with_behaviour(**changed: Any) -> Scheme:
    """The shipped scheme with another rule for the award."""
    shipped = load_scheme("patrol")
    patrol = msgspec.structs.replace(shipped.behaviours["patrol"], **changed)
    return msgspec.structs.replace(shipped, behaviours={**shipped.behaviours, "patrol": patrol})


def balance(story: Story, holder: str = LI, unit: str = "patrol_point") -> int:
    account = story.get(Account, f"holder:{holder}/{unit}")
    return 0 if account is None else account.balance


@pytest.fixture
def june() -> Story:
    return district()


# The machine -------------------------------------------------------------------------------------------------


def test_a_patrol_without_fault_is_approved_and_credited_at_once(june: Story) -> None:
    walked(june)
    approved, earned = reviewed(june)
    assert isinstance(approved, PatrolApproved)
    assert (approved.reviewed_by, approved.findings, approved.withheld) == ("machine", (), ())
    assert approved.credited == (Credited("patrol", "patrol_point", 20),)
    assert isinstance(earned, PointsEarned)
    assert (earned.account, earned.amount, earned.behaviour) == ("holder:li", 20, "patrol")
    assert june.the(Claim, C1).status == "approved"
    assert june.the(Review, C1).decided_by == SYSTEM


def test_the_credit_happened_when_the_patrol_ended(june: Story) -> None:
    walked(june)
    june.on("2022-06-20")
    reviewed(june)
    assert june.journal[-1].occurred_at == june.the(Claim, C1).finished_at == "2022-06-14T12:00:00.000000Z"
    assert june.journal[-1].recorded_at == "2022-06-20T04:00:00.000000Z"


def test_a_short_patrol_is_rejected_with_its_minutes_and_credits_nothing(june: Story) -> None:
    walked(june)
    fact = rejected(june)
    assert fact.findings == (Finding("too-short", measured=97, limit=120),)
    assert (fact.reviewed_by, fact.reason) == ("machine", None)
    assert june.the(Claim, C1).status == "rejected"
    assert balance(june) == 0


def test_the_days_of_appeal_end_with_the_last_of_them(june: Story) -> None:
    """15 days after the 14th: to the end of the 29th, in the ledger's zone."""
    walked(june)
    assert rejected(june).appeal_until_at == "2022-06-29T16:00:00.000000Z"


def test_a_gap_goes_to_a_person_with_everything_that_was_found(june: Story) -> None:
    walked(june)
    (fact,) = reviewed(june, found=measured(longest_gap_seconds=1500, seconds=97 * 60))
    assert isinstance(fact, PatrolReferred)
    assert codes(fact.findings) == ["too-short", "gap"]
    assert june.the(Claim, C1).status == "referred"
    assert balance(june) == 0


def test_a_claim_is_reviewed_once_whatever_arrives_again(june: Story) -> None:
    walked(june)
    reviewed(june)
    again = ReviewPatrol(claim=C1, measured=measured(seconds=60), commitment="sealed-c1")
    assert june.when(again, by=SYSTEM) == ()
    assert balance(june) == 20


def test_what_a_person_is_to_decide_the_machine_does_not_review_again(june: Story) -> None:
    walked(june)
    referred(june)
    assert reviewed(june) == ()
    assert june.the(Claim, C1).status == "referred"


@pytest.mark.parametrize("by", [APP, REVIEWER, By(principal="person:system", subject="person:system")])
def test_nobody_but_the_system_may_say_what_was_measured(june: Story, by: By) -> None:
    walked(june)
    june.refuses(ReviewPatrol(claim=C1, measured=measured()), Forbidden(permission="system"), by=by)


def test_a_claim_that_is_not_there_is_not_found(june: Story) -> None:
    for command in (ReviewPatrol(claim=C1), APPROVE, REJECT):
        june.refuses(command, NotFound(kind="claim", id="c1"), by=SYSTEM if command.ROUTE == "review" else REVIEWER)


def test_what_was_not_finished_is_not_reviewed(june: Story) -> None:
    walked(june)
    walked(june, "c2", day="2022-06-15")
    open_one = ClaimId("c3")
    story = june.on("2022-06-16T10:00:00.000000Z")
    story.given(ClaimTask(task=TaskId("songtai-2.2022-06-16.evening"), holder=LI, id=open_one), by=APP)
    story.refuses(ReviewPatrol(claim=open_one), NotEligible(reason="not-finished"), by=SYSTEM)
    story.refuses(ApprovePatrol(claim=open_one), NotEligible(reason="not-referred"), by=REVIEWER)


def test_figures_of_another_track_than_the_claims_are_refused(june: Story) -> None:
    walked(june)
    command = ReviewPatrol(claim=C1, measured=measured(), commitment="sealed-c2")
    june.refuses(command, NotEligible(reason="another-track"), by=SYSTEM)


def test_a_track_is_awaited_for_72_hours_and_then_a_person_decides_without_one(june: Story) -> None:

    june.on(OPENS).given(
        ClaimTask(task=TaskId("songtai-2.2022-06-14.evening"), holder=LI, id=C1),
        StartPatrol(claim=C1, device="phone"),
        by=APP,
    )
    june.on("2022-06-14T12:00:00.000000Z").given(FinishPatrol(claim=C1, device="phone"), by=APP)
    june.on("2022-06-17T11:59:59.999999Z").refuses(
        ReviewPatrol(claim=C1), NotEligible(reason="track-awaited"), by=SYSTEM
    )
    (fact,) = june.on("2022-06-17T12:00:00.000000Z").when(ReviewPatrol(claim=C1), by=SYSTEM)
    assert isinstance(fact, PatrolReferred)
    assert (fact.findings, fact.measured) == ((Finding("no-track"),), None)


def test_a_track_that_cannot_be_read_goes_to_a_person_at_once(june: Story) -> None:
    walked(june)
    (fact,) = june.when(ReviewPatrol(claim=C1, commitment="sealed-c1"), by=SYSTEM)
    assert isinstance(fact, PatrolReferred)
    assert codes(fact.findings) == ["no-track"]


def test_a_scheme_may_leave_every_patrol_to_a_person() -> None:
    story = district(scheme(reviewed_by="person"))
    walked(story)
    (fact,) = reviewed(story)
    assert isinstance(fact, PatrolReferred)
    assert codes(fact.findings) == ["by-scheme"]


# The human queue ---------------------------------------------------------------------------------------------


def test_a_person_approves_what_was_found_and_the_credit_names_him(june: Story) -> None:
    walked(june)
    findings = referred(june).findings
    approved, earned = june.when(APPROVE, by=REVIEWER)
    assert isinstance(approved, PatrolApproved)
    assert (approved.reviewed_by, approved.reason, approved.findings) == ("person", "phone-failed", findings)
    assert isinstance(earned, PointsEarned)
    envelope = june.journal[-1]
    assert envelope.appr is not None
    assert (envelope.appr.by, envelope.appr.proposal) == ("person:reviewer", "c1")
    assert june.journal[envelope.appr.position - 1].data == approved
    assert balance(june) == 20
    assert june.the(Claim, C1).status == "approved"


def test_a_person_rejects_for_a_reason_of_the_scheme(june: Story) -> None:
    walked(june)
    findings = referred(june).findings
    (fact,) = june.when(REJECT, by=REVIEWER)
    assert isinstance(fact, PatrolRejected)
    assert (fact.reviewed_by, fact.reason, fact.note, fact.findings) == (
        "person",
        "evidence-missing",
        "note:77",
        findings,
    )
    assert fact.measured == june.the(Review, C1).measured
    assert (june.the(Claim, C1).status, balance(june)) == ("rejected", 0)


@pytest.mark.parametrize(
    "command", [ApprovePatrol(claim=C1, reason="no-such"), RejectPatrol(claim=C1, reason="no-such")]
)
def test_a_reason_that_the_scheme_does_not_know_is_refused(june: Story, command: Command) -> None:
    walked(june)
    referred(june)
    june.refuses(command, UnknownSchemeTerm(term="reason", value="no-such"), by=REVIEWER)


def test_a_note_is_a_reference_and_never_text(june: Story) -> None:
    walked(june)
    referred(june)
    refusal = Malformed(errors=["note: 1 to 128 visible ASCII characters"])
    june.refuses(ApprovePatrol(claim=C1, note="小李说手机没电了"), refusal, by=REVIEWER)


def test_what_the_machine_has_not_seen_nobody_decides(june: Story) -> None:
    walked(june)
    june.refuses(APPROVE, NotEligible(reason="not-referred"), by=REVIEWER)


def test_what_was_decided_is_not_decided_again(june: Story) -> None:
    walked(june)
    referred(june)
    june.given(APPROVE, by=REVIEWER)
    position = june.the(Review, C1).decided_position
    for command in (APPROVE, REJECT):
        june.refuses(command, AlreadyDecided(decision="approved", position=position), by=OFFICER)
    assert balance(june) == 20


def test_what_the_machine_rejected_only_an_appeal_opens_again(june: Story) -> None:
    walked(june)
    rejected(june)
    june.refuses(APPROVE, AlreadyDecided(decision="rejected", position=len(june.journal)), by=REVIEWER)


def test_a_decision_is_not_proposed(june: Story) -> None:
    walked(june)
    referred(june)
    refusal = Malformed(errors=["command.type: patrol-approval cannot be proposed"])
    june.refuses(MakeProposal(command=content_of(APPROVE)), refusal, by=REVIEWER)


# Nobody reviews himself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [APPROVE, REJECT])
def test_a_client_without_a_person_decides_nothing(june: Story, command: Command) -> None:
    walked(june)
    referred(june)
    june.refuses(command, NotEligible(reason="person-needed"), by=By(principal="client:web"))


@pytest.mark.parametrize("command", [APPROVE, REJECT])
@pytest.mark.parametrize(
    "by",
    [
        By(principal="person:li", subject="person:li"),
        By(principal="client:review-desk", subject="person:li"),
    ],
)
def test_the_walker_does_not_review_himself(june: Story, by: By, command: Command) -> None:
    walked(june)
    referred(june)
    june.refuses(command, SelfApproval(maker="person:li"), by=by)


def test_the_walker_does_not_review_himself_even_where_makers_may_check() -> None:
    base = load_scheme("patrol")
    lenient = msgspec.structs.replace(base, approvals=msgspec.structs.replace(base.approvals, maker_may_check=True))
    story = district(lenient)
    walked(story)
    referred(story)
    story.refuses(APPROVE, SelfApproval(maker="person:li"), by=By(principal="person:li", subject="person:li"))


def test_neither_of_two_merged_records_reviews_the_other(june: Story) -> None:
    june.given(RegisterPerson(holder=HolderId("li-2")))
    walked(june)
    referred(june)
    june.given(MergeHolders(old=LI, into=HolderId("li-2"), reason="correction"))
    for record in ("li", "li-2"):
        person = f"person:{record}"
        june.refuses(APPROVE, SelfApproval(maker=person), by=By(principal=person, subject=person))


def test_another_volunteer_may_review_if_he_is_a_reviewer(june: Story) -> None:
    june.given(RegisterPerson(holder=HolderId("chen")))
    walked(june)
    referred(june)
    june.given(APPROVE, by=By(principal="person:chen", subject="person:chen"))
    assert balance(june) == 20


def test_whoever_filed_the_patrol_does_not_review_it(june: Story) -> None:
    walked(june, by=By(principal="person:leader", subject="person:leader"))
    referred(june)
    by = By(principal="client:review-desk", subject="person:leader")
    june.refuses(APPROVE, SelfApproval(maker="person:leader"), by=by)
    june.refuses(REJECT, SelfApproval(maker="person:leader"), by=by)
    june.given(APPROVE, by=REVIEWER)


def test_where_makers_may_check_whoever_filed_it_may_review_it() -> None:
    base = load_scheme("patrol")
    lenient = msgspec.structs.replace(base, approvals=msgspec.structs.replace(base.approvals, maker_may_check=True))
    story = district(lenient)
    leader = By(principal="person:leader", subject="person:leader")
    walked(story, by=leader)
    referred(story)
    assert len(story.when(APPROVE, by=leader)) == 2


# What is credited -----------------------------------------------------------------------------------------------


def test_a_fourth_patrol_of_a_day_is_approved_and_its_credit_withheld() -> None:
    story = district(with_behaviour(per_day=2))
    for id, slot in (("c1", "morning"), ("c2", "afternoon"), ("c3", "evening")):
        walked(story, id, slot=slot)
        reviewed(story, id)
    approved = story.facts(PatrolApproved)
    assert [len(fact.credited) for fact in approved] == [1, 1, 0]
    assert approved[2].withheld == (Withheld("patrol", "limit-exceeded", 2),)
    assert story.the(Claim, "c3").status == "approved"
    assert balance(story) == 40


def test_the_day_of_a_cap_is_that_of_the_patrol_not_of_the_review(june: Story) -> None:
    ids = [f"c{day}{slot}" for day in (13, 14) for slot in ("morning", "afternoon", "evening")]
    for id in ids:
        walked(june, id, day=f"2022-06-{id[1:3]}", slot=id[3:])
    for id in ids:
        reviewed(june.on("2022-06-20"), id)
    assert balance(june) == 120
    assert all(not fact.withheld for fact in june.facts(PatrolApproved))


def test_direct_coin_credit_is_another_award_of_the_scheme() -> None:
    story = district(scheme(awards=("patrol-coin",)))
    walked(story)
    reviewed(story)
    assert (balance(story), balance(story, unit="patrol_coin")) == (0, 20)


def test_both_awards_stand_in_one_transaction() -> None:
    story = district(scheme(awards=("patrol", "patrol-coin")))
    walked(story)
    approved, *_ = reviewed(story)
    assert isinstance(approved, PatrolApproved)
    assert approved.credited == (Credited("patrol", "patrol_point", 20), Credited("patrol-coin", "patrol_coin", 20))
    assert {envelope.tx for envelope in story.journal[-3:]} == {story.tx}


def test_patrols_without_points_are_approved_with_none() -> None:
    story = district(scheme(awards=()))
    walked(story)
    (approved,) = reviewed(story)
    assert isinstance(approved, PatrolApproved)
    assert (approved.credited, approved.withheld) == ((), ())


def test_two_awards_that_share_a_limit_are_tried_one_after_the_other() -> None:
    """Each alone fits 30; together they do not: the approval says which was credited."""
    base = scheme(awards=("patrol", "patrol-coin"))
    shared = Limit(
        code="grants-a-day", names=Names(zh="每日次数", en="Grants a day"), counts="times", kinds=("grant",), amount=1
    )
    story = district(msgspec.structs.replace(base, limits={"grants-a-day": shared}))
    walked(story)
    approved, earned = reviewed(story)
    assert isinstance(approved, PatrolApproved)
    assert approved.credited == (Credited("patrol", "patrol_point", 20),)
    assert approved.withheld == (Withheld("patrol-coin", "limit-exceeded", 1),)
    assert isinstance(earned, PointsEarned)


def test_the_credit_is_paid_from_the_fund_of_the_route() -> None:
    story = district(None, fund="union")
    walked(story)
    reviewed(story)
    assert [fact.fund for fact in story.facts(PointsEarned)] == ["union"]


def test_a_frozen_account_withholds_the_credit_not_the_approval(june: Story) -> None:
    walked(june, "c1")
    reviewed(june, "c1")
    walked(june, "c2", day="2022-06-15")
    june.given(FreezeAccount(account=AccountId("holder:li"), reason="correction"))
    (approved,) = reviewed(june, "c2")
    assert isinstance(approved, PatrolApproved)
    assert approved.withheld == (Withheld("patrol", "account-frozen"),)


def test_a_patrol_before_leaving_is_credited_after_it(june: Story) -> None:
    walked(june)
    june.on("2022-06-15").given(LeaveSite(holder=LI, left_on=Day("2022-06-15"), reason="other"))
    reviewed(june)
    assert [fact.amount for fact in june.facts(PointsEarned)] == [20]


def budgeted(amount: int, **behaviour: Any) -> Scheme:
    base = with_behaviour(budget="month", **behaviour)
    budget = Budget(code="month", names=Names(zh="月度预算", en="Month"), unit="patrol_point", amount=amount)
    return msgspec.structs.replace(base, budgets={"month": budget})


@pytest.mark.parametrize("by_person", [False, True])
def test_beyond_a_budget_the_award_waits_as_a_proposal_for_the_next_months(*, by_person: bool) -> None:
    story = district(budgeted(20))
    for id, slot in (("c0", "morning"), ("c1", "evening")):
        walked(story, id, slot=slot)
    reviewed(story, "c0")
    if by_person:
        referred(story)
        approved, proposal = story.when(APPROVE, by=REVIEWER)
    else:
        approved, proposal = reviewed(story)
    assert isinstance(approved, PatrolApproved)
    assert (approved.credited, approved.withheld) == ((), (Withheld("patrol", "over-budget"),))
    assert isinstance(proposal, ProposalMade)
    assert balance(story) == 20
    story.on("2022-07-01T04:00:00.000000Z").given(ApproveProposal(proposal=proposal.proposal), by=OFFICER)
    assert balance(story) == 40


def test_the_record_that_answers_for_a_merged_one_is_credited(june: Story) -> None:
    june.given(RegisterPerson(holder=HolderId("li-2")))
    walked(june)
    june.given(MergeHolders(old=LI, into=HolderId("li-2"), reason="correction"))
    approved, *_ = reviewed(june)
    assert isinstance(approved, PatrolApproved)
    assert approved.holder == "li-2"
    assert (balance(june, "li-2"), balance(june)) == (20, 0)


def test_what_two_merged_records_walked_in_a_day_counts_to_one_cap() -> None:
    story = district(with_behaviour(per_day=1), "li-2")
    walked(story, "c1", slot="morning")
    reviewed(story, "c1")
    walked(story, "c2", slot="evening", holder="li-2")
    story.given(MergeHolders(old=LI, into=HolderId("li-2"), reason="correction"))
    reviewed(story, "c2")
    assert story.facts(PatrolApproved)[1].withheld == (Withheld("patrol", "limit-exceeded", 1),)
    assert balance(story, "li-2") == 20


@pytest.mark.parametrize("merged_before", ["any review", "the second review"])
def test_what_two_records_of_one_man_walked_on_one_task_is_paid_once(merged_before: str) -> None:
    story = district(None, "li-2")
    (claim, start, *_), (claim_2, start_2, *_) = walking("c1"), walking("c2", holder="li-2")
    story.on(OPENS).given(claim, start, claim_2, start_2, by=APP)
    story.on("2022-06-14T12:00:00.000000Z")
    for _, _, finish, track in (walking("c1"), walking("c2", holder="li-2")):
        story.given(finish, track, by=APP)
    merge = MergeHolders(old=HolderId("li-2"), into=LI, reason="correction")
    if merged_before == "any review":
        story.given(merge)
    reviewed(story, "c2")
    if merged_before == "the second review":
        story.given(merge)
    reviewed(story, "c1", measured())
    first, second = story.facts(PatrolApproved)
    assert (len(first.credited), second.credited) == (1, ())
    assert second.withheld == (Withheld("patrol", "limit-exceeded", 1),)
    assert balance(story) == 20
    assert story.the(Claim, C1).status == "approved"


def test_what_it_is_judged_by_is_the_scheme_of_the_patrols_day(june: Story) -> None:

    walked(june)
    later_rules = msgspec.structs.replace(scheme(min_minutes=180, awards=()), version=2)
    june.on("2022-06-20").given(AdoptScheme(scheme=canonical(later_rules), effective_from=Day("2022-06-20")))
    approved, *_ = reviewed(june)
    assert isinstance(approved, PatrolApproved)
    assert approved.credited == (Credited("patrol", "patrol_point", 20),)


def test_a_review_is_replayed_from_its_facts_alone(june: Story) -> None:
    """The harness compares replay and book after every step; this one walks through every status."""
    walked(june)
    referred(june)
    june.given(REJECT, by=REVIEWER)
    found = june.the(Review, C1)
    assert (found.status, found.decided_by, found.reason) == ("rejected", REVIEWER, "evidence-missing")
    assert found.decided_at == Instant("2022-06-14T12:00:00.000000Z")

"""Reviews: the machine's verdict, the human queue, and that nobody reviews himself."""

import msgspec
import pytest

from ledger.approvals.commands import MakeProposal
from ledger.approvals.content import content_of
from ledger.patrols.commands import ClaimTask, FinishPatrol, StartPatrol
from ledger.patrols.entities import Claim
from ledger.people.commands import MergeHolders, RegisterPerson
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
)
from ledger.room import By, Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import ClaimId, Day, HolderId, Instant, TaskId
from tests.given import Story
from tests.reviews.walks import (
    APP,
    LI,
    OFFICER,
    OPENS,
    REVIEWER,
    SYSTEM,
    balance,
    codes,
    district,
    measured,
    referred,
    rejected,
    reviewed,
    scheme,
    walked,
)

C1 = ClaimId("c1")
APPROVE = ApprovePatrol(claim=C1, reason="phone-failed")
REJECT = RejectPatrol(claim=C1, reason="evidence-missing", note="note:77")


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


def test_a_recording_that_was_handed_in_for_two_patrols_is_refused_to_nobody_and_credited_by_a_person(
    june: Story,
) -> None:
    walked(june)
    (fact,) = june.when(ReviewPatrol(claim=C1, measured=measured(), commitment="sealed-c1", elsewhere=1), by=SYSTEM)
    assert isinstance(fact, PatrolReferred)
    assert fact.findings == (Finding("same-recording", measured=1),)
    approved, _ = june.when(APPROVE, by=REVIEWER)
    assert isinstance(approved, PatrolApproved)
    assert (approved.findings, balance(june)) == (fact.findings, 20)


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

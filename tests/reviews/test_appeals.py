"""Appeals against rejected patrols: in time, once, decided by another person, credited once when granted."""

import pytest

from ledger.behaviours.commands import RecordBehaviour
from ledger.patrols.entities import Claim
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.periods.commands import ClosePeriod, OpenBooks
from ledger.points.facts import PointsEarned
from ledger.refusals import (
    AlreadyDecided,
    AlreadyExists,
    AppealClosed,
    Malformed,
    NotEligible,
    NotFound,
    SelfApproval,
    UnknownSchemeTerm,
)
from ledger.reviews.commands import AppealPatrol, ApprovePatrol, DecidePatrolAppeal, RejectPatrol
from ledger.reviews.entities import Review
from ledger.reviews.facts import Credited, PatrolAppealDecided, PatrolAppealed, PatrolApproved
from ledger.room import By, Command
from ledger.values import ClaimId, HolderId, Instant, PeriodName
from tests.given import Story
from tests.reviews.walks import APP, LI, OFFICER, REVIEWER, balance, district, referred, rejected, reviewed, walked

C1 = ClaimId("c1")
APPEAL = AppealPatrol(claim=C1, note="note:12")
GRANT = DecidePatrolAppeal(claim=C1, granted=True, reason="appeal-granted")
DENY = DecidePatrolAppeal(claim=C1, granted=False, reason="rule-not-met")


@pytest.fixture
def june() -> Story:
    """小李 was rejected for 97 minutes on the 14th."""
    story = district()
    walked(story)
    rejected(story)
    return story


def test_a_rejection_is_contested(june: Story) -> None:
    (fact,) = june.when(APPEAL, by=APP)
    assert isinstance(fact, PatrolAppealed)
    assert (fact.claim, fact.holder, fact.note) == ("c1", "li", "note:12")
    assert june.the(Review, C1).status == "appealed"
    assert june.the(Claim, C1).status == "rejected"


@pytest.mark.parametrize(
    ("at", "open_still"), [("2022-06-29T15:59:59.999999Z", True), ("2022-06-29T16:00:00.000000Z", False)]
)
def test_an_appeal_is_in_time_until_the_end_of_its_last_local_day(june: Story, at: str, *, open_still: bool) -> None:
    june.on(at)
    if open_still:
        june.given(APPEAL, by=APP)
    else:
        june.refuses(APPEAL, AppealClosed(until=Instant("2022-06-29T16:00:00.000000Z")), by=APP)


@pytest.mark.parametrize("decision", [None, GRANT, DENY])
def test_a_rejection_is_contested_once(june: Story, decision: Command | None) -> None:
    june.given(APPEAL, by=APP)
    if decision is not None:
        june.given(decision, by=OFFICER)
    june.refuses(APPEAL, AlreadyExists(kind="appeal", id="c1"), by=APP)


def test_only_what_was_rejected_is_contested() -> None:
    story = district()
    walked(story)
    story.refuses(APPEAL, NotEligible(reason="not-decided"), by=APP)
    referred(story)
    story.refuses(APPEAL, NotEligible(reason="not-decided"), by=APP)
    story.given(ApprovePatrol(claim=C1), by=REVIEWER)
    position = story.the(Review, C1).decided_position
    story.refuses(APPEAL, AlreadyDecided(decision="approved", position=position), by=APP)


def test_a_persons_rejection_is_contested_as_well() -> None:
    story = district()
    walked(story)
    referred(story)
    story.given(RejectPatrol(claim=C1, reason="not-walked"), by=REVIEWER).given(APPEAL, by=APP)
    story.refuses(GRANT, SelfApproval(maker="person:reviewer"), by=REVIEWER)
    story.given(GRANT, by=OFFICER)
    assert balance(story) == 20


def test_a_granted_appeal_pays_once_and_names_what_it_corrects(june: Story) -> None:
    rejection = june.the(Review, C1).decided_position
    june.given(APPEAL, by=APP)
    decided, approved, earned = june.when(GRANT, by=OFFICER)
    assert isinstance(decided, PatrolAppealDecided)
    assert isinstance(approved, PatrolApproved)
    assert (approved.corrects, approved.reviewed_by) == (rejection, "person")
    assert approved.credited == (Credited("patrol", "patrol_point", 20),)
    assert approved.findings == june.the(Review, C1).findings
    assert isinstance(earned, PointsEarned)
    assert june.the(Claim, C1).status == "approved"
    june.refuses(GRANT, AlreadyDecided(decision="granted", position=len(june.journal) - 2), by=OFFICER)
    june.refuses(DENY, AlreadyDecided(decision="granted", position=len(june.journal) - 2), by=OFFICER)
    assert balance(june) == 20


def test_the_machine_pays_no_second_time_after_a_granted_appeal(june: Story) -> None:
    june.given(APPEAL, by=APP).given(GRANT, by=OFFICER)
    assert reviewed(june) == ()
    assert balance(june) == 20


def test_a_denied_appeal_leaves_the_rejection(june: Story) -> None:
    june.given(APPEAL, by=APP)
    (decided,) = june.when(DENY, by=OFFICER)
    assert isinstance(decided, PatrolAppealDecided)
    assert (june.the(Review, C1).status, june.the(Claim, C1).status) == ("upheld", "rejected")
    assert balance(june) == 0
    june.refuses(GRANT, AlreadyDecided(decision="denied", position=len(june.journal)), by=OFFICER)


def test_what_was_not_contested_is_not_decided(june: Story) -> None:
    june.refuses(GRANT, NotFound(kind="appeal", id="c1"), by=OFFICER)
    june.refuses(
        DecidePatrolAppeal(claim=ClaimId("c9"), granted=True, reason="appeal-granted"),
        NotFound(kind="claim", id="c9"),
        by=OFFICER,
    )


def test_a_decision_has_a_reason_of_the_scheme_and_a_note_that_is_a_reference(june: Story) -> None:
    june.given(APPEAL, by=APP)
    unknown = DecidePatrolAppeal(claim=C1, granted=True, reason="mercy")
    june.refuses(unknown, UnknownSchemeTerm(term="reason", value="mercy"), by=OFFICER)
    written = DecidePatrolAppeal(claim=C1, granted=True, reason="other", note="two words")
    june.refuses(written, Malformed(errors=["note: 1 to 128 visible ASCII characters"]), by=OFFICER)


@pytest.mark.parametrize("command", [GRANT, DENY])
def test_the_walker_does_not_decide_his_own_appeal(june: Story, command: Command) -> None:
    june.given(APPEAL, by=APP)
    june.refuses(command, SelfApproval(maker="person:li"), by=By(principal="client:desk", subject="person:li"))


def test_whoever_made_the_appeal_for_him_does_not_decide_it(june: Story) -> None:
    june.given(APPEAL, by=OFFICER)
    june.refuses(GRANT, SelfApproval(maker="person:officer"), by=OFFICER)
    june.given(GRANT, by=REVIEWER)


def test_a_client_alone_decides_no_appeal(june: Story) -> None:
    june.given(APPEAL, by=APP)
    june.refuses(GRANT, NotEligible(reason="person-needed"), by=By(principal="client:desk"))


def test_the_survivor_of_a_merge_appeals_and_is_credited(june: Story) -> None:
    june.given(RegisterPerson(holder=HolderId("li-2")))
    june.given(MergeHolders(old=LI, into=HolderId("li-2"), reason="correction"))
    (fact,) = june.when(APPEAL, by=APP)
    assert isinstance(fact, PatrolAppealed)
    assert fact.holder == "li-2"
    june.refuses(GRANT, SelfApproval(maker="person:li-2"), by=By(principal="person:li-2", subject="person:li-2"))
    june.given(GRANT, by=OFFICER)
    assert (balance(june, "li-2"), balance(june)) == (20, 0)


def test_an_appeal_granted_after_the_month_was_closed_pays_in_the_open_one_for_the_closed_one() -> None:
    story = district().given(OpenBooks(period=PeriodName("2022-06")))
    walked(story, day="2022-06-30")
    rejected(story)
    story.on("2022-07-01T01:00:00.000000Z").given(APPEAL, by=APP)
    story.given(ClosePeriod(period=PeriodName("2022-06")))
    story.on("2022-07-05").given(GRANT, by=OFFICER)
    earned = story.journal[-1]
    assert isinstance(earned.data, PointsEarned)
    assert (earned.period, earned.belongs_to) == ("2022-07", "2022-06")
    assert earned.occurred_at == "2022-06-30T12:00:00.000000Z"
    approved = story.journal[-2]
    assert (approved.period, approved.belongs_to) == ("2022-07", None)
    assert balance(story) == 20


def test_a_cap_that_stands_in_the_way_of_a_granted_appeal_withholds_the_credit_alone() -> None:
    """The fourth patrol of a day credits nothing, whether it is approved at once or later."""
    story = district()
    walked(story, "c1", slot="morning")
    rejected(story, "c1")
    story.given(APPEAL, by=APP)
    story.given(*[RecordBehaviour(holder=LI, behaviour="patrol")] * 3)
    story.given(GRANT, by=OFFICER)
    assert [(it.behaviour, it.code, it.limit) for it in story.facts(PatrolApproved)[0].withheld] == [
        ("patrol", "limit-exceeded", 3)
    ]
    assert story.the(Claim, C1).status == "approved"

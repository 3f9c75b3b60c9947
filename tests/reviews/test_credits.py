"""What an approved patrol is credited: each award once, by caps, limits and budgets, out of its fund."""

from typing import Any

import msgspec
import pytest

from ledger.approvals.commands import ApproveProposal
from ledger.approvals.facts import ProposalMade
from ledger.patrols.entities import Claim
from ledger.people.commands import LeaveSite, MergeHolders, RegisterPerson
from ledger.periods.commands import ClosePeriod, OpenBooks
from ledger.points.commands import FreezeAccount
from ledger.points.facts import PointsEarned
from ledger.reviews.commands import ApprovePatrol
from ledger.reviews.facts import (
    Credited,
    PatrolApproved,
    Withheld,
)
from ledger.scheme.limiting import Limit
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Budget, Scheme
from ledger.scheme.words import Names
from ledger.values import AccountId, ClaimId, Day, HolderId, PeriodName
from tests.given import Story
from tests.reviews.walks import (
    APP,
    LI,
    OFFICER,
    OPENS,
    REVIEWER,
    balance,
    district,
    measured,
    referred,
    reviewed,
    scheme,
    walked,
    walking,
)

C1 = ClaimId("c1")
APPROVE = ApprovePatrol(claim=C1)


def with_behaviour(**changed: Any) -> Scheme:
    """The shipped scheme with another rule for the award."""
    shipped = load_scheme("patrol")
    patrol = msgspec.structs.replace(shipped.behaviours["patrol"], **changed)
    return msgspec.structs.replace(shipped, behaviours={**shipped.behaviours, "patrol": patrol})


@pytest.fixture
def june() -> Story:
    return district()


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


def late(story: Story, id: str, day: str) -> None:
    """Started at 21:50 and walked until 00:03."""
    claim, start, finish, track = walking(id, day=day)
    story.on(day + "T13:50:00.000000Z").given(claim, start, by=APP)
    story.on(day + "T16:03:00.000000Z").given(finish, track, by=APP)


def test_a_patrol_past_midnight_counts_to_the_day_on_which_it_began() -> None:
    story = district(with_behaviour(per_day=1))
    for day in ("2022-06-14", "2022-06-15", "2022-06-16"):
        late(story, "c" + day, day)
        reviewed(story, "c" + day)
    assert balance(story) == 60
    assert [it.occurred_at for it in story.journal if isinstance(it.data, PointsEarned)] == [
        f"2022-06-{day}T15:59:59.999999Z" for day in (14, 15, 16)
    ]


def test_a_patrol_past_the_end_of_the_month_belongs_to_it(june: Story) -> None:
    june.given(OpenBooks(period=PeriodName("2022-06")))
    late(june, "c1", "2022-06-30")
    june.on("2022-07-01").given(ClosePeriod(period=PeriodName("2022-06")))
    reviewed(june)
    assert (june.journal[-1].period, june.journal[-1].belongs_to) == ("2022-07", "2022-06")


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

"""Issuing budgets (R09): what would pass a month's amount waits as a proposal until a month can pay it."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.approvals.commands import ApproveProposal
from ledger.approvals.entities import Proposal
from ledger.approvals.facts import ProposalApproved, ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.limits.entities import Counter
from ledger.periods.commands import OpenBooks
from ledger.points.facts import PointsEarned
from ledger.refusals import ApprovalExpired, LimitExceeded
from ledger.reversals.commands import ReverseMovement
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme
from ledger.values import HolderId, PeriodName, ProposalId
from tests.behaviours.site import account, approved, hazard, missed_punch, noon, proposed, site, with_rule
from tests.given import LEADER, SUPERVISOR, Story

JUNE = "budget:monthly-issue/ledger/2022-06"
JULY = "budget:monthly-issue/ledger/2022-07"


def used(story: Story, counter: str = JUNE) -> int:
    """What a month has issued."""
    entity = story.get(Counter, counter)
    return entity.used if entity else 0


def budgeted(amount: int = 3000, **hazard_rule: object) -> Scheme:
    """The site's scheme with this amount a month, and a changed rule for hazards."""
    scheme = load_scheme("safety-supermarket")
    budget = msgspec.structs.replace(scheme.budgets["monthly-issue"], amount=amount)
    rule = msgspec.structs.replace(scheme.behaviours["hazard"], **hazard_rule)
    behaviours = {**scheme.behaviours, "hazard": rule}
    return msgspec.structs.replace(scheme, budgets={"monthly-issue": budget}, behaviours=behaviours)


def test_the_grant_that_would_reach_3005_is_held() -> None:
    """R09: five awards of 599 are 2,995; a hazard more would be 3,005."""
    story = site(with_rule("missed-punch", points=599), initial=False)
    held = proposed(story, hazard())
    for day in range(1, 6):
        approved(story, missed_punch(), on=noon(day))
    assert used(story) == 2995
    exhausted = LimitExceeded(rule="budget:monthly-issue", limit=3000, used=2995, offered=5, period="2022-06")
    story.refuses(ApproveProposal(proposal=held), exhausted, by=LEADER)
    assert (story.the(Proposal, held).status, used(story)) == ("open", 2995)


def test_an_award_above_the_budget_says_so_when_it_is_recorded() -> None:
    story = site(budgeted(15), initial=False)
    approved(story, hazard())
    (held,) = story.when(hazard())
    assert isinstance(held, ProposalMade)
    assert held.why == "over-budget"


def test_what_one_month_could_not_pay_the_next_one_can() -> None:
    """By the posted period: the award still says that it happened, and belongs, in June."""
    story = site(budgeted(15), initial=False).on("2022-06-20")
    approved(story, hazard())
    held = proposed(story, hazard(), on=noon(20))
    story.on("2022-07-01").when(ApproveProposal(proposal=held), by=LEADER)
    assert (used(story), used(story, JULY), account(story).balance) == (10, 10, 20)
    assert (story.journal[-1].belongs_to, story.journal[-1].period) == ("2022-06", "2022-07")


def test_while_the_books_of_june_are_open_an_award_of_july_draws_on_june() -> None:
    story = site(budgeted(15), initial=False).given(OpenBooks(period=PeriodName("2022-06")))
    story.on("2022-07-01")
    approved(story, hazard())
    assert (used(story), used(story, JULY)) == (10, 0)


def test_an_award_that_needs_no_approval_waits_too_when_the_budget_is_used_up() -> None:
    story = site(budgeted(15, approval_limit=None), initial=False)
    assert isinstance(story.when(hazard())[0], PointsEarned)
    (held,) = story.when(hazard())
    assert isinstance(held, ProposalMade)
    assert (held.why, account(story).balance, used(story)) == ("over-budget", 10, 10)


def test_the_budget_counts_what_was_issued_even_when_it_is_taken_back() -> None:
    """Else a month could issue without end by giving and taking back."""
    story = site(initial=False)
    approved(story, hazard())
    story.when(ReverseMovement(of=story.tx, reason="wrong-person"))
    assert used(story) == 10


@settings(max_examples=40)
@given(
    limit=st.integers(1, 60),
    steps=st.lists(st.tuples(st.integers(1, 25), st.sampled_from(["record", "approve", "month"]))),
)
def test_a_budget_is_the_sum_of_its_approved_awards_and_never_above_its_amount(
    limit: int, steps: list[tuple[int, str]]
) -> None:
    scheme = budgeted(limit, kind="opening", points=0, approval_limit=5, evidence=False, targets=())
    story, month = site(scheme, initial=False), 6
    waiting: list[ProposalId] = []
    for points, step in steps:
        if step == "month" and month < 12:
            month += 1
            story.on(f"2022-{month:02d}-15")
        elif step == "approve" and waiting:
            decide(story, waiting.pop(0), waiting)
        else:
            (fact,) = story.when(RecordBehaviour(holder=HolderId("wang"), behaviour="hazard", amount=points))
            waiting.extend([fact.proposal] if isinstance(fact, ProposalMade) else [])
    issued: dict[str, int] = {}
    for item in story.journal:
        if isinstance(item.data, PointsEarned):
            issued[item.period] = issued.get(item.period, 0) + item.data.amount
    counted = {
        id.rpartition("/")[2]: row.entity.used  # type: ignore[attr-defined] # rows of this kind are counters
        for (kind, id), row in story.book.rows.items()
        if kind == "counter" and id.startswith("budget:") and row is not None
    }
    assert counted == issued
    assert max(issued.values(), default=0) <= limit


def decide(story: Story, proposal: ProposalId, waiting: list[ProposalId]) -> None:
    """Approve, or keep it waiting when the month cannot pay it."""
    if story.the(Proposal, proposal).status != "open":
        return
    try:
        facts = story.when(ApproveProposal(proposal=proposal), by=LEADER)
    except LimitExceeded:
        waiting.append(proposal)
    except ApprovalExpired:
        pass
    else:
        assert [type(fact) for fact in facts] == [ProposalApproved, PointsEarned]
        assert story.journal[-1].by == SUPERVISOR

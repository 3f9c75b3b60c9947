"""Several of a behaviour at once: each worth its points, as many as the scheme allows, and never one by accident."""

import pytest

from ledger.approvals.commands import ApproveProposal
from ledger.approvals.facts import ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.points.facts import PointsDeducted, PointsEarned
from ledger.refusals import LimitExceeded, Malformed
from ledger.values import HolderId
from tests.behaviours.site import account, approved, check_in, no_helmet, site, with_rule
from tests.given import LEADER, SUPERVISOR


def check_ins(quantity: int, holder: str = "wang") -> RecordBehaviour:
    return RecordBehaviour(holder=HolderId(holder), behaviour="check-in", quantity=quantity)


def test_each_of_several_is_worth_the_points_and_all_are_one_credit() -> None:
    story = site(with_rule("check-in", points=2, most=13), initial=False)
    (fact,) = story.when(check_ins(13))
    assert isinstance(fact, PointsEarned)
    assert (fact.amount, fact.behaviour, account(story).balance) == (26, "check-in", 26)


@pytest.mark.parametrize("quantity", [0, -1, 14])
def test_more_than_the_scheme_allows_or_none_is_refused(quantity: int) -> None:
    story = site(with_rule("check-in", most=13), initial=False)
    story.refuses(check_ins(quantity), Malformed(errors=["quantity: from 1 to 13"]))


def test_where_several_are_allowed_the_number_must_be_named() -> None:
    """Half hours of which nobody said how many would be taken for one."""
    site(with_rule("check-in", most=13)).refuses(check_in(), Malformed(errors=["quantity: from 1 to 13"]))


def test_where_one_at_a_time_is_recorded_no_number_is_named() -> None:
    site().refuses(check_ins(1), Malformed(errors=["quantity: check-in is recorded one at a time"]))


def test_the_cap_of_a_day_counts_records_not_pieces() -> None:
    story = site(with_rule("check-in", most=13)).given(check_ins(5))
    story.refuses(check_ins(1), LimitExceeded(rule="check-in", limit=1, used=1, offered=0, period="2022-06-01"))


def test_the_approval_limit_looks_at_all_of_them_together() -> None:
    """Up to 10 points nobody needs to approve: 5 times 2 pass, 6 times 2 wait, and are approved as they were asked."""
    story = site(with_rule("check-in", points=2, most=13, per_day=None, approval_limit=10), initial=False)
    story.given(check_ins(5))
    (waiting,) = story.when(check_ins(6), by=SUPERVISOR)
    assert isinstance(waiting, ProposalMade)
    assert (waiting.command["quantity"], account(story).balance) == (6, 10)
    story.when(ApproveProposal(proposal=waiting.proposal), by=LEADER)
    assert account(story).balance == 22


def test_a_proposal_of_one_is_stored_as_it_always_was() -> None:
    (waiting,) = site().when(no_helmet(), by=SUPERVISOR)
    assert isinstance(waiting, ProposalMade)
    assert "quantity" not in waiting.command


def test_a_deduction_of_several_takes_as_many() -> None:
    story = site(with_rule("no-helmet", most=3))
    two = RecordBehaviour(
        holder=HolderId("wang"), behaviour="no-helmet", target="person", evidence="sha256:5be1c07d", quantity=2
    )
    taken = next(fact for fact in approved(story, two) if isinstance(fact, PointsDeducted))
    assert (taken.amount, account(story).balance) == (10, 90)

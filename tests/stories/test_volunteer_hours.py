"""S26: half hours of service, approved by another person, become points by whole hours, and points an umbrella.

Nothing but a scheme file on the rooms that were there.
"""

from ledger.approvals.commands import ApproveProposal
from ledger.approvals.facts import ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.people.commands import RegisterPerson
from ledger.points.entities import Account
from ledger.refusals import InsufficientFunds, NotEligible, SelfApproval
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.transfers.commands import ConvertPoints
from ledger.transfers.facts import PointsConverted
from ledger.values import AccountId, HolderId, ItemId, UnitCode
from tests.given import LEADER, SUPERVISOR, Story
from tests.redemptions.shop import buy

XIAOXU = HolderId("xiaoxu")
HALF_HOUR, POINT = UnitCode("half_hour"), UnitCode("service_point")
UMBRELLA = ItemId("umbrella")


def fair() -> Story:
    """A service fair with one volunteer, and umbrellas at 5 points."""
    story = Story("volunteer-points").given(RegisterPerson(holder=XIAOXU))
    umbrella = ListItem(id=UMBRELLA, name="雨伞", price=5, unit=POINT)
    return story.given(umbrella, ReceiveGoods(item=UMBRELLA, quantity=10))


def service(half_hours: int) -> RecordBehaviour:
    return RecordBehaviour(holder=XIAOXU, behaviour="service", quantity=half_hours)


def served(story: Story, half_hours: int) -> None:
    """Recorded by one person, approved by another."""
    (made,) = story.when(service(half_hours), by=SUPERVISOR)
    assert isinstance(made, ProposalMade)
    story.when(ApproveProposal(proposal=made.proposal), by=LEADER)


def exchange(amount: int) -> ConvertPoints:
    return ConvertPoints(account=AccountId("holder:xiaoxu"), from_unit=HALF_HOUR, to_unit=POINT, amount=amount)


def balances(story: Story) -> tuple[int, int]:
    """Half hours, points."""
    found = (story.get(Account, f"holder:xiaoxu/{unit}") for unit in (HALF_HOUR, POINT))
    half_hours, points = (0 if account is None else account.balance for account in found)
    return half_hours, points


def test_six_and_a_half_hours_are_six_points_and_an_umbrella_leaves_one() -> None:
    story = fair()
    served(story, 13)
    assert balances(story) == (13, 0)
    story.given(exchange(13))
    assert balances(story) == (1, 6)
    story.given(buy(XIAOXU, umbrella=1))
    assert balances(story) == (1, 1)


def test_hours_that_the_recorder_himself_approves_count_nothing() -> None:
    story = fair()
    (made,) = story.when(service(13), by=SUPERVISOR)
    assert isinstance(made, ProposalMade)
    story.refuses(ApproveProposal(proposal=made.proposal), SelfApproval(maker="person:supervisor"), by=SUPERVISOR)
    assert balances(story) == (0, 0)


def test_the_half_hour_that_was_left_makes_a_point_with_the_next_one() -> None:
    story = fair()
    served(story, 13)
    story.given(exchange(13))
    story.refuses(exchange(1), NotEligible(reason="below-smallest"))
    served(story, 1)
    story.given(exchange(2))
    assert balances(story) == (0, 7)


def test_what_was_exchanged_is_one_fact_with_both_sides() -> None:
    story = fair()
    served(story, 13)
    (fact,) = story.when(exchange(13))
    assert isinstance(fact, PointsConverted)
    assert (fact.unit, fact.amount, fact.to_unit, fact.to_amount, fact.asked) == (HALF_HOUR, 12, POINT, 6, 13)


def test_half_hours_buy_nothing_before_they_are_points() -> None:
    story = fair()
    served(story, 13)
    story.refuses(buy(XIAOXU, umbrella=1), InsufficientFunds(required=5, available=0, missing=5))

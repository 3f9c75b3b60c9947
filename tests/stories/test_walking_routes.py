"""S50: three walking routes, finished for their own sake: the same rooms as patrols, a scheme without any unit.

Nothing but a scheme file on the rooms that were there.
"""

from pathlib import Path

import pytest

from ledger.patrols.commands import ClaimTask, FinishPatrol, PassPoint, PublishRoute, PublishTasks, StartPatrol
from ledger.patrols.entities import Claim, PatrolPoint
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.points.entities import Account
from ledger.points.facts import AccountFact
from ledger.refusals import LimitExceeded
from ledger.reviews.commands import AppealPatrol, DecidePatrolAppeal, ReviewPatrol
from ledger.reviews.entities import Review
from ledger.reviews.facts import PatrolApproved, PatrolRejected
from ledger.room import Fact
from ledger.values import ClaimId, Day, HolderId, Instant, RouteId, TaskId, later
from projections import patrol_lists
from tests.given import Story
from tests.projections.patrolling import followed
from tests.reviews.walks import OFFICER, SYSTEM, measured

ROUTES = ("lake", "ridge", "old-town")
WALKERS = ("an", "bo", "cai")
DAY = "2022-06-18"
DAWN = Instant("2022-06-17T22:00:00.000000Z")
"""06:00 in Shanghai, an hour after the day's slot has opened."""


def country() -> Story:
    """Three routes of three points each, fifty places on each of two days, three walkers."""
    story = Story("walking-routes").given(*(RegisterPerson(holder=HolderId(walker)) for walker in WALKERS))
    for place, route in enumerate(ROUTES):
        points = tuple(
            PatrolPoint(number=n, lon_e7=1_206_000_000 + 10_000 * n, lat_e7=280_000_000 + 50_000 * place, radius_m=60)
            for n in (1, 2, 3)
        )
        days = PublishTasks(route=RouteId(route), from_on=Day(DAY), to_on=Day("2022-06-19"), places=50)
        story.given(PublishRoute(id=RouteId(route), name=route, owner="union", points=points), days)
    return story.on(DAWN)


def walk(story: Story, walker: str, route: str, *, minutes: int = 50, missed: int | None = None) -> tuple[Fact, ...]:
    """Claimed, walked past its points, finished, and reviewed by the machine at once."""
    claim, began = ClaimId(f"{walker}-{route}-{len(story.journal)}"), story.at
    day = later(began, seconds=8 * 3600)[:10]
    story.given(
        ClaimTask(task=TaskId(f"{route}.{day}.daylight"), holder=HolderId(walker), id=claim),
        StartPatrol(claim=claim, device="phone"),
        *(PassPoint(claim=claim, point=number) for number in (1, 2, 3) if number != missed),
    )
    story.on(later(began, seconds=60 * minutes))
    story.given(FinishPatrol(claim=claim, track="t-" + claim, commitment="x-" + claim))
    found = measured(began, seconds=60 * minutes, missed=missed)
    return story.when(ReviewPatrol(claim=claim, measured=found, commitment="x-" + claim), by=SYSTEM)


def test_whoever_passes_every_point_has_finished_and_nothing_moves() -> None:
    """Fifty minutes are enough where a patrol of the district would have to last two hours."""
    story = country()
    (fact,) = walk(story, "an", "lake")
    assert isinstance(fact, PatrolApproved)
    assert (fact.credited, fact.withheld, fact.reviewed_by) == ((), (), "machine")
    assert [item for item in story.journal if isinstance(item.data, AccountFact)] == []
    assert story.get(Account, "holder:an/patrol_point") is None


def test_a_point_that_was_missed_is_told_and_can_be_appealed() -> None:
    story = country()
    (fact,) = walk(story, "bo", "ridge", missed=2)
    assert isinstance(fact, PatrolRejected)
    assert [(finding.code, finding.point) for finding in fact.findings] == [("point-missed", 2)]
    claim = ClaimId(fact.claim)
    story.given(AppealPatrol(claim=claim))
    granted = DecidePatrolAppeal(claim=claim, granted=True, reason="gps-drift")
    facts = story.when(granted, by=OFFICER)
    assert [type(item).__name__ for item in facts] == ["PatrolAppealDecided", "PatrolApproved"]
    assert (story.the(Claim, claim).status, story.the(Review, claim).status) == ("approved", "approved")


def test_the_finishers_of_a_route_are_listed_once_each(tmp_path: Path) -> None:
    story = country()
    walk(story, "an", "lake")
    walk(story, "bo", "lake", missed=3)
    walk(story, "cai", "lake")
    story.on("2022-06-18T22:00:00.000000Z")
    walk(story, "an", "lake")
    walk(story, "an", "ridge")
    with followed(story, tmp_path) as reading:
        lake = patrol_lists.finishers(reading, "lake")
        assert [(item.holder, item.times, item.first_on, item.last_on) for item in lake] == [
            ("an", 2, "2022-06-18", "2022-06-19"),
            ("cai", 1, "2022-06-18", "2022-06-18"),
        ]
        assert [item.holder for item in patrol_lists.finishers(reading, "ridge")] == ["an"]
        assert patrol_lists.finishers(reading, "old-town") == []


def test_one_man_with_two_records_has_finished_once_more_and_not_twice_over(tmp_path: Path) -> None:
    story = country()
    walk(story, "an", "lake")
    walk(story, "cai", "lake")
    story.given(MergeHolders(old=HolderId("cai"), into=HolderId("an"), reason="correction"))
    with followed(story, tmp_path) as reading:
        (finisher,) = patrol_lists.finishers(reading, "lake")
    assert (finisher.holder, finisher.times) == ("an", 2)


def test_nobody_walks_one_route_twice_in_one_slot() -> None:
    story = country()
    walk(story, "an", "lake")
    again = ClaimTask(task=TaskId(f"lake.{DAY}.daylight"), holder=HolderId("an"))
    with pytest.raises(LimitExceeded) as refused:
        story.when(again)
    assert (refused.value.limit, refused.value.used) == (1, 1)

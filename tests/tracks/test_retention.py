"""How long a track is kept: to the end of a local day after the last decision, and never less than appeals take."""

import pytest

from ledger.patrols.commands import CancelTask, ClaimTask, GiveBackClaim, ReceiveTrack, StartPatrol
from ledger.patrols.entities import Claim
from ledger.refusals import Forbidden, NotEligible, NotFound
from ledger.reviews.commands import AppealPatrol, ApprovePatrol, DecidePatrolAppeal
from ledger.room import Fact
from ledger.tracks.commands import DeleteTrack
from ledger.tracks.facts import TrackDeleted
from ledger.values import ClaimId, Instant, TaskId, later
from tests.given import Story
from tests.reviews.walks import (
    APP,
    LI,
    OFFICER,
    REVIEWER,
    SYSTEM,
    district,
    referred,
    rejected,
    reviewed,
    scheme,
    walked,
)

C1 = ClaimId("c1")
DELETE = DeleteTrack(claim=C1)
THIRTY_DAYS_ON = Instant("2022-07-14T16:00:00.000000Z")
"""The first instant after 14 July in Shanghai: thirty days after a decision of 14 June."""
DAY = 86_400


def deleted(story: Story) -> tuple[Fact, ...]:
    return story.when(DELETE, by=SYSTEM)


def refused(story: Story, reason: str) -> None:
    story.refuses(DELETE, NotEligible(reason=reason), by=SYSTEM)


def approved() -> Story:
    story = district()
    walked(story)
    reviewed(story)
    return story


@pytest.mark.parametrize("decide", [reviewed, rejected])
def test_thirty_days_after_a_decision_it_is_deleted_and_not_before(decide: object) -> None:
    story = district()
    walked(story)
    decide(story)  # type: ignore[operator] # one of two ways to decide
    refused(story.on(later(THIRTY_DAYS_ON, seconds=-1)), "track-kept")
    (fact,) = deleted(story.on(THIRTY_DAYS_ON))
    assert fact == TrackDeleted(
        claim=C1, task=TaskId("songtai-2.2022-06-14.evening"), holder=LI, track="track-c1", kept_until_at=THIRTY_DAYS_ON
    )
    assert story.the(Claim, C1).track_deleted_at == THIRTY_DAYS_ON
    assert (story.the(Claim, C1).track, story.the(Claim, C1).commitment) == ("track-c1", "sealed-c1")


def test_it_is_said_once() -> None:
    story = approved().on(THIRTY_DAYS_ON)
    deleted(story)
    assert deleted(story) == ()


def test_nobody_but_the_system_says_it() -> None:
    story = approved().on(THIRTY_DAYS_ON)
    story.refuses(DELETE, Forbidden(permission="system"), by=OFFICER)


def test_what_is_not_there_is_not_found() -> None:
    district().refuses(DELETE, NotFound(kind="claim", id=C1), by=SYSTEM)


def test_while_a_person_has_to_decide_it_stays() -> None:
    story = district()
    walked(story)
    referred(story)
    refused(story.on(later(THIRTY_DAYS_ON, seconds=300 * DAY)), "track-kept")
    story.given(ApprovePatrol(claim=C1), by=REVIEWER)
    refused(story, "track-kept")


def test_while_an_appeal_waits_it_stays_and_is_counted_from_its_decision() -> None:
    story = district()
    walked(story)
    rejected(story)
    story.on(Instant("2022-06-20T04:00:00.000000Z")).given(AppealPatrol(claim=C1), by=APP)
    refused(story.on(later(THIRTY_DAYS_ON, seconds=10 * DAY)), "track-kept")
    story.given(DecidePatrolAppeal(claim=C1, granted=False, reason="rule-not-met"), by=OFFICER)
    refused(story.on(later(THIRTY_DAYS_ON, seconds=40 * DAY - 1)), "track-kept")
    assert deleted(story.on(later(THIRTY_DAYS_ON, seconds=41 * DAY)))


def test_the_days_of_an_appeal_are_waited_for_however_short_tracks_are_kept() -> None:
    story = district(scheme(track_days=2, appeal_days=15))
    walked(story)
    rejected(story)
    until = later(THIRTY_DAYS_ON, seconds=-15 * DAY)
    refused(story.on(later(until, seconds=-1)), "track-kept")
    (fact,) = deleted(story.on(until))
    assert isinstance(fact, TrackDeleted)
    assert fact.kept_until_at == until


def test_a_patrol_that_was_not_reviewed_keeps_its_track() -> None:
    story = district()
    walked(story)
    refused(story.on(later(THIRTY_DAYS_ON, seconds=300 * DAY)), "track-kept")


def test_without_a_track_there_is_none_to_delete() -> None:
    story = district()
    task = TaskId("songtai-2.2022-06-14.evening")
    story.on(Instant("2022-06-14T10:00:00.000000Z")).given(ClaimTask(task=task, holder=LI, id=C1), by=APP)
    story.given(GiveBackClaim(claim=C1), by=APP)
    refused(story.on(THIRTY_DAYS_ON), "no-track")


@pytest.mark.parametrize(
    "end", [GiveBackClaim(claim=C1), CancelTask(task=TaskId("songtai-2.2022-06-14.evening"), reason="typhoon")]
)
def test_the_track_of_a_patrol_that_ended_unfinished_goes_thirty_days_after_its_end(
    end: GiveBackClaim | CancelTask,
) -> None:
    story = district()
    task = TaskId("songtai-2.2022-06-14.evening")
    story.on(Instant("2022-06-14T10:00:00.000000Z")).given(ClaimTask(task=task, holder=LI, id=C1), by=APP)
    story.given(StartPatrol(claim=C1, device="phone"), ReceiveTrack(claim=C1, track="t", commitment="c"), end, by=APP)
    refused(story.on(later(THIRTY_DAYS_ON, seconds=-1)), "track-kept")
    assert deleted(story.on(THIRTY_DAYS_ON))

"""Patrols to be reviewed: one route of three points, its tasks, people who walk them, and what was measured."""

from typing import Any

import msgspec

from ledger.patrols.commands import ClaimTask, FinishPatrol, PublishRoute, PublishTasks, ReceiveTrack, StartPatrol
from ledger.patrols.entities import Claim, PatrolPoint
from ledger.people.commands import RegisterPerson
from ledger.reviews.commands import ReviewPatrol
from ledger.reviews.entities import Review
from ledger.reviews.facts import Finding, Measured, Passed, PatrolRejected
from ledger.room import By, Fact
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme
from ledger.scheme.patrolling import Patrols
from ledger.values import ClaimId, Day, HolderId, Instant, RouteId, TaskId, instant, later, moment
from tests.given import Story

SYSTEM = By(principal="system")
APP = By(principal="client:patrol-app")
REVIEWER = By(principal="person:reviewer", subject="person:reviewer")
OFFICER = By(principal="person:officer", subject="person:officer")
LI = HolderId("li")
POINTS = tuple(
    PatrolPoint(number=number, lon_e7=1_206_000_000 + 10_000 * number, lat_e7=280_000_000, radius_m=40)
    for number in (1, 2, 3)
)
DAY = "2022-06-14"
OPENS = Instant("2022-06-14T10:00:00.000000Z")
"""18:00 in Shanghai: the evening slot; it closes at 22:00."""
CLOSES = Instant("2022-06-14T14:00:00.000000Z")


def scheme(**patrols: Any) -> Scheme:
    """The shipped scheme with other rules for patrols."""
    shipped = load_scheme("patrol")
    return msgspec.structs.replace(shipped, patrols=msgspec.structs.replace(rules(), **patrols))


def rules(**changed: Any) -> Patrols:
    """Those of the shipped scheme, but for what is changed."""
    shipped = load_scheme("patrol").patrols
    assert shipped is not None
    return msgspec.structs.replace(shipped, **changed)


def district(value: Scheme | None = None, *people: str, fund: str | None = None) -> Story:
    """A ledger with the route, a task in each slot from the 13th to the 16th of June, and 小李."""
    return Story(value or load_scheme("patrol")).given(
        *(RegisterPerson(holder=HolderId(id)) for id in (LI, *people)),
        PublishRoute(id=RouteId("songtai-2"), name="松台-2", owner="platform", points=POINTS, fund=fund),
        PublishTasks(route=RouteId("songtai-2"), from_on=Day("2022-06-13"), to_on=Day("2022-06-16"), places=9),
        PublishTasks(route=RouteId("songtai-2"), from_on=Day("2022-06-30"), to_on=Day("2022-06-30"), places=9),
    )


def walked(
    story: Story, id: str = "c1", *, day: str = DAY, slot: str = "evening", holder: str = LI, by: By = APP
) -> ClaimId:
    """One patrol of two hours, claimed when its slot opens, finished, with a track."""
    claim, task = ClaimId(id), TaskId(f"songtai-2.{day}.{slot}")
    begins = {"morning": "T00:00:00.000000Z", "afternoon": "T07:00:00.000000Z", "evening": "T10:00:00.000000Z"}[slot]
    opens = Instant(day + begins)
    story.on(opens).given(
        ClaimTask(task=task, holder=HolderId(holder), id=claim), StartPatrol(claim=claim, device="phone"), by=by
    )
    story.on(later(opens, seconds=7200)).given(
        FinishPatrol(claim=claim, device="phone"),
        ReceiveTrack(claim=claim, track="track-" + id, commitment="sealed-" + id),
        by=by,
    )
    return claim


def measured(opens: Instant = OPENS, *, seconds: int = 7200, missed: int | None = None, **changed: Any) -> Measured:
    """A track without fault, but for what is changed: its points passed ten minutes after each other."""
    points = tuple(
        Passed(number, None, 287) if number == missed else Passed(number, later(opens, seconds=600 * number), 12)
        for number in (1, 2, 3)
    )
    plain = Measured(
        first_at=opens,
        last_at=instant(moment(later(opens, seconds=seconds))),
        seconds=seconds,
        points=points,
        fastest_kmh=6,
        fastest_step_kmh=15,
        longest_gap_seconds=20,
        fixes=720,
        walked_m=7900,
    )
    return msgspec.structs.replace(plain, **changed)


def reviewed(story: Story, claim: str = "c1", found: Measured | None = None) -> tuple[Fact, ...]:
    """The machine's review of a walked patrol."""
    opened = story.the(Claim, claim).started_at
    assert opened is not None
    command = ReviewPatrol(claim=ClaimId(claim), measured=found or measured(opened), commitment="sealed-" + claim)
    return story.when(command, by=SYSTEM)


def rejected(story: Story, claim: str = "c1") -> PatrolRejected:
    """A walked patrol of 97 minutes."""
    (fact,) = reviewed(story, claim, measured(seconds=97 * 60))
    assert isinstance(fact, PatrolRejected)
    return fact


def referred(story: Story, claim: str = "c1") -> Review:
    """A walked patrol with a gap of 25 minutes, which a person is to decide."""
    reviewed(story, claim, measured(longest_gap_seconds=1500))
    return story.the(Review, claim)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    """What was found, in order."""
    return [finding.code for finding in findings]

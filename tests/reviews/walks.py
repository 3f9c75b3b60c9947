"""Patrols to be reviewed: one route of three points, its tasks, people who walk them, and what was measured."""

from typing import Any

import msgspec

from ledger.patrols.commands import ClaimTask, FinishPatrol, PublishRoute, PublishTasks, ReceiveTrack, StartPatrol
from ledger.patrols.entities import Claim, PatrolPoint
from ledger.people.commands import RegisterPerson
from ledger.points.entities import Account
from ledger.reviews.commands import ReviewPatrol
from ledger.reviews.entities import Review
from ledger.reviews.facts import Finding, Measured, Passed, PatrolRejected
from ledger.room import By, Command, Fact
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


def ground(*people: str, fund: str | None = None, days: tuple[str, ...] = (DAY,)) -> tuple[Command, ...]:
    """小李 and these people, the route, and its tasks in each slot of these days."""
    route = RouteId("songtai-2")
    return (
        *(RegisterPerson(holder=HolderId(id)) for id in (LI, *people)),
        PublishRoute(id=route, name="松台-2", owner="platform", points=POINTS, fund=fund),
        *(PublishTasks(route=route, from_on=Day(day), to_on=Day(day), places=9) for day in days),
    )


def district(value: Scheme | None = None, *people: str, fund: str | None = None) -> Story:
    """A ledger with the route and its tasks on some days of June, and 小李."""
    days = ("2022-06-13", DAY, "2022-06-15", "2022-06-16", "2022-06-30")
    return Story(value or load_scheme("patrol")).given(*ground(*people, fund=fund, days=days))


def walking(
    id: str = "c1", *, day: str = DAY, slot: str = "evening", holder: str = LI
) -> tuple[ClaimTask, StartPatrol, FinishPatrol, ReceiveTrack]:
    """What a phone sends of one patrol: two while the slot is open, two at the end."""
    claim, task = ClaimId(id), TaskId(f"songtai-2.{day}.{slot}")
    return (
        ClaimTask(task=task, holder=HolderId(holder), id=claim),
        StartPatrol(claim=claim, device="phone"),
        FinishPatrol(claim=claim, device="phone"),
        ReceiveTrack(claim=claim, track="track-" + id, commitment="sealed-" + id),
    )


def walked(
    story: Story, id: str = "c1", *, day: str = DAY, slot: str = "evening", holder: str = LI, by: By = APP
) -> ClaimId:
    """One patrol of two hours, claimed when its slot opens, finished, with a track."""
    begins = {"morning": "T00:00:00.000000Z", "afternoon": "T07:00:00.000000Z", "evening": "T10:00:00.000000Z"}[slot]
    claim, start, finish, track = walking(id, day=day, slot=slot, holder=holder)
    story.on(day + begins).given(claim, start, by=by)
    story.on(later(story.at, seconds=7200)).given(finish, track, by=by)
    return ClaimId(id)


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


def balance(story: Story, holder: str = LI, unit: str = "patrol_point") -> int:
    """What he has."""
    account = story.get(Account, f"holder:{holder}/{unit}")
    return 0 if account is None else account.balance

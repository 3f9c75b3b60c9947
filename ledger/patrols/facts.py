"""What happens on routes, to tasks and to claims."""

from typing import ClassVar, Final, Literal

from ledger.limits.facts import Count
from ledger.patrols.entities import Datum, PatrolPoint, Position
from ledger.room import Fact
from ledger.values import ClaimId, Day, HolderId, Instant, RouteId, TaskId, TxId


class RouteFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one route."""

    route: RouteId

    def stream(self, tx: TxId) -> str:
        """The life of the route."""
        del tx
        return "route:" + self.route


class RoutePublished(RouteFact, frozen=True, kw_only=True):
    """A route is known. Coordinates are WGS-84 whatever `datum` they came in."""

    TOPIC: ClassVar[str] = "route-published.v1"

    name: str
    owner: str
    points: tuple[PatrolPoint, ...]
    line: tuple[Position, ...]
    claimable_by: tuple[str, ...]
    fund: str | None
    datum: Datum


class RouteRetired(RouteFact, frozen=True, kw_only=True):
    """No more tasks are published on it."""

    TOPIC: ClassVar[str] = "route-retired.v1"

    reason: str


# Tasks -------------------------------------------------------------------------------------------------------


class TaskFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one task."""

    task: TaskId

    def stream(self, tx: TxId) -> str:
        """The life of the task."""
        del tx
        return "task:" + self.task


class TaskPublished(TaskFact, frozen=True, kw_only=True):
    """So many places to walk a route in one slot of one local day, `opens_at` to `closes_at` (exclusive)."""

    TOPIC: ClassVar[str] = "task-published.v1"

    route: RouteId
    on: Day
    slot: str
    opens_at: Instant
    closes_at: Instant
    places: int
    fund: str | None


class TaskCancelled(TaskFact, frozen=True, kw_only=True):
    """The organiser called it off; a `claim-released.v1` follows for each claim that was running."""

    TOPIC: ClassVar[str] = "task-cancelled.v1"

    reason: str


# Claims ------------------------------------------------------------------------------------------------------


class ClaimFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one claim. `holder` is the record under which it was claimed."""

    claim: ClaimId
    task: TaskId
    holder: HolderId

    def stream(self, tx: TxId) -> str:
        """The life of the claim."""
        del tx
        return "claim:" + self.claim


class TaskClaimed(ClaimFact, frozen=True, kw_only=True):
    """A place is taken; unless it is started before `start_by_at` it falls back to the pool."""

    TOPIC: ClassVar[str] = "task-claimed.v1"

    start_by_at: Instant
    counts: tuple[Count, ...]
    """Once for each task and person; the facts that end it unfinished give it back."""


class ClaimEnding(ClaimFact, frozen=True, kw_only=True):
    """A claim ended unfinished: its place is free."""

    counts: tuple[Count, ...]


class ClaimGivenBack(ClaimEnding, frozen=True, kw_only=True):
    """Its holder gave the place back."""

    TOPIC: ClassVar[str] = "claim-given-back.v1"

    reason: str | None


class ClaimLapsed(ClaimEnding, frozen=True, kw_only=True):
    """It was not started, or not finished, in time."""

    TOPIC: ClassVar[str] = "claim-lapsed.v1"

    cause: Literal["not-started", "not-finished"]


class ClaimReleased(ClaimEnding, frozen=True, kw_only=True):
    """Its task was cancelled."""

    TOPIC: ClassVar[str] = "claim-released.v1"

    reason: str


class PatrolStarted(ClaimFact, frozen=True, kw_only=True):
    """The patrol began at `occurred_at`, within the slot; unless it is finished before `finish_by_at` it lapses."""

    TOPIC: ClassVar[str] = "patrol-started.v1"

    device: str | None
    """None: it is known from the finish alone."""
    finish_by_at: Instant
    revived: bool
    """Whether the claim had lapsed before this arrived, so that it takes a place again."""
    counts: tuple[Count, ...]
    """What a revived claim draws again."""


class PatrolResumed(ClaimFact, frozen=True, kw_only=True):
    """It goes on, on the same device or on one that takes its place."""

    TOPIC: ClassVar[str] = "patrol-resumed.v1"

    device: str
    replaced: str | None
    """The device that it walked with until now, where that is another one."""


class PatrolPointPassed(ClaimFact, frozen=True, kw_only=True):
    """The app says that a point was passed at `occurred_at`; a review goes by the track."""

    TOPIC: ClassVar[str] = "patrol-point-passed.v1"

    point: int


class PatrolFinished(ClaimFact, frozen=True, kw_only=True):
    """The patrol ended at `occurred_at`; its place is used for ever, its review is next."""

    TOPIC: ClassVar[str] = "patrol-finished.v1"

    track: str | None
    commitment: str | None
    revived: bool
    """Whether the claim had lapsed before this arrived, so that it takes a place again."""
    counts: tuple[Count, ...]
    """What a revived claim draws again."""


class TrackReceived(ClaimFact, frozen=True, kw_only=True):
    """The vault keeps its track; nothing of it stands here but a commitment."""

    TOPIC: ClassVar[str] = "track-received.v1"

    track: str
    commitment: str


FACTS: Final = (
    RoutePublished,
    RouteRetired,
    TaskPublished,
    TaskCancelled,
    TaskClaimed,
    ClaimGivenBack,
    ClaimLapsed,
    ClaimReleased,
    PatrolStarted,
    PatrolResumed,
    PatrolPointPassed,
    PatrolFinished,
    TrackReceived,
)

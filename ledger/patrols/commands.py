"""Wishes about patrols."""

from typing import ClassVar

from ledger.patrols.entities import Datum, PatrolPoint, Position
from ledger.room import Command
from ledger.values import ClaimId, Day, HolderId, Instant, RouteId, TaskId


class PublishRoute(Command, frozen=True, kw_only=True):
    """Make a route known. Coordinates are WGS-84 by now; `datum` says in which they came in."""

    ROUTE: ClassVar[str] = "route"

    id: RouteId
    name: str
    owner: str
    """Whose route it is: the platform, a union, a district."""
    points: tuple[PatrolPoint, ...]
    line: tuple[Position, ...] = ()
    claimable_by: tuple[str, ...] = ()
    """Crews; empty: everybody may claim."""
    fund: str | None = None
    """Who bears what a patrol on it earns."""
    datum: Datum = "wgs-84"


class RetireRoute(Command, frozen=True, kw_only=True):
    """Publish no more tasks on a route; those that are published stand until they are cancelled."""

    ROUTE: ClassVar[str] = "route-retirement"

    route: RouteId
    reason: str


class PublishTasks(Command, frozen=True, kw_only=True):
    """Publish a task for each of these slots (none named: all of the scheme) on each day, both included."""

    ROUTE: ClassVar[str] = "task"

    route: RouteId
    from_on: Day
    to_on: Day
    slots: tuple[str, ...] = ()
    places: int

    def cause_scope(self) -> str:
        """A cause publishes on one route once."""
        return f"{self.ROUTE}\x1f{self.route}"


class CancelTask(Command, frozen=True, kw_only=True):
    """Call a task off: whoever has claimed or started it is told why, who has finished it goes on to review."""

    ROUTE: ClassVar[str] = "task-cancellation"

    task: TaskId
    reason: str


class ClaimTask(Command, frozen=True, kw_only=True):
    """Take a place in a task, first come first served."""

    ROUTE: ClassVar[str] = "claim"

    task: TaskId
    holder: HolderId
    id: ClaimId | None = None
    """The caller's own id, in batches; else the transaction's."""

    def cause_scope(self) -> str:
        """A cause gives one person one place."""
        return f"{self.ROUTE}\x1f{self.holder}"


class OnClaim(Command, frozen=True, kw_only=True):
    """A wish about one claim that is there."""

    claim: ClaimId

    def cause_scope(self) -> str:
        """A cause does one thing with one claim once."""
        return f"{self.ROUTE}\x1f{self.claim}"


class GiveBackClaim(OnClaim, frozen=True, kw_only=True):
    """Give the place back to the pool, before the patrol or in the middle of it."""

    ROUTE: ClassVar[str] = "give-back"

    reason: str | None = None


class StartPatrol(OnClaim, frozen=True, kw_only=True):
    """Begin to walk, within the slot; from the device that has started already it is the resume."""

    ROUTE: ClassVar[str] = "start"

    device: str


class ResumePatrol(OnClaim, frozen=True, kw_only=True):
    """Go on after a phone was dead; on another phone only where somebody lets it replace the first."""

    ROUTE: ClassVar[str] = "resume"

    device: str
    replaces: bool = False


class PassPoint(OnClaim, frozen=True, kw_only=True):
    """Pass a point of the route, by its number. Said in any order, and as often as it is passed."""

    ROUTE: ClassVar[str] = "point"

    point: int


class FinishPatrol(OnClaim, frozen=True, kw_only=True):
    """The patrol is over. `started_at` records a start that has not arrived."""

    ROUTE: ClassVar[str] = "finish"

    device: str | None = None
    started_at: Instant | None = None
    track: str | None = None
    commitment: str | None = None


class ReceiveTrack(OnClaim, frozen=True, kw_only=True):
    """The vault keeps the track of a patrol, under this id and commitment."""

    ROUTE: ClassVar[str] = "track"

    track: str
    commitment: str

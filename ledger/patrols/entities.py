"""A route, a task on it, a claim on a place in a task, and what a patroller has open."""

from typing import ClassVar, Final, Literal

import msgspec

from ledger.limits.facts import Count
from ledger.room import Entity
from ledger.values import ClaimId, Day, HolderId, Instant, RouteId, TaskId

Datum = Literal["wgs-84", "gcj-02"]
"""In which geodetic datum coordinates came in; what is kept is WGS-84 throughout."""
Position = tuple[int, int]
"""Longitude, latitude: 1e-7 degrees, WGS-84."""
Status = Literal["open", "started", "finished", "referred", "approved", "rejected", "given-back", "lapsed", "released"]
"""`finished` and `referred` are shown as under review. From `finished` on a claim keeps its place for ever."""
RUNNING: Final = frozenset({"open", "started"})
"""A claim of these states is a patroller's open one; it holds its place until it is finished or ends."""
WALKED: Final = frozenset({"finished", "referred", "approved", "rejected"})
"""A claim of these states has done its part: its place is used."""


class PatrolPoint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place on a route to pass, by its number from 1: 1e-7 degrees, WGS-84, and a radius in metres."""

    number: int
    lon_e7: int
    lat_e7: int
    radius_m: int
    name: str | None = None


class Route(Entity, frozen=True, kw_only=True):
    """A way to walk: its points in their order, who owns it, who may claim it and who bears what it earns."""

    KIND: ClassVar[str] = "route"

    name: str
    owner: str
    points: tuple[PatrolPoint, ...]
    line: tuple[Position, ...] = ()
    """The way between the points, to be drawn on a map; may be empty."""
    claimable_by: tuple[str, ...] = ()
    """The crews whose people may claim; empty: everybody."""
    fund: str | None = None
    datum: Datum = "wgs-84"
    retired_at: Instant | None = None
    reason: str | None = None
    """Why it was retired."""


class Running(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A claim that is open or started, and when it falls back unless it is started, or finished, before."""

    due_at: Instant
    claim: ClaimId


class Task(Entity, frozen=True, kw_only=True):
    """So many places to walk one route in one slot of one day. Its id is `<route>.<day>.<slot>`.

    The one thing of this room that time acts on: it knows when its running claims fall back.
    """

    KIND: ClassVar[str] = "task"

    route: RouteId
    on: Day
    slot: str
    opens_at: Instant
    closes_at: Instant
    places: int
    fund: str | None = None
    taken: int = 0
    """Places that claims hold: those that run and those that were finished."""
    running: tuple[Running, ...] = ()
    """In the order in which they fall back."""
    status: Literal["published", "cancelled"] = "published"
    reason: str | None = None
    """Why it was cancelled."""
    cancelled_at: Instant | None = None

    def due_at(self, zone: str) -> Instant | None:
        """When the first of its running claims falls back."""
        del zone
        return self.running[0].due_at if self.running else None

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return max(0, self.places - self.taken)


class Pass(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A point that a patroller said to have passed, when first, and how often it was said."""

    number: int
    first_at: Instant
    times: int = 1


class Claim(Entity, frozen=True, kw_only=True):
    """One person's place in one task, from claiming it to its end. Time acts on it through its task."""

    KIND: ClassVar[str] = "claim"

    task: TaskId
    holder: HolderId
    """The record under which it was claimed; it may have been merged since."""
    status: Status = "open"
    claimed_at: Instant
    start_by_at: Instant
    """From this instant on it is no longer in time to start."""
    counts: tuple[Count, ...] = ()
    """What it has drawn on limits and not given back."""
    device: str | None = None
    """The app's own word for the phone that walks: opaque, never a number of the device."""
    started_at: Instant | None = None
    finish_by_at: Instant | None = None
    """From this instant on it is no longer in time to finish."""
    finished_at: Instant | None = None
    track: str | None = None
    """The id under which the vault keeps its track."""
    commitment: str | None = None
    passed: tuple[Pass, ...] = ()
    """By number."""
    ended_at: Instant | None = None
    """When it was given back, lapsed or was released."""
    cause: Literal["not-started", "not-finished"] | None = None
    """Why it lapsed."""
    reason: str | None = None
    """Why it was given back, or why its task was cancelled."""
    makers: tuple[str, ...] = ()
    """The persons who made facts of it: none of them reviews it."""
    track_deleted_at: Instant | None = None
    """Since when the vault keeps it no more."""

    @property
    def falls_back_at(self) -> Instant | None:
        """When it lapses unless it is started, or finished, before; None once it runs no more."""
        return {"open": self.start_by_at, "started": self.finish_by_at}.get(self.status)

    def seen_at(self, at: Instant) -> "Claim":
        """This claim as a reader sees it at that instant: lapsed, even where that is not recorded yet."""
        due_at = self.falls_back_at
        if due_at is None or due_at > at:
            return self
        cause: Literal["not-started", "not-finished"] = "not-started" if self.status == "open" else "not-finished"
        return msgspec.structs.replace(self, status="lapsed", cause=cause, ended_at=due_at, counts=())


class Patroller(Entity, frozen=True, kw_only=True):
    """What a holder has open. Its id is the holder's."""

    KIND: ClassVar[str] = "patroller"

    claim: ClaimId | None = None
    """The one claim that is open or started."""
    task: TaskId | None = None
    """Its task, on which time must act before the claim counts as open."""


def task_id(route: RouteId, on: Day, slot: str) -> TaskId:
    """The one place where a task's id is spelled."""
    return TaskId(f"{route}.{on}.{slot}")

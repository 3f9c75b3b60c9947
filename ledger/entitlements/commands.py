"""Wishes about entitlements and the sessions at which they are used."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from ledger.entitlements.entities import EntitlementId, SessionId
from ledger.room import Command
from ledger.values import Day, HolderId


class IssueEntitlement(Command, frozen=True, kw_only=True):
    """Give somebody what others pay for: a quota place, a check-up."""

    ROUTE: ClassVar[str] = "entitlement"

    holder: HolderId
    code: str
    reason: str
    id: EntitlementId | None = None
    """The caller's own id, in batches; else the transaction's."""


class CancelEntitlement(Command, frozen=True, kw_only=True):
    """Give it back for what it had cost, or take back what was given; a place goes to who waits."""

    ROUTE: ClassVar[str] = "entitlement-cancellation"

    entitlement: EntitlementId
    reason: str


class BookPlace(Command, frozen=True, kw_only=True):
    """Take a place at a session, or wait for one."""

    ROUTE: ClassVar[str] = "booking"

    entitlement: EntitlementId
    session: SessionId
    rank: int = 0
    """The lowest moves up first: how somebody ranked an application. Without it the first to come is the first."""
    grounds: tuple[str, ...] | UnsetType = UNSET
    """Where the scheme ranks: on what the application is made, as somebody checked it (S22: a front-line worker)."""
    last_on: Day | UnsetType = UNSET
    """Where the scheme ranks: when he last had one, as far as this ledger does not know it."""


class CancelBooking(Command, frozen=True, kw_only=True):
    """Give up a place, or waiting for one; the entitlement stays and can be booked elsewhere."""

    ROUTE: ClassVar[str] = "booking-cancellation"

    entitlement: EntitlementId
    reason: str


class UseEntitlement(Command, frozen=True, kw_only=True):
    """Say that it was used."""

    ROUTE: ClassVar[str] = "use"

    entitlement: EntitlementId
    corrects: bool | UnsetType = UNSET
    """Whether it takes the place of a wrong no-show."""
    region: str | UnsetType = UNSET
    """Where it was had, if that is no session's; reports count by it."""


class MarkNoShow(Command, frozen=True, kw_only=True):
    """Say that nobody came for the place."""

    ROUTE: ClassVar[str] = "no-show"

    entitlement: EntitlementId
    corrects: bool | UnsetType = UNSET
    """Whether it takes the place of a wrong use."""


class OpenSession(Command, frozen=True, kw_only=True):
    """Offer places at something that takes place on these local days."""

    ROUTE: ClassVar[str] = "session"

    id: SessionId
    code: str
    """The entitlement that books it."""
    name: str | None = None
    starts_on: Day
    ends_on: Day
    places: int
    """0: everybody waits, until places are allocated by rank."""
    book_until_on: Day | None = None
    """The last local day on which places are booked; None: the first day of the session."""
    region: str | UnsetType = UNSET
    """Where it takes place: reports count by it."""


class ChangeSession(Command, frozen=True, kw_only=True):
    """Set the number of places anew; who waits moves up."""

    ROUTE: ClassVar[str] = "session-change"

    session: SessionId
    places: int


class CancelSession(Command, frozen=True, kw_only=True):
    """Call it off: everybody is free again and told why."""

    ROUTE: ClassVar[str] = "session-cancellation"

    session: SessionId
    reason: str

"""Bodies of wishes about entitlements and the sessions in which they are used."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from api.bodies.patrols import Thing
from api.bodies.shapes import Code, Id, Name, WriteBody

Places = Annotated[int, Meta(ge=0, le=1000)]


class EntitlementBody(WriteBody, frozen=True, kw_only=True):
    """Issue an entitlement of the scheme that nobody pays for with value; bought ones are issued by their sale."""

    holder: Id
    code: Code
    reason: Code


class BookingBody(WriteBody, frozen=True, kw_only=True):
    """Take a place in a session, or wait for one: the lowest `rank` moves up first, then who came first.

    Where the scheme ranks, its rule makes the rank, of `grounds` and of `last_on`: when he last had one, elsewhere.
    """

    entitlement: Id
    session: Id
    rank: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    grounds: Annotated[tuple[Code, ...], Meta(max_length=16)] | None = None
    last_on: date | None = None


class UnbookingBody(WriteBody, frozen=True, kw_only=True):
    """Give the place back; the best of the waiting list moves up."""

    entitlement: Id
    reason: Code


class UseBody(WriteBody, frozen=True, kw_only=True):
    """It was used; `corrects`, which needs the permission `review` too, where a no-show was marked by mistake."""

    entitlement: Id
    corrects: bool = False
    region: Code | None = None


class NoShowBody(WriteBody, frozen=True, kw_only=True):
    """Nobody came; `corrects`, which needs the permission `review` too, where a use was marked by mistake."""

    entitlement: Id
    corrects: bool = False


class EntitlementCancellationBody(WriteBody, frozen=True, kw_only=True):
    """Take it back in time: what was paid returns to the lots that it came from."""

    entitlement: Id
    reason: Code


class SessionBody(WriteBody, frozen=True, kw_only=True):
    """Open a session of an entitlement that is booked: so many places, from a local day to another."""

    id: Thing
    code: Code
    name: Name | None = None
    starts_on: date
    ends_on: date
    places: Places
    book_until_on: date | None = None
    region: Code | None = None


class SessionChangeBody(WriteBody, frozen=True, kw_only=True):
    """More or fewer places; what is booked stays booked."""

    session: Thing
    places: Places


class SessionCancellationBody(WriteBody, frozen=True, kw_only=True):
    """It does not take place: who was booked or waited is free to book another."""

    session: Thing
    reason: Code

"""Bodies of wishes about crews: the units that people belong to, and who is a member of the union."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from api.bodies.shapes import Code, Id, WriteBody

Crew = Annotated[str, Meta(min_length=1, max_length=80, description="The name of a unit, as people are in it.")]


class CrewPlacementBody(WriteBody, frozen=True, kw_only=True):
    """Say in which region a crew lies, from a day on; without one, as long as anybody knows."""

    crew: Crew
    region: Code
    from_on: date | None = None


class CrewMergerBody(WriteBody, frozen=True, kw_only=True):
    """Join two crews: from that day the people of `crew` are those of `into`, and so is what is drafted for them."""

    crew: Crew
    into: Crew
    merged_on: date
    reason: Code


class CrewChangeBody(WriteBody, frozen=True, kw_only=True):
    """Note that a person changed to another crew; the day is his first there."""

    holder: Id
    crew: Crew
    moved_on: date


class MembershipBody(WriteBody, frozen=True, kw_only=True):
    """Note that a person is a member of the union since a day, or is none; without a day, from the beginning."""

    holder: Id
    member: bool
    since_on: date | None = None

"""Wishes about crews, and about who belongs to which."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import Day, HolderId


class PlaceCrew(Command, frozen=True, kw_only=True):
    """Say in which of the scheme's regions a crew lies, from a day on; without one, as long as anybody knows."""

    ROUTE: ClassVar[str] = "crew-placement"

    crew: str
    region: str
    from_on: Day | None = None


class MergeCrews(Command, frozen=True, kw_only=True):
    """Join two crews: from that day the people of `crew` are those of `into`, and so is what is drafted for them."""

    ROUTE: ClassVar[str] = "crew-merger"

    crew: str
    into: str
    merged_on: Day
    reason: str


class ChangeCrew(Command, frozen=True, kw_only=True):
    """Note that a person changed to another crew on a day: it is his first there."""

    ROUTE: ClassVar[str] = "crew-change"

    holder: HolderId
    crew: str
    moved_on: Day


class ChangeMembership(Command, frozen=True, kw_only=True):
    """Note that a person is a member of the union since a day, or is none; without a day, from the beginning."""

    ROUTE: ClassVar[str] = "membership"

    holder: HolderId
    member: bool
    since_on: Day | None = None

"""A crew: an employer, a union's unit, a team. By its name people belong to it; what it is by day is kept by day."""

from typing import ClassVar, Final

import msgspec

from ledger.room import Entity
from ledger.values import Day

EVER: Final = Day("0001-01-01")
"""From which day on something holds that has held as long as anybody knows."""


class Since(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What holds from a local day on: a crew, or a region."""

    from_on: Day
    name: str


Dated = tuple[Since, ...]
"""In the order of their days, one a day."""


def on(dated: Dated, day: Day) -> str | None:
    """What holds on that day; None: nothing yet."""
    for since in reversed(dated):
        if since.from_on <= day:
            return since.name
    return None


def dated(before: Dated, from_on: Day, name: str) -> Dated:
    """What is said of one day more; said again of the same day, the later word counts."""
    kept = [since for since in before if since.from_on != from_on]
    return tuple(sorted((*kept, Since(from_on, name)), key=lambda since: since.from_on))


class Crew(Entity, frozen=True, kw_only=True):
    """A unit by its name. One that was merged is known by the other's name from that day on; before it, by its own."""

    KIND: ClassVar[str] = "crew"

    name: str
    regions: Dated = ()
    """In which region it lies, from which day on."""
    names: Dated = ()
    """By what name it goes since it was merged; nothing: it never was."""
    merged_from: tuple[str, ...] = ()
    """Every unit that goes by this one's name now."""
    grown_on: Day | None = None
    """When the last of them came."""

    @property
    def watched(self) -> bool:
        """A merger is: what was drafted for the members of the one is then for those of the other."""
        return bool(self.names)

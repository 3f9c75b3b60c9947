"""A kit and what it is made of, how many a depot has, and what was handed out."""

from typing import ClassVar, Literal

import msgspec

from ledger.calendar import end_of_day
from ledger.limits.facts import Count
from ledger.room import Entity
from ledger.values import Day, HolderId, Instant, UnitCode


class Component(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One line of a bill of materials: so many pieces of something at so much each."""

    name: str
    quantity: int
    cost: int


class Kit(Entity, frozen=True, kw_only=True):
    """A pack of goods, worth what its components cost (S12)."""

    KIND: ClassVar[str] = "kit"

    name: str
    unit: UnitCode
    components: tuple[Component, ...]

    @property
    def cost(self) -> int:
        """Of one."""
        return sum(part.quantity * part.cost for part in self.components)


class Depot(Entity, frozen=True, kw_only=True):
    """How many of one kit lie in one place: `<depot>/<kit>`."""

    KIND: ClassVar[str] = "depot"

    good: int = 0
    damaged: int = 0
    """Came back unfit; never handed out again."""
    set_aside: int = 0
    """Fit, and waiting for those whom they were set aside for."""


def depot_id(depot: str, kit: str) -> str:
    """The one place where a depot's id is spelled."""
    return f"{depot}/{kit}"


class HandOut(Entity, frozen=True, kw_only=True):
    """What somebody got; `holder` None: whoever came, nobody's name is kept (S29)."""

    KIND: ClassVar[str] = "hand-out"

    kit: str
    depot: str
    holder: HolderId | None
    pieces: int
    cost: int
    """Of one, on the day it was handed out."""
    unit: UnitCode
    returned: int = 0
    counts: tuple[Count, ...] = ()


class SetAside(Entity, frozen=True, kw_only=True):
    """What waits for somebody until a day: a prize that was drawn (S36), a pack kept for who could not come."""

    KIND: ClassVar[str] = "kit-reservation"

    id: str
    kit: str
    unit: UnitCode
    depot: str
    holder: HolderId
    pieces: int
    cost: int
    """Of all."""
    occasion: str
    collect_by_on: Day
    """The last local day on which they can be collected."""
    counts: tuple[Count, ...] = ()
    status: Literal["waiting", "collected", "released"] = "waiting"

    def due_at(self, zone: str) -> Instant | None:
        """When what nobody collected goes back into stock."""
        return end_of_day(self.collect_by_on, zone) if self.status == "waiting" else None

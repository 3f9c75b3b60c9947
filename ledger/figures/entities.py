"""One reported figure."""

from typing import ClassVar, Final, Literal

from ledger.room import Entity
from ledger.values import Day

Qualifier = Literal["exact", "over", "nearly", "about"]
LONGEST_TEXT: Final = 500


class Figure(Entity, frozen=True, kw_only=True):
    """So much of a kind, as somebody said. `printed` is his sentence and stays; `reading` is how we understand it."""

    KIND: ClassVar[str] = "figure"

    kind: str
    unit: str
    amount: int
    qualifier: Qualifier = "exact"
    adds: bool = True
    """Whether it is added to others of its kind; else it stands beside them, for it may tell of the same again."""
    region: str | None = None
    from_on: Day | None = None
    to_on: Day | None = None
    """The local days that it tells of, as far as it says."""
    printed: str | None = None
    reading: str | None = None
    reference: str | None = None
    position: int = 0
    """Which fact reported it: lists of kinds are in this order."""
    withdrawn: bool = False


def together(qualifiers: set[Qualifier]) -> Qualifier:
    """What can be said of a sum: an exact one and one over something are over it, over and nearly is about."""
    said = qualifiers - {"exact"}
    if not said:
        return "exact"
    return said.pop() if len(said) == 1 else "about"

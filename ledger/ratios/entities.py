"""A ratio that a union or a province must reach, with what has counted so far."""

from typing import ClassVar

from ledger.room import Entity
from ledger.sharing import Ratio as Share
from ledger.values import Day, UnitCode

WHOLE = 10_000
"""100 % in hundredths of a per cent."""


class Ratio(Entity, frozen=True, kw_only=True):
    """`part` of `whole` must be at least so much. What counts here counts in every ratio above (S08: both levels)."""

    KIND: ClassVar[str] = "ratio"

    name: str
    unit: UnitCode
    at_least: int
    """In hundredths of a per cent; reached exactly is reached."""
    moves: bool
    """Whether each purchase adds to the whole too (S08); else the whole is an approved total (S09)."""
    whole: int
    part: int = 0
    above: str | None = None
    coupons: str | None = None
    """A kind of coupon that counts as bought when it is issued, and no more when it lapses."""
    from_on: Day | None = None
    to_on: Day | None = None
    """Only those issued between these local days: next year's coupons are for next year's ratio."""

    @property
    def share(self) -> Share:
        """As arithmetic."""
        return Share(self.at_least, WHOLE)


class Purchase(Entity, frozen=True, kw_only=True):
    """One purchase, and in which ratios it counts."""

    KIND: ClassVar[str] = "aided-purchase"

    ratios: tuple[str, ...]
    amount: int
    aided: int
    withdrawn: bool = False

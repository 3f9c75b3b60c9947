"""The part of a scheme for limits: what is counted, for whom, in which window; the figures by day and region."""

from typing import Literal

from msgspec import Struct

from ledger.calendar import WindowKind
from ledger.scheme.words import Amount, Names, OnDay
from ledger.values import Day

Kind = Literal["grant", "deduction", "transfer", "conversion", "redemption", "hold"]
"""What moves value, as limits count it; an award by behaviour is a grant, a violation a deduction."""
Per = Literal["person", "behaviour", "reason", "fund", "merchant"]
Counted = Literal["amount", "times", "pieces"]


class Figure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_day": "from"}):
    """What a limit is from a local day on."""

    from_day: OnDay
    amount: Amount


class Regional(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a limit is for members of units in one region; where it says nothing the limit's own figure holds."""

    amount: Amount | None = None
    """The region's figure until its first change; None: the limit's own until then."""
    changes: tuple[Figure, ...] = ()

    def figure(self, day: Day) -> int | None:
        """The region's figure on that local day; None: it has none yet."""
        return in_force(self.amount, self.changes, day)


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much, or how often, certain movements may happen in a window: per person, occasion, source, or in all.

    It counts what fits every filter; `per` says what has a counter of its own. A window and the figure in force go by
    the local day of `occurred_at`, for coupons by that of their occasion.
    """

    code: str
    names: Names
    counts: Counted
    """How much moved, how often, or how many pieces of goods were taken, also such as were paid for outside alone."""
    kinds: tuple[Kind, ...]
    unit: str | None = None
    """Needed where amounts are counted: units never mix."""
    behaviours: tuple[str, ...] = ()
    """Only movements under one of these; none: whatever they are called."""
    reasons: tuple[str, ...] = ()
    """Only for one of these reasons (occasions)."""
    funds: tuple[str, ...] = ()
    """Only from one of these sources."""
    per: tuple[Per, ...] = ()
    """What has a counter of its own; nothing: the whole ledger has one.

    With `merchant` it counts what was taken at each merchant's till, or supplied by it; nobody's goods it does not.
    """
    window: WindowKind = "ever"
    amount: Amount | None = None
    """The figure until the first change; None: no limit until then."""
    changes: tuple[Figure, ...] = ()
    regions: dict[str, Regional] = {}
    """Other figures for members of units in these regions. The counter stays the person's, wherever he goes."""

    def figure(self, day: Day, region: str | None = None) -> int | None:
        """What may be used in the window, as it stands on that local day in that region; None: not limited yet."""
        own = self.regions.get(region) if region is not None else None
        figure = own.figure(day) if own is not None else None
        if figure is not None:
            return figure
        return in_force(self.amount, self.changes, day) if self.changes else self.amount

    def fits(self, movement: "Movement") -> bool:
        """Whether it counts such a movement."""
        return (
            movement.kind in self.kinds
            and (self.unit is None or self.unit == movement.unit)
            and (not self.behaviours or movement.behaviour in self.behaviours)
            and (not self.reasons or movement.reason in self.reasons)
            and (not self.funds or movement.fund in self.funds)
            and ("merchant" in self.per) is (movement.merchant is not None)
        )


def in_force(amount: int | None, changes: tuple[Figure, ...], day: Day) -> int | None:
    """The figure on that local day: the last change that has come, before the first of them `amount`."""
    figure = amount
    for change in changes:
        if change.from_day <= day:
            figure = change.amount
    return figure


class Movement(Struct, frozen=True, kw_only=True):
    """What a limit looks at: a movement's kind and the codes that it was wished with. No part of a scheme."""

    kind: Kind
    unit: str
    behaviour: str | None = None
    reason: str | None = None
    fund: str | None = None
    merchant: str | None = None
    """Of the part of it that is counted by merchant; the whole of it names none."""

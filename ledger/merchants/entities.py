"""A merchant: admitted with dates and goods, suspended when its licence ends."""

from typing import ClassVar, Final

import msgspec

from ledger.calendar import end_of_day
from ledger.room import Entity
from ledger.values import Day, Instant

WHOLE: Final = 10_000
"""100 % in hundredths of a per cent."""


class Rate(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the programme keeps of the merchant's sales from a local day on, in hundredths of a per cent."""

    from_on: Day
    basis_points: int


class Payee(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The account that it is paid to from a local day on: an id in the vault, and what proves which account it was."""

    from_on: Day
    id: str
    commitment: str


class Merchant(Entity, frozen=True, kw_only=True):
    """`goods` are groups of goods that it may sell; none: any."""

    KIND: ClassVar[str] = "merchant"

    id: str
    name: str
    admitted_from_on: Day
    licence_ends_on: Day | None = None
    """The last local day of its licence; None: no end is known."""
    goods: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    """In order of their days; all of them, for a period is settled by the rates of its own days."""
    suspended_at: Instant | None = None
    payees: tuple[Payee, ...] = ()
    """In order of their days; all of them: what was paid last year was paid to the account of then."""
    region: str | None = None
    """Where it is at home: reports count its goods by it (S54)."""

    def due_at(self, zone: str) -> Instant | None:
        """The end of its licence: that night its goods leave the till."""
        if self.suspended_at is not None or self.licence_ends_on is None:
            return None
        return end_of_day(self.licence_ends_on, zone)

    def out_since(self, at: Instant, zone: str) -> Instant | None:
        """Since when it no longer takes part, as of an instant; None: it does.

        Also in the night in which its licence ended, before anybody has recorded that.
        """
        due_at = self.due_at(zone)
        return due_at if due_at is not None and due_at <= at else self.suspended_at

    def rate(self, day: Day) -> int:
        """What the programme keeps of a sale on that local day, in hundredths of a per cent."""
        kept = 0
        for rate in self.rates:
            if rate.from_on <= day:
                kept = rate.basis_points
        return kept

    def payee(self, day: Day) -> Payee | None:
        """The account that it is paid to on that local day; None: none is known."""
        return next((payee for payee in reversed(self.payees) if payee.from_on <= day), None)

    def sells(self, goods: str) -> bool:
        """Whether it may sell that group of goods."""
        return not self.goods or goods in self.goods

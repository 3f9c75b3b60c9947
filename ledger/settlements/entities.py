"""A settlement of one merchant, unit and period, and what is carried from one into the next."""

from typing import ClassVar, Literal

import msgspec

from ledger.room import By, Entity
from ledger.values import PeriodName, UnitCode


class SettledPart(msgspec.Struct, frozen=True, gc=False):
    """What of a line one source paid and had back, as the scheme calls it."""

    fund: str
    sold: int
    refunded: int


class SettledLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one batch of coupons, or one offer, made in the period: `coupon-batch:<id>` or `offer:<id>`."""

    of: str
    sold: int
    refunded: int
    fund: str | None = None
    """Whose money it is, as the scheme calls it."""
    parts: tuple[SettledPart, ...] = ()
    """Where several sources stand behind it, the part of each; they add up to the line."""


class Settlement(Entity, frozen=True, kw_only=True):
    """sold - refunded - fees + carried = payable when that is not below zero; else it is carried on."""

    KIND: ClassVar[str] = "settlement"

    merchant: str
    unit: UnitCode
    period: PeriodName
    sold: int
    refunded: int
    fees: int
    subsidy: int
    """How much of it was paid by a fund and by nobody's coupon."""
    carried: int
    """What the settlement before could not take back: at most 0."""
    drafter: By
    lines: tuple[SettledLine, ...] = ()
    status: Literal["draft", "checked", "paid", "withdrawn"] = "draft"
    checker: By | None = None
    payee: str | None = None
    """The account that the merchant had when it was checked."""
    disputed: tuple[str, ...] = ()
    """Purchases that the merchant contests and nobody has decided."""

    @property
    def due(self) -> int:
        """What the period makes, with what was carried into it."""
        return self.sold - self.refunded - self.fees + self.carried

    @property
    def payable(self) -> int:
        """What is paid."""
        return max(0, self.due)

    @property
    def tied_out(self) -> bool:
        """Whether the lines make exactly what the till counted."""
        sold = sum(line.sold for line in self.lines)
        refunded = sum(line.refunded for line in self.lines)
        return (sold, refunded) == (self.sold, self.refunded)


class Carried(Entity, frozen=True, kw_only=True):
    """How far a merchant is settled in one unit: `<merchant>/<unit>`."""

    KIND: ClassVar[str] = "carried"

    amount: int = 0
    """At most 0."""
    settled: PeriodName | None = None
    """The last period that was paid."""
    draft: PeriodName | None = None
    """The period that is being settled."""


class Invoice(Entity, frozen=True, kw_only=True):
    """An invoice that was paid: a merchant's number stands for one invoice of a year, and is paid once."""

    KIND: ClassVar[str] = "invoice"

    settlement: str
    amount: int


def invoice_id(merchant: str, on: str, number: str) -> str:
    """The one place where an invoice's id is spelled; `on` is its day."""
    return f"{merchant}.{on[:4]}.{number}"


def settlement_id(merchant: str, unit: str, period: str) -> str:
    """The one place where a settlement's id is spelled: a period is settled once."""
    return f"{merchant}.{unit}.{period}"


def carried_id(merchant: str, unit: str) -> str:
    """The one place where it is spelled."""
    return f"{merchant}/{unit}"

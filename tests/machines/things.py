"""What the model keeps: lots as single entries in plain lists, and what was done with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Unit:
    """How a unit behaves."""

    spendable: str
    negative: str
    base: int = 0


@dataclass(eq=False)
class Lot:
    """One grant's value and what is left of it."""

    left: int
    expires_on: str | None
    kind: str
    origin: str | None
    """The fund, or the month of an initial lot."""


@dataclass
class Account:
    """What one holder has in one unit."""

    lots: list[Lot] = field(default_factory=list)
    debts: list[list[Any]] = field(default_factory=list)
    """[transaction, amount], oldest first."""
    received: int = 0
    spent: int = 0
    lapsed: int = 0
    month: str | None = None
    """Whose initial lot it got last."""

    def open(self, *kinds: str) -> list[Lot]:
        """Lots with something left, in the order in which they pay: kind by kind, soonest expiry, first opened."""
        seen: dict[Any, int] = {}
        for lot in self.lots:
            seen.setdefault((lot.expires_on, lot.kind, lot.origin), len(seen))
        ordered = sorted(
            self.lots, key=lambda lot: (lot.expires_on or "9999", seen[lot.expires_on, lot.kind, lot.origin])
        )
        if not kinds:
            return [lot for lot in ordered if lot.left]
        return [lot for kind in kinds for lot in ordered if lot.left and lot.kind == kind]

    def value(self, *kinds: str) -> int:
        return sum(lot.left for lot in self.open(*kinds))

    @property
    def debt(self) -> int:
        return sum(amount for _, amount in self.debts)

    @property
    def balance(self) -> int:
        return self.value() - self.debt

    def spendable(self, unit: Unit) -> int:
        kept = {"threshold": unit.base, "initial-first": self.value("initial")}.get(unit.spendable, 0)
        return max(0, min(self.balance - kept, self.value("earned")))

    def has_ended(self, lot: Lot, today: str) -> bool:
        if lot.kind == "initial":
            return lot.origin != self.month
        return lot.expires_on is not None and lot.expires_on < today

    def lapse(self, lots: Iterable[Lot]) -> None:
        for lot in lots:
            self.lapsed += lot.left
            lot.left = 0


Pieces = list[list[Any]]
"""[lot, amount]: what a movement took, in order."""


@dataclass
class Movement:
    """A grant or a deduction that can be reversed."""

    kind: str
    where: tuple[str, str]
    amount: int
    lot: Lot | None = None
    pieces: Pieces = field(default_factory=list)
    reversed: int = 0


@dataclass
class Sale:
    """A sale that can be refunded."""

    where: tuple[str, str]
    lines: dict[str, tuple[int, int]]
    """Price and pieces by item."""
    pieces: Pieces
    counters: dict[str, Any]
    refunded: int = 0
    returned: dict[str, int] = field(default_factory=dict)

    @property
    def amount(self) -> int:
        return sum(price * quantity for price, quantity in self.lines.values())


@dataclass
class Item:
    """A thing on the shelf."""

    unit: str
    price: int
    stock: int = 0
    limit: tuple[int, str] | None = None


def take(lots: Iterable[Lot], amount: int) -> Pieces:
    """Take up to `amount` from these lots in their order."""
    pieces: Pieces = []
    for lot in lots:
        part = min(lot.left, amount)
        if part:
            lot.left -= part
            amount -= part
            pieces.append([lot, part])
    return pieces


def total(pieces: Pieces) -> int:
    return sum(amount for _, amount in pieces)


@dataclass
class State:
    """Everything that a refused group must leave as it was."""

    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    holders: set[str] = field(default_factory=set)
    items: dict[str, Item] = field(default_factory=dict)
    used: dict[tuple[str, str, str], int] = field(default_factory=dict)
    moved: dict[str, list[Movement]] = field(default_factory=dict)
    types: dict[str, list[str]] = field(default_factory=dict)
    """Kinds of facts by transaction, as far as a reversal may name them."""
    causes: set[Any] = field(default_factory=set)
    sales: dict[str, Sale] = field(default_factory=dict)
    proposals: dict[str, list[Any]] = field(default_factory=dict)
    """[maker, what was proposed, day, decision or None]."""
    period: str = ""
    closed: dict[str, list[Any]] = field(default_factory=dict)
    """Closed periods: [since, step]."""

"""What the model of welfare coupons is made of: batches, coupons, purchases, claims and settlements as plain values."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.machines.patrol_things import No, local, midnight, person_behind, written

__all__ = ["No", "local", "midnight", "person_behind", "written"]

CAP = 1_200
"""What one person may get of the union's own money in a year."""
FUNDS = {"f0": ("union", 4_000), "f1": ("employer", 3_000)}
"""Whose money each is, and how much was put into it."""
MERCHANTS = {"lixian": (0, ()), "corner": (333, ("food",))}
"""What is kept of a merchant's sales in hundredths of a per cent, and which goods it may sell."""
COUPON, CNY = "coupon_cny", "cny"
PRICE, SUPPLY = 100, 1_250
"""What a member pays for a piece, and what the merchant has to come for it."""


@dataclass(frozen=True)
class Kind:
    splits: bool = True
    stack: str = "any"
    merchants: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()


KINDS = {
    "welfare": Kind(),
    "face-value": Kind(splits=False, stack="equal-face"),
    "lixian": Kind(merchants=("lixian",), goods=("aided-goods",)),
}


@dataclass
class Line:
    face: int
    pieces: int
    status: str = "drafted"

    @property
    def amount(self) -> int:
        return self.face * self.pieces


@dataclass
class Batch:
    kind: str
    fund: str | None
    expires: date
    client: str
    person: str | None
    lines: dict[str, Line] = field(default_factory=dict)
    status: str = "draft"

    def total(self, *statuses: str) -> int:
        return sum(line.amount for line in self.lines.values() if line.status in statuses)

    @property
    def waiting(self) -> int:
        return sum(line.status == "drafted" for line in self.lines.values())


@dataclass
class Coupon:
    batch: str
    holder: str
    """Who got it."""
    face: int
    drawn: tuple[str, int] | None
    """On whose allowance, and of which year."""
    spent: int = 0
    lapsed: int = 0
    voided: int = 0
    spent_at: datetime | None = None
    voided_at: datetime | None = None

    @property
    def left(self) -> int:
        return self.face - self.spent - self.lapsed - self.voided


@dataclass
class Purchase:
    merchant: str
    used: list[list[Any]]
    """[coupon, how much of it is not given back], in the order in which they were shown."""
    amount: int
    fee: int
    refunded: int = 0
    fee_back: int = 0


@dataclass
class Offer:
    merchant: str
    fund: str
    stock: int
    most: int
    opens: datetime
    closes: datetime
    use_until: date | None
    """None: it is handed over at once."""


@dataclass
class Claim:
    offer: str
    holder: str
    pieces: int
    status: str = "claimed"
    fee: int = 0

    @property
    def subsidy(self) -> int:
        return (SUPPLY - PRICE) * self.pieces


@dataclass
class Settlement:
    merchant: str
    unit: str
    period: str
    due: int
    drafter: tuple[str, str | None]
    checker: tuple[str, str | None] | None = None
    lines: list[str] = field(default_factory=list)
    status: str = "draft"
    disputed: list[str] = field(default_factory=list)

    @property
    def payable(self) -> int:
        return max(0, self.due)


@dataclass
class Sold:
    """One line of a merchant's book."""

    merchant: str
    unit: str
    period: str
    of: dict[str, int]
    """Of which batches or which offer; below zero for what came back."""
    fee: int

    @property
    def amount(self) -> int:
        return sum(self.of.values())


def day_after(on: date) -> datetime:
    return midnight(on + timedelta(days=1))

"""What the model of welfare coupons is made of: batches, coupons, purchases, claims and settlements as plain values."""

from collections.abc import Collection
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


SHARES = {
    None: (),
    "f0": (("f0", 1),),
    "f1": (("f1", 1),),
    "both": (("f0", 1), ("f1", 2)),
    "odd": (("f1", 3), ("f0", 4)),
}
"""Who pays for a batch: nobody that the ledger knows, one fund, or two that share."""

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
    shares: tuple[tuple[str, int], ...]
    """The funds behind it, with their weights."""
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

    def owner(self, place: int) -> str | None:
        """Whose the fen at that place of what it issues is: of the first n one fund has its share rounded down."""
        if len(self.shares) < 2:
            return self.shares[0][0] if self.shares else None
        (one, weight), (other, rest) = self.shares
        before, after = (count * weight // (weight + rest) for count in (place, place + 1))
        return one if after > before else other

    def of_fund(self, fund: str, places: Collection[int]) -> int:
        """How many of these fen are one fund's; one by one only where two share."""
        if len(self.shares) < 2:
            return len(places) if self.owner(0) == fund else 0
        return sum(self.owner(place) == fund for place in places)


@dataclass
class Coupon:
    batch: str
    holder: str
    """Who got it."""
    face: int
    start: int
    """Its first fen's place in what its batch issues."""
    drawn: tuple[str, int] | None
    """On whose allowance, and of which year."""
    hand: list[int] = field(default_factory=list)
    """The places of the fen that can still be spent."""
    paid: list[int] = field(default_factory=list)
    """Those that merchants have."""
    lapsed: int = 0
    voided: int = 0
    spent_at: datetime | None = None
    voided_at: datetime | None = None

    @property
    def left(self) -> int:
        return len(self.hand)

    @property
    def places(self) -> range:
        return range(self.start, self.start + self.face)

    def lapse(self) -> None:
        self.lapsed, self.hand = self.lapsed + self.left, []

    def take_back(self, now: datetime) -> None:
        self.voided, self.hand, self.voided_at = self.voided + self.left, [], self.voided_at or now

    def pay(self, amount: int, now: datetime) -> list[int]:
        """The first so many of what is left."""
        part, self.hand = self.hand[:amount], self.hand[amount:]
        self.paid, self.spent_at = self.paid + part, None if self.hand else now
        return part

    def come_back(self, part: list[int]) -> None:
        self.paid = [place for place in self.paid if place not in part]
        self.hand, self.spent_at = sorted(self.hand + part), None


@dataclass
class Purchase:
    merchant: str
    used: list[list[Any]]
    """[coupon, which fen of it are not given back], in the order in which they were shown."""
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

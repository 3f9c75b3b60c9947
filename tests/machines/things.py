"""What the model keeps: every point a coin of its own in plain lists, and what was done with them."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, is_dataclass
from typing import Any

OVERDRAFT = "overdraft"
"""In the list of debts: what a free-standing account has drawn below zero."""
Where = tuple[str, str]
"""Whose account (`h0`, `account:till`), and in which unit."""
Terms = tuple[str | None, str, str | None]
"""Last day, kind, and the fund or the month of an initial lot."""
PLAIN: Terms = (None, "earned", None)
Drawn = list[tuple[str, int]]
"""What a movement counts for on which counters of the scheme's limits."""
Bounds = dict[str, int | None]
"""`floor`, `ceiling` or both; None is without bound."""


class Pool:
    """All coins of one account with equal terms; those that were there first pay first."""

    def __init__(self, terms: Terms, opened: int) -> None:
        self.terms, self.opened = terms, opened


class Coin:
    """One point. It never changes; what changes is the list that it is in."""

    def __init__(self, where: Where, pool: Pool, place: int) -> None:
        self.where, self.pool, self.place = where, pool, place

    @property
    def order(self) -> tuple[str, int, int]:
        return self.pool.terms[0] or "9999", self.pool.opened, self.place


Runs = list[list[Coin]]
"""Coins in the order in which they were taken; each run is of one pool and without a gap."""


def runs(coins: Iterable[Coin]) -> Runs:
    found: Runs = []
    for coin in coins:
        last = found[-1][-1] if found else None
        if last is not None and last.pool is coin.pool and last.place + 1 == coin.place:
            found[-1].append(coin)
        else:
            found.append([coin])
    return found


def flat(lots: Runs) -> list[Coin]:
    return [coin for run in lots for coin in run]


def first(lots: Runs, amount: int) -> Runs:
    """The first so many coins."""
    found = []
    for run in lots:
        if amount > 0:
            found.append(run[:amount])
            amount -= len(run)
    return found


def last(lots: Runs, amount: int) -> Runs:
    """The last so many: run by run from behind, each run as it lies."""
    found = []
    for run in reversed(lots):
        if amount > 0:
            found.append(run[-amount:])
            amount -= len(run)
    return found


def without(lots: Runs, gone: Iterable[Coin]) -> Runs:
    lost = set(gone)
    return [part for run in lots for part in runs(coin for coin in run if coin not in lost)]


@dataclass
class Unit:
    """How a unit behaves."""

    spendable: str
    negative: str
    base: int = 0
    transferable: bool = True


@dataclass
class Account:
    """What one holder, or a free-standing account, has in one unit."""

    where: Where
    floor: int | None = 0
    coins: list[Coin] = field(default_factory=list)
    """What is open: neither spent nor set aside."""
    pools: dict[Terms, Pool] = field(default_factory=dict)
    totals: dict[Pool, int] = field(default_factory=dict)
    debts: list[list[Any]] = field(default_factory=list)
    """[transaction, amount], oldest first."""
    received: int = 0
    spent: int = 0
    lapsed: int = 0
    month: str | None = None
    """Whose initial lot it got last."""
    frozen: str | None = None
    closed: str | None = None
    ceiling: int | None = None
    bounds: list[tuple[str, Bounds]] = field(default_factory=list)
    """Those to come: from which day on."""

    @property
    def standing(self) -> bool:
        return self.where[0].startswith("account:")

    def open(self, *kinds: str) -> list[Coin]:
        """In the order in which they pay: kind by kind, soonest expiry, the pool opened first."""
        ordered = sorted(self.coins, key=lambda coin: coin.order)
        return [coin for kind in kinds for coin in ordered if coin.pool.terms[1] == kind] if kinds else ordered

    def value(self, *kinds: str) -> int:
        return len(self.open(*kinds))

    def mint(self, amount: int, terms: Terms, *, apart: bool = False) -> list[Coin]:
        """New coins, not in any list yet; `apart` in a pool that is not the one of these terms."""
        pool = Pool(terms, len(self.totals)) if apart else self.pools.setdefault(terms, Pool(terms, len(self.totals)))
        start = self.totals.get(pool, 0)
        self.totals[pool] = start + amount
        self.pools.setdefault(terms, pool)
        return [Coin(self.where, pool, start + number) for number in range(amount)]

    def take(self, lots: Runs) -> None:
        gone = set(flat(lots))
        assert gone <= set(self.coins)
        self.coins = [coin for coin in self.coins if coin not in gone]

    def lapse(self, coins: Iterable[Coin]) -> int:
        gone = set(coins) & set(self.coins)
        self.coins = [coin for coin in self.coins if coin not in gone]
        self.lapsed += len(gone)
        return len(gone)

    @property
    def debt(self) -> int:
        return sum(amount for name, amount in self.debts if name != OVERDRAFT)

    @property
    def hole(self) -> int:
        return sum(amount for name, amount in self.debts if name == OVERDRAFT)

    @property
    def balance(self) -> int:
        return self.received - self.spent - self.lapsed

    def owe(self, name: str, amount: int) -> None:
        if amount and self.standing:
            self.debts = [[OVERDRAFT, self.hole + amount]]
        elif amount:
            self.debts.append([name, amount])

    def forgive(self, name: str, amount: int) -> None:
        for debt in self.debts:
            if debt[0] == name:
                part = min(debt[1], amount)
                debt[1] -= part
                amount -= part
        self.debts = [debt for debt in self.debts if debt[1]]

    def rebound(self, bounds: Bounds) -> None:
        """What is not named stays as it was."""
        self.floor = bounds.get("floor", self.floor)
        self.ceiling = bounds.get("ceiling", self.ceiling)

    def has_ended(self, coin: Coin, today: str) -> bool:
        expires_on, kind, origin = coin.pool.terms
        if kind == "initial":
            return origin != self.month
        return expires_on is not None and expires_on < today


@dataclass
class Movement:
    """What can be reversed: a grant, a deduction, a transfer, a conversion or a capture."""

    kind: str
    where: Where
    amount: int
    there: Where | None = None
    """Who was paid, if somebody was."""
    taken: Runs = field(default_factory=list)
    drawn: int = 0
    """What it took beyond all coins: owed by a holder, drawn below zero by others."""
    landed: Runs = field(default_factory=list)
    """What it brought, to `there`; a grant to `where`."""
    filled: set[Coin] = field(default_factory=set)
    """What of that filled an overdraft at once."""
    reversed: int = 0
    restored: set[Coin] = field(default_factory=set)
    counted: Drawn = field(default_factory=list)
    """What it drew on limits."""
    counted_with: int = 0
    """How much was counted there together: for a capture all of its hold."""


@dataclass
class Hold:
    """What is set aside."""

    where: Where
    there: Where | None
    lots: Runs
    drawn: int
    ends_at: str | None
    ended: tuple[str, str] | None = None
    """How, and when."""
    placed: int = 0
    """What was set aside."""
    counted: Drawn = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(flat(self.lots)) + self.drawn


@dataclass
class Sale:
    """A sale that can be refunded."""

    where: Where
    lines: dict[str, tuple[int, int]]
    """Price and pieces by item."""
    taken: Runs
    counters: dict[str, Any]
    counted: Drawn = field(default_factory=list)
    """By what was paid."""
    pieces_counted: Drawn = field(default_factory=list)
    refunded: int = 0
    returned: dict[str, int] = field(default_factory=dict)

    @property
    def amount(self) -> int:
        return sum(price * quantity for price, quantity in self.lines.values())

    @property
    def pieces(self) -> int:
        return sum(quantity for _, quantity in self.lines.values())


@dataclass
class Watch:
    """What a monitor looks at, and how often it saw its threshold crossed by what somebody wished."""

    where: Where
    measure: str
    side: str
    threshold: int
    removed: bool = False

    def beyond(self, figure: int | None) -> bool:
        """Strictly; what has no end is above everything."""
        below = figure is not None and figure < self.threshold
        return below if self.side == "below" else figure is None or figure > self.threshold


@dataclass
class Item:
    """A thing on the shelf."""

    unit: str
    price: int
    stock: int = 0
    limit: tuple[int, str] | None = None


def kept(value: Any) -> Any:
    """A copy as deep as anything changes in place: coins never do, and lists of them are most of a state."""
    if isinstance(value, list):
        return value[:] if not value or isinstance(value[0], Coin) else [kept(item) for item in value]
    if isinstance(value, dict):
        return {name: kept(item) for name, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        twin = copy(value)
        for part, item in vars(value).items():
            setattr(twin, part, kept(item))
        return twin
    return set(value) if isinstance(value, set) else value


@dataclass
class State:
    """Everything that a refused group must leave as it was."""

    accounts: dict[Where, Account] = field(default_factory=dict)
    holders: set[str] = field(default_factory=set)
    holds: dict[str, Hold] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    used: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """Of the limits of items."""
    counted: dict[str, int] = field(default_factory=dict)
    """Of the limits of the scheme."""
    watches: dict[str, Watch] = field(default_factory=dict)
    moved: dict[str, list[Movement]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    """Transactions that did something which no reversal takes back: a sale, a hold, a reversal."""
    owed: dict[str, Runs] = field(default_factory=dict)
    """What repaid the debts of a transaction since."""
    causes: set[Any] = field(default_factory=set)
    sales: dict[str, Sale] = field(default_factory=dict)
    proposals: dict[str, list[Any]] = field(default_factory=dict)
    """[maker, what was proposed, day, decision or None]."""
    period: str = ""
    closed: dict[str, list[Any]] = field(default_factory=dict)
    """Closed periods: [since, step]."""

"""An account of any instant, and what time does to it: holds end, then lots, by the rules of the ledger, as sums. Pure.

Decides nothing: it shows what `lapse` of the points and the ends of holds will record, or would have recorded by then.
"""

from typing import Final, NamedTuple

import msgspec

from ledger.calendar import end_of_day, start_of_day
from ledger.pools import EARNED, INITIAL
from ledger.scheme.model import Unit
from ledger.values import AccountId, Day, Instant, UnitCode
from projections.effects import NO_END, NO_LOT

_LAST_DAY: Final = Day("~")


class PoolThen(msgspec.Struct):
    """A pool as it stood: sums only."""

    pool: str
    kind: str = EARNED
    expires_on: Day | None = None
    opened: int = 0
    open: int = 0
    """Below zero where, as of an instant, it was taken before it was granted."""
    earmarked: int = 0
    grants: int = 0

    def add(self, opened: int, earmarked: int, grants: int) -> None:
        """What one more fact did to it."""
        self.open += opened
        self.earmarked += earmarked
        self.grants += grants


class HoldThen(msgspec.Struct):
    """A hold that was open: what of each pool it keeps, in its order."""

    hold: str
    ends_at: Instant
    lots: dict[str, int]
    incoming: int = 0

    @property
    def amount(self) -> int:
        """What it holds, or what it will bring here."""
        return sum(self.lots.values()) + self.incoming


class Lapse(NamedTuple):
    """Value that ends unspent: `expires_on` is its last day."""

    at: Instant
    expires_on: Day
    amount: int
    pool: str


class Ended(NamedTuple):
    """A hold that ends by itself."""

    at: Instant
    hold: str
    amount: int


class Standing(msgspec.Struct, kw_only=True):
    """An account as of one instant, as it was known at one position."""

    account: AccountId
    unit: UnitCode
    received: int = 0
    spent: int = 0
    lapsed: int = 0
    held: int = 0
    incoming: int = 0
    floor: int | None = None
    pools: dict[str, PoolThen]
    holds: list[HoldThen]
    floors: list[tuple[Day, str]] = []
    """Floors to come with a day: `None` is without end, nothing leaves it as it is."""
    ends_on: Day | None = None
    idle_on: Day | None = None
    frozen_at: Instant | None = None
    closed_at: Instant | None = None
    lapses: list[Lapse]
    """What time had done, or will have done, without a fact that says so."""
    ended: list[Ended]

    @property
    def balance(self) -> int:
        """May pass below every floor: it decides nothing."""
        return self.received - self.spent - self.lapsed

    @property
    def standing(self) -> bool:
        """Whether it is nobody's account but its own."""
        return self.account.startswith("account:")

    @property
    def owed(self) -> int:
        """What lots are short of the balance: debts of deductions, or a credit line that was drawn on."""
        return sum(pool.open + pool.earmarked for pool in self.pools.values()) - self.balance

    @property
    def debt(self) -> int:
        """What is owed for deductions."""
        return 0 if self.standing else max(0, self.owed)

    @property
    def unfunded(self) -> int:
        """What had been taken by then of lots that came later, less what had repaid debts that came later.

        Only where facts were recorded out of the order in which they happened: open lots + held - debt (or what was
        drawn) - unfunded = balance.
        """
        return sum(max(0, -pool.open) + max(0, -pool.earmarked) for pool in self.pools.values()) + min(0, self.owed)

    @property
    def lots(self) -> list[PoolThen]:
        """Open pools, soonest expiry first, then the pool opened first."""
        found = [pool for pool in self.pools.values() if pool.open > 0]
        return sorted(found, key=lambda pool: (self.last_day(pool) or _LAST_DAY, pool.opened, pool.pool))

    def last_day(self, pool: PoolThen) -> Day | None:
        """The last day of what is open in a pool: its own, or the account's where that is sooner."""
        return min((day for day in (pool.expires_on, self.ends_on, self.idle_on) if day is not None), default=None)

    def spendable(self, unit: Unit) -> int:
        """Under the unit's policy, as the account itself would say it."""
        if self.standing:
            return self.balance
        earned, free = self._open(EARNED) + self.held, self.balance
        match unit.spendable.policy:
            case "threshold":
                free -= unit.spendable.base
            case "initial-first":
                free -= self._open(INITIAL)
        return max(0, min(free, earned))

    def available(self, unit: Unit) -> int | None:
        """What could be spent; None: without end."""
        floor = self.floor if self.standing else 0
        return None if floor is None else max(0, self.spendable(unit) - self.held - floor)

    def _open(self, kind: str) -> int:
        return sum(pool.open for pool in self.pools.values() if pool.kind == kind and pool.open > 0)


def pass_time(account: Standing, at: Instant, zone: str) -> Standing:
    """The account with what time has done to it by `at` (inclusive): holds in their order, then lots by their days."""
    for begins_on, floor in account.floors:
        if floor and start_of_day(begins_on, zone) <= at:
            account.floor = None if floor == "None" else int(floor)
    for hold in sorted(account.holds, key=lambda hold: (hold.ends_at, hold.hold)):
        if hold.ends_at > at or hold.ends_at == NO_END:
            break
        _end(account, hold, zone)
    for pool in account.lots:
        day = account.last_day(pool)
        if day is not None and (ended_at := end_of_day(day, zone)) <= at:
            _lapse(account, pool, pool.open, ended_at, day)
            pool.open = 0
    return account


def _end(account: Standing, hold: HoldThen, zone: str) -> None:
    """What it kept is free again: debts first, then what has a day to come; the rest lapses with it."""
    account.holds.remove(hold)
    account.ended.append(Ended(hold.ends_at, hold.hold, hold.amount))
    account.incoming -= hold.incoming
    account.held -= sum(hold.lots.values())
    owed = max(0, account.owed)
    for id, amount in hold.lots.items():
        if id == NO_LOT:
            continue
        pool = account.pools[id]
        pool.earmarked -= amount
        repaid = min(amount, owed)
        owed -= repaid
        day = account.last_day(pool)
        if day is not None and end_of_day(day, zone) <= hold.ends_at:
            _lapse(account, pool, amount - repaid, hold.ends_at, day)
        else:
            pool.open += amount - repaid


def _lapse(account: Standing, pool: PoolThen, amount: int, at: Instant, day: Day) -> None:
    if amount > 0:
        account.lapsed += amount
        account.lapses.append(Lapse(at, day, amount, pool.pool))

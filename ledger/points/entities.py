"""An account of one unit: its pools, its debts, and what of it can be spent now."""

from bisect import bisect, bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

import msgspec
from msgspec.structs import replace

from ledger.calendar import end_of_day, start_of_day
from ledger.points.bounding import DatedBounds
from ledger.points.watching import Watch
from ledger.pools import EARNED, INITIAL, Landed, Lot, Pool, Repaid, Terms, first_of, repaying
from ledger.room import Entity
from ledger.scheme.model import Unit
from ledger.values import AccountId, Day, Instant, TxId, UnitCode

OVERDRAFT: Final = TxId("overdraft")
"""The name of what a free-standing account has drawn below zero: no debt of a deduction, and of no one transaction."""
_NEVER: Final = Instant("~")
"""Above every instant: what has no end comes last."""


class Debt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a deduction took beyond what was there; repaid oldest first by whatever comes in."""

    deduction: TxId
    amount: int


class OpenHold(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What sets earmarked value free again by itself: the stream of the thing that holds it, and when that ends."""

    of: str
    """`redemption:<id>` or `hold:<id>`."""
    expires_at: Instant | None
    """None: it has no end."""

    @property
    def place(self) -> tuple[Instant, str]:
        """In the order in which they end."""
        return (self.expires_at or _NEVER, self.of)


class AccountState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The account object that a fact carries after itself; `available` is derived (4b, Account object)."""

    balance: int
    debt: int
    held: int
    incoming: int
    lapsed: int
    received: int
    spendable: int
    spent: int
    floor: int | msgspec.UnsetType | None = msgspec.UNSET
    """Of a free-standing account alone; None: it has none."""

    @property
    def available(self) -> int | None:
        """What can be spent now; None: without end."""
        if self.floor is msgspec.UNSET:
            return max(0, self.spendable - self.held)
        return None if self.floor is None else max(0, self.spendable - self.held - self.floor)


class Account(Entity, frozen=True, kw_only=True):
    """balance = received - spent - lapsed = open lots + earmarked lots - debt - overdraft."""

    KIND: ClassVar[str] = "account"

    account: AccountId
    unit: UnitCode
    received: int = 0
    spent: int = 0
    lapsed: int = 0
    held: int = 0
    incoming: int = 0
    pools: tuple[Pool, ...] = ()
    """In the order in which they pay."""
    debts: tuple[Debt, ...] = ()
    frozen_at: Instant | None = None
    ends_on: Day | None = None
    """The last local day on which this account holds value, when its holder has left (R38)."""
    holds: tuple[OpenHold, ...] = ()
    """On this account, in the order in which they end."""
    floor: int | None = 0
    """How low a free-standing account may go: -n is a credit line, None no floor at all."""
    ceiling: int | None = None
    """How high its balance may go."""
    closed_at: Instant | None = None
    towards: tuple[OpenHold, ...] = ()
    """Holds on other accounts whose value will come here, in the order in which they end."""
    watches: tuple[Watch, ...] = ()
    dated_bounds: tuple[DatedBounds, ...] = ()
    """Floors and ceilings to come, in the order of their days."""
    idle_on: Day | None = None
    """The last local day on which it holds value unless something is done with it before."""

    @property
    def watched(self) -> bool:
        """Whether a monitor wants to know."""
        return bool(self.watches)

    @property
    def standing(self) -> bool:
        """Whether it stands by itself: no person's, bound by its floor and no policy of the scheme (4b)."""
        return self.account.startswith("account:")

    @property
    def balance(self) -> int:
        """Below zero only through debt or a credit line."""
        return self.received - self.spent - self.lapsed

    @property
    def debt(self) -> int:
        """What is owed for deductions."""
        return sum(item.amount for item in self.debts if item.deduction != OVERDRAFT)

    def due_at(self, zone: str) -> Instant | None:
        """When the next open lot lapses (the midnight after its last spendable day), hold ends or bound changes."""
        lapse_at = self._lapse_at(zone)
        if not (self.holds or self.towards or self.dated_bounds):
            return lapse_at
        ends = [lapse_at, *(holds[0].expires_at for holds in (self.holds, self.towards) if holds)]
        ends += [start_of_day(self.dated_bounds[0].effective_on, zone)] if self.dated_bounds else []
        return min(filter(None, ends), default=None)

    def _lapse_at(self, zone: str) -> Instant | None:
        soonest: Day | None = None
        for pool in self.pools:
            day = self.ends_on or self.idle_on or pool.terms.expires_on
            if day is not None and pool.open:
                day = self.last_day(pool) or day
                soonest = day if soonest is None else min(soonest, day)
        if soonest is None and not self.held:
            soonest = self.idle_on
        return None if soonest is None else end_of_day(soonest, zone)

    def last_day(self, pool: Pool) -> Day | None:
        """The last spendable day of what is open in a pool: its own, or the account's where that is sooner."""
        if self.ends_on is None and self.idle_on is None:
            return pool.terms.expires_on
        return min(filter(None, (self.ends_on, self.idle_on, pool.terms.expires_on)))

    def value(self, kind: str) -> int:
        """Open value of this kind of lot (earmarked value is not open)."""
        return sum([end - start for pool in self.pools if pool.terms.kind == kind for start, end in pool.open])

    def spendable(self, unit: Unit) -> int:
        """What the unit's policy lets be spent, after expiry, before holds; below zero only on a credit line."""
        free = self.received - self.spent - self.lapsed
        if self.standing:
            return free
        match unit.spendable.policy:
            case "threshold":
                free -= unit.spendable.base
            case "initial-first":
                free -= self.value(INITIAL)
        # The initial lot never pays: a base below the initial grant must not make it spendable.
        return max(0, min(free, self.value(EARNED) + self.held))

    def available(self, unit: Unit) -> int:
        """What can be spent now of what is there: no credit line counts."""
        return max(0, self.spendable(unit) - self.held)

    def free(self, unit: Unit) -> int | None:
        """What can leave now, a credit line included; None: without end."""
        return self.state(unit).available

    def state(self, unit: Unit) -> AccountState:
        """This account as answers and facts show it."""
        return AccountState(
            balance=self.received - self.spent - self.lapsed,
            debt=self.debt if self.debts else 0,
            held=self.held,
            incoming=self.incoming,
            lapsed=self.lapsed,
            received=self.received,
            spendable=self.spendable(unit),
            spent=self.spent,
            floor=self.floor if self.standing else msgspec.UNSET,
        )

    # Planning: which ranges a movement would take ------------------------------------------------------------

    def payment(self, amount: int) -> tuple[Lot, ...]:
        """The ranges that pay a redemption: earned lots only, soonest expiry first."""
        paid: list[Lot] = []
        for pool in self.pools:
            if amount > 0 and pool.terms.kind == EARNED:
                for lot in pool.first(amount):
                    paid.append(lot)
                    amount -= lot.end - lot.start
        return tuple(paid)

    def penalty(self, amount: int, unit: Unit) -> tuple[Lot, ...]:
        """The ranges that a deduction takes: earned first, then the base; under `initial-first` the other way."""
        kinds = (INITIAL, EARNED) if unit.spendable.policy == "initial-first" else (EARNED, INITIAL)
        lots = [lot for kind in kinds for lot in self._of_kind(kind)]
        return first_of(lots, amount)

    def _of_kind(self, kind: str) -> Iterable[Lot]:
        return self._open(lambda pool: pool.terms.kind == kind)

    def _open(self, wanted: Callable[[Pool], bool]) -> Iterable[Lot]:
        for pool in self.pools:
            if wanted(pool):
                for start, end in pool.open:
                    yield Lot(pool=pool.id, start=start, end=end)

    def pool_for(self, terms: Terms) -> Pool | None:
        """The pool that a grant of these terms joins."""
        for pool in self.pools:
            if pool.terms == terms and not pool.reopened:
                return pool
        return None

    def pool(self, pool_id: str) -> Pool | None:
        """The pool of that id, while the account still keeps it."""
        for pool in self.pools:
            if pool.id == pool_id:
                return pool
        return None

    # Evolving: each returns the account after a movement that was decided ----------------------------------------

    def granted(self, lot: Lot, terms: Terms, position: int, *, received: int = 0) -> "Account":
        """Open `lot` at the end of its pool, opening the pool when it is the first; so much more counts as received."""
        before = self.pool(lot.pool)
        pool = Pool(lot.pool, terms, position) if before is None else before
        pools = self._pools_with(pool.granted(lot.end - lot.start), before)
        return replace(self, pools=pools, received=self.received + received)

    def landed(self, ranges: Iterable[Landed], position: int) -> "Account":
        """With what arrived from elsewhere; the caller moves the counters."""
        account = self
        for item in ranges:
            account = account.granted(item.lot, item.terms, position)
        return account

    def taken(self, lots: Sequence[Lot], *, spent: int = 0) -> "Account":
        """Without these open ranges, and so much more counted as spent; the caller moves the other counters."""
        pools = self.pools
        one = len(lots) == len(pools) == 1 and pools[0].id == lots[0].pool  # as in nearly every sale
        pools = (pools[0].taken(lots[0]),) if one else self._pools_without(lots)
        return replace(self, pools=pools, spent=self.spent + spent)

    def _pools_without(self, lots: Iterable[Lot]) -> tuple[Pool, ...]:
        pools = {pool.id: pool for pool in self.pools}
        for lot in lots:
            pool = pools.get(lot.pool)
            if pool is None:
                raise LookupError(f"{self.account} has no pool {lot.pool}")
            pools[lot.pool] = pool.taken(lot)
        return tuple(pools.values())

    def earmarked(self, lots: Iterable[Lot], hold: OpenHold) -> "Account":
        """With these open ranges set aside until the hold is captured, released or ends."""
        lots = tuple(lots)
        return self._set_aside(lots, 1, with_hold(self.holds, hold)).taken(lots)

    def captured(self, lots: Iterable[Lot], of: OpenHold | str | None) -> "Account":
        """Without these earmarked ranges and their hold (None: it stays open); the caller moves the counters."""
        return self._set_aside(lots, -1, without_hold(self.holds, of))

    def released(self, lots: Iterable[Lot], of: OpenHold | str | None) -> "Account":
        """With these earmarked ranges open again at their old places, and without their hold (None: as it was)."""
        lots = tuple(lots)
        account = self._set_aside(lots, -1, without_hold(self.holds, of))
        return account.restored(lots, {}, 0)

    def _set_aside(self, lots: Iterable[Lot], sign: int, holds: tuple[OpenHold, ...]) -> "Account":
        account = self
        for lot in lots:
            pool = account.pool(lot.pool)
            if pool is None:
                raise LookupError(f"{self.account} has no pool {lot.pool}")
            pools = account._pools_with(replace(pool, earmarked=pool.earmarked + sign * lot.amount), pool)
            account = replace(account, pools=pools, held=account.held + sign * lot.amount)
        return replace(account, holds=holds)

    def restored(self, lots: Iterable[Lot], terms: dict[str, Terms], position: int) -> "Account":
        """With these ranges open again; a pool that had lapsed meanwhile comes back to lapse in the same tx."""
        account = self
        for lot in lots:
            before = account.pool(lot.pool)
            pool = Pool(lot.pool, terms[lot.pool], position, reopened=True) if before is None else before
            account = replace(account, pools=account._pools_with(pool.restored(lot), before))
        return account

    def repayments(self, lots: Iterable[Lot]) -> tuple[Repaid, ...]:
        """How these incoming ranges would repay the debts, oldest debt first; a holder's so many at once at most."""
        debts = ((item.deduction, item.amount) for item in self.debts)
        return repaying(debts, lots, bounded=not self.standing)

    def repaid(self, ranges: Iterable[Repaid]) -> "Account":
        """Debts less what these ranges repaid; the ranges are taken."""
        account = self
        for item in ranges:
            account = account.taken((item.lot,)).forgiven(item.lot.amount, of=item.deduction)
        return account

    def owing(self, amount: int, *, of: TxId) -> "Account":
        """With so much more owed: for a deduction, or, on a free-standing account, drawn below zero."""
        if not amount:
            return self
        if not self.standing:
            return replace(self, debts=(*self.debts, Debt(of, amount)))
        # One item, however often it was drawn on: a list of all draws would grow without end.
        return replace(self, debts=(Debt(OVERDRAFT, amount + sum(item.amount for item in self.debts)),))

    def forgiven(self, amount: int, *, of: TxId) -> "Account":
        """The debt of one deduction less `amount`."""
        debts: list[Debt] = []
        for item in self.debts:
            # One group may owe twice under one transaction: what is paid once must not count for both.
            part = min(item.amount, amount) if item.deduction == of else 0
            amount -= part
            if item.amount > part:
                debts.append(Debt(item.deduction, item.amount - part))
        return replace(self, debts=tuple(debts))

    def swept(self, *, before: Day, tx: TxId) -> "Account":
        """Forget empty pools that ended before that day, but for those of this very transaction.

        Never one that a later grant could still join: a pool reopened under its old id would hand out a range twice.
        """
        if all(pool.open or pool.earmarked for pool in self.pools):
            return self  # as after nearly every grant
        return self._keeping(
            lambda pool: pool.terms.expires_on is None or pool.terms.expires_on >= before or pool.id.startswith(tx)
        )

    def turned(self) -> "Account":
        """Forget empty initial lots of earlier months; the newest stays, or its month would be granted twice."""
        newest = self.month
        return self._keeping(lambda pool: pool.terms.kind != INITIAL or pool.terms.terms == newest)

    def _keeping(self, wanted: Callable[[Pool], bool]) -> "Account":
        kept = tuple(pool for pool in self.pools if pool.open or pool.earmarked or wanted(pool))
        return self if len(kept) == len(self.pools) else replace(self, pools=kept)

    @property
    def month(self) -> str | None:
        """The period of the newest initial lot."""
        return max((pool.terms.terms or "" for pool in self.pools if pool.terms.kind == INITIAL), default=None)

    def has_ended(self, pool_id: str, today: Day) -> bool:
        """Whether what is given back to that pool lapses at once: its day has passed, or its month has turned."""
        pool = self.pool(pool_id)
        if pool is None or (pool.terms.kind == INITIAL and pool.terms.terms != self.month):
            return True
        return pool.terms.expires_on is not None and pool.terms.expires_on < today

    def _pools_with(self, pool: Pool, before: Pool | None) -> tuple[Pool, ...]:
        """With `pool` in the place of what it was before; None: it is new."""
        if before is None:
            return tuple(sorted((*self.pools, pool), key=lambda item: item.order))
        if len(self.pools) == 1:
            return (pool,)
        return tuple([pool if other is before else other for other in self.pools])


class Reversed(Entity, frozen=True, kw_only=True):
    """How much of one grant or deduction was given or taken back so far, and which ranges came back."""

    KIND: ClassVar[str] = "reversed"

    amount: int = 0
    restored: tuple[Lot, ...] = ()


class Owed(Entity, frozen=True, kw_only=True):
    """The ranges that repaid one deduction's debt since: reversing the deduction gives them back."""

    KIND: ClassVar[str] = "owed"

    lots: tuple[Lot, ...] = ()


def with_hold(holds: tuple[OpenHold, ...], hold: OpenHold) -> tuple[OpenHold, ...]:
    """With one more, in the order in which they end."""
    at = bisect(holds, hold.place, key=lambda item: item.place)
    return (*holds[:at], hold, *holds[at:])


def without_hold(holds: tuple[OpenHold, ...], of: OpenHold | str | None) -> tuple[OpenHold, ...]:
    """Without that hold: found at once when its end is known, by the thing's name alone among all of them."""
    if isinstance(of, OpenHold):
        # An account may have thousands: what searched them all for each capture would take ever longer.
        at = bisect_left(holds, of.place, key=lambda item: item.place)
        return (*holds[:at], *holds[at + 1 :]) if holds[at : at + 1] == (of,) else holds
    return tuple(hold for hold in holds if hold.of != of)


def account_key(account: str, unit: str) -> str:
    """The id of an account's row in the book."""
    return f"{account}/{unit}"

"""What a reversal takes from who had been paid: the movement's own ranges first, then what expires soonest."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from ledger.points.entities import OVERDRAFT, Account
from ledger.points.moving import within_range
from ledger.pools import Lot, Repaid, amount_of, first_of, last_of, without
from ledger.refusals import InsufficientFunds
from ledger.scheme.model import Unit


class Taking(NamedTuple):
    """What who had been paid gives: ranges, and what of it stands as debt or is drawn below zero."""

    taken: tuple[Lot, ...]
    debt: int


class Arrived(NamedTuple):
    """What a movement had brought: its ranges in their order, and those that repaid debts at once."""

    lots: tuple[Lot, ...]
    repaid: tuple[Repaid, ...]

    def part(self, amount: int, *, before: int) -> "Arrived":
        """The ranges that this much of a reversal is about: the last first, behind what was reversed `before`."""
        return Arrived(last_of(first_of(self.lots, amount_of(self.lots) - before), amount), self.repaid)

    @property
    def filled(self) -> int:
        """What of it had filled an overdraft."""
        return amount_of(overlaps(self.lots, (item.lot for item in self.repaid if item.deduction == OVERDRAFT)))


def taking(account: Account, unit: Unit, amount: int, part: Arrived, if_spent: Literal["refuse", "debt"]) -> Taking:
    """Take `amount` back, or `insufficient-funds` for what was spent meanwhile and may not be owed.

    A holder owes it where the unit knows debt and `debt` was asked for. A free-standing account knows only its floor:
    it may always draw again what the movement itself had filled, and with `debt` as much as the floor allows.
    """
    taken = first_of(_own_first(account, part.lots), amount)
    there = amount_of(taken)
    missing = amount - there
    if account.standing:
        free = account.free(unit)
        below = amount if if_spent == "debt" else min(missing, part.filled)
        most = there + below if free is None else min(there + below, free)
    else:
        most = amount if if_spent == "debt" and unit.negative == "debt" else there
    if most < amount:
        raise InsufficientFunds(required=amount, available=most, missing=amount - most)
    within_range(account.spent + amount)
    return Taking(taken, missing)


def _own_first(account: Account, own: tuple[Lot, ...]) -> Iterator[Lot]:
    lots = [Lot(pool=pool.id, start=start, end=end) for pool in account.pools for start, end in pool.open]
    mine = overlaps(own, lots)
    rest, pools = without(lots, mine), {lot.pool for lot in own}
    yield from mine
    # Then of the same terms, so that what is left is what it would have been without the movement.
    yield from (lot for lot in rest if lot.pool in pools)
    yield from (lot for lot in rest if lot.pool not in pools)


def overlaps(lots: Iterable[Lot], others: Iterable[Lot]) -> tuple[Lot, ...]:
    """The parts of these ranges that lie in one of those, in the order of these."""
    among = tuple(others)
    return tuple(
        Lot(pool=lot.pool, start=max(lot.start, other.start), end=min(lot.end, other.end))
        for lot in lots
        for other in among
        if lot.pool == other.pool and max(lot.start, other.start) < min(lot.end, other.end)
    )

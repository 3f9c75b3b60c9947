"""Liability: what the spendable points would cost if they were all redeemed. A report, never a conversion."""

from typing import NamedTuple

from ledger.scheme.model import Scheme
from ledger.values import UnitCode
from projections import balances
from projections.store import Reading


class Liability(NamedTuple):
    """One unit: whole balances, what of them can be spent, and its worth in fen, rounded up to the fen."""

    unit: UnitCode
    balance: int
    spendable: int
    fen: int


def worth(scheme: Scheme, unit: UnitCode, amount: int) -> int:
    """`amount` at the scheme's valuation, in fen; whoever owes does not round down. 0 for a unit without one."""
    valuation = scheme.unit(unit).valuation
    return 0 if valuation is None else -(-amount * valuation.fen // valuation.units)


def liability(reading: Reading, scheme: Scheme) -> tuple[Liability, ...]:
    """Every unit that has a valuation, by its code (S01: 500 points are 100 yuan)."""
    return tuple(
        Liability(unit, total.balance, total.spendable, worth(scheme, unit, total.spendable))
        for unit, total in sorted(balances.totals(reading).items())
        if scheme.unit(unit).valuation is not None
    )

"""The seal of a period: the root over every account's balance and debt at its end (6-audit, state in the log)."""

from collections.abc import Iterable
from typing import NamedTuple

from ledger.values import PeriodName
from projections import merkle
from projections.periods import standings
from projections.store import Reading


class Seal(NamedTuple):
    """The RFC 6962 root in hexadecimal, and over how many lines."""

    root: str
    accounts: int


def line(account: str, unit: str, balance: int, debt: int) -> bytes:
    """`account TAB unit TAB balance TAB debt LF`."""
    return f"{account}\t{unit}\t{balance}\t{debt}\n".encode()


def seal_of(lines: Iterable[bytes]) -> Seal:
    """The root over lines sorted by their bytes."""
    ordered = sorted(lines)
    return Seal(merkle.root(ordered).hex(), len(ordered))


def seal(reading: Reading, period: PeriodName) -> Seal:
    """The seal of a closed period.

    Any later position serves: nothing after the cut is posted in the period, so its rows have stopped moving.
    """
    return seal_of(line(item.account, item.unit, item.balance, item.debt) for item in standings(reading, period))

"""What merchants have to come, by whose money it is, until a settlement pays it: one line for each source, to the fen.

Nothing is rounded here: a source's part of what is paid is what its sales left after refunds and fees. Only the fee of
one bill is shared (`vouchers.split`), and its odd fen falls to the last source that the bill names.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.values import AccountId, UnitCode

Owner = tuple[str, str]
"""(merchant, unit)"""
Parts = dict[str, int]
"""So much of each source; of one that has had back more than it paid, below zero."""
Leg = tuple[AccountId, UnitCode, int]
UNKNOWN: Final = ""
"""The source of what no fact names one for."""


class Owed:
    """What each merchant has to come, by the month in whose books it stands and by source."""

    def __init__(self) -> None:
        """Nobody has anything to come."""
        self._months: dict[Owner, dict[str, Parts]] = {}

    def came(self, owner: Owner, period: str, source: str, gain: int) -> None:
        """So much more, or less, in a month."""
        parts = self._months.setdefault(owner, {}).setdefault(period, {})
        parts[source] = parts.get(source, 0) + gain

    def standing(self, owner: Owner, until: str) -> Parts:
        """What is not paid of the months up to this one (inclusive); sources of nothing are left out."""
        found: Parts = {}
        for period, parts in self._months.get(owner, {}).items():
            for source, gain in parts.items() if period <= until else ():
                found[source] = found.get(source, 0) + gain
        return {source: found[source] for source in sorted(found) if found[source]}

    def paid(self, owner: Owner, until: str, amount: int) -> Parts:
        """Of whose money the settlement of a month paid `amount`: all that stood of every source, and stands no more.

        A settlement of nothing pays nobody: what stands, more of one source and less of another, goes into the next.
        """
        if not amount:
            return {}
        found = self.standing(owner, until)
        if rest := amount - sum(found.values()):
            # A voucher must make what was paid, whatever the facts do not tell: it would be seen as nobody's.
            found[UNKNOWN] = found.get(UNKNOWN, 0) + rest
        months = self._months.get(owner, {})
        for period in [month for month in months if month <= until]:
            del months[period]
        return found


def by_source(parts: Parts, postings: Iterable[Leg]) -> Iterator[tuple[str, list[Leg]]]:
    """The postings of a payment between two accounts, of each source so much."""
    legs = list(postings)
    for source, part in parts.items():
        yield source, [(account, unit, part if amount > 0 else -part) for account, unit, amount in legs]

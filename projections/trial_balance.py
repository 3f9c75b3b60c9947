"""Trial balance: debits and credits of each book account in each posted period; every unit sums to zero."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import func

from ledger.room import Fact
from ledger.values import PeriodName, UnitCode
from projections.projection import Change, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

BOOKED: Final = Sheet("trial_balance", keys={"period": str, "unit": str, "account": str}, sums=("debits", "credits"))
NAMESPACES: Final = {"holder": "holders", "account": "accounts"}
"""What accounts of people and of others are shown as: one line each, however many there are."""


class Booked(NamedTuple):
    """One book account: credits raise what the programme owes it, debits lower it."""

    unit: UnitCode
    account: str
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Credits less debits."""
        return self.credits - self.debits


def posted(_fact: Fact, recorded: Recorded) -> Iterable[Change]:
    """Every leg of a journal entry, under the chart's name of its account."""
    if recorded.entry is None:
        return
    for posting in recorded.entry.postings:
        account = NAMESPACES.get(posting.account.partition(":")[0], posting.account)
        side = {"credits": posting.amount} if posting.amount > 0 else {"debits": -posting.amount}
        yield Change(BOOKED, (recorded.envelope.period, posting.unit, account), side)


PROJECTION: Final = Projection("trial-balance", (BOOKED,), {Fact: posted})


def trial_balance(
    reading: Reading, *, period: PeriodName | None = None, until: PeriodName | None = None
) -> tuple[Booked, ...]:
    """All book accounts by unit and name: of one posted period, or of everything up to and with one, or of all."""
    c = BOOKED.c
    query = reading.select(PROJECTION, BOOKED, c.unit, c.account, func.sum(c.debits), func.sum(c.credits))
    if period is not None:
        query = query.where(c.period == period)
    if until is not None:
        query = query.where(c.period <= until)
    rows = reading.all(query.group_by(c.unit, c.account).order_by(c.unit, c.account))
    return tuple(Booked(unit, account, int(debits), int(credits)) for unit, account, debits, credits in rows)


def differences(booked: Iterable[Booked]) -> dict[UnitCode, int]:
    """Units whose books do not sum to zero: always empty, or something is broken."""
    sums: dict[UnitCode, int] = {}
    for item in booked:
        sums[item.unit] = sums.get(item.unit, 0) + item.balance
    return {unit: total for unit, total in sums.items() if total}

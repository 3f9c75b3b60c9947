"""Balances: what every account stands at, as the last fact about it said."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import func

from ledger.points.entities import account_key
from ledger.values import AccountId, UnitCode
from projections.projection import Changes, Place, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

COUNTERS: Final = ("received", "spent", "lapsed", "balance", "debt", "held", "incoming", "spendable")
BALANCES: Final = Sheet(
    "balances",
    # One text key, as the book has it: both sort alike, so that the scrub can walk them side by side.
    keys={"id": str},
    said={"account": str, "unit": str, **dict.fromkeys(COUNTERS, int), "position": int, "recorded_at": str},
)


class Balance(NamedTuple):
    """One account in one unit: balance = received - spent - lapsed; `spendable` under the policy in force then."""

    id: str
    account: AccountId
    unit: UnitCode
    received: int
    spent: int
    lapsed: int
    balance: int
    debt: int
    held: int
    incoming: int
    spendable: int
    position: int
    recorded_at: str


class Totals(NamedTuple):
    """Sums over all accounts of one unit; `lowest` is the lowest balance of any."""

    unit: UnitCode
    accounts: int
    balance: int
    debt: int
    held: int
    spendable: int
    lowest: int


def accounts_moved(facts: Sequence[Recorded], changes: Changes) -> None:
    """Every account that the facts changed, as it is after the last of them."""
    last: dict[Place, Recorded] = {}
    for recorded in facts:
        for place in recorded.states:
            last[place] = recorded
    rows = changes[BALANCES]
    for place, (envelope, _, states, _) in last.items():
        (account, unit), after = place, states[place]
        rows[(account_key(account, unit),)] = (
            account,
            unit,
            after.received,
            after.spent,
            after.lapsed,
            after.balance,
            after.debt,
            after.held,
            after.incoming,
            after.spendable,
            envelope.pos,
            envelope.recorded_at,
        )


PROJECTION: Final = Projection("balances", (BALANCES,), sums=(accounts_moved,))


def balance(reading: Reading, account: AccountId, unit: UnitCode) -> Balance | None:
    """One account, or None before its first fact."""
    query = reading.select(PROJECTION, BALANCES).where(BALANCES.c.id == account_key(account, unit))
    row = reading.first(query)
    return None if row is None else Balance._make(row)


def page(reading: Reading, after: str = "", limit: int = 500) -> Sequence[Balance]:
    """At most `limit` accounts with ids above `after`, in order of their bytes."""
    query = reading.select(PROJECTION, BALANCES).where(BALANCES.c.id > after).order_by(BALANCES.c.id).limit(limit)
    return [Balance._make(row) for row in reading.all(query)]


def totals(reading: Reading) -> dict[UnitCode, Totals]:
    """Sums by unit."""
    c = BALANCES.c
    sums = (func.sum(c.balance), func.sum(c.debt), func.sum(c.held), func.sum(c.spendable))
    query = reading.select(PROJECTION, BALANCES, c.unit, func.count(), *sums, func.min(c.balance)).group_by(c.unit)
    # PostgreSQL sums 64-bit integers as decimals.
    return {row[0]: Totals(row[0], *map(int, row[1:])) for row in reading.all(query)}

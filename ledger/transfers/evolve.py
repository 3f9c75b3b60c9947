"""How accounts follow what moves between them."""

from typing import Final

from msgspec.structs import replace

from ledger.limits.evolve import counted
from ledger.points.entities import Account, Owed, account_key
from ledger.points.evolve import accounts, debts_repaid, on_repaid
from ledger.room import Evolution, Meta
from ledger.transfers.facts import MovedFact, PointsConverted, PointsTransferred


def other_sides(fact: MovedFact, _meta: Meta) -> tuple[str, ...]:
    """Where the value arrived."""
    other = fact.other_side()
    return () if other is None else (account_key(*other),)


def on_left(account: Account | None, fact: MovedFact, meta: Meta, _id: str) -> Account:
    """Ranges less; what was drawn below zero stands as an overdraft."""
    before = account or Account(account=fact.account, unit=fact.unit)
    after = before.taken(fact.taken).owing(fact.drawn, of=meta.tx)
    return replace(after, spent=before.spent + fact.amount)


def on_transferred(account: Account | None, fact: PointsTransferred, meta: Meta, _id: str) -> Account:
    """Ranges more, under the terms that they came with, less what of them repaid debts."""
    return _arrived(account or Account(account=fact.to, unit=fact.unit), fact, fact.amount, meta)


def on_converted(account: Account | None, fact: PointsConverted, meta: Meta, _id: str) -> Account:
    """The same in the other unit."""
    return _arrived(account or Account(account=fact.account, unit=fact.to_unit), fact, fact.to_amount, meta)


def _arrived(before: Account, fact: MovedFact, amount: int, meta: Meta) -> Account:
    after = before.landed(fact.landed, meta.position).repaid(fact.repaid)
    # Swept afterwards, as after a grant: what came late joins the ended pool that it was decided for.
    return replace(after.swept(before=meta.day, tx=meta.tx), received=before.received + amount)


EVOLUTIONS: Final = (
    Evolution(PointsTransferred, Account, accounts, on_left),
    Evolution(PointsTransferred, Account, other_sides, on_transferred),
    Evolution(PointsTransferred, Owed, debts_repaid, on_repaid),
    counted(PointsTransferred),
    Evolution(PointsConverted, Account, accounts, on_left),
    Evolution(PointsConverted, Account, other_sides, on_converted),
    Evolution(PointsConverted, Owed, debts_repaid, on_repaid),
    counted(PointsConverted),
)

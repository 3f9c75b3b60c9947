"""How accounts follow what was taken back between them."""

from typing import Final

from msgspec.structs import replace

from ledger.limits.evolve import counted
from ledger.points.entities import OVERDRAFT, Account, Owed, Reversed, account_key
from ledger.points.evolve import accounts, debts_repaid, on_repaid, on_taken_back, originals
from ledger.points.facts import terms_of
from ledger.reversals.facts import CaptureReversed, ConversionReversed, MoveReversed, TransferReversed
from ledger.room import Evolution, Meta


def on_given_back(account: Account | None, fact: MoveReversed, meta: Meta, _id: str) -> Account:
    """What was drawn below zero is filled, ranges come back at their old places, new ones open; debts are repaid."""
    before = account or Account(account=fact.account, unit=fact.unit)
    after = before.forgiven(fact.forgiven, of=OVERDRAFT)
    after = after.restored((item.lot for item in fact.restored), terms_of(fact.restored), meta.position)
    after = after.landed(fact.landed, meta.position).repaid(fact.repaid)
    return replace(after, received=before.received + fact.amount)


def other_sides(fact: MoveReversed, _meta: Meta) -> tuple[str, ...]:
    """Who had been paid."""
    other = fact.other_side()
    return () if other is None else (account_key(*other),)


def on_taken_there(account: Account, fact: MoveReversed, meta: Meta, _id: str) -> Account:
    """Ranges less; what had been spent is owed, or drawn below zero."""
    amount = fact.to_amount if isinstance(fact, ConversionReversed) else fact.amount
    after = account.taken(fact.taken).owing(fact.debt, of=meta.tx)
    return replace(after, spent=account.spent + amount)


EVOLUTIONS: Final = tuple(
    evolution
    for fact in (TransferReversed, ConversionReversed, CaptureReversed)
    for evolution in (
        Evolution(fact, Account, accounts, on_given_back),
        Evolution(fact, Account, other_sides, on_taken_there),
        Evolution(fact, Reversed, originals, on_taken_back),
        Evolution(fact, Owed, debts_repaid, on_repaid),
        counted(fact),
    )
)

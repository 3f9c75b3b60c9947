"""How accounts follow what happens to them."""

from typing import Final

from msgspec.structs import replace

from ledger.accounts.facts import AccountClosed, AccountOpened
from ledger.points.entities import Account
from ledger.points.evolve import accounts
from ledger.room import Evolution, Meta


def on_opened(_account: Account | None, fact: AccountOpened, _meta: Meta, _id: str) -> Account:
    """An empty account with its floor."""
    return Account(account=fact.account, unit=fact.unit, floor=fact.floor)


def on_closed(account: Account, _fact: AccountClosed, meta: Meta, _id: str) -> Account:
    """Closed since it was recorded."""
    return replace(account, closed_at=meta.recorded_at)


EVOLUTIONS: Final = (
    Evolution(AccountOpened, Account, accounts, on_opened),
    Evolution(AccountClosed, Account, accounts, on_closed),
)

"""How accounts follow what happens to them."""

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from ledger.accounts.facts import AccountClosed, AccountOpened, ActivityNoted, BoundsChanged, BoundsScheduled
from ledger.points.bounding import DatedBounds
from ledger.points.entities import Account
from ledger.points.evolve import accounts
from ledger.room import Evolution, Meta


def on_opened(_account: Account | None, fact: AccountOpened, _meta: Meta, _id: str) -> Account:
    """An empty account with its floor."""
    return Account(account=fact.account, unit=fact.unit, floor=fact.floor)


def on_closed(account: Account, _fact: AccountClosed, meta: Meta, _id: str) -> Account:
    """Closed since it was recorded."""
    return replace(account, closed_at=meta.recorded_at)


def on_bounded(account: Account | None, fact: BoundsChanged, _meta: Meta, _id: str) -> Account:
    """Bounded anew; a change that was scheduled is no longer to come."""
    account = account or Account(account=fact.account, unit=fact.unit)
    return replace(
        account,
        floor=account.floor if fact.floor is UNSET else fact.floor,
        ceiling=account.ceiling if fact.ceiling is UNSET else fact.ceiling,
        dated_bounds=account.dated_bounds if fact.effective_on is None else account.dated_bounds[1:],
    )


def on_scheduled(account: Account | None, fact: BoundsScheduled, _meta: Meta, _id: str) -> Account:
    """One change more to come: after the others of its day."""
    account = account or Account(account=fact.account, unit=fact.unit)
    more = DatedBounds(effective_on=fact.effective_on, floor=fact.floor, ceiling=fact.ceiling)
    return replace(
        account, dated_bounds=tuple(sorted((*account.dated_bounds, more), key=lambda item: item.effective_on))
    )


def on_activity(account: Account, fact: ActivityNoted, _meta: Meta, _id: str) -> Account:
    """Its value lives longer."""
    return replace(account, idle_on=fact.idle_on)


EVOLUTIONS: Final = (
    Evolution(AccountOpened, Account, accounts, on_opened),
    Evolution(AccountClosed, Account, accounts, on_closed),
    Evolution(BoundsChanged, Account, accounts, on_bounded),
    Evolution(BoundsScheduled, Account, accounts, on_scheduled),
    Evolution(ActivityNoted, Account, accounts, on_activity),
)

"""How monitors follow their facts, and how an account knows what watches it."""

from typing import Final

from msgspec.structs import replace

from ledger.monitors.entities import Monitor
from ledger.monitors.facts import MonitorFact, MonitorRemoved, MonitorSet, ThresholdCrossed
from ledger.points.entities import Account, account_key
from ledger.room import Evolution, Meta


def monitors(fact: MonitorFact | MonitorSet, _meta: Meta) -> tuple[str, ...]:
    """The monitor."""
    return (fact.monitor,)


def accounts(fact: MonitorFact | MonitorSet, _meta: Meta) -> tuple[str, ...]:
    """The account that it watches."""
    return (account_key(fact.account, fact.unit),)


def on_set(_monitor: Monitor | None, fact: MonitorSet, meta: Meta, _id: str) -> Monitor:
    """A new one, or one that was removed begins anew."""
    return Monitor(account=fact.account, unit=fact.unit, watch=fact.watch(), set_at=meta.recorded_at)


def on_removed(monitor: Monitor, _fact: MonitorRemoved, meta: Meta, _id: str) -> Monitor:
    """Removed since it was recorded."""
    return replace(monitor, removed_at=meta.recorded_at)


def on_crossed(monitor: Monitor, _fact: ThresholdCrossed, meta: Meta, _id: str) -> Monitor:
    """Crossed once more."""
    return replace(monitor, crossings=monitor.crossings + 1, crossed_at=meta.occurred_at)


def on_watched(account: Account | None, fact: MonitorSet, _meta: Meta, _id: str) -> Account:
    """The account with one watch more; a holder's may not have moved yet."""
    account = account or Account(account=fact.account, unit=fact.unit)
    return replace(account, watches=(*account.watches, fact.watch()))


def on_unwatched(account: Account, fact: MonitorRemoved, _meta: Meta, _id: str) -> Account:
    """The account without it."""
    return replace(account, watches=tuple(watch for watch in account.watches if watch.monitor != fact.monitor))


EVOLUTIONS: Final = (
    Evolution(MonitorSet, Monitor, monitors, on_set),
    Evolution(MonitorSet, Account, accounts, on_watched),
    Evolution(MonitorRemoved, Monitor, monitors, on_removed),
    Evolution(MonitorRemoved, Account, accounts, on_unwatched),
    Evolution(ThresholdCrossed, Monitor, monitors, on_crossed),
)

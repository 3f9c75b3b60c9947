"""What binds and watches the survivor of a merge: on every day the lower of two ceilings, and the monitors of both.

The lower one: whoever bounded one record bounded the man, and a second record must not be a way around it. What he has
beyond it already stays, as wherever a ceiling is set. A monitor goes on under its id and counts its crossings anew.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import UNSET

from ledger.accounts import bounds
from ledger.accounts.facts import BoundsChanged, BoundsScheduled
from ledger.monitors import decide as monitors
from ledger.monitors.entities import Monitor
from ledger.monitors.facts import MonitorRemoved, MonitorSet
from ledger.points.entities import Account
from ledger.refusals import LimitExceeded
from ledger.room import Facts, Key
from ledger.scheme.model import Unit
from ledger.values import Day

_ROOM: Final = {"dated-bounds": bounds.MOST, "monitors": monitors.MOST}


def can_bear(here: Account, there: Account) -> None:
    """Refuse what one account's row has no room for (`limit-exceeded`): changes to come, and monitors."""
    more = {"dated-bounds": len(list(_to_come(here, there))), "monitors": len(here.watches)}
    there_are = {"dated-bounds": len(there.dated_bounds), "monitors": len(there.watches)}
    for rule, most in _ROOM.items():
        if more[rule] and there_are[rule] + more[rule] > most:
            used = there_are[rule]
            raise LimitExceeded(rule=rule, limit=most, used=used, offered=max(0, most - used), period="ever")


def unwatched(here: Account) -> Facts:
    """Before its value moves: that it is empty then is nothing that a monitor is for."""
    for watch in here.watches:
        yield MonitorRemoved(monitor=watch.monitor, account=here.account, unit=here.unit)


def binding(unit: Unit, here: Account, there: Account, joined: Account) -> Facts:
    """What holds for `joined`, which is `there` with the value of `here`."""
    ceiling = _lower(here.ceiling, there.ceiling)
    if ceiling != there.ceiling:
        yield BoundsChanged(account=there.account, unit=unit.code, ceiling=ceiling)
    for day, later in _to_come(here, there):
        yield BoundsScheduled(account=there.account, unit=unit.code, ceiling=later, effective_on=day)
    for watch in here.watches:
        yield MonitorSet(
            monitor=watch.monitor,
            account=there.account,
            unit=unit.code,
            measure=watch.measure,
            side=watch.side,
            threshold=watch.threshold,
            beyond=watch.beyond(monitors.figure(joined.state(unit), watch)),
        )


def _to_come(here: Account, there: Account) -> Iterator[tuple[Day, int | None]]:
    """The changes that make the lower ceiling of both hold on every day to come, beside those that `there` knows."""
    known = {change.effective_on for change in there.dated_bounds if change.ceiling is not UNSET}
    holds = _lower(here.ceiling, there.ceiling)
    for day in sorted(known | {change.effective_on for change in here.dated_bounds}):
        wanted = _lower(_on(here, day), _on(there, day))
        holds = _on(there, day) if day in known else holds
        if wanted != holds:
            yield day, wanted
        holds = wanted


def _on(account: Account, day: Day) -> int | None:
    """How high it may go on that day, by what is known now."""
    ceiling = account.ceiling
    for change in account.dated_bounds:
        if change.effective_on <= day and change.ceiling is not UNSET:
            ceiling = change.ceiling
    return ceiling


def _lower(*ceilings: int | None) -> int | None:
    return min((ceiling for ceiling in ceilings if ceiling is not None), default=None)


def watching(here: Account | None) -> Iterable[Key]:
    """The monitors of an account."""
    return [(Monitor.KIND, watch.monitor) for watch in here.watches] if here is not None else []

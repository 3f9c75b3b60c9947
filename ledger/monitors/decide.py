"""Deciding about monitors. Checks: shape, unit, existence, status, number; a crossing follows from what happened."""

import re
from collections.abc import Iterable
from typing import Final

from ledger.monitors.commands import RemoveMonitor, SetMonitor
from ledger.monitors.entities import Monitor
from ledger.monitors.facts import MonitorRemoved, MonitorSet, ThresholdCrossed
from ledger.people.entities import Holder
from ledger.points.entities import Account, AccountState, account_key
from ledger.points.existing import named
from ledger.points.granting import account_of
from ledger.points.watching import Watch
from ledger.refusals import AlreadyExists, LimitExceeded, Malformed, NotEligible
from ledger.room import Book, Facts, Handler, Key, Now, Reaction
from ledger.values import MAX_AMOUNT

MOST: Final = 20
"""Monitors on one account: each stands in its row, which every movement reads and writes."""
_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")


def set_monitor(command: SetMonitor, book: Book, now: Now) -> Facts:
    """Begin to watch. Checks: id and threshold (422), unit (422), account (404), no such monitor yet, room for one."""
    if not _ID.fullmatch(command.id):
        raise Malformed(errors=["id: 1 to 128 visible ASCII characters"])
    if abs(command.threshold) > MAX_AMOUNT:
        raise Malformed(errors=[f"threshold: {command.threshold} is not between {-MAX_AMOUNT} and {MAX_AMOUNT}"])
    unit = book.scheme(now.today).unit(command.unit)
    account = account_of(book, named(book, command.account, unit.code), unit)
    before = book.get(Monitor, command.id)
    if before is not None and before.removed_at is None:
        raise AlreadyExists(kind="monitor", id=command.id)
    if len(account.watches) >= MOST:
        raise LimitExceeded(rule="monitors", limit=MOST, used=len(account.watches), offered=0, period="ever")
    watch = Watch(command.id, command.measure, command.side, command.threshold)
    yield MonitorSet(
        monitor=command.id,
        account=account.account,
        unit=unit.code,
        measure=command.measure,
        side=command.side,
        threshold=command.threshold,
        beyond=watch.beyond(figure(account.state(unit), watch)),
    )


def figure(state: AccountState, watch: Watch) -> int | None:
    """What it watches of an account object; None is without end."""
    value: int | None = getattr(state, watch.measure)
    return value


def remove(command: RemoveMonitor, book: Book, now: Now) -> Facts:
    """Watch no longer. Checks: existence (404), not removed yet."""
    del now
    monitor = book.the(Monitor, command.monitor)
    if monitor.removed_at is not None:
        raise NotEligible(reason="monitor-removed")
    yield MonitorRemoved(monitor=command.monitor, account=monitor.account, unit=monitor.unit)


def crossing(before: Account | None, after: Account, book: Book, now: Now) -> Facts:
    """A fact for each threshold that lies between an account as it was and as it is now.

    No state is kept of which side it was on: what comes back and goes past again has crossed again.
    """
    unit = book.scheme(now.today).unit(after.unit)
    was = (before or Account(account=after.account, unit=after.unit)).state(unit)
    is_now = after.state(unit)
    for watch in after.watches:
        old, new = figure(was, watch), figure(is_now, watch)
        if watch.beyond(new) and not watch.beyond(old):
            yield ThresholdCrossed(
                monitor=watch.monitor,
                account=after.account,
                unit=after.unit,
                measure=watch.measure,
                side=watch.side,
                threshold=watch.threshold,
                was=old,
                became=new,
            )


def watched_account(command: SetMonitor, _book: Book) -> Iterable[Key]:
    """The monitor that would be, the account, and whose it is."""
    return [
        (Monitor.KIND, command.id),
        (Account.KIND, account_key(command.account, command.unit)),
        (Holder.KIND, command.account.partition(":")[2]),
    ]


def itself(command: RemoveMonitor, _book: Book) -> Iterable[Key]:
    """First round: the monitor."""
    return [(Monitor.KIND, command.monitor)]


def its_account(command: RemoveMonitor, book: Book) -> Iterable[Key]:
    """Second round: the account that it watches."""
    monitor = book.the(Monitor, command.monitor)
    return [(Account.KIND, account_key(monitor.account, monitor.unit))]


HANDLERS: Final = (
    Handler(SetMonitor, set_monitor, (watched_account,)),
    Handler(RemoveMonitor, remove, (itself, its_account)),
)
REACTIONS: Final = (Reaction(Account, crossing),)

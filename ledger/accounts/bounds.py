"""Bounds: how low and how high an account may go, now or from a day on."""

from collections.abc import Iterable
from typing import Final

from msgspec import UNSET, UnsetType

from ledger.accounts.commands import SetBounds
from ledger.accounts.facts import BoundsChanged, BoundsScheduled
from ledger.calendar import known_day, start_of_day
from ledger.people.entities import Holder
from ledger.points.entities import Account, account_key
from ledger.points.existing import existing
from ledger.points.granting import account_of
from ledger.refusals import AccountClosed, LimitExceeded, Malformed, NotEligible
from ledger.room import Book, Facts, Handler, Key, Now, Stamped
from ledger.values import MAX_AMOUNT, Day

MOST: Final = 20
"""Changes to come at once: each stands in the account's row, which every movement reads and writes."""


def set_bounds(command: SetBounds, book: Book, now: Now) -> Facts:
    """Bind an account, at once or with a later day.

    Checks: bounds and day (422), unit (422), account (404), merged, a floor only where it stands by itself, not
    closed, room for one more change to come. What the account is past already stays: it only moves back.
    """
    day = _shaped(command, now)
    unit = book.scheme(now.today).unit(command.unit)
    account = account_of(book, existing(book, command.account, unit.code), unit)
    if command.floor is not UNSET and not account.standing:
        raise NotEligible(reason="holders-account")
    if account.closed_at is not None:
        raise AccountClosed(since=account.closed_at)
    if day == now.today:
        yield BoundsChanged(account=account.account, unit=unit.code, floor=command.floor, ceiling=command.ceiling)
        return
    if len(account.dated_bounds) >= MOST:
        raise LimitExceeded(rule="dated-bounds", limit=MOST, used=MOST, offered=0, period="ever")
    yield BoundsScheduled(
        account=account.account,
        unit=unit.code,
        floor=command.floor,
        ceiling=command.ceiling,
        effective_on=day,
    )


def _shaped(command: SetBounds, now: Now) -> Day:
    """The day on which it takes effect, if the wish says what it must and no more."""
    errors = [*_out_of_range("floor", command.floor, -MAX_AMOUNT, 0)]
    errors += _out_of_range("ceiling", command.ceiling, 0, MAX_AMOUNT)
    if command.floor is UNSET and command.ceiling is UNSET:
        errors.append("floor, ceiling: name at least one")
    day = command.effective_on or now.today
    if not known_day(day) or day < now.today:
        errors.append(f"effective_on: a day from {now.today} on")
    if errors:
        raise Malformed(errors=errors)
    return day


def _out_of_range(name: str, bound: int | UnsetType | None, low: int, high: int) -> Iterable[str]:
    if bound is not UNSET and bound is not None and not low <= bound <= high:
        yield f"{name}: {bound} is not between {low} and {high}"


def pass_days(account: Account, now: Now) -> Facts:
    """The changes whose day has come, each at its first instant: part of what time does to an account."""
    for change in account.dated_bounds:
        begins_at = start_of_day(change.effective_on, now.zone)
        if begins_at > now.recorded_at:
            return
        fact = BoundsChanged(
            account=account.account,
            unit=account.unit,
            floor=change.floor,
            ceiling=change.ceiling,
            effective_on=change.effective_on,
        )
        yield Stamped(fact=fact, occurred_at=begins_at)


def bounded_account(command: SetBounds, _book: Book) -> Iterable[Key]:
    """The account, and whose it is."""
    holder = command.account.partition(":")[2]
    return [(Account.KIND, account_key(command.account, command.unit)), (Holder.KIND, holder)]


HANDLERS: Final = (Handler(SetBounds, set_bounds, (bounded_account,)),)

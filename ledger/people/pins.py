"""PINs: how often a wrong one was typed, and when it is locked. The PIN itself stands in the vault alone."""

from collections.abc import Iterable
from typing import Final

from ledger.people.commands import CountPinAttempt, ResetPin, SetPin
from ledger.people.entities import Holder
from ledger.people.facts import PinAccepted, PinFailed, PinReset, PinSet
from ledger.people.standing import living
from ledger.refusals import PinLocked
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import Instant, later

_SECONDS_A_MINUTE: Final = 60


def unlocked(holder: Holder, at: Instant) -> Holder:
    """The holder, unless the PIN is locked at that instant; at the last instant of a lock it is free again."""
    until = holder.pin_locked_until_at
    if until is not None and at < until:
        raise PinLocked(until=until)
    return holder


def count(command: CountPinAttempt, book: Book, now: Now) -> Facts:
    """Record a wrong try, or the right one after wrong ones. Checks: holder (404), merged, locked."""
    holder = unlocked(living(book, command.holder), now.recorded_at)
    if command.right:
        if holder.pin_tries or holder.pin_locked_until_at:
            yield PinAccepted(holder=command.holder)
        return
    rules = book.scheme(now.today).redemption.pin
    left = max(0, rules.tries - holder.pin_tries - 1)
    until = None if left else later(now.recorded_at, seconds=rules.lock_minutes * _SECONDS_A_MINUTE)
    yield PinFailed(holder=command.holder, tries_left=left, locked_until_at=until)


def set_pin(command: SetPin, book: Book, _now: Now) -> Facts:
    """Checks: holder (404), merged."""
    living(book, command.holder)
    yield PinSet(holder=command.holder)


def reset_pin(command: ResetPin, book: Book, _now: Now) -> Facts:
    """Checks: holder (404), merged."""
    living(book, command.holder)
    yield PinReset(holder=command.holder)


def typist(command: CountPinAttempt | SetPin | ResetPin, _book: Book) -> Iterable[Key]:
    """The holder."""
    return [(Holder.KIND, command.holder)]


HANDLERS: Final = (
    Handler(CountPinAttempt, count, (typist,)),
    Handler(SetPin, set_pin, (typist,)),
    Handler(ResetPin, reset_pin, (typist,)),
)

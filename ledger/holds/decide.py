"""Deciding about holds: which wish is decided where, what each reads, and how time ends holds of every kind."""

from collections.abc import Iterable
from heapq import merge
from itertools import takewhile
from typing import Final

from ledger.accounts.activity import idle_ended
from ledger.accounts.bounds import pass_days
from ledger.holds.capturing import capture
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.holds.entities import Hold
from ledger.holds.placing import place
from ledger.holds.releasing import expire, extend, void
from ledger.limits.drawing import limit_counters
from ledger.limits.entities import Counter
from ledger.people.entities import Holder
from ledger.points.decide import lapse
from ledger.points.entities import Account, OpenHold, account_key
from ledger.redemptions.entities import Redemption
from ledger.redemptions.holding import expire as expire_redemption
from ledger.room import Book, Due, Facts, Handler, Key, Now
from ledger.values import HoldId, Instant, RedemptionId

OnHold = CaptureHold | VoidHold | ExtendHold


# Time ----------------------------------------------------------------------------------------------------------


def pass_time(account: Account, book: Book, now: Now) -> Facts:
    """What time does to an account: holds on it and towards it end, in their order, then lots; then bounds change."""
    # Looked up afresh: the other side of a hold may have ended it since this account was found to be due.
    account = book.the(Account, account_key(account.account, account.unit))
    for hold in takewhile(lambda hold: _over(hold, now), merge(account.holds, account.towards, key=_place)):
        for ending in _up_to(hold, book):
            yield from _ended(ending, ending.expires_at or now.recorded_at, book, now)
    yield from lapse(book.the(Account, account_key(account.account, account.unit)), book, now)
    yield from idle_ended(book.the(Account, account_key(account.account, account.unit)), now)
    yield from pass_days(account, now)


def _up_to(hold: OpenHold, book: Book) -> tuple[OpenHold, ...]:
    """The holds of its payer that end before it, then itself."""
    kind, _, id = hold.of.partition(":")
    if kind != Hold.KIND:
        return (hold,)
    # What is set free repays debts: with what must not hang on whether the payer or the payee was named first.
    held = book.the(Hold, id)
    payer = book.the(Account, account_key(held.account, held.unit))
    return tuple(takewhile(lambda item: item.place <= hold.place, payer.holds))


def _over(hold: OpenHold, now: Now) -> bool:
    # At equal instants the expiry wins (4b, Holds).
    return hold.expires_at is not None and hold.expires_at <= now.recorded_at


def _place(hold: OpenHold) -> tuple[Instant, str]:
    return hold.place


def _ended(hold: OpenHold, at: Instant, book: Book, now: Now) -> Facts:
    """What ends a hold, by the kind of the thing that holds."""
    kind, _, id = hold.of.partition(":")
    if kind == Redemption.KIND:
        return expire_redemption(RedemptionId(id), at, book, now)
    return expire(HoldId(id), at, book, now)


# What they read ------------------------------------------------------------------------------------------------


def both_accounts(command: PlaceHold, _book: Book) -> Iterable[Key]:
    """Both accounts and their holders; a hold of the caller's own id."""
    for account in (command.account, command.to):
        if account is not None:
            yield Account.KIND, account_key(account, command.unit)
            yield Holder.KIND, account.partition(":")[2]
    if command.id is not None:
        yield Hold.KIND, command.id


def counters(command: PlaceHold, book: Book) -> Iterable[Key]:
    """Second round: what the scheme counts of it."""
    return limit_counters(book, "hold", command.account, command.unit)


def itself(command: OnHold, _book: Book) -> Iterable[Key]:
    """First round: the hold."""
    return [(Hold.KIND, command.hold)]


def its_accounts(command: OnHold, book: Book) -> Iterable[Key]:
    """Second round: the accounts of both sides, on which time acts, and the counters that setting free gives back."""
    hold = book.get(Hold, command.hold)
    if hold is not None:
        yield Account.KIND, account_key(hold.account, hold.unit)
        if hold.to is not None:
            yield Account.KIND, account_key(hold.to, hold.unit)
        yield from ((Counter.KIND, count.counter) for count in hold.counts)


HANDLERS: Final = (
    Handler(PlaceHold, place, (both_accounts, counters)),
    Handler(CaptureHold, capture, (itself, its_accounts)),
    Handler(VoidHold, void, (itself, its_accounts)),
    Handler(ExtendHold, extend, (itself, its_accounts)),
)
DUES: Final = (Due(Account, pass_time),)

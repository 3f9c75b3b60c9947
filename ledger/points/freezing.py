"""Freezing: an account that moves for nobody until it is unfrozen, while time goes on in it."""

from collections.abc import Iterable
from typing import Final

from ledger.people.entities import Holder
from ledger.points.commands import FreezeAccount, UnfreezeAccount
from ledger.points.entities import Account, account_key
from ledger.points.existing import named
from ledger.points.facts import FreezeLifted, FreezePlaced
from ledger.points.granting import account_of, moving
from ledger.refusals import NotEligible
from ledger.room import Book, Facts, Handler, Key, Now

SCRUB: Final = "scrub"
"""The reason of a freeze that no scheme names: a book row differs from its facts."""


def freeze(command: FreezeAccount, book: Book, now: Now) -> Facts:
    """Stop an account. Checks: unit and reason (422), account (404), not frozen yet."""
    account = _named(command, book, now)
    moving(account)
    yield FreezePlaced(account=account.account, unit=account.unit, reason=command.reason)


def unfreeze(command: UnfreezeAccount, book: Book, now: Now) -> Facts:
    """Let it move. Checks: unit and reason (422), account (404), frozen."""
    account = _named(command, book, now)
    if account.frozen_at is None:
        raise NotEligible(reason="not-frozen")
    yield FreezeLifted(account=account.account, unit=account.unit, reason=command.reason)


def _named(command: FreezeAccount | UnfreezeAccount, book: Book, now: Now) -> Account:
    scheme = book.scheme(now.day)
    unit = scheme.unit(command.unit)
    if command.reason != SCRUB:
        scheme.reason(command.reason)
    if command.reason == SCRUB:
        # A row that should be there and is not must be stopped too, before it is used for the first time.
        return account_of(book, named(book, command.account, unit.code), unit)
    return book.the(Account, account_key(command.account, command.unit))


def frozen_account(command: FreezeAccount | UnfreezeAccount, _book: Book) -> Iterable[Key]:
    """The account and its holder."""
    holder = command.account.partition(":")[2]
    return [(Account.KIND, account_key(command.account, command.unit)), (Holder.KIND, holder)]


HANDLERS: Final = (
    Handler(FreezeAccount, freeze, (frozen_account,)),
    Handler(UnfreezeAccount, unfreeze, (frozen_account,)),
)

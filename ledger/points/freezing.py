"""Freezing: an account that moves for nobody until it is unfrozen, while time goes on in it."""

from collections.abc import Iterable
from typing import Final

from ledger.people.entities import Holder
from ledger.points.commands import FreezeAccount, UnfreezeAccount
from ledger.points.entities import Account, account_key
from ledger.points.existing import named
from ledger.points.facts import FreezeLifted, FreezePlaced
from ledger.points.granting import account_of, moving
from ledger.refusals import NotEligible, NotFound
from ledger.room import Book, Facts, Handler, Key, Now

SCRUB: Final = "scrub"
"""The reason of a freeze that no scheme names: a book row differs from its facts."""


def freeze(command: FreezeAccount, book: Book, now: Now) -> Facts:
    """Stop an account. Checks: unit and reason (422), account (404), not frozen yet in all of these units."""
    accounts = _named(command, book, now)
    free = [account for account in accounts if account.frozen_at is None and account.closed_at is None]
    for account in free or [moving(accounts[0])]:
        yield FreezePlaced(account=account.account, unit=account.unit, reason=command.reason)


def unfreeze(command: UnfreezeAccount, book: Book, now: Now) -> Facts:
    """Let it move. Checks: unit and reason (422), account (404), frozen in any of these units."""
    frozen = [account for account in _named(command, book, now) if account.frozen_at is not None]
    if not frozen:
        raise NotEligible(reason="not-frozen")
    for account in frozen:
        yield FreezeLifted(account=account.account, unit=account.unit, reason=command.reason)


def _named(command: FreezeAccount | UnfreezeAccount, book: Book, now: Now) -> list[Account]:
    """The account in the unit that is named, or in every unit in which it is there."""
    scheme = book.scheme(now.day)
    unit = None if command.unit is None else scheme.unit(command.unit)
    if command.reason != SCRUB:
        scheme.reason(command.reason)
    if unit is None:
        found = [book.get(Account, account_key(command.account, code)) for code in scheme.units]
        accounts = [account for account in found if account is not None]
        if not accounts:
            raise NotFound(kind=Account.KIND, id=command.account)
        return accounts
    if command.reason == SCRUB:
        # A row that should be there and is not must be stopped too, before it is used for the first time.
        return [account_of(book, named(book, command.account, unit.code), unit)]
    return [book.the(Account, account_key(command.account, unit.code))]


def frozen_account(command: FreezeAccount | UnfreezeAccount, book: Book) -> Iterable[Key]:
    """The account and its holder."""
    for unit in book.scheme(book.day).units if command.unit is None else (command.unit,):
        yield Account.KIND, account_key(command.account, unit)
    yield Holder.KIND, command.account.partition(":")[2]


HANDLERS: Final = (
    Handler(FreezeAccount, freeze, (frozen_account,)),
    Handler(UnfreezeAccount, unfreeze, (frozen_account,)),
)

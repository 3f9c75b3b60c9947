"""Deciding about accounts themselves. Checks: shape, unit, existence, status."""

import re
from collections.abc import Iterable
from typing import Final

from ledger.accounts import bounds
from ledger.accounts.commands import CloseAccount, OpenAccount
from ledger.accounts.facts import AccountClosed, AccountOpened
from ledger.people.entities import Holder
from ledger.points.entities import Account, account_key
from ledger.points.existing import named
from ledger.points.granting import account_of, moving
from ledger.refusals import AlreadyExists, Malformed, NotEligible
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.values import MAX_AMOUNT, AccountId

_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")


def opened(id: str) -> AccountId:
    """What an account opened under that id is called everywhere (4b)."""
    return AccountId("account:" + id)


def open_account(command: OpenAccount, book: Book, now: Now) -> Facts:
    """Open an account. Checks: id and floor (422), unit (422), not there yet in this unit."""
    if not _ID.fullmatch(command.id):
        raise Malformed(errors=["id: 1 to 128 visible ASCII characters"])
    if command.floor is not None and not -MAX_AMOUNT <= command.floor <= 0:
        raise Malformed(errors=[f"floor: {command.floor} is not between {-MAX_AMOUNT} and 0"])
    unit, account = book.scheme(now.day).unit(command.unit), opened(command.id)
    if book.get(Account, account_key(account, unit.code)) is not None:
        raise AlreadyExists(kind="account", id=account)
    yield AccountOpened(account=account, unit=unit.code, floor=command.floor)


def close(command: CloseAccount, book: Book, now: Now) -> Facts:
    """Close an account. Checks: unit and reason (422), account (404), a free-standing one, not frozen, empty."""
    scheme = book.scheme(now.day)
    unit = scheme.unit(command.unit)
    scheme.reason(command.reason)
    account = account_of(book, named(book, command.account, command.unit), unit)
    if not account.standing:
        raise NotEligible(reason="of-a-holder")
    moving(account)
    state = account.state(unit)
    for reason, left in (("held", state.held), ("incoming", state.incoming), ("balance", state.balance)):
        if left:
            raise NotEligible(reason=reason)
    yield AccountClosed(account=account.account, unit=account.unit, reason=command.reason)


def opened_account(command: OpenAccount, _book: Book) -> Iterable[Key]:
    """The account that would be."""
    return [(Account.KIND, account_key(opened(command.id), command.unit))]


def closed_account(command: CloseAccount, _book: Book) -> Iterable[Key]:
    """The account, or whose it is."""
    holder = command.account.partition(":")[2]
    return [(Account.KIND, account_key(command.account, command.unit)), (Holder.KIND, holder)]


HANDLERS: Final = (
    Handler(OpenAccount, open_account, (opened_account,)),
    Handler(CloseAccount, close, (closed_account,)),
    *bounds.HANDLERS,
)

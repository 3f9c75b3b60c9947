"""Whether an account is there, and whether its holder may act: what rules ask before they look at status and funds."""

from ledger.people.entities import Holder
from ledger.people.standing import living, may_earn, may_redeem
from ledger.points.entities import Account, account_key
from ledger.refusals import NotFound
from ledger.room import Book
from ledger.values import AccountId, Day, UnitCode


def named(book: Book, account: AccountId, unit: UnitCode) -> AccountId:
    """The account, or `not-found`: a holder's is there as soon as the holder is, another one once it was opened."""
    namespace, _, id = account.partition(":")
    if namespace == "holder":
        book.the(Holder, id)
    elif namespace != "account" or book.get(Account, account_key(account, unit)) is None:
        raise NotFound(kind="account", id=account)
    return account


def existing(book: Book, account: AccountId, unit: UnitCode) -> AccountId:
    """The account, if it is there and its holder was not merged into another."""
    named(book, account, unit)
    if (holder := _holder(account)) is not None:
        living(book, holder)
    return account


def earns(book: Book, account: AccountId, day: Day) -> None:
    """Refuse credit for a local day after the holder left the site; a free-standing account never leaves."""
    if (holder := _holder(account)) is not None:
        may_earn(book.the(Holder, holder), day)


def spends(book: Book, account: AccountId, today: Day) -> None:
    """Refuse to take from a holder who is barred, or whose days of spending after leaving are over."""
    if (holder := _holder(account)) is not None:
        may_redeem(book.the(Holder, holder), today)


def _holder(account: AccountId) -> str | None:
    namespace, _, id = account.partition(":")
    return id if namespace == "holder" else None

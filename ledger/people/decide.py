"""Deciding about people."""

from collections.abc import Iterable
from typing import Final

from ledger.people.commands import RegisterPerson
from ledger.people.entities import Badge, Holder
from ledger.people.facts import PersonRegistered
from ledger.refusals import AlreadyExists
from ledger.room import Book, Facts, Handler, Key, Now


def register(command: RegisterPerson, book: Book, _now: Now) -> Facts:
    """Checks: neither the holder's id nor the badge is taken."""
    if book.get(Holder, command.holder) is not None:
        raise AlreadyExists(kind="holder", id=command.holder)
    if command.badge is not None and book.get(Badge, command.badge) is not None:
        raise AlreadyExists(kind="badge", id=command.badge)
    yield PersonRegistered(holder=command.holder, badge=command.badge, crew=command.crew, joined_on=command.joined_on)


def registered(command: RegisterPerson, _book: Book) -> Iterable[Key]:
    """The holder and the badge that must not exist yet."""
    badges = [(Badge.KIND, str(command.badge))] if command.badge else []
    return [(Holder.KIND, command.holder), *badges]


HANDLERS: Final = (Handler(RegisterPerson, register, (registered,)),)

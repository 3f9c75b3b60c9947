"""Deciding about periods."""

from typing import Final

from ledger.periods.commands import OpenBooks
from ledger.periods.entities import Books
from ledger.periods.facts import PeriodOpened
from ledger.refusals import AlreadyExists
from ledger.room import Book, Facts, Handler, Now


def open_books(command: OpenBooks, book: Book, _now: Now) -> Facts:
    """Checks: no period is open yet."""
    books = book.get(Books, Books.ID)
    if books is not None:
        raise AlreadyExists(kind="period", id=books.period)
    yield PeriodOpened(opens=command.period)


HANDLERS: Final = (Handler(OpenBooks, open_books, (lambda _command, _book: [(Books.KIND, Books.ID)],)),)

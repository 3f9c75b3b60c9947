"""What every wish about kits is asked: how many, where, and whether so many lie there."""

from typing import Final

from ledger.handouts.entities import Depot, depot_id
from ledger.naming import wrong_id
from ledger.refusals import Malformed, OutOfStock
from ledger.room import Book

MOST_PIECES: Final = 1_000_000


def pieces_of(pieces: int) -> int:
    """How many, or Malformed."""
    if not 1 <= pieces <= MOST_PIECES:
        raise Malformed(errors=[f"pieces: 1 to {MOST_PIECES}"])
    return pieces


def place_of(name: str, value: str) -> str:
    """A depot's id, or Malformed."""
    if errors := list(wrong_id(value, name)):
        raise Malformed(errors=errors)
    return value


def there(book: Book, depot: str, kit: str) -> Depot:
    """What lies there; nothing has ever been in most places."""
    return book.get(Depot, depot_id(depot, kit)) or Depot()


def in_stock(book: Book, depot: str, kit: str, pieces: int) -> None:
    """Refuse `out-of-stock` unless so many lie there, fit and for anybody."""
    good = there(book, depot, kit).good
    if pieces > good:
        raise OutOfStock(item=kit, requested=pieces, available=good)

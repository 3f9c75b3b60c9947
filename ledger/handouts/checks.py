"""What every wish about kits is asked: how many, where, whether so many lie there, and what a gift counts on."""

from collections.abc import Iterable
from typing import Final

from ledger.handouts.commands import HandOutKits, SetKitsAside
from ledger.handouts.entities import Depot, Kit, depot_id
from ledger.limits.drawing import limit_counters, limited_by_scheme
from ledger.limits.facts import Count
from ledger.naming import wrong_id
from ledger.people.entities import Holder
from ledger.refusals import Malformed, OutOfStock
from ledger.room import Book, Key, Now
from ledger.values import HolderId, holder_account

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


def gift(command: HandOutKits | SetKitsAside, kit: Kit, holder: HolderId, book: Book, now: Now) -> tuple[Count, ...]:
    """What kits for a person draw, at cost, on the scheme's limits on grants: a gift in kind is a gift.

    Kits that are kept for him count when they are set aside, and no more when he collects them.
    """
    cost = kit.cost * command.pieces
    return limited_by_scheme(book, now, "grant", holder_account(holder), kit.unit, cost, reason=command.occasion)


def drawn(command: HandOutKits | SetKitsAside, book: Book) -> Iterable[Key]:
    """The counters of the scheme's limits, for a round of `reads` after the one that names kit and person."""
    kit = book.get(Kit, command.kit)
    if kit is not None and command.holder is not None and book.get(Holder, command.holder) is not None:
        account = holder_account(command.holder)
        yield from limit_counters(book, "grant", account, kit.unit, reason=command.occasion)

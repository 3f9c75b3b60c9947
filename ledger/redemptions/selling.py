"""What a sale and its quote check alike: shape, sale window, limits, stock, and what the lines cost."""

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.calendar import iso_week
from ledger.entitlements.issuing import Bought
from ledger.limits.drawing import limited_by_scheme
from ledger.limits.entities import counter_id, draw
from ledger.limits.facts import Count
from ledger.merchants.entities import Merchant
from ledger.people.entities import Holder
from ledger.people.standing import records
from ledger.points.entities import Account
from ledger.redemptions.commands import WantedLine
from ledger.redemptions.entities import Line
from ledger.refusals import Malformed, OutOfStock, SaleClosed
from ledger.room import Book, Now
from ledger.stock.entities import Item, Limit
from ledger.values import MAX_AMOUNT, Day, HolderId, Instant, ItemId

_ITEM: Final = "item:"
"""Before the id of an item whose limit a counter counts; no code of a scheme looks so."""


def merged(lines: tuple[WantedLine, ...]) -> tuple[WantedLine, ...]:
    """One line an item: the same item twice must not pass a limit or the stock twice."""
    if not lines:
        raise Malformed(errors=["lines: at least one"])
    if len(lines) == 1:
        whole_pieces(lines[0].quantity)
        return lines
    pieces: dict[str, int] = {}
    for line in lines:
        whole_pieces(line.quantity)
        pieces[line.item] = pieces.get(line.item, 0) + line.quantity
    return tuple(WantedLine(line.item, pieces.pop(line.item)) for line in lines if line.item in pieces)


def whole_pieces(quantity: int) -> int:
    """A number of pieces that a wish may name: 1 to 2^53 - 1."""
    if not 1 <= quantity <= MAX_AMOUNT:
        raise Malformed(errors=[f"quantity: {quantity} is not between 1 and {MAX_AMOUNT}"])
    return quantity


def total(lines: tuple[Line, ...]) -> int:
    """What the lines cost together."""
    amount = sum([line.price * line.quantity for line in lines])
    if amount > MAX_AMOUNT:
        raise Malformed(errors=["lines: the total is beyond 2^53 - 1"])
    return amount


def on_sale(id: str, item: Item, at: Instant) -> None:
    """The item is on the price list and in its sale window, or `sale-closed`."""
    if item.delisted_at is not None:
        raise SaleClosed(item=id, opens_at=None, closes_at=item.delisted_at)
    early = item.on_sale_from_at is not None and at < item.on_sale_from_at
    late = item.on_sale_to_at is not None and at >= item.on_sale_to_at
    if early or late:
        raise SaleClosed(item=id, opens_at=item.on_sale_from_at, closes_at=item.on_sale_to_at)


def supplied(id: str, item: Item, book: Book, now: Now) -> None:
    """Whoever supplies it takes part, or `sale-closed` since it does not (S54); what is reserved stays so."""
    if item.merchant is None:
        return
    out_since = book.the(Merchant, item.merchant).out_since(now.recorded_at, now.zone)
    if out_since is not None:
        raise SaleClosed(item=id, opens_at=None, closes_at=out_since)


def in_stock(id: str, item: Item, quantity: int, at: Instant) -> None:
    """So many pieces are there and kept for nobody, or `out-of-stock`."""
    available = item.free(at)
    if quantity > available:
        raise OutOfStock(item=id, requested=quantity, available=available)


def limited(book: Book, line: WantedLine, item: Item, holder: HolderId, day: Day) -> tuple[Count, ...]:
    """What the line draws on the item's limit, if it has one; or `limit-exceeded`.

    One man with two records that were merged has one limit: what he took under either counts.
    """
    limit = item.limit
    if limit is None:
        return ()
    mine, *others = limit_counters(book, line.item, limit, holder, day)
    return (draw(book, mine, line.quantity, limit=limit.quantity, beside=others),)


def pieces(lines: Iterable[Bought]) -> int:
    """How many pieces these lines take, or bring back, together."""
    return sum([line.quantity for line in lines])


def limited_at_suppliers(
    book: Book, now: Now, account: Account, lines: Iterable[Line], items: Mapping[ItemId, Item]
) -> tuple[Count, ...]:
    """What goods for points draw on limits by merchant: each supplier's part by itself; nobody's goods draw nothing."""
    by: dict[str, list[Line]] = {}
    for line in lines:
        merchant = items[line.item].merchant
        if merchant is not None:
            by.setdefault(merchant, []).append(line)
    return tuple(
        count
        for merchant, part in by.items()
        for count in limited_by_scheme(
            book,
            now,
            "redemption",
            account.account,
            account.unit,
            sum(line.price * line.quantity for line in part),
            merchant=merchant,
            pieces=pieces(part),
        )
    )


def limit_counters(book: Book, item: str, limit: Limit, holder: HolderId, day: Day) -> list[str]:
    """The counters of one man's pieces of one item: of this record first, then of those merged into it."""
    person = book.get(Holder, holder)
    if person is None or not person.merged_from:
        return [limit_counter(item, limit, holder, day)]
    return [limit_counter(item, limit, id, day) for id in records(holder, person)]


def limit_counter(item: str, limit: Limit, holder: str, day: Day) -> str:
    """The counter of one person's pieces of one item in the local window that holds `day`."""
    return counter_id(_ITEM + item, holder, _window(limit, day))


def is_of_an_item(counter: str) -> bool:
    """Whether an item's limit has this counter; else it is one of the scheme's."""
    return counter.startswith(_ITEM)


def is_counter_of(counter: str, item: str, holder: str) -> bool:
    """Whether a counter is that of one person's pieces of one item, in whatever window."""
    return counter.rpartition("/")[0] == counter_id(_ITEM + item, holder, "").removesuffix("/")


def _window(limit: Limit, day: Day) -> str:
    match limit.per:
        case "day":
            return day
        case "week":
            return iso_week(day)
        case "month":
            return day[:7]
        case _:
            return day[:4]

"""What comes back: the ranges, pieces and limits that a release or a refund gives back, and what of it has ended."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from ledger.calendar import day_after
from ledger.limits.drawing import counted_back, merchant_of
from ledger.limits.entities import PIECES
from ledger.limits.facts import Count
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed, Restored
from ledger.points.granting import lapsing, restoring
from ledger.pools import Repaid, Terms, last_of, without
from ledger.redemptions.commands import Restore, ReturningLine
from ledger.redemptions.entities import Bill, Line, Redemption
from ledger.redemptions.facts import Reissued, ReturnedLine
from ledger.redemptions.selling import is_counter_of, is_of_an_item, pieces, whole_pieces
from ledger.refusals import ExceedsOriginal
from ledger.room import Book, Now
from ledger.stock.entities import Item
from ledger.stock.facts import ReturnScrapped
from ledger.values import AccountId, Day, ItemId, RedemptionId

# Pieces --------------------------------------------------------------------------------------------------------


def merged_return(lines: tuple[ReturningLine, ...]) -> tuple[ReturningLine, ...]:
    """One line an item and place: an item may come back in part onto the shelf, in part as scrap."""
    pieces: dict[tuple[ItemId, bool], int] = {}
    for line in lines:
        place = line.item, line.restock
        pieces[place] = pieces.get(place, 0) + whole_pieces(line.quantity)
    return tuple(ReturningLine(item, quantity, restock) for (item, restock), quantity in pieces.items())


class Returning(NamedTuple):
    """What comes back of one part of a redemption: these pieces, and so much of what they cost."""

    lines: tuple[ReturnedLine, ...]
    amount: int


def returned_lines(redemption: Redemption, lines: tuple[ReturningLine, ...]) -> tuple[ReturnedLine, ...]:
    """The pieces at the price that was paid; more than were sold and are not back yet is `exceeds-original`."""
    asked: dict[ItemId, int] = {}
    for line in lines:
        asked[line.item] = asked.get(line.item, 0) + line.quantity
    sold = {line.item: line for line in redemption.all_lines}
    for item, quantity in asked.items():
        original = sold[item].quantity if item in sold else 0
        returned = redemption.returned_of(item)
        if returned + quantity > original:
            raise ExceedsOriginal(original=original, reversed=returned, requested=quantity)
    return tuple(ReturnedLine(line.item, sold[line.item].price, line.quantity, line.restock) for line in lines)


def parted(redemption: Redemption, lines: Iterable[ReturnedLine]) -> tuple[Returning, Returning]:
    """What of these lines was taken for points, and what stands on the bill."""
    billed = {line.item for line in redemption.bill.lines} if redemption.bill else set()
    parts = [tuple(line for line in lines if (line.item in billed) is on_bill) for on_bill in (False, True)]
    points, bill = (Returning(part, sum(line.price * line.quantity for line in part)) for part in parts)
    return points, bill


def all_that_is_left(redemption: Redemption) -> tuple[ReturnedLine, ...]:
    """Every piece that is not back yet, onto the shelf."""
    left = ((line, _left(redemption, line)) for line in redemption.all_lines)
    return tuple(ReturnedLine(line.item, line.price, quantity, restock=True) for line, quantity in left if quantity)


def _left(redemption: Redemption, line: Line) -> int:
    return line.quantity - redemption.returned_of(line.item)


def scrapped(redemption: RedemptionId, lines: Iterable[ReturnedLine], reason: str) -> Iterator[ReturnScrapped]:
    """What of it never reaches the shelf."""
    for line in lines:
        if not line.restock:
            yield ReturnScrapped(item=line.item, quantity=line.quantity, reason=reason, redemption=redemption)


def limits_given_back(
    redemption: Redemption, lines: Collection[ReturnedLine], amount: int, book: Book
) -> tuple[Count, ...]:
    """What the returned pieces, and the value that comes back with them, had drawn in the windows of the sale.

    What counts by merchant has back what came back to that merchant, and not a part of what came back to others.
    """
    of_each = {merchant: _supplied(redemption, merchant, book) for merchant in _merchants(redemption.counts)}
    told_apart = all(_is_of(count, of_each) for count in redemption.counts)
    counts = [count for count in redemption.counts if not told_apart or merchant_of(count.counter) is None]
    return (
        *_item_limits(counts, redemption.account, lines),
        *_piece_limits(redemption, counts, redemption.lines, lines),
        *counted_back(_of_value(counts), amount=amount, original=redemption.amount, before=redemption.refunded),
        *(_at_merchants(redemption, lines, amount, of_each) if told_apart else ()),
    )


def _merchants(counts: Iterable[Count]) -> set[str]:
    return {merchant for count in counts if (merchant := merchant_of(count.counter)) is not None}


def _supplied(redemption: Redemption, merchant: str, book: Book) -> tuple[Line, ...]:
    return tuple(line for line in redemption.lines if book.the(Item, line.item).merchant == merchant)


def _is_of(count: Count, of_each: Mapping[str, tuple[Line, ...]]) -> bool:
    """Whether it counts just these lines: an item may have gone to another merchant since it was sold."""
    merchant = merchant_of(count.counter)
    if merchant is None:
        return True
    mine = of_each[merchant]
    if count.counter.startswith(PIECES):
        return count.amount == pieces(mine)
    return count.amount in {1, _worth(mine)} and bool(mine)


def _worth(lines: Iterable[Line | ReturnedLine]) -> int:
    return sum(line.price * line.quantity for line in lines)


def _at_merchants(
    redemption: Redemption, lines: Collection[ReturnedLine], amount: int, of_each: Mapping[str, tuple[Line, ...]]
) -> Iterator[Count]:
    before = tuple(
        ReturnedLine(line.item, line.price, redemption.returned_of(line.item), restock=True)
        for line in redemption.lines
    )
    then = _GivenBack(redemption, before, redemption.refunded)
    now = _GivenBack(redemption, (*before, *lines), redemption.refunded + amount)
    for count in redemption.counts:
        merchant = merchant_of(count.counter)
        if merchant is not None:
            back = now.of(count, of_each[merchant]) - then.of(count, of_each[merchant])
            if back:
                yield Count(amount=-back, counter=count.counter)


class _GivenBack(NamedTuple):
    """How far a redemption was given back at some time: these pieces, and so much in all."""

    redemption: Redemption
    lines: tuple[ReturnedLine, ...]
    amount: int

    def of(self, count: Count, sold: tuple[Line, ...]) -> int:
        """How much of it had come back by then, where it counts these lines of one merchant."""
        items = {line.item for line in sold}
        mine = [line for line in self.lines if line.item in items]
        if count.counter.startswith(PIECES):
            return pieces(mine)
        whole, worth = self.redemption.amount, _worth(sold)
        if self.amount == whole or not worth:
            return count.amount
        # Of a value without pieces nobody can say whose goods it was for: each merchant's part of it.
        apart = max(0, self.amount - _worth(self.lines)) * worth // whole
        return count.amount * min(worth, _worth(mine) + apart) // worth


def bill_limits_back(
    redemption: Redemption, bill: Bill, lines: Collection[ReturnedLine], amount: int
) -> tuple[Count, ...]:
    """The same of a bill, where `amount` of it comes back into coupons."""
    return (
        *_item_limits(bill.counts, bill.account, lines),
        *_piece_limits(redemption, bill.counts, bill.lines, lines),
        *counted_back(_of_value(bill.counts), amount=amount, original=bill.covered, before=bill.uncovered),
    )


def _of_value(counts: Iterable[Count]) -> list[Count]:
    """Those of the scheme's limits that go by what was paid, or by times."""
    return [count for count in counts if not is_of_an_item(count.counter) and not count.counter.startswith(PIECES)]


def _piece_limits(
    redemption: Redemption, counts: Iterable[Count], sold: Iterable[Line], lines: Iterable[ReturnedLine]
) -> tuple[Count, ...]:
    """What the scheme's limits by pieces have back: as many as come back; otherwise in proportion."""
    of_pieces = [count for count in counts if count.counter.startswith(PIECES)]
    if not of_pieces:
        return ()
    sold = tuple(sold)
    before = sum(redemption.returned_of(line.item) for line in sold)
    return counted_back(of_pieces, amount=pieces(lines), original=pieces(sold), before=before)


def _item_limits(counts: Iterable[Count], account: AccountId, lines: Iterable[ReturnedLine]) -> Iterator[Count]:
    holder, counters = account.partition(":")[2], [count.counter for count in counts]
    back: dict[str, int] = {}
    for line in lines:
        for counter in counters:
            if is_counter_of(counter, line.item, holder):
                back[counter] = back.get(counter, 0) - line.quantity
    return (Count(amount=pieces, counter=counter) for counter, pieces in back.items())


# Value ---------------------------------------------------------------------------------------------------------


class Return(NamedTuple):
    """Where value goes: ranges at their old places, new lots, and which of both repay debts at once."""

    restored: tuple[Restored, ...]
    reissued: tuple[Reissued, ...]
    repaid: tuple[Repaid, ...]

    def ended(self, account: Account, today: Day) -> LotsLapsed | None:
        """The lapse of what came back into lots whose day has passed, or None."""
        back: tuple[Restored | Reissued, ...] = (*self.restored, *self.reissued)
        left = account.ends_on or today
        ended = tuple(item.lot for item in back if min(left, item.terms.expires_on or today) < today)
        lots = without(ended, (item.lot for item in self.repaid))
        return lapsing(account, lots, "refund-expired", today) if lots else None


def returning(redemption: Redemption, account: Account, amount: int, how: Restore, book: Book, now: Now) -> Return:
    """`amount` of the payment, last paid first (3-domain, Value).

    Lots that never expire come back as they were, however it is asked. `extend` moves the old day on by the
    scheme's `extend_days`; `reissue` dates the lot that many days from today, but never earlier than it was.
    """
    given = last_of(without(redemption.paid, redemption.restored), amount)
    origins = restoring(book, account, given)
    moved = tuple(item for item in origins if how != "keep" and item.terms.expires_on is not None)
    restored = tuple(item for item in origins if item not in moved)
    reissued = _reissued(account, moved, how, book.scheme(now.today).redemption.extend_days, now)
    incoming = (*(item.lot for item in restored), *(item.lot for item in reissued))
    return Return(restored, reissued, account.repayments(incoming))


def _reissued(account: Account, moved: Iterable[Restored], how: Restore, days: int, now: Now) -> tuple[Reissued, ...]:
    lots: list[Reissued] = []
    for number, item in enumerate(moved):
        terms = replace(item.terms, expires_on=_new_day(item.terms, how, days, now))
        pool = account.pool_for(terms)
        start = pool.total if pool else 0
        # The id begins with the transaction, where the terms of a forgotten pool are looked up.
        id = pool.id if pool else f"{now.tx}.{now.position}.{number}"
        lots.append(Reissued(id, start, start + item.lot.amount, terms, item.lot))
        account = account.granted(lots[-1].lot, terms, now.position)
    return tuple(lots)


def _new_day(terms: Terms, how: Restore, days: int, now: Now) -> Day:
    old = terms.expires_on or now.today
    return day_after(old, days) if how == "extend" else max(old, day_after(now.today, days))

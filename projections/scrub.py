"""The scrub: compares every account and item of the book with the projections at equal positions, always."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ledger.journal.book import BookCodec
from ledger.journal.storage import BookRow, Storage
from ledger.points.entities import Account
from ledger.rooms import Registry
from ledger.stock.entities import Item
from projections import balances, stock
from projections.alarms import Alarm, raise_alarm
from projections.store import Reading, Store

ACCOUNT: Final = ("balance", "debt", "held", "incoming", "lapsed", "received", "spent")
KINDS: Final = (Account.KIND, Item.KIND)
NO_ROW: Final = "no row"
"""What an alarm says where there is none: by the facts, or in the book."""
Figures = dict[str, int | str]
Freeze = Callable[[Alarm], None]


class Expected(NamedTuple):
    """What the facts say of one row, and by which fact last."""

    figures: Figures
    position: int


class Scrub:
    """Walks through the book chunk by chunk; what was edited by hand is frozen and named in an alarm."""

    def __init__(
        self,
        storage: Storage,
        store: Store,
        *,
        zone: str,
        freeze: Freeze | None = None,
        registry: Registry | None = None,
        chunk: int = 500,
    ) -> None:
        """`freeze` is called once for each new alarm about an account: it stops the account by a command."""
        self.storage, self.store, self.freeze, self.chunk = storage, store, freeze, chunk
        self.codec = BookCodec(registry or Registry(), zone)
        self._place = (KINDS[0], "")

    def run(self) -> tuple[Alarm, ...]:
        """Compare everything once; gives the alarms that are new."""
        self._place = (KINDS[0], "")
        found = list(self.step())
        while self._place != (KINDS[0], ""):
            found += self.step()
        return tuple(found)

    def step(self) -> tuple[Alarm, ...]:
        """Compare the next chunk, from the beginning again after the last: what a follower does when it is idle."""
        kind, after = self._place
        # The projections first: the book read after them can only be as far or further, unless somebody set it back.
        with self.store.reading() as reading:
            position = _position(reading, kind)
            expected, last = _expected(reading, kind, after, self.chunk)
        stored = {row.id: row for row in self.storage.book_scan(kind, after, self.chunk)}
        head = self.storage.head().position
        ends = [last] if last is not None else []
        if len(stored) == self.chunk:
            ends.append(max(stored))
        upto = min(ends) if ends else None
        ids = sorted(id for id in {*expected, *stored} if upto is None or id <= upto)
        self._place = (kind, upto) if upto is not None else (KINDS[(KINDS.index(kind) + 1) % len(KINDS)], "")
        differing = (self._difference(kind, id, expected.get(id), stored.get(id), (position, head)) for id in ids)
        return tuple(alarm for alarm in differing if alarm is not None and self._raise(alarm))

    def _difference(
        self, kind: str, id: str, expected: Expected | None, stored: BookRow | None, seen: tuple[int, int]
    ) -> Alarm | None:
        position, head = seen
        if stored is not None and position < stored.position <= head:
            return None  # the projections do not show that fact yet
        place = expected.position if expected else 0
        figures = self._found(kind, stored)
        # Beyond the head no fact can have written it: it says so in order to be taken for one not shown yet.
        if stored is not None and (stored.position < place or stored.position > head):
            figures = {**figures, "position": stored.position}
        wanted: Figures = expected.figures if expected else {}
        if figures == wanted:
            return None
        return Alarm(kind, id, place, _text(wanted), _text(figures))

    def _found(self, kind: str, stored: BookRow | None) -> Figures:
        if stored is None:
            return {}
        try:
            entity: Any = self.codec.decode(stored).entity
        except (msgspec.DecodeError, ValueError):
            return {"unreadable": 1}
        return _account(entity) if kind == Account.KIND else {"stock": entity.stock, "held": entity.held}

    def _raise(self, alarm: Alarm) -> bool:
        new = raise_alarm(self.store, alarm)
        if new and self.freeze is not None and alarm.kind == Account.KIND:
            self.freeze(alarm)
        return new


def _account(account: Account) -> Figures:
    figures: Figures = {name: getattr(account, name) for name in ACCOUNT}
    lots = sum(pool.remaining + pool.earmarked for pool in account.pools)
    # All that is owed: what a credit line was drawn on is no debt of a deduction, and as little in the lots.
    if lots - sum(item.amount for item in account.debts) != account.balance:
        figures["lots"] = lots
    return figures


def _position(reading: Reading, kind: str) -> int:
    return reading.position(balances.PROJECTION if kind == Account.KIND else stock.PROJECTION)


def _expected(reading: Reading, kind: str, after: str, limit: int) -> tuple[Mapping[str, Expected], str | None]:
    """Rows by id, and the last id when there may be more after it."""
    if kind == Item.KIND:
        shelf = [item for item in stock.stock(reading) if item.item > after]
        return {str(item.item): Expected({"stock": item.on_hand, "held": item.held}, 0) for item in shelf}, None
    page = balances.page(reading, after, limit)
    rows = {row.id: Expected({name: getattr(row, name) for name in ACCOUNT}, row.position) for row in page}
    return rows, page[-1].id if len(page) == limit else None


def _text(figures: Figures) -> str:
    return json.dumps(figures, sort_keys=True) if figures else NO_ROW

"""Stock: what came onto the shelf, what left it and why, and what should be there."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func

from ledger.redemptions.facts import (
    BillCancelled,
    BillExpired,
    BillFulfilled,
    BillHeld,
    BillPlaced,
    BillRefunded,
    RedemptionCancelled,
    RedemptionExpired,
    RedemptionFulfilled,
    RedemptionHeld,
    RedemptionPlaced,
    RedemptionRefunded,
)
from ledger.stock.facts import (
    GoodsReceived,
    GoodsScrapped,
    ItemDelisted,
    ItemListed,
    ItemRelisted,
    PriceChanged,
    ReturnScrapped,
    StockCounted,
)
from ledger.values import ItemId, PeriodName
from projections.projection import Change, Changes, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

MOVES: Final = ("received", "sold", "returned", "scrapped", "return_scrapped", "counted", "held")
STOCK: Final = Sheet("stock", keys={"item": str, "period": str}, sums=MOVES)
ITEMS: Final = Sheet(
    "items", keys={"item": str}, said={"name": str, "unit": str, "price": int, "price_from_at": str, "listed": int}
)
SALES: Final = frozenset({RedemptionPlaced, BillPlaced})


class Stock(NamedTuple):
    """Pieces of one item. `counted` is found less missing; `return_scrapped` came back and never reached the shelf."""

    item: ItemId
    name: str
    unit: str
    price: int
    listed: bool
    received: int
    sold: int
    returned: int
    scrapped: int
    return_scrapped: int
    counted: int
    held: int

    @property
    def on_hand(self) -> int:
        """Pieces that should be on the shelf, promised ones too."""
        return self.received - self.sold + self.returned - self.scrapped + self.counted


def _pieces(recorded: Recorded, item: ItemId, **pieces: int) -> Change:
    return STOCK, (item, recorded.envelope.period), STOCK.values(**pieces)


def _lines(change: Callable[[Any], dict[str, int]]) -> Rule:
    """A rule for facts with lines: what each line does to its item."""

    def rule(fact: Any, recorded: Recorded) -> Iterable[Change]:
        for line in fact.lines:
            yield _pieces(recorded, line.item, **change(line))

    return rule


held: Final = _lines(lambda line: {"held": line.quantity})
handed_over: Final = _lines(lambda line: {"sold": line.quantity, "held": -line.quantity})
released: Final = _lines(lambda line: {"held": -line.quantity})
came_back: Final = _lines(lambda line: {"returned": line.quantity} if line.restock else {})


def sold(facts: Sequence[Recorded], changes: Changes) -> None:
    """What left the shelf at once. Added up, for nearly all that moves pieces is a sale."""
    pieces: dict[tuple[str, str], int] = {}
    for envelope, _, _, _ in facts:
        fact = envelope.data
        if type(fact) in SALES:
            for line in fact.lines:
                key = line.item, envelope.period
                pieces[key] = pieces.get(key, 0) + line.quantity
    changes[STOCK] = {key: (0, count, 0, 0, 0, 0, 0) for key, count in pieces.items()}


def listed(fact: ItemListed, recorded: Recorded) -> Iterable[Change]:
    """A new item, at its first price."""
    yield ITEMS, (fact.item,), (fact.name, fact.unit, fact.price, recorded.envelope.recorded_at, 1)


def counted(fact: StockCounted, recorded: Recorded) -> Iterable[Change]:
    """What a count found (+) or missed (-)."""
    yield _pieces(recorded, fact.item, counted=fact.difference)


RULES: Final[dict[Any, Rule]] = {
    ItemListed: listed,
    PriceChanged: lambda fact, _: ((ITEMS, (fact.item,), (None, None, fact.price, fact.from_at, None)),),
    ItemDelisted: lambda fact, _: ((ITEMS, (fact.item,), ITEMS.values(listed=0)),),
    ItemRelisted: lambda fact, _: ((ITEMS, (fact.item,), ITEMS.values(listed=1)),),
    GoodsReceived: lambda fact, recorded: (_pieces(recorded, fact.item, received=fact.quantity),),
    GoodsScrapped: lambda fact, recorded: (_pieces(recorded, fact.item, scrapped=fact.quantity),),
    ReturnScrapped: lambda fact, recorded: (_pieces(recorded, fact.item, return_scrapped=fact.quantity),),
    StockCounted: counted,
    **dict.fromkeys((RedemptionHeld, BillHeld), held),
    **dict.fromkeys((RedemptionFulfilled, BillFulfilled), handed_over),
    **dict.fromkeys((RedemptionCancelled, RedemptionExpired, BillCancelled, BillExpired), released),
    **dict.fromkeys((RedemptionRefunded, BillRefunded), came_back),
}
PROJECTION: Final = Projection("stock", (STOCK, ITEMS), RULES, sums=(sold,))


def stock(reading: Reading, *, period: PeriodName | None = None) -> tuple[Stock, ...]:
    """Every item in order of its id: movements of one posted period, or of all of them (then `on_hand` is today's)."""
    c = STOCK.c
    query = reading.select(PROJECTION, STOCK, c.item, *(func.sum(c[name]) for name in MOVES)).group_by(c.item)
    if period is not None:
        query = query.where(c.period == period)
    moves = {row[0]: tuple(map(int, row[1:])) for row in reading.all(query)}
    names = ("item", "name", "unit", "price", "listed")
    items = reading.all(reading.select(PROJECTION, ITEMS, *(ITEMS.c[name] for name in names)).order_by(ITEMS.c.item))
    none = (0,) * len(MOVES)
    return tuple(Stock._make((*item[:4], bool(item.listed), *moves.get(item.item, none))) for item in items)

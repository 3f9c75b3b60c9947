"""The catalogue: whose goods are on sale, from which region, at which prices, and what of each was sold (S54)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from msgspec import UNSET
from sqlalchemy import func

from ledger.merchants.facts import MerchantAdmitted, MerchantChanged, MerchantResumed, MerchantSuspended
from ledger.redemptions.facts import (
    BillFulfilled,
    BillPlaced,
    BillRefunded,
    RedemptionFulfilled,
    RedemptionPlaced,
    RedemptionRefunded,
)
from ledger.stock.facts import ItemDelisted, ItemListed, ItemRelisted, ItemSupplied, PriceChanged
from ledger.values import Day, Instant, PeriodName
from projections.projection import Change, Changes, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

GOODS: Final = Sheet("goods", keys={"item": str}, said={"name": str, "unit": str, "listed": int, "merchant": str})
SUPPLIERS: Final = Sheet(
    "suppliers", keys={"merchant": str}, said={"name": str, "region": str, "licence_ends_on": str, "suspended": int}
)
PRICES: Final = Sheet("prices", keys={"item": str, "from_at": str}, said={"price": int, "said_at": str})
MOVES: Final = ("sold", "returned", "amount", "refunded")
SALES: Final = Sheet("item_sales", keys={"item": str, "period": str}, sums=MOVES)
SOLD: Final = frozenset({RedemptionPlaced, RedemptionFulfilled, BillPlaced, BillFulfilled})
NOBODY: Final = ""
"""What is nobody's, nowhere or without end: a column keeps its value when nothing is said."""


# Rules -------------------------------------------------------------------------------------------------------


def listed(fact: ItemListed, recorded: Recorded) -> Iterable[Change]:
    """On the list, at its first price."""
    at = recorded.envelope.recorded_at
    yield GOODS, (fact.item,), GOODS.values(name=fact.name, unit=fact.unit, listed=1)
    yield PRICES, (fact.item, at), (fact.price, at)


def supplied(fact: ItemSupplied, _recorded: Recorded) -> Iterable[Change]:
    """Whose goods these are."""
    yield GOODS, (fact.item,), GOODS.values(merchant=fact.merchant or NOBODY)


def standing(value: int) -> Rule:
    """On the list, or not."""
    return lambda fact, _recorded: ((GOODS, (fact.item,), GOODS.values(listed=value)),)


def sold(facts: Sequence[Recorded], changes: Changes) -> None:
    """What each line of a sale took. Added up, for nearly all that moves pieces is a sale."""
    taken: dict[tuple[str, str], list[int]] = {}
    for envelope, _, _, _ in facts:
        fact = envelope.data
        if type(fact) in SOLD:
            for line in fact.lines:
                sums = taken.setdefault((line.item, envelope.period), [0, 0])
                sums[0] += line.quantity
                sums[1] += line.price * line.quantity
    changes[SALES] = {key: (pieces, 0, amount, 0) for key, (pieces, amount) in taken.items()}


def returned(fact: Any, recorded: Recorded) -> Iterable[Change]:
    """What each line of a return brought back."""
    period = recorded.envelope.period
    return [(SALES, (line.item, period), (0, line.quantity, 0, line.price * line.quantity)) for line in fact.lines]


def admitted(fact: MerchantAdmitted, _recorded: Recorded) -> Iterable[Change]:
    """A supplier, of a region or of none."""
    region = NOBODY if fact.region is UNSET else fact.region
    yield SUPPLIERS, (fact.merchant,), (fact.name, region, fact.licence_ends_on or NOBODY, 0)


def changed(fact: MerchantChanged, _recorded: Recorded) -> Iterable[Change]:
    """Another end of its licence, perhaps another region."""
    region = None if fact.region is UNSET else fact.region
    yield SUPPLIERS, (fact.merchant,), (None, region, fact.licence_ends_on or NOBODY, None)


def resumed(fact: MerchantResumed, _recorded: Recorded) -> Iterable[Change]:
    """Its goods are back."""
    yield SUPPLIERS, (fact.merchant,), (None, None, fact.licence_ends_on or NOBODY, 0)


RULES: Final[dict[Any, Rule]] = {
    ItemListed: listed,
    ItemSupplied: supplied,
    ItemDelisted: standing(0),
    ItemRelisted: standing(1),
    PriceChanged: lambda fact, recorded: (
        (PRICES, (fact.item, fact.from_at), (fact.price, recorded.envelope.recorded_at)),
    ),
    MerchantAdmitted: admitted,
    MerchantChanged: changed,
    MerchantSuspended: lambda fact, _: ((SUPPLIERS, (fact.merchant,), SUPPLIERS.values(suspended=1)),),
    MerchantResumed: resumed,
    RedemptionRefunded: returned,
    BillRefunded: returned,
}
PROJECTION: Final = Projection("goods", (GOODS, SUPPLIERS, PRICES, SALES), RULES, sums=(sold,))


# Who supplies what -------------------------------------------------------------------------------------------


class Region(NamedTuple):
    """Suppliers of one region (`""`: of none, and goods that nobody supplies) and their goods."""

    region: str
    suppliers: int
    suspended: int
    items: int
    """On the list, on sale or not."""
    on_sale: int


class _Supplier(NamedTuple):
    name: str
    region: str
    suspended: bool


def _suppliers(reading: Reading, today: Day) -> dict[str, _Supplier]:
    """Each with whether it is suspended: also that night, before anybody has recorded it."""
    c = SUPPLIERS.c
    query = reading.select(PROJECTION, SUPPLIERS, c.merchant, c.name, c.region, c.licence_ends_on, c.suspended)
    return {
        id: _Supplier(name, region, bool(suspended) or NOBODY < ends_on < today)
        for id, name, region, ends_on, suspended in reading.all(query)
    }


def regions(reading: Reading, today: Day) -> Sequence[Region]:
    """By region."""
    found: dict[str, list[int]] = {}
    suppliers = _suppliers(reading, today)
    for supplier in suppliers.values():
        row = found.setdefault(supplier.region, [0, 0, 0, 0])
        row[0] += 1
        row[1] += supplier.suspended
    c = GOODS.c
    query = reading.select(PROJECTION, GOODS, c.merchant, func.count()).where(c.listed == 1).group_by(c.merchant)
    for merchant, items in reading.all(query):
        whose = suppliers.get(merchant or NOBODY)
        row = found.setdefault(whose.region if whose else NOBODY, [0, 0, 0, 0])
        row[2] += int(items)
        row[3] += 0 if whose is not None and whose.suspended else int(items)
    return [Region(region, *found[region]) for region in sorted(found)]


class Item(NamedTuple):
    """One item, whose it is, and what of it was sold; `on_sale` as far as its supplier and the list say."""

    item: str
    name: str
    unit: str
    merchant: str | None
    supplier: str | None
    region: str | None
    listed: bool
    on_sale: bool
    sold: int
    returned: int
    amount: int
    refunded: int

    @property
    def taken(self) -> int:
        """What it brought, less what came back."""
        return self.amount - self.refunded


def items(
    reading: Reading,
    today: Day,
    *,
    region: str | None = None,
    merchant: str | None = None,
    period: PeriodName | None = None,
) -> Sequence[Item]:
    """In order of their ids; sales of one posted month or of all."""
    suppliers = _suppliers(reading, today)
    sales = _sales(reading, period)
    c = GOODS.c
    query = reading.select(PROJECTION, GOODS, c.item, c.name, c.unit, c.listed, c.merchant).order_by(c.item)
    if merchant is not None:
        query = query.where(c.merchant == merchant)
    found = []
    for item, name, unit, listed_, whose in reading.stream(query):
        supplier = suppliers.get(whose or NOBODY)
        if region is not None and (supplier is None or supplier.region != region):
            continue
        stands = bool(listed_) and not (supplier is not None and supplier.suspended)
        found.append(
            Item(
                item,
                name,
                unit,
                whose or None,
                supplier.name if supplier else None,
                (supplier.region or None) if supplier else None,
                bool(listed_),
                stands,
                *sales.get(item, NO_SALES),
            )
        )
    return found


NO_SALES: Final = (0, 0, 0, 0)


def _sales(reading: Reading, period: PeriodName | None) -> dict[str, tuple[int, int, int, int]]:
    c = SALES.c
    query = reading.select(PROJECTION, SALES, c.item, *(func.sum(c[name]) for name in MOVES)).group_by(c.item)
    if period is not None:
        query = query.where(c.period == period)
    return {
        item: (int(sold), int(returned), int(amount), int(refunded))
        for item, sold, returned, amount, refunded in reading.all(query)
    }


class Price(NamedTuple):
    """What one piece costs from an instant on, and when that was said."""

    item: str
    from_at: Instant
    price: int
    said_at: Instant


def prices(reading: Reading, item: str) -> Sequence[Price]:
    """Every price of an item in order of time; one that was replaced before it began is not told."""
    c = PRICES.c
    query = reading.select(PROJECTION, PRICES, c.item, c.from_at, c.price, c.said_at).where(c.item == item)
    return [Price._make(row) for row in reading.all(query.order_by(c.from_at))]

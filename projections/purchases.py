"""Purchases with coupons, and which of them are alike: in one minute, of round sums, of one holder at one merchant.

Likeness is a reason to look, and nothing more: a canteen sells forty lunches in a minute.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Index, Select, func, literal

from ledger.coupons.facts import CouponsRefunded, CouponsSpent
from ledger.values import AccountId, Instant, PeriodName, UnitCode
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

PURCHASES: Final = Sheet(
    "purchases",
    keys={"purchase": str},
    said={
        "merchant": str,
        "account": str,
        "unit": str,
        "amount": int,
        "bill": int,
        "tender": int,
        "coupons": int,
        "minute": str,
        "occurred_at": str,
        "period": str,
        "position": int,
    },
    sums=("refunded",),
)
"""`coupons` is how many paid; `minute` the one in which it happened: `2022-06-01T22:02`."""
Index(
    "projection_purchases_by_time",
    *(PURCHASES.c[column] for column in ("ledger", "generation", "occurred_at", "merchant", "account", "minute")),
)
MINUTE: Final = len("2022-06-01T22:02")


def bought(fact: CouponsSpent, recorded: Recorded) -> Iterable[Change]:
    """A purchase."""
    envelope = recorded.envelope
    names = ("merchant", "account", "unit", "amount", "bill", "tender")
    said = {name: getattr(fact, name) for name in names}
    at = {"occurred_at": envelope.occurred_at, "period": envelope.period, "position": envelope.pos}
    values = PURCHASES.values(coupons=len(fact.used), minute=envelope.occurred_at[:MINUTE], **said, **at)
    yield PURCHASES, (fact.purchase,), values


def given_back(fact: CouponsRefunded, _recorded: Recorded) -> Iterable[Change]:
    """So much of it came back."""
    yield PURCHASES, (fact.purchase,), PURCHASES.values(refunded=fact.amount)


RULES: Final[dict[Any, Rule]] = {CouponsSpent: bought, CouponsRefunded: given_back}
PROJECTION: Final = Projection("purchases", (PURCHASES,), RULES)


# Likeness ----------------------------------------------------------------------------------------------------

Kind = Literal["same-minute", "round-sums", "same-pair"]


class Thresholds(NamedTuple):
    """From how many on purchases are shown together; a round sum is a whole multiple of `round_to`."""

    same_minute: int = 5
    round_sums: int = 10
    round_to: int = 10_000
    same_pair: int = 5


DEFAULT: Final = Thresholds()


class Purchase(NamedTuple):
    """One purchase; `amount` was paid with coupons, `tender` outside."""

    purchase: str
    merchant: str
    account: AccountId
    unit: UnitCode
    amount: int
    bill: int
    tender: int
    coupons: int
    refunded: int
    occurred_at: Instant
    period: PeriodName
    position: int


class Pattern(NamedTuple):
    """Purchases that are alike: `times` of them for `amount` in all; the first of them are named."""

    kind: Kind
    merchant: str
    unit: UnitCode
    key: str
    """The minute, or the account; empty for round sums."""
    times: int
    amount: int
    purchases: tuple[Purchase, ...] = ()


class Span(NamedTuple):
    """Purchases of these instants (the last one exclusive), of one merchant or (None) of all."""

    since: Instant
    until: Instant
    merchant: str | None = None


def patterns(
    reading: Reading, span: Span, thresholds: Thresholds = DEFAULT, *, limit: int = 100, shown: int = 50
) -> tuple[Pattern, ...]:
    """Of each kind the `limit` largest, each with its first `shown` purchases.

    In one minute at one merchant; bills of round sums at one merchant, paid with coupons alone; of one account at one
    merchant. What came back is as much part of it as any other.
    """
    least: dict[Kind, int] = {
        "same-minute": thresholds.same_minute,
        "round-sums": thresholds.round_sums,
        "same-pair": thresholds.same_pair,
    }
    return tuple(
        item
        for kind, number in least.items()
        for item in _told(reading, span, thresholds, _largest(reading, span, thresholds, kind, number, limit), shown)
    )


def _largest(
    reading: Reading, span: Span, thresholds: Thresholds, kind: Kind, least: int, limit: int
) -> Sequence[Pattern]:
    c = PURCHASES.c
    keys = (c.merchant, c.unit, *_key(kind))
    query = _within(reading, span, thresholds, kind, *keys, func.count(), func.sum(c.amount))
    query = query.group_by(*keys).having(func.count() >= least).order_by(func.count().desc(), *keys)
    rows = [tuple(row) for row in reading.all(query.limit(limit))]
    return [Pattern(kind, row[0], row[1], row[2] if _key(kind) else "", int(row[-2]), int(row[-1])) for row in rows]


def _told(
    reading: Reading, span: Span, thresholds: Thresholds, found: Sequence[Pattern], shown: int
) -> Iterator[Pattern]:
    """Each with its first purchases. They are looked for together: a hundred questions would each read the month."""
    if not found:
        return
    c, kind = PURCHASES.c, found[0].kind
    first: dict[tuple[str, ...], list[Purchase]] = {(item.merchant, item.unit, item.key): [] for item in found}
    query = _within(
        reading, span, thresholds, kind, *(_key(kind) or (literal(""),)), *(c[name] for name in Purchase._fields)
    )
    query = query.where(c.merchant.in_({item.merchant for item in found}))
    for column in _key(kind):
        query = query.where(column.in_({item.key for item in found}))
    for key, *row in reading.stream(query.order_by(c.position)):
        purchase = Purchase._make(row)
        mine = first.get((purchase.merchant, purchase.unit, key))
        if mine is not None and len(mine) < shown:
            mine.append(purchase)
    for item in found:
        yield item._replace(purchases=tuple(first[item.merchant, item.unit, item.key]))


def _key(kind: Kind) -> tuple[Any, ...]:
    """By what purchases of one merchant are alike."""
    c = PURCHASES.c
    return {"same-minute": (c.minute,), "round-sums": (), "same-pair": (c.account,)}[kind]


def _within(reading: Reading, span: Span, thresholds: Thresholds, kind: Kind, *columns: Any) -> Select[Any]:
    c = PURCHASES.c
    query = reading.select(PROJECTION, PURCHASES, *columns)
    query = query.where(c.occurred_at >= span.since, c.occurred_at < span.until)
    if kind == "round-sums":
        query = query.where(c.tender == 0, c.bill % thresholds.round_to == 0)
    return query if span.merchant is None else query.where(c.merchant == span.merchant)

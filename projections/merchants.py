"""Merchants: everything that changed what each has to come, and its settlements."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func

from ledger.coupons.facts import CouponsRefunded, CouponsSpent
from ledger.offers.facts import OfferRefunded, OfferUsed
from ledger.settlements.facts import (
    DisputeResolved,
    SettlementChecked,
    SettlementDisputed,
    SettlementDrafted,
    SettlementPaid,
    SettlementWithdrawn,
)
from ledger.values import Instant, PeriodName
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading
from projections.vouchers import split

SUMS: Final = ("sold", "refunded", "fees", "subsidy", "paid")
LINES: Final = Sheet(
    "merchant_lines",
    keys={"merchant": str, "unit": str, "position": int},
    said={"type": str, "of": str, "tx": str, "occurred_at": str, "period": str, "reference": str},
    sums=SUMS,
)
"""`of`: the purchase, the claim of an offer, or the settlement. `fees` and `subsidy` lie below zero where they go back.

sold - refunded - fees - paid is what was posted on the merchant's account.
"""
MONEYS: Final = Sheet(
    "merchant_moneys",
    keys={"merchant": str, "unit": str, "position": int, "money": str},
    sums=("sold", "refunded", "fees"),
)
"""Whose money each line of goods is, as `vouchers` calls it; their sums are the line's.

Whose was paid is told when it is read (`merchant_statements`).
"""
SETTLEMENTS: Final = Sheet(
    "settlements",
    keys={"settlement": str},
    said={
        "merchant": str,
        "unit": str,
        "period": str,
        "status": str,
        "sold": int,
        "refunded": int,
        "fees": int,
        "subsidy": int,
        "carried": int,
        "payable": int,
        "carried_on": int,
        "reference": str,
        "invoice": str,
        "invoice_amount": int,
        "invoiced_on": str,
        "payee": str,
        "drafted_at": str,
        "checked_at": str,
        "paid_at": str,
        "position": int,
    },
    sums=("disputes",),
)
"""`carried` came into it, `carried_on` goes into the next: both at most 0. `disputes` are those that are open."""
NOT_YET: Final = ""
"""What is not so any more: a column keeps its value when nothing is said, and a withdrawn one is drafted anew."""


# Lines -------------------------------------------------------------------------------------------------------


def _line(merchant: str, unit: str, of: str, recorded: Recorded, **sums: Any) -> Change:
    envelope = recorded.envelope
    at = {"tx": envelope.tx, "occurred_at": envelope.occurred_at, "period": envelope.period}
    return LINES, (merchant, unit, envelope.pos), LINES.values(type=envelope.type, of=of, **at, **sums)


def _money(merchant: str, unit: str, recorded: Recorded, money: str, **sums: int) -> Change:
    return MONEYS, (merchant, unit, recorded.envelope.pos, money), MONEYS.values(**sums)


def bought(fact: CouponsSpent, recorded: Recorded) -> Iterable[Change]:
    """Goods for coupons."""
    yield _line(fact.merchant, fact.unit, fact.purchase, recorded, sold=fact.amount, fees=fact.fee)
    for money, (amount, fee) in split(fact).items():
        yield _money(fact.merchant, fact.unit, recorded, money, sold=amount, fees=fee)


def given_back(fact: CouponsRefunded, recorded: Recorded) -> Iterable[Change]:
    """Goods came back."""
    yield _line(fact.merchant, fact.unit, fact.purchase, recorded, refunded=fact.amount, fees=-fact.fee)
    for money, (amount, fee) in split(fact).items():
        yield _money(fact.merchant, fact.unit, recorded, money, refunded=amount, fees=-fee)


def used(fact: OfferUsed, recorded: Recorded) -> Iterable[Change]:
    """Pieces of an offer."""
    sums = {"sold": fact.owed, "fees": fact.fee, "subsidy": fact.subsidy}
    yield _line(fact.merchant, fact.unit, fact.claim, recorded, **sums)
    yield _money(fact.merchant, fact.unit, recorded, "offer:" + fact.offer, sold=fact.owed, fees=fact.fee)


def taken_back(fact: OfferRefunded, recorded: Recorded) -> Iterable[Change]:
    """Pieces came back."""
    sums = {"refunded": fact.owed, "fees": -fact.fee, "subsidy": -fact.subsidy}
    yield _line(fact.merchant, fact.unit, fact.claim, recorded, **sums)
    yield _money(fact.merchant, fact.unit, recorded, "offer:" + fact.offer, refunded=fact.owed, fees=-fact.fee)


# Settlements -------------------------------------------------------------------------------------------------


def drafted(fact: SettlementDrafted, recorded: Recorded) -> Iterable[Change]:
    """Begun, also after one that was withdrawn."""
    names = ("merchant", "unit", "period", "sold", "refunded", "fees", "subsidy", "carried", "payable")
    told = {name: getattr(fact, name) for name in names}
    at = {"drafted_at": recorded.envelope.recorded_at, "checked_at": NOT_YET, "position": recorded.envelope.pos}
    yield SETTLEMENTS, (fact.settlement,), SETTLEMENTS.values(status="draft", **told, **at)


def checked(fact: SettlementChecked, recorded: Recorded) -> Iterable[Change]:
    """Found right by another person."""
    said = SETTLEMENTS.values(status="checked", checked_at=recorded.envelope.recorded_at)
    yield SETTLEMENTS, (fact.settlement,), said


def paid(fact: SettlementPaid, recorded: Recorded) -> Iterable[Change]:
    """The merchant has the money; a settlement of nothing is no movement."""
    at = recorded.envelope.recorded_at
    said = {name: getattr(fact, name) for name in ("reference", "invoice", "invoice_amount", "invoiced_on", "payee")}
    said |= {"status": "paid", "paid_at": at, "carried_on": fact.carried}
    yield SETTLEMENTS, (fact.settlement,), SETTLEMENTS.values(**said)
    if fact.amount:
        sums = {"paid": fact.amount, "reference": fact.reference}
        yield _line(fact.merchant, fact.unit, fact.settlement, recorded, **sums)


def contested(by: int) -> Rule:
    """One dispute more, or fewer."""
    return lambda fact, _recorded: ((SETTLEMENTS, (fact.settlement,), SETTLEMENTS.values(disputes=by)),)


def withdrawn(fact: SettlementWithdrawn, _recorded: Recorded) -> Iterable[Change]:
    """Not right."""
    yield SETTLEMENTS, (fact.settlement,), SETTLEMENTS.values(status="withdrawn")


RULES: Final[dict[Any, Rule]] = {
    CouponsSpent: bought,
    CouponsRefunded: given_back,
    OfferUsed: used,
    OfferRefunded: taken_back,
    SettlementDrafted: drafted,
    SettlementChecked: checked,
    SettlementPaid: paid,
    SettlementWithdrawn: withdrawn,
    SettlementDisputed: contested(1),
    DisputeResolved: contested(-1),
}
PROJECTION: Final = Projection("merchants", (LINES, MONEYS, SETTLEMENTS), RULES, version=3)


# Statements --------------------------------------------------------------------------------------------------


class Sums(NamedTuple):
    """What was sold and came back, what the programme kept, what funds added, what was paid."""

    sold: int = 0
    refunded: int = 0
    fees: int = 0
    subsidy: int = 0
    paid: int = 0

    @property
    def change(self) -> int:
        """What it put on the merchant's account."""
        return self.sold - self.refunded - self.fees - self.paid


def sums(
    reading: Reading,
    merchant: str,
    unit: str,
    *,
    before: PeriodName | None = None,
    period: PeriodName | None = None,
    upto: int = -1,
    since: Instant | None = None,
) -> Sums:
    """Of all posted months, of those before one, of one, up to a position (inclusive), or from an instant on."""
    c = LINES.c
    query = reading.select(PROJECTION, LINES, *(func.coalesce(func.sum(c[name]), 0) for name in SUMS))
    query = query.where(c.merchant == merchant, c.unit == unit)
    if before is not None:
        query = query.where(c.period < before)
    if period is not None:
        query = query.where(c.period == period)
    if upto >= 0:
        query = query.where(c.position <= upto)
    if since is not None:
        query = query.where(c.occurred_at >= since)
    return Sums(*(int(value) for value in reading.first(query)))


class Taken(NamedTuple):
    """One sale, what came back, or a payment; `of` is the purchase, the claim of an offer, or the settlement."""

    type: str
    of: str
    occurred_at: Instant
    sums: Sums


def taken(reading: Reading, merchant: str, unit: str, since: Instant, limit: int = 50) -> Sequence[Taken]:
    """What happened at a till since an instant, the latest first."""
    c = LINES.c
    query = reading.select(PROJECTION, LINES, c.type, c.of, c.occurred_at, *(c[name] for name in SUMS))
    query = query.where(c.merchant == merchant, c.unit == unit, c.occurred_at >= since)
    rows = reading.all(query.order_by(c.position.desc()).limit(limit))
    return [Taken(row[0], row[1], row[2], Sums(*row[3:])) for row in rows]


class Settled(NamedTuple):
    """One settlement as its facts left it."""

    settlement: str
    merchant: str
    unit: str
    period: PeriodName
    status: str
    sold: int
    refunded: int
    fees: int
    subsidy: int
    carried: int
    payable: int
    carried_on: int | None
    reference: str | None
    invoice: str | None
    invoice_amount: int | None
    invoiced_on: str | None
    payee: str | None
    """The account that was paid, as a reference into the vault."""
    drafted_at: Instant
    checked_at: Instant | None
    paid_at: Instant | None
    disputes: int
    position: int


def settlements(
    reading: Reading,
    *,
    merchant: str | None = None,
    unit: str | None = None,
    period: PeriodName | None = None,
    status: str | None = None,
    after: str = "",
    limit: int = 200,
) -> Sequence[Settled]:
    """By id, that is by merchant, unit and period."""
    c = SETTLEMENTS.c
    query = reading.select(PROJECTION, SETTLEMENTS, *(c[name] for name in Settled._fields)).where(c.settlement > after)
    for column, value in ((c.merchant, merchant), (c.unit, unit), (c.period, period), (c.status, status)):
        query = query if value is None else query.where(column == value)
    rows = reading.all(query.order_by(c.settlement).limit(limit))
    return [Settled._make(None if value == NOT_YET else value for value in row) for row in rows]


def carried(reading: Reading, merchant: str, unit: str, period: PeriodName) -> int:
    """What goes into a month's settlement from the last one that was paid before it: at most 0."""
    c = SETTLEMENTS.c
    query = reading.select(PROJECTION, SETTLEMENTS, c.carried_on)
    query = query.where(c.merchant == merchant, c.unit == unit, c.status == "paid", c.period < period)
    row = reading.first(query.order_by(c.period.desc()).limit(1))
    return 0 if row is None else int(row[0])

"""Periods: what each account's books say of each posted period, and the control totals that a closing seals."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from ledger.holds.facts import HoldCaptured
from ledger.periods.facts import ControlTotal
from ledger.points.entities import account_key
from ledger.points.facts import AccountFact, DeductionReversed, GrantReversed, LotsLapsed, PointsDeducted, PointsEarned
from ledger.pools import INITIAL
from ledger.redemptions.facts import RedemptionFulfilled, RedemptionPlaced, RedemptionRefunded
from ledger.values import AccountId, HolderId, PeriodName, UnitCode
from projections import people
from projections.projection import Changes, Place, Projection, Recorded
from projections.sheets import Sheet
from projections.store import Reading

MOVES: Final = ("granted", "credited", "deducted", "redeemed", "lapsed", "reversed", "moved")
BOOKS: Final = Sheet(
    "periods",
    keys={"id": str, "period": str},
    said={"account": str, "unit": str, "balance": int, "debt": int, "spendable": int},
    sums=MOVES,
)
"""A row for each account and period in which a fact was about it: its movements, and where it stood after the last."""
COLUMNS: Final[dict[type[AccountFact], tuple[str, int]]] = {
    PointsEarned: ("credited", 1),
    PointsDeducted: ("deducted", -1),
    RedemptionPlaced: ("redeemed", -1),
    RedemptionFulfilled: ("redeemed", -1),
    RedemptionRefunded: ("reversed", 1),
    LotsLapsed: ("lapsed", -1),
    DeductionReversed: ("reversed", 1),
    GrantReversed: ("reversed", 1),
}
"""The column of each kind of movement, and its sign there; whatever is not named is `moved` between accounts."""


Book = list[Any]
"""Of one account in one period: the state after its last fact, None where none shows it, then its `MOVES`."""


def accounts_moved(facts: Sequence[Recorded], changes: Changes) -> None:
    """Movements in the posted period's columns, and the account after the last of them."""
    books: dict[PeriodName, dict[Place, Book]] = {}
    for envelope, _, states, posted in facts:
        if not states:
            continue
        fact, own = envelope.data, books.get(envelope.period)
        if own is None:
            own = books[envelope.period] = {}
        for place, after in states.items():
            book = own.get(place)
            if book is None:
                own[place] = [after, *_NONE]
            else:
                book[0] = after
        for place, amount in posted.items():
            if place not in own:
                own[place] = [None, *_NONE]
            # What reaches another account was not earned there, whatever it was here.
            index, sign = _column(fact) if place == (fact.account, fact.unit) else _MOVED
            own[place][index] += sign * amount
    rows = changes[BOOKS]
    for period, own in books.items():
        for (account, unit), (after, *moved) in own.items():
            stands = (None, None, None) if after is None else (after.balance, after.debt, after.spendable)
            rows[account_key(account, unit), period] = (account, unit, *stands, *moved)


_NONE: Final = (0,) * len(MOVES)
_INDEX: Final = {column: index for index, column in enumerate(MOVES, 1)}
_GRANTED: Final = (_INDEX["granted"], 1)
_REDEEMED: Final = (_INDEX["redeemed"], -1)
_MOVED: Final = (_INDEX["moved"], 1)
_COLUMNS: Final = {kind: (_INDEX[column], sign) for kind, (column, sign) in COLUMNS.items()}


def _column(fact: AccountFact) -> tuple[int, int]:
    """Where in a `Book` it is on its own account, and its sign there."""
    if type(fact) is PointsEarned and fact.kind == INITIAL:
        return _GRANTED
    if type(fact) is HoldCaptured and fact.to is None:
        return _REDEEMED
    return _COLUMNS.get(type(fact), _MOVED)


PROJECTION: Final = Projection("periods", (BOOKS,), sums=(accounts_moved,))


class Standing(NamedTuple):
    """One account at the end of a period (or now, in the open one): where it began, what moved, where it stands."""

    account: AccountId
    unit: UnitCode
    opening: int
    granted: int
    credited: int
    deducted: int
    redeemed: int
    lapsed: int
    reversed: int
    moved: int
    balance: int
    debt: int
    spendable: int


def standings(reading: Reading, period: PeriodName) -> Iterator[Standing]:
    """Every account that had a fact by the end of the period, in order of its id."""
    latest, before = BOOKS.table.alias("latest"), BOOKS.table.alias("before")
    c = BOOKS.c

    def same(other: Any) -> tuple[Any, ...]:
        return other.c.ledger == c.ledger, other.c.generation == c.generation, other.c.id == c.id

    last = select(func.max(latest.c.period)).where(*same(latest), latest.c.period <= period).scalar_subquery()
    opening = (
        select(before.c.balance)
        .where(*same(before), before.c.period < period)
        .order_by(before.c.period.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = (
        c.account,
        c.unit,
        func.coalesce(opening, 0),
        *(c[name] for name in MOVES),
        c.balance,
        c.debt,
        c.spendable,
    )
    query = reading.select(PROJECTION, BOOKS, *columns, c.period).where(c.period == last).order_by(c.id)
    for row in reading.stream(query):
        values = tuple(row)
        if values[-1] == period:
            yield Standing._make(values[:-1])
        else:
            # It stood still in this period: what moved before is part of where it began.
            yield Standing(values[0], values[1], values[-4], *((0,) * len(MOVES)), *values[-4:-1])


def control_totals(reading: Reading, period: PeriodName, position: int | None = None) -> tuple[ControlTotal, ...]:
    """Totals of the period by unit, then by unit and crew (as crews were at `position`): month-end, step 4."""
    crews = people.crews(reading, position)
    sums: dict[tuple[str, str | None], list[int]] = {}
    for standing in standings(reading, period):
        crew = crews.get(HolderId(standing.account.partition(":")[2]), "")
        for key in ((standing.unit, None), (standing.unit, crew)):
            row = sums.setdefault(key, [0] * 12)
            for index, number in enumerate((1, *standing[2:])):
                row[index] += number
    ordered = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] is not None, item[0][1] or ""))
    return tuple(_total(unit, crew, row) for (unit, crew), row in ordered)


def _total(unit: str, crew: str | None, row: list[int]) -> ControlTotal:
    names = ("accounts", "opening", *MOVES, "closing", "debt", "spendable")
    return ControlTotal(unit=UnitCode(unit), crew=crew, **dict(zip(names, row, strict=True)))


def lowest(reading: Reading, period: PeriodName, unit: UnitCode) -> int | None:
    """The lowest balance of any account of the unit at the end of the period."""
    return min((item.balance for item in standings(reading, period) if item.unit == unit), default=None)

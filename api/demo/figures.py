"""What the ledger itself says of a month: read from its projections and its book, never from the files."""

from typing import Final, NamedTuple

from sqlalchemy import func

from api.ledgers import OpenLedger
from ledger.points.entities import Account
from ledger.pools import INITIAL
from ledger.values import PeriodName, UnitCode
from projections import balances, people, rankings
from projections.liability import liability
from projections.periods import control_totals
from projections.projector import Projector
from projections.store import Reading

POINT: Final = UnitCode("safety_point")


class Moment(NamedTuple):
    """Control totals at one moment, in points; `fen` is what the spendable ones stand for."""

    accounts: int
    balance: int
    spendable: int
    fen: int
    lowest: int
    lapsing: int


class Movements(NamedTuple):
    """What a period has granted, credited and deducted, by behaviour; how many are out of its evaluation."""

    initial: int
    earned: dict[str, int]
    deducted: dict[str, int]
    suspended: int


def moment(opened: OpenLedger, projector: Projector) -> Moment:
    """As it stands now."""
    projector.advance()
    view = opened.ledger.view()
    with projector.store.reading() as reading:
        total = balances.totals(reading)[POINT]
        worth = {item.unit: item.fen for item in liability(reading, view.scheme(view.today))}
    lapsing = sum(account.value(INITIAL) for account in accounts(opened))
    return Moment(total.accounts, total.balance, total.spendable, worth[POINT], total.lowest, lapsing)


def movements(projector: Projector, period: PeriodName) -> Movements:
    """What happened in a period."""
    projector.advance()
    with projector.store.reading() as reading:
        totals = next(item for item in control_totals(reading, period) if item.crew is None)
        earned, deducted = _by_behaviour(reading, period)
        return Movements(totals.granted, earned, deducted, len(people.suspended(reading, period)))


def _by_behaviour(reading: Reading, period: PeriodName) -> tuple[dict[str, int], dict[str, int]]:
    c = rankings.EVALUATED.c
    columns = (c.behaviour, func.sum(c.earned), func.sum(c.deducted))
    query = reading.select(rankings.PROJECTION, rankings.EVALUATED, *columns)
    rows = reading.all(query.where(c.evaluated == period).group_by(c.behaviour))
    return {row[0]: int(row[1]) for row in rows}, {row[0]: int(row[2]) for row in rows}


def accounts(opened: OpenLedger) -> list[Account]:
    """Every account of the book, in order of its id."""
    storage, decode, after = opened.ledger.storage, opened.ledger.book.codec.decode, ""
    found: list[Account] = []
    while rows := storage.book_scan(Account.KIND, after, 1_000):
        found += [entity for row in rows if isinstance(entity := decode(row).entity, Account)]
        after = rows[-1].id
    return found

"""The arithmetic that every rule which gives or takes value shares: which lot opens, which ranges move."""

from collections.abc import Iterable
from typing import Final

from ledger.calendar import end_of_day
from ledger.limits.facts import Count
from ledger.points.entities import Account, account_key
from ledger.points.facts import AccountFact, LotsLapsed, PointsDeducted, PointsEarned, Restored
from ledger.points.moving import fitting, leaving, pool_id, within_range
from ledger.pools import EARNED, Lot, Pool, Repaid, Terms, amount_of, without
from ledger.refusals import AccountClosed, AccountFrozen, InsufficientFunds
from ledger.room import Book, Now
from ledger.scheme.model import Unit
from ledger.values import AccountId, Day, Instant, TxId


def account_of(book: Book, account: AccountId, unit: Unit) -> Account:
    """The account as it stands, or as it would open."""
    return book.get(Account, account_key(account, unit.code)) or Account(account=account, unit=unit.code)


def moving(account: Account) -> Account:
    """The account, unless it is frozen or closed."""
    if account.closed_at is not None:
        raise AccountClosed(since=account.closed_at)
    if account.frozen_at is not None:
        raise AccountFrozen(since=account.frozen_at)
    return account


def earning(
    account: Account,
    amount: int,
    now: Now,
    *,
    behaviour: str | None = None,
    reason: str | None = None,
    terms: Terms | None = None,
    counts: tuple[Count, ...] = (),
) -> PointsEarned:
    """A grant as a fact: its lot is appended to the pool of equal terms and repays debts first, oldest first."""
    fitting(account, amount)
    terms = terms or Terms()
    pool = account.pool_for(terms)
    lot = _next_lot(pool, amount) if pool else Lot(pool=pool_id(now), start=0, end=amount)
    return PointsEarned(
        account=account.account,
        unit=account.unit,
        amount=amount,
        behaviour=behaviour,
        reason=reason,
        kind=terms.kind,
        expires_on=terms.expires_on,
        fund=terms.fund,
        terms=terms.terms,
        lot=lot,
        repaid=account.repayments((lot,)),
        counts=counts,
    )


def _next_lot(pool: Pool, amount: int) -> Lot:
    return Lot(pool=pool.id, start=pool.total, end=pool.total + amount)


def deducting(  # noqa: PLR0913 - one parameter for each member of the fact
    account: Account,
    unit: Unit,
    asked: int,
    *,
    behaviour: str | None = None,
    reason: str | None = None,
    target: str | None = None,
    counts: tuple[Count, ...] = (),
    appeal_until_at: Instant | None = None,
) -> PointsDeducted:
    """A deduction as a fact, under the unit's negative policy: refuse, take what is there, or owe the rest.

    A free-standing account knows only its floor: `debt` is then what was drawn below zero.
    """
    taken, amount = _penalty(account, unit, asked)
    there = amount_of(taken)
    within_range(account.spent + amount)
    return PointsDeducted(
        account=account.account,
        unit=account.unit,
        amount=amount,
        asked=asked,
        debt=amount - there,
        behaviour=behaviour,
        reason=reason,
        target=target,
        taken=taken,
        counts=counts,
        appeal_until_at=appeal_until_at,
    )


def _penalty(account: Account, unit: Unit, asked: int) -> tuple[tuple[Lot, ...], int]:
    if account.standing:
        return leaving(account, unit, asked).lots, asked
    taken = account.penalty(asked, unit)
    there = amount_of(taken)
    if there < asked and unit.negative == "refuse":
        raise InsufficientFunds(required=asked, available=there, missing=asked - there)
    return taken, asked if unit.negative == "debt" else there


def counted_of_deduction(account: Account, unit: Unit, asked: int) -> int:
    """What limits count of it: what will move, which under `floor` is no more than is there."""
    if account.standing or unit.negative != "floor":
        return asked
    return amount_of(account.penalty(asked, unit))


def lapsing(account: Account, lots: tuple[Lot, ...], cause: str, ended_on: Day | None = None) -> LotsLapsed:
    """A lapse as a fact."""
    return LotsLapsed(
        account=account.account,
        unit=account.unit,
        amount=amount_of(lots),
        cause=cause,
        lots=lots,
        ended_on=ended_on,
    )


MOST_LAPSED: Final = 200
"""Ranges of one fact about value that ended: each takes up to 130 of a fact's 32,768 bytes."""


def lapses(account: Account, lots: tuple[Lot, ...], cause: str, ended_on: Day | None = None) -> Iterable[LotsLapsed]:
    """The same in as many facts as it takes: of how many lots value is made must not keep time from acting."""
    for start in range(0, len(lots), MOST_LAPSED):
        yield lapsing(account, lots[start : start + MOST_LAPSED], cause, ended_on)


def all_open(account: Account, kind: str = EARNED) -> tuple[Lot, ...]:
    """Every open range of that kind of lot."""
    return tuple(
        Lot(pool=pool.id, start=start, end=end)
        for pool in account.pools
        if pool.terms.kind == kind
        for start, end in pool.open
    )


def restoring(book: Book, account: Account, lots: tuple[Lot, ...]) -> tuple[Restored, ...]:
    """These ranges with the terms of their pools, from the account or, where it forgot them, from their grant."""
    return tuple(
        Restored(pool=lot.pool, start=lot.start, end=lot.end, terms=_terms(book, account, lot.pool)) for lot in lots
    )


def _terms(book: Book, account: Account, pool_id: str) -> Terms:
    pool = account.pool(pool_id)
    if pool is not None:
        return pool.terms
    for envelope in book.past(TxId(pool_id.partition(".")[0])):
        fact = envelope.data
        terms = fact.terms_of_pool(pool_id) if isinstance(fact, AccountFact) else None
        if terms is not None:
            return terms
    raise LookupError(f"pool {pool_id} has no grant in this ledger")


def lapse_of_restored(before: Account, restored: tuple[Lot, ...], used: tuple[Lot, ...], now: Now) -> LotsLapsed | None:
    """The lapse that follows a range given back into a pool which has ended meanwhile, or None.

    `used` are those of the ranges that repaid debts and so are gone already.
    """
    ended = tuple(lot for lot in restored if before.has_ended(lot.pool, now.today))
    lots = without(ended, used)
    return lapsing(before, lots, "refund-expired", now.today) if lots else None


def lapses_of_released(
    account: Account, released: Iterable[Lot], repaid: Iterable[Repaid], at: Instant, now: Now
) -> Iterable[LotsLapsed]:
    """What a hold had kept from lapsing and that lapses with its release at `at`: one fact for each day.

    `repaid` are those of the ranges that repaid debts and so are gone already.
    """
    by_day: dict[Day, list[Lot]] = {}
    for lot in without(released, (item.lot for item in repaid)):
        pool = account.pool(lot.pool)
        day = account.last_day(pool) if pool else None
        if day is not None and end_of_day(day, now.zone) <= at:
            by_day.setdefault(day, []).append(lot)
    for day, lots in sorted(by_day.items()):
        yield lapsing(account, tuple(lots), "expired", day)

"""How value leaves an account and how it arrives in one: what transfers, captures, conversions and reversals share."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.points.entities import Account
from ledger.pools import Landed, Lot, Terms, amount_of
from ledger.refusals import AmountOutOfRange, InsufficientFunds, LimitExceeded, TooManyLots
from ledger.room import Now
from ledger.scheme.model import Unit
from ledger.values import MAX_AMOUNT

MOST_HELD: Final = 128
"""Ranges of one hold: freed, and repaying debts, each takes up to 200 of a fact's 32,768 bytes."""


class Leaving(NamedTuple):
    """What leaves an account: its ranges, soonest expiry first, and what is drawn below zero beyond them."""

    lots: tuple[Lot, ...]
    drawn: int


class Arrival(NamedTuple):
    """A part of what arrives: how much, under which terms, and which range it was (None: drawn below zero)."""

    amount: int
    terms: Terms
    of: Lot | None = None


def leaving(account: Account, unit: Unit, amount: int) -> Leaving:
    """What `amount` would take: `insufficient-funds` beyond what is free, credit line included (4b)."""
    free = account.free(unit)
    if free is not None and amount > free:
        raise InsufficientFunds(required=amount, available=free, missing=amount - free)
    within_range(account.spent + amount)
    if account.balance - amount < -MAX_AMOUNT:
        raise AmountOutOfRange
    lots = account.payment(amount)
    return Leaving(lots, amount - amount_of(lots))


def holdable(lots: tuple[Lot, ...]) -> tuple[Lot, ...]:
    """The ranges that a hold would take, unless its end could not be said in one fact: then time could not act."""
    if len(lots) > MOST_HELD:
        raise TooManyLots(lots=len(lots), limit=MOST_HELD)
    return lots


def arrivals(account: Account, going: Leaving) -> tuple[Arrival, ...]:
    """What leaves `account`, as it will arrive elsewhere: lots keep their terms, the drawn part never expires."""
    parts = tuple(Arrival(lot.amount, terms_of_open(account, lot.pool), lot) for lot in going.lots)
    return (*parts, Arrival(going.drawn, Terms())) if going.drawn else parts


def terms_of_open(account: Account, pool_id: str) -> Terms:
    """The terms of a pool that the account keeps, as it does while any of it is open or earmarked."""
    pool = account.pool(pool_id)
    if pool is None:
        raise LookupError(f"{account.account} has no pool {pool_id}")
    return pool.terms


def landing(account: Account, parts: Iterable[Arrival], now: Now) -> tuple[Landed, ...]:
    """Where it arrives: each part at the end of the pool of equal terms, opened when there is none."""
    ends: dict[str, int] = {}
    opened: dict[Terms, str] = {}
    landed = []
    for part in parts:
        pool = account.pool_for(part.terms)
        if pool is None and part.terms not in opened:
            opened[part.terms] = pool_id(now, len(opened))
        id = opened[part.terms] if pool is None else pool.id
        start = ends.get(id, 0 if pool is None else pool.total)
        ends[id] = start + part.amount
        landed.append(Landed(pool=id, start=start, end=ends[id], terms=part.terms, of=part.of))
    return tuple(landed)


def pool_id(now: Now, number: int = 0) -> str:
    """The name of the pool that the fact which is decided now opens as its `number`th."""
    # One tx may open several pools (a group of grants): two of equal name would meet when two records are merged.
    if number:
        return f"{now.tx}.{now.position}.{number}"
    return now.tx if now.position == now.first_position else f"{now.tx}.{now.position}"


def fitting(account: Account, amount: int) -> int:
    """The amount, unless it would pass the account's ceiling, or what every reader keeps exact."""
    within_range(account.received + amount)
    if account.ceiling is not None and account.balance + account.incoming + amount > account.ceiling:
        left = max(0, account.ceiling - account.balance - account.incoming)
        raise LimitExceeded(rule="ceiling", limit=account.ceiling, used=account.balance, offered=left, period="ever")
    return amount


def within_range(amount: int) -> int:
    """The amount, unless some reader of the world would round it."""
    if amount > MAX_AMOUNT:
        raise AmountOutOfRange
    return amount

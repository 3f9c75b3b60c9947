"""The past by a plain replay: every fact up to a position, one after the other, and what each changed, added up.

Knows nothing of the projections: accounts are evolved by the ledger's own rules. Where nothing was recorded late the
ledger's own rule also says what time has done; where something was, sums are all there is.
"""

from collections import defaultdict
from typing import Any, NamedTuple

from ledger.calendar import end_of_day, local_day
from ledger.deciding import Decision, Moment, Rows, replay
from ledger.holds.entities import Hold
from ledger.points.entities import Account, account_key
from ledger.redemptions.entities import Redemption
from ledger.values import AccountId, Day, Instant, TxId, UnitCode
from tests.given import REGISTRY, ZONE, Story
from tests.projections.histories import SCHEME


class Then(NamedTuple):
    """What a read of the past must say."""

    received: int
    spent: int
    lapsed: int
    held: int
    incoming: int
    debt: int
    spendable: int
    available: int | None
    lots: dict[str, tuple[int, str | None]]
    holds: set[tuple[str, str | None, int]]
    frozen_at: str | None


def known_by(story: Story, at: Instant) -> int:
    """The position of the last fact recorded by then."""
    return max((item.pos for item in story.journal if item.recorded_at <= at), default=0)


def known(story: Story, account: AccountId, unit: UnitCode, position: int, at: Instant) -> Then:
    """Every fact up to the position, then what the ledger's rules let time do until the instant."""
    book = Rows()
    for item in story.journal[:position]:
        replay(REGISTRY, book, item, local_day(item.occurred_at, ZONE))
    decision = Decision(REGISTRY, book.row, lambda _tx: (), Moment(at, ZONE), TxId("later"), position + 1)
    entity = decision.get(Account, account_key(account, unit)) or Account(account=account, unit=unit)
    due_at = entity.due_at(ZONE)
    if due_at is not None and due_at <= at:
        decision.lapse(REGISTRY.dues[Account.KIND], entity)
        entity = decision.the(Account, account_key(account, unit))
    return _shown(entity, decision)


def _shown(entity: Account, book: Any) -> Then:
    state = entity.state(SCHEME.unit(entity.unit))
    return Then(
        received=state.received,
        spent=state.spent,
        lapsed=state.lapsed,
        held=state.held,
        incoming=state.incoming,
        debt=state.debt,
        spendable=state.spendable,
        available=state.available,
        lots={pool.id: (pool.remaining, entity.last_day(pool)) for pool in entity.pools if pool.open},
        holds={(hold.of, hold.expires_at, _amount(book, hold.of)) for hold in (*entity.holds, *entity.towards)},
        frozen_at=entity.frozen_at,
    )


def _amount(book: Any, of: str) -> int:
    kind, _, id = of.partition(":")
    return int(book.the(Redemption, id).amount if kind == "redemption" else book.the(Hold, id).remaining)


# As of an instant: what had happened by then, whenever it was recorded ------------------------------------------


class _Sums:
    """What the facts that count have changed, added up in the plainest way."""

    def __init__(self) -> None:
        self.counters: defaultdict[str, int] = defaultdict(int)
        self.open: defaultdict[str, int] = defaultdict(int)
        self.kept: defaultdict[str, int] = defaultdict(int)
        self.holds: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.turns: defaultdict[str, int] = defaultdict(int)
        self.ends: dict[str, str | None] = {}
        self.terms: dict[str, Any] = {}
        self.floor: int | None = 0
        self.bound: dict[str, Any] = {"ends_on": None, "frozen_at": None}


def happened(story: Story, account: AccountId, unit: UnitCode, position: int, as_of: Instant) -> Then:
    """The facts up to the position that had happened by the instant, and what time had done by it."""
    sums, book, key = _Sums(), Rows(), (Account.KIND, account_key(account, unit))
    for item in story.journal[:position]:
        before = dict(book.rows)
        replay(REGISTRY, book, item, local_day(item.occurred_at, ZONE))
        entity = _entity(book.rows.get(key)) or Account(account=account, unit=unit)
        if item.recorded_at <= as_of:
            sums.floor = entity.floor
        sums.terms |= {pool.id: pool.terms for pool in entity.pools}
        if item.occurred_at <= as_of:
            _add(sums, _entity(before.get(key)) or Account(account=account, unit=unit), entity)
            _hold(sums, before, book.rows, account, unit)
    return _passed(sums, account, unit, as_of)


def _entity(row: Any) -> Any:
    return None if row is None else row.entity


def _add(sums: _Sums, before: Account, after: Account) -> None:
    for name in ("received", "spent", "lapsed", "held", "incoming"):
        sums.counters[name] += getattr(after, name) - getattr(before, name)
    for sign, entity in ((-1, before), (1, after)):
        for pool in entity.pools:
            sums.open[pool.id] += sign * pool.remaining
            sums.kept[pool.id] += sign * pool.earmarked
    for name in sums.bound:
        if getattr(before, name) != getattr(after, name):
            sums.bound[name] = getattr(after, name)


def _hold(sums: _Sums, before: Any, after: Any, account: str, unit: str) -> None:
    """What one fact did to holds of this account, or towards it."""
    for kind, id in after:
        if kind not in {Hold.KIND, Redemption.KIND} or before.get((kind, id)) == after[kind, id]:
            continue
        name = f"{kind}:{id}"
        for sign, rows in ((-1, before), (1, after)):
            found = _entity(rows.get((kind, id)))
            if found is None or found.status not in {"held", "open"}:
                continue
            if found.unit != unit or account not in {found.account, getattr(found, "to", None)}:
                continue
            sums.turns[name] += sign
            sums.ends[name] = found.expires_at if sign > 0 else sums.ends.get(name)
            for pool, amount in _kept(found, account):
                sums.holds[name][pool] += sign * amount


def _kept(found: Any, account: str) -> list[tuple[str, int]]:
    if found.account != account:
        return [("towards", found.remaining)]
    if isinstance(found, Redemption):
        return [(lot.pool, lot.amount) for lot in found.paid]
    return [(lot.pool, lot.amount) for lot in found.lots] + ([("drawn", found.drawn)] if found.drawn else [])


def _passed(sums: _Sums, account: str, unit: UnitCode, at: Instant) -> Then:
    counters = sums.counters
    for name, lots in sorted(sums.holds.items(), key=lambda item: (sums.ends.get(item[0]) or "~", item[0])):
        ends_at = sums.ends.get(name)
        if sums.turns[name] <= 0 or ends_at is None or ends_at > at:
            continue
        sums.turns[name] = 0
        for pool, amount in lots.items():
            if pool in {"towards", "drawn"}:
                counters["incoming" if pool == "towards" else "held"] -= amount
                continue
            owed = max(0, _owed(sums))
            counters["held"] -= amount
            sums.kept[pool] -= amount
            left = amount - min(amount, owed)
            if _lapse_at(sums, pool) <= ends_at:
                counters["lapsed"] += left
            else:
                sums.open[pool] += left
    for pool, remaining in sums.open.items():
        if remaining > 0 and _lapse_at(sums, pool) <= at:
            counters["lapsed"] += remaining
            sums.open[pool] = 0
    return _told(sums, account, unit)


def _owed(sums: _Sums) -> int:
    balance = sums.counters["received"] - sums.counters["spent"] - sums.counters["lapsed"]
    return sum(sums.open.values()) + sum(sums.kept.values()) - balance


def _last_day(sums: _Sums, pool: str) -> str | None:
    days = [day for day in (sums.terms[pool].expires_on, sums.bound["ends_on"]) if day is not None]
    return min(days, default=None)


def _lapse_at(sums: _Sums, pool: str) -> str:
    day = _last_day(sums, pool)
    return "~" if day is None else end_of_day(Day(day), ZONE)


def _told(sums: _Sums, account: str, unit: UnitCode) -> Then:
    counters, own = sums.counters, account.startswith("account:")
    balance = counters["received"] - counters["spent"] - counters["lapsed"]
    positive = {pool: amount for pool, amount in sums.open.items() if amount > 0}
    policy, base = SCHEME.unit(unit).spendable.policy, SCHEME.unit(unit).spendable.base
    free = balance - (base if policy == "threshold" else 0)
    spendable = balance if own else max(0, min(free, sum(positive.values()) + counters["held"]))
    floor = sums.floor if own else 0
    return Then(
        received=counters["received"],
        spent=counters["spent"],
        lapsed=counters["lapsed"],
        held=counters["held"],
        incoming=counters["incoming"],
        debt=0 if own else max(0, _owed(sums)),
        spendable=spendable,
        available=None if floor is None else max(0, spendable - counters["held"] - floor),
        lots={pool: (amount, _last_day(sums, pool)) for pool, amount in positive.items()},
        holds={
            (name, sums.ends.get(name), sum(lots.values())) for name, lots in sums.holds.items() if sums.turns[name] > 0
        },
        frozen_at=sums.bound["frozen_at"],
    )


# Books and statements ------------------------------------------------------------------------------------------


def booked(story: Story, position: int, as_of: Instant | None) -> dict[tuple[str, str], tuple[int, int]]:
    """Debits and credits of each book account, posting by posting."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for item in story.journal[:position]:
        entry = item.data.entry()
        for leg in entry.postings if entry and (as_of is None or item.occurred_at <= as_of) else ():
            name = {"holder": "holders", "account": "accounts"}.get(leg.account.partition(":")[0], leg.account)
            debits, credits = sums.get((leg.unit, name), (0, 0))
            sums[leg.unit, name] = (debits + max(0, -leg.amount), credits + max(0, leg.amount))
    return {key: sides for key, sides in sums.items() if any(sides)}


def lines(story: Story, account: str, unit: str, position: int, by: str) -> list[tuple[str, int, int]]:
    """(what the clock says, position, amount) of each posting on the account, in the order of the clock."""
    found = []
    for item in story.journal[:position]:
        entry = item.data.entry()
        legs = [leg.amount for leg in entry.postings if (leg.account, leg.unit) == (account, unit)] if entry else []
        if legs:
            found.append((getattr(item, by), item.pos, sum(legs)))
    return sorted(found)

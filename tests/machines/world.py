"""The real ledger as a machine drives it: turns of many clients on one or two databases, checked after each."""

import json
from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from ledger.calendar import local_day
from ledger.deciding import Rows, Wish, replay
from ledger.holds.entities import Hold
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Cause, Ledger
from ledger.journal.rows import BookRow
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission
from ledger.limits.entities import Counter
from ledger.monitors.entities import Monitor
from ledger.periods.commands import OpenBooks
from ledger.points.entities import OVERDRAFT, Account
from ledger.pools import Terms
from ledger.room import By
from ledger.rooms import Registry
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, parse_scheme
from ledger.stock.commands import ListItem
from ledger.stock.entities import Item
from ledger.stock.entities import Limit as ItemLimit
from ledger.values import (
    Day,
    Instant,
    ItemId,
    PeriodName,
    UnitCode,
    instant,
)
from ledger.vault.secrets import LedgerSecret
from tests.machines.auditor import Auditor
from tests.machines.commands import Op, account_named, command
from tests.machines.limits import Limit

ZONE = "Asia/Shanghai"
SECRET = LedgerSecret(b"a secret of thirty-two bytes....")
OPERATOR = By(principal="client:operator")

UNIT = """
[units.{code}]
names = {{ zh = "单位{code}", en = "Unit {code}" }}
kind = "points"
lot_life = {{ policy = "never" }}
spendable = {spendable}
negative = "{negative}"
transferable = {transferable}
"""
RATE = """
[conversions.{unit}-to-{to_unit}]
names = {{ zh = "兑换", en = "Conversion" }}
from = "{unit}"
to = "{to_unit}"
numerator = {numerator}
denominator = {denominator}
"""
NOT_OF_THE_SCHEME = ("item:", "refusals/")
"""Counters of other limits begin so."""
EVERY_ROW = text(f"SELECT {', '.join(BookRow._fields)} FROM book WHERE ledger = :ledger")
MOVEMENTS = {
    "points-earned.v1",
    "points-deducted.v1",
    "points-transferred.v1",
    "points-converted.v1",
    "hold-captured.v1",
}
SCHEME = """
name = "machine"
version = 1
names = { zh = "机器", en = "Machine" }
zone = "Asia/Shanghai"
[behaviours.monthly-initial]
names = { zh = "每月初始积分", en = "Monthly starting points" }
unit = "S"
kind = "initial"
points = 100
[behaviours.helped]
names = { zh = "助人", en = "Helped" }
unit = "S"
kind = "earn"
points = 15
per_day = 2
[behaviours.littered]
names = { zh = "乱扔", en = "Littered" }
unit = "S"
kind = "deduct"
points = 25
[periods]
per = "month"
initial = "monthly-initial"
[reasons.correction]
zh = "更正"
en = "Correction"
[reasons.gift]
zh = "礼物"
en = "Gift"
[funds.fund]
names = { zh = "经费", en = "Fund" }
[redemption]
hold_default = 900
hold_cap = 172800
confirmation = []
extend_days = 0
"""

Asked = tuple[tuple[Op, ...], str, str | None, str | None]
"""A submission: operations (several are one atomic group), client, key, cause."""


def scheme_text(
    units: dict[str, Any], rates: dict[tuple[str, str], tuple[int, int]], limits: Iterable[Limit] = ()
) -> str:
    """A scheme with these units and limits (of the model's kind) and rates."""
    written = []
    for code, unit in units.items():
        spendable = f'{{ policy = "{unit.spendable}", base = {unit.base} }}'
        transferable = str(unit.transferable).lower()
        written.append(UNIT.format(code=code, spendable=spendable, negative=unit.negative, transferable=transferable))
    for (one, other), (given, taken) in rates.items():
        written.append(RATE.format(unit=one, to_unit=other, numerator=given, denominator=taken))
    written += map(_limit_text, limits)
    return SCHEME + "".join(written)


def _limit_text(limit: Limit) -> str:
    lines: dict[str, Any] = {"counts": limit.counts, "kinds": limit.kinds, "window": limit.window, "per": limit.per}
    lines |= {"funds": limit.funds, "reasons": limit.reasons, "behaviours": limit.behaviours}
    lines |= {"unit": limit.unit, "amount": limit.amount}
    written = [f"{name} = {json.dumps(value)}" for name, value in lines.items() if value is not None]
    changes = ", ".join(f'{{ from = "{day}", amount = {amount} }}' for day, amount in limit.changes)
    head = [f"[limits.{limit.code}]", 'names = { zh = "上限", en = "Limit" }']
    return "\n".join(["", *head, *written, f"changes = [{changes}]", ""])


def tx_at(position: int) -> str:
    """The id of the transaction that begins there, for a ledger whose ids say nothing else (ADR 16)."""
    return f"00000000-0000-7000-8000-{position:012x}"


class World:
    """One ledger in one database, worked on by one or two open `Ledger`s in turns, as processes would."""

    def __init__(
        self, storages: Sequence[Storage], at: Instant, scheme: str, *, capacity: int, limits: Iterable[Limit] = ()
    ) -> None:
        """The storages are of one ledger; each gets a `Ledger` of its own with its own cache."""
        self.clock = ManualClock(at)
        self.ledgers = [
            Ledger(
                storage,
                SECRET,
                zone=ZONE,
                clock=self.clock,
                ids=lambda: tx_at(0),
                capacity=capacity,
            )
            for storage in storages
        ]
        self.first = self.ledgers[0]
        self.registry, self.mapper = Registry(), self.first.mapper
        self.replayed = Rows()
        self.auditor = Auditor({limit.code: limit.figure for limit in limits})
        self.versions: Tally[str] = Tally()
        self.head = 0
        self.lapses: set[str] = set()
        """Transactions in which time acted: only the ledger knows their ids."""
        self.txs: set[str] = set()
        self.positions: dict[str, list[int]] = {}
        """Where the movements of a transaction stand."""
        self.posted: Tally[tuple[str, str]] = Tally()
        self._encoded: dict[tuple[str, str], tuple[Any, BookRow | None]] = {}
        """What was encoded last, by what: most rows are as they were a turn ago."""
        adoption = AdoptScheme(scheme=canonical(parse_scheme(scheme)), effective_from=Day("2022-01-01"))
        self.first.submit(adoption, by=OPERATOR)
        self.first.submit(OpenBooks(period=PeriodName(at[:7])), by=OPERATOR)

    def list_item(self, name: str, unit: str, price: int, limit: tuple[int, Any] | None) -> None:
        """Put an item on the price list."""
        listed = ListItem(
            id=ItemId(name), name=name, price=price, unit=UnitCode(unit), limit=ItemLimit(*limit) if limit else None
        )
        self.first.submit(listed, by=OPERATOR)

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger.close()

    def move_to(self, at: Instant) -> None:
        self.clock.move_to(at)

    def turn(self, batch: Sequence[Asked], *, process: int) -> list[Outcome]:
        """One turn of one of the processes."""
        ledger = self.ledgers[process % len(self.ledgers)]
        outcomes = ledger.writer.runner.run([self._submission(*item) for item in batch])
        self.check()
        return outcomes

    def sweep(self, *, process: int) -> None:
        self.ledgers[process % len(self.ledgers)].writer.runner.sweep()
        self.check()

    def _submission(self, ops: tuple[Op, ...], client: str, key: str | None, cause: str | None) -> Submission:
        wishes: list[Wish] = []
        for op in ops:
            wishes.append(
                self.first.wish(
                    command(op),
                    by=By(principal=client, subject="person:" + client),
                    key=key if not wishes else None,
                    fingerprint=repr(ops) if len(ops) > 1 else None,
                    cause=Cause("event", cause) if cause else None,
                )
            )
        return Submission(wishes=tuple(wishes))

    # What must hold after each step ----------------------------------------------------------------------------

    def check(self) -> None:
        """Positions and versions are dense, entries balance, and the book is what follows from the facts alone."""
        rows = list(self.first.storage.facts(self.head, 10_000))
        self.auditor.read(row.state for row in rows)
        for row in rows:
            envelope = self.mapper.decode(row.state)
            assert row.position == envelope.pos == self.head + 1
            assert envelope.ver == self.versions[envelope.stream] + 1, f"{envelope.stream} skips a version"
            assert self.mapper.encode(envelope) == row.state
            self.head, self.versions[envelope.stream] = row.position, envelope.ver
            self.txs.add(envelope.tx)
            if envelope.type in MOVEMENTS:
                self.positions.setdefault(envelope.tx, []).append(envelope.pos)
            if envelope.by.principal == "system":
                self.lapses.add(envelope.tx)
            entry = envelope.data.entry()
            for posting in entry.postings if entry else ():
                self.posted[posting.account, posting.unit] += posting.amount
            replay(self.registry, self.replayed, envelope, local_day(envelope.occurred_at, ZONE))
        for unit in {unit for _, unit in self.posted}:
            assert not sum(value for (_, other), value in self.posted.items() if other == unit), (
                f"{unit} is off balance"
            )
        stored, replayed = self.stored_book(), self.replayed_book()
        wrong = [key for key in stored.keys() | replayed.keys() if stored.get(key) != replayed.get(key)]
        assert not wrong, f"the book is not what the facts say: {[(stored.get(k), replayed.get(k)) for k in wrong]}"
        self._accounts()

    def stored_book(self) -> dict[tuple[str, str], Any]:
        """Every book row as its bytes, in one question: this is asked after every turn."""
        with self.first.storage.engine.connect() as connection:
            rows = connection.execute(EVERY_ROW, {"ledger": self.first.storage.ledger}).all()
        return {(row.kind, row.id): BookRow(*row) for row in rows}

    def replayed_book(self) -> dict[tuple[str, str], Any]:
        """The same as it follows from facts."""
        encode = self.first.book.codec.encode
        for key, row in self.replayed.rows.items():
            if row is not self._encoded.get(key, (None, None))[0]:
                self._encoded[key] = row, None if row is None else encode(key, row)
        return {key: written for key, (_, written) in self._encoded.items() if written is not None}

    def _accounts(self) -> None:
        promised: Tally[tuple[str, str]] = Tally()
        for (kind, _), row in self.replayed.rows.items():
            if kind == Hold.KIND and row is not None and isinstance(row.entity, Hold) and row.entity.to is not None:
                promised[row.entity.to, row.entity.unit] += row.entity.remaining
        for (kind, id), row in self.replayed.rows.items():
            if kind == Account.KIND and row is not None:
                account = row.entity
                assert isinstance(account, Account)
                self._account_is_sound(id, account, promised[account.account, account.unit])

    def _account_is_sound(self, id: str, account: Account, promised: int) -> None:
        opened = sum(pool.remaining for pool in account.pools)
        lots = opened + sum(pool.earmarked for pool in account.pools)
        hole = sum(debt.amount for debt in account.debts if debt.deduction == OVERDRAFT)
        assert account.balance == lots - account.debt - hole, f"{id}: balance is not lots less debt and overdraft"
        assert not (opened and (hole or account.debt)), f"{id}: debt or overdraft together with open lots, balance"
        assert account.incoming == promised, f"{id}: incoming is not the sum of the holds towards it, balance"
        # Below its floor it may stay where the floor came later; the auditor knows since when it holds.
        if not account.standing or {floor for *_, floor in self.auditor.floors[account.account, account.unit]} == {0}:
            assert 0 <= account.held <= lots, f"{id}: more is held than there is"
        assert account.balance == self._posted_on(account), f"{id}: postings say otherwise"
        months = {pool.terms.terms for pool in account.pools if pool.terms.kind == "initial" and pool.remaining}
        assert len(months) <= 1, f"{id} has initial lots of {sorted(months, key=str)}"

    def _posted_on(self, account: Account) -> int:
        return self.posted[account.account, account.unit]

    # What a case compares with the model -----------------------------------------------------------------------

    def account(self, name: str, unit: str) -> Any:
        """Every figure of an account as of now, its open and its earmarked value by terms, since when it stands."""
        account = self.first.get(Account, f"{account_named(name)}/{unit}")
        if account is None:
            return 0, 0, 0, 0, 0, 0, 0, {}, {}, None, None, 0, None
        return (
            account.received,
            account.spent,
            account.lapsed,
            account.debt,
            sum(debt.amount for debt in account.debts if debt.deduction == OVERDRAFT),
            account.held,
            account.incoming,
            _by_terms((pool.terms, pool.remaining) for pool in account.pools),
            _by_terms((pool.terms, pool.earmarked) for pool in account.pools),
            account.frozen_at,
            account.closed_at,
            account.floor,
            account.ceiling,
        )

    def balance(self, name: str, unit: str) -> int:
        account = self.first.get(Account, f"{account_named(name)}/{unit}")
        return account.balance if account else 0

    def stock(self, item: str) -> int:
        return self.first.the(Item, item).stock

    def counted(self) -> dict[str, int] | None:
        """What was used of each limit of the scheme; None where holds have ended and nobody has looked yet."""
        now, used = instant(self.clock.wall()), {}
        for (_, id), row in self.replayed.rows.items():
            if row is None:
                continue
            if isinstance(row.entity, Account):
                due_at = row.entity.due_at(ZONE)
                if due_at is not None and due_at <= now:
                    return None
            elif isinstance(row.entity, Counter) and not id.startswith(NOT_OF_THE_SCHEME):
                used[id.removeprefix("pieces:")] = row.entity.used
        return used

    def crossings(self) -> dict[str, int]:
        """How often each monitor that there was saw its threshold crossed."""
        rows = self.replayed.rows.items()
        return {id: row.entity.crossings for (_, id), row in rows if row and isinstance(row.entity, Monitor)}

    def log(self) -> list[bytes]:
        return [row.state for row in self.first.storage.facts(0, 1_000_000)]


def _by_terms(amounts: Iterable[tuple[Terms, int]]) -> dict[Any, int]:
    pools: Tally[Any] = Tally()
    for terms, amount in amounts:
        if amount:
            pools[terms.expires_on, terms.kind, terms.terms if terms.kind == "initial" else terms.fund] += amount
    return dict(pools)


def noon(day: str) -> Instant:
    """Noon of that day in the ledger's zone."""
    return Instant(day + "T04:00:00.000000Z")

"""A read of the past costs a few rows, whether the account has a thousand entries or a hundred thousand."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from ledger.journal.rows import FactRow
from ledger.journal.storage import Storage
from ledger.points.entities import AccountState
from ledger.points.facts import PointsDeducted, PointsEarned
from ledger.pools import Lot
from ledger.room import By, Envelope
from ledger.values import AccountId, Day, Instant, PeriodName, TxId, UnitCode, later
from projections.history import When, account_at
from projections.instants import Timeline
from projections.lines import PROJECTION
from projections.projection import recorded
from projections.statements import statement
from projections.store import Reading, Store
from projections.trial_balance import PROJECTION as TRIAL_BALANCE
from projections.trial_balance import trial_balance_at
from tests.given import MAPPER, ZONE

BUSY, UNIT = AccountId("holder:busy"), UnitCode("A")
START = Instant("2022-01-01T00:00:00.000000Z")
STEPS = 100
"""Opcodes of SQLite between two calls of the counter."""


def entries(amount: int, seed: random.Random) -> list[Envelope]:
    """So many entries of one account over a year, in pools of each month; two in five were recorded late."""
    envelopes: list[Envelope] = []
    received, spent, totals = 0, 0, dict.fromkeys(range(12), 0)
    for number in range(amount):
        recorded_at = later(START, seconds=int(number * 31_000_000 / amount))
        month = int(recorded_at[5:7]) - 1
        late = seed.choice((0, 0, 0, seed.randrange(200_000), seed.randrange(3_000_000)))
        lot = Lot(pool=f"p{month}", start=totals[month], end=totals[month] + 1)
        fact: Any
        if number % 3 == 2 and totals[month]:
            spent += 1
            taken = (Lot(pool=lot.pool, start=lot.start - 1, end=lot.start),)
            fact = PointsDeducted(account=BUSY, unit=UNIT, amount=1, asked=1, debt=0, taken=taken)
        else:
            received, totals[month] = received + 1, totals[month] + 1
            fact = PointsEarned(account=BUSY, unit=UNIT, amount=1, lot=lot, expires_on=Day(f"2023-{month + 1:02}-28"))
        envelopes.append(_envelope(fact, number + 1, recorded_at, later(recorded_at, seconds=-late), received, spent))
    return envelopes


def _envelope(fact: Any, position: int, recorded_at: Instant, at: Instant, received: int, spent: int) -> Envelope:
    values = {"balance": received - spent, "spendable": received - spent, "received": received, "spent": spent}
    after = AccountState(**values, debt=0, held=0, incoming=0, lapsed=0)
    return Envelope(
        appr=None,
        belongs_to=None,
        by=By(principal="client:busy"),
        cause=None,
        data=type(fact)(**{name: getattr(fact, name) for name in fact.__struct_fields__} | {"after": after}),
        key=None,
        occurred_at=at,
        pd={},
        period=PeriodName(recorded_at[:7]),
        pos=position,
        recorded_at=recorded_at,
        rule=None,
        stream=f"grant:t{position}",
        tx=TxId(f"t{position}"),
        type=fact.TOPIC,
        v=1,
        ver=1,
    )


class Busy:
    """An account of so many entries on SQLite, and a counter of the steps that a question takes."""

    def __init__(self, path: Path, amount: int, seed: random.Random) -> None:
        self.envelopes = entries(amount, seed)
        self.storage, self.store = Storage.sqlite(path / "j.db", "busy"), Store.sqlite(path / "p.db", "busy")
        self.storage.create(zone=ZONE, created_at=START)
        self.steps = 0
        event.listen(self.store.engine, "connect", self._counted)
        self.store.create()
        self.timeline = Timeline(self.storage, MAPPER)
        self._write()

    def _counted(self, connection: Any, _record: object) -> None:
        connection.set_progress_handler(self._step, STEPS)

    def _step(self) -> int:
        self.steps += STEPS
        return 0

    def _write(self) -> None:
        marks = [self.store.begin(projection, 1, live=True) for projection in (PROJECTION, TRIAL_BALANCE)]
        for start in range(0, len(self.envelopes), 5_000):
            batch = self.envelopes[start : start + 5_000]
            rows = [FactRow(it.pos, it.stream, it.ver, it.type, MAPPER.encode(it), it.recorded_at) for it in batch]
            with self.storage.turn() as turn:
                turn.append(rows, [], [], batch[-1].recorded_at)
                turn.commit()
            facts = [recorded(it) for it in batch]
            steps = [(mark, it.apply(facts)) for mark, it in zip(marks, (PROJECTION, TRIAL_BALANCE), strict=True)]
            self.store.write(steps, batch[-1].pos)
            marks = [mark._replace(position=batch[-1].pos) for mark in marks]

    def cost(self, question: Callable[[Reading, Timeline], object]) -> int:
        """Steps that the database takes for a question."""
        with self.store.reading() as reading:
            self.steps = 0
            question(reading, self.timeline)
            return self.steps

    def close(self) -> None:
        self.storage.close()
        self.store.close()


AS_OF = later(START, seconds=15_000_000)
KNOWN_AT = later(START, seconds=16_000_000)


def past(reading: Reading, timeline: Timeline) -> object:
    return account_at(reading, timeline, BUSY, UNIT, When(timeline.known(KNOWN_AT), AS_OF), at=AS_OF, zone=ZONE)


def known(reading: Reading, timeline: Timeline) -> object:
    return account_at(reading, timeline, BUSY, UNIT, When(timeline.known(KNOWN_AT)), at=KNOWN_AT, zone=ZONE)


def by_record(reading: Reading, timeline: Timeline) -> object:
    return statement(reading, timeline, BUSY, UNIT, by="recorded_at", since=AS_OF, until=KNOWN_AT, limit=50)


def in_the_world(reading: Reading, timeline: Timeline) -> object:
    return statement(reading, timeline, BUSY, UNIT, by="occurred_at", since=AS_OF, until=KNOWN_AT, limit=50)


def of_a_month(reading: Reading, timeline: Timeline) -> object:
    return statement(reading, timeline, BUSY, UNIT, since="2022-06", until="2022-06", limit=50)


def books(reading: Reading, timeline: Timeline) -> object:
    return trial_balance_at(reading, timeline, known=timeline.known(KNOWN_AT))


QUESTIONS = (past, known, by_record, in_the_world, of_a_month, books)


def test_a_read_of_the_past_takes_few_steps_however_long_the_account_is(
    tmp_path: Path, randomness: random.Random, deep: bool
) -> None:
    amount = 100_000 if deep else 20_000
    busy = Busy(tmp_path, amount, randomness)
    try:
        costs = {question.__name__: busy.cost(question) for question in QUESTIONS}
    finally:
        busy.close()
    # A look at every entry takes ten steps an entry at least.
    late = sum(AS_OF < it.recorded_at <= KNOWN_AT and it.occurred_at <= AS_OF for it in busy.envelopes)
    allowed = dict.fromkeys(costs, 120000) | {"past": 120_000 + 200 * late, "in_the_world": 120_000 + 400 * late}
    assert {name: cost for name, cost in costs.items() if cost > allowed[name]} == {}

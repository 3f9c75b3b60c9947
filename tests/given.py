"""given / when / then on rules: the real rooms on a plain book, without any store."""

from collections.abc import Iterable
from typing import TypeVar

import pytest

from ledger.calendar import local_day
from ledger.deciding import Decision, Moment, Row, Rows, Wish, replay
from ledger.journal.mapper import Mapper
from ledger.refusals import Refusal
from ledger.requests.entities import Cause
from ledger.room import By, Command, Entity, Envelope, Fact, Key
from ledger.rooms import Registry
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import Day, Instant, TxId

E = TypeVar("E", bound=Entity)
F = TypeVar("F", bound=Fact)

ZONE = "Asia/Shanghai"
START = Instant("2022-05-31T16:00:00.000000Z")
"""00:00 on 1 June 2022 in Shanghai."""
SUPERVISOR = By(principal="client:supervisor", subject="person:supervisor")
LEADER = By(principal="client:leader", subject="person:leader")
COUNTER = By(principal="client:counter", subject=None)
REGISTRY = Registry()
MAPPER = Mapper(REGISTRY.topics.values())


class Story:
    """A ledger in memory: what was wished, when, and what came of it. Positions and ids count up from one."""

    def __init__(self, scheme: str | Scheme = "safety-supermarket", *, at: Instant = START) -> None:
        """A ledger with one adopted scheme."""
        self.book = Rows()
        self.journal: list[Envelope] = []
        self.at = at
        self._txs = 0
        value = load_scheme(scheme) if isinstance(scheme, str) else scheme
        self.when(AdoptScheme(scheme=canonical(value), effective_from=Day("2022-06-01")))

    def on(self, at: str) -> "Story":
        """Move the clock, to an instant or to local noon of a day; what is due by then lapses when it is named."""
        self.at = Instant(at if "T" in at else at + "T04:00:00.000000Z")
        return self

    def given(self, *commands: Command, by: By = SUPERVISOR) -> "Story":
        """Commands that happened before."""
        for command in commands:
            self.when(command, by=by)
        return self

    def when(
        self, command: Command, *, by: By = SUPERVISOR, occurred_at: str | None = None, cause: str | None = None
    ) -> tuple[Fact, ...]:
        """Decide one command now; the facts that it made."""
        self.let_time_act()
        decision = self._decision()
        if cause is not None and self.book.row((Cause.KIND, cause)) is not None:
            raise AssertionError(f"the turn would refuse: cause {cause} is used")
        instant = Instant(occurred_at) if occurred_at else None
        decision.carry(Wish(command=command, by=by, occurred_at=instant, cause=cause))
        return self._take(decision)

    def together(self, *commands: Command, by: By = SUPERVISOR) -> tuple[Fact, ...]:
        """Decide an atomic group now: one transaction."""
        self.let_time_act()
        decision = self._decision()
        for command in commands:
            decision.carry(Wish(command=command, by=by))
        return self._take(decision)

    def refuses(
        self, command: Command, refusal: Refusal, *, by: By = SUPERVISOR, occurred_at: str | None = None
    ) -> None:
        """The command is refused with exactly these numbers, and nothing has changed."""
        self.let_time_act()
        decision = self._decision()
        instant = Instant(occurred_at) if occurred_at else None
        with pytest.raises(type(refusal)) as caught:
            decision.carry(Wish(command=command, by=by, occurred_at=instant))
        assert caught.value == refusal

    def let_time_act(self) -> None:
        """Everything that is due by now, as a sweep would do it."""
        for kind, id in sorted(self.book.rows):
            # Looked up when its turn comes: what time did to another may have changed it.
            row = self.book.row((kind, id))
            due_at = row.entity.due_at(ZONE) if row is not None and kind in REGISTRY.dues else None
            if row is not None and due_at is not None and due_at <= self.at:
                decision = self._decision()
                decision.lapse(REGISTRY.dues[kind], row.entity)
                self._take(decision)

    def get(self, kind: type[E], id: str) -> E | None:
        """An entity of the book."""
        row = self.book.row((kind.KIND, id))
        return None if row is None else row.entity  # type: ignore[return-value] # a kind has one class of entity

    def the(self, kind: type[E], id: str) -> E:
        """An entity that must be there."""
        entity = self.get(kind, id)
        assert entity is not None, f"no {kind.KIND} {id}"
        return entity

    def facts(self, kind: type[F]) -> list[F]:
        """All facts of one class so far."""
        return [envelope.data for envelope in self.journal if isinstance(envelope.data, kind)]

    @property
    def tx(self) -> TxId:
        """The last transaction."""
        return self.journal[-1].tx

    def _decision(self) -> Decision:
        self._txs += 1
        moment = Moment(self.at, ZONE)
        return Decision(REGISTRY, self.book.row, self._past, moment, TxId(f"tx{self._txs:04}"), len(self.journal) + 1)

    def _past(self, tx: TxId) -> tuple[Envelope, ...]:
        return tuple(envelope for envelope in self.journal if envelope.tx == tx)

    def _take(self, decision: Decision) -> tuple[Fact, ...]:
        self.book.rows.update(decision.rows)
        self.journal.extend(decision.envelopes)
        self._check(decision.envelopes)
        return tuple(envelope.data for envelope in decision.envelopes)

    def _check(self, envelopes: Iterable[Envelope]) -> None:
        """What must hold after every step: entries balance as they are built, bytes are canonical, replay is live."""
        for envelope in envelopes:
            envelope.data.entry()
            assert MAPPER.decode(MAPPER.encode(envelope)).data == envelope.data
        assert replayed(self.journal) == self.book.rows


def replayed(journal: Iterable[Envelope]) -> dict[Key, Row | None]:
    """The book as it follows from facts alone."""
    rows = Rows()
    for envelope in journal:
        replay(REGISTRY, rows, envelope, local_day(envelope.occurred_at, ZONE))
    return rows.rows

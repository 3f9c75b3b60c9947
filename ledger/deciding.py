"""One wish decided on an overlay of the book: pure, so that the turn, a test and a replay evolve in one way."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeVar

import msgspec

from ledger.calendar import local_day, period_of
from ledger.periods.entities import Books
from ledger.refusals import NotFound
from ledger.requests.entities import Cause
from ledger.room import Approval, By, Command, Due, Entity, Envelope, Fact, Facts, Key, KeyMark, Meta, Stamped
from ledger.rooms import Registry
from ledger.scheme.entities import Adopted
from ledger.scheme.model import Scheme
from ledger.values import Day, Instant, PeriodName, TxId

E = TypeVar("E", bound=Entity)

FORMAT: Final = 1
"""The member `v` of every fact: the shape of the envelope itself."""
SYSTEM: Final = By(principal="system")
"""Who lets things lapse when their time has come."""


class Row(NamedTuple):
    """An entity with its place in the book."""

    entity: Entity
    position: int
    """Of the last fact that changed it."""
    version: int
    """Of the stream that it is the life of; 0 when it is no stream."""


Below = Callable[[Key], Row | None]
"""Where an overlay looks for what it does not hold itself."""
Past = Callable[[TxId], tuple[Envelope, ...]]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A command with who wishes it, under which key, led to by what, and when it happened."""

    command: Command
    by: By
    key: KeyMark | None = None
    cause: str | None = None
    occurred_at: Instant | None = None
    """None: now."""
    pd: dict[str, str] = {}
    """Blinded commitments to personal data in the vault, for the first fact (6-audit)."""


class Moment(NamedTuple):
    """What a turn knows before any wish: its instant and the ledger's zone."""

    recorded_at: Instant
    zone: str


class Decision:
    """One wish, or one atomic group, on its own overlay: what it changed and which facts it made.

    It is the `book` and the `now` that rules see. Nothing of it counts until `rows` and `envelopes` are taken over.
    """

    def __init__(self, registry: Registry, below: Below, past: Past, moment: Moment, tx: TxId, position: int) -> None:
        """An empty overlay above `below`; `position` is what its first fact will get."""
        self.registry = registry
        self.below = below
        self.past_of = past
        self.recorded_at = moment.recorded_at
        self.zone = moment.zone
        self.tx = tx
        self.first_position = position
        self.rows: dict[Key, Row | None] = {}
        self.envelopes: list[Envelope] = []
        self.occurred_at = moment.recorded_at
        self.by = SYSTEM
        self.cause: str | None = None
        self._streams: dict[str, int] = {}
        self._key: KeyMark | None = None
        self._pd: dict[str, str] = {}

    # The book, as rules see it -------------------------------------------------------------------------------

    def row(self, key: Key) -> Row | None:
        """The row, with what this decision has already done to it."""
        if key in self.rows:
            return self.rows[key]
        # What carries the id of this very transaction cannot be in any store yet: no query for it.
        return None if key[1] == self.tx else self.below(key)

    def get(self, kind: type[E], id: str) -> E | None:
        """See `room.Book`."""
        row = self.row((kind.KIND, id))
        return None if row is None else row.entity  # type: ignore[return-value] # a kind has one class of entity

    def the(self, kind: type[E], id: str) -> E:
        """See `room.Book`."""
        entity = self.get(kind, id)
        if entity is None:
            raise NotFound(kind=kind.KIND, id=id)
        return entity

    def past(self, tx: TxId) -> tuple[Envelope, ...]:
        """See `room.Book`."""
        return self.past_of(tx)

    def scheme(self, day: Day) -> Scheme:
        """See `room.Book`."""
        return self.the(Adopted, Adopted.ID).in_force(day)

    # The moment, as rules see it -----------------------------------------------------------------------------

    @property
    def today(self) -> Day:
        """See `room.Now`."""
        return local_day(self.recorded_at, self.zone)

    @property
    def day(self) -> Day:
        """See `room.Now`."""
        return local_day(self.occurred_at, self.zone)

    @property
    def period(self) -> PeriodName:
        """See `room.Now`."""
        books = self.get(Books, Books.ID)
        return books.period if books else period_of(self.today)

    @property
    def position(self) -> int:
        """See `room.Now`."""
        return self.first_position + len(self.envelopes)

    # Deciding --------------------------------------------------------------------------------------------------

    def carry(self, wish: Wish) -> None:
        """Decide one wish and take its facts into the overlay, one by one. A refusal leaves as it came."""
        self.by = wish.by
        self.cause = wish.cause
        self.occurred_at = wish.occurred_at or self.recorded_at
        self._pd = wish.pd
        if wish.key is not None:
            self._key = wish.key
        for fact in self.registry.handlers[type(wish.command)].decide(wish.command, self, self):
            self.record(fact)

    def carry_out(self, command: Command, *, by: By, occurred_at: Instant, approval: Approval) -> Facts:
        """See `room.Now`: the inner facts bear the maker's name and day, and the approval."""
        outer = self.by, self.occurred_at
        self.by, self.occurred_at = by, occurred_at
        try:
            for fact in self.registry.handlers[type(command)].decide(command, self, self):
                yield _approved(fact, by, occurred_at, approval)
        finally:
            self.by, self.occurred_at = outer

    def refuse(self, wish: Wish, refused: Fact) -> None:
        """Record that the wish was refused: nothing else of it, not even its cause."""
        self.by, self.cause, self._key = wish.by, None, wish.key
        self.occurred_at = wish.occurred_at or self.recorded_at
        self.record(refused)

    def lapse(self, due: Due, entity: Entity) -> None:
        """Record what time has done to one entity, by `system`, at the instants when it was due."""
        for fact in due.decide(entity, self, self):
            self.record(fact)

    def record(self, item: Fact | Stamped) -> None:
        """Let a fact change the overlay, then write its envelope: the next line of the rule sees it."""
        stamped = item if isinstance(item, Stamped) else None
        fact: Fact = stamped.fact if stamped else item  # type: ignore[assignment] # the other half of the union
        occurred_at = (stamped and stamped.occurred_at) or self.occurred_at
        envelope = self._envelope(fact, stamped, occurred_at)
        evolve(self.registry, self, envelope, local_day(occurred_at, self.zone))
        self.envelopes.append(msgspec.structs.replace(envelope, data=fact.completed(self, self)))
        self._key, self._pd = None, {}

    def _envelope(self, fact: Fact, stamped: Stamped | None, occurred_at: Instant) -> Envelope:
        day = local_day(occurred_at, self.zone)
        period = self.period
        adopted = self.get(Adopted, Adopted.ID)
        stream = fact.stream(self.tx)
        return Envelope(
            appr=stamped.approval if stamped else None,
            belongs_to=None if period == period_of(day) else period_of(day),
            by=(stamped and stamped.by) or self.by,
            cause=self.cause,
            data=fact,
            key=self._key,
            occurred_at=occurred_at,
            pd=(stamped and stamped.pd) or self._pd,
            period=period,
            pos=self.position,
            recorded_at=self.recorded_at,
            rule=adopted.in_force(day).rule if adopted else None,
            stream=stream,
            tx=self.tx,
            type=fact.TOPIC,
            v=FORMAT,
            ver=self._next_version(stream),
        )

    def _next_version(self, stream: str) -> int:
        kind, _, id = stream.partition(":")
        row = self.row((kind, id))
        version = (row.version if row else self._streams.get(stream, 0)) + 1
        self._streams[stream] = version
        return version


class Rows:
    """A plain book for replay and tests: rows in a dict."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.rows: dict[Key, Row | None] = {}

    def row(self, key: Key) -> Row | None:
        """The row, or None."""
        return self.rows.get(key)


def evolve(registry: Registry, book: Decision | Rows, envelope: Envelope, day: Day) -> None:
    """Apply one fact to every entity that it touches: the same lines in a turn, in a replay and in a test."""
    meta = _meta(envelope, day)
    position, rows = envelope.pos, book.rows
    for evolution in registry.evolutions[type(envelope.data)]:
        kind = evolution.entity.KIND
        for id in evolution.ids(envelope.data, meta):
            row = book.row((kind, id))
            entity = evolution.apply(row.entity if row else None, envelope.data, meta, id)
            rows[kind, id] = Row(entity, position, row.version if row else 0)
    kind, _, id = envelope.stream.partition(":")
    living = rows.get((kind, id))
    if living is not None:
        rows[kind, id] = living._replace(version=envelope.ver)
    if envelope.cause is not None and (Cause.KIND, envelope.cause) not in rows:
        rows[Cause.KIND, envelope.cause] = Row(Cause(position=position), position, 0)


def touched(registry: Registry, envelope: Envelope, day: Day) -> Iterable[Key]:
    """The keys of every entity that a fact changes: what another process must forget."""
    meta = _meta(envelope, day)
    for evolution in registry.evolutions[type(envelope.data)]:
        for id in evolution.ids(envelope.data, meta):
            yield evolution.entity.KIND, id
    if envelope.cause is not None:
        yield Cause.KIND, envelope.cause


def _meta(envelope: Envelope, day: Day) -> Meta:
    return Meta(
        tx=envelope.tx,
        position=envelope.pos,
        occurred_at=envelope.occurred_at,
        recorded_at=envelope.recorded_at,
        day=day,
        period=envelope.period,
        by=envelope.by,
        rule=envelope.rule,
    )


def _approved(fact: Fact | Stamped, by: By, occurred_at: Instant, approval: Approval) -> Stamped:
    if isinstance(fact, Stamped):
        return msgspec.structs.replace(fact, approval=approval, by=fact.by or by)
    return Stamped(fact=fact, by=by, occurred_at=occurred_at, approval=approval)

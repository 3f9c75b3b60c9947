"""One wish decided on an overlay of the book: pure, so that the turn, a test and a replay evolve in one way."""

from collections.abc import Callable, Generator, Mapping
from typing import Final, TypeVar

import msgspec

from ledger.calendar import local_day, period_of
from ledger.evolving import UNKNOWN, Known, Row, Rows, evolve, replay, touched
from ledger.periods.entities import Books
from ledger.refusals import NotFound
from ledger.room import FORMAT, Approval, By, Command, Due, Entity, Envelope, Fact, Facts, Key, KeyMark, Meta, Stamped
from ledger.rooms import Registry
from ledger.scheme.entities import Adopted
from ledger.scheme.model import Scheme
from ledger.values import Day, Instant, PeriodName, TxId

__all__ = [
    "SYSTEM",
    "UNKNOWN",
    "Decision",
    "Known",
    "Moment",
    "Row",
    "Rows",
    "Wish",
    "evolve",
    "replay",
    "touched",
]

E = TypeVar("E", bound=Entity)

SYSTEM: Final = By(principal="system")
"""Who lets things lapse when their time has come."""


_PLAIN: Final = Stamped(fact=Fact())
"""The stamp of a fact that bears its command's circumstances."""
REACTIONS: Final = 32
"""Rounds of reactions to one wish. Beyond it they feed each other, which is a defect: the wish fails alone."""
_SETTINGS: Final = frozenset({"scheme-adopted.v1", "period-opened.v1", "period-closing.v1"})
"""After these the rules and the open period are looked up afresh."""

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


class Moment:
    """What a turn knows before any wish: its instant, the ledger's zone, and so the local day."""

    def __init__(self, recorded_at: Instant, zone: str) -> None:
        """The day is found once for all decisions of a turn."""
        self.recorded_at, self.zone = recorded_at, zone
        self.today = local_day(recorded_at, zone)


class Decision:
    """One wish, or one atomic group, on its own overlay: what it changed and which facts it made.

    It is the `book` and the `now` that rules see. Nothing of it counts until `rows` and `envelopes` are taken over.
    """

    def __init__(
        self,
        registry: Registry,
        below: Below,
        past: Past,
        moment: Moment,
        tx: TxId,
        position: int,
        known: Mapping[Key, Row | None] | None = None,
    ) -> None:
        """An empty overlay above `known` and, for what is not in it, `below`; its first fact gets `position`."""
        self.known: Mapping[Key, Row | None] = {} if known is None else known
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
        self.approval: Approval | None = None
        self._streams: dict[str, int] = {}
        self._key: KeyMark | None = None
        self._pd: dict[str, str] = {}
        self._period: PeriodName | None = None
        self._schemes: dict[Day, Scheme] = {}
        self._reacted: dict[Key, Entity | None] = {}
        self.today = moment.today

    # The book, as rules see it -------------------------------------------------------------------------------

    def row(self, key: Key) -> Row | None:
        """The row, with what this decision has already done to it."""
        row = self.rows.get(key, UNKNOWN)
        if row is UNKNOWN:
            row = self.known.get(key, UNKNOWN)
            if row is UNKNOWN:
                # What carries the id of this very transaction cannot be in any store yet: no query for it.
                return None if self._of_this(key[1]) else self.below(key)
        return row

    def get(self, kind: type[E], id: str) -> E | None:
        """See `room.Book`. The most called lines of the house: `row` is spelled out for what is known."""
        key = (kind.KIND, id)
        row = self.rows.get(key, UNKNOWN)
        if row is UNKNOWN:
            row = self.known.get(key, UNKNOWN)
            if row is UNKNOWN:
                row = self.row(key)
        return None if row is None else row.entity  # type: ignore[return-value] # a kind has one class of entity

    def the(self, kind: type[E], id: str) -> E:
        """See `room.Book`."""
        key = (kind.KIND, id)
        row = self.rows.get(key, UNKNOWN)
        if row is UNKNOWN:
            row = self.known.get(key, UNKNOWN)
            if row is UNKNOWN:
                row = self.row(key)
        if row is None:
            raise NotFound(kind=kind.KIND, id=id)
        return row.entity  # type: ignore[return-value] # a kind has one class of entity

    def past(self, tx: TxId) -> tuple[Envelope, ...]:
        """See `room.Book`."""
        return self.past_of(tx)

    def scheme(self, day: Day) -> Scheme:
        """See `room.Book`."""
        known = self._schemes.get(day)
        if known is None:
            known = self._schemes[day] = self.the(Adopted, Adopted.ID).in_force(day)
        return known

    # The moment, as rules see it -----------------------------------------------------------------------------

    @property
    def day(self) -> Day:
        """See `room.Now`."""
        if self.occurred_at == self.recorded_at:
            return self.today
        return local_day(self.occurred_at, self.zone)

    @property
    def period(self) -> PeriodName:
        """See `room.Now`."""
        if self._period is None:
            books = self.get(Books, Books.ID)
            self._period = books.period if books else period_of(self.today)
        return self._period

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
        if self._key is None:
            # What a member of a group has left here, because it made no fact, goes on the next one's first.
            self._key = wish.key
        if self.envelopes and self.registry.reactions:
            self._begin_here()
        for fact in self.registry.handlers[type(wish.command)].decide(wish.command, self, self):
            self.record(fact)
        if self.registry.reactions:
            self._react()

    def carry_out(
        self, command: Command, *, by: By, occurred_at: Instant, approval: Approval | None
    ) -> Generator[Fact | Stamped, None, None]:
        """See `room.Now`: the inner facts bear the maker's name and day, and the approval."""
        outer = self.by, self.occurred_at, self.approval
        self.by, self.occurred_at, self.approval = by, occurred_at, approval
        try:
            for fact in self.registry.handlers[type(command)].decide(command, self, self):
                yield _approved(fact, by, occurred_at, approval)
        finally:
            self.by, self.occurred_at, self.approval = outer

    def rehearsed(self, facts: Facts) -> tuple[Fact, ...]:
        """See `room.Now`: the overlay is told the facts and then put back as it was."""
        kept, before = dict(vars(self)), len(self.envelopes)
        self.rows, self.envelopes = dict(self.rows), list(self.envelopes)
        self._streams, self._schemes = dict(self._streams), dict(self._schemes)
        try:
            for fact in facts:
                self.record(fact)
            return tuple(envelope.data for envelope in self.envelopes[before:])
        finally:
            vars(self).update(kept)

    def refuse(self, wish: Wish, refused: Fact) -> None:
        """Record that the wish was refused: nothing else of it, not even its cause."""
        self.by, self.cause, self._key = wish.by, None, wish.key
        self.occurred_at = wish.occurred_at or self.recorded_at
        self.record(refused)

    def lapse(self, due: Due, entity: Entity) -> None:
        """Record what time has done to one entity, by `system`, at the instants when it was due."""
        for fact in due.decide(entity, self, self):
            self.record(fact)
        if self.registry.reactions and self.envelopes:
            # What follows from it happened when it did.
            outer, self.occurred_at = self.occurred_at, self.envelopes[-1].occurred_at
            self._react()
            self.occurred_at = outer

    def _begin_here(self) -> None:
        """What the members of a group before it have left is where a wish begins.

        Who watches from the second member on would else be told what the first had done.
        """
        reactions = self.registry.reactions
        left = {key: row.entity for key, row in self.rows.items() if row is not None and key[0] in reactions}
        self._reacted.update(left)

    def _react(self) -> None:
        for _ in range(REACTIONS):
            changed = self._changed()
            if not changed:
                return
            for key in changed:
                row, before = self.rows[key], self._before(key)
                if row is not None and row.entity.watched and row.entity is not before:
                    self._reacted[key] = row.entity
                    for fact in self.registry.reactions[key[0]].decide(before, row.entity, self, self):
                        self.record(fact)
        raise RuntimeError("reactions without end: " + ", ".join(f"{kind} {id}" for kind, id in self._changed()))

    def _changed(self) -> list[Key]:
        """Watched entities that have changed since their reaction was asked, or since the wish began."""
        reactions = self.registry.reactions
        return [
            key
            for key, row in self.rows.items()
            if key[0] in reactions and row is not None and row.entity.watched and row.entity is not self._before(key)
        ]

    def _before(self, key: Key) -> Entity | None:
        if key in self._reacted:
            return self._reacted[key]
        row = self.known.get(key, UNKNOWN)
        if row is UNKNOWN:
            row = None if self._of_this(key[1]) else self.below(key)
        return None if row is None else row.entity

    def _of_this(self, id: str) -> bool:
        """Whether an id names this transaction: a coupon's begins, a claim's promise ends with it. A view has none."""
        return self.tx != "" and self.tx in id

    def record(self, item: Fact | Stamped) -> None:
        """Let a fact change the overlay, then write its envelope: the next line of the rule sees it."""
        if type(item) is Stamped:
            self._record(item.fact, item)
        else:
            self._record(item, _PLAIN)  # type: ignore[arg-type] # a fact: Stamped has no subclasses

    def _record(self, fact: Fact, stamped: Stamped) -> None:
        # Once for every fact that there ever will be: what a property would find is spelled out.
        tx, recorded_at, by = self.tx, self.recorded_at, stamped.by or self.by
        position = self.first_position + len(self.envelopes)
        occurred_at = stamped.occurred_at or self.occurred_at
        day = self.today if occurred_at == recorded_at else local_day(occurred_at, self.zone)
        period, rule = self._period or self.period, self._rule(day)
        stream = fact.stream(tx)
        version = self._next_version(stream)
        meta = Meta(
            tx=tx,
            position=position,
            occurred_at=occurred_at,
            recorded_at=recorded_at,
            day=day,
            period=period,
            by=by,
            rule=rule,
        )
        evolve(self.registry, self, fact, meta, (stream, version), self.cause)
        topic = fact.TOPIC
        if topic in _SETTINGS:
            self._period, self._schemes = None, {}
        belongs_to = period_of(day)
        self.envelopes.append(
            Envelope(
                appr=stamped.approval,
                belongs_to=None if belongs_to == period else belongs_to,
                by=by,
                cause=self.cause,
                data=fact.completed(self, self),
                key=self._key,
                occurred_at=occurred_at,
                pd=stamped.pd or self._pd,
                period=period,
                pos=position,
                recorded_at=recorded_at,
                rule=rule,
                stream=stream,
                tx=tx,
                type=topic,
                v=FORMAT,
                ver=version,
            )
        )
        self._key, self._pd = None, {}

    def _rule(self, day: Day) -> str | None:
        try:
            return self.scheme(day).rule
        except NotFound:
            return None  # the very first fact of a ledger: no scheme has been adopted yet

    def _next_version(self, stream: str) -> int:
        kind, _, id = stream.partition(":")
        row = self.row((kind, id))
        version = (row.version if row else self._streams.get(stream, 0)) + 1
        self._streams[stream] = version
        return version


def _approved(fact: Fact | Stamped, by: By, occurred_at: Instant, approval: Approval | None) -> Stamped:
    if isinstance(fact, Stamped):
        return msgspec.structs.replace(fact, approval=approval, by=fact.by or by)
    return Stamped(fact=fact, by=by, occurred_at=occurred_at, approval=approval)

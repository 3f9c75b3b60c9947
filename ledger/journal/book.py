"""The stored book: a bounded cache of rows, what a turn has changed of them, and their bytes."""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ledger.calendar import local_day
from ledger.deciding import Known, Row, replay
from ledger.journal.mapper import Mapper, UnknownFormatError
from ledger.journal.rows import Ahead, BookRow, FactRow, made
from ledger.journal.storage import Turn
from ledger.requests.entities import Cause
from ledger.room import Entity, Key
from ledger.rooms import Registry

log = logging.getLogger("jifen.turn")

CATCH_UP: Final = 2_000
"""Facts of other processes that are taken in one by one; beyond it everything is forgotten and read afresh."""


class BookCodec:
    """Entities to bytes and back."""

    def __init__(self, registry: Registry, zone: str) -> None:
        """One decoder a kind."""
        self.zone = zone
        # A dict in an entity (a scheme) stands in the order of its file while it is new, sorted when it is replayed.
        self._encoder = msgspec.msgpack.Encoder(order="deterministic")
        kinds: dict[str, type[Entity]] = {**registry.kinds, Cause.KIND: Cause}
        self._dated = {kind for kind, entity in kinds.items() if entity.due_at is not Entity.due_at}
        self._decoders = {kind: msgspec.msgpack.Decoder(entity) for kind, entity in kinds.items()}

    def encode(self, key: Key, row: Row | None) -> BookRow:
        """The row as it is stored; None takes it out of the book."""
        if row is None:
            return BookRow(key[0], key[1], 0, 0, None, None)
        kind, id = key
        entity = row.entity
        due_at = entity.due_at(self.zone) if kind in self._dated else None
        return made(BookRow, (kind, id, row.position, row.version, due_at, self._encoder.encode(entity)))

    def decode(self, stored: BookRow) -> Row:
        """The row as rules see it."""
        entity: Entity = self._decoders[stored.kind].decode(stored.state or b"")
        return Row(entity, stored.position, stored.version)


class StoredBook:
    """What this process knows of the book. Holds only what is committed; a turn's changes wait in its desk."""

    def __init__(self, registry: Registry, mapper: Mapper, zone: str, *, capacity: int = 200_000) -> None:
        """`capacity` bounds the rows kept between turns."""
        self.registry = registry
        self.mapper = mapper
        self.codec = BookCodec(registry, zone)
        self.capacity = capacity
        self.position = -1
        """The head that the cache is true for; -1 when it knows nothing."""
        self.rows: dict[Key, Row | None] = {}
        self.on_demand = 0
        """Rows read one by one inside a locked turn because no command had named them: slow, and counted."""

    def ahead(self, pairs: Sequence[tuple[str, str]] = ()) -> Ahead:
        """What a turn will ask first: the facts that are not taken in yet, and these key rows."""
        return Ahead(self.position, CATCH_UP, pairs)

    def catch_up(self, turn: Turn) -> None:
        """Take in what other processes have changed since this one's last turn."""
        head = turn.head.position
        if self.position == head:
            return
        if self.position < 0 or head - self.position > CATCH_UP:
            self.rows.clear()
        else:
            try:
                self._follow(turn.facts(self.position, head - self.position))
            except UnknownFormatError as error:
                # Whatever it touched is in the book's rows, as its writer left them: those are read afresh.
                log.critical("a fact that this program cannot read; everything is read anew: %s", error)
                self.rows.clear()
        self.position = head

    def _follow(self, facts: Iterable[FactRow]) -> None:
        # Evolved here, not evicted: two processes on one ledger would read each other's rows again at every turn.
        read, known = self.mapper.read, Known(self.rows)
        for row in facts:
            envelope = read(row.topic, row.state)
            replay(self.registry, known, envelope, local_day(envelope.occurred_at, self.codec.zone))

    def load(self, turn: Turn, keys: Iterable[Key]) -> list[Key]:
        """Read the rows that are not known yet, all kinds at once; gives the keys that were read."""
        missing = [key for key in dict.fromkeys(keys) if key not in self.rows]
        if missing:
            found = turn.book(missing)
            decode = self.codec.decode
            for key in missing:
                stored = found.get(key)
                self.rows[key] = None if stored is None else decode(stored)
        return missing

    def demand(self, turn: Turn, key: Key) -> Row | None:
        """One row that nobody named."""
        if key not in self.rows:
            self.on_demand += 1
            self.load(turn, (key,))
        return self.rows[key]

    def adopt(self, changed: dict[Key, Row | None], position: int) -> None:
        """A turn was committed: what it changed is true now."""
        for key, row in changed.items():
            # Taken out and put back at the end: the oldest rows are those that nobody changed for longest.
            self.rows.pop(key, None)
            self.rows[key] = row
        self.position = position
        excess = len(self.rows) - self.capacity
        if excess > 0:
            for key in list(self.rows)[: excess + self.capacity // 10]:
                del self.rows[key]

    def forget(self) -> None:
        """A turn failed: trust nothing but the database."""
        self.rows.clear()
        self.position = -1

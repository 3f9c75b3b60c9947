"""Replay: the book made anew from facts alone, and compared with the stored one byte for byte."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from ledger.calendar import end_of_day, local_day, start_of_day
from ledger.deciding import Rows, replay
from ledger.journal.book import BookCodec
from ledger.journal.mapper import Mapper
from ledger.journal.storage import BookRow, FactRow, Storage
from ledger.requests.entities import Cause
from ledger.room import Envelope
from ledger.rooms import Registry
from ledger.values import Day, Instant

CHUNK: Final = 5_000
Progress = Callable[[int, int], None]


class Difference(NamedTuple):
    """A row of the book that does not follow from the facts; None where there is no row."""

    kind: str
    id: str
    expected: BookRow | None
    found: BookRow | None


class Replay:
    """A book that grows with the facts it is shown. Unknown facts stop it (`UnknownFormatError`)."""

    def __init__(self, storage: Storage, *, zone: str, registry: Registry | None = None) -> None:
        """Nothing has happened yet."""
        self.storage, self.zone = storage, zone
        self.registry = registry or Registry()
        self.mapper = Mapper(self.registry.topics.values(), self.registry.upcasts)
        self.codec = BookCodec(self.registry, zone)
        self.rows = Rows()
        self.position = 0
        self._day = Instant(""), Instant(""), Day("")

    def advance(self, progress: Progress = lambda _done, _of: None) -> int:
        """Apply what the journal holds now; gives the position that was reached."""
        head = self.storage.head().position
        while self.position < head:
            self.take(self.storage.facts(self.position, min(CHUNK, head - self.position)))
            progress(self.position, head)
        return self.position

    def take(self, facts: Iterable[FactRow]) -> None:
        """Decode and apply these facts: the next ones."""
        read = self.mapper.read
        for fact in facts:
            self.apply(read(fact.topic, fact.state))

    def apply(self, envelope: Envelope) -> None:
        """Apply one fact: the next one."""
        start, end, day = self._day
        if not start <= envelope.occurred_at < end:
            # Facts come in order of time, or nearly: the day of the last one is mostly that of the next.
            day = local_day(envelope.occurred_at, self.zone)
            self._day = start_of_day(day, self.zone), end_of_day(day, self.zone), day
        replay(self.registry, self.rows, envelope, day)
        self.position = envelope.pos

    def expected(self, key: tuple[str, str]) -> BookRow | None:
        """The row as the facts have it, as it would be stored."""
        row = self.rows.rows.get(key)
        return None if row is None else self.codec.encode(key, row)

    def differences(self) -> tuple[Difference, ...]:
        """Every row that is missing, too much or different; rows that moved meanwhile are looked at again."""
        suspects: list[tuple[str, str]] = []
        missing = {key for key, row in self.rows.rows.items() if row is not None}
        for row in self._stored():
            key = row.kind, row.id
            missing.discard(key)
            if self._differs(key, row):
                suspects.append(key)
        suspects += sorted(missing)
        self.advance()
        found = self.storage.book(suspects)
        head = self.storage.head().position
        return tuple(
            Difference(*key, self.expected(key), found.get(key))
            for key in suspects
            if self._stands_still(found.get(key), head) and self._differs(key, found.get(key))
        )

    def _differs(self, key: tuple[str, str], found: BookRow | None) -> bool:
        expected = self.expected(key)
        if expected == found or expected is None or found is None:
            return expected != found
        try:
            # An earlier version may have written fewer members: what they say is compared, not how it was written.
            return self.codec.encode(key, self.codec.decode(found)) != expected
        except msgspec.DecodeError:
            return True

    def _stands_still(self, row: BookRow | None, head: int) -> bool:
        # A row beyond the head follows from no fact: somebody wrote it so that it would be taken for a newer one.
        return row is None or row.position <= self.position or row.position > head

    def _stored(self) -> Iterator[BookRow]:
        for kind in sorted({*self.registry.kinds, Cause.KIND}):
            after = ""
            while rows := self.storage.book_scan(kind, after, CHUNK):
                yield from rows
                after = rows[-1].id

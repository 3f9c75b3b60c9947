"""Key rows and book from facts alone: what a restore needs before it may let traffic in."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ledger.calendar import local_day
from ledger.deciding import Rows, replay, touched
from ledger.journal.book import BookCodec
from ledger.journal.mapper import Mapper
from ledger.journal.rows import BookRow, FactRow, KeyRow, made
from ledger.journal.storage import Storage
from ledger.room import Envelope, Key
from ledger.rooms import Registry


def keys_of(transaction: Sequence[Envelope]) -> list[KeyRow]:
    """The key rows of one transaction's facts in their order: its own, and those of the members of a group."""
    first, length = transaction[0], len(transaction)
    rows = []
    for envelope in transaction:
        mark = envelope.key
        if mark is not None:
            members = (mark.client, mark.mac, mark.fp, first.tx, first.pos, length, mark.answer, mark.lang)
            row = made(KeyRow, members)
            rows.append(row)
            if mark.member is not None:
                rows.append(row._replace(key_mac=mark.member))
    return rows


def key_rows(envelopes: Iterable[Envelope]) -> Iterator[KeyRow]:
    """The whole table of keys, in the order in which they were used."""
    for _, transaction in groupby(envelopes, key=lambda envelope: envelope.tx):
        yield from keys_of(tuple(transaction))


class Rebuilding:
    """Puts a ledger's facts, in order, into storage that has none, with the keys and the book that follow from them."""

    def __init__(self, storage: Storage, *, zone: str, registry: Registry | None = None) -> None:
        """`storage` is created and empty."""
        self.storage, self.zone = storage, zone
        self.registry = registry or Registry()
        self.mapper = Mapper(self.registry.topics.values(), self.registry.upcasts)
        self.codec = BookCodec(self.registry, zone)
        self.rows = Rows()

    def take(self, facts: Iterable[FactRow], *, chunk: int = 5_000) -> int:
        """Append these facts; gives the position that was reached. Raises `UnknownFormatError`: nothing is skipped.

        A transaction is never parted: a crash between its halves would leave a key that answers with half of them.
        """
        waiting: list[tuple[FactRow, Envelope]] = []
        decoded = ((fact, self.mapper.decode(fact.state)) for fact in facts)
        for _, transaction in groupby(decoded, key=lambda pair: pair[1].tx):
            waiting += transaction
            if len(waiting) >= chunk:
                self._append(waiting)
                waiting = []
        if waiting:
            self._append(waiting)
        return self.storage.head().position

    def _append(self, facts: Sequence[tuple[FactRow, Envelope]]) -> None:
        changed: dict[Key, None] = {}
        for _, envelope in facts:
            changed |= dict.fromkeys(self._replayed(envelope))
        book = [self._encoded(key) for key in changed if key in self.rows.rows]
        keys = list(key_rows(envelope for _, envelope in facts))
        with self.storage.turn() as turn:
            turn.append([row for row, _ in facts], keys, book, facts[-1][0].recorded_at)
            turn.commit()

    def _replayed(self, envelope: Envelope) -> Iterator[Key]:
        day = local_day(envelope.occurred_at, self.zone)
        replay(self.registry, self.rows, envelope, day)
        yield from touched(self.registry, envelope, day)
        kind, _, id = envelope.stream.partition(":")
        yield kind, id

    def _encoded(self, key: Key) -> BookRow:
        return self.codec.encode(key, self.rows.rows[key])

"""One ledger in one database: its turn door for the writer and its read side for everybody else."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Protocol, Self, TypeVar

from sqlalchemy import Engine, exc, text
from sqlalchemy.pool import PoolProxiedConnection

from ledger.journal import sqlite, statements
from ledger.journal.rows import (
    KNOWN_EPOCH,
    Ahead,
    Begun,
    BookRow,
    CommitUnknownError,
    ConstraintError,
    EpochUnknownError,
    FactRow,
    Head,
    KeyRow,
    LedgerUnknownError,
    StorageError,
    StorageFullError,
    StorageUnavailableError,
    made,
)
from ledger.journal.sqlite import DirectoryLock, lock_directory
from ledger.journal.transactions import onwards, transaction

__all__ = [
    "Ahead",
    "BookRow",
    "CommitUnknownError",
    "ConstraintError",
    "DirectoryLock",
    "EpochUnknownError",
    "FactRow",
    "Head",
    "KeyRow",
    "LedgerUnknownError",
    "Reading",
    "Storage",
    "StorageError",
    "StorageFullError",
    "StorageUnavailableError",
    "Turn",
    "lock_directory",
]

Dialect = Literal["sqlite", "postgresql"]
Answer = TypeVar("Answer")
NOTHING: Final = Ahead()


class Session(Protocol):
    """What a database must do for the journal; all of it on one connection."""

    def begin(self, ledger: str, ahead: Ahead) -> Begun:
        """Begin, lock and read the head, and perhaps what was asked ahead: as of the lock, never of before it."""
        ...

    def run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement with `?` for values."""
        ...

    def keys(self, ledger: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Key rows by (client, mac)."""
        ...

    def book(self, ledger: str, keys: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Book rows by (kind, id)."""
        ...

    def append(
        self,
        ledger: str,
        facts: Sequence[FactRow],
        keys: Sequence[KeyRow],
        book: Sequence[BookRow],
        head: tuple[int, str, int],
    ) -> int:
        """Write a turn's rows; gives how many head rows moved."""
        ...

    def commit(self) -> None:
        """Make it durable."""
        ...

    def rollback(self) -> None:
        """Forget the open transaction, if any."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class Reading:
    """The questions that a turn and a reader ask alike."""

    def __init__(self, session: Session, ledger: str) -> None:
        """All questions go over `session` and are about `ledger`."""
        self._session = session
        self._ledger = ledger

    def stored_head(self) -> Head:
        """The head row as committed (or as locked, inside a turn)."""
        return _head(self._session.run(statements.HEAD, self._ledger), self._ledger)

    def facts(self, after: int, limit: int) -> list[FactRow]:
        """At most `limit` facts with positions above `after`, in order."""
        return _rows(FactRow, self._session.run(statements.FACTS, self._ledger, after, limit))

    def facts_at(self, position: int, length: int) -> list[FactRow]:
        """The `length` facts from `position` on: one transaction, as its key row names it."""
        return _rows(FactRow, self._session.run(statements.FACTS_AT, self._ledger, position, position + length))

    def facts_among(self, positions: Sequence[int]) -> list[FactRow]:
        """The facts at these positions, at most 1,000 of them, in any order."""
        statement = statements.FACTS_AMONG.format(", ".join("?" * len(positions)))
        return _rows(FactRow, self._session.run(statement, self._ledger, *positions)) if positions else []

    def facts_of(self, stream: str) -> list[FactRow]:
        """The whole life of one thing, in order."""
        return _rows(FactRow, self._session.run(statements.FACTS_OF, self._ledger, stream))

    def transaction(self, tx: str) -> list[FactRow]:
        """All facts of one transaction, in order; empty when there is none."""
        return transaction(self, tx)

    def onwards(self, position: int) -> list[FactRow]:
        """The fact at `position` and those of its transaction behind it."""
        return onwards(self, position)

    def before(self, at: str) -> int:
        """The position of the last fact that was recorded before this instant; 0 when there was none."""
        found = self._session.run(statements.BEFORE, self._ledger, at, at, self._ledger)
        return int(found[0][0]) if found else 0

    def keys(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], KeyRow]:
        """Key rows by (client, mac); unknown keys are absent."""
        return _by_name(_rows(KeyRow, self._session.keys(self._ledger, pairs))) if pairs else {}

    def book(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], BookRow]:
        """Book rows by (kind, id), all of them as of one instant; what is not in the book is absent."""
        rows = _rows(BookRow, self._session.book(self._ledger, keys)) if keys else []
        return {(row.kind, row.id): row for row in rows}

    def book_scan(self, kind: str, after_id: str, limit: int) -> list[BookRow]:
        """At most `limit` rows of one kind with ids above `after_id`, in order of their bytes."""
        return _rows(BookRow, self._session.run(statements.BOOK_SCAN, self._ledger, kind, after_id, limit))

    def due(self, now: str, limit: int) -> list[tuple[str, str]]:
        """At most `limit` keys of entities that time changes at or before `now`, the longest due first."""
        return [(kind, id) for kind, id in self._session.run(statements.DUE, self._ledger, now, limit)]


class Turn(Reading):
    """The head is locked: decide, append, commit. Leaving without `commit` forgets everything."""

    def __init__(self, session: Session, ledger: str, head: Head, ahead: Ahead, begun: Begun) -> None:
        """`head` is the locked row; `begun` has the answers to what was asked `ahead`, if it came with them."""
        super().__init__(session, ledger)
        self.head = head
        self.ahead, self._begun = ahead, begun
        self._sound = True

    def facts(self, after: int, limit: int) -> list[FactRow]:
        """As every reader's; what came with the lock is not asked again."""
        came = self._begun.facts
        if came is None or after != self.ahead.after or limit > self.ahead.limit:
            return super().facts(after, limit)
        return _rows(FactRow, came[:limit])

    def keys(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], KeyRow]:
        """As every reader's; what came with the lock is not asked again."""
        came = self._begun.keys
        if came is None or pairs != self.ahead.pairs:
            return super().keys(pairs)
        return _by_name(_rows(KeyRow, came))

    def append(
        self, facts: Sequence[FactRow], keys: Sequence[KeyRow], book: Sequence[BookRow], recorded_at: str
    ) -> None:
        """Add `facts` and `keys`, put or take `book` rows, move the head; nothing stands before `commit`.

        A book key named twice counts by its last row. Raises `ConstraintError` when the database refuses a row.
        """
        if not self._sound:
            raise RuntimeError("this turn is over: it was committed, or an append failed")
        before = self.head.position
        if [row.position for row in facts] != list(range(before + 1, before + 1 + len(facts))):
            raise ValueError(f"positions must follow {before} without a gap")
        after = before + len(facts)
        last = list({(row.kind, row.id): row for row in book}.values())
        self._begun = Begun(None)  # what came with the lock does not know what is written now
        self._sound = False  # a refused batch may have written some of its rows: it must not be committed
        moved = self._session.append(self._ledger, facts, keys, last, (after, recorded_at, before))
        if moved != 1:
            raise RuntimeError(f"the head of {self._ledger} moved under its own lock")
        self.head = Head(after, recorded_at, self.head.epoch)
        self._sound = True

    def commit(self) -> None:
        """Make the turn durable; raises `CommitUnknownError` when its answer was lost."""
        if not self._sound:
            raise ConstraintError("an append of this turn failed: there is nothing whole to commit")
        # Both drivers are in autocommit: a row appended after this would stand alone and at once.
        self._sound = False
        self._session.commit()


class Storage:
    """One ledger in one database. Reads may go on in other threads while a turn is open."""

    def __init__(
        self, engine: Engine, session: Callable[[PoolProxiedConnection], Session], ledger: str, place: str
    ) -> None:
        """Use `Storage.sqlite` or `Storage.postgres`."""
        self.engine = engine
        self.ledger = ledger
        self.place = place
        """The path of its file or the URL of its database, password and all: nothing that may be shown."""
        self.dialect: Dialect = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._session = session

    @classmethod
    def sqlite(cls, path: Path, ledger: str) -> Self:
        """The ledger in the file `path` (`journal.db` of its directory)."""
        return cls(sqlite.engine_for(path), sqlite.SqliteSession, ledger, str(path.absolute()))

    @classmethod
    def postgres(cls, url: str, ledger: str) -> Self:
        """The ledger in the database `url`."""
        from ledger.journal import postgres  # psycopg is an extra: the embedded edition lives without it

        return cls(postgres.engine_for(url), postgres.PostgresSession, ledger, url)

    def create(
        self, *, zone: str = "Asia/Shanghai", scheme: str = "", created_at: str = "", migrate: bool = True
    ) -> None:
        """Migrate, then enter the ledger with an empty head; entering it again changes nothing.

        With two roles the owner has migrated before: the application passes `migrate=False`.
        """
        if migrate:
            from ledger.journal.migrations import upgrade

            upgrade(self.engine)
        ledger = {"ledger": self.ledger, "zone": zone, "scheme": scheme, "created_at": created_at}
        head = {"ledger": self.ledger, "recorded_at": created_at, "epoch": KNOWN_EPOCH}
        # Each insert may find its row there: a crash between them is mended by the next start.
        with self.engine.begin() as connection:
            connection.execute(text(statements.ENTER_LEDGER), ledger)
            connection.execute(text(statements.ENTER_HEAD), head)

    @contextmanager
    def turn(self, ahead: Ahead = NOTHING) -> Iterator[Turn]:
        """Lock the head; an exception or leaving without `commit` rolls back. `ahead` says what will be asked first."""
        session, begun = self._first(lambda session: session.begin(self.ledger, ahead))
        try:
            head = _head([begun.head] if begun.head else [], self.ledger)
            if head.epoch > KNOWN_EPOCH:
                raise EpochUnknownError(f"{self.ledger} is written in epoch {head.epoch}, known is {KNOWN_EPOCH}")
            yield Turn(session, self.ledger, head, ahead, begun)
        finally:
            session.rollback()
            session.close()

    def _first(self, ask: Callable[[Session], Answer]) -> tuple[Session, Answer]:
        """Ask over a pooled connection; one found dead is answered by one new try over a new one."""
        for attempt in (1, 2):
            session = self._connect()
            try:
                return session, ask(session)
            except BaseException as error:
                session.rollback()
                session.close()
                if attempt == 2 or self.dialect == "sqlite" or type(error) is not StorageUnavailableError:
                    raise
                # Whatever killed one idle connection has most likely killed all of them.
                self.engine.dispose()
        raise AssertionError("unreachable: the second attempt returns or raises")

    def _connect(self) -> Session:
        try:
            return self._session(self.engine.raw_connection())
        except (exc.SQLAlchemyError, OSError, self.engine.dialect.dbapi.Error) as error:  # type: ignore[union-attr] # both engines have a driver
            raise StorageUnavailableError(str(error)) from error

    def _read(self, ask: Callable[[Reading], Answer]) -> Answer:
        session, answer = self._first(lambda session: ask(Reading(session, self.ledger)))
        session.close()
        return answer

    def head(self) -> Head:
        """Where the ledger ends, as committed."""
        return self._read(lambda reading: reading.stored_head())

    def facts(self, after: int, limit: int) -> list[FactRow]:
        """At most `limit` facts with positions above `after`, in order."""
        return self._read(lambda reading: reading.facts(after, limit))

    def facts_at(self, position: int, length: int) -> list[FactRow]:
        """The `length` facts from `position` on."""
        return self._read(lambda reading: reading.facts_at(position, length))

    def facts_among(self, positions: Sequence[int]) -> list[FactRow]:
        """The facts at these positions, at most 1,000 of them."""
        return self._read(lambda reading: reading.facts_among(positions))

    def facts_of(self, stream: str) -> list[FactRow]:
        """The whole life of one thing, in order."""
        return self._read(lambda reading: reading.facts_of(stream))

    def transaction(self, tx: str) -> list[FactRow]:
        """All facts of one transaction, in order; empty when there is none."""
        return self._read(lambda reading: reading.transaction(tx))

    def onwards(self, position: int) -> list[FactRow]:
        """The fact at `position` and those of its transaction behind it; empty when there is none."""
        return self._read(lambda reading: reading.onwards(position))

    def before(self, at: str) -> int:
        """The position of the last fact that was recorded before this instant; 0 when there was none."""
        return self._read(lambda reading: reading.before(at))

    def keys(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], KeyRow]:
        """Key rows by (client, mac); unknown keys are absent."""
        return self._read(lambda reading: reading.keys(pairs))

    def book(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], BookRow]:
        """Book rows by (kind, id), all as of one instant; what is not in the book is absent."""
        return self._read(lambda reading: reading.book(keys))

    def book_scan(self, kind: str, after_id: str, limit: int) -> list[BookRow]:
        """At most `limit` rows of one kind with ids above `after_id`."""
        return self._read(lambda reading: reading.book_scan(kind, after_id, limit))

    def due(self, now: str, limit: int) -> list[tuple[str, str]]:
        """At most `limit` keys of entities that time changes at or before `now`."""
        return self._read(lambda reading: reading.due(now, limit))

    def close(self) -> None:
        """Give every connection back to the system."""
        self.engine.dispose()


def _head(rows: Sequence[tuple[Any, ...]], ledger: str) -> Head:
    if not rows:
        raise LedgerUnknownError(f"no ledger {ledger} in this database")
    return Head(*rows[0])


def _by_name(rows: Sequence[KeyRow]) -> dict[tuple[str, str], KeyRow]:
    return {(row.client, row.key_mac): row for row in rows}


Row = TypeVar("Row", FactRow, KeyRow, BookRow)


def _rows(kind: type[Row], rows: list[tuple[Any, ...]]) -> list[Row]:
    return [made(kind, row) for row in rows]

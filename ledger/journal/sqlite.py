"""SQLite's side of the journal: one directory a ledger, one writing process, every commit on the disk."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from ledger.journal import statements
from ledger.journal.rows import (
    Ahead,
    Begun,
    BookRow,
    CommitUnknownError,
    ConstraintError,
    FactRow,
    KeyRow,
    StorageFullError,
    StorageUnavailableError,
)
from ledger.refusals import LedgerInUse

BUSY_SECONDS = 5

KEYS = (
    "SELECT k.client, k.key_mac, k.fingerprint, k.tx, k.position, k.length, k.answer, k.language "
    "FROM json_each(?) AS w CROSS JOIN keys AS k ON k.ledger = ? "
    "AND k.client = json_extract(w.value, '$[0]') AND k.key_mac = json_extract(w.value, '$[1]')"
)
BOOK = (
    "SELECT b.kind, b.id, b.position, b.version, b.due_at, b.state "
    "FROM json_each(?) AS w CROSS JOIN book AS b ON b.ledger = ? "
    "AND b.kind = json_extract(w.value, '$[0]') AND b.id = json_extract(w.value, '$[1]')"
)
AT_ONCE = 32
"""Rows that one statement writes at most."""
LOG_PAGES = 4_000
"""Pages of the log after which it is copied into the file: 32 MiB, so that a page that many turns change is copied once
for all of them. What a crash leaves behind is no longer than that and a turn, unless a reader holds it open."""
ADD_FACT = f"INSERT INTO facts (ledger, {statements.FACT_COLUMNS}) VALUES"
ADD_KEY = f"INSERT INTO keys (ledger, {statements.KEY_COLUMNS}) VALUES"
PUT_BOOK = f"INSERT INTO book (ledger, {statements.BOOK_COLUMNS}) VALUES"
TAKE_BOOK = "DELETE FROM book WHERE ledger = ? AND kind = ? AND id = ?"

PRAGMAS = (
    # Before anything else, for it holds from the first page on. A fact has about 1 KiB: on pages of 4 KiB each one
    # would leave its row for an overflow page of its own, and a ledger would take three times its room.
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    # Without it INSERT OR REPLACE removes a fact behind the trigger that refuses DELETE.
    "PRAGMA recursive_triggers = ON",
    "PRAGMA cache_size = -65536",
    f"PRAGMA wal_autocheckpoint = {LOG_PAGES}",
)

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
_UNAVAILABLE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}


def engine_for(path: Path) -> Engine:
    """An engine on the file `path`; its connections commit only when told to."""
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _connect(path),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=64,
        pool_reset_on_return=None,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


def _begin(connection: Connection) -> None:
    # The driver is in autocommit, so that a turn can say BEGIN IMMEDIATE; Core's transactions need their own BEGIN.
    connection.exec_driver_sql("BEGIN")


def translated(error: sqlite3.Error) -> Exception:
    """What an error before COMMIT means to the turn."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, sqlite3.IntegrityError):
        return ConstraintError(str(error))
    if code in _FULL:
        return StorageFullError(str(error))
    if code in _UNAVAILABLE:
        return StorageUnavailableError(str(error))
    return error


class SqliteSession:
    """One connection while a turn or a reader has it."""

    def __init__(self, proxied: PoolProxiedConnection) -> None:
        """`proxied` goes back to its pool by `close`."""
        self._proxied = proxied
        driver = proxied.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - narrows the type; the creator above makes no other
        self._connection = driver

    def begin(self, ledger: str, ahead: Ahead) -> Begun:
        """Lock the whole file for writing, then read the head; what comes next is asked when it is wanted."""
        del ahead
        self.run("BEGIN IMMEDIATE")
        rows = self.run(statements.HEAD, ledger)
        return Begun(rows[0] if rows else None)

    def run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement with `?` for values."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error

    def keys(self, ledger: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Key rows by (client, mac)."""
        return self.run(KEYS, json.dumps(pairs), ledger)

    def book(self, ledger: str, keys: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Book rows by (kind, id), all kinds in one statement."""
        return self.run(BOOK, json.dumps(keys), ledger)

    def append(
        self,
        ledger: str,
        facts: Sequence[FactRow],
        keys: Sequence[KeyRow],
        book: Sequence[BookRow],
        head: tuple[int, str, int],
    ) -> int:
        """Write a turn's rows; gives how many head rows moved."""
        try:
            self._many(ADD_FACT, ledger, facts)
            self._many(ADD_KEY, ledger, keys)
            self._many(PUT_BOOK, ledger, [row for row in book if row.state is not None], statements.UPSERT)
            for row in book:
                if row.state is None:
                    self._connection.execute(TAKE_BOOK, (ledger, row.kind, row.id))
            position, recorded_at, before = head
            return self._connection.execute(statements.MOVE_HEAD, (position, recorded_at, ledger, before)).rowcount
        except sqlite3.Error as error:
            raise translated(error) from error

    def _many(self, sql: str, ledger: str, rows: Sequence[tuple[Any, ...]], then: str = "") -> None:
        # Not `executemany`: the driver lets go of the interpreter for every step, so that with other threads at work
        # a turn would have to win it back for each of its hundreds of rows.
        start, size = 0, AT_ONCE
        while start < len(rows):
            while size > len(rows) - start:
                size //= 2  # few lengths, so that their statements stay prepared
            one = f"({_quoted(ledger)}{', ?' * len(rows[0])})"
            values = [value for row in rows[start : start + size] for value in row]
            self._connection.execute(f"{sql} {', '.join([one] * size)} {then}", values)
            start += size

    def commit(self) -> None:
        """Write the log to the disk; a failed write or sync leaves open whether the frames are there."""
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR:
                raise CommitUnknownError(str(error)) from error
            raise translated(error) from error

    def rollback(self) -> None:
        """Forget the open transaction, if any."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._proxied.invalidate()

    def close(self) -> None:
        """Back to the pool."""
        self._proxied.close()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class DirectoryLock:
    """The one right to write a ledger's directory; the system takes it back when its process dies."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor` is an open file that carries the lock."""
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let the next process write; releasing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        """The lock is held since it was made."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the next process write."""
        self.release()


def lock_directory(path: Path) -> DirectoryLock:
    """Take the file lock `<path>/ledger.lock`, or raise `LedgerInUse` naming `path`."""
    path.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path / "ledger.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise LedgerInUse(path=str(path)) from None
    return DirectoryLock(descriptor)

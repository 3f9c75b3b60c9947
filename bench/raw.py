"""The limit: the same rows, straight into the same tables by the driver, in batches of 100."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

from bench.shop import CREATED_AT, Shop
from ledger.journal.rows import BookRow, FactRow, KeyRow
from ledger.journal.sqlite import LOG_PAGES
from ledger.journal.storage import Storage, Turn
from ledger.journal.turn import Submission

BATCH = 100

Batch = tuple[list[FactRow], list[KeyRow], list[BookRow], str]

FACT = "ledger, position, originator_id, originator_version, topic, state, recorded_at"
KEY = "ledger, client, key_mac, fingerprint, tx, position, length, answer, language"
BOOK = "ledger, kind, id, position, version, due_at, state"
UPSERT = (
    " ON CONFLICT (ledger, kind, id) DO UPDATE SET position = excluded.position, version = excluded.version,"
    " due_at = excluded.due_at, state = excluded.state"
)


class Raw(Protocol):
    """A driver that writes batches."""

    def write(self, batch: Batch) -> None:
        """One durable transaction."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


def captured(shop: Shop, sales: Sequence[Submission]) -> list[Batch]:
    """The rows that these sales write, in batches of 100, taken from real turns."""
    batches: list[Batch] = []
    original = Turn.append

    def capture(turn: Turn, facts: Any, keys: Any, book: Any, recorded_at: str) -> None:
        batches.append((list(facts), list(keys), list(book), recorded_at))
        original(turn, facts, keys, book, recorded_at)

    with patch.object(Turn, "append", capture):
        for start in range(0, len(sales), BATCH):
            shop.ledger.writer.runner.run(sales[start : start + BATCH])
    return batches


class RawSqlite:
    """The `sqlite3` driver alone."""

    def __init__(self, directory: Path) -> None:
        """The journal's own tables in a file of its own."""
        storage = Storage.sqlite(directory / "raw.db", "bench")
        storage.create(created_at=CREATED_AT)
        storage.close()
        self.connection = sqlite3.connect(directory / "raw.db", isolation_level=None)
        log = f"wal_autocheckpoint = {LOG_PAGES}"
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", log):
            self.connection.execute("PRAGMA " + pragma)

    def write(self, batch: Batch) -> None:
        """Four statements and a commit."""
        facts, keys, book, recorded_at = batch
        run = self.connection
        run.execute("BEGIN IMMEDIATE")
        run.executemany(f"INSERT INTO facts ({FACT}) VALUES ('bench', ?, ?, ?, ?, ?, ?)", facts)
        run.executemany(f"INSERT INTO keys ({KEY}) VALUES ('bench', ?, ?, ?, ?, ?, ?, ?, ?)", keys)
        run.executemany(f"INSERT INTO book ({BOOK}) VALUES ('bench', ?, ?, ?, ?, ?, ?) {UPSERT}", book)
        run.execute("UPDATE heads SET position = ?, recorded_at = ?", (facts[-1].position, recorded_at))
        run.execute("COMMIT")

    def close(self) -> None:
        """Let go."""
        self.connection.close()


class RawPostgres:
    """psycopg alone: one `INSERT … SELECT unnest(…)` a table."""

    def __init__(self, url: str) -> None:
        """The journal's own tables in a database of its own."""
        import psycopg

        storage = Storage.postgres(url, "bench")
        storage.create(created_at=CREATED_AT)
        storage.close()
        self.connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self.connection.execute("SET synchronous_commit = on")

    def write(self, batch: Batch) -> None:
        """Four statements and a commit."""
        facts, keys, book, recorded_at = batch
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO facts ({FACT}) SELECT 'bench', * FROM "
                "unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bytea[], %s::text[])",
                _columns(facts),
            )
            cursor.execute(
                f"INSERT INTO keys ({KEY}) SELECT 'bench', * FROM unnest("
                "%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::int[], %s::int[], %s::text[])",
                _columns(keys),
            )
            cursor.execute(
                f"INSERT INTO book ({BOOK}) SELECT 'bench', * FROM unnest("
                f"%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::bytea[]) {UPSERT}",
                _columns(book),
            )
            cursor.execute("UPDATE heads SET position = %s, recorded_at = %s", (facts[-1].position, recorded_at))

    def close(self) -> None:
        """Let go."""
        self.connection.close()


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]

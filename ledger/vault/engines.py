"""Opening the vault's databases so that a deleted row is gone from the file, not only from the table."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, make_url, text

from ledger.vault.errors import ErasureIncomplete

T = TypeVar("T")
CHUNK = 500
"""Keys a query names at most: below SQLite's limit on bound values on every build."""

_BUSY_MILLISECONDS = 10_000
_READERS_MILLISECONDS = 2_000
_truncating = threading.Lock()


def open_engine(url: str | URL) -> Engine:
    """An engine for SQLite or PostgreSQL whose errors never print the values of a statement."""
    # hide_parameters: a failed insert would otherwise carry sealed rows and macs into the log.
    engine = create_engine(make_url(url), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute("PRAGMA " + pragma)
    cursor.close()


def forget_deleted(engine: Engine) -> None:
    """Truncate SQLite's write-ahead log, where deleted rows would live on.

    Raises ErasureIncomplete when a reader holds the log for more than two seconds. On PostgreSQL nothing is done:
    its log and dead rows are the operator's (vacuum, short-lived backups of the key store).
    """
    if engine.dialect.name != "sqlite":
        return
    # One at a time: two truncations at once hold each other off, and both would report a reader that is not there.
    with _truncating, engine.connect() as connection:
        connection.execute(text(f"PRAGMA busy_timeout={_READERS_MILLISECONDS}"))
        busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
        connection.execute(text(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}"))
    if busy:
        raise ErasureIncomplete("the database is being read; the key is destroyed, erase again to truncate its log")


def chunks(things: Iterable[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The things in lists of at most `size`."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk

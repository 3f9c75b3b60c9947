"""Where a simulated ledger is kept: a real SQLite file or a real PostgreSQL database, many ledgers in one."""

from pathlib import Path
from typing import Any

from sqlalchemy import event

from ledger.journal.migrations import upgrade
from ledger.journal.storage import Storage
from tests.simulation.run import Open


def embedded(folder: Path) -> Open:
    """One file. Nothing here cuts the power, so nothing waits for the disk."""

    def open(name: str) -> Storage:
        storage = Storage.sqlite(folder / "journal.db", name)
        event.listen(storage.engine, "connect", _no_waiting)
        return storage

    return _migrated(open)


def served(url: str) -> Open:
    """One database."""
    return _migrated(lambda name: Storage.postgres(url, name))


def _migrated(open: Open) -> Open:
    storage = open("none")
    upgrade(storage.engine)
    storage.close()
    return open


def _no_waiting(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")

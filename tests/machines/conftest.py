"""What the machines ask for: one file of many ledgers, and what all of these know worked out once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.journal.mapper import Mapper
from ledger.journal.storage import Storage
from ledger.rooms import Registry
from tests.machines.lives import migrated

Make = Callable[[str], Storage]


@pytest.fixture(autouse=True)
def one_mapper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of ledgers are opened here; what they all know of the facts is worked out once."""
    mapper = Mapper(Registry().topics.values())
    monkeypatch.setattr("ledger.journal.ledger.Mapper", lambda *_topics: mapper)


@pytest.fixture
def embedded(tmp_path: Path) -> Make:
    """Makes ledgers in one SQLite file of this test."""
    return migrated(lambda name: Storage.sqlite(tmp_path / "journal.db", name))


@pytest.fixture
def server(fresh_database: str) -> Make:
    """Makes ledgers in one PostgreSQL database of this test."""
    return migrated(lambda name: Storage.postgres(fresh_database, name))

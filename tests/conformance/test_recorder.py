"""The eventsourcing library's recorder test cases: insert and select, concurrency, subscriptions, no interleaving."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.tests.persistence import ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase

from ledger.journal.recorder import SQLAlchemyRecorder
from ledger.journal.storage import Storage


class OnStorage:
    """Gives the library's cases a recorder with its blind door open, and our stream names."""

    storage: Storage

    def create_recorder(self) -> SQLAlchemyRecorder:
        return SQLAlchemyRecorder(self.storage, blind_writes=True)

    def new_originator_id(self) -> str:
        return f"grant:{uuid4()}"


class OnSqlite(OnStorage):
    @pytest.fixture(autouse=True)
    def _ledger(self, tmp_path: Path) -> Iterator[None]:
        self.storage = Storage.sqlite(tmp_path / "journal.db", "site")
        self.storage.create()
        yield
        self.storage.close()


@pytest.mark.postgres
class OnPostgres(OnStorage):
    @pytest.fixture(autouse=True)
    def _ledger(self, fresh_database: str) -> Iterator[None]:
        self.storage = Storage.postgres(fresh_database, "site")
        self.storage.create()
        yield
        self.storage.close()


class RecorderCases(ApplicationRecorderTestCase[SQLAlchemyRecorder]):
    __test__ = False

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestRecorderOnSqlite(OnSqlite, RecorderCases):
    __test__ = True


class TestRecorderOnPostgres(OnPostgres, RecorderCases):
    __test__ = True


class InterleavingCase(NonInterleavingNotificationIDsBaseCase):
    __test__ = False


class TestInterleavingOnSqlite(OnSqlite, InterleavingCase):
    __test__ = True


class TestInterleavingOnPostgres(OnPostgres, InterleavingCase):
    __test__ = True

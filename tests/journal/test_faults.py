"""Bad days of a database, brought about for real: killed backends, a cut COMMIT, a full and a read-only disk."""

# ruff: noqa: PT012 - a refused turn is a block of its own

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from ledger.journal.storage import CommitUnknownError, Storage, StorageFullError, StorageUnavailableError
from tests.journal.test_storage import AT, entity, fact, key, record

pytestmark = pytest.mark.fault


@pytest.fixture
def storage(fresh_database: str) -> Iterator[Storage]:
    made = Storage.postgres(fresh_database, "site")
    made.create(created_at=AT)
    yield made
    made.close()


def kill_all(url: str) -> None:
    """End every other connection of the database, as a failover does."""
    killer = Storage.postgres(url, "killer")
    with killer.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    killer.close()


@pytest.mark.postgres
def test_idle_connections_killed_between_turns_are_replaced_without_a_word(
    storage: Storage, fresh_database: str
) -> None:
    with storage.turn():  # two connections lie in the pool after this
        assert storage.head().position == 0
    kill_all(fresh_database)
    record(storage, [fact(1)], [], [])
    kill_all(fresh_database)
    assert storage.head().position == 1


@pytest.mark.postgres
def test_a_connection_killed_inside_a_turn_did_nothing(storage: Storage, fresh_database: str) -> None:
    with pytest.raises(StorageUnavailableError), storage.turn() as turn:
        kill_all(fresh_database)
        turn.append([fact(1)], [], [], AT)
    with pytest.raises(StorageUnavailableError), storage.turn() as turn:
        kill_all(fresh_database)
        turn.book([("account", "a")])
    record(storage, [fact(1)], [], [])
    assert storage.head().position == 1


@pytest.mark.postgres
def test_a_connection_killed_before_commit_leaves_the_outcome_to_be_read(storage: Storage, fresh_database: str) -> None:
    with pytest.raises(CommitUnknownError), storage.turn() as turn:
        turn.append([fact(1)], [key("m", 1)], [entity("a")], AT)
        kill_all(fresh_database)
        turn.commit()
    assert storage.head().position == 0
    assert storage.keys([("client:counter-1", "m")]) == {}


class Proxy:
    """Forwards one server's socket; once armed, it passes the next COMMIT on and then cuts the line."""

    def __init__(self, server: str, folder: Path) -> None:
        self.server = server
        self.path = folder / ".s.PGSQL.5432"
        self.armed = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(self.server)
            threading.Thread(target=self._requests, args=(client, upstream), daemon=True).start()
            threading.Thread(target=self._answers, args=(client, upstream), daemon=True).start()

    def _requests(self, client: socket.socket, upstream: socket.socket) -> None:
        with upstream:
            while request := _received(client):
                if self.armed and b"COMMIT" in request:
                    # From now on the answers of this connection are lost.
                    client.shutdown(socket.SHUT_RDWR)
                    upstream.sendall(request)
                    _received(upstream)
                    return
                upstream.sendall(request)

    def _answers(self, client: socket.socket, upstream: socket.socket) -> None:
        while not self.armed:
            upstream.settimeout(0.05)
            try:
                answer = upstream.recv(65536)
                client.sendall(answer)
            except TimeoutError:
                continue
            except OSError:
                return
            if not answer:
                client.close()
                return


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


@pytest.mark.postgres
def test_a_commit_whose_answer_was_lost_is_unknown_until_it_is_read_back(
    storage: Storage, fresh_database: str, tmp_path: Path
) -> None:
    folder = make_url(fresh_database).query.get("host")
    if not isinstance(folder, str) or not Path(folder).is_dir():
        pytest.skip("the server given by JIFEN_TEST_POSTGRES has no socket of ours to stand before")
    proxy = Proxy(f"{folder}/.s.PGSQL.5432", tmp_path)
    before = Storage.postgres(
        make_url(fresh_database).set(query={"host": str(tmp_path)}).render_as_string(hide_password=False), "site"
    )
    with pytest.raises(CommitUnknownError), before.turn() as turn:
        turn.append([fact(1)], [key("m", 1)], [entity("a")], AT)
        proxy.armed = True
        turn.commit()
    proxy.listener.close()
    with storage.turn() as turn:  # the lock orders us after whatever the server still does
        assert turn.head.position == 1
    assert storage.keys([("client:counter-1", "m")])
    before.close()


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    nowhere = Storage.postgres(f"postgresql+psycopg://postgres@/postgres?host={tmp_path}", "site")
    with pytest.raises(StorageUnavailableError), nowhere.turn():
        pass
    with pytest.raises(StorageUnavailableError):
        nowhere.head()


@pytest.mark.postgres
def test_a_read_only_server_says_so_and_still_reads(storage: Storage, fresh_database: str) -> None:
    record(storage, [fact(1)], [], [])
    name = make_url(fresh_database).database
    with storage.engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    late = Storage.postgres(fresh_database, "site")
    with pytest.raises(StorageFullError), late.turn():
        pass
    assert late.head().position == 1
    late.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Storage]:
    made = Storage.sqlite(tmp_path / "journal.db", "site")
    made.create(created_at=AT)
    yield made
    made.close()


def test_a_full_disk_refuses_the_turn_and_reads_go_on(embedded: Storage) -> None:
    record(embedded, [fact(1)], [], [])
    with pytest.raises(StorageFullError), embedded.turn() as turn:
        turn._session.run("PRAGMA max_page_count = 1")  # SQLite then answers as on a full disk, on this connection
        big = [fact(position)._replace(state=b"x" * 30000) for position in range(2, 300)]
        turn.append(big, [], [], AT)
        turn.commit()
    assert embedded.head().position == 1
    assert embedded.facts(0, 9) == [fact(1)]


def test_a_locked_file_is_unavailable_and_free_again_after_it(
    embedded: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.journal.sqlite.PRAGMAS", ("PRAGMA busy_timeout = 50",))
    late = Storage.sqlite(tmp_path / "journal.db", "site")
    with embedded.turn(), pytest.raises(StorageUnavailableError), late.turn():
        pass
    record(late, [fact(1)], [], [])
    assert embedded.head().position == 1
    late.close()


def test_a_read_only_file_refuses_the_turn_and_reads_go_on(embedded: Storage) -> None:
    record(embedded, [fact(1)], [], [])
    connection = embedded.engine.raw_connection()
    connection.cursor().execute("PRAGMA query_only = ON")  # what a remounted disk answers, on a pooled connection
    connection.close()
    with pytest.raises(StorageFullError), embedded.turn() as turn:
        turn.append([fact(2)], [], [], AT)
    assert embedded.facts(0, 9) == [fact(1)]

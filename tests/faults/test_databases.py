"""A COMMIT whose answer is lost, a full disk, a database that is gone: the answers of the contract, and recovery."""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped] # published without types; used in this module alone
import pytest
from sqlalchemy import make_url

from api.settings import Settings
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage, StorageUnavailableError
from ledger.refusals import OutcomeUnknown, Refusal, StorageUnavailable
from tests.api.served import make_ledger, serving
from tests.ledgers import asked, balance, log_of, opened, sale, stocked
from tests.postgres import QUICK, SERVER_SETTINGS, _binaries, _init, _start, _stop

pytestmark = pytest.mark.fault
AT = "2022-06-01T00:00:00.000000Z"
PARSE_COMMIT = re.compile(rb"(\w+)\x00COMMIT\x00")


def shop_in(storage: Storage) -> Ledger:
    storage.create(scheme="conformance", created_at=AT)
    return stocked(opened(storage, repeatable=False))


# A lost answer --------------------------------------------------------------------------------------------------


class Line:
    """Stands before a server's socket; told to, it passes one COMMIT on, waits until it is done, and cuts the line."""

    def __init__(self, server: str, folder: Path) -> None:
        self.server = server
        self.cutting = False
        self.down = False
        """After the cut nobody is let in until this is False again."""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / ".s.PGSQL.5432"))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.down:
                    client.close()
                    continue
                upstream = socket.socket(socket.AF_UNIX)
                upstream.connect(self.server)
                cut = threading.Event()
                threading.Thread(target=self._requests, args=(client, upstream, cut), daemon=True).start()
                threading.Thread(target=self._answers, args=(client, upstream, cut), daemon=True).start()

    def _requests(self, client: socket.socket, upstream: socket.socket, cut: threading.Event) -> None:
        commit = None
        with suppress(OSError), upstream:
            while request := client.recv(65536):
                # The driver gives COMMIT a name once a connection, and from then on says only the name.
                named = PARSE_COMMIT.search(request)
                commit = b"\x00" + named[1] + b"\x00" if named else commit
                if self.cutting and commit is not None and commit in request:
                    self.cutting, self.down = False, self.down or self.stays_down
                    cut.set()
                    upstream.sendall(request)
                    time.sleep(0.3)  # the server has committed by now; whatever it says is heard by nobody
                    client.shutdown(socket.SHUT_RDWR)
                    upstream.shutdown(socket.SHUT_RDWR)
                    return
                upstream.sendall(request)

    stays_down = False

    def _answers(self, client: socket.socket, upstream: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError), client:
            while answer := upstream.recv(65536):
                if not cut.is_set():
                    client.sendall(answer)


@pytest.fixture
def line(fresh_database: str) -> Iterator[tuple[Line, str]]:
    """A line to an empty database, and the address behind it."""
    folder = make_url(fresh_database).query.get("host")
    if not isinstance(folder, str) or not Path(folder).is_dir():
        pytest.skip("the server given by JIFEN_TEST_POSTGRES has no socket of ours to stand before")
    with tempfile.TemporaryDirectory() as short:  # a socket's path may not be long
        made = Line(f"{folder}/.s.PGSQL.5432", Path(short))
        url = make_url(fresh_database).set(query={"host": short})
        yield made, url.render_as_string(hide_password=False)
        made.listener.close()


@pytest.mark.postgres
def test_a_commit_whose_answer_is_lost_is_read_back_and_answered_as_done(line: tuple[Line, str]) -> None:
    with shop_in(Storage.postgres(line[1], "shop")) as shop:
        line[0].cutting = True
        outcome = asked(shop, sale(), key="s")
        assert not line[0].cutting, "no COMMIT was cut: the case shows nothing"
        assert (outcome.refusal, outcome.replayed) == (None, False)
        again = asked(shop, sale(), key="s")
        assert (again.replayed, again.envelopes) == (True, outcome.envelopes)
        assert balance(shop) == 90


@pytest.mark.postgres
def test_until_it_can_be_read_back_the_answer_is_unknown_and_the_key_tells_later(line: tuple[Line, str]) -> None:
    with shop_in(Storage.postgres(line[1], "shop")) as shop:
        line[0].stays_down = line[0].cutting = True
        assert asked(shop, sale(), key="s").refusal == OutcomeUnknown()
        assert asked(shop, sale(), key="s").refusal == StorageUnavailable()
        line[0].down = False
        assert asked(shop, sale(), key="s").replayed
        assert balance(shop) == 90


# A full disk ----------------------------------------------------------------------------------------------------


@contextmanager
def tiny_disk(folder: Path) -> Iterator[Path]:
    """A real file system of 2 MB, where this process may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk to fill cannot be mounted here; the file size limit below shows the same")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_answers_unavailable_and_recovers_when_there_is_room(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk, shop_in(Storage.sqlite(disk / "journal.db", "shop")) as shop:
        ballast = disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        os.truncate(ballast, ballast.stat().st_size - 128 * 1024)  # room for a few more turns
        full_and_free_again(shop, ballast.unlink)


def test_a_file_that_may_not_grow_answers_unavailable_and_recovers(tmp_path: Path) -> None:
    """The process's own limit of file sizes: each write beyond it fails, as on a full disk or a quota."""
    with shop_in(Storage.sqlite(tmp_path / "journal.db", "shop")) as shop:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = (tmp_path / "journal.db-wal").stat().st_size
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 128 * 1024, hard))
            full_and_free_again(shop, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)


def full_and_free_again(shop: Ledger, free: object) -> None:
    """Sell until the disk is full; then reads go on, nothing acknowledged is gone, and room is all that it needs."""
    told: dict[str, int] = {}
    refused: list[Refusal] = []
    for number in range(2000):
        outcome = asked(shop, sale(pieces=1 if number < 5 else 1000), key=f"s{number}")
        if outcome.position:
            told[f"s{number}"] = outcome.position
        else:
            assert outcome.refusal is not None
            refused.append(outcome.refusal)
            if len(refused) == 3:
                break
    assert refused == [StorageUnavailable()] * 3, "the disk never was full"
    log = log_of(shop)
    assert len(log) == shop.storage.head().position >= max(told.values())
    assert balance(shop) == 100 - 10 * min(5, len(told))
    assert callable(free)
    free()
    number = len(told)
    assert asked(shop, sale(pieces=1000), key=f"s{number}").position, "there is room again, but nothing goes on"
    for key, position in told.items():
        outcome = asked(shop, sale(pieces=1 if int(key[1:]) < 5 else 1000), key=key)
        assert (outcome.replayed, outcome.position) == (True, position)
    assert log_of(shop)[: len(log)] == log


# A lost database -----------------------------------------------------------------------------------------------


class OwnServer:
    """A PostgreSQL of this test alone, which it may kill."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.binaries = _binaries(home)
        _init(self.binaries, home)
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        self.process = _start(self.binaries, self.home, SERVER_SETTINGS | QUICK)
        return self.process

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.home}"

    def family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [*parent.children(recursive=True), parent]

    def die(self) -> None:
        """As when its machine loses power, but for the disk."""
        family = self.family()
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        _, alive = psutil.wait_procs(family, timeout=60)
        assert not alive, "a server beside what is left of the other would not start"


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    home = Path(tempfile.mkdtemp(prefix="jifen-pg-"))
    server = OwnServer(home)
    try:
        yield server
    finally:
        _stop(server.process)
        shutil.rmtree(home, ignore_errors=True)


def test_a_lost_database_answers_unavailable_and_the_ledger_goes_on_when_it_is_back(own_server: OwnServer) -> None:
    with shop_in(Storage.postgres(own_server.url, "shop")) as shop:
        first = asked(shop, sale(), key="before")
        own_server.die()
        assert asked(shop, sale(), key="s").refusal == StorageUnavailable()
        with pytest.raises(StorageUnavailableError):
            shop.storage.head()
        own_server.start()
        outcome = asked(shop, sale(), key="s")
        assert (outcome.refusal, outcome.replayed) == (None, False)
        assert asked(shop, sale(), key="before").envelopes == first.envelopes
        assert balance(shop) == 80


def test_a_server_whose_database_is_away_says_so_whichever_table_it_wanted_and_goes_on_when_it_is_back(
    own_server: OwnServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("JIFEN_MASTER_KEY", "7" * 64)
    monkeypatch.setattr("api.auth.STALE_SECONDS", 0.0)  # each request asks the vault who calls
    settings = Settings(database_url=own_server.url)
    grant = {"to": "holder:h-one", "unit": "safety_point", "amount": 7}
    with serving(settings, make_ledger(settings)) as server:
        assert server.post("/grants", grant, key="before").status_code == 201
        own_server.die()
        asked_meanwhile = [
            server.post("/grants", grant, key="meanwhile"),
            server.get("/stock"),
            server.get("/accounts/holder:h-one?unit=safety_point"),
        ]
        own_server.start()
        assert server.post("/grants", grant, key="meanwhile").status_code == 201
    told = [(answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) for answer in asked_meanwhile]
    assert told == [(503, "storage-unavailable", "1")] * 3
    assert [record.message for record in caplog.records if "incident" in record.message] == []


def test_a_database_that_hangs_only_delays(own_server: OwnServer) -> None:
    with shop_in(Storage.postgres(own_server.url, "shop")) as shop:
        family = own_server.family()
        for process in family:
            process.suspend()
        threading.Timer(1.5, lambda: [process.resume() for process in family]).start()
        assert asked(shop, sale(), key="s").refusal is None
        assert balance(shop) == 90

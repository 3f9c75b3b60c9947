"""What every test may ask for: seeds that a failing run prints, tools of the machine, a PostgreSQL of its own."""

import ipaddress
import os
import random
import shutil
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresServer, running_server

DEPTH = os.environ.get("JIFEN_TEST_DEPTH", "normal")

# A shared two-core machine pauses for seconds: deadlines would find the machine's faults, not ours.
_patient = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("normal", _patient, max_examples=60, stateful_step_count=30)
settings.register_profile("deep", _patient, max_examples=1000, stateful_step_count=80)
settings.load_profile(DEPTH)

_seed = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Fix one seed for the whole run, workers included, before Hypothesis reads its own."""
    seed = int(os.environ.setdefault("JIFEN_TEST_SEED", str(random.SystemRandom().randrange(2**32))))
    config.stash[_seed] = seed
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(seed)
    if DEPTH == "deep" and config.option.timeout is None:
        config.option.timeout = 3600  # raised counts take longer; a run that hangs still ends


def pytest_report_header(config: pytest.Config) -> str:
    return f"depth {DEPTH}, seed {config.stash[_seed]} (repeat with JIFEN_TEST_SEED={config.stash[_seed]})"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(f"this run's seed: JIFEN_TEST_SEED={config.stash[_seed]} JIFEN_TEST_DEPTH={DEPTH}")


class OutsideWorldError(AssertionError):
    """A test reached for another machine."""


def refuse_outside(family: int, address: Any) -> None:
    """Stop a connection that would leave this machine; a test must pass where there is no network."""
    if family not in {socket.AF_INET, socket.AF_INET6} or address[0] == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise OutsideWorldError(f"a test may talk to loopback only, not to {address[0]}")


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """No test of this process connects to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        refuse_outside(self.family, address)
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A seed of this test's own, from the run's and the test's name: the same whatever ran before it."""
    return random.Random(f"{request.config.stash[_seed]}:{request.node.nodeid}").getrandbits(64)


@pytest.fixture
def randomness(seed: int) -> random.Random:
    """Repeatable randomness; the run's seed repeats it."""
    return random.Random(seed)


@pytest.fixture(scope="session")
def deep() -> bool:
    """Whether this is a long run, whose counts are raised."""
    return DEPTH == "deep"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this session (one for each xdist worker)."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """`postgresql+psycopg://…` of the server's maintenance database; tests make databases of their own."""
    return postgres_server.url


@pytest.fixture
def fresh_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The url of an empty database that is this test's alone and is dropped after it."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


def tool(name: str, found: str | None, why: str) -> str:
    """The path of a tool of the machine; without it the test is skipped, or fails where JIFEN_REQUIRE names it."""
    if found:
        return found
    message = f"{name} is not on this machine: {why}"
    if name in os.environ.get("JIFEN_REQUIRE", "").split(","):
        pytest.fail(message + " (JIFEN_REQUIRE asks for it)")
    pytest.skip(message)


@pytest.fixture(scope="session")
def strace() -> str:
    """Path of strace, which makes single system calls fail."""
    return tool("strace", shutil.which("strace"), "faults at single system calls cannot be injected")


@pytest.fixture(scope="session")
def faketime() -> str:
    """Path of faketime, which starts a process with another clock."""
    return tool("faketime", shutil.which("faketime"), "steps of a process's clock cannot be tried")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium for browser tests."""
    found = os.environ.get("JIFEN_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return tool("chromium", found, "pages cannot be tried")


@pytest.fixture(scope="session")
def cjk_font() -> str:
    """Name of a font with Chinese, without which a screenshot shows boxes."""
    listing = shutil.which("fc-list")
    found = (
        subprocess.run([listing, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
        if listing
        else None
    )
    return tool("cjk-font", found.stdout.split("\n")[0] if found else None, "screenshots would show boxes")

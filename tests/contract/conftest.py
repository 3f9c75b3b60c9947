"""The ledger under test: that of JIFEN_CONTRACT_URL and JIFEN_CONTRACT_KEY, or one served by `jifen` itself."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.contract.book import Ledger

ROOT = Path(__file__).resolve().parents[2]
JIFEN = (sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main(sys.argv[1:]))")
SECONDS = 60


def run(data: Path, *arguments: str, clock: Mapping[str, str] | None = None) -> str:
    """A command of `jifen` on ledgers in this directory."""
    done = subprocess.run(
        [*JIFEN, *arguments], cwd=ROOT, env=environment(data, clock), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def environment(data: Path, clock: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's own, with the directory, and with what sets another clock."""
    return {**os.environ, **(clock or {}), "JIFEN_DATA": str(data)}


def key_for(data: Path, ledger: str, client: str, clock: Mapping[str, str] | None = None) -> str:
    """A new key with every permission."""
    said = run(data, "keys", "create", client, "--role", "admin", "--ledger", ledger, "--json", clock=clock)
    return str(json.loads(said)["key"])


@contextmanager
def serving(data: Path, clock: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a server of these ledgers, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*JIFEN, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(data, clock), stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(process, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Address and two clients' keys of a ledger of the `conformance` scheme."""
    url = os.environ.get("JIFEN_CONTRACT_URL")
    if url:
        key = os.environ["JIFEN_CONTRACT_KEY"]
        yield url.rstrip("/"), key, os.environ.get("JIFEN_CONTRACT_OTHER_KEY", "")
        return
    data = tmp_path_factory.mktemp("contract")
    run(data, "ledger", "create", "try", "--scheme", "conformance")
    run(data, "ledger", "create", "elsewhere", "--scheme", "conformance")
    keys = key_for(data, "try", "client:contract"), key_for(data, "try", "client:other")
    with serving(data) as address:
        yield address + "/v1/ledgers/try", *keys


def wait_for(process: "subprocess.Popen[bytes]", address: str) -> None:
    """Until the server answers."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended before it was ready"
        try:
            if httpx2.get(address + "/readyz", trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server is not ready")


@pytest.fixture(scope="session")
def ledger(served: tuple[str, str, str]) -> Iterator[Ledger]:
    """The ledger, asked as a client that may do everything."""
    asked = Ledger(served[0], served[1])
    yield asked
    asked.http.close()


@pytest.fixture(scope="session")
def other(served: tuple[str, str, str]) -> Iterator[Ledger]:
    """The same ledger, asked as another client."""
    if not served[2]:
        pytest.skip("JIFEN_CONTRACT_OTHER_KEY names no second client")
    asked = Ledger(served[0], served[2])
    yield asked
    asked.http.close()

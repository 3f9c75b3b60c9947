"""The ledger under test: that of JIFEN_CONTRACT_URL and JIFEN_CONTRACT_KEY, or one served by `jifen` itself."""

import io
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from api import cli
from tests.contract.book import Ledger
from tests.serving import JIFEN, ROOT, jifen_serving


def run(data: Path, *arguments: str, clock: Mapping[str, str] | None = None) -> str:
    """A command of `jifen` on ledgers in this directory: in this process, or with another clock in one of its own."""
    if clock is None:
        return run_here(data, *arguments)
    done = subprocess.run(
        [*JIFEN, *arguments], cwd=ROOT, env=environment(data, clock), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def run_here(data: Path, *arguments: str) -> str:
    """The same in this process, which has read the program already; a start of its own takes seconds."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("JIFEN_DATA", str(data))
        code = cli.main(arguments)
    assert code == 0, err.getvalue() + out.getvalue()
    return out.getvalue()


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
    with jifen_serving(environment(data, clock)) as (_, address):
        yield address


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

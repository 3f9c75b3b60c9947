"""`jifen serve` as an operator starts it: a process that answers, holds its ledger, and ends when it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from api import cli
from api.ledgers import create_ledger
from api.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
JIFEN = "import sys; from api.cli import main; sys.exit(main(sys.argv[1:]))"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def served(port: int) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """The process and its address, once it is ready."""
    command = [sys.executable, "-c", JIFEN, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL) as process:
        try:
            url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
            while not ready(url):
                assert process.poll() is None, "serve ended before it was ready"
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield process, url
        finally:
            process.kill()


def ready(url: str) -> bool:
    try:
        return httpx2.get(url + "/readyz", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


def test_a_served_ledger_answers_is_held_and_is_free_again_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "var"))
    create_ledger(Settings(data=tmp_path / "var"), "site", "safety-supermarket", "Asia/Shanghai").close()
    assert cli.main(["keys", "create", "client:till", "--role", "admin", "--json"]) == 0
    key = json.loads(capsys.readouterr().out)["key"]
    with served(free_port()) as (process, url):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k1"}
        person = {"name": "王钦力", "crew": "beams"}
        base = url + "/v1/ledgers/site"
        first, again = (httpx2.post(base + "/people", json=person, headers=headers, trust_env=False) for _ in range(2))
        assert (first.status_code, again.content) == (201, first.content)
        assert cli.main(["close", "2022-06", "--json"]) != 0
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "ledger-in-use"
        assert cli.main(["ledger", "list", "--json"]) == 0
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    capsys.readouterr()
    assert cli.main(["replay", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []
    assert cli.main(["worker", "--once"]) == 0

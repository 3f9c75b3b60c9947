"""`jifen serve` as an operator starts it: a process that answers, holds its ledger, and ends when it is told to."""

import json
import os
import signal
from pathlib import Path

import httpx2
import pytest

from api import cli
from api.ledgers import create_ledger
from api.settings import Settings
from tests.serving import jifen_serving


def test_a_served_ledger_answers_is_held_and_is_free_again_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "var"))
    create_ledger(Settings(data=tmp_path / "var"), "site", "safety-supermarket", "Asia/Shanghai").close()
    assert cli.main(["keys", "create", "client:till", "--role", "admin", "--json"]) == 0
    key = json.loads(capsys.readouterr().out)["key"]
    with jifen_serving(os.environ) as (process, url):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k1"}
        person = {"name": "王钦力", "crew": "beams"}
        base = url + "/v1/ledgers/site"
        with httpx2.Client(headers=headers, timeout=60, trust_env=False) as till:
            first, again = (till.post(base + "/people", json=person) for _ in range(2))
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

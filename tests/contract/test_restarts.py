"""4-api: an answer is the same to the byte after the server was stopped and started again."""

import os
import time
from contextlib import ExitStack

import pytest

from tests.contract.book import Json, Ledger, is_, new
from tests.contract.conftest import key_for, run, serving


def test_answers_and_recorded_refusals_outlive_the_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    if os.environ.get("JIFEN_CONTRACT_URL"):
        pytest.skip("another's server is not ours to stop")
    data = tmp_path_factory.mktemp("restarted")
    run(data, "ledger", "create", "try", "--scheme", "conformance")
    key = key_for(data, "try", "client:contract")
    with serving(data) as address:
        asked = Ledger(address + "/v1/ledgers/try", key)
        calls = story(asked)
        first = [asked.post(path, body, key=under) for path, body, under in calls]
        asked.http.close()
    assert [answer.status_code for answer in first] == [201, 201, 409, 201]
    with serving(data) as address:
        asked = Ledger(address + "/v1/ledgers/try", key)
        again = [asked.post(path, body, key=under) for path, body, under in calls]
        assert [(it.status_code, it.content) for it in again] == [(it.status_code, it.content) for it in first]
        assert {it.headers["Idempotent-Replayed"] for it in again} == {"true"}
        assert asked.at("account:till")["balance"] == 2
        assert is_(
            asked.refused("/grants", {**calls[1][1], "amount": 9}, key=calls[1][2]), 422, "idempotency-key-reused"
        )
        asked.http.close()


def story(ledger: Ledger) -> list[tuple[str, Json, str]]:
    """Calls with a key each: an account, what it gets, what it has not, what it gives."""
    holder = ledger.holder()
    transfer = {"from": "account:till", "to": holder, "unit": "A"}
    return [
        ("/accounts", {"id": "till", "unit": "A"}, new()),
        ("/grants", {"to": "account:till", "unit": "A", "amount": 5}, new()),
        ("/transfers", {**transfer, "amount": 6}, new()),
        ("/transfers", {**transfer, "amount": 3}, new()),
    ]


def test_a_server_that_is_told_to_stop_lets_its_followers_go(tmp_path_factory: pytest.TempPathFactory) -> None:
    if os.environ.get("JIFEN_CONTRACT_URL"):
        pytest.skip("another's server is not ours to stop")
    data = tmp_path_factory.mktemp("followed")
    run(data, "ledger", "create", "try", "--scheme", "conformance")
    with ExitStack() as following:
        with serving(data) as address:
            asked = Ledger(address + "/v1/ledgers/try", key_for(data, "try", "client:contract"))
            stream = asked.http.stream("GET", asked.base + "/events", headers={"Accept": "text/event-stream"})
            lines = following.enter_context(stream).iter_lines()
            next(lines)
            stopped_at = time.monotonic()
        assert time.monotonic() - stopped_at < 15
        assert list(lines)[-1] == ""

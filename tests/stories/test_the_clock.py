"""The clock jumps: nothing is written until a person has looked at it, and that act stands in the journal."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api.served import Server, make_ledger, serving, settings_in

GRANT = {"to": "holder:h-one", "unit": "safety_point", "amount": 1}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    settings = settings_in(tmp_path)
    with serving(settings, make_ledger(settings)) as running:
        yield running


def test_after_a_jump_an_administrator_accepts_the_clock_and_is_named(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.post("/grants", GRANT, key="before").status_code == 201
    ledger = server.opened.ledger
    monotonic = ledger.clock.monotonic
    monkeypatch.setattr(ledger.clock, "monotonic", lambda: monotonic() - timedelta(minutes=5))
    for _ in range(2):
        refused = server.post("/grants", GRANT, key="while")
        assert (refused.status_code, refused.json()["code"]) == (503, "clock-untrusted")
    assert server.post("/clock/accept", {}, role="auditor").status_code == 403
    accepted = server.post("/clock/accept", {}, role="admin")
    assert accepted.status_code == 200, accepted.text
    fact = ledger.mapper.decode(ledger.storage.facts_at(accepted.json()["position"], 1)[0].state)
    assert (fact.type, fact.by.subject) == ("clock-accepted.v1", "person:admin")
    assert server.post("/grants", GRANT, key="while").status_code == 201


def test_a_clock_behind_the_last_fact_is_not_accepted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.post("/grants", GRANT, key="before").status_code == 201
    ledger = server.opened.ledger
    wall = ledger.clock.wall
    monkeypatch.setattr(ledger.clock, "wall", lambda: wall() - timedelta(minutes=5))
    head = ledger.storage.head()
    assert server.post("/clock/accept", {}, role="admin").json()["code"] == "clock-untrusted"
    assert ledger.storage.head() == head

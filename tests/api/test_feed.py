"""The feed over HTTP: what each caller is shown, and how a stream lives and ends."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from api.routes import feed
from tests.api.served import Server

UNIT = "safety_point"
pytestmark = pytest.mark.timeout(60)  # a stream that never ends must not hold up the others


@contextmanager
def following(server: Server, role: str = "admin", query: str = "", **headers: str) -> Iterator[Iterator[str]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Accept": "text/event-stream"}
    deadline = time.monotonic() + 30
    while True:
        with server.client(role).stream("GET", server.base + "/events" + query, headers=named) as answer:
            # Whoever followed before is not known to be gone as soon as it has gone: until then there may be no room.
            if answer.status_code != 429 or time.monotonic() > deadline:
                assert answer.status_code == 200
                yield (line for line in answer.iter_lines() if line)
                return
        time.sleep(0.02)


def given(server: Server, holder: str = "h-one", amount: int = 5) -> dict[str, Any]:
    body = {"to": "holder:" + holder, "unit": UNIT, "amount": amount}
    answer = server.post("/grants", body, key=f"{holder}-{time.monotonic_ns()}")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_holder_is_shown_what_concerns_it_and_nothing_else(server: Server) -> None:
    own, others = given(server), given(server, "h-two")
    page = server.get(f"/events?after={own['position'] - 1}", role="holder").json()
    assert [fact["pos"] for fact in page["events"]] == [own["position"]]
    assert int(page["next"]) >= others["position"]


def test_a_client_without_the_permission_is_shown_its_own_doings(server: Server) -> None:
    given(server)
    page = server.get("/events?limit=1000", role="counter").json()
    assert page["events"] == []
    proposal = {"command": {"type": "grant", "to": "holder:h-one", "unit": UNIT, "amount": 1}}
    made = server.post("/proposals", proposal, key="feed-proposal", role="supervisor")
    assert made.status_code == 201, made.text
    shown = server.get("/events?limit=1000", role="supervisor").json()["events"]
    assert [fact["pos"] for fact in shown] == [made.json()["position"]]


def test_an_auditor_is_shown_everything(server: Server) -> None:
    last = given(server)["position"]
    seen = [fact["pos"] for fact in server.get("/events?limit=1000", role="auditor").json()["events"]]
    assert seen == list(range(1, last + 1))


def test_a_holders_stream_leaves_out_what_is_not_its_own(server: Server) -> None:
    first = given(server)
    given(server, "h-two")
    with following(server, "holder", Last_Event_ID=str(first["position"])) as lines:
        assert next(lines) == "retry: 1000"
        mine = given(server)
        assert next(lines) == f"id: {mine['position']}"
        assert next(lines) == "event: points-earned.v1"
        assert json.loads(next(lines).removeprefix("data: "))["tx"] == mine["tx"]


def test_a_quiet_stream_beats_and_moves_the_place_from_which_it_is_resumed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "HEARTBEAT_SECONDS", 0.3)
    others = given(server, "h-two")
    with following(server, "holder", Last_Event_ID=str(others["position"] - 1)) as lines:
        said = [next(lines) for _ in range(3)]
    assert said == ["retry: 1000", ": ", f"id: {others['position']}"]


def test_a_stream_picks_by_type(server: Server) -> None:
    start = given(server)["position"]
    body = {"from": "holder:h-one", "unit": UNIT, "amount": 1, "reason": "correction"}
    taken = server.post("/deductions", body, key="feed-deduction").json()
    with following(server, query=f"?after={start - 1}&types=points-deducted.v1") as lines:
        assert [next(lines), next(lines)] == ["retry: 1000", f"id: {taken['position']}"]


def test_a_revoked_key_follows_no_further(server: Server) -> None:
    principals = server.opened.vault.principals
    text, info = principals.create_key("person:auditor")
    headers = {"Authorization": f"Bearer {text}"}
    with following(server, "auditor", query=f"?after={given(server)['position']}", **headers) as lines:
        assert next(lines) == "retry: 1000"
        principals.revoke(info.id)
        time.sleep(0.2)
        given(server)
        assert list(lines) == []


def test_too_many_followers_are_told_to_come_later(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "AT_ONCE", 1)
    with following(server) as lines:
        next(lines)
        answer = server.get("/events", Accept="text/event-stream")
        assert (answer.status_code, answer.json()["code"]) == (429, "queue-full")
        assert answer.headers["Retry-After"] == "60"


def test_a_follower_that_has_gone_makes_room(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "AT_ONCE", 1)
    for _ in range(2):
        with following(server) as lines:
            assert next(lines) == "retry: 1000"


@pytest.mark.parametrize("accepted", ["*/*", "application/json", "text/event-stream-not", "text/html, */*;q=0.1"])
def test_whoever_does_not_ask_for_a_stream_gets_a_page(server: Server, accepted: str) -> None:
    answer = server.get("/events?limit=1", Accept=accepted)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("query", ["?limit=5", "?after=x", "?types=nothing.v1", "?more=1"])
def test_what_a_stream_cannot_be_asked_is_refused_before_it_begins(server: Server, query: str) -> None:
    answer = server.get("/events" + query, Accept="text/event-stream")
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")

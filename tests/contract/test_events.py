"""4-api, Reading and following: the feed as server-sent events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.contract.book import Json, Ledger, is_


@contextmanager
def following(ledger: Ledger, **headers: str) -> Iterator[Iterator[Json]]:
    """The feed's messages, as they come."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named["Accept"] = "text/event-stream"
    with ledger.http.stream("GET", ledger.base + "/events", headers=named) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield messages(answer.iter_lines())


def messages(lines: Iterator[str]) -> Iterator[Json]:
    message: Json = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        if line and name and colon:
            message[name] = value
        elif not line:
            if "data" in message:
                yield message
            message = {}


def test_the_feed_streams_what_is_there_and_what_comes(ledger: Ledger) -> None:
    first = ledger.grant(ledger.holder(), 5)
    with following(ledger, Last_Event_ID=str(first["position"] - 1)) as feed:
        told = next(feed)
        assert (told["id"], told["event"]) == (str(first["position"]), "points-earned.v1")
        assert json.loads(told["data"])["tx"] == first["tx"]
        second = ledger.deduct(first["account"], 2)
        assert next(feed)["id"] == str(second["position"])


def test_last_event_id_resumes_without_gap(ledger: Ledger) -> None:
    start = ledger.grant(ledger.holder(), 5)["position"]
    for _ in range(3):
        ledger.grant(ledger.holder(), 5)
    seen: list[int] = []
    for _ in range(2):
        with following(ledger, Last_Event_ID=str(seen[-1] if seen else start - 1)) as feed:
            seen += [int(next(feed)["id"]) for _ in range(3)]
    assert seen == list(range(start, start + 6))


def test_a_last_event_id_that_is_no_position_is_malformed(ledger: Ledger) -> None:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "yesterday"}
    answer = ledger.http.get(ledger.base + "/events", headers=headers)
    assert is_(answer.json(), 422, "malformed")

"""Monitors, bounds and funding sources over HTTP: what was wished for, what it made, and how it stands."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from tests.api.served import TESTER, Server, make_ledger, serving, settings_in

ONE = "holder:h-one"


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A ledger of plain units whose scheme knows one source of funds and one limit."""
    settings = settings_in(tmp_path_factory.mktemp("units"))
    keys = make_ledger(settings, scheme="conformance")
    tables = canonical(load_scheme("conformance"))
    names = {"zh": "工会", "en": "Union"}
    tables["version"], tables["funds"] = 2, {"union": {"names": names}}
    tables["limits"] = {
        "union-a-year": {
            "names": {"zh": "工会年限额", "en": "From the union in a year"},
            "counts": "amount",
            "kinds": ["grant"],
            "unit": "B",
            "funds": ["union"],
            "per": ["person", "fund"],
            "window": "year",
            "amount": 1500,
        }
    }
    with serving(settings, keys) as running:
        ledger = running.opened.ledger
        ledger.submit(AdoptScheme(scheme=tables, effective_from=ledger.view().today), by=TESTER)
        yield running


def post(server: Server, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = server.post(path, body, key=f"key-{time.monotonic_ns()}")
    return answer.status_code, answer.json()


def granted(server: Server, amount: int, unit: str = "A", **more: Any) -> tuple[int, dict[str, Any]]:
    return post(server, "/grants", to=ONE, unit=unit, amount=amount, **more)


def monitors(server: Server) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in server.get("/monitors").json()["monitors"]}


def test_a_monitor_is_set_crossed_listed_and_removed(units: Server) -> None:
    watched = {"account": ONE, "unit": "A", "measure": "balance", "side": "above", "threshold": 100}
    status, answer = post(units, "/monitors", id="rich", **watched)
    assert (status, answer["type"], answer["status"], answer["beyond"]) == (201, "monitor", "open", False)
    status, answer = granted(units, 101)
    assert [(item["type"], item["was"], item["became"]) for item in answer["effects"]] == [("crossing", 0, 101)]
    shown = monitors(units)["rich"]
    assert {name: shown[name] for name in watched} == watched
    assert (shown["crossings"], shown["crossed_at"], shown["removed_at"]) == (1, answer["occurred_at"], None)
    events = units.get("/events?types=threshold-crossed.v1").json()["events"]
    assert [event["data"]["monitor"] for event in events] == ["rich"]
    assert post(units, "/monitors/rich/remove")[0] == 201
    assert monitors(units)["rich"]["removed_at"] is not None


def test_an_id_that_is_watched_already_is_taken(units: Server) -> None:
    watched = {"id": "low", "account": ONE, "unit": "A", "measure": "available", "side": "below", "threshold": 1}
    assert post(units, "/monitors", **watched)[0] == 201
    status, problem = post(units, "/monitors", **watched)
    assert (status, problem["code"]) == (409, "already-exists")


@pytest.mark.parametrize(
    ("name", "value"), [("measure", "weight"), ("side", "beside"), ("threshold", 2**53), ("threshold", "1"), ("id", "")]
)
def test_what_no_monitor_can_be_is_malformed_at_its_member(units: Server, name: str, value: Any) -> None:
    good = {"id": "m", "account": ONE, "unit": "A", "measure": "balance", "side": "below", "threshold": 1}
    status, problem = post(units, "/monitors", **(good | {name: value}))
    assert (status, problem["code"]) == (422, "malformed")
    assert [error["pointer"] for error in problem["errors"]] == [f"/{name}"]


def test_a_ceiling_holds_from_the_answer_on(units: Server) -> None:
    assert post(units, "/accounts", id="till", unit="A")[0] == 201
    status, answer = post(units, "/accounts/account:till/bounds", unit="A", floor=-50, ceiling=10)
    assert (status, answer["type"], answer["status"]) == (201, "bounds", "changed")
    assert answer["balances"][0]["available"] == 50
    status, problem = post(units, "/grants", to="account:till", unit="A", amount=11)
    assert (status, problem["code"], problem["offered"]) == (409, "limit-exceeded", 10)


def test_a_bound_that_is_null_is_taken_away_and_one_that_is_absent_stays(units: Server) -> None:
    assert post(units, "/accounts", id="open", unit="A", floor=-5)[0] == 201
    assert post(units, "/accounts/account:open/bounds", unit="A", ceiling=5)[0] == 201
    assert post(units, "/accounts/account:open/bounds", unit="A", ceiling=None)[0] == 201
    status, answer = post(units, "/grants", to="account:open", unit="A", amount=6)
    assert (status, answer["balances"][0]["available"]) == (201, 11)


def test_bounds_of_a_later_day_are_scheduled(units: Server) -> None:
    status, answer = post(units, f"/accounts/{ONE}/bounds", unit="A", ceiling=5, effective_on="9000-01-01")
    assert (status, answer["status"], answer["effective_on"]) == (201, "scheduled", "9000-01-01")
    assert answer["type"] == "bounds"


def test_a_grant_names_its_source_and_the_source_has_its_limit(units: Server) -> None:
    status, answer = granted(units, 1400, "B", fund="union")
    assert (status, answer.get("fund")) == (201, "union"), answer
    status, problem = granted(units, 101, "B", fund="union")
    assert (status, problem["code"], problem["rule"], problem["offered"]) == (
        409,
        "limit-exceeded",
        "union-a-year",
        100,
    )
    assert granted(units, 101, "B")[0] == 201
    status, problem = granted(units, 1, "B", fund="moon")
    assert (status, problem["code"]) == (422, "unknown-scheme-term")

"""The past over HTTP: both clocks, lots and holds of then, a forecast, statements, and books that balance."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.api.served import Server, make_ledger, serving, settings_in

UNIT = "A"
ME = "/accounts/holder:h-one"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A ledger in which nothing has moved yet."""
    settings = settings_in(tmp_path)
    with serving(settings, make_ledger(settings, scheme="conformance")) as running:
        yield running


def post(server: Server, path: str, body: dict[str, Any], role: str = "admin") -> dict[str, Any]:
    answer = server.post(path, body, key=secrets.token_hex(8), role=role)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def get(
    server: Server, path: str, *, status: int = 200, role: str = "admin", unit: str = UNIT, **query: Any
) -> dict[str, Any]:
    client = server.client(role)
    answer = client.get(server.base + path, params={"unit": unit, **query} if path.startswith("/acc") else query)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def granted(server: Server, amount: int, **more: Any) -> dict[str, Any]:
    return post(server, "/grants", {"to": "holder:h-one", "unit": UNIT, "amount": amount, **more})


def moment(**ago: int) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def on_day(days: int) -> str:
    return (datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=days)).isoformat()


def pointers(problem: dict[str, Any]) -> list[str]:
    assert problem["code"] == "malformed"
    return [error["pointer"] for error in problem["errors"]]


def test_what_was_recorded_late_had_happened_and_was_not_known(fresh: Server) -> None:
    first = granted(fresh, 10)
    late = granted(fresh, 5, occurred_at=moment(hours=2))
    known = get(fresh, ME, known_at=first["recorded_at"])
    assert (known["balance"], known["position"]) == (10, first["position"])
    happened = get(fresh, ME, as_of=moment(hours=1))
    assert (happened["balance"], happened["received"], happened["position"]) == (5, 5, late["position"])
    assert get(fresh, ME, as_of=moment(hours=1), known_at=first["recorded_at"])["balance"] == 0
    assert get(fresh, ME)["balance"] == 15


def test_the_past_of_now_is_the_present(fresh: Server) -> None:
    granted(fresh, 10, expires_on=on_day(3))
    last = granted(fresh, 7)
    post(fresh, "/holds", {"from": "holder:h-one", "unit": UNIT, "amount": 4})
    now, then = get(fresh, ME, include="lots,holds"), get(fresh, ME, include="lots,holds", known_at=moment())
    same = {name for name in now if name != "position"}
    assert {name: now[name] for name in same} == {name: then[name] for name in same}
    assert (then["held"], len(then["lots"]), len(then["holds"])) == (4, 2, 1)
    assert [lot["grants"] for lot in then["lots"]] == [1, 1]
    before = get(fresh, ME, include="lots,holds", known_at=last["recorded_at"])
    assert (before["held"], before["holds"], before["available"]) == (0, [], 17)


def test_a_forecast_says_what_lapses_when(fresh: Server) -> None:
    ends_on = on_day(3)
    one = granted(fresh, 10, expires_on=ends_on)
    granted(fresh, 7)
    hold = post(fresh, "/holds", {"from": "holder:h-one", "unit": UNIT, "amount": 4, "expires_in": 600})
    ahead = moment(days=-10)
    assert pointers(get(fresh, ME, as_of=ahead, status=422)) == ["/?as_of"]
    found = get(fresh, ME, as_of=ahead, forecast="true", include="lots")
    assert (found["balance"], found["available"], found["lapsed"]) == (7, 7, 10)
    assert [(lapse["amount"], lapse["expires_on"]) for lapse in found["lapses"]] == [(10, ends_on)]
    assert found["lapses"][0]["pool"] == one["lot"]["pool"]
    assert [(end["hold"], end["amount"]) for end in found["ending"]] == [(hold["id"], 4)]
    assert [lot["remaining"] for lot in found["lots"]] == [7]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"as_of": "yesterday"}, "/?as_of"),
        ({"known_at": "2022-06-01T00:00:00"}, "/?known_at"),
        ({"known_at": "2999-01-01T00:00:00Z"}, "/?known_at"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "/?as_of"),
        ({"forecast": "true"}, "/?as_of"),
        ({"forecast": "yes", "as_of": "2022-06-01T00:00:00Z"}, "/?forecast"),
        ({"include": "debts"}, "/?include"),
        ({"at_least": "-1"}, "/?at_least"),
    ],
)
def test_an_instant_that_cannot_be_meant_is_named(server: Server, query: dict[str, str], pointer: str) -> None:
    assert pointers(get(server, ME, status=422, unit="safety_point", **query)) == [pointer]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"by": "period"}, "/?period"),
        ({"period": "2022"}, "/?period"),
        ({"by": "period", "period": "2022-06", "from": "2022-06-01T00:00:00Z"}, "/?from"),
        ({"by": "occurred_at", "period": "2022-06"}, "/?period"),
        ({"known_at": "soon"}, "/?known_at"),
        ({"limit": "1001"}, "/?limit"),
    ],
)
def test_a_statement_that_cannot_be_meant_is_named(server: Server, query: dict[str, str], pointer: str) -> None:
    assert pointers(get(server, ME + "/statement", status=422, unit="safety_point", **query)) == [pointer]


def test_a_statement_of_a_month_s_books_has_no_line_for_a_hold_and_none_that_is_not_known_yet(fresh: Server) -> None:
    first = granted(fresh, 10)
    hold = post(fresh, "/holds", {"from": "holder:h-one", "unit": UNIT, "amount": 4})
    post(fresh, f"/holds/{hold['id']}/void", {})
    granted(fresh, 5, occurred_at=moment(days=40))
    month = first["period"]
    found = get(fresh, ME + "/statement", by="period", period=month)
    assert [line["amount"] for line in found["lines"]] == [10, 5]
    assert (found["opening"], found["closing"]) == (0, 15)
    then = get(fresh, ME + "/statement", period=month, known_at=first["recorded_at"])
    assert ([line["amount"] for line in then["lines"]], then["closing"]) == ([10], 10)
    assert then["position"] == first["position"]
    world = get(fresh, ME + "/statement", by="occurred_at", to=moment(days=30))
    assert ([line["amount"] for line in world["lines"]], world["closing"]) == ([5], 5)


def test_books_of_any_instant_sum_to_zero(fresh: Server) -> None:
    first = granted(fresh, 10)
    granted(fresh, 5, occurred_at=moment(hours=2))
    for query, holders in (({"known_at": first["recorded_at"]}, 10), ({"as_of": moment(hours=1)}, 5), ({}, 15)):
        found = get(fresh, "/trial-balance", **query)
        assert found["differences"] == {}
        assert {line["account"]: line["balance"] for line in found["accounts"]} == {
            "holders": holders,
            "issued": -holders,
        }
    refused = get(fresh, "/trial-balance", status=422, period="2022-06", as_of=moment(hours=1))
    assert pointers(refused) == ["/?period"]


def test_a_holder_sees_its_own_past_and_no_other(fresh: Server) -> None:
    granted(fresh, 10)
    assert get(fresh, ME, role="holder", known_at=moment())["balance"] == 10
    other = "/accounts/holder:h-two"
    for path in (other, other + "/statement"):
        assert get(fresh, path, role="holder", status=404, known_at=moment())["code"] == "not-found"


def test_a_read_waits_for_the_position_that_it_names(fresh: Server) -> None:
    done = granted(fresh, 10)
    assert get(fresh, ME + "/statement", at_least=done["position"])["closing"] == 10
    behind = get(fresh, "/items", at_least=done["position"] + 1_000, status=503)
    assert (behind["code"], behind["head"]) == ("projection-behind", done["position"] + 1_000)

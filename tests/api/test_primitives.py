"""Who may move value between accounts, and what of it each side is shown."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.served import Server, make_ledger, serving, settings_in

ONE, TWO = "holder:h-one", "holder:h-two"


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A ledger whose units may be transferred, and whose awards need nobody else."""
    settings = settings_in(tmp_path_factory.mktemp("units"))
    with serving(settings, make_ledger(settings, scheme="conformance")) as running:
        yield running


def done(server: Server, path: str, body: Any = None, role: str = "admin") -> dict[str, Any]:
    answer = server.post(path, body, key=f"key-{time.monotonic_ns()}", role=role)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def transferred(server: Server, payer: str = TWO, payee: str = ONE, role: str = "admin") -> dict[str, Any]:
    done(server, "/grants", {"to": payer, "unit": "A", "amount": 1000})
    return done(server, "/transfers", {"from": payer, "to": payee, "unit": "A", "amount": 7}, role)


def body(path: str) -> dict[str, Any]:
    """What each route of the primitives takes."""
    moved = {"from": TWO, "to": ONE, "unit": "A", "amount": 1}
    bodies: dict[str, dict[str, Any]] = {
        "/transfers": moved,
        "/holds": moved,
        "/conversions": {"account": TWO, "from_unit": "A", "to_unit": "B", "amount": 2},
        "/accounts": {"id": f"a{time.monotonic_ns()}", "unit": "A"},
    }
    return bodies[path]


@pytest.mark.parametrize("path", ["/transfers", "/conversions", "/holds"])
@pytest.mark.parametrize("role", ["supervisor", "safety-leader", "officer", "admin"])
def test_whoever_may_give_and_take_may_move(units: Server, path: str, role: str) -> None:
    done(units, "/grants", {"to": TWO, "unit": "A", "amount": 100})
    assert done(units, path, body(path), role)["position"] > 0


@pytest.mark.parametrize("path", ["/transfers", "/conversions", "/holds", "/accounts"])
@pytest.mark.parametrize("role", ["counter", "holder", "auditor", "finance", "approver"])
def test_nobody_else_moves_value_not_even_a_holder_its_own(units: Server, path: str, role: str) -> None:
    answer = units.post(path, body(path), key=f"{path}-{role}", role=role)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_patrol_app_converts_for_people_and_moves_nothing_else(units: Server) -> None:
    done(units, "/grants", {"to": TWO, "unit": "A", "amount": 100})
    assert done(units, "/conversions", body("/conversions"), "patrol-app")["to_unit"] == "B"
    standing = {**body("/conversions"), "account": "account:till"}
    refused = [units.post("/conversions", standing, key="a-till", role="patrol-app")]
    refused += [units.post(path, body(path), key=f"app{path}", role="patrol-app") for path in ("/transfers", "/holds")]
    assert [(it.status_code, it.json()["permission"]) for it in refused] == [(403, "deduct")] * 3


@pytest.mark.parametrize("role", ["supervisor", "safety-leader", "officer"])
def test_accounts_are_opened_by_the_administrator_alone(units: Server, role: str) -> None:
    answer = units.post("/accounts", body("/accounts"), key=f"account-{role}", role=role)
    assert (answer.status_code, answer.json()["permission"]) == (403, "admin")


def test_where_awards_need_a_second_person_value_is_not_moved_alone(server: Server) -> None:
    wanted = {"from": TWO, "to": ONE, "unit": "safety_point", "amount": 1}
    answer = server.post("/transfers", wanted, key="alone", role="supervisor")
    assert (answer.status_code, answer.json()["permission"]) == (403, "admin")
    exchange = {"account": TWO, "from_unit": "safety_point", "to_unit": "safety_point", "amount": 1}
    answer = server.post("/conversions", exchange, key="exchanged-alone", role="supervisor")
    assert (answer.status_code, answer.json()["permission"]) == (403, "admin")
    proposal = {"command": {"type": "transfer", **wanted}}
    assert server.post("/proposals", proposal, key="proposed", role="supervisor").status_code in {201, 409}


# What each side sees ----------------------------------------------------------------------------------------------


def test_a_payee_sees_the_transfer_and_not_what_the_payer_has(units: Server) -> None:
    moved = transferred(units)
    shown = units.get(f"/transactions/{moved['tx']}", role="holder")
    assert shown.status_code == 200
    assert [it["account"] for it in shown.json()["balances"]] == [ONE]
    assert {it["account"] for it in units.get(f"/transactions/{moved['tx']}").json()["balances"]} == {ONE, TWO}
    (told,) = units.get(f"/transactions/{moved['tx']}/explain", role="holder").json()["facts"]
    assert told["data"]["to_after"]["balance"] > 0
    assert "after" not in told["data"]


def test_a_payee_is_not_told_how_the_payer_came_by_it(units: Server) -> None:
    """Reason, source and day of somebody else's grants are his."""
    moved = transferred(units)
    explain = f"/transactions/{moved['tx']}/explain"
    assert [units.get(explain, role=role).json()["lots"] != [] for role in ("admin", "holder")] == [True, False]
    own = transferred(units, ONE, TWO)
    (lot, *_) = units.get(f"/transactions/{own['tx']}/explain", role="holder").json()["lots"]
    assert lot["as"] == "taken"


@pytest.mark.parametrize(("payer", "payee"), [(TWO, ONE), (ONE, TWO)])
def test_the_feed_shows_a_holder_its_own_side_alone(units: Server, payer: str, payee: str) -> None:
    moved = transferred(units, payer, payee)
    page = units.get(f"/events?after={moved['position'] - 1}", role="holder").json()
    (fact,) = page["events"]
    seen, hidden = ("after", "to_after") if payer == ONE else ("to_after", "after")
    assert fact["data"][seen]["received"] > 0
    assert hidden not in fact["data"]


def test_a_group_shows_a_holder_its_own_facts_alone(units: Server) -> None:
    commands = [{"type": "grant", "id": f"g-{to}", "to": to, "unit": "A", "amount": 3} for to in (TWO, ONE)]
    answer = units.post("/batches", {"commands": [{"atomic": {"id": "g-both", "commands": commands}}]})
    tx = answer.json()["outcomes"][0]["outcomes"][0]["body"]["tx"]
    shown = units.get(f"/transactions/{tx}", role="holder").json()
    assert (shown["account"], len(shown["facts"])) == (ONE, 1)
    assert len(units.get(f"/transactions/{tx}").json()["facts"]) == 2


def test_a_holder_sees_holds_of_and_for_itself(units: Server) -> None:
    done(units, "/grants", {"to": ONE, "unit": "A", "amount": 5})
    done(units, "/grants", {"to": TWO, "unit": "A", "amount": 5})
    own, towards, others = (
        done(units, "/holds", {"from": payer, "unit": "A", "amount": 1, **to})["id"]
        for payer, to in ((ONE, {}), (TWO, {"to": ONE}), (TWO, {}))
    )
    found = [units.get(f"/holds/{hold}", role="holder") for hold in (own, towards, others, "nothing")]
    assert [answer.status_code for answer in found] == [200, 200, 404, 404]
    assert found[2].text.replace(others, "…") == found[3].text.replace("nothing", "…")


def test_an_account_lists_what_is_set_aside_of_it(units: Server) -> None:
    done(units, "/grants", {"to": ONE, "unit": "B", "amount": 9})
    held = done(units, "/holds", {"from": ONE, "unit": "B", "amount": 4})
    shown = units.get(f"/accounts/{ONE}?unit=B&include=holds", role="holder").json()
    assert shown["holds"] == [{"hold": held["id"], "remaining": 4, "expires_at": held["expires_at"]}]


def test_free_standing_accounts_are_listed_in_pages(units: Server) -> None:
    opened = sorted(done(units, "/accounts", {"id": f"list-{n}", "unit": "B"})["account"] for n in range(5))
    seen: list[str] = []
    after: Any = "account:list-"
    while after is not None:
        page = units.get(f"/accounts?after={after}&limit=2").json()
        seen += [it["account"] for it in page["accounts"]]
        after = page["next"]
    assert seen[:5] == opened
    assert all(name.startswith("account:") for name in seen)

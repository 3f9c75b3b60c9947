"""What people do with the API in a month, from end to end on a real ledger."""

import re
import secrets
from typing import Any

import httpx2
import pytest

from tests.api.served import Server
from tests.house.sources import ROOT

UNIT = "safety_point"
HAZARD = {"behaviour": "hazard", "target": "facility", "evidence": "photo-1"}


def post(server: Server, path: str, body: dict[str, Any], *, role: str = "admin", status: int = 201) -> dict[str, Any]:
    answer = server.post(path, body, key=secrets.token_hex(8), role=role)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stocked(server: Server, id: str, price: int = 10) -> None:
    post(server, "/items", {"id": id, "name": "毛巾", "price": price, "unit": UNIT})
    post(server, "/goods-receipts", {"item": id, "quantity": 20})


def rich(server: Server, name: str, amount: int = 1_000) -> str:
    holder: str = post(server, "/people", {"name": name})["holder"]
    post(server, "/grants", {"to": f"holder:{holder}", "unit": UNIT, "amount": amount})
    return holder


def test_a_hazard_waits_for_another_person_and_is_then_credited(server: Server) -> None:
    holder = rich(server, "张三")
    found = post(server, "/behaviours", {"holder": holder, **HAZARD}, role="supervisor")
    assert found["type"] == "proposal", found

    queue = server.get("/proposals").json()["proposals"]
    done = post(server, f"/proposals/{found['id']}/approve", {"note": "看过现场"}, role="safety-leader")

    assert found["id"] in {item["id"] for item in queue}
    assert (done["status"], done["amount"]) == ("approved", 10)
    assert done["balances"][0]["account"] == f"holder:{holder}"
    assert done["balances"][0]["balance"] == 1_010
    history = server.get(f"/proposals/{found['id']}").json()["history"]
    assert [(step["type"], step.get("text")) for step in history][-1][1] == "看过现场"


def test_nobody_approves_what_he_proposed(server: Server) -> None:
    holder = rich(server, "李四")
    found = post(server, "/behaviours", {"holder": holder, **HAZARD}, role="safety-leader")

    answer = server.post(f"/proposals/{found['id']}/approve", {}, key="mine-" + holder, role="safety-leader")

    assert (answer.status_code, answer.json()["code"]) == (403, "self-approval")


@pytest.mark.parametrize(
    "command",
    [
        {"type": "pin", "holder": "h-two", "pin": "4711"},
        {"type": "person", "name": "无名"},
        {"type": "approval", "proposal": "x"},
        {"type": "wish"},
        {},
    ],
)
def test_what_the_vault_would_learn_at_once_cannot_be_proposed(server: Server, command: dict[str, Any]) -> None:
    refused = post(server, "/proposals", {"command": command}, status=422)
    assert refused["errors"][0]["pointer"] == "/command/type"
    assert not server.opened.vault.has_pin("h-two")


def test_a_proposal_needs_the_permission_of_what_it_proposes(server: Server) -> None:
    item = {"type": "item", "id": "P-item", "name": "x", "price": 1, "unit": UNIT}

    assert post(server, "/proposals", {"command": item}, role="supervisor", status=403)["permission"] == "stock"
    made = post(server, "/proposals", {"command": item}, role="safety-leader")
    post(server, f"/proposals/{made['id']}/reject", {"reason": "correction", "note": "太贵"}, role="admin")

    assert server.get(f"/proposals/{made['id']}").json()["status"] == "rejected"
    assert server.get("/items/P-item").status_code == 404


def test_a_clients_key_approves_nothing(server: Server) -> None:
    from ledger.vault import Principal

    principals = server.opened.vault.principals
    principals.add(Principal(id="client:gate", roles=("approver",), subject="person:safety-leader"))
    key = principals.create_key("client:gate")[0]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "client-approves"}

    answer = httpx2.post(server.base + "/proposals/any/approve", json={}, headers=headers, trust_env=False)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_sale_is_confirmed_by_the_workers_own_pin(server: Server) -> None:
    stocked(server, "P-cup")
    holder = rich(server, "王五")
    post(server, f"/people/{holder}/pin", {"pin": "4711"}, role="counter")
    sale = {"holder": holder, "lines": [{"item": "P-cup", "quantity": 1}]}

    none = post(server, "/redemptions", sale, role="counter", status=409)
    wrong = post(server, "/redemptions", sale | {"pin": "4712"}, role="counter", status=409)
    right = post(server, "/redemptions", sale | {"pin": "4711"}, role="counter")

    assert (none["code"], wrong["code"], wrong["tries_left"]) == ("confirmation-required", "pin-wrong", 4)
    assert (right["status"], right["confirmation"]) == ("fulfilled", "pin")
    # The four digits may stand inside an id, a seal or a time by chance: there they have neighbours.
    assert not re.search(r"(?<![0-9a-f-])4711(?![0-9a-f-])", server.get(f"/transactions/{right['tx']}").text)


def test_a_pin_is_locked_after_too_many_wrong_ones_and_then_not_told_even_when_right(server: Server) -> None:
    stocked(server, "P-lock")
    holder = rich(server, "赵六")
    post(server, f"/people/{holder}/pin", {"pin": "4711"}, role="counter")
    sale = {"holder": holder, "lines": [{"item": "P-lock", "quantity": 1}]}

    codes = [post(server, "/redemptions", sale | {"pin": "9182"}, status=409)["code"] for _ in range(5)]
    right = post(server, "/redemptions", sale | {"pin": "4711"}, status=409)

    # The try that uses up the last chance says until when.
    assert codes == ["pin-wrong"] * 4 + ["pin-locked"]
    assert right["code"] == "pin-locked"


def test_a_counter_does_not_confirm_in_a_supervisors_place(server: Server) -> None:
    stocked(server, "P-super")
    holder = rich(server, "钱七")
    sale = {"holder": holder, "lines": [{"item": "P-super", "quantity": 1}], "confirmation": "supervisor"}

    assert post(server, "/redemptions", sale, role="counter", status=403)["permission"] == "grant"
    assert post(server, "/redemptions", sale, role="supervisor")["confirmed_by"] == "person:supervisor"


def test_a_hold_is_fulfilled_once_and_a_sale_is_given_back_in_part(server: Server) -> None:
    stocked(server, "H-cup", price=30)
    holder = rich(server, "孙八")
    lines = [{"item": "H-cup", "quantity": 2}]
    held = post(server, "/redemptions", {"holder": holder, "lines": lines, "hold": True, "confirmation": "supervisor"})

    done = post(server, f"/redemptions/{held['id']}/fulfil", {})
    again = post(server, f"/redemptions/{held['id']}/fulfil", {}, status=409)
    back = post(
        server, f"/redemptions/{held['id']}/refunds", {"lines": [{"item": "H-cup", "quantity": 1, "restock": True}]}
    )

    assert (held["status"], done["status"], again["code"]) == ("held", "fulfilled", "hold-already-captured")
    assert (back["type"], back["amount"]) == ("refund", 30)
    assert server.get(f"/redemptions/{held['id']}").json()["refunded"] == 30


def test_a_quote_says_line_by_line_what_stands_in_the_way(server: Server) -> None:
    stocked(server, "Q-cup", price=100)
    holder = rich(server, "周九", 250)

    lines = [{"item": "Q-cup", "quantity": 1}, {"item": "Q-none", "quantity": 1}]
    quote = server.post("/quotes", {"holder": holder, "lines": lines}).json()

    assert [(line["available"], line["reason"]) for line in quote["lines"]] == [(True, None), (False, "not-found")]
    assert quote["possible"] is False


def test_a_statement_adds_up_from_opening_to_closing_over_its_pages(server: Server) -> None:
    holder = rich(server, "吴十", 500)
    for amount in (5, 7, 11):
        post(server, "/grants", {"to": f"holder:{holder}", "unit": UNIT, "amount": amount})
    post(server, "/deductions", {"from": f"holder:{holder}", "unit": UNIT, "amount": 3, "reason": "correction"})

    path = f"/accounts/holder:{holder}/statement?unit={UNIT}&limit=2"
    page = server.get(path).json()
    lines = list(page["lines"])
    while page["next"]:
        page = server.get(f"{path}&after={page['next']}").json()
        lines += page["lines"]

    assert [line["amount"] for line in lines] == [500, 5, 7, 11, -3]
    assert [line["balance"] for line in lines] == [500, 505, 512, 523, 520]
    assert (page["opening"], page["closing"]) == (0, 520)


def test_a_frozen_account_does_not_move(server: Server) -> None:
    holder = rich(server, "郑一")
    post(server, f"/accounts/holder:{holder}/freeze", {"unit": UNIT, "reason": "correction"}, role="safety-leader")

    refused = post(server, "/grants", {"to": f"holder:{holder}", "unit": UNIT, "amount": 1}, role="admin", status=409)
    post(server, f"/accounts/holder:{holder}/unfreeze", {"unit": UNIT, "reason": "correction"}, role="safety-leader")

    assert refused["code"] == "account-frozen"
    post(server, "/grants", {"to": f"holder:{holder}", "unit": UNIT, "amount": 1}, role="admin")


def test_a_file_is_imported_with_a_report_and_a_second_time_adds_nothing(server: Server) -> None:
    roster = ROOT / "api" / "demo" / "data" / "workers.xlsx"
    answers = [
        server.client().post(server.base + "/imports/roster", files={"file": (roster.name, roster.read_bytes())})
        for _ in range(2)
    ]
    first, second = (answer.json() for answer in answers)
    assert first["rows"] == sum(first["counts"].values()) > 0
    assert first["counts"]["credited"] > 0
    assert second["counts"].get("credited", 0) == 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/problems"])
def test_the_process_describes_itself_without_a_key_and_without_other_hosts(server: Server, path: str) -> None:
    answer = httpx2.get(server.url + path, trust_env=False)
    assert answer.status_code == 200
    assert "http://" not in answer.text.replace("http://127.0.0.1", "")
    assert "https://" not in answer.text or path == "/openapi.json"


def test_an_unknown_address_and_method_are_problems_too(server: Server) -> None:
    nowhere = server.get("/nothing")
    method = server.client().delete(server.base + "/grants")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not-found")
    assert (method.status_code, method.json()["code"]) == (405, "method-not-allowed")


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(("lang", "says"), [("zh-CN", "没有这个页面"), ("en", "There is no such page")])
@pytest.mark.parametrize("path", ["/counter/nothing", "/counter/receipts/x", "/counter/static/x.js", "/nothing"])
def test_a_person_at_an_unknown_address_reads_a_page_and_a_client_what_it_always_got(
    server: Server, path: str, lang: str, says: str
) -> None:
    page = httpx2.get(server.url + path, headers={**BROWSER, "Accept-Language": lang}, trust_env=False)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert says in page.text
    assert path in page.text
    assert 'href="/counter"' in page.text
    told = httpx2.get(server.url + path, trust_env=False)
    assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json")
    assert told.json()["code"] == "not-found"


def test_a_form_s_address_that_is_opened_by_hand_says_so_and_what_it_takes(server: Server) -> None:
    page = httpx2.get(server.url + "/counter/badge", headers={**BROWSER, "Accept-Language": "en"}, trust_env=False)
    assert (page.status_code, page.headers["allow"]) == (405, "POST")
    assert "This page cannot be opened by its address" in page.text


def test_no_client_of_the_api_gets_a_page_whatever_it_says_it_takes(server: Server) -> None:
    in_ledger = httpx2.get(server.base + "/nothing", headers=BROWSER, trust_env=False)
    with_key = httpx2.get(server.url + "/nothing", headers={**BROWSER, "Authorization": "Bearer x"}, trust_env=False)
    assert [answer.json()["code"] for answer in (in_ledger, with_key)] == ["not-found", "not-found"]


def test_reads_say_where_the_ledger_stands(server: Server) -> None:
    tx = post(server, "/grants", {"to": "holder:h-one", "unit": UNIT, "amount": 1})
    assert int(server.get("/items").headers["Ledger-Position"]) >= tx["position"]


def test_the_feed_has_every_fact_once_and_in_order(server: Server) -> None:
    head = server.opened.ledger.storage.head().position
    seen: list[int] = []
    after = "0"
    while len(seen) < head:
        page = server.get(f"/events?limit=7&after={after}", role="auditor").json()
        seen += [fact["pos"] for fact in page["events"]]
        after = page["next"]
    assert seen[:head] == list(range(1, head + 1))


def test_the_feed_can_be_asked_for_some_kinds_of_facts(server: Server) -> None:
    post(server, "/grants", {"to": "holder:h-one", "unit": UNIT, "amount": 1})
    page = server.get("/events?types=points-earned.v1&limit=1000", role="auditor").json()
    assert {fact["type"] for fact in page["events"]} == {"points-earned.v1"}
    assert server.get("/events?types=nothing.v1", role="auditor").status_code == 422


def test_a_month_is_closed_over_http_once_nothing_is_undecided(server: Server) -> None:
    period = server.get("/periods").json()["open"]
    waiting = server.get("/proposals").json()["proposals"]

    held = server.post(f"/periods/{period}/close", {}, role="safety-leader")
    done = server.post(f"/periods/{period}/close", {"carry": True}, role="safety-leader")
    again = server.post(f"/periods/{period}/close", {"carry": True}, role="safety-leader")

    assert (held.status_code, held.json()["code"]) == (409, "open-items-remain") if waiting else held.status_code == 200
    assert done.status_code == 200, done.text
    assert again.json()["seal"] == done.json()["seal"]
    assert server.get("/periods").json()["open"] == done.json()["opens"]


def test_a_wrong_pin_sent_again_under_its_key_counts_once(server: Server) -> None:
    stocked(server, "P-once")
    holder = rich(server, "周九")
    post(server, f"/people/{holder}/pin", {"pin": "4711"}, role="counter")
    sale = {"holder": holder, "lines": [{"item": "P-once", "quantity": 1}], "pin": "9182"}

    answers = [server.post("/redemptions", sale, key="the-same-try", role="counter").json() for _ in range(3)]

    assert [answer["tries_left"] for answer in answers] == [4, 4, 4]


@pytest.mark.parametrize("route", ["/grants", "/deductions"])
def test_where_awards_need_a_second_person_a_supervisor_only_proposes_value_without_a_rule(
    server: Server, route: str
) -> None:
    account = {"to" if route == "/grants" else "from": f"holder:{rich(server, '吴十')}"}
    value = {**account, "unit": UNIT, "amount": 500, "reason": "correction"}

    refused = server.post(route, value, key=secrets.token_hex(8), role="supervisor")
    type_ = "grant" if route == "/grants" else "deduction"
    proposed = post(server, "/proposals", {"command": {"type": type_, **value}}, role="supervisor")

    assert (refused.status_code, refused.json()["permission"]) == (403, "admin")
    assert proposed["status"] == "open"

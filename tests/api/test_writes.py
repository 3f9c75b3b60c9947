"""Writes over HTTP: what they answer, and that a key has one effect whatever comes twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.api.served import Server, make_ledger, serving, settings_in

UNIT = "safety_point"


def grant(amount: int, to: str = "holder:h-one") -> dict[str, object]:
    return {"to": to, "unit": UNIT, "amount": amount}


def balance(server: Server, holder: str) -> dict[str, int]:
    answer = server.get(f"/accounts/holder:{holder}?unit={UNIT}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, int] = answer.json()
    return shown


def test_a_grant_answers_what_it_did_and_the_account_after_it(server: Server) -> None:
    before = balance(server, "h-two")

    answer = server.post("/grants", grant(7, "holder:h-two"), key="grant-7")

    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["type"], body["status"], body["amount"], body["id"]) == ("grant", "posted", 7, body["tx"])
    assert body["balances"] == [balance(server, "h-two")]
    assert body["balances"][0]["balance"] == before["balance"] + 7
    assert body["position"] == body["balances"][0]["position"]


def test_the_same_key_and_request_get_the_same_bytes_and_no_second_effect(server: Server) -> None:
    before = balance(server, "h-one")["balance"]

    first = server.post("/grants", grant(5), key="same")
    # Other spaces and another order are the same request.
    again = server.client().post(
        server.base + "/grants",
        content=b'{ "unit": "safety_point", "amount":5, "to":"holder:h-one" }',
        headers={"Idempotency-Key": "same", "Accept-Language": "en"},
    )

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert balance(server, "h-one")["balance"] == before + 5


def test_the_same_key_with_another_request_is_refused_and_changes_nothing(server: Server) -> None:
    server.post("/grants", grant(5), key="reused")
    before = balance(server, "h-one")

    for path, body in (("/grants", grant(6)), ("/deductions", {"from": "holder:h-one", "unit": UNIT, "amount": 5})):
        sent = body | ({"reason": "correction"} if path == "/deductions" else {})
        answer = server.post(path, sent, key="reused")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")

    assert balance(server, "h-one") == before


def test_sixty_four_clients_with_one_key_have_one_effect_and_one_answer(server: Server) -> None:
    before = balance(server, "h-one")["balance"]

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: server.post("/grants", grant(11), key="sixty-four"), range(64)))

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert balance(server, "h-one")["balance"] == before + 11


def test_a_recorded_refusal_is_final_for_its_key_in_the_language_of_its_first_answer(server: Server) -> None:
    item(server, "G-final", price=1_000_000)
    sale = {"holder": "h-one", "lines": [{"item": "G-final", "quantity": 1}], "confirmation": "supervisor"}

    first = server.post("/redemptions", sale, key="too-dear", Accept_Language="en")
    server.post("/grants", grant(2_000_000), key="rich-now")
    again = server.post("/redemptions", sale, key="too-dear", Accept_Language="zh-CN")

    assert (first.status_code, first.json()["code"]) == (409, "insufficient-funds")
    assert first.headers["Content-Type"] == "application/problem+json"
    assert first.json()["retryable"] is True
    assert "needed" in first.json()["detail"]
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_refusal_that_is_not_recorded_leaves_the_key_free(server: Server) -> None:
    unknown = server.post("/grants", grant(1, "holder:later"), key="free")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")

    assert server.post("/grants", grant(1), key="free").status_code == 201


def test_a_cause_pays_once_whatever_keys_are_used(server: Server) -> None:
    patrol = grant(20) | {"cause": {"type": "patrol", "id": "8812"}}

    first = server.post("/grants", patrol, key="patrol-a")
    second = server.post("/grants", patrol, key="patrol-b")

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "cause-already-used")
    assert second.json()["fact"] == first.json()["position"]


def test_a_sale_takes_points_and_stock_together(server: Server) -> None:
    item(server, "G-cup", price=35)
    server.post("/grants", grant(500, "holder:h-two"), key="for-the-cup")
    before = balance(server, "h-two")

    sale = {"holder": "h-two", "lines": [{"item": "G-cup", "quantity": 2}], "confirmation": "supervisor"}
    answer = server.post("/redemptions", sale, key="cup")

    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["type"], body["status"], body["amount"]) == ("redemption", "fulfilled", 70)
    assert body["lines"] == [{"item": "G-cup", "price": 35, "quantity": 2}]
    assert balance(server, "h-two")["available"] == before["available"] - 70
    assert server.get("/items/G-cup").json()["stock"] == 8


def test_answers_are_replayed_after_a_restart(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    keys = make_ledger(settings)
    wishes = [("/grants", grant(3), "kept"), ("/redemptions", {"holder": "h-one", "lines": [LINE]}, "refused")]

    with serving(settings, keys) as server:
        item(server, "G-kept", price=1_000)
        first = [server.post(path, body, key=key) for path, body, key in wishes]
    with serving(settings, keys) as server:
        again = [server.post(path, body, key=key) for path, body, key in wishes]

    assert [answer.status_code for answer in first] == [201, 409]
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert all(answer.headers["Idempotent-Replayed"] == "true" for answer in again)


LINE = {"item": "G-kept", "quantity": 1}


def item(server: Server, id: str, *, price: int, stock: int = 10) -> None:
    listed = server.post("/items", {"id": id, "name": "杯子", "price": price, "unit": UNIT}, key=f"list-{id}")
    assert listed.status_code == 201, listed.text
    received = server.post("/goods-receipts", {"item": id, "quantity": stock}, key=f"stock-{id}")
    assert received.status_code == 201, received.text

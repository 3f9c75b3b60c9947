"""4b, Writes, and what 4-api says of writing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contract.book import Json, Ledger, is_, new

Body = dict[str, Any]


def grant_to(holder: str, amount: int = 5) -> Body:
    return {"to": holder, "unit": "A", "amount": amount}


# What is answered -------------------------------------------------------------------------------------------------


def test_a_write_says_what_was_done_when_and_where_it_stands(ledger: Ledger) -> None:
    done = ledger.grant(ledger.holder(), 5)
    for name in ("id", "type", "status", "tx", "position", "recorded_at", "occurred_at", "period", "balances"):
        assert done[name], name


def test_every_value_write_answers_the_amount_that_moved_not_what_was_asked(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    assert ledger.transfer(payer, payee, 4)["amount"] == 4
    assert ledger.transfer(payer, payee, 100, up_to=True)["amount"] == 6
    granted = ledger.grant(payee, 20)
    assert granted["amount"] == 20
    assert ledger.deduct(payee, 3)["amount"] == 3
    hold = ledger.hold(payee, 1_000, up_to=True)
    assert hold["amount"] == 27
    assert ledger.capture(hold["id"], amount=7)["amount"] == 7
    assert ledger.done(f"/holds/{hold['id']}/void")["amount"] == 20
    assert ledger.reverse(granted["tx"], amount=2)["amount"] == 2


def test_a_capture_adds_what_remains(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 10)
    assert ledger.capture(hold["id"], amount=4)["remaining"] == 6
    assert ledger.capture(hold["id"])["remaining"] == 0


def test_up_to_never_uses_a_credit_line(ledger: Ledger) -> None:
    line, payee = ledger.account(floor=-100), ledger.holder()
    ledger.grant(line, 30)
    ledger.hold(line, 10)
    assert ledger.transfer(line, payee, 50, up_to=True)["amount"] == 20
    assert ledger.transfer(line, payee, 50, up_to=True)["amount"] == 0
    assert ledger.hold(line, 50, up_to=True)["amount"] == 0

    below = ledger.account(floor=-100)
    ledger.transfer(below, payee, 5)
    assert ledger.transfer(below, payee, 50, up_to=True)["amount"] == 0
    assert ledger.at(below)["balance"] == -5


def test_a_hold_that_up_to_brings_to_0_is_already_closed(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.holder(), 10, up_to=True)
    assert (hold["amount"], hold["status"]) == (0, "closed")
    assert is_(ledger.refused(f"/holds/{hold['id']}/capture"), 409, ledger.refused(f"/holds/{hold['id']}/void")["code"])


# Keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "\u00e9"], ids=ascii)
def test_a_key_is_1_to_255_visible_ascii_characters(ledger: Ledger, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    answer = ledger.http.post(ledger.base + "/grants", json=grant_to(ledger.holder()), headers=headers)
    assert is_(answer.json(), 422, "malformed")


def test_a_missing_key_is_malformed(ledger: Ledger) -> None:
    answer = ledger.http.post(ledger.base + "/grants", json=grant_to(ledger.holder()))
    assert is_(answer.json(), 422, "malformed")


def test_the_longest_and_the_shortest_key_are_taken(ledger: Ledger) -> None:
    import secrets

    holder = ledger.holder()
    long = secrets.token_hex(127) + "~"
    assert ledger.post("/grants", grant_to(holder), key=long).status_code == 201
    assert ledger.post("/grants", grant_to(holder), key=long).headers["Idempotent-Replayed"] == "true"


def test_the_same_key_and_request_give_the_same_bytes_and_say_so(ledger: Ledger) -> None:
    holder, key = ledger.holder(), new()
    first, again = (ledger.post("/grants", grant_to(holder), key=key) for _ in range(2))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert ledger.at(holder)["balance"] == 5


@pytest.mark.parametrize("text", ['{"unit":"A","amount":5,"to":"%s"}', '{ "amount" : 5, "to":"%s", "unit" : "A" }'])
def test_the_request_is_its_meaning_not_its_bytes(ledger: Ledger, text: str) -> None:
    holder, key = ledger.holder(), new()
    first = ledger.post("/grants", grant_to(holder), key=key)
    again = ledger.raw("/grants", text % holder, key=key)
    assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.parametrize("change", [{"amount": 6}, {"unit": "B"}, {"expires_in_days": 3}, {"reason": "correction"}])
def test_the_same_key_with_another_request_is_reused(ledger: Ledger, change: Body) -> None:
    holder, key = ledger.holder(), new()
    ledger.done("/grants", grant_to(holder), key=key)
    assert is_(ledger.refused("/grants", grant_to(holder) | change, key=key), 422, "idempotency-key-reused")
    assert ledger.at(holder)["balance"] == 5


def test_the_same_key_on_another_route_is_reused(ledger: Ledger) -> None:
    holder, key = ledger.holder(), new()
    ledger.done("/grants", grant_to(holder), key=key)
    body = {"from": holder, "unit": "A", "amount": 5, "reason": "correction"}
    assert is_(ledger.refused("/deductions", body, key=key), 422, "idempotency-key-reused")


def test_the_same_key_for_another_thing_of_the_path_is_reused(ledger: Ledger) -> None:
    holder, key = ledger.funded(20), new()
    one, two = (ledger.hold(holder, 5)["id"] for _ in range(2))
    ledger.done(f"/holds/{one}/void", key=key)
    assert is_(ledger.refused(f"/holds/{two}/void", key=key), 422, "idempotency-key-reused")


def test_a_recorded_refusal_is_replayed_to_the_byte_even_when_it_would_succeed_now(ledger: Ledger) -> None:
    payer, key = ledger.funded(10), new()
    body = {"from": payer, "to": ledger.holder(), "unit": "A", "amount": 15}
    first = ledger.post("/transfers", body, key=key)
    ledger.grant(payer, 100)
    again = ledger.post("/transfers", body, key=key)
    assert is_(first.json(), 409, "insufficient-funds", required=15, available=10, missing=5)
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert ledger.post("/transfers", body).status_code == 201


def test_another_request_under_the_key_of_a_recorded_refusal_is_reused(ledger: Ledger) -> None:
    payer, key = ledger.funded(10), new()
    body = {"from": payer, "to": ledger.holder(), "unit": "A", "amount": 15}
    ledger.refused("/transfers", body, key=key)
    smaller = {**body, "amount": 5}
    assert is_(ledger.refused("/transfers", smaller, key=key), 422, "idempotency-key-reused")
    assert ledger.at(payer)["balance"] == 10


def test_many_at_once_under_one_key_have_one_effect_and_one_answer(ledger: Ledger) -> None:
    holder, key = ledger.holder(), new()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: ledger.post("/grants", grant_to(holder), key=key), range(8)))
    assert {(it.status_code, it.content) for it in answers} == {(201, answers[0].content)}
    assert sum("Idempotent-Replayed" not in it.headers for it in answers) == 1
    assert ledger.at(holder)["balance"] == 5


def test_two_requests_at_once_under_one_key_let_one_win(ledger: Ledger) -> None:
    holder, key = ledger.holder(), new()
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda n: ledger.post("/grants", grant_to(holder, n), key=key), (5, 7)))
    assert sorted(it.status_code for it in answers) == [201, 422]
    won = next(it.json()["amount"] for it in answers if it.status_code == 201)
    assert ledger.at(holder)["balance"] == won


def test_a_key_belongs_to_its_client(ledger: Ledger, other: Ledger) -> None:
    holder, key = ledger.holder(), new()
    mine, theirs = (client.done("/grants", grant_to(holder), key=key) for client in (ledger, other))
    assert mine["tx"] != theirs["tx"]
    assert ledger.at(holder)["balance"] == 10


@pytest.mark.parametrize("first", ["header", "batch"])
def test_header_or_batch_makes_no_difference(ledger: Ledger, first: str) -> None:
    holder, key = ledger.holder(), new()
    ways: dict[str, Callable[[], Json]] = {
        "header": lambda: ledger.done("/grants", grant_to(holder), key=key),
        "batch": lambda: ledger.batch({"type": "grant", "id": key, **grant_to(holder)})[0]["body"],
    }
    assert len({str(ways[way]()["tx"]) for way in (first, *ways)}) == 1
    changed = {"type": "grant", "id": key, **grant_to(holder, 6)}
    assert is_(ledger.batch(changed)[0]["body"], 422, "idempotency-key-reused")
    assert ledger.at(holder)["balance"] == 5


def test_header_or_batch_makes_no_difference_for_what_the_path_names(ledger: Ledger) -> None:
    hold, key = ledger.hold(ledger.funded(10), 10)["id"], new()
    single = ledger.done(f"/holds/{hold}/capture", {"amount": 4}, key=key)
    (again,) = ledger.batch({"type": "capture", "id": key, "hold": hold, "amount": 4})
    assert (again["status"], again["replayed"], again["body"]) == (201, True, single)


def test_a_404_leaves_the_key_free(ledger: Ledger) -> None:
    key, free = new(), new()
    body = {"from": ledger.funded(10), "to": f"account:{free}", "unit": "A", "amount": 5}
    assert is_(ledger.refused("/transfers", body, key=key), 404, "not-found")
    ledger.done("/accounts", {"id": free, "unit": "A"})
    assert ledger.done("/transfers", body, key=key)["amount"] == 5


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"unit": "no-such-unit"}, {"extra": 1}])
def test_a_422_leaves_the_key_free(ledger: Ledger, wrong: Body) -> None:
    key, body = new(), grant_to(ledger.holder())
    assert ledger.refused("/grants", body | wrong, key=key)["status"] == 422
    assert ledger.done("/grants", body, key=key)["amount"] == 5


def test_a_larger_up_to_under_a_used_key_is_reused(ledger: Ledger) -> None:
    payer, payee, key = ledger.funded(10), ledger.holder(), new()
    body = {"from": payer, "to": payee, "unit": "A", "amount": 20, "up_to": True}
    assert ledger.done("/transfers", body, key=key)["amount"] == 10
    ledger.grant(payer, 50)
    assert is_(ledger.refused("/transfers", {**body, "amount": 30}, key=key), 422, "idempotency-key-reused")
    assert ledger.done("/transfers", body, key=key)["amount"] == 10
    assert ledger.at(payer)["balance"] == 50


# Causes -----------------------------------------------------------------------------------------------------------


def test_a_cause_pays_one_account_once_whatever_keys_are_used(ledger: Ledger, other: Ledger) -> None:
    holder, cause = ledger.holder(), {"type": "patrol", "id": new()}
    body = grant_to(holder) | {"cause": cause}
    paid = ledger.done("/grants", body)
    assert is_(ledger.refused("/grants", body), 409, "cause-already-used", fact=paid["position"])
    assert is_(other.refused("/grants", body), 409, "cause-already-used", fact=paid["position"])
    assert ledger.done("/grants", body | {"to": ledger.holder()})["amount"] == 5


def test_without_a_behaviour_a_causes_rule_is_the_route(ledger: Ledger) -> None:
    holder, cause = ledger.holder(), {"type": "patrol", "id": new()}
    ledger.done("/grants", grant_to(holder) | {"cause": cause})
    ledger.done("/grants", grant_to(holder) | {"cause": {**cause, "type": "gate"}})
    body = {"from": holder, "unit": "A", "amount": 5, "reason": "correction", "cause": cause}
    assert ledger.done("/deductions", body)["amount"] == 5
    assert is_(ledger.refused("/deductions", body), 409, "cause-already-used")


# Codes and the order of checks ------------------------------------------------------------------------------------


def test_an_unknown_thing_is_not_found(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    for body in ({"from": payer, "to": "holder:nobody"}, {"from": "account:nobody", "to": payer}):
        assert is_(ledger.refused("/transfers", {**body, "unit": "A", "amount": 1}), 404, "not-found")
    for path in ("/holds/nothing/capture", "/holds/nothing/void"):
        assert is_(ledger.refused(path), 404, "not-found")
    assert is_(ledger.refused("/holds/nothing/extend", {"expires_in": 5}), 404, "not-found")
    assert is_(ledger.refused("/reversals", {"of": "nothing", "reason": "correction"}), 404, "not-found")


def test_an_id_that_is_taken_under_another_key_already_exists(ledger: Ledger) -> None:
    body, key = {"id": new(), "unit": "A"}, new()
    ledger.done("/accounts", body, key=key)
    assert is_(ledger.refused("/accounts", body), 409, "already-exists")
    assert ledger.post("/accounts", body, key=key).headers["Idempotent-Replayed"] == "true"


def test_an_unknown_unit_is_said_before_an_unknown_account(ledger: Ledger) -> None:
    body = {"from": "holder:nobody", "to": "account:nobody", "unit": "no-such-unit", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 422, "unknown-scheme-term", term="unit", value="no-such-unit")


def test_an_unknown_account_is_said_before_any_state(ledger: Ledger) -> None:
    body = {"from": ledger.holder(), "to": "account:nobody", "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 404, "not-found")


def test_a_malformed_body_is_said_before_anything_else(ledger: Ledger) -> None:
    body = {"from": "holder:nobody", "to": "holder:nobody", "unit": "no-such-unit", "amount": 0}
    assert is_(ledger.refused("/transfers", body), 422, "malformed")


def test_existence_is_said_before_status(ledger: Ledger) -> None:
    """An account is one of its unit: in another unit there is none of that name."""
    frozen, payee = ledger.account("A"), ledger.holder()
    ledger.done(f"/accounts/{frozen}/freeze", {"unit": "A", "reason": "correction"})
    body = {"from": frozen, "to": "holder:nobody", "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 404, "not-found")
    assert is_(ledger.refused("/transfers", {**body, "to": payee, "unit": "B"}), 404, "not-found")
    assert is_(ledger.refused("/transfers", {**body, "to": payee}), 409, "account-frozen")


def test_unit_fit_is_said_before_what_is_left(ledger: Ledger) -> None:
    holder, item = ledger.funded(10), new()
    ledger.done("/items", {"id": item, "name": "soap", "price": 5, "unit": "A"})
    ledger.done("/goods-receipts", {"item": item, "quantity": 1})
    lines = [{"item": item, "quantity": 1}]
    sale = ledger.done("/redemptions", {"holder": holder.removeprefix("holder:"), "lines": lines})["id"]
    body = {"amounts": [{"unit": "B", "amount": 99}]}
    assert is_(ledger.refused(f"/redemptions/{sale}/refunds", body), 422, "unit-mismatch", expected="A", given="B")


def test_both_sides_of_a_movement_are_two_accounts(ledger: Ledger) -> None:
    one = ledger.funded(10)
    body = {"from": one, "to": one, "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 422, "same-account")
    assert is_(ledger.refused("/holds", body), 422, "same-account")


def test_retryable_is_true_only_for_states_that_can_change_back(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    poor = ledger.refused("/transfers", {"from": payer, "to": ledger.holder(), "unit": "A", "amount": 99})
    granted = ledger.grant(payer, 5)
    ledger.reverse(granted["tx"])
    gone = ledger.refused("/reversals", {"of": granted["tx"], "reason": "correction"})
    assert is_(poor, 409, "insufficient-funds", retryable=True)
    assert is_(gone, 409, "already-reversed", retryable=False)


def test_a_refusal_is_a_problem_document(ledger: Ledger) -> None:
    answer = ledger.post("/transfers", {"from": ledger.holder(), "to": ledger.holder(), "unit": "A", "amount": 1})
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "code", "retryable", "detail"}
    assert answer.json()["status"] == answer.status_code


# Strict bodies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("{", 400, "not-json"),
        ("\ufeff{}", 400, "not-json"),
        ("[]", 422, "malformed"),
        ('{"to":"holder:x","unit":"A","amount":1,"more":1}', 422, "malformed"),
        ('{"to":"holder:x","unit":"A","amount":1,"amount":1}', 422, "malformed"),
        ('{"to":"holder:x","unit":"A","amount":1,"reason":"a\\u0000b"}', 422, "malformed"),
        ('{"to":"holder:x","unit":"A"}', 422, "malformed"),
        ('{"to":"holder:x","unit":"A","amount":NaN}', 400, "not-json"),
    ],
)
def test_bodies_are_strict(ledger: Ledger, text: str, status: int, code: str) -> None:
    assert is_(ledger.raw("/grants", text).json(), status, code)


def test_no_write_is_done_without_a_key_of_ours(ledger: Ledger) -> None:
    import httpx2

    for header in ({}, {"Authorization": "Bearer x"}):
        named = {**header, "Idempotency-Key": new()}
        answer = httpx2.post(ledger.base + "/grants", json=grant_to("holder:x"), headers=named, trust_env=False)
        assert is_(answer.json(), 401, "unauthenticated")


def test_what_is_not_ones_own_answers_as_what_does_not_exist(ledger: Ledger) -> None:
    """Another tenant's ledger, and one that nobody has."""
    place, _, _ = ledger.base.rpartition("/")
    elsewhere, nowhere = (ledger.http.get(f"{place}/{name}/items") for name in ("elsewhere", "nowhere"))
    assert (elsewhere.status_code, nowhere.status_code) == (404, 404)
    assert elsewhere.text.replace("elsewhere", "…") == nowhere.text.replace("nowhere", "…")

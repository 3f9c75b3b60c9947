"""Who may do what: every route with every role, generated from the description; default deny."""

from typing import Any

import pytest

from api.auth import PERMISSIONS, ROLES
from api.openapi import document
from tests.api.served import Server

OPERATIONS = [
    (method, path.removeprefix("/v1/ledgers/{ledger}"), operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]


def url(path: str) -> str:
    """The path with names of things that do not exist."""
    return path.replace("{", "no-such-").replace("}", "")


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS])
def test_a_role_is_forbidden_exactly_what_the_table_does_not_give_it(
    server: Server, method: str, path: str, operation: dict[str, Any]
) -> None:
    permission, own = operation["x-permission"], operation["x-own"]
    allowed = {role for role, held in ROLES.items() if permission in held or (own and "own" in held)}
    address, content = server.base + url(path), b"[]" if method == "post" else None

    answers = {role: server.client(role).request(method, address, content=content) for role in ROLES}

    # An empty body is malformed: whoever gets that far has passed the door.
    forbidden = {role: answer for role, answer in answers.items() if answer.status_code == 403}
    assert set(ROLES) - set(forbidden) == allowed, {role: answer.text for role, answer in answers.items()}
    assert {role: answer.json()["permission"] for role, answer in forbidden.items()} == dict.fromkeys(
        forbidden, permission
    )
    assert {answer.status_code for answer in answers.values()} <= {200, 403, 404, 422}


def test_the_auditor_can_write_nothing() -> None:
    posts = [operation for method, path, operation in OPERATIONS if method == "post" and path != "/batches"]
    assert [it["operationId"] for it in posts if it["x-permission"] in ROLES["auditor"]] == []


def test_every_permission_of_a_route_is_in_the_table_and_some_role_has_it() -> None:
    used = {operation["x-permission"] for _, _, operation in OPERATIONS}
    assert used <= set(PERMISSIONS)
    assert all(any(permission in held for held in ROLES.values()) for permission in used)
    assert all(held <= set(PERMISSIONS) for held in ROLES.values())


def test_the_auditor_gets_nothing_through_a_batch_either(server: Server) -> None:
    commands = [
        {"type": "grant", "id": "sneaky", "to": "holder:h-one", "unit": "safety_point", "amount": 1},
        {
            "atomic": {
                "id": "g",
                "commands": [{"type": "item", "id": "x", "name": "x", "price": 1, "unit": "safety_point"}],
            }
        },
    ]
    outcomes = server.post("/batches", {"commands": commands}, role="auditor").json()["outcomes"]
    assert [outcome["status"] for outcome in outcomes] == [403, 403]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer jf_0123456789abcdef_" + "A" * 43, "Bearer 钥匙"],
)
def test_without_a_key_of_ours_nobody_gets_in(server: Server, authorization: str | None) -> None:
    import httpx2

    headers = {} if authorization is None else {b"Authorization": authorization.encode()}
    answer = httpx2.get(server.base + "/items", headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_opens_its_own_ledger_and_no_other(server: Server) -> None:
    elsewhere = server.client().get(f"{server.url}/v1/ledgers/another/items")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not-found")


# A holder sees only itself ------------------------------------------------------------------------------------


def test_a_holder_sees_its_own_account_and_person(server: Server) -> None:
    assert server.get("/accounts/holder:h-one?unit=safety_point", role="holder").status_code == 200
    assert server.get("/people/h-one", role="holder").status_code == 200


@pytest.mark.parametrize(
    "path", ["/accounts/holder:{}?unit=safety_point", "/accounts/holder:{}/statement?unit=safety_point", "/people/{}"]
)
def test_somebody_else_looks_to_a_holder_like_nobody(server: Server, path: str) -> None:
    stranger = server.get(path.format("h-two"), role="holder")
    nobody = server.get(path.format("h-none"), role="holder")

    assert (stranger.status_code, nobody.status_code) == (404, 404)
    assert stranger.text.replace("h-two", "…") == nobody.text.replace("h-none", "…")


def test_a_holder_sees_no_transaction_and_no_redemption_of_others(server: Server) -> None:
    tx = server.post("/grants", {"to": "holder:h-two", "unit": "safety_point", "amount": 1}, key="others").json()["tx"]
    own = server.post("/grants", {"to": "holder:h-one", "unit": "safety_point", "amount": 1}, key="mine").json()["tx"]

    assert server.get(f"/transactions/{tx}", role="holder").status_code == 404
    assert server.get(f"/transactions/{tx}").status_code == 200
    assert server.get(f"/transactions/{own}", role="holder").status_code == 200


def test_a_holder_gets_quotes_for_itself_only(server: Server) -> None:
    lines = [{"item": "nothing", "quantity": 1}]
    assert server.post("/quotes", {"holder": "h-one", "lines": lines}, role="holder").status_code == 200
    assert server.post("/quotes", {"holder": "h-two", "lines": lines}, role="holder").status_code == 404


# Keys -------------------------------------------------------------------------------------------------------


def test_a_revoked_key_is_worthless_at_once(server: Server) -> None:
    import time

    principals = server.opened.vault.principals
    text, info = principals.create_key("person:auditor")
    client = server.client("auditor")
    asked = {"Authorization": f"Bearer {text}"}
    assert client.get(server.base + "/items", headers=asked).status_code == 200

    principals.revoke(info.id)
    time.sleep(0.11)  # another process's revocation counts after a tenth of a second

    assert client.get(server.base + "/items", headers=asked).status_code == 401


def test_names_are_masked_without_the_permission(server: Server) -> None:
    made = server.post("/people", {"name": "王钦力", "phone": "13800000000", "reference": "R-1"}, key="wang")
    assert made.status_code == 201, made.text
    holder = made.json()["holder"]

    clear, hidden = server.get(f"/people/{holder}"), server.get(f"/people/{holder}", role="auditor")

    assert (clear.json()["name"], clear.json()["phone"]) == ("王钦力", "13800000000")
    assert (hidden.json()["name"], hidden.json()["phone"], hidden.json()["reference"]) == ("王**", None, None)
    assert "王钦力" not in made.text
    assert [it["holder"] for it in server.get("/people?name=钦").json()["people"]] == [holder]
    assert server.get("/people?name=钦", role="auditor").status_code == 403


def test_registering_again_under_the_same_key_makes_nobody_new(server: Server) -> None:
    body = {"name": "李四", "reference": "R-4"}
    first, again = (server.post("/people", body, key="li") for _ in range(2))
    other = server.post("/people", body, key="li-again")

    assert again.content == first.content
    assert (other.status_code, other.json()["code"], other.json()["id"]) == (
        409,
        "already-exists",
        first.json()["holder"],
    )


def test_converting_came_apart_from_deducting_and_only_a_patrol_app_gained_by_it() -> None:
    able = {role for role, held in ROLES.items() if "convert" in held}
    assert able - {"patrol-app"} == {role for role, held in ROLES.items() if "deduct" in held}
    assert ROLES["patrol-app"] == {"read", "task", "convert", "redeem"}

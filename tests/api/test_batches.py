"""Batches: each command its own outcome, groups all or nothing, one namespace of keys."""

from typing import Any

import pytest

from tests.api.served import Server

UNIT = "safety_point"


def grant(id: str, amount: int = 1, to: str = "holder:h-one") -> dict[str, Any]:
    return {"type": "grant", "id": id, "to": to, "unit": UNIT, "amount": amount}


def send(server: Server, *commands: Any) -> list[dict[str, Any]]:
    answer = server.post("/batches", {"commands": list(commands)})
    assert answer.status_code == 200, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


def balance(server: Server) -> int:
    return int(server.get(f"/accounts/holder:h-one?unit={UNIT}").json()["balance"])


def test_independent_commands_have_their_own_outcomes_in_order(server: Server) -> None:
    before = balance(server)

    outcomes = send(server, grant("b-1", 5), grant("b-2", 0), grant("b-3", 7, "holder:nobody"), grant("b-4", 11))

    assert [(it["id"], it["status"]) for it in outcomes] == [("b-1", 201), ("b-2", 422), ("b-3", 404), ("b-4", 201)]
    assert outcomes[3]["body"]["balances"][0]["balance"] == before + 16
    assert balance(server) == before + 16


def test_an_id_is_a_key_whether_it_comes_in_a_batch_or_a_header(server: Server) -> None:
    before = balance(server)
    single = server.post("/grants", {"to": "holder:h-one", "unit": UNIT, "amount": 3}, key="b-both")

    (outcome, other) = send(server, grant("b-both", 3), grant("b-both", 4))

    assert (outcome["status"], outcome["replayed"], outcome["body"]) == (201, True, single.json())
    assert (other["status"], other["body"]["code"]) == (422, "idempotency-key-reused")
    assert balance(server) == before + 3


def test_twice_in_one_batch_is_a_replay(server: Server) -> None:
    first, second = send(server, grant("b-twice", 2), grant("b-twice", 2))
    assert (first.get("replayed"), second["replayed"]) == (None, True)
    assert first["body"] == second["body"]


def test_a_group_is_all_or_nothing(server: Server) -> None:
    before = balance(server)
    bad = grant("g-2", 5, "holder:nobody")

    (failed,) = send(server, {"atomic": {"id": "g-bad", "commands": [grant("g-1", 5), bad]}})
    (done,) = send(server, {"atomic": {"id": "g-good", "commands": [grant("g-1", 5), grant("g-3", 6)]}})

    assert (failed["status"], failed["code"]) == (404, "group-failed")
    assert [it["body"]["code"] for it in failed["outcomes"]] == ["group-failed", "not-found"]
    assert (done["status"], [it["status"] for it in done["outcomes"]]) == (201, [201, 201])
    assert [it["body"]["amount"] for it in done["outcomes"]] == [5, 6]
    assert balance(server) == before + 11


def test_a_group_under_its_id_again_is_a_replay(server: Server) -> None:
    group = {"atomic": {"id": "g-again", "commands": [grant("ga-1", 1), grant("ga-2", 2)]}}
    before = balance(server)

    (first,), (again,) = send(server, group), send(server, group)

    assert again["replayed"] is True
    assert [it["body"] for it in again["outcomes"]] == [it["body"] for it in first["outcomes"]]
    assert balance(server) == before + 3


def test_an_id_twice_in_one_group_is_refused(server: Server) -> None:
    (outcome,) = send(server, {"atomic": {"id": "g-twice", "commands": [grant("gt", 1), grant("gt", 1)]}})
    assert outcome["status"] == 422
    assert outcome["outcomes"][0]["body"]["code"] == "idempotency-key-reused"


def test_each_member_of_a_group_is_answered_with_its_own_facts(server: Server) -> None:
    ended = {**grant("gf-2", 6), "expires_on": "2022-01-01"}

    (done,) = send(server, {"atomic": {"id": "g-facts", "commands": [grant("gf-1", 5), ended, grant("gf-3", 7)]}})

    bodies = [it["body"] for it in done["outcomes"]]
    assert [body["amount"] for body in bodies] == [5, 6, 7]
    assert len({body["position"] for body in bodies}) == 3


def test_a_command_sent_alone_before_refuses_the_group_that_names_it_again(server: Server) -> None:
    before = balance(server)
    (alone,) = send(server, grant("ga-alone", 5))

    for commands in ([grant("ga-alone", 5), grant("ga-new", 1)], [grant("ga-new", 1), grant("ga-alone", 5)]):
        (outcome,) = send(server, {"atomic": {"id": "g-late", "commands": commands}})
        assert (outcome["status"], outcome["outcomes"][0]["body"]["code"]) == (422, "idempotency-key-reused")

    assert alone["status"] == 201
    assert balance(server) == before + 5


def test_a_groups_members_sent_alone_later_are_refused(server: Server) -> None:
    before = balance(server)
    (done,) = send(server, {"atomic": {"id": "g-first", "commands": [grant("gm-1", 5), grant("gm-2", 6)]}})

    alone = send(server, grant("gm-1", 5), grant("gm-2", 6))

    assert done["status"] == 201
    assert [it["body"]["code"] for it in alone] == ["idempotency-key-reused"] * 2
    assert balance(server) == before + 11


def test_a_refused_group_blames_the_same_member_again_and_leaves_the_others_usable(server: Server) -> None:
    before = balance(server)
    dear = {"type": "reversal", "id": "gr-2", "of": "x", "reason": "correction"}
    (given,) = send(server, grant("gr-0", 5))
    dear["of"] = given["body"]["tx"]
    send(server, {**dear, "id": "gr-1"})
    group = {"atomic": {"id": "g-refused", "commands": [grant("gr-good", 3), dear]}}

    (first,), (again,) = send(server, group), send(server, group)

    assert [it["status"] for it in first["outcomes"]] == [409, 409]
    assert first["outcomes"][1]["body"]["code"] == "already-reversed"
    assert again["outcomes"] == first["outcomes"]
    good, bad = send(server, grant("gr-good", 3), dear)
    assert (good["status"], bad["body"]["code"]) == (201, "idempotency-key-reused")
    assert balance(server) == before + 3


def test_a_thing_made_in_a_batch_has_the_commands_id(server: Server) -> None:
    listed = {"type": "item", "id": "B-item", "name": "手套", "price": 1, "unit": UNIT}
    received = {"type": "goods-receipt", "id": "B-stock", "item": "B-item", "quantity": 5}
    sale = {
        "type": "redemption",
        "id": "B-sale",
        "holder": "h-one",
        "lines": [{"item": "B-item", "quantity": 1}],
        "confirmation": "supervisor",
    }

    outcomes = send(server, grant("B-points", 500), listed, received, sale)

    assert [it["status"] for it in outcomes] == [201] * 4, outcomes
    assert server.get("/redemptions/B-sale").json()["status"] == "fulfilled"


@pytest.mark.parametrize(
    "body",
    [[], {}, {"commands": {}}, {"commands": [1]}, {"commands": [{"type": "grant"}]}, {"commands": [], "x": 1}],
)
def test_a_broken_envelope_refuses_the_whole_batch(server: Server, body: Any) -> None:
    answer = server.client().post(server.base + "/batches", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_an_empty_batch_has_no_outcomes(server: Server) -> None:
    assert send(server) == []


def test_more_than_ten_thousand_commands_are_too_many(server: Server) -> None:
    answer = server.post("/batches", {"commands": [{"type": "grant", "id": f"n{n}"} for n in range(10_001)]})
    assert (answer.status_code, answer.json()["limit"]) == (413, 10_000)


def test_an_unknown_type_is_its_own_outcome(server: Server) -> None:
    (outcome,) = send(server, {"type": "wish", "id": "w"})
    assert (outcome["status"], outcome["body"]["errors"][0]["pointer"]) == (422, "/type")


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        (grant("bad", 2**53), "/amount"),
        (grant("bad", 1) | {"reason": "a\u0000b"}, "/reason"),
        (grant("bad", 1) | {"amount": 1.5}, "/amount"),
    ],
    ids=["number", "control character", "fraction"],
)
def test_what_is_wrong_in_one_command_is_its_own_outcome(server: Server, bad: Any, pointer: str) -> None:
    before = balance(server)
    good = f"good-{pointer[1:]}-{bad['amount']}"
    first, second = send(server, bad, grant(good, 2))
    assert (first["status"], first["body"]["errors"][0]["pointer"]) == (422, pointer)
    assert second["status"] == 201
    assert balance(server) == before + 2


def test_what_is_wrong_in_a_member_fails_its_group_and_nothing_else(server: Server) -> None:
    before = balance(server)
    members = [grant("m-good"), grant("m-bad", 2**53)]
    group, alone = send(server, {"atomic": {"id": "g-bad", "commands": members}}, grant("m-alone", 4))
    assert (group["status"], [it["status"] for it in group["outcomes"]]) == (422, [409, 422])
    assert alone["status"] == 201
    assert balance(server) == before + 4

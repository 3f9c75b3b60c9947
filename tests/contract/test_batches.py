"""4b, Batches."""

import json
from typing import Any

import pytest

from tests.contract.book import Json, Ledger, is_, new

TYPES = ("account", "grant", "deduction", "transfer", "conversion", "hold", "capture", "void", "extend", "reversal")


def grant(to: str, amount: int = 1, id: str | None = None) -> Json:
    return {"type": "grant", "id": id or new(), "to": to, "unit": "A", "amount": amount}


def transfer(payer: str, payee: str, amount: int, **more: Any) -> Json:
    return {"type": "transfer", "id": new(), "from": payer, "to": payee, "unit": "A", "amount": amount, **more}


def group(*commands: Json, id: str | None = None) -> Json:
    return {"atomic": {"id": id or new(), "commands": list(commands)}}


def statuses(outcomes: list[Json]) -> list[int]:
    return [outcome["status"] for outcome in outcomes]


@pytest.mark.parametrize("type", TYPES)
def test_a_commands_type_is_the_singular_of_its_route(ledger: Ledger, type: str) -> None:
    """A known type with an empty body fails its model, not its type."""
    (outcome,) = ledger.batch({"type": type, "id": new()})
    assert outcome["status"] == 422
    assert outcome["body"]["errors"][0]["pointer"] != "/type"


def test_an_unknown_type_is_its_own_outcome(ledger: Ledger) -> None:
    holder = ledger.holder()
    outcomes = ledger.batch({"type": "wish", "id": new()}, grant(holder))
    assert statuses(outcomes) == [422, 201]


def test_a_command_has_the_single_calls_body_and_is_answered_as_the_single_call(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    command = transfer(payer, payee, 4)
    (outcome,) = ledger.batch(command)
    body = {name: command[name] for name in ("from", "to", "unit", "amount")}
    assert (outcome["id"], outcome["status"]) == (command["id"], 201)
    assert ledger.done("/transfers", body, key=command["id"]) == outcome["body"]


def test_capture_void_and_extend_name_their_hold(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    one, two = (ledger.hold(payer, 5)["id"] for _ in range(2))
    outcomes = ledger.batch(
        {"type": "extend", "id": new(), "hold": one, "expires_in": 600},
        {"type": "capture", "id": new(), "hold": one, "amount": 2},
        {"type": "void", "id": new(), "hold": two},
    )
    assert statuses(outcomes) == [201, 201, 201]
    assert [outcome["body"].get("remaining") for outcome in outcomes][1] == 3


def test_the_id_of_a_thing_made_is_the_things_id_so_later_commands_may_name_it(ledger: Ledger) -> None:
    payer, account, hold = ledger.funded(10), new(), new()
    outcomes = ledger.batch(
        {"type": "account", "id": account, "unit": "A"},
        transfer(payer, f"account:{account}", 6),
        {"type": "hold", "id": hold, "from": f"account:{account}", "unit": "A", "amount": 5},
        {"type": "capture", "id": new(), "hold": hold},
    )
    assert statuses(outcomes) == [201] * 4, outcomes
    assert outcomes[2]["body"]["id"] == hold
    assert ledger.at(f"account:{account}")["balance"] == 1


def test_in_a_group_too_later_members_may_name_what_earlier_ones_made(ledger: Ledger) -> None:
    payer, hold = ledger.funded(10), new()
    (outcome,) = ledger.batch(
        group(
            {"type": "hold", "id": hold, "from": payer, "unit": "A", "amount": 5},
            {"type": "capture", "id": new(), "hold": hold, "amount": 2, "final": True},
        )
    )
    assert outcome["status"] == 201, outcome
    assert ledger.at(payer)["available"] == 8


def test_single_calls_get_an_id_of_ours(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    one, two = (ledger.hold(payer, 5)["id"] for _ in range(2))
    assert one != two


def test_a_batch_id_is_1_to_255_and_a_thing_id_1_to_128_characters(ledger: Ledger) -> None:
    payer, filled = ledger.funded(10), (new() * 8)[:255]
    assert ledger.batch(grant(payer, id=filled))[0]["status"] == 201
    (outcome,) = ledger.batch({"type": "account", "id": filled, "unit": "A"})
    assert is_(outcome["body"], 422, "malformed")


@pytest.mark.parametrize("type", ["hold", "redemption"])
def test_nothing_is_made_under_an_id_that_no_later_command_could_name(ledger: Ledger, type: str) -> None:
    payer, item = ledger.funded(10), new()
    ledger.done("/items", {"id": item, "name": "soap", "unit": "A", "price": 2})
    ledger.done("/goods-receipts", {"item": item, "quantity": 5})
    bodies: dict[str, Json] = {
        "hold": {"from": payer, "unit": "A", "amount": 2, "expires_in": 0},
        "redemption": {"holder": payer.removeprefix("holder:"), "lines": [{"item": item, "quantity": 1}], "hold": True},
    }
    ids = [(new() * 5)[:length] for length in (128, 129)]
    named, too_long = ledger.batch(*({"type": type, "id": id, **bodies[type]} for id in ids))
    assert (named["status"], named["body"]["id"]) == (201, ids[0])
    assert is_(too_long["body"], 422, "malformed")
    assert ledger.at(payer)["held"] == 2


def test_outcomes_stand_in_order_whatever_they_are(ledger: Ledger) -> None:
    holder = ledger.holder()
    commands = [grant(holder, 5), grant("holder:nobody"), grant(holder, 0), transfer(holder, ledger.holder(), 99)]
    outcomes = ledger.batch(*commands, grant(holder, 7))
    assert [it["id"] for it in outcomes[:4]] == [it["id"] for it in commands]
    assert statuses(outcomes) == [201, 404, 422, 409, 201]
    assert ledger.at(holder)["balance"] == 12


def test_an_independent_command_sees_what_the_ones_before_it_did(ledger: Ledger) -> None:
    one, two, three = (ledger.holder() for _ in range(3))
    outcomes = ledger.batch(grant(one, 10), transfer(one, two, 8), transfer(two, three, 8), transfer(one, three, 3))
    assert statuses(outcomes) == [201, 201, 201, 409]


def test_twice_among_independent_commands_is_a_replay(ledger: Ledger) -> None:
    holder = ledger.holder()
    command = grant(holder, 5)
    first, second = ledger.batch(command, command)
    assert (first.get("replayed"), second["replayed"]) == (None, True)
    assert first["body"] == second["body"]
    assert ledger.at(holder)["balance"] == 5


def test_a_whole_batch_again_is_answered_as_before(ledger: Ledger) -> None:
    holder = ledger.holder()
    commands = [grant(holder, 5), transfer(holder, ledger.holder(), 99), group(grant(holder, 1), grant(holder, 2))]
    first, again = ledger.batch(*commands), ledger.batch(*commands)
    assert [it["body"] for it in first[:2]] == [it["body"] for it in again[:2]]
    assert [it["body"] for it in first[2]["outcomes"]] == [it["body"] for it in again[2]["outcomes"]]
    assert all(it["replayed"] for it in again)
    assert ledger.at(holder)["balance"] == 8


# Groups -----------------------------------------------------------------------------------------------------------


def test_a_group_is_all_or_nothing(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    done, failed = ledger.batch(
        group(transfer(payer, payee, 4), grant(payee, 1)), group(transfer(payer, payee, 4), transfer(payer, payee, 99))
    )
    assert (done["status"], statuses(done["outcomes"])) == (201, [201, 201])
    assert (failed["status"], failed["code"]) == (409, "group-failed")
    assert [it["body"]["code"] for it in failed["outcomes"]] == ["group-failed", "insufficient-funds"]
    assert (ledger.at(payer)["balance"], ledger.at(payee)["balance"]) == (6, 5)


def test_what_a_failed_group_would_have_taken_is_free_for_the_next_command(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    failed, after = ledger.batch(
        group(transfer(payer, payee, 10), transfer(payer, payee, 1)), transfer(payer, payee, 10)
    )
    assert (failed["status"], after["status"]) == (409, 201)
    assert (ledger.at(payer)["balance"], ledger.at(payee)["balance"]) == (0, 10)


def test_ids_of_members_that_failed_only_because_of_a_neighbour_stay_usable(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    good, bad = transfer(payer, payee, 4), transfer(payer, payee, 99)
    whole = group(good, bad)
    ledger.batch(whole)
    ledger.grant(payer, 1000)
    alone, refused = ledger.batch(good, bad)
    assert alone["status"] == 201
    assert is_(refused["body"], 422, "idempotency-key-reused")
    assert is_(ledger.batch(whole)[0]["outcomes"][1]["body"], 409, "insufficient-funds")


def test_a_groups_failing_404_or_422_leaves_every_id_free(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    good, bad = transfer(payer, ledger.holder(), 4), transfer(payer, "account:nobody", 1)
    whole = group(good, bad)
    (failed,) = ledger.batch(whole)
    assert (failed["status"], [it["body"]["code"] for it in failed["outcomes"]]) == (404, ["group-failed", "not-found"])
    mended = group(good, {**bad, "to": ledger.holder()}, id=whole["atomic"]["id"])
    assert ledger.batch(mended)[0]["status"] == 201


def test_group_failed_is_not_recorded(ledger: Ledger) -> None:
    holder = ledger.holder()
    good = grant(holder, 5)
    (failed,) = ledger.batch(group(good, transfer(holder, ledger.holder(), 99)))
    assert is_(failed["outcomes"][0]["body"], 409, "group-failed", retryable=True)
    assert ledger.batch(good)[0].get("replayed") is None


def test_a_member_that_fails_its_model_is_422_in_its_own_outcome_and_fails_its_group(ledger: Ledger) -> None:
    holder = ledger.holder()
    (failed,) = ledger.batch(group(grant(holder, 5), grant(holder, 0)))
    assert [(it["status"], it["body"]["code"]) for it in failed["outcomes"]] == [
        (409, "group-failed"),
        (422, "malformed"),
    ]
    assert ledger.at(holder)["balance"] == 0


def test_a_groups_member_sent_alone_later_is_reused(ledger: Ledger) -> None:
    holder = ledger.holder()
    members = grant(holder, 5), grant(holder, 6)
    assert ledger.batch(group(*members))[0]["status"] == 201
    for outcome in ledger.batch(*members):
        assert is_(outcome["body"], 422, "idempotency-key-reused")
    body = {"to": holder, "unit": "A", "amount": 5}
    assert is_(ledger.refused("/grants", body, key=members[0]["id"]), 422, "idempotency-key-reused")


def test_a_command_sent_alone_before_refuses_the_group_that_names_it(ledger: Ledger) -> None:
    holder = ledger.holder()
    alone = grant(holder, 5)
    ledger.batch(alone)
    (failed,) = ledger.batch(group(alone, grant(holder, 6)))
    assert failed["status"] == 422
    assert is_(failed["outcomes"][0]["body"], 422, "idempotency-key-reused")
    assert ledger.at(holder)["balance"] == 5


def test_a_group_of_one_is_refused_as_well_when_its_member_was_sent_alone_before(ledger: Ledger) -> None:
    holder = ledger.holder()
    done, missing = grant(holder, 5), transfer(holder, ledger.holder(), 6)
    assert statuses(ledger.batch(done, missing)) == [201, 409]
    for alone in (done, missing):
        (failed,) = ledger.batch(group(alone))
        assert is_(failed["outcomes"][0]["body"], 422, "idempotency-key-reused")
    assert ledger.at(holder)["balance"] == 5


def test_an_id_twice_in_one_group_is_reused(ledger: Ledger) -> None:
    holder = ledger.holder()
    command = grant(holder, 5)
    (failed,) = ledger.batch(group(command, command))
    assert is_(failed["outcomes"][0]["body"], 422, "idempotency-key-reused")


def test_a_groups_fingerprint_covers_all_its_members(ledger: Ledger) -> None:
    holder, id = ledger.holder(), new()
    one, two = grant(holder, 5), grant(holder, 6)
    ledger.batch(group(one, two, id=id))
    (again,) = ledger.batch(group(one, {**two, "amount": 7}, id=id))
    assert is_(again["outcomes"][0]["body"], 422, "idempotency-key-reused")
    assert ledger.at(holder)["balance"] == 11


# The envelope -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [[], {}, {"commands": {}}, {"commands": [1]}, {"commands": [{"type": "grant"}]}, {"commands": [], "more": 1}],
    ids=json.dumps,
)
def test_only_a_broken_envelope_refuses_the_whole_batch(ledger: Ledger, body: Any) -> None:
    answer = ledger.http.post(ledger.base + "/batches", json=body)
    assert is_(answer.json(), 422, "malformed")


def test_more_than_10000_commands_are_refused_as_a_whole(ledger: Ledger) -> None:
    commands = [{"type": "grant", "id": f"n{number}"} for number in range(10_001)]
    answer = ledger.http.post(ledger.base + "/batches", json={"commands": commands})
    assert is_(answer.json(), 413, "too-large", limit=10_000)


def test_an_empty_batch_has_no_outcomes(ledger: Ledger) -> None:
    assert ledger.batch() == []


def test_ten_thousand_commands_are_taken(ledger: Ledger) -> None:
    holder = ledger.holder()
    outcomes = ledger.batch(*(grant(holder) for _ in range(10_000)))
    assert set(statuses(outcomes)) == {201}
    assert ledger.at(holder)["balance"] == 10_000

"""A transaction by its id, whatever it did: a sale under the caller's own id, a long group, goods, a person."""

from typing import Any

from tests.api.served import Server
from tests.api.test_journeys import UNIT, post, rich, stocked


def wish(id: str, holder: str, item: str, pieces: int = 1) -> dict[str, Any]:
    lines = [{"item": item, "quantity": pieces}]
    return {"type": "redemption", "id": id, "holder": holder, "lines": lines, "confirmation": "supervisor"}


def facts_of(server: Server, tx: str) -> list[dict[str, Any]]:
    answer = server.get(f"/transactions/{tx}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["tx"] == tx
    return list(answer.json()["facts"])


def test_a_sale_under_the_callers_own_id_is_found_and_printed_by_its_transaction(server: Server) -> None:
    stocked(server, "T-cup")
    holder = rich(server, "周九")
    sale = server.post("/batches", {"commands": [wish("T-own", holder, "T-cup")]}).json()["outcomes"][0]["body"]

    facts = facts_of(server, sale["tx"])

    assert [fact["stream"] for fact in facts] == ["redemption:T-own"]
    assert server.get(f"/transactions/{sale['tx']}/receipt").json()["redemption"] == "T-own"


def test_each_sale_of_a_group_has_its_own_slip(server: Server) -> None:
    stocked(server, "T-bowl")
    holder = rich(server, "吴十")
    sales = [wish(f"T-{pieces}", holder, "T-bowl", pieces) for pieces in (1, 2)]
    answer = server.post("/batches", {"commands": [{"atomic": {"id": "T-group", "commands": sales}}]})
    assert answer.json()["outcomes"][0]["status"] == 201, answer.text

    slips = [server.get(f"/redemptions/T-{pieces}/receipts").json()["receipts"] for pieces in (1, 2)]

    assert [[slip["lines"][0]["quantity"] for slip in found] for found in slips] == [[1], [2]]


def test_all_three_hundred_grants_of_a_group_are_found(server: Server) -> None:
    grants = [
        {"type": "grant", "id": f"T-many-{number}", "to": "holder:h-one", "unit": UNIT, "amount": 1}
        for number in range(300)
    ]
    answer = server.post("/batches", {"commands": [{"atomic": {"id": "T-many", "commands": grants}}]})
    members = [member["body"] for member in answer.json()["outcomes"][0]["outcomes"]]

    facts = facts_of(server, members[0]["tx"])

    first = members[0]["position"]
    assert [fact["position"] for fact in facts] == list(range(first, first + 300))


def test_goods_and_people_are_found_by_their_transactions(server: Server) -> None:
    stocked(server, "T-pan")
    received = post(server, "/goods-receipts", {"item": "T-pan", "quantity": 3})
    person = post(server, "/people", {"name": "郑一"})

    assert [fact["type"] for fact in facts_of(server, received["tx"])] == ["goods-received.v1"]
    assert facts_of(server, person["tx"])[0]["stream"] == f"holder:{person['holder']}"
    assert "郑一" not in str(facts_of(server, person["tx"]))

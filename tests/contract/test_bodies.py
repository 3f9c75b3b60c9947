"""4b, the table of bodies: people, items, goods, refunds; and the scheme that ships for these tests."""

from typing import Any

import pytest

from tests.contract.book import Json, Ledger, is_, new


def shelved(ledger: Ledger, price: int = 5, quantity: int = 10, **more: Any) -> str:
    item = new()
    ledger.done("/items", {"id": item, "name": "soap", "price": price, "unit": "A", **more})
    ledger.done("/goods-receipts", {"item": item, "quantity": quantity})
    return item


def bought(ledger: Ledger, holder: str, item: str, quantity: int = 1) -> Json:
    lines = [{"item": item, "quantity": quantity}]
    return ledger.done("/redemptions", {"holder": holder.removeprefix("holder:"), "lines": lines})


def test_people_answers_holder_and_badge(ledger: Ledger) -> None:
    body = {"reference": new(), "name": "王钦力", "phone": "13800000000", "crew": "beams", "joined_on": "2022-06-01"}
    made = ledger.done("/people", body)
    assert made["holder"]
    assert "badge" in made


def test_a_known_reference_already_exists_naming_the_holder(ledger: Ledger) -> None:
    reference = new()
    made = ledger.done("/people", {"reference": reference})
    assert is_(ledger.refused("/people", {"reference": reference}), 409, "already-exists", id=made["holder"])


def test_items_take_their_members(ledger: Ledger) -> None:
    limit = {"quantity": 2, "per": "month"}
    window: Json = {"on_sale_from": "2022-06-01T00:00:00+08:00", "on_sale_to": "2999-06-01T00:00:00+08:00"}
    item = shelved(ledger, limit=limit, **window)
    assert ledger.get(f"/items/{item}")["price"] == 5
    assert ledger.done(f"/items/{item}/price", {"price": 7})["position"] > 0
    assert ledger.get(f"/items/{item}")["price"] == 7


def test_an_items_limit_is_kept(ledger: Ledger) -> None:
    item, holder = shelved(ledger, limit={"quantity": 2, "per": "month"}), ledger.funded(100)
    bought(ledger, holder, item, 2)
    lines = [{"item": item, "quantity": 1}]
    refused = ledger.refused("/redemptions", {"holder": holder.removeprefix("holder:"), "lines": lines})
    assert is_(refused, 409, "limit-exceeded", limit=2, used=2, offered=0)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/goods-receipts", {"quantity": 3, "note_code": "N-1"}),
        ("/stock-counts", {"counted": 9}),
        ("/scraps", {"quantity": 1, "reason": "correction"}),
    ],
    ids=["goods-receipts", "stock-counts", "scraps"],
)
def test_the_shelf_takes_its_bodies(ledger: Ledger, path: str, body: Json) -> None:
    assert ledger.done(path, {"item": shelved(ledger), **body})["position"] > 0


def test_a_refund_takes_lines_or_amounts(ledger: Ledger) -> None:
    holder, item = ledger.funded(100), shelved(ledger)
    sale = bought(ledger, holder, item, 4)["id"]
    body = {"lines": [{"item": item, "quantity": 1, "restock": True}], "restore": "keep"}
    assert ledger.done(f"/redemptions/{sale}/refunds", body)["amount"] == 5
    assert ledger.done(f"/redemptions/{sale}/refunds", {"amounts": [{"unit": "A", "amount": 3}]})["amount"] == 3
    assert ledger.at(holder)["balance"] == 88


def test_refunds_are_never_above_the_original(ledger: Ledger) -> None:
    holder, item = ledger.funded(100), shelved(ledger)
    sale = bought(ledger, holder, item, 2)["id"]
    ledger.done(f"/redemptions/{sale}/refunds", {"amounts": [{"unit": "A", "amount": 6}]})
    refused = ledger.refused(f"/redemptions/{sale}/refunds", {"amounts": [{"unit": "A", "amount": 5}]})
    assert is_(refused, 409, "exceeds-original", original=10, reversed=6)
    assert ledger.at(holder)["balance"] == 96


def test_a_redemption_may_hold_and_be_fulfilled_or_cancelled(ledger: Ledger) -> None:
    holder, item = ledger.funded(100), shelved(ledger)
    lines = [{"item": item, "quantity": 2}]
    body = {"holder": holder.removeprefix("holder:"), "lines": lines, "hold": True}
    one, two = (ledger.done("/redemptions", body)["id"] for _ in range(2))
    assert ledger.at(holder)["available"] == 80
    assert ledger.done(f"/redemptions/{one}/fulfil")["status"] == "fulfilled"
    assert ledger.done(f"/redemptions/{two}/cancel", {"reason": "correction"})["status"] == "cancelled"
    assert (ledger.at(holder)["balance"], ledger.at(holder)["available"]) == (90, 90)


def test_the_conformance_scheme_has_units_a_b_and_d(ledger: Ledger) -> None:
    shown = ledger.get("/schemes")
    assert shown["in_force"].startswith("conformance/")
    assert {unit["code"] for unit in shown["units"]} >= {"A", "B", "D"}


def test_a_and_b_refuse_and_d_owes(ledger: Ledger) -> None:
    holder = ledger.holder()
    for unit in ("A", "B"):
        body = {"from": holder, "unit": unit, "amount": 5, "reason": "correction"}
        assert is_(ledger.refused("/deductions", body), 409, "insufficient-funds")
    assert ledger.deduct(holder, 5, "D")["amount"] == 5


def test_units_never_mix(ledger: Ledger) -> None:
    holder = ledger.funded(10, "A")
    body = {"from": holder, "to": ledger.holder(), "unit": "B", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 409, "insufficient-funds", available=0)

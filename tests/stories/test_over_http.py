"""The month's reports, runs and papers over HTTP: what the office asks for, by the roles that may."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ledger.people.badges import print_form
from ledger.values import BadgeNumber
from tests.api.served import Server, make_ledger, serving, settings_in

UNIT = "safety_point"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    settings = settings_in(tmp_path)
    with serving(settings, make_ledger(settings)) as running:
        yield running


def post(server: Server, path: str, body: dict[str, Any], *, role: str = "admin", status: int = 201) -> dict[str, Any]:
    answer = server.post(path, body, key=secrets.token_hex(8), role=role)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def get(server: Server, path: str, *, role: str = "auditor", status: int = 200) -> dict[str, Any]:
    answer = server.get(path, role=role)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def month(server: Server) -> str:
    open_period: str = get(server, "/periods")["open"]
    return open_period


def worker(server: Server, name: str, crew: str, amount: int = 0) -> dict[str, Any]:
    made = post(server, "/people", {"name": name, "crew": crew}, role="supervisor")
    if amount:
        grant = {"to": "holder:" + made["holder"], "unit": UNIT, "amount": amount}
        post(server, "/grants", grant, role="admin")
    return made


def granted(server: Server) -> dict[str, Any]:
    """The run of the month's starting points."""
    return post(server, f"/periods/{month(server)}/initial-grants", {}, role="safety-leader", status=200)


def shelf(server: Server, stock: int = 20) -> None:
    post(server, "/items", {"id": "cup", "name": "杯", "price": 10, "unit": UNIT}, role="safety-leader")
    post(server, "/goods-receipts", {"item": "cup", "quantity": stock}, role="safety-leader")


def sold(server: Server, holder: str, pieces: int = 2) -> str:
    sale = {"holder": holder, "lines": [{"item": "cup", "quantity": pieces}], "confirmation": "supervisor"}
    id: str = post(server, "/redemptions", sale, role="admin")["redemption"]
    return id


def test_everybody_on_site_gets_the_months_points_once(server: Server) -> None:
    worker(server, "王钦力", "beams")
    assert granted(server)["granted"] == 3
    assert granted(server) | {"period": ""} == {"period": "", "granted": 0, "had_it": 3, "left_out": []}
    refused = post(server, "/periods/1999-01/initial-grants", {}, role="safety-leader", status=409)
    assert (refused["code"], refused["open"]) == ("period-not-open", month(server))


def test_control_totals_rankings_books_and_liability_agree(server: Server) -> None:
    wang, li = worker(server, "王钦力", "beams", 47), worker(server, "李二", "tunnel", 22)
    worker(server, "赵三", "beams")
    granted(server)
    shelf(server)
    sold(server, wang["holder"])
    period = month(server)
    totals = {item["crew"]: item for item in get(server, f"/periods/{period}/totals")["totals"]}
    assert (totals[None]["granted"], totals[None]["credited"], totals[None]["redeemed"]) == (500, 69, 20)
    assert (totals["beams"]["closing"], totals["tunnel"]["closing"]) == (227, 122)
    assert all(item["adds_up"] for item in totals.values())
    people = get(server, f"/periods/{period}/ranking?unit={UNIT}")["ranking"]
    assert [(rank["who"], rank["earned"]) for rank in people] == [
        ("holder:" + wang["holder"], 47),
        ("holder:" + li["holder"], 22),
    ]
    crews = get(server, f"/periods/{period}/ranking?unit={UNIT}&of=crew")["ranking"]
    assert [(rank["who"], rank["earned"]) for rank in crews] == [("beams", 47), ("tunnel", 22)]
    booked = get(server, f"/trial-balance?period={period}")
    assert booked["differences"] == {}
    assert {line["account"]: line["balance"] for line in booked["accounts"]} == {
        "holders": 549,
        "issued": -569,
        "redeemed": 20,
    }
    (owed,) = get(server, "/liability")["units"]
    assert (owed["balance"], owed["spendable"], owed["fen"]) == (549, 49, 980)


def test_a_count_s_difference_is_shown_beside_what_came_and_went(server: Server) -> None:
    wang = worker(server, "王钦力", "beams", 100)["holder"]
    granted(server)
    shelf(server)
    sold(server, wang)
    post(server, "/scraps", {"item": "cup", "quantity": 1, "reason": "other"}, role="safety-leader")
    post(server, "/stock-counts", {"item": "cup", "counted": 15}, role="safety-leader")
    (cup,) = get(server, f"/stock?period={month(server)}")["items"]
    assert (cup["received"], cup["sold"], cup["scrapped"], cup["counted"], cup["on_hand"]) == (20, 2, 1, -2, 15)


def test_a_slip_is_printed_again_as_it_was_and_only_for_its_owner(server: Server) -> None:
    granted(server)
    wang = worker(server, "王钦力", "beams", 200)["holder"]
    post(server, "/grants", {"to": "holder:h-one", "unit": UNIT, "amount": 50})
    shelf(server)
    own, other = sold(server, "h-one"), sold(server, wang)
    (first,) = get(server, f"/redemptions/{own}/receipts", role="counter")["receipts"]
    post(server, "/items/cup/price", {"price": 99}, role="safety-leader")
    back = {"lines": [{"item": "cup", "quantity": 1, "restock": True}], "reason": "other"}
    refund = post(server, f"/redemptions/{own}/refunds", back, role="counter")
    assert get(server, f"/redemptions/{own}/receipts", role="holder")["receipts"] == [first]
    slip = get(server, f"/transactions/{refund['tx']}/receipt", role="holder")
    assert (slip["kind"], slip["amount"], slip["balance"]) == ("refund", 10, 140)
    assert get(server, f"/transactions/{refund['tx']}/receipt", role="counter") == slip
    assert [(line["price"], line["quantity"]) for line in first["lines"]] == [(10, 2)]
    assert get(server, f"/redemptions/{other}/receipts", role="holder", status=404)["code"] == "not-found"


def test_a_card_is_printed_with_its_check_character_until_it_is_revoked(server: Server) -> None:
    holder = worker(server, "王钦力", "beams")["holder"]
    printed = print_form(BadgeNumber("YK-0042"))
    post(server, f"/people/{holder}/badges", {"badge": printed}, role="supervisor")
    bare = get(server, "/badges/YK-0042/card", role="supervisor", status=422)
    assert bare["code"] == "badge-check-digit"
    card = get(server, f"/badges/{printed}/card", role="supervisor")
    words = "".join(ET.fromstring(card["svg"]).itertext())  # noqa: S314 - our own picture
    assert (card["badge"], card["holder"]) == (printed, holder)
    assert "王钦力" in words
    assert printed in words
    assert get(server, f"/badges/{printed}/card", role="auditor", status=403)["code"] == "forbidden"
    post(server, f"/badges/{printed}/revoke", {"reason": "lost"}, role="supervisor")
    assert get(server, f"/badges/{printed}/card", role="supervisor", status=409)["code"] == "badge-revoked"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/periods/june/totals", 404),
        ("/periods/2022-13/ranking?unit=safety_point", 404),
        ("/periods/2022-06/ranking", 422),
        ("/periods/2022-06/ranking?unit=gold", 422),
        ("/periods/2022-06/ranking?unit=safety_point&of=boss", 422),
        ("/trial-balance?period=2022", 422),
        ("/redemptions/none/receipts", 404),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(server: Server, path: str, status: int) -> None:
    assert "code" in get(server, path, role="admin", status=status)

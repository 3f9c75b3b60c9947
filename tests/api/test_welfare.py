"""Funds, merchants, coupons and settlements over HTTP, as officers, approvers, merchants and finance use them."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.codes import new_codes, print_form
from ledger.vault import Principal
from tests.api.served import HOLDERS, Server, make_ledger, serving, settings_in

LI, WANG = HOLDERS
CODES = [print_form(code) for code in new_codes(3, os.urandom)]


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A union with a fund, two shops and one approved batch."""
    settings = settings_in(tmp_path_factory.mktemp("union"))
    with serving(settings, make_ledger(settings, scheme="welfare-coupons")) as running:
        prepare(running)
        yield running


def done(server: Server, path: str, body: dict[str, Any] | None = None, role: str = "officer") -> dict[str, Any]:
    answer = server.post(path, body, key=f"{path}-{os.urandom(6).hex()}", role=role)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(server: Server, path: str, body: dict[str, Any], role: str = "officer") -> tuple[int, str]:
    answer = server.post(path, body, key=f"{path}-{os.urandom(6).hex()}", role=role)
    return answer.status_code, answer.json()["code"]


def batch(server: Server, id: str, lines: list[dict[str, Any]], **terms: Any) -> dict[str, Any]:
    """Drafted, submitted, approved by another person."""
    named = {"kind": "welfare", "occasion": "mid-autumn", "fund": "gifts", "expires_on": "2999-12-31"} | terms
    done(server, "/coupon-batches", {"id": id, **named})
    done(server, f"/coupon-batches/{id}/lines", {"lines": lines})
    done(server, f"/coupon-batches/{id}/submit")
    digest = server.get(f"/coupon-batches/{id}", role="approver").json()["digest"]
    return done(server, f"/coupon-batches/{id}/approve", {"digest": digest}, "approver")


def prepare(server: Server) -> None:
    done(server, "/funds", {"id": "gifts", "unit": "cny", "source": "union"}, "finance")
    done(server, "/funds/gifts/appropriate", {"amount": 1_000_000, "reference": "minutes-7"}, "finance")
    for shop, rate in (("lixian", 0), ("corner", 150)):
        admitted = {"id": shop, "name": shop, "admitted_from_on": "2022-01-01", "rate": rate}
        done(server, "/merchants", admitted)
    principals = server.opened.vault.principals
    till = principals.add(Principal(id="client:corner", roles=("merchant",), merchant="corner"))
    server.keys["corner"] = principals.create_key(till.id)[0]  # type: ignore[index] # the fixture's own dict
    lines = [{"holder": LI, "face": 15_000, "pieces": 2}, {"holder": WANG, "face": 15_000}]
    batch(server, "autumn", lines)
    issued = {"lines": [{"holder": LI, "codes": CODES[:2]}, {"holder": WANG, "codes": CODES[2:]}]}
    done(server, "/coupon-batches/autumn/issue", issued)
    done(server, "/coupon-batches/autumn/finish")


def test_what_was_issued_is_promised_by_the_fund(union: Server) -> None:
    fund = union.get("/funds/gifts", role="finance").json()
    assert fund["appropriated"] == fund["committed"] + fund["disbursed"] + fund["free"]
    promise = union.get("/commitments/coupon-batch:autumn").json()
    assert promise["parts"][0]["amount"] == 45_000
    assert union.get("/coupon-batches/autumn").json()["status"] == "issued"


def test_a_member_sees_its_own_coupons_and_nobody_elses(union: Server) -> None:
    own = union.get("/coupons", role="holder").json()["coupons"]
    assert {coupon["face"] for coupon in own} == {15_000}
    other = union.get(f"/coupons?holder={WANG}").json()["coupons"][0]["id"]
    assert union.get(f"/coupons/{other}", role="holder").status_code == 404
    assert union.get(f"/coupons?holder={WANG}", role="holder").status_code == 404


def test_a_till_says_which_coupons_would_pay(union: Server) -> None:
    bill = {"holder": WANG, "merchant": "corner", "lines": [{"goods": "food", "amount": 17_100}]}
    quote = union.post("/coupon-quotes", bill, role="corner").json()
    assert (quote["taken"]["covered"], quote["taken"]["outside"]) == (15_000, 2_100)
    elsewhere = union.post("/coupon-quotes", {**bill, "merchant": "lixian"}, role="corner")
    assert elsewhere.status_code == 404


def test_a_code_that_was_typed_pays_once_and_a_slip_is_told(union: Server) -> None:
    bill = {"merchant": "corner", "holder": LI, "lines": [{"goods": "food", "amount": 20_000}]}
    mistyped = CODES[0][:-1] + ("0" if CODES[0][-1] != "0" else "1")
    assert refused(union, "/purchases", {**bill, "codes": [mistyped]}, "corner") == (422, "code-mistyped")
    bought = done(union, "/purchases", {**bill, "codes": [CODES[0].lower()], "tender": 5_000}, "corner")
    assert (bought["amount"], bought["fee"], bought["tender"]) == (15_000, 225, 5_000)
    assert refused(union, "/purchases", {**bill, "codes": [CODES[0]]}, "corner") == (409, "coupon-spent")
    assert refused(union, "/purchases", {**bill, "merchant": "lixian", "codes": [CODES[1]]}, "corner")[0] == 404
    assert refused(union, "/purchases", {**bill, "holder": WANG, "codes": [CODES[1]]}) == (403, "forbidden")
    assert refused(union, "/purchases", {**bill, "holder": WANG, "codes": [CODES[1]]}, "corner") == (
        409,
        "coupon-of-another",
    )


def test_a_shop_gives_back_its_own_sales_alone(union: Server) -> None:
    bill = {"merchant": "lixian", "holder": WANG, "lines": [{"goods": "food", "amount": 5_000}]}
    coupon = union.get(f"/coupons?holder={WANG}").json()["coupons"][0]["id"]
    there = done(union, "/purchases", {**bill, "coupons": [coupon]}, "counter")
    path = f"/purchases/{there['id']}"
    assert refused(union, f"{path}/refunds", {"reason": "returned-goods"}, "corner")[0] == 404
    assert union.get(path, role="corner").status_code == 404
    back = done(union, f"{path}/refunds", {"reason": "returned-goods", "amount": 2_000}, "counter")
    assert back["amount"] == 2_000
    assert union.get(path, role="counter").json()["left"] == 3_000


def test_no_code_stands_in_the_journal(union: Server) -> None:
    journal = union.get("/events?limit=1000", role="auditor").text
    for code in CODES:
        assert code not in journal
        assert code.replace("-", "") not in journal


def test_who_drafts_does_not_approve_and_who_approves_does_not_draft(union: Server) -> None:
    done(union, "/coupon-batches", {"id": "b2", "kind": "welfare", "occasion": "qingming", "expires_on": "2999-12-31"})
    lines = {"lines": [{"holder": LI, "face": 100}]}
    assert refused(union, "/coupon-batches/b2/lines", lines, "approver") == (403, "forbidden")
    done(union, "/coupon-batches/b2/lines", lines)
    done(union, "/coupon-batches/b2/submit")
    digest = union.get("/coupon-batches/b2").json()["digest"]
    assert refused(union, "/coupon-batches/b2/approve", {"digest": digest}) == (403, "forbidden")
    struck = {"holders": [LI], "reason": "not-a-member"}
    assert refused(union, "/coupon-batches/b2/strike", struck, "auditor") == (403, "forbidden")
    assert done(union, "/coupon-batches/b2/strike", struck, "approver")["total"] == 0
    done(union, "/coupon-batches/b2/reject", {"reason": "not-needed"}, "approver")


def test_the_open_period_is_not_settled(union: Server) -> None:
    period = union.get("/periods").json()["open"]
    wanted = {"merchant": "corner", "unit": "coupon_cny", "period": period}
    assert refused(union, "/settlements", wanted) == (409, "not-eligible")
    assert refused(union, "/settlements", wanted, "finance") == (403, "forbidden")


def test_lists_page_by_id(union: Server) -> None:
    page = union.get("/merchants?limit=1").json()
    assert [shop["id"] for shop in page["merchants"]] == ["corner"]
    assert union.get(f"/merchants?limit=1&after={page['next']}").json()["merchants"][0]["id"] == "lixian"
    assert [found["id"] for found in union.get("/funds").json()["funds"]] == ["gifts"]
    assert union.get("/settlements").json() == {"settlements": [], "next": None}


def test_kits_are_handed_out_by_who_keeps_them_and_by_nobody_else(union: Server) -> None:
    pack = {"id": "pack", "name": "礼包", "unit": "cny", "components": [{"name": "毛巾", "cost": 800}]}
    assert refused(union, "/kits", pack, "merchant") == (403, "forbidden")
    assert refused(union, "/kits", pack, "auditor") == (403, "forbidden")
    done(union, "/kits", pack)
    done(union, "/kits/pack/receipts", {"depot": "office", "pieces": 10}, "counter")
    given = done(
        union, "/hand-outs", {"kit": "pack", "depot": "office", "occasion": "qingming", "pieces": 3}, "counter"
    )
    assert union.get(f"/hand-outs/{given['id']}").json()["holder"] is None
    done(union, f"/hand-outs/{given['id']}/returns", {"pieces": 1, "damaged": True, "reason": "returned-goods"})
    lying = union.get("/depots").json()["depots"]
    assert [(it["depot"], it["kit"], it["good"], it["damaged"]) for it in lying] == [("office", "pack", 7, 1)]


def test_a_member_takes_an_offer_once_and_the_shop_hands_it_over(union: Server) -> None:
    window = {"opens_at": "2020-01-01T00:00:00Z", "closes_at": "2999-01-01T00:00:00Z"}
    priced = {"merchant": "corner", "unit": "cny", "price": 100, "supply": 12_000, "stock": 5, "fund": "gifts"}
    ticket = {"id": "ice", "name": "1 元畅玩", "handed_over": "later", "per_member": 1} | priced | window
    assert refused(union, "/offers", ticket, "merchant") == (403, "forbidden")
    done(union, "/offers", ticket)
    claim = done(union, "/offers/ice/claim", {}, "holder")
    assert refused(union, "/offers/ice/claim", {}, "holder") == (409, "limit-exceeded")
    assert refused(union, "/offers/ice/claim", {"holder": WANG}, "holder")[0] == 404
    path = f"/offer-claims/{claim['id']}"
    assert union.get(path, role="holder").json()["status"] == "claimed"
    done(union, f"{path}/use", {}, "corner")
    assert refused(union, f"{path}/cancel", {"reason": "not-needed"}, "holder") == (403, "forbidden")
    assert union.get("/offers/ice", role="holder").json()["stock"] == 4
    fund = union.get("/funds/gifts").json()
    assert fund["appropriated"] == fund["committed"] + fund["disbursed"] + fund["free"]

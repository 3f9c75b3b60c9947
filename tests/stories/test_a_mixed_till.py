"""A till that takes points, coupons and cash in one sale, over HTTP on both databases: 5 x 20 and 4 x 50 on 171 (S07).

A sale, a hold, a refund and each refusal; the fund's promise is what its coupons hold at every step, and what the
merchant has to come ties out to the journal.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.settings import Settings
from ledger.codes import new_codes, print_form
from ledger.values import Instant
from ledger.vault import Principal
from tests.redemptions.till import programme as mixed
from tests.stories.programme import Body, Programme, begun
from tests.stories.welfare import fund

LI, WANG = "li", "wang"
JUNE = "2022-06"
LIMIT: Body = {
    "counts": "amount",
    "unit": "coupon_cny",
    "kinds": ["redemption"],
    "per": ["person", "merchant"],
    "window": "day",
    "amount": 60_000,
}


def codes(number: int) -> list[str]:
    """As they are printed on paper; the same in every run."""
    return [print_form(code) for code in new_codes(number, lambda count: bytes(range(7, 7 + count)))]


@pytest.fixture
def till(database: Settings) -> Iterator[Programme]:
    """Li has 100 points, 5 coupons of 20.00 and 4 of 50.00; rice is the county's, tea the corner's, cups for points."""
    with begun(database, mixed(daily=LIMIT), "2022-06-01") as running:
        running.people(LI, WANG)
        fund(running, "gifts", "union", 1_000_000)
        for name in ("lixian", "corner"):
            running.do("/merchants", {"id": name, "name": name, "admitted_from_on": "2022-01-01", "rate": 100})
        shelf: tuple[tuple[str, int, str, str | None], ...] = (
            ("rice", 5_700, "coupon_cny", "lixian"),
            ("tea", 1_000, "coupon_cny", "corner"),
            ("cup", 35, "point", None),
        )
        for item, price, unit, shop in shelf:
            running.do("/items", {"id": item, "name": item, "price": price, "unit": unit}, "admin")
            running.do("/goods-receipts", {"item": item, "quantity": 50}, "admin")
            running.do(f"/items/{item}/supplier", {"merchant": shop, "goods": "food" if shop else None}, "admin")
        running.do("/grants", {"to": "holder:" + LI, "unit": "point", "amount": 100}, "admin")
        yield running


def issued(till: Programme, id: str, holder: str, face: int, pieces: int = 1, **terms: Any) -> list[str]:
    """A batch of one line, drafted by one person and approved by another; the ids of its coupons."""
    named = {"kind": "face-value", "occasion": "mid-autumn", "fund": "gifts", "expires_on": "2022-12-31"}
    printed = terms.pop("codes", [])
    till.do("/coupon-batches", {"id": id, **named, **terms})
    till.do(f"/coupon-batches/{id}/lines", {"lines": [{"holder": holder, "face": face, "pieces": pieces}]})
    till.do(f"/coupon-batches/{id}/submit")
    digest = till.ask(f"/coupon-batches/{id}", role="approver")["digest"]
    till.do(f"/coupon-batches/{id}/approve", {"digest": digest}, "approver")
    made = till.do(f"/coupon-batches/{id}/issue", {"lines": [{"holder": holder, "codes": printed}]})
    till.do(f"/coupon-batches/{id}/finish")
    return [made["coupon"], *(one["coupon"] for one in made.get("effects", []) if one["type"] == "coupon")]


def sale(*coupons: str, holder: str = LI, **terms: Any) -> Body:
    """`sale(coupon, rice=3, cup=1, tender=2_100)`."""
    pieces = [{"item": item, "quantity": terms.pop(item)} for item in ("rice", "tea", "cup") if item in terms]
    return {"holder": holder, "lines": pieces, "coupons": list(coupons), **terms}


def sold(till: Programme, body: Body, role: str = "counter") -> Body:
    return till.do("/redemptions", body, role)


def refusal(till: Programme, body: Body, role: str = "counter") -> str:
    return str(till.refused("/redemptions", body, role)["code"])


def kept(till: Programme) -> tuple[int, int]:
    """What the fund has promised and paid; its promise is what all its coupons still hold."""
    found = till.ask("/funds/gifts", role="finance")
    left = 0
    for holder in (LI, WANG):
        left += sum(one["left"] + one["reserved"] for one in till.ask("/coupons", holder=holder)["coupons"])
    assert found["committed"] == left
    return found["committed"], found["disbursed"]


# Sales -----------------------------------------------------------------------------------------------------------


def test_five_twenties_and_four_fifties_on_171_are_three_fifties_and_21_in_cash(till: Programme) -> None:
    twenties, fifties = issued(till, "b1", LI, 2_000, 5), issued(till, "b2", LI, 5_000, 4)
    cart = sale(*twenties, *fifties, rice=3, cup=2)
    quote = till.post("/quotes", cart, role="counter").json()
    assert quote["possible"]
    assert quote["totals"] == [{"unit": "point", "amount": 70}, {"unit": "coupon_cny", "amount": 17_100}]
    bill = quote["bill"]
    assert (bill["merchant"], bill["covered"], bill["tender"]) == ("lixian", 15_000, 2_100)
    assert {part["coupon"] for part in bill["coupons"]} <= set(fifties)
    assert [way["covered"] for way in bill["others"]] == [10_000]

    wrong = till.refused("/redemptions", cart | {"tender": 2_000}, "counter")
    assert (wrong["code"], wrong["required"], wrong["covered"]) == ("tender-mismatch", 2_100, 15_000)
    asked = cart | {"tender": bill["tender"]}
    first = till.post("/redemptions", asked, key="till-1-17", role="counter")
    again = till.post("/redemptions", asked, key="till-1-17", role="counter")
    assert (first.status_code, again.content) == (201, first.content)
    found = till.ask(f"/redemptions/{first.json()['id']}")
    assert (found["status"], found["amount"], found["bill"]["covered"], found["bill"]["tender"]) == (
        "fulfilled",
        70,
        15_000,
        2_100,
    )
    purchase = till.ask(f"/purchases/{found['bill']['purchase']}", role="counter")
    assert (purchase["amount"], purchase["fee"], purchase["redemption"]) == (15_000, 150, found["id"])
    assert kept(till) == (15_000, 15_000)
    assert {line["item"]: line["sold"] for line in till.ask("/stock")["items"]} == {"cup": 2, "rice": 3, "tea": 0}
    till.holds_together()


def test_at_two_tills_at_once_a_coupon_pays_exactly_once(till: Programme) -> None:
    (code,) = codes(1)
    issued(till, "b1", LI, 5_700, codes=[code])
    asked = [(sale(code.lower(), rice=1), f"till-{number}") for number in range(8)]
    asked += [(sale(code, rice=1, hold=True), f"hold-{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda it: till.post("/redemptions", it[0], key=it[1], role="counter"), asked))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {
        "coupon-spent",
        "coupon-reserved",
    }
    assert sum(kept(till)) == 5_700
    till.holds_together()


def test_each_thing_that_can_be_wrong_has_one_name(till: Programme) -> None:
    twice, old, early, his, aided, void = (
        issued(till, "b1", LI, 5_700)[0],
        issued(till, "b2", LI, 5_700, expires_on="2022-06-01")[0],
        issued(till, "b3", LI, 5_700, valid_from_on="2022-06-10")[0],
        issued(till, "b4", WANG, 5_700)[0],
        issued(till, "b5", LI, 5_700, kind="lixian")[0],
        issued(till, "b6", LI, 5_700)[0],
    )
    sold(till, sale(twice, rice=1))
    till.do(f"/coupons/{void}/void", {"reason": "correction"})
    till.on("2022-06-02")
    shown = {coupon: sale(coupon, rice=1) for coupon in (twice, old, early, his, void)}
    shown[aided] = sale(aided, tea=1)
    told = {coupon: refusal(till, cart) for coupon, cart in shown.items()}
    assert told == {
        twice: "coupon-spent",
        old: "coupon-expired",
        early: "coupon-not-yet-valid",
        his: "coupon-of-another",
        aided: "coupon-not-valid-here",
        void: "coupon-void",
    }
    assert refusal(till, sale("AAAA-AAAA-AAAA-AAAA", rice=1)) in {"code-mistyped", "malformed", "not-found"}
    assert refusal(till, sale(rice=1, tea=1, tender=6_700)) == "not-eligible"
    assert refusal(till, sale(his, cup=1)) == "malformed"
    over = till.refused("/redemptions", sale(cup=3), "counter")
    assert (over["code"], over["required"], over["available"]) == ("insufficient-funds", 105, 100)
    quote = till.post("/quotes", sale(old, his, rice=1), role="counter").json()
    left_out = [(one["place"], one["reason"], one["refuses"]) for one in quote["bill"]["left_out"]]
    assert (quote["possible"], left_out) == (
        False,
        [(0, "coupon-expired", True), (1, "coupon-of-another", True)],
    )
    till.holds_together()


def test_no_more_than_600_yuan_of_a_person_at_one_merchant_a_day(till: Programme) -> None:
    (large,) = issued(till, "b1", LI, 90_000, kind="welfare")
    sold(till, sale(large, rice=10))
    over = till.refused("/redemptions", sale(large, rice=1), "counter")
    assert (over["code"], over["rule"], over["offered"]) == ("limit-exceeded", "daily", 3_000)
    bought = {"merchant": "lixian", "holder": LI, "lines": [{"goods": "food", "amount": 5_000}], "coupons": [large]}
    assert till.refused("/purchases", bought, "counter")["code"] == "limit-exceeded"
    sold(till, sale(large, tea=5))
    till.on("2022-06-02")
    sold(till, sale(large, rice=1))
    assert kept(till) == (90_000 - 57_000 - 5_000 - 5_700, 67_700)


def test_a_merchants_own_till_sells_its_own_goods_alone(till: Programme) -> None:
    (coupon,) = issued(till, "b1", LI, 5_700)
    principals = till.opened.vault.principals
    shop = principals.add(Principal(id="client:corner", roles=("merchant",), merchant="corner"))
    till.keys["corner"] = principals.create_key(shop.id)[0]  # type: ignore[index] # the story's own dict
    assert refusal(till, sale(coupon, rice=1), "corner") == "not-eligible"
    assert refusal(till, sale(coupon, rice=1, merchant="lixian"), "corner") == "not-found"
    held = sold(till, sale(coupon, rice=1, hold=True))["id"]
    assert till.refused(f"/redemptions/{held}/fulfil", role="corner")["code"] == "not-found"
    assert sold(till, sale(tea=1, tender=1_000), "corner")["status"] == "fulfilled"


def test_at_a_merchants_own_till_nobodys_goods_are_not_to_be_had_for_points(till: Programme) -> None:
    principals = till.opened.vault.principals
    for name, roles in (("corner", ("merchant",)), ("canteen", ("merchant", "counter"))):
        shop = principals.add(Principal(id="client:" + name, roles=roles, merchant="corner"))
        till.keys[name] = principals.create_key(shop.id)[0]  # type: ignore[index] # the story's own dict
    for cart in (sale(cup=1), sale(cup=1, tea=1, tender=1_000)):
        refused = till.refused("/redemptions", cart, "corner")
        assert (refused["code"], refused["permission"]) == ("forbidden", "stock")
        assert till.post("/quotes", sale(cup=1), role="corner").json()["code"] == "forbidden"
    assert sold(till, sale(cup=1), "canteen")["status"] == "fulfilled"
    till.do("/items/cup/supplier", {"merchant": "corner"}, "admin")
    assert till.post("/quotes", sale(cup=1), role="corner").json()["possible"]
    assert sold(till, sale(cup=1), "corner")["status"] == "fulfilled"
    till.do("/items/cup/supplier", {"merchant": "lixian"}, "admin")
    assert refusal(till, sale(cup=1), "corner") == "not-eligible"


def test_the_price_list_says_what_is_on_sale(till: Programme) -> None:
    def on_sale() -> list[str]:
        listed = till.ask("/items")["items"]
        assert listed == [till.ask("/items/" + item["id"]) for item in listed]
        return [item["id"] for item in listed if item["on_sale"]]

    assert on_sale() == ["cup", "rice", "tea"]
    till.do("/merchants/lixian/suspend", {"reason": "correction"})
    till.do("/items/cup/delist", role="admin")
    assert on_sale() == ["tea"]
    till.do("/merchants/lixian/resume", {"reason": "correction", "licence_ends_on": "2022-06-30"})
    till.do("/items/cup/change", {"on_sale_from": "2022-07-01T00:00:00Z"}, "admin")
    till.do("/items/cup/relist", role="admin")
    till.clock.move_to(Instant("2022-06-30T15:59:59.999999Z"))
    assert on_sale() == ["rice", "tea"]
    # That very night, before anybody has recorded that the licence ended.
    till.clock.move_to(Instant("2022-06-30T16:00:00.000000Z"))
    assert on_sale() == ["tea"]
    (line,) = till.post("/quotes", sale(rice=1), role="counter").json()["lines"]
    assert (line["reason"], line["numbers"]["closes_at"]) == ("sale-closed", "2022-06-30T16:00:00.000000Z")
    bill = {"merchant": "lixian", "holder": LI, "lines": [{"goods": "food", "amount": 5_700}]}
    assert till.post("/coupon-quotes", bill, role="counter").json()["code"] == "merchant-suspended"
    till.clock.move_to(Instant("2022-07-01T00:00:00.000000Z"))
    assert on_sale() == ["cup", "tea"]


def test_a_bill_by_groups_of_goods_is_quoted_as_it_is_sold(till: Programme) -> None:
    (coupon,) = issued(till, "b1", LI, 5_000)
    bill = {"merchant": "lixian", "holder": LI, "lines": [{"goods": "food", "amount": 5_700}]}
    quote = till.post("/coupon-quotes", bill, role="counter").json()
    assert (quote["taken"]["covered"], quote["taken"]["outside"]) == (5_000, 700)
    till.do("/merchants/lixian/change", {"goods": ["household"]})
    refused = till.post("/coupon-quotes", bill, role="counter").json()
    assert (refused["code"], refused["reason"]) == ("not-eligible", "goods-not-admitted")
    till.do("/merchants/lixian/change", {})
    till.do("/merchants/lixian/suspend", {"reason": "correction"})
    assert till.post("/coupon-quotes", bill, role="counter").json()["code"] == "merchant-suspended"
    assert till.refused("/purchases", bill | {"coupons": [coupon]}, "counter")["code"] == "merchant-suspended"


# Holds -----------------------------------------------------------------------------------------------------------


def test_goods_and_coupons_wait_and_are_collected(till: Programme) -> None:
    (coupon,) = issued(till, "b1", LI, 5_700)
    held = sold(till, sale(coupon, rice=1, cup=1, hold=True, expires_in=3_600))
    assert (held["status"], kept(till)) == ("held", (5_700, 0))
    shown = till.ask(f"/coupons/{coupon}")
    assert (shown["left"], shown["reserved"], shown["status"]) == (0, 5_700, "reserved")
    till.do("/merchants/lixian/suspend", {"reason": "correction"})
    assert refusal(till, sale(rice=1, tender=5_700)) == "sale-closed"
    assert till.do(f"/redemptions/{held['id']}/fulfil", role="counter")["status"] == "fulfilled"
    assert kept(till) == (0, 5_700)
    till.holds_together()


def test_called_off_or_ended_by_time_a_coupon_is_usable_again(till: Programme) -> None:
    (coupon,) = issued(till, "b1", LI, 5_700)
    first = sold(till, sale(coupon, rice=1, cup=1, hold=True))["id"]
    assert refusal(till, sale(coupon, rice=1)) == "coupon-reserved"
    till.do(f"/redemptions/{first}/cancel", {"reason": "correction"}, "counter")
    second = sold(till, sale(coupon, rice=1, cup=1, hold=True, expires_in=600))["id"]
    till.on("2022-06-01T04:10:00.000000Z")
    assert till.ask(f"/redemptions/{second}")["status"] == "expired"
    assert till.refused(f"/redemptions/{second}/fulfil", role="counter")["code"] == "hold-expired"
    assert kept(till) == (5_700, 0)
    sold(till, sale(coupon, rice=1, cup=1))
    till.holds_together()


def test_one_whose_last_day_passed_meanwhile_lapses_with_the_hold_and_is_the_funds_again(till: Programme) -> None:
    (coupon,) = issued(till, "b1", LI, 5_700, expires_on="2022-06-30")
    till.on("2022-06-30T15:59:00.000000Z")
    sold(till, sale(coupon, rice=1, hold=True, expires_in=600))
    till.on("2022-06-30T16:05:00.000000Z")
    assert till.ask(f"/coupons/{coupon}")["status"] == "reserved"
    till.on("2022-06-30T16:09:00.000000Z")
    events = till.ask("/events", after=0, limit=1000)["events"]
    last = [event["type"] for event in events if event["tx"] == events[-1]["tx"]]
    assert last == ["bill-expired.v1", "lots-lapsed.v1", "coupon-lapsed.v1", "fund-released.v1"]
    assert till.ask(f"/coupons/{coupon}")["status"] == "expired"
    assert kept(till) == (0, 0)
    till.holds_together()


# Refunds ---------------------------------------------------------------------------------------------------------


def settled(till: Programme, period: str) -> Body:
    """The period is closed, and what the county's shop sold in it is settled by three people."""
    answer = till.post(f"/periods/{period}/close", {"carry": True}, key=f"close-{period}", role="admin")
    assert answer.status_code == 200, answer.text
    id = f"lixian.coupon_cny.{period}"
    drafted = till.do("/settlements", {"merchant": "lixian", "unit": "coupon_cny", "period": period})
    till.do(f"/settlements/{id}/lines", {"of": ["coupon-batch:b1"]})
    till.do(f"/settlements/{id}/check", role="checking")
    till.do(f"/settlements/{id}/pay", {"reference": f"bank-{period}"}, "finance")
    return drafted


def test_a_line_comes_back_before_the_settlement_and_another_after_it(till: Programme) -> None:
    person = till.opened.vault.principals.add(Principal(id="person:checking", roles=("finance",)))
    till.keys["checking"] = till.opened.vault.principals.create_key(person.id)[0]  # type: ignore[index] # the story's own dict
    (coupon,) = issued(till, "b1", LI, 10_000, kind="welfare")
    made = sold(till, sale(coupon, rice=2, cup=1, tender=1_400))["id"]
    rice = {"lines": [{"item": "rice", "quantity": 1, "restock": True}], "reason": "returned-goods"}
    back = till.do(f"/redemptions/{made}/refunds", rice, "counter")
    assert (back["bill"], back["amount"], back["tender"]) == (5_700, 5_000, 700)
    assert kept(till) == (5_000, 5_000)
    till.on("2022-07-01")
    june = settled(till, JUNE)
    assert (june["sold"], june["refunded"], june["payable"]) == (10_000, 5_000, 4_950)
    rest = rice | {"lines": [*rice["lines"], {"item": "cup", "quantity": 1, "restock": False}]}
    till.do(f"/redemptions/{made}/refunds", rest, "counter")
    assert till.ask(f"/redemptions/{made}")["status"] == "refunded"
    assert till.refused(f"/redemptions/{made}/refunds", rice, "counter")["code"] == "already-reversed"
    assert till.refused(f"/purchases/{made}/refunds", {"reason": "correction"}, "counter")["code"] == "already-reversed"
    assert kept(till) == (10_000, 0)
    till.on("2022-08-01")
    july = settled(till, "2022-07")
    assert (july["sold"], july["refunded"], july["payable"]) == (0, 5_000, 0)
    till.holds_together()


def test_a_value_comes_back_in_the_unit_that_is_named(till: Programme) -> None:
    (coupon,) = issued(till, "b1", LI, 5_700)
    made = sold(till, sale(coupon, rice=1, cup=1))["id"]
    refunds = f"/redemptions/{made}/refunds"
    till.do(refunds, {"amounts": [{"unit": "coupon_cny", "amount": 700}]}, "counter")
    till.do(refunds, {"amounts": [{"unit": "point", "amount": 5}]}, "counter")
    assert till.refused(refunds, {"amounts": [{"unit": "cny", "amount": 5}]}, "counter")["code"] == "unit-mismatch"
    found = till.ask(f"/redemptions/{made}")
    assert (found["refunded"], found["bill"]["refunded"], found["bill"]["refunded_into_coupons"]) == (5, 700, 700)


def test_whoever_answers_for_a_merged_record_sees_what_was_bought_under_it(till: Programme) -> None:
    (coupon,) = issued(till, "b1", LI, 5_700)
    made = sold(till, sale(coupon, rice=1, cup=1))["id"]
    till.do(f"/people/{LI}/merge", {"into": WANG, "reason": "correction"}, "admin")
    principals = till.opened.vault.principals
    person = principals.add(Principal(id="person:wang", roles=("holder",), holder=WANG))
    till.keys["wang"] = principals.create_key(person.id)[0]  # type: ignore[index] # the story's own dict
    assert till.ask(f"/purchases/{made}", role="wang")["amount"] == 5_700
    assert till.ask(f"/redemptions/{made}", role="wang")["bill"]["covered"] == 5_700
    slips = till.ask(f"/redemptions/{made}/receipts", role="wang")["receipts"]
    assert [(slip["kind"], slip["amount"], slip["bill"]["tender"]) for slip in slips] == [("sale", 35, 0)]
    assert slips[0]["bill"]["coupons"] == [{"coupon": coupon, "amount": 5_700}]

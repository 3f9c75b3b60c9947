"""S54: 400 suppliers of 56 counties with 1,500 items; the night a licence ends its 12 items leave the till.

What was reserved of them, with coupons, is handed over until the reservation ends. The scheme is `aided-goods`.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from api.settings import Settings
from ledger.scheme.loading import load_scheme
from tests.stories.programme import Body, Programme, begun

COUNTIES = sorted(load_scheme("aided-goods").regions)
LI, WANG = "li", "wang"
SUPPLIERS, ITEMS = 400, 1_500
ENDING = "s007"
TWELVE = [f"i{number:04}" for number in range(12)]


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """The platform, two members, and as yet no goods."""
    with begun(database, "aided-goods", "2022-06-01") as running:
        running.people(LI, WANG)
        yield running


def stocked(programme: Programme, suppliers: int, items: int) -> None:
    """So many suppliers, so many items of theirs; of the twelve and one more there are pieces."""
    programme.many(supplier(number) for number in range(suppliers))
    numbers = range(items)
    programme.many((listed(number) for number in numbers), role="admin")
    whose_goods = ((f"i{number:04}", whose(number, suppliers)) for number in numbers)
    goods = {"type": "supply", "goods": "aided-goods"}
    programme.many(({"item": item, "merchant": of} | goods for item, of in whose_goods), role="admin")
    receipts = ({"type": "goods-receipt", "item": item, "quantity": 20_000} for item in (*TWELVE, "i0012"))
    programme.many(receipts, role="admin")


def supplier(number: int) -> Body:
    """Evenly over the counties; the licence of one ends on 30 June."""
    id = f"s{number:03}"
    licence = "2022-06-30" if id == ENDING else "2023-12-31"
    home = {"region": COUNTIES[number % len(COUNTIES)], "licence_ends_on": licence, "goods": ["aided-goods"]}
    return {"type": "merchant", "id": id, "name": f"合作社 {number}", "admitted_from_on": "2022-01-01", **home}


def listed(number: int) -> Body:
    return {"type": "item", "id": f"i{number:04}", "name": f"特产 {number}", "price": 5_000, "unit": "coupon_cny"}


def whose(item: int, suppliers: int) -> str:
    """Twelve of the one whose licence ends, the others of the others."""
    others = [f"s{number:03}" for number in range(suppliers) if f"s{number:03}" != ENDING]
    return ENDING if item < len(TWELVE) else others[item % len(others)]


def coupons(programme: Programme) -> list[str]:
    """One of 200.00 for each member, drafted by one person and approved by another; Li's first."""
    programme.do("/funds", {"id": "aid", "unit": "cny", "source": "union"}, "finance")
    programme.do("/funds/aid/appropriate", {"amount": 40_000, "reference": "minutes-3"}, "finance")
    terms = {"kind": "aided", "occasion": "mid-autumn", "fund": "aid", "expires_on": "2022-12-31"}
    programme.do("/coupon-batches", {"id": "b1", **terms})
    lines = [{"holder": holder, "face": 20_000} for holder in (LI, WANG)]
    programme.do("/coupon-batches/b1/lines", {"lines": lines})
    programme.do("/coupon-batches/b1/submit")
    digest = programme.ask("/coupon-batches/b1", role="approver")["digest"]
    programme.do("/coupon-batches/b1/approve", {"digest": digest}, "approver")
    programme.do("/coupon-batches/b1/issue", {"lines": [{"holder": holder} for holder in (LI, WANG)]})
    return [programme.ask(f"/coupons?holder={holder}")["coupons"][0]["id"] for holder in (LI, WANG)]


def wanted(holder: str, coupon: str, item: str, pieces: int = 1, **terms: Any) -> Body:
    return {"holder": holder, "lines": [{"item": item, "quantity": pieces}], "coupons": [coupon], **terms}


def test_the_catalogue_by_county_and_the_night_on_which_twelve_items_vanish(programme: Programme) -> None:
    stocked(programme, SUPPLIERS, ITEMS)
    found = programme.ask("/reports/catalogue")
    assert found["total"] == {"suppliers": SUPPLIERS, "suspended": 0, "items": ITEMS, "on_sale": ITEMS}
    assert len(found["regions"]) == 56
    home = next(line for line in found["regions"] if line["region"] == COUNTIES[7])
    programme.on("2022-06-30T15:59:59.999999Z")
    assert programme.ask("/reports/catalogue")["total"]["on_sale"] == ITEMS
    programme.on("2022-06-30T16:00:00.000000Z")
    assert programme.ask("/reports/catalogue")["total"] == {
        "suppliers": SUPPLIERS,
        "suspended": 1,
        "items": ITEMS,
        "on_sale": ITEMS - 12,
    }
    there = next(line for line in programme.ask("/reports/catalogue")["regions"] if line["region"] == COUNTIES[7])
    assert (there["suspended"], there["on_sale"]) == (1, home["on_sale"] - 12)
    gone = [
        it["item"] for it in programme.ask("/reports/catalogue/items", merchant=ENDING)["items"] if not it["on_sale"]
    ]
    assert gone == TWELVE
    renewed = {"reason": "correction", "licence_ends_on": "2023-06-30"}
    programme.do(f"/merchants/{ENDING}/resume", renewed)
    assert programme.ask("/reports/catalogue")["total"]["on_sale"] == ITEMS


def test_coupons_that_were_reserved_buy_until_the_reservation_ends(programme: Programme) -> None:
    stocked(programme, 8, 13)
    li, wang = coupons(programme)
    programme.on("2022-06-30T15:50:00.000000Z")
    kept = programme.do("/redemptions", wanted(LI, li, TWELVE[0], hold=True), "counter")["id"]
    lost = programme.do("/redemptions", wanted(WANG, wang, TWELVE[1], hold=True), "counter")["id"]

    programme.on("2022-06-30T16:00:00.000000Z")
    refused = programme.refused("/redemptions", wanted(WANG, wang, TWELVE[2]), "counter")
    assert (refused["code"], refused["closes_at"]) == ("sale-closed", "2022-06-30T16:00:00.000000Z")
    programme.on("2022-06-30T16:05:00.000000Z").do(f"/redemptions/{kept}/fulfil", role="counter")
    assert programme.ask(f"/coupons/{li}")["left"] == 15_000

    programme.on("2022-06-30T16:20:00.000000Z")
    assert programme.refused(f"/redemptions/{lost}/fulfil", role="counter")["code"] == "hold-expired"
    assert programme.ask(f"/coupons/{wang}")["left"] == 20_000
    programme.do("/redemptions", wanted(WANG, wang, "i0012"), "counter")
    fund = programme.ask("/funds/aid")
    assert (fund["committed"], fund["disbursed"], fund["free"]) == (30_000, 10_000, 0)
    programme.holds_together()


def test_sales_by_item_and_what_its_prices_were(programme: Programme) -> None:
    stocked(programme, 8, 13)
    li, wang = coupons(programme)
    sold = programme.do("/redemptions", wanted(LI, li, TWELVE[3], 3), "counter")["id"]
    programme.do("/redemptions", wanted(WANG, wang, TWELVE[4], 2), "counter")
    back = {"lines": [{"item": TWELVE[3], "quantity": 2, "restock": True}], "reason": "returned-goods"}
    programme.do(f"/redemptions/{sold}/refunds", back, "counter")
    best, next_best, *_ = programme.ask("/reports/catalogue/items", by="amount")["items"]
    assert (best["item"], best["taken"], best["region"]) == (TWELVE[4], 10_000, COUNTIES[7])
    assert (next_best["amount"], next_best["refunded"], next_best["taken"]) == (15_000, 10_000, 5_000)

    programme.do(f"/items/{TWELVE[4]}/price", {"price": 5_500, "from": "2022-06-02T00:00:00Z"}, "counter")
    assert programme.ask(f"/items/{TWELVE[4]}/prices")["price"] == 5_000
    programme.on("2022-06-02T00:00:00.000000Z")
    told = programme.ask(f"/items/{TWELVE[4]}/prices")
    assert (told["price"], [price["price"] for price in told["prices"]]) == (5_500, [5_000, 5_500])
    printed = programme.get("/reports/catalogue/items?by=amount&format=csv", Accept_Language="zh-CN").text
    assert "100.00" in printed.splitlines()[1]

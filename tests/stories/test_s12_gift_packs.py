"""S12: 200 packs of 50.00 are bought, 187 are signed for, three come back damaged, and 16 lie in the office."""

from typing import Any

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

PACK: Body = {
    "id": "pack",
    "name": "暖新礼包",
    "unit": "cny",
    "components": [{"name": "毛巾", "cost": 800}, {"name": "水杯", "cost": 2_500}, {"name": "药品", "cost": 1_700}],
}


def bought(union: Programme) -> None:
    union.do("/kits", PACK)
    union.do("/kits/pack/receipts", {"depot": "office", "pieces": 200, "reference": "note-1"})


def signed(holder: str, **more: Any) -> Body:
    return {"kit": "pack", "depot": "office", "occasion": "new-employment", "holder": holder, "signature": "s-1"} | more


def balances(union: Programme) -> dict[str, int]:
    return {line["account"]: line["balance"] for line in union.ask("/trial-balance")["accounts"]}


def test_187_signed_and_3_back_damaged_leave_16_and_cost_9_200_yuan(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        bought(union)
        assert union.ask("/kits/pack")["cost"] == 5_000
        holders = union.people(*(f"m{number}" for number in range(187)))
        union.many({"type": "hand-out", "id": f"h-{holder}", **signed(holder)} for holder in holders)
        for number in range(3):
            back = {"pieces": 1, "damaged": True, "reason": "returned-goods"}
            union.do(f"/hand-outs/h-m{number}/returns", back)
        (depot,) = union.ask("/depots")["depots"]
        assert (depot["good"], depot["damaged"]) == (13, 3)
        (line,) = union.ask("/reports/kit-stock")["depots"]
        assert (line["received"], line["handed_out"], line["returned"], line["stock"]) == (200, 187, 3, 16)
        (given,) = union.ask("/reports/hand-outs", by="kit")["lines"]
        assert (given["pieces"] - given["returned"], given["persons"], given["cost"]) == (184, 187, 920_000)
        assert (balances(union)["given"], balances(union)["kits"], balances(union)["bought"]) == (
            920_000,
            80_000,
            -1_000_000,
        )
        union.holds_together()


def test_without_a_signature_nobody_who_is_named_gets_one_and_nobody_gets_a_damaged_one(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        bought(union)
        union.people("li")
        unsigned = {name: value for name, value in signed("li").items() if name != "signature"}
        assert union.refused("/hand-outs", unsigned)["code"] == "malformed"
        by_another = union.do("/hand-outs", signed("li", collected_by="note-7"))
        union.do(f"/hand-outs/{by_another['id']}/returns", {"pieces": 1, "damaged": True, "reason": "returned-goods"})
        again = union.refused(f"/hand-outs/{by_another['id']}/returns", {"pieces": 1, "reason": "returned-goods"})
        assert (again["code"], again["reversed"]) == ("exceeds-original", 1)
        bearer = {"kit": "pack", "depot": "office", "occasion": "street", "pieces": 200}
        assert union.refused("/hand-outs", bearer)["available"] == 199


def test_what_a_person_gets_in_kind_counts_at_cost_and_comes_off_again_with_it(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        bought(union)
        union.people("li")
        id = union.do("/hand-outs", signed("li", pieces=20))["id"]
        full = union.refused("/hand-outs", signed("li"))
        assert (full["code"], full["rule"], full["offered"]) == ("limit-exceeded", "in-kind", 0)
        union.do(f"/hand-outs/{id}/returns", {"pieces": 1, "reason": "returned-goods"})
        union.do("/hand-outs", signed("li"))

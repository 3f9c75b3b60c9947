"""S36: prizes come from the prize stock: drawn, collected once and signed for; what nobody collects goes back."""

from typing import Any

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

BOX: Body = {"id": "box", "name": "理县农特产品", "unit": "cny", "components": [{"name": "农特产品", "cost": 10_000}]}
WINNERS = [f"w{number}" for number in range(5)]


def drawn(holder: str, **more: Any) -> Body:
    """He has won one, by the minutes of the draw."""
    kept = {"kit": "box", "depot": "prizes", "occasion": "prize", "holder": holder, "evidence": "draw-3"}
    return kept | {"collect_by_on": "2022-06-30"} | more


def prizes(union: Programme) -> None:
    """120 boxes of the aided goods, five of them drawn."""
    union.do("/kits", BOX)
    union.do("/kits/box/receipts", {"depot": "store", "pieces": 1_500})
    union.do("/kits/box/moves", {"depot": "store", "to": "prizes", "pieces": 120})
    union.people(*WINNERS)
    union.many({"type": "kit-reservation", "id": f"prize-{holder}", **drawn(holder)} for holder in WINNERS)


def stock(union: Programme) -> Body:
    found: list[Body] = union.ask("/reports/kit-stock", depot="prizes")["depots"]
    return found[0]


def test_what_is_drawn_waits_what_is_collected_is_gone_and_the_rest_returns(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        prizes(union)
        assert (stock(union)["stock"], stock(union)["set_aside"]) == (120, 5)
        for holder in WINNERS[:3]:
            union.do(f"/kit-reservations/prize-{holder}/collect", {"signature": f"sheet-{holder}"})
        assert (stock(union)["stock"], stock(union)["set_aside"]) == (117, 2)
        union.on("2022-07-01")
        shown = {it["id"]: it["status"] for it in union.ask("/kit-reservations")["reservations"]}
        assert sorted(shown.values()) == ["collected"] * 3 + ["released"] * 2
        assert (stock(union)["stock"], stock(union)["set_aside"]) == (117, 0)
        given = union.ask("/reports/hand-outs", by="occasion", from_="2022-06-01", to="2022-06-30")["lines"]
        assert [(line["name"], line["collected"], line["persons"]) for line in given] == [("prize", 3, 3)]
        assert [it["type"] for it in union.ask("/events", types="kits-released.v1")["events"]] == [
            "kits-released.v1"
        ] * 2
        union.holds_together()


def test_a_prize_is_collected_once_signed_for_and_not_after_its_day(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        prizes(union)
        here = "/kit-reservations/prize-w0/collect"
        assert union.refused(here, {})["code"] == "malformed"
        union.do(here, {"signature": "sheet-1", "collected_by": "note-1"})
        assert union.refused(here, {"signature": "sheet-1"})["reason"] == "reservation-collected"
        union.on("2022-07-01")
        late = union.refused("/kit-reservations/prize-w1/collect", {"signature": "sheet-2"})
        assert late["reason"] == "reservation-released"


def test_what_is_kept_for_somebody_is_for_nobody_else(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        prizes(union)
        other = {"kit": "box", "depot": "prizes", "occasion": "prize", "pieces": 116}
        assert union.refused("/hand-outs", other)["available"] == 115
        union.do("/kit-reservations/prize-w4/release", {"reason": "not-needed"})
        assert union.refused("/kit-reservations/prize-w4/release", {"reason": "not-needed"})["reason"] == (
            "reservation-released"
        )
        union.do("/hand-outs", other)
        assert union.refused("/kit-reservations", drawn("w4"))["code"] == "out-of-stock"
        assert union.refused("/kit-reservations", drawn("w4", collect_by_on="2022-05-31"))["code"] == "malformed"


def test_a_prize_counts_when_it_is_drawn_not_again_when_collected_and_comes_off_when_it_returns(
    database: Settings,
) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        prizes(union)
        union.do("/kit-reservations", drawn("w0", pieces=9))
        full = union.refused("/kit-reservations", drawn("w0"))
        assert (full["code"], full["used"], full["offered"]) == ("limit-exceeded", 100_000, 0)
        union.do("/kit-reservations/prize-w0/collect", {"signature": "sheet-1"})
        assert union.refused("/kit-reservations", drawn("w0"))["used"] == 100_000
        union.do("/hand-outs/prize-w0/returns", {"pieces": 1, "reason": "returned-goods"})
        union.do("/kit-reservations", drawn("w0"))

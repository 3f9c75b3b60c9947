"""S28: of 1,500 boxes 46 sites get thirty each, 120 go to the prizes (S36), and none is unexplained."""

from api.settings import Settings
from tests.stories.programme import Programme, begun

SITES = [f"site-{number:02}" for number in range(46)]


def delivered(union: Programme) -> None:
    """Bought, planned for every site, and taken there."""
    box = {"id": "box", "name": "理县农特产品", "unit": "cny", "components": [{"name": "农特产品", "cost": 10_000}]}
    union.do("/kits", box)
    union.do("/kits/box/receipts", {"depot": "store", "pieces": 1_500, "reference": "contract-4"})
    union.many({"type": "kit-move", "kit": "box", "depot": "store", "to": site, "pieces": 30} for site in SITES)
    union.do("/kits/box/moves", {"depot": "store", "to": "prizes", "pieces": 120})


def test_every_box_is_at_a_site_or_among_the_prizes(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        delivered(union)
        report = union.ask("/reports/kit-stock", kit="box")
        stocks = {line["depot"]: line["stock"] for line in report["depots"]}
        assert sum(stocks[site] for site in SITES) == 1_380
        assert (stocks["prizes"], stocks["store"], report["unexplained"]) == (120, 0, 0)
        kits = {line["account"]: line["balance"] for line in union.ask("/trial-balance")["accounts"]}["kits"]
        assert kits == 15_000_000
        more = union.refused("/kits/box/moves", {"depot": "store", "to": "prizes", "pieces": 1})
        assert (more["code"], more["available"]) == ("out-of-stock", 0)


def test_what_the_sites_hand_out_is_told_with_heads_and_places(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        delivered(union)
        cool = {"type": "hand-out", "kit": "box", "occasion": "summer-cool", "pieces": 30, "heads": 30}
        union.many({**cool, "depot": site, "place": f"gate-{site}"} for site in SITES[:45])
        union.people("li")
        named = {"kit": "box", "depot": SITES[45], "occasion": "condolence", "holder": "li", "signature": "s-1"}
        union.do("/hand-outs", {**named, "pieces": 2})
        summer = union.ask("/reports/hand-outs", occasion="summer-cool")
        assert (summer["places"], summer["heads"], summer["bearers"], summer["pieces"]) == (45, 1_350, 1_350, 1_350)
        by_place = union.ask("/reports/hand-outs", by="place")
        assert (by_place["places"], by_place["lines"][0]["name"], by_place["lines"][0]["persons"]) == (46, "", 1)
        assert union.refused("/hand-outs", {**named, "heads": 2})["code"] == "malformed"


def test_what_a_count_does_not_find_is_unexplained_until_somebody_finds_it(database: Settings) -> None:
    with begun(database, "in-kind", "2022-06-01") as union:
        delivered(union)
        counted = union.do("/kits/box/counts", {"depot": "prizes", "good": 118})
        assert (counted["difference"], counted["cost"]) == (-2, 20_000)
        assert union.ask("/reports/kit-stock")["unexplained"] == 2
        union.do("/kits/box/counts", {"depot": "prizes", "good": 120})
        assert union.ask("/reports/kit-stock")["unexplained"] == 0

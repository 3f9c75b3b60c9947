"""S09: 20 % of the year's welfare is bought in one county by earmarked coupons; 15 that lapse make it 19.00 %.

The whole is the approved total and does not move. December's report names the fifteen by their ids alone.
"""

from collections.abc import Iterator

import pytest

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

MEMBERS = [f"m{number:03}" for number in range(299)]
FACE = 24_000


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """300 members with 1,200.00 each approved; one coupon of 240.00 for each, which only 理县馆 takes."""
    with begun(database, "welfare-coupons", "2022-06-01") as running:
        running.people(*MEMBERS)
        running.do("/funds", {"id": "welfare", "unit": "cny", "source": "union"}, "finance")
        running.do("/funds/welfare/appropriate", {"amount": 300 * FACE, "reference": "minutes-1"}, "finance")
        ratio = {"id": "s09", "name": "理县采购", "unit": "cny", "at_least": 2_000, "coupons": "lixian"}
        running.do("/ratios", ratio | {"whole": 36_000_000, "from_on": "2022-01-01", "to_on": "2022-12-31"})
        running.do("/ratios", ratio | {"id": "next", "whole": 36_000_000, "from_on": "2023-01-01"})
        for shop in ("lixian", "corner"):
            running.do("/merchants", {"id": shop, "name": shop, "admitted_from_on": "2022-01-01"})
        yield running


def issued(programme: Programme, members: list[str]) -> dict[str, str]:
    """Drafted by one person, approved by another, issued: each member's coupon."""
    terms = {"kind": "lixian", "occasion": "birthday", "fund": "welfare", "expires_on": "2022-12-31"}
    programme.do("/coupon-batches", {"id": "b", **terms})
    lines = [{"holder": member, "face": FACE} for member in members]
    for start in range(0, len(lines), 150):
        programme.do("/coupon-batches/b/lines", {"lines": lines[start : start + 150]})
    programme.do("/coupon-batches/b/submit")
    digest = programme.ask("/coupon-batches/b", role="approver")["digest"]
    programme.do("/coupon-batches/b/approve", {"digest": digest}, "approver")
    found: dict[str, str] = {}
    for start in range(0, len(members), 30):
        some = [{"holder": member} for member in members[start : start + 30]]
        body = programme.do("/coupon-batches/b/issue", {"lines": some})
        found |= {effect["holder"]: effect["coupon"] for effect in (body, *body["effects"]) if "coupon" in effect}
    programme.do("/coupon-batches/b/finish")
    return found


def bill(member: str, coupon: str, merchant: str = "lixian") -> Body:
    lines = [{"goods": "aided-goods", "amount": FACE}]
    return {"merchant": merchant, "lines": lines, "coupons": [coupon], "holder": member}


def stands(programme: Programme) -> tuple[str, bool, int, int]:
    """Per cent, whether that is enough, what is missing, and what the coupons count for."""
    found = programme.ask("/ratios/s09")
    return found["percent"], found["met"], found["missing"], found["by_coupons"]


def test_all_issued_are_20_00_per_cent_and_fifteen_that_lapse_leave_19_00(programme: Programme) -> None:
    assert stands(programme) == ("0.00", False, 7_200_000, 0)
    named = programme.do("/people", {"name": "钱多多"}, "admin")["holder"]
    members = [*MEMBERS, named]
    late = members[285:]
    coupons = issued(programme, members)
    assert stands(programme) == ("20.00", True, 0, 7_200_000)
    elsewhere = programme.refused("/purchases", bill(MEMBERS[0], coupons[MEMBERS[0]], "corner"), "counter")
    assert elsewhere["code"] == "coupon-not-valid-here"
    programme.many(({"type": "purchase"} | bill(member, coupons[member]) for member in members[:285]), role="counter")
    assert stands(programme) == ("20.00", True, 0, 7_200_000)

    programme.on("2022-12-31T15:59:59.999999Z")
    assert stands(programme)[0] == "20.00"
    unused = programme.ask("/reports/unused-coupons", within=0)["coupons"]
    assert sorted(line["holder"] for line in unused) == sorted(late)

    programme.on("2022-12-31T16:00:00.000000Z")
    assert stands(programme) == ("19.00", False, 360_000, 6_840_000)
    (december,) = programme.ask("/reports/coupons", by="batch")["figures"]
    assert (december["coupons"], december["used"], december["expired"]) == (300, 6_840_000, 360_000)
    report = programme.get("/reports/benefits?year=2022&limit=1000", role="auditor")
    expired = {line["holder"]: line["expired"] for line in report.json()["persons"] if line["expired"]}
    assert expired == dict.fromkeys(late, FACE)
    assert "钱多多" not in report.text
    fund = programme.ask("/funds/welfare")
    assert (fund["disbursed"], fund["committed"], fund["free"]) == (6_840_000, 0, 360_000)
    # What was issued this year counts for nothing in the next.
    assert programme.ask("/ratios/next")["by_coupons"] == 0
    refused = programme.refused("/purchases", bill(late[0], coupons[late[0]]), "counter")
    assert refused["code"] == "coupon-expired"
    programme.holds_together()


def test_another_approved_total_moves_the_whole_and_nothing_else_does(programme: Programme) -> None:
    programme.do("/ratios/s09/purchases", {"amount": 7_200_000, "aided": 7_200_000, "reference": "INV-1"})
    assert stands(programme)[:2] == ("20.00", True)
    programme.do("/ratios/s09/whole", {"whole": 40_000_000, "reference": "minutes-9"})
    assert stands(programme) == ("18.00", False, 800_000, 0)

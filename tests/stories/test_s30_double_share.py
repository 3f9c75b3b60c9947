"""S30: each occasion one share of the employer's and one of the union's; 7 × 200.00 fits in 1,500.00 a head, 220 not.

60 members, seven statutory occasions: company 84,000.00, union 84,000.00, 1,400.00 of the union's a head.
"""

from api.settings import Settings
from ledger.limits.entities import Counter
from tests.stories.giving import Body, approved, by_two, drafted, given, issued, members, tried
from tests.stories.programme import Programme, begun

OCCASIONS = {
    "new-year": "2022-01-01",
    "spring-festival": "2022-02-01",
    "qingming": "2022-04-05",
    "labour-day": "2022-05-01",
    "dragon-boat": "2022-06-03",
    "mid-autumn": "2022-09-10",
    "national-day": "2022-10-01",
}
MEMBERS = [f"m{number:02}" for number in range(1, 61)]
WEI = "wei"
"""Who is of the staff and no member of the union."""


def works(union: Programme) -> Programme:
    """60 members and Wei, all of one company that lies in Anhui."""
    members(union, "works", *MEMBERS, WEI, joined_on="2021-01-01")
    union.do(f"/people/{WEI}/membership", {"member": False})
    by_two(union, {"type": "crew-placement", "crew": "works", "region": "anhui"})
    return union


def given_on(union: Programme, occasion: str, source: str, holders: list[str], face: int) -> Body:
    """One share each; New Year's is issued in December and counts in the year of its occasion."""
    day = OCCASIONS[occasion]
    union.on(min(day, "2021-12-28") if occasion == "new-year" else day)
    terms = {"occasion": occasion, "occasion_on": day, "source": source, "of": "works"}
    return given(union, f"{source}-{occasion}", dict.fromkeys(holders, face), **terms)


def balance(union: Programme, holder: str) -> int:
    """What a person can spend."""
    return int(union.ask(f"/accounts/holder:{holder}", unit="coupon_cny")["balance"])


def test_a_member_has_two_shares_on_each_occasion_and_who_is_none_has_one(database: Settings) -> None:
    with begun(database, "welfare-coupons", "2021-12-20") as union:
        works(union)
        company, ours = 0, 0
        for occasion in OCCASIONS:
            company += given_on(union, occasion, "employer", [*MEMBERS, WEI], 20_000)["amount"]
            shared = given_on(union, occasion, "union", [*MEMBERS, WEI], 20_000)
            ours += shared["amount"]
            (refused,) = shared["refusals"]
            assert (refused["holder"], refused["code"], refused["reason"]) == (WEI, "not-eligible", "no-member")
        assert (company - 7 * 20_000, ours) == (8_400_000, 8_400_000)
        counters = (f"union-holidays/fund:union+holder:{name}/2022" for name in MEMBERS)
        assert {union.opened.ledger.the(Counter, counter).used for counter in counters} == {140_000}
        assert (balance(union, MEMBERS[0]), balance(union, WEI)) == (280_000, 140_000)
        (line,) = union.ask("/reports/coupons", by="of")["figures"]
        assert (line["name"], line["issued"], line["coupons"]) == ("works", company + ours, 61 * 7 + 60 * 7)
        union.holds_together()


def test_the_seventh_share_of_220_is_refused_and_180_is_offered_and_taken(database: Settings) -> None:
    with begun(database, "welfare-coupons", "2021-12-20") as union:
        works(union)
        *six, last = OCCASIONS
        for occasion in six:
            assert given_on(union, occasion, "union", MEMBERS, 22_000)["refused"] == 0
        union.on(OCCASIONS[last])
        batch = drafted(union, "last", dict.fromkeys(MEMBERS, 22_000), occasion=last)
        foreseen = tried(union, batch)
        assert (foreseen["coupons"], foreseen["refused"]) == (0, 60)
        seventh = issued(union, approved(union, batch))
        assert seventh["refusals"] == foreseen["refusals"]
        figures = {"rule": "union-holidays", "region": "anhui", "limit": 150_000, "used": 132_000, "offered": 18_000}
        for line in seventh["refusals"]:
            assert line == figures | {
                "holder": line["holder"],
                "amount": 22_000,
                "code": "regional-limit-exceeded",
                "reason": None,
            }
        rest = given(union, "rest", dict.fromkeys(MEMBERS, 18_000), occasion=last)
        assert (rest["amount"], rest["refused"]) == (60 * 18_000, 0)
        (more,) = given(union, "more", {MEMBERS[0]: 1}, occasion=last)["refusals"]
        assert (more["used"], more["offered"]) == (150_000, 0)
        assert given(union, "company", {MEMBERS[0]: 22_000}, occasion=last, source="employer")["coupons"] == 1
        # A new year, a new counter.
        union.on("2022-12-28")
        terms = {"occasion": "new-year", "occasion_on": "2023-01-01"}
        assert given(union, "next", {MEMBERS[0]: 22_000}, **terms)["coupons"] == 1
        union.holds_together()

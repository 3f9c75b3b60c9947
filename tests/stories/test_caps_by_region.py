"""Caps by region and year: two provinces, a change of figure, members who move, one cap over all that a person gets.

A year in two provinces: Anhui allows 1,500.00 a head of the union's money, from 2023 on 1,800.00; Zhejiang 1,200.00.
Whatever the occasion and whoever pays, 3,000.00 a head and year is the most.
"""

from typing import Any

import pytest

from api.settings import Settings
from ledger.scheme.complaints import SchemeError
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from tests.stories.giving import Body, by_two, drafted, given, members, tried
from tests.stories.programme import Programme, begun


def two_provinces(**limits: Any) -> Scheme:
    """The shipped scheme with the figures of this story."""
    tables = canonical(load_scheme("welfare-coupons"))
    tables["regions"] = {"anhui": {"zh": "安徽", "en": "Anhui"}, "zhejiang": {"zh": "浙江", "en": "Zhejiang"}}
    tables["limits"]["union-holidays"] |= {
        "amount": 100_000,
        "regions": {
            "anhui": {"amount": 150_000, "changes": [{"from": "2023-01-01", "amount": 180_000}]},
            "zhejiang": {"amount": 120_000},
        },
    }
    whole = {"names": {"zh": "全部", "en": "In all"}, "counts": "amount", "kinds": ["grant"], "unit": "coupon_cny"}
    tables["limits"]["whole"] = whole | {"per": ["person"], "window": "year", "amount": 300_000}
    tables["limits"] |= limits
    return checked(tables)


def founded(union: Programme) -> Programme:
    """Li and Sun in Hefei, Wang in Wenzhou, Zhao in an office that lies in no region."""
    members(union, "hefei", "li", "sun")
    members(union, "wenzhou", "wang")
    members(union, "office", "zhao")
    for crew, region in (("hefei", "anhui"), ("wenzhou", "zhejiang")):
        by_two(union, {"type": "crew-placement", "crew": crew, "region": region})
    return union


def refusals(answer: Body) -> dict[str, tuple[Any, ...]]:
    """Who was refused, under which region's cap, with cap, used and offered."""
    names = ("region", "limit", "used", "offered")
    return {line["holder"]: tuple(line[name] for name in names) for line in answer["refusals"]}


def test_one_list_over_two_provinces_is_capped_by_each_ones_own_figure(database: Settings) -> None:
    with begun(database, two_provinces(), "2022-09-01") as union:
        founded(union)
        everybody = ("li", "wang", "zhao")
        first = given(union, "autumn", dict.fromkeys(everybody, 100_000))
        assert (first["coupons"], first["refused"]) == (3, 0)
        second = tried(union, drafted(union, "october", dict.fromkeys(everybody, 50_000), occasion="national-day"))
        assert second["amount"] == 50_000
        assert refusals(second) == {
            "wang": ("zhejiang", 120_000, 100_000, 20_000),
            "zhao": (None, 100_000, 100_000, 0),
        }
        assert {line["code"] for line in second["refusals"]} == {"regional-limit-exceeded", "limit-exceeded"}


def test_the_figure_of_the_occasions_year_decides_whenever_it_is_issued(database: Settings) -> None:
    with begun(database, two_provinces(), "2022-09-01") as union:
        founded(union)
        given(union, "autumn", {"li": 150_000})
        union.on("2022-12-28")
        late = given(union, "late", {"li": 1}, occasion="national-day", occasion_on="2022-10-01")
        assert refusals(late) == {"li": ("anhui", 150_000, 150_000, 0)}
        new_year = {"occasion": "new-year", "occasion_on": "2023-01-01"}
        assert refusals(given(union, "much", {"li": 180_001}, **new_year)) == {"li": ("anhui", 180_000, 0, 180_000)}
        assert given(union, "new-year", {"li": 180_000}, **new_year)["amount"] == 180_000


def test_who_changes_the_unit_in_mid_year_keeps_what_was_counted(database: Settings) -> None:
    with begun(database, two_provinces(), "2022-06-01") as union:
        founded(union)
        given(union, "dragon-boat", {"li": 110_000, "sun": 110_000}, occasion="dragon-boat")
        union.on("2022-07-20")
        union.do("/people/li/crew", {"crew": "wenzhou", "moved_on": "2022-07-15"})
        union.on("2022-09-10")
        autumn = drafted(union, "autumn", {"li": 20_000, "sun": 20_000}, members_on="2022-08-31")
        assert refusals(tried(union, autumn)) == {"li": ("zhejiang", 120_000, 110_000, 10_000)}
        # On a reference day before he moved he was one of Hefei's, and Anhui's figure is his.
        before = drafted(union, "before", {"li": 20_000}, members_on="2022-07-14", occasion="labour-day")
        assert tried(union, before)["refused"] == 0
        assert given(union, "rest", {"li": 10_000}, members_on="2022-08-31")["amount"] == 10_000
        assert [union.ask("/people/li", on=day)["region"] for day in ("2022-07-14", "2022-07-15")] == [
            "anhui",
            "zhejiang",
        ]


def test_one_cap_a_person_and_year_over_all_occasions_and_sources(database: Settings) -> None:
    with begun(database, two_provinces(), "2022-06-01") as union:
        founded(union)
        for occasion, source, face in (
            ("dragon-boat", "union", 150_000),
            ("dragon-boat", "employer", 100_000),
            ("birthday", "employer", 30_000),
        ):
            given(union, f"{occasion}-{source}", {"li": face}, occasion=occasion, source=source)
        (line,) = given(union, "over", {"li": 20_001}, source="employer")["refusals"]
        assert (line["rule"], line["region"], line["limit"], line["used"], line["offered"]) == (
            "whole",
            None,
            300_000,
            280_000,
            20_000,
        )
        assert given(union, "exactly", {"li": 20_000}, source="employer")["refused"] == 0


def test_the_dry_run_names_each_who_was_not_there_on_the_day(database: Settings) -> None:
    with begun(database, two_provinces(), "2022-06-01") as union:
        founded(union)
        members(union, "hefei", "early", "away", joined_on="2022-03-01")
        members(union, "hefei", "late", joined_on="2022-09-01")
        members(union, "hefei", "last", "first", joined_on="2022-08-31")
        union.on("2022-09-10")
        for holder, left_on in (("early", "2022-08-30"), ("last", "2022-08-31"), ("away", "2022-08-01")):
            union.do(f"/people/{holder}/leave", {"left_on": left_on, "reason": "left-unit"})
        union.do("/people/away/join", {"joined_on": "2022-09-05"})
        listed = ("li", "early", "late", "last", "first", "away")
        autumn = tried(union, drafted(union, "autumn", dict.fromkeys(listed, 10_000), members_on="2022-08-31"))
        assert {line["holder"]: (line["code"], line["reason"]) for line in autumn["refusals"]} == {
            "early": ("not-eligible", "left-unit"),
            "away": ("not-eligible", "left-unit"),
            "late": ("not-eligible", "not-yet-member"),
        }
        assert autumn["coupons"] == 3
        # Who was away in August was there in July, though he came back later.
        july = drafted(union, "july", {"away": 10_000}, members_on="2022-07-15", occasion="dragon-boat")
        assert tried(union, july)["refused"] == 0


def test_a_region_that_the_scheme_does_not_name_is_complained_of_when_it_is_read() -> None:
    tables = canonical(load_scheme("welfare-coupons"))
    tables["limits"]["union-holidays"]["regions"] = {"anhiu": {"amount": 1}}
    with pytest.raises(SchemeError, match="anhui") as caught:
        checked(tables)
    (complaint,) = caught.value.errors
    assert (complaint.key, complaint.problem) == ("limits.union-holidays.regions.anhiu", "misspelt-term")

"""Two units merge in mid-year: one decision of two people moves members and drafts, and the past stays as it was.

U001 (Anhui, five members) becomes part of U002 (Zhejiang, three) on 15 July; the ledger hears of it on the 20th.
"""

from pathlib import Path
from typing import Any

from api.coupons.drafting import Faces
from api.coupons.loading import Sheet, load
from api.imports.engine import run_import
from api.settings import Settings
from ledger.coupons.commands import DraftBatch
from ledger.coupons.entities import Batch
from ledger.scheme.loading import canonical, checked
from ledger.scheme.model import Scheme
from ledger.values import Day
from tests.stories.giving import approved, by_two, drafted, given, issued, members, tried
from tests.stories.programme import Programme, begun
from tests.stories.test_caps_by_region import two_provinces

OLD = ("m1", "m2", "m3", "m4", "m5")
NEW = ("w1", "w2", "w3")
MERGER = {"type": "crew-merger", "crew": "U001", "into": "U002", "merged_on": "2022-07-15", "reason": "correction"}


def one_share_each() -> Scheme:
    """The figures of two provinces, and nobody has two shares of one occasion from one source."""
    tables = canonical(two_provinces())
    names = {"zh": "每节一份", "en": "One an occasion"}
    times = {"counts": "times", "kinds": ["grant"], "per": ["person", "reason", "fund"], "window": "year", "amount": 1}
    tables["limits"]["one-share"] = {"names": names, **times}
    return checked(tables)


def founded(union: Programme) -> Programme:
    """Both units, 500.00 and 300.00 a head in spring, and three batches of U001 for autumn in three states."""
    members(union, "U001", *OLD)
    members(union, "U002", *NEW)
    for crew, region in (("U001", "anhui"), ("U002", "zhejiang")):
        by_two(union, {"type": "crew-placement", "crew": crew, "region": region})
    given(union, "spring-1", dict.fromkeys(OLD, 50_000), occasion="spring-festival", of="U001")
    given(union, "spring-2", dict.fromkeys(NEW, 30_000), occasion="spring-festival", of="U002")
    union.on("2022-07-10")
    drafted(union, "draft", dict.fromkeys(OLD, 10_000), of="U001")
    submitted = drafted(union, "submitted", dict.fromkeys(OLD, 10_000), occasion="national-day", of="U001")
    union.do(f"/coupon-batches/{submitted}/submit")
    approved(union, drafted(union, "approved", dict.fromkeys(OLD, 10_000), occasion="dragon-boat", of="U001"))
    return union.on("2022-07-20")


def whose(union: Programme, *batches: str) -> list[str | None]:
    """Whose members each is for."""
    return [union.opened.ledger.the(Batch, batch).of for batch in batches]


def figures(union: Programme) -> dict[str, tuple[int, int]]:
    """By unit, how many coupons were issued and what they came to."""
    found: list[dict[str, Any]] = union.ask("/reports/coupons", by="of")["figures"]
    return {line["name"]: (line["coupons"], line["issued"]) for line in found}


def unused(union: Programme, **asked: str) -> dict[str, tuple[int, int]]:
    """By unit, how many coupons have something left, and how much."""
    found = union.ask("/reports/unused-coupons", **asked)["units"]
    return {line["of"]: (line["coupons"], line["left"]) for line in found}


def test_one_decision_of_two_people_moves_members_and_drafts(database: Settings) -> None:
    with begun(database, one_share_each(), "2022-02-01") as union:
        founded(union)
        plain = {name: value for name, value in MERGER.items() if name != "type"}
        assert union.refused("/crews/merge", plain)["code"] == "forbidden"
        assert union.refused("/crews/merge", plain, "approver")["permission"] == "vault"
        made = union.do("/proposals", {"command": MERGER}, "admin")
        own = union.refused(f"/proposals/{made['id']}/approve", {"digest": made["digest"]}, "admin")
        assert own["code"] == "self-approval"
        union.do(f"/proposals/{made['id']}/approve", {"digest": made["digest"]}, "approver")

        assert whose(union, "draft", "submitted", "approved", "spring-1") == ["U002", "U002", "U001", "U001"]
        on = {day: union.ask("/people/m1", on=day) for day in ("2022-07-14", "2022-07-15")}
        assert [(found["crew"], found["region"]) for found in on.values()] == [("U001", "anhui"), ("U002", "zhejiang")]
        assert union.ask("/people/m1")["crew"] == "U002"
        before, after = (union.ask("/crews", on=day)["crews"] for day in on)
        assert [(line["crew"], line["called"]) for line in before] == [("U001", "U001"), ("U002", "U002")]
        assert [(line["crew"], line["called"], line["region"]) for line in after] == [
            ("U001", "U002", "zhejiang"),
            ("U002", "U002", "zhejiang"),
        ]
        assert union.refused("/crews/merge", plain, "admin")["reason"] == "crew-merged"
        union.holds_together()


def test_reports_tell_what_was_issued_of_the_unit_that_issued_it_and_what_is_left_of_the_one_that_is(
    database: Settings,
) -> None:
    with begun(database, one_share_each(), "2022-02-01") as union:
        founded(union)
        spring = {"U001": (5, 250_000), "U002": (3, 90_000)}
        assert figures(union) == spring
        assert unused(union) == spring
        by_two(union, MERGER)
        assert figures(union) == spring, "what was issued before was issued by the old unit"
        assert unused(union) == {"U002": (8, 340_000)}, "what is left is on members of the new one"
        assert unused(union, of="U001") == unused(union, of="U002") == {"U002": (8, 340_000)}

        assert issued(union, approved_by_old_digest(union))["amount"] == 50_000
        assert issued(union, approved(union, "draft"))["amount"] == 50_000
        assert figures(union) == {"U001": (5, 250_000), "U002": (13, 190_000)}
        assert issued(union, "approved")["amount"] == 50_000
        assert figures(union)["U001"] == (10, 300_000), "approved for the old unit, it is issued as that one's"
        union.holds_together()


def approved_by_old_digest(union: Programme) -> str:
    """Whoever had looked at the lines before the merger approves the same lines after it."""
    digest = union.ask("/coupon-batches/submitted")["digest"]
    union.do("/coupon-batches/submitted/approve", {"digest": digest}, "approver")
    return "submitted"


def test_caps_follow_the_person_into_the_other_units_region(database: Settings) -> None:
    with begun(database, one_share_each(), "2022-02-01") as union:
        founded(union)
        by_two(union, MERGER)
        # 500.00 were counted in Anhui; Zhejiang allows 1,200.00, so 700.00 are left, and not Anhui's 1,000.00.
        much = drafted(union, "much", dict.fromkeys(("m1", "w1"), 90_000), occasion="labour-day", of="U002")
        (line,) = tried(union, much)["refusals"]
        assert (line["holder"], line["region"], line["limit"], line["used"], line["offered"]) == (
            "m1",
            "zhejiang",
            120_000,
            50_000,
            70_000,
        )
        # By a reference day before the merger he is one of Anhui's still.
        early = drafted(union, "early", {"m1": 90_000}, occasion="qingming", members_on="2022-07-14", of="U002")
        assert tried(union, early)["refused"] == 0


def test_whoever_stands_in_the_drafts_of_both_units_has_one_share(database: Settings) -> None:
    with begun(database, one_share_each(), "2022-02-01") as union:
        founded(union)
        by_two(union, MERGER)
        given(union, "autumn-2", dict.fromkeys((*NEW, "m1"), 10_000), of="U002")
        (line,) = tried(union, "draft")["refusals"]
        assert (line["holder"], line["rule"], line["used"], line["offered"]) == ("m1", "one-share", 1, 0)
        assert issued(union, approved(union, "draft"))["amount"] == 40_000


def test_a_list_of_before_the_merger_is_read_with_the_names_of_today(database: Settings, tmp_path: Path) -> None:
    with begun(database, one_share_each(), "2022-02-01") as union:
        opened = union.opened
        register = tmp_path / "members.csv"
        register.write_text("单位,会员号,姓名\nU001,M1,甲\nU001,M2,乙\nU002,W1,丙\n", "utf-8")
        assert run_import(opened, "members", register).counts["credited"] == 3
        union.on("2022-07-20")
        by_two(union, MERGER)
        terms = DraftBatch(
            id="autumn",
            kind="welfare",
            occasion="mid-autumn",
            source="union",
            of="U001",
            members_on=Day("2022-07-20"),
            expires_on=Day("2022-12-31"),
        )
        loaded = load(opened, Sheet(register), terms, Faces(face=10_000))
        assert loaded.units == {"U002": (3, 30_000)}
        assert whose(union, "autumn") == ["U002"]
        assert not loaded.report.bad_rows

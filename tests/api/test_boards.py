"""Ratios and goals over HTTP: S08 moves, S09 does not and drops when its coupons lapse."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.people.commands import RegisterPerson
from ledger.values import HolderId
from tests.api.served import TESTER, Server, make_ledger, serving, settings_in
from tests.api.test_welfare import done, refused


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = settings_in(tmp_path_factory.mktemp("boards"))
    with serving(settings, make_ledger(settings, scheme="welfare-coupons")) as running:
        yield running


def shown(server: Server, path: str) -> dict[str, Any]:
    found: dict[str, Any] = server.get(path, role="auditor").json()
    return found


def test_29_20_per_cent_lack_5714_29_yuan(union: Server) -> None:
    done(union, "/ratios", {"id": "s08", "name": "慰问品采购", "unit": "cny", "at_least": 3_000})
    done(union, "/ratios/s08/purchases", {"amount": 50_000_000, "aided": 14_600_000})
    found = shown(union, "/ratios/s08")
    assert (found["percent"], found["met"], found["missing"]) == ("29.20", False, 571_429)
    more = done(union, "/ratios/s08/purchases", {"amount": 600_000, "aided": 600_000})
    assert (shown(union, "/ratios/s08")["percent"], shown(union, "/ratios/s08")["met"]) == ("30.04", True)
    done(union, f"/aided-purchases/{more['id']}/withdraw", {"reason": "correction"})
    assert shown(union, "/ratios/s08")["met"] is False


def test_20_per_cent_by_coupons_are_19_00_when_fifteen_are_taken_back(union: Server) -> None:
    members = [HolderId(f"m{number}-{os.urandom(3).hex()}") for number in range(300)]
    for member in members:
        union.opened.ledger.submit(RegisterPerson(holder=member), by=TESTER)
    done(
        union,
        "/ratios",
        {"id": "s09", "name": "理县采购", "unit": "cny", "at_least": 2_000, "whole": 36_000_000, "coupons": "lixian"},
    )
    drafted = {"id": "lixian", "kind": "lixian", "occasion": "birthday", "expires_on": "2999-12-31"}
    done(union, "/coupon-batches", {**drafted, "source": "union"})
    for start in (0, 150):
        lines = [{"holder": member, "face": 24_000} for member in members[start : start + 150]]
        done(union, "/coupon-batches/lixian/lines", {"lines": lines})
    done(union, "/coupon-batches/lixian/submit")
    digest = union.get("/coupon-batches/lixian").json()["digest"]
    done(union, "/coupon-batches/lixian/approve", {"digest": digest}, "approver")
    coupons = []
    for start in range(0, 300, 30):
        holders = [{"holder": member} for member in members[start : start + 30]]
        issued = done(union, "/coupon-batches/lixian/issue", {"lines": holders})
        coupons += [issued["coupon"], *(effect["coupon"] for effect in issued["effects"])]
    found = shown(union, "/ratios/s09")
    assert (found["percent"], found["met"], found["by_coupons"]) == ("20.00", True, 7_200_000)
    for coupon in coupons[:15]:
        done(union, f"/coupons/{coupon}/void", {"reason": "not-needed"})
    found = shown(union, "/ratios/s09")
    assert (found["percent"], found["met"], found["missing"]) == ("19.00", False, 360_000)


def test_the_goal_board_keeps_three_counters(union: Server) -> None:
    done(union, "/goals", {"id": "checks", "name": "健康体检", "plan": 10_000, "counts": "person-times"})
    done(union, "/goals/checks/progress", {"times": 198})
    for _ in range(2):
        done(union, "/goals/checks/progress", {"holder": "h-one", "household": "h1"})
    found = shown(union, "/goals/checks")
    assert (found["percent"], found["persons"], found["person_times"], found["households"]) == ("2.00", 1, 200, 1)
    assert [goal["id"] for goal in shown(union, "/goals")["goals"]] == ["checks"]


def test_only_officers_write_on_the_boards(union: Server) -> None:
    goal = {"id": "g", "name": "g", "plan": 1, "counts": "persons"}
    for role in ("auditor", "merchant", "holder", "finance"):
        assert refused(union, "/goals", goal, role) == (403, "forbidden")

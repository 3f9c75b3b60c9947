"""Lists of members over HTTP: handed in, tried, submitted, approved, issued at once."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from api.imports.engine import run_import
from tests.api.served import Server, make_ledger, serving, settings_in
from tests.imports.site import csv_file

MEMBERS = ("单位,会员", *(f"U1,M{number:05}" for number in range(1, 61)))


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A union with 60 members and a fund of 6,000.00."""
    folder = tmp_path_factory.mktemp("union")
    settings = settings_in(folder)
    with serving(settings, make_ledger(settings, scheme="welfare-coupons")) as running:
        run_import(running.opened, "members", csv_file(folder, *MEMBERS, name="members.csv"))
        done(running, "/funds", {"id": "gifts", "unit": "cny", "source": "union"}, "finance")
        done(running, "/funds/gifts/appropriate", {"amount": 600_000}, "finance")
        yield running


def done(server: Server, path: str, body: dict[str, Any] | None = None, role: str = "officer") -> dict[str, Any]:
    answer = server.post(path, body, key=f"{path}-{os.urandom(6).hex()}", role=role)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


def begin(server: Server, id: str) -> None:
    terms = {"kind": "welfare", "occasion": "mid-autumn", "fund": "gifts", "expires_on": "2999-12-31"}
    done(server, "/coupon-batches", {"id": id, **terms})


def hand_in(server: Server, query: str, *lines: str, role: str = "officer") -> tuple[int, dict[str, Any]]:
    content = "".join(line + "\r\n" for line in lines or MEMBERS).encode()
    address = f"{server.base}/imports/coupon-list?{query}"
    answer = server.client(role).post(address, files={"file": ("list.csv", content, "text/csv")})
    return answer.status_code, answer.json()


def test_a_list_becomes_the_lines_of_a_batch_once(union: Server) -> None:
    begin(union, "once")
    status, tried = hand_in(union, "batch=once&total=600100&dry_run=true")
    assert (status, tried["trial"]["budgets"][0]["short"]) == (200, 100)
    assert union.get("/coupon-batches/once").json()["lines"] == 0
    status, first = hand_in(union, "batch=once&total=600100")
    assert (status, first["counts"], first["total"]) == (200, {"credited": 60}, 600_100)
    assert hand_in(union, "batch=once&total=600100")[1]["counts"] == {"already-known": 60}
    assert union.get("/coupon-batches/once").json()["total"] == 600_100


def test_a_batch_is_tried_by_whoever_approves_it_and_issued_at_once(union: Server) -> None:
    begin(union, "whole")
    hand_in(union, "batch=whole&face=10000")
    tried = union.post("/coupon-batches/whole/dry-run", role="approver").json()
    assert (tried["coupons"], tried["amount"], tried["fund"]["short"], tried["refused"]) == (60, 600_000, 0, 0)
    done(union, "/coupon-batches/whole/submit")
    done(union, "/coupon-batches/whole/approve", {"digest": tried["digest"]}, "approver")
    first = union.post("/coupon-batches/whole/issue-all", role="officer").json()
    assert (first["coupons"], first["amount"], first["status"]) == (60, 600_000, "issued")
    second = union.post("/coupon-batches/whole/issue-all", role="officer").json()
    assert (second["coupons"], second["before"]) == (0, 60)
    fund = union.get("/funds/gifts", role="finance").json()
    assert (fund["committed"], fund["free"]) == (600_000, 0)


def test_bad_rows_are_named_and_personal_data_is_nobody_elses(union: Server) -> None:
    begin(union, "bad")
    status, report = hand_in(union, "batch=bad&face=100", "单位,会员", "U1,M00001", "U1,M00099", "U9,M00002")
    assert status == 200
    assert [(bad["row"], bad["code"]) for bad in report["bad"]] == [(3, "unknown-member"), (4, "unknown-employer")]


@pytest.mark.parametrize(
    ("query", "role", "status", "code"),
    [
        ("batch=bad&face=100", "supervisor", 403, "forbidden"),
        ("batch=bad&face=0", "officer", 422, "malformed"),
        ("face=100", "officer", 422, "malformed"),
        ("batch=nowhere&face=100", "officer", 404, "not-found"),
    ],
)
def test_a_list_needs_a_batch_an_amount_and_an_officer(
    union: Server, query: str, role: str, status: int, code: str
) -> None:
    answered, problem = hand_in(union, query, role=role)
    assert (answered, problem["code"]) == (status, code)


def test_what_is_not_approved_is_tried_and_not_issued(union: Server) -> None:
    begin(union, "draft")
    assert union.post("/coupon-batches/draft/dry-run", role="officer").json()["coupons"] == 0
    assert union.post("/coupon-batches/draft/issue-all", role="officer").status_code == 409
    assert union.post("/coupon-batches/draft/issue-all", role="approver").status_code == 403
    assert union.post("/coupon-batches/nowhere/dry-run", role="officer").status_code == 404

"""Benefits over HTTP: who may do what, what a holder sees of a claim, reports as files, a proposal's cause."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.served import HOLDERS, Server, make_ledger, serving, settings_in
from tests.api.test_welfare import done, refused

LI, WANG = HOLDERS
NEED: dict[str, Any] = {"benefit": "two-thirds", "funds": ["mill"], "evidence": "scan-1"}
TOGETHER = NEED | {"lines": [{"holder": LI, "amount": 300}, {"holder": WANG, "amount": 600}]}


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = settings_in(tmp_path_factory.mktemp("mill"))
    with serving(settings, make_ledger(settings, scheme="mutual-aid")) as running:
        done(running, "/funds", {"id": "mill", "unit": "cny", "source": "company"}, "finance")
        done(running, "/funds/mill/appropriate", {"amount": 100_000}, "finance")
        yield running


def test_each_step_is_somebody_elses(mill: Server) -> None:
    id = done(mill, "/aid-claims", TOGETHER)["id"]
    may = {
        "/aid-claims": {"officer", "aid-desk", "admin"},
        f"/aid-claims/{id}/approve": {"approver", "safety-leader", "admin"},
        f"/aid-claims/{id}/reject": {"officer", "approver", "admin"},
        **{f"/aid-claims/{id}/{step}": {"finance", "admin"} for step in ("share", "pay", "recover", "write-off")},
    }
    for path, allowed in may.items():
        for role in set(mill.keys) - allowed:
            assert refused(mill, path, TOGETHER if path == "/aid-claims" else {}, role) == (403, "forbidden"), path


def test_a_holder_sees_its_own_line_and_no_claim_of_others(mill: Server) -> None:
    both = done(mill, "/aid-claims", TOGETHER)["id"]
    others = done(mill, "/aid-claims", NEED | {"lines": [{"holder": WANG, "amount": 600}]})["id"]
    seen = mill.get(f"/aid-claims/{both}", role="holder").json()
    assert [(line["holder"], line["aid"]) for line in seen["lines"]] == [(LI, 200)]
    assert (seen["aid"], seen["own"]) == (200, 100)
    assert WANG not in str(seen)
    assert mill.get(f"/aid-claims/{others}", role="holder").status_code == 404
    assert mill.get("/aid-claims", role="holder").status_code == 403
    assert len(mill.get(f"/aid-claims/{both}", role="auditor").json()["lines"]) == 2


def test_an_advance_approval_is_never_proposed_and_a_claim_may_be(mill: Server) -> None:
    claim = {"type": "aid-claim", **TOGETHER}
    assert done(mill, "/proposals", {"command": claim})["status"] == "open"
    approval = {"command": {"type": "aid-approval", "claim": "any"}}
    assert refused(mill, "/proposals", approval) == (422, "malformed")


def test_figures_come_as_a_file_with_yuan(mill: Server) -> None:
    answer = mill.get("/reports/aids?format=csv", role="finance", Accept_Language="en")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["Benefit"], row["Paid"], row["Aid"]) == ("two-thirds", "0", "0.00")
    assert mill.get("/reports/aids?year=22", role="finance").status_code == 422
    for path in ("/reports/kit-stock?format=html", "/reports/hand-outs?format=csv&by=kit"):
        assert mill.get(path, role="finance").status_code == 200
    assert mill.get("/reports/hand-outs?by=moon", role="finance").status_code == 422

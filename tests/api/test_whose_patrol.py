"""Over HTTP: nobody reviews himself whatever his key is called, and a credit leads to its patrol."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.vault.principals import Principal
from tests.api.patrolling import Ground, patrolling


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("whose")) as running:
        yield running


def referred(ground: Ground, holder: str) -> str:
    claim = ground.finished(holder)
    ground.reviewed(claim, longest_gap_seconds=1500)
    return claim


def key(ground: Ground, name: str, id: str, **members: Any) -> str:
    principals = ground.opened.vault.principals
    if principals.get(id) is None:
        principals.add(Principal(id=id, **members))
    ground.keys = {**ground.keys, name: principals.create_key(id)[0]}
    return name


def test_a_key_that_is_bound_to_the_walker_does_not_review_him_whatever_it_is_called(ground: Ground) -> None:
    holder = ground.person()
    his = key(ground, "his", "person:somebody", roles=("holder", "reviewer"), holder=holder)
    claim = referred(ground, holder)
    for verb, body in (("approve", {}), ("reject", {"reason": "not-walked"})):
        assert ground.refused(f"/claims/{claim}/{verb}", body, his) == (403, "self-approval")
    other = referred(ground, ground.person())
    ground.done(f"/claims/{other}/approve", {}, "reviewer")


def test_a_volunteer_who_also_reviews_reviews_others_and_not_himself(ground: Ground) -> None:
    holder = str(ground.done("/people", {"name": "李"}, "admin")["holder"])
    his = key(ground, "volunteer-reviewer", "person:" + holder, roles=("reviewer",))
    own, other = referred(ground, holder), referred(ground, ground.person())
    assert ground.refused(f"/claims/{own}/approve", {}, his) == (403, "self-approval")
    assert ground.done(f"/claims/{other}/approve", {}, his)["status"] == "approved"


def test_registering_a_volunteer_again_answers_the_same_after_he_got_a_key_of_his_own(ground: Ground) -> None:
    body = {"name": "李", "reference": "330302199001010017"}
    first = ground.done("/people", body, "admin", key="li-again")
    key(ground, "li", "person:" + first["holder"], roles=("reviewer",))
    again = ground.post("/people", body, key="li-again", role="admin")
    assert (again.status_code, again.json()) == (201, first)


def test_an_explanation_leads_from_the_credit_to_task_route_findings_and_approver(ground: Ground) -> None:
    holder = ground.person()
    claim = referred(ground, holder)
    approved = ground.done(f"/claims/{claim}/approve", {"reason": "phone-failed"}, "reviewer")
    task = ground.seen(f"/claims/{claim}")["task"]
    for role in ("auditor", holder):
        patrol = ground.seen(f"/transactions/{approved['tx']}/explain", role)["patrol"]
        assert (patrol["claim"], patrol["task"], patrol["on"], patrol["slot"]) == (
            claim,
            task,
            "2022-06-14",
            "evening",
        )
        assert task.startswith(patrol["route"] + ".")
        assert [finding["code"] for finding in patrol["findings"]] == ["gap"]
        assert (patrol["reviewed_by"], patrol["by"]["subject"]) == ("person", "person:reviewer")


def test_a_conversion_explains_the_patrols_behind_its_points(ground: Ground) -> None:
    holder = ground.person()
    claim = ground.finished(holder)
    ground.reviewed(claim)
    converted = ground.done(
        "/conversions",
        {"account": "holder:" + holder, "from_unit": "patrol_point", "to_unit": "patrol_coin", "amount": 20},
    )
    lots = ground.seen(f"/transactions/{converted['tx']}/explain", holder)["lots"]
    assert {lot["patrol"]["claim"] for lot in lots if "patrol" in lot} == {claim}


def test_what_was_no_patrol_explains_none(ground: Ground) -> None:
    body = {"to": "holder:" + ground.person(), "unit": "patrol_coin", "amount": 5, "reason": "other"}
    granted = ground.done("/grants", body, "admin")
    assert "patrol" not in ground.seen(f"/transactions/{granted['tx']}/explain", "auditor")

"""Every write about patrols, sent again under its key, is answered to the byte and happens once; refusals too."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.routes import claims, entitlements, patrols, reviews
from tests.api.patrolling import FINISHED, GEOJSON, STARTED, Ground, patrolling

ROUTES = {write.path for module in (patrols, claims, reviews, entitlements) for write in module.WRITES}
DAYS = {"starts_on": "2022-06-14", "ends_on": "2022-06-15"}
Call = tuple[str, str, dict[str, Any], str]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("again")) as running:
        yield running


def walks(ground: Ground) -> Iterator[Call]:
    """Template, address, body and who says it: routes, tasks, and claims to every end."""
    route = {"id": "again", "name": "松台-2", "owner": "平台", "geojson": GEOJSON}
    yield "/routes", "/routes", route, "patrol-app"
    tasks = {"route": "again", "from_on": "2022-06-14", "to_on": "2022-06-14", "slots": ["evening"], "places": 9}
    yield "/tasks", "/tasks", tasks, "patrol-app"
    task = "/tasks/again.2022-06-14.evening"
    yield "/tasks/{task}/claim", f"{task}/claim", {"holder": ground.person()}, "patrol-app"
    claim = "/claims/" + ground.claimed()["id"]
    yield "/claims/{claim}/start", f"{claim}/start", {"device": "p", "occurred_at": STARTED}, "patrol-app"
    yield "/claims/{claim}/resume", f"{claim}/resume", {"device": "p"}, "patrol-app"
    yield "/claims/{claim}/points", f"{claim}/points", {"point": 1}, "patrol-app"
    yield "/claims/{claim}/finish", f"{claim}/finish", {"occurred_at": FINISHED}, "patrol-app"
    other = ground.claimed()["id"]
    yield "/claims/{claim}/give-back", f"/claims/{other}/give-back", {"reason": "cannot-come"}, "patrol-app"
    yield "/tasks/{task}/cancel", f"{task}/cancel", {"reason": "typhoon"}, "patrol-app"
    yield "/routes/{route}/retire", "/routes/again/retire", {"reason": "route-closed"}, "patrol-app"


def decisions(ground: Ground) -> Iterator[Call]:
    """Of people, with notes."""
    approved, rejected = ground.finished(), ground.finished()
    for claim in (approved, rejected):
        ground.reviewed(claim, longest_gap_seconds=1500)
    yield "/claims/{claim}/approve", f"/claims/{approved}/approve", {"note": "看过"}, "reviewer"
    no = {"reason": "not-walked", "note": "没走"}
    yield "/claims/{claim}/reject", f"/claims/{rejected}/reject", no, "reviewer"
    yield "/claims/{claim}/appeal", f"/claims/{rejected}/appeal", {"note": "走了"}, "patrol-app"
    yes = {"granted": True, "reason": "appeal-granted", "note": "补记"}
    yield "/claims/{claim}/appeal/decide", f"/claims/{rejected}/appeal/decide", yes, "officer"


def seats(ground: Ground) -> Iterator[Call]:
    """Entitlements and sessions."""
    session = {"id": "coach", "code": "recuperation", "places": 5, **DAYS}
    yield "/sessions", "/sessions", session, "officer"
    yield "/sessions/{session}/change", "/sessions/coach/change", {"places": 6}, "officer"
    for verb, body in (
        ("use", {}),
        ("no-show", {}),
        ("unbook", {"reason": "cannot-come"}),
        ("cancel", {"reason": "cannot-come"}),
    ):
        ids = f"given-{verb}"
        given = {"type": "entitlement", "id": ids, "holder": ground.person(), "code": "recuperation"}
        ground.post("/batches", {"commands": [{**given, "reason": "correction"}]}, role="officer")
        there = {"session": "coach" if verb in {"use", "no-show"} else "later"}
        if verb == "use":
            later = {**session, "id": "later", "starts_on": "2022-07-02", "ends_on": "2022-07-03"}
            ground.done("/sessions", later, "officer")
        yield "/entitlements/{entitlement}/book", f"/entitlements/{ids}/book", there, "patrol-app"
        yield f"/entitlements/{{entitlement}}/{verb}", f"/entitlements/{ids}/{verb}", body, "patrol-app"
    given = {"holder": ground.person(), "code": "accident-policy", "reason": "correction"}
    yield "/entitlements", "/entitlements", given, "officer"
    yield "/sessions/{session}/cancel", "/sessions/coach/cancel", {"reason": "typhoon"}, "officer"


def test_every_write_is_answered_to_the_byte_when_it_is_sent_again(ground: Ground) -> None:
    seen = set()
    for story in (walks, decisions, seats):
        for template, path, body, role in story(ground):
            key, before = ground.key(), ground.opened.ledger.storage.head().position
            first = ground.post(path, body, key=key, role=role)
            assert first.status_code == 201, f"{path}: {first.text}"
            after = ground.opened.ledger.storage.head().position
            again = ground.post(path, body, key=key, role=role, Accept_Language="en")
            assert (again.status_code, again.content) == (201, first.content), path
            assert again.headers["Idempotent-Replayed"] == "true"
            assert before < after == ground.opened.ledger.storage.head().position, path
            other = ground.post(path, {**body, "occurred_at": "2022-06-14T21:00:00+08:00"}, key=key, role=role)
            assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused"), path
            seen.add(template)
    assert seen == ROUTES


def test_a_refusal_is_answered_to_the_byte_when_it_is_sent_again_whatever_has_changed(ground: Ground) -> None:
    holder, claim = ground.person(), ground.claimed()
    body, key = {"holder": holder}, ground.key()
    first = ground.post(f"/tasks/{claim['task']}/claim", body, key=key, role="patrol-app")
    ground.done(f"/claims/{claim['id']}/give-back", {})
    again = ground.post(f"/tasks/{claim['task']}/claim", body, key=key, role="patrol-app", Accept_Language="en")
    assert (first.status_code, first.json()["code"]) == (409, "task-taken")
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    ground.done(f"/tasks/{claim['task']}/claim", body)

"""Routes and tasks over HTTP: GeoJSON in either datum, what is published, and what is near and soon."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.patrols.entities import Route
from tests.api.patrolling import GEOJSON, Ground, patrolling


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("tasks")) as running:
        yield running


def point(lon: Any, lat: Any, **properties: Any) -> dict[str, Any]:
    said = {"patrol_point": 1, "radius_m": 40, **properties}
    return {"type": "Feature", "properties": said, "geometry": {"type": "Point", "coordinates": [lon, lat]}}


def drawn(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "datum": "WGS-84", "features": list(features), **members}


def body(id: str, geojson: Any, **members: Any) -> dict[str, Any]:
    return {"id": id, "name": "线路", "owner": "平台", "geojson": geojson, **members}


# Routes ------------------------------------------------------------------------------------------------------


def test_a_route_comes_back_as_it_was_drawn_to_the_digit(ground: Ground) -> None:
    id = ground.route()
    answer = ground.get(f"/routes/{id}", role="patrol-app")
    shown = answer.json()
    features = shown["geojson"]["features"]
    assert [it["geometry"] for it in features] == [it["geometry"] for it in GEOJSON["features"]]
    assert "120.6489,28.0085" in answer.text
    assert (shown["owner"], shown["fund"], shown["status"]) == ("区总工会", "union", "published")
    again = ground.done("/routes", body(f"{id}-again", shown["geojson"]))
    assert again["points"][0]["lon_e7"] == 1206489000


def test_a_route_drawn_on_a_shifted_map_lies_where_it_really_is(ground: Ground) -> None:
    ground.done("/routes", body("shifted", drawn(point(120.6489, 28.0085), datum="GCJ-02")))
    ground.done("/routes", body("plain", drawn(point(120.6489, 28.0085), datum=None), datum="WGS-84"))
    (shifted,), (plain,) = (ground.opened.ledger.the(Route, id).points for id in ("shifted", "plain"))
    assert (plain.lon_e7, plain.lat_e7) == (1206489000, 280085000)
    assert 30_000 < plain.lon_e7 - shifted.lon_e7 < 60_000
    assert ground.seen("/routes/shifted")["drawn_in"] == "GCJ-02"
    assert ground.seen("/routes/shifted")["geojson"]["datum"] == "WGS-84"


def test_heights_are_left_out_and_foreign_members_of_geojson_are_allowed(ground: Ground) -> None:
    feature = point(-0.00000005, 28, surface="stone")
    feature["geometry"]["coordinates"].append(12.5)
    made = ground.post(
        "/routes", body("foreign", drawn(feature, bbox=[1, 2, 3, 4.5])), key=ground.key(), role="patrol-app"
    )
    assert (made.status_code, made.json()["errors"][0]["code"]) == (422, "wrong-form")  # -5e-08 has an exponent
    feature["geometry"]["coordinates"][0] = -0.25
    assert ground.done("/routes", body("foreign", drawn(feature)))["points"][0]["lon_e7"] == -2_500_000


@pytest.mark.parametrize(
    ("geojson", "pointer", "code"),
    [
        (drawn(point(120.6, 28), datum=None), "/datum", "missing"),
        (drawn(point(181, 28)), "/geojson/features/0/geometry/coordinates/0", "number-out-of-range"),
        (drawn(point(120.6, -90.0000001)), "/geojson/features/0/geometry/coordinates/1", "number-out-of-range"),
        (drawn(point(120.6, 28, patrol_point=None)), "/geojson/features/0/properties/patrol_point", "missing"),
        (drawn(point(120.6, 28, radius_m=None)), "/geojson/features/0/properties/radius_m", "missing"),
        (drawn(point(120.6, 28, radius_m=40.5)), "/geojson/features/0/properties/radius_m", "wrong-type"),
        (drawn(point(120.6, 28, patrol_point=2)), "/points", "invalid"),
        (drawn(*[GEOJSON["features"][-1]] * 2), "/geojson/features/1", "invalid"),
        (drawn(), "/geojson/features", "wrong-length"),
    ],
)
def test_a_drawing_that_is_no_route_is_refused_at_its_place(
    ground: Ground, geojson: Any, pointer: str, code: str
) -> None:
    answer = ground.post("/routes", body("wrong", geojson), key=ground.key(), role="patrol-app")
    assert answer.status_code == 422, answer.text
    assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [(pointer, code)]


def test_two_datums_at_once_are_none(ground: Ground) -> None:
    wrong = body("both", drawn(point(120.6, 28)), datum="GCJ-02")
    assert ground.refused("/routes", wrong) == (422, "malformed")


def test_a_route_is_published_once_and_retired_once(ground: Ground) -> None:
    id = ground.route()
    assert ground.refused("/routes", body(id, GEOJSON)) == (409, "already-exists")
    assert ground.refused("/routes", body(f"{id}-x", GEOJSON, fund="nobody")) == (422, "unknown-scheme-term")
    assert ground.refused(f"/routes/{id}/retire", {"reason": "whim"}) == (422, "unknown-scheme-term")
    ground.done(f"/routes/{id}/retire", {"reason": "route-closed"})
    assert ground.refused(f"/routes/{id}/retire", {"reason": "route-closed"}) == (409, "not-eligible")
    assert ground.refused("/routes/nothing/retire", {"reason": "route-closed"}) == (404, "not-found")
    tasks = {"route": id, "from_on": "2022-06-15", "to_on": "2022-06-15", "places": 1}
    assert ground.refused("/tasks", tasks) == (409, "not-eligible")
    assert ground.seen(f"/routes/{id}")["status"] == "retired"


def test_routes_come_in_a_batch_too_and_are_listed(ground: Ground) -> None:
    commands = [{"type": "route", **body(f"batch-{n}", GEOJSON)} for n in range(3)]
    group = {"atomic": {"id": "routes-together", "commands": [{"type": "route", **body("batch-9", GEOJSON)}]}}
    outcomes = ground.post("/batches", {"commands": [*commands, group]}, role="officer").json()["outcomes"]
    assert [it["status"] for it in outcomes] == [201] * 4
    again = ground.post("/batches", {"commands": [*commands, group]}, role="officer").json()["outcomes"]
    assert [it["replayed"] for it in again] == [True] * 4
    page = ground.seen("/routes?after=batch-&limit=2")
    assert [it["id"] for it in page["routes"]] == ["batch-0", "batch-1"]
    assert ground.seen(f"/routes?after={page['next']}&limit=1")["routes"][0]["id"] == "batch-2"


@pytest.mark.parametrize("role", ["supervisor", "counter", "reviewer", "auditor", "finance"])
def test_others_publish_nothing(ground: Ground, role: str) -> None:
    assert ground.refused("/routes", body("theirs", GEOJSON), role) == (403, "forbidden")
    assert ground.refused("/tasks/any/cancel", {"reason": "typhoon"}, role) == (403, "forbidden")


# Tasks -------------------------------------------------------------------------------------------------------


def published(ground: Ground, *days: str, **members: Any) -> str:
    route = ground.route(**{name: members.pop(name) for name in ("geojson",) if name in members})
    ground.done("/tasks", {"route": route, "from_on": days[0], "to_on": days[-1], "places": 2, **members})
    return route


def test_tasks_are_published_for_each_day_and_slot(ground: Ground) -> None:
    route = published(ground, "2022-06-20", "2022-06-22")
    listed = ground.seen(f"/tasks?route={route}&from=2022-06-20")["tasks"]
    assert [(it["on"], it["slot"]) for it in listed] == [
        (f"2022-06-{day}", slot) for day in (20, 21, 22) for slot in ("morning", "afternoon", "evening")
    ]
    assert listed[0]["opens_at"] == "2022-06-20T00:00:00.000000Z"
    assert listed[0]["names"] == {"zh": "上午", "en": "Morning"}
    assert {(it["places"], it["free"], it["open"], it["fund"]) for it in listed} == {(2, 2, True, "union")}


def test_tasks_are_paged_by_time(ground: Ground) -> None:
    route = published(ground, "2022-07-01", "2022-07-03")
    query = f"/tasks?route={route}&from=2022-07-01&limit=4"
    page = ground.seen(query)
    seen = [it["id"] for it in page["tasks"]]
    while page["next"] is not None:
        page = ground.seen(f"{query}&after={page['next']}")
        seen += [it["id"] for it in page["tasks"]]
    assert len(seen) == len(set(seen)) == 9
    assert seen == [it["id"] for it in ground.seen(f"/tasks?route={route}&from=2022-07-01")["tasks"]]


def test_what_is_near_comes_first_then_what_is_soon(ground: Ground) -> None:
    far = published(ground, "2022-08-01", geojson=drawn(point(120.7, 28.0085)), slots=["morning", "evening"])
    near = published(ground, "2022-08-01", "2022-08-02", geojson=drawn(point(120.65, 28.0085)), slots=["evening"])
    query = "/tasks?from=2022-08-01&near=120.6489,28.0085&datum=WGS-84"
    listed = ground.seen(query)["tasks"]
    assert [(it["route"], it["on"][-2:], it["slot"]) for it in listed] == [
        (near, "01", "evening"),
        (near, "02", "evening"),
        (far, "01", "morning"),
        (far, "01", "evening"),
    ]
    assert [it["distance_m"] // 100 for it in listed] == [1, 1, 50, 50]
    assert len(ground.seen(query + "&within_m=2000")["tasks"]) == 2
    first = ground.seen(query + "&limit=3")
    assert [it["id"] for it in ground.seen(f"{query}&after={first['next']}")["tasks"]] == [listed[-1]["id"]]
    shifted = ground.seen(query.replace("WGS-84", "GCJ-02"))["tasks"]
    assert 300 < abs(shifted[0]["distance_m"] - listed[0]["distance_m"]) < 700


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("near=120.6,28.0", "/?datum"),
        ("near=120.6&datum=WGS-84", "/?near"),
        ("near=190.6,28.0&datum=WGS-84", "/?near"),
        ("near=120.6,28.0&datum=BD-09", "/?datum"),
        ("within_m=100", "/?near"),
        ("datum=WGS-84", "/?near"),
        ("near=120.6,28.0&datum=WGS-84&within_m=-1", "/?within_m"),
        ("on=2022-06-14&from=2022-06-14", "/?on"),
        ("on=14.6.2022", "/?on"),
        ("from=2022-06-14&to=2022-06-13", "/?to"),
        ("from=2022-06-14&to=2022-12-13", "/?to"),
        ("open=yes", "/?open"),
        ("after=x", "/?after"),
    ],
)
def test_a_list_that_is_asked_for_badly_says_where(ground: Ground, query: str, pointer: str) -> None:
    answer = ground.get(f"/tasks?{query}", role="patrol-app")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_open_leaves_out_what_nobody_can_claim(ground: Ground) -> None:
    route = published(ground, "2022-06-14", slots=["evening"], places=1)
    other = published(ground, "2022-06-14", slots=["evening"])
    on = "/tasks?on=2022-06-14&open=true"
    before = {it["route"] for it in ground.seen(on)["tasks"]}
    assert {route, other} <= before
    ground.done(f"/tasks/{route}.2022-06-14.evening/claim", {"holder": ground.person()})
    ground.done(f"/tasks/{other}.2022-06-14.evening/cancel", {"reason": "typhoon"})
    assert before - {it["route"] for it in ground.seen(on)["tasks"]} == {route, other}
    shown = ground.seen(f"/tasks/{other}.2022-06-14.evening")
    assert (shown["status"], shown["open"], shown["reason"]) == ("cancelled", False, "typhoon")


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"slots": ["midnight"]}, 422, "unknown-scheme-term"),
        ({"places": 0}, 422, "malformed"),
        ({"to_on": "2022-06-19"}, 422, "malformed"),
        ({"to_on": "2023-06-20"}, 422, "malformed"),
        ({"route": "nothing"}, 404, "not-found"),
        ({"from_on": "2022-06-13", "to_on": "2022-06-13"}, 409, "slot-closed"),
        ({}, 201, ""),
    ],
)
def test_publishing_refuses(ground: Ground, members: dict[str, Any], status: int, code: str) -> None:
    wanted = {"route": ground.route(), "from_on": "2022-06-20", "to_on": "2022-06-20", "places": 1, **members}
    answer = ground.post("/tasks", wanted, key=ground.key(), role="patrol-app")
    assert (answer.status_code, answer.json().get("code", "")) == (status, code)
    if status == 201:
        assert ground.refused("/tasks", wanted) == (409, "already-exists")


def test_a_task_is_called_off_once(ground: Ground) -> None:
    task = ground.task()
    ground.done(f"/tasks/{task}/cancel", {"reason": "typhoon"})
    assert ground.refused(f"/tasks/{task}/cancel", {"reason": "typhoon"}) == (409, "not-eligible")
    assert ground.refused("/tasks/nothing/cancel", {"reason": "typhoon"}) == (404, "not-found")


def test_a_volunteer_looks_for_tasks_with_its_own_key(ground: Ground) -> None:
    task, holder = ground.task(), ground.person()
    assert task in [it["id"] for it in ground.seen("/tasks?on=2022-06-14", holder)["tasks"]]
    assert ground.seen(f"/tasks/{task}", holder)["open"] is True
    route = task.split(".")[0]
    assert ground.seen(f"/routes/{route}", holder)["id"] == route

"""Patrols as far as a ledger of no patrol scheme knows them: routes, and what is refused."""

from typing import Any

from tests.contract.book import Ledger, is_, new

POINT = {
    "type": "Feature",
    "properties": {"patrol_point": 1, "radius_m": 40, "name": "桥头"},
    "geometry": {"type": "Point", "coordinates": [120.6489, 28.0085123]},
}


def drawn(id: str, **members: Any) -> dict[str, Any]:
    collection = {"type": "FeatureCollection", "datum": "WGS-84", "features": [POINT]}
    return {"id": id, "name": "松台-2", "owner": "平台", "geojson": collection, **members}


def test_a_route_is_read_as_it_was_published(ledger: Ledger) -> None:
    id = new()
    made = ledger.done("/routes", drawn(id))
    assert (made["id"], made["type"], made["status"]) == (id, "route", "published")
    assert (made["points"][0]["lon_e7"], made["points"][0]["lat_e7"]) == (1206489000, 280085123)
    assert ledger.get(f"/routes/{id}")["geojson"]["features"] == [POINT]


def test_the_same_key_publishes_once_whatever_way_the_degrees_are_written(ledger: Ledger) -> None:
    id, key = new(), new()
    first, again = (ledger.post("/routes", drawn(id), key=key) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = drawn(id, name="another")
    assert is_(ledger.refused("/routes", other, key=key), 422, "idempotency-key-reused")


def test_a_route_of_a_batch_is_the_route_of_a_single_call(ledger: Ledger) -> None:
    id = new()
    (outcome,) = ledger.batch({"type": "route", **drawn(id)})
    assert (outcome["status"], outcome["body"]["points"][0]["name"]) == (201, "桥头")
    single = ledger.post("/routes", drawn(id), key=id)
    assert single.json() == outcome["body"]


def test_degrees_are_numbers_with_a_point_and_nowhere_else(ledger: Ledger) -> None:
    wrong = drawn(new())
    wrong["geojson"] = {**wrong["geojson"], "features": [{**POINT, "properties": {"patrol_point": 1.5, "radius_m": 4}}]}
    assert is_(ledger.refused("/routes", wrong), 422, "malformed")
    assert is_(ledger.refused("/grants", {"to": ledger.holder(), "unit": "A", "amount": 1.5}), 422, "malformed")


def test_a_scheme_that_knows_no_patrols_has_no_tasks(ledger: Ledger) -> None:
    id = new()
    ledger.done("/routes", drawn(id))
    wanted = {"route": id, "from_on": "2999-01-01", "to_on": "2999-01-01", "places": 1}
    assert is_(ledger.refused("/tasks", wanted), 422, "unknown-scheme-term")
    assert ledger.get("/tasks")["tasks"] == []


def test_what_is_not_there_is_not_found(ledger: Ledger) -> None:
    holder = ledger.holder().removeprefix("holder:")
    for path, body in (
        ("/tasks/nothing/claim", {"holder": holder}),
        ("/claims/nothing/finish", {}),
        ("/claims/nothing/appeal", {}),
        ("/entitlements/nothing/book", {"session": "nothing"}),
        ("/entitlements/nothing/use", {}),
    ):
        assert is_(ledger.refused(path, body), 404, "not-found"), path
    for path in ("/routes/nothing", "/tasks/nothing", "/claims/nothing", "/sessions/nothing", "/entitlements/nothing"):
        assert is_(ledger.ask(path).json(), 404, "not-found"), path

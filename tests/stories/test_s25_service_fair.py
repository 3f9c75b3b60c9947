"""S25 and S27: eight services and X more; three had in one visit are one person and three person-times; goals by year.

Nothing but the scheme `service-fair` on the rooms of entitlements and goals.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from api.settings import Settings
from ledger.scheme.loading import load_scheme
from ledger.vault import Principal
from tests.stories.programme import Body, Programme, begun

XU, YANG = "xu", "yang"
VISIT = ("health-check", "welcome-pack", "study-information")
YEAR = {"counts": "person-times", "from_on": "2022-01-01", "to_on": "2022-12-31"}
FAIR = {"from_": "2022-06-01", "to": "2022-06-30"}


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """The day of Nanjing's fair, with the year's goals: 10,000 checks and 50,000 policies."""
    with begun(database, "service-fair", "2022-06-11") as running:
        goals = {"checks": ("健康体检", 10_000, "health-check"), "insured": ("专项保险", 50_000, "special-insurance")}
        for id, (name, plan, entitlement) in goals.items():
            running.do("/goals", {"id": id, "name": name, "plan": plan, "entitlement": entitlement, **YEAR})
        running.people(XU, YANG)
        fair = {"code": "health-check", "starts_on": "2022-06-11", "ends_on": "2022-06-12", "region": "nanjing"}
        running.do(
            "/sessions", fair | {"id": "fair", "name": "南京服务集市", "places": 300, "book_until_on": "2022-06-12"}
        )
        yield running


def had(holder: str, service: str, region: str, number: int = 0) -> Body:
    """Given, for a check also booked, and used at once, or none of it."""
    id = f"{holder}.{service}.{number}"
    given = {"type": "entitlement", "id": id, "holder": holder, "code": service, "reason": "fair"}
    booked = {"type": "booking", "id": id + ".book", "entitlement": id, "session": "fair"}
    used = {"type": "use", "id": id + ".use", "entitlement": id, "region": region}
    steps = [given, booked, used] if service == "health-check" else [given, used]
    return {"atomic": {"id": id + ".all", "commands": steps}}


def served(programme: Programme, *visits: Body) -> None:
    outcomes = programme.post("/batches", {"commands": list(visits)}, role="officer").json()["outcomes"]
    assert {outcome["status"] for outcome in outcomes} == {201}


def report(programme: Programme, **query: Any) -> Body:
    return programme.ask("/reports/services", **FAIR, **query)


def test_three_services_in_one_visit_are_one_person_and_three_person_times(programme: Programme) -> None:
    assert len(load_scheme("service-fair").entitlements) == 8 + 3
    served(programme, *(had(XU, service, "nanjing") for service in VISIT))
    assert report(programme)["total"] == {"deliveries": 3, "persons": 1, "visits": 1}

    # The next day another one in another city, and one more person here.
    programme.on("2022-06-12")
    served(programme, had(XU, "legal-advice", "suzhou"), had(YANG, "health-check", "nanjing"))
    found = report(programme)
    assert found["total"] == {"deliveries": 5, "persons": 2, "visits": 3}
    assert found["regions"] == [
        {"region": "nanjing", "deliveries": 4, "persons": 2, "visits": 2},
        {"region": "suzhou", "deliveries": 1, "persons": 1, "visits": 1},
    ]
    checks = next(line for line in found["services"] if line["code"] == "health-check")
    assert (checks["deliveries"], checks["persons"]) == (2, 2)
    assert report(programme, region="suzhou")["total"]["deliveries"] == 1
    assert report(programme, code="counselling")["total"] == {"deliveries": 0, "persons": 0, "visits": 0}


def test_a_courier_books_online_and_his_place_is_his_alone(programme: Programme) -> None:
    for courier in (XU, YANG):
        programme.do("/entitlements", {"holder": courier, "code": "health-check", "reason": "fair"})
        person = Principal(id=f"person:{courier}", roles=("holder",), holder=courier)
        principals = programme.opened.vault.principals
        programme.keys[courier] = principals.create_key(principals.add(person).id)[0]  # type: ignore[index] # the story's own dict
    (mine,) = programme.ask("/entitlements", role=XU)["entitlements"]
    programme.do(f"/entitlements/{mine['id']}/book", {"session": "fair"}, XU)
    assert programme.ask("/sessions/fair", role=XU)["free"] == 299
    assert (
        programme.refused(f"/entitlements/{mine['id']}/unbook", {"reason": "cannot-come"}, YANG)["code"] == "not-found"
    )
    elsewhere = programme.refused(f"/entitlements/{mine['id']}/use", {"region": "suzhou"})
    assert elsewhere["reason"] == "other-region"
    programme.do(f"/entitlements/{mine['id']}/use")
    assert report(programme)["regions"] == [{"region": "nanjing", "deliveries": 1, "persons": 1, "visits": 1}]


def test_200_checks_at_one_fair_are_2_00_per_cent_of_the_goal(programme: Programme) -> None:
    couriers = programme.people(*(f"c{number:03}" for number in range(200)))
    served(programme, *(had(courier, "health-check", "nanjing") for courier in couriers))
    goal = programme.ask("/goals/checks")
    assert (goal["done"], goal["plan"], goal["percent"]) == (200, 10_000, "2.00")
    # The same man under a second record is one person.
    programme.do(f"/people/{couriers[1]}/merge", {"into": couriers[0], "reason": "correction"}, role="admin")
    goal = programme.ask("/goals/checks")
    assert (goal["persons"], goal["person_times"], goal["done"]) == (199, 200, 200)


def test_a_service_is_given_and_had_together_or_not_at_all_and_once(programme: Programme) -> None:
    served(programme, had(XU, "welcome-pack", "nanjing"))
    assert programme.refused(f"/entitlements/{XU}.welcome-pack.0/use")["reason"] == "used"
    nowhere = had(XU, "welcome-pack", "mars", 1)
    (outcome,) = programme.post("/batches", {"commands": [nowhere]}, role="officer").json()["outcomes"]
    assert outcome["code"] == "group-failed"
    assert programme.get(f"/entitlements/{XU}.welcome-pack.1").status_code == 404
    assert report(programme)["total"]["deliveries"] == 1
    printed = programme.get("/reports/services?from=2022-06-01&to=2022-06-30&format=csv", Accept_Language="zh-CN").text
    assert "暖“新”礼包" in printed
    assert "南京" in printed
    programme.holds_together()


def test_policies_in_force_count_against_the_goal_of_50000_and_a_cancelled_one_does_not(programme: Programme) -> None:
    couriers = programme.people(*(f"c{number:03}" for number in range(250)))
    bodies = programme.many(
        {"type": "entitlement", "holder": courier, "code": "special-insurance", "reason": "fair"}
        for courier in couriers
    )
    goal = programme.ask("/goals/insured")
    assert (goal["done"], goal["percent"], goal["persons"]) == (250, "0.50", 250)
    twice = {"holder": couriers[0], "code": "special-insurance", "reason": "fair"}
    assert programme.refused("/entitlements", twice)["code"] == "entitlement-in-force"
    policy = bodies[0]["id"]
    shown = programme.ask(f"/entitlements/{policy}")
    assert (shown["starts_on"], shown["ends_on"], shown["status"]) == ("2022-06-12", "2023-06-11", "issued")
    programme.do(f"/entitlements/{policy}/cancel", {"reason": "correction"})
    assert programme.ask("/goals/insured")["done"] == 249
    assert programme.ask("/reports/services", **FAIR, code="special-insurance")["total"]["visits"] == 0

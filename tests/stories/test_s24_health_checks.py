"""S24: a van with 200 slots a day: the 201st waits; 10,000 checks need 50 days of the van; who did not come is told.

Nothing but the scheme `health-checks` on the rooms of entitlements and goals.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from api.settings import Settings
from tests.stories.programme import Body, Programme, begun

PEOPLE = [f"w{number:03}" for number in range(201)]
FIRST = date(2022, 6, 20)
SLOTS, PLAN = 200, 10_000
JUNE = {"from_": "2022-06-01", "to": "2022-08-31"}


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """Of a year with a goal of 10,000 checks, done once they are had."""
    with begun(database, "health-checks", "2022-06-01") as running:
        goal = {"id": "checks", "name": "万名职工体检", "plan": PLAN, "counts": "person-times"}
        running.do("/goals", goal | {"entitlement": "health-check", "from_on": "2022-01-01", "to_on": "2022-12-31"})
        yield running


def van(day: int) -> Body:
    """A day of the van."""
    on = (FIRST + timedelta(days=day)).isoformat()
    return {
        "type": "session",
        "code": "health-check",
        "starts_on": on,
        "ends_on": on,
        "places": SLOTS,
        "region": "yongkang",
    }


def opened(programme: Programme, days: int) -> None:
    programme.many(van(day) | {"id": f"van-{day}"} for day in range(days))


def entitled(programme: Programme, *people: str) -> list[str]:
    programme.people(*people)
    given = [{"type": "entitlement", "holder": one, "code": "health-check", "reason": "programme"} for one in people]
    return [body["id"] for body in programme.many(given)]


def test_10000_checks_need_50_days_of_a_van_with_200_slots(programme: Programme) -> None:
    opened(programme, 49)
    (kind,) = programme.ask("/reports/places", **JUNE)["kinds"]
    assert (kind["sessions"], kind["places"], PLAN - kind["places"]) == (49, 9_800, SLOTS)
    programme.many([van(49) | {"id": "van-49"}])
    (kind,) = programme.ask("/reports/places", **JUNE)["kinds"]
    assert (kind["sessions"], kind["places"]) == (50, programme.ask("/goals/checks")["plan"])


def test_the_201st_waits_and_what_is_done_is_told_beside_who_did_not_come(programme: Programme) -> None:
    opened(programme, 2)
    checks = entitled(programme, *PEOPLE)
    booked = programme.many({"type": "booking", "entitlement": id, "session": "van-0"} for id in checks)
    assert [body["status"] for body in booked].count("booked") == SLOTS
    assert booked[-1]["status"] == "waiting"
    assert programme.refused(f"/entitlements/{checks[0]}/use")["reason"] == "not-begun"
    again = {"holder": PEOPLE[0], "code": "health-check", "reason": "programme"}
    assert programme.refused("/entitlements", again)["code"] == "entitlement-in-force"

    programme.on("2022-06-19").do(f"/entitlements/{checks[7]}/unbook", {"reason": "cannot-come"})
    assert programme.ask(f"/entitlements/{checks[200]}")["status"] == "booked"
    programme.do(f"/entitlements/{checks[7]}/book", {"session": "van-1"})

    programme.on("2022-06-20")
    late = programme.refused(f"/entitlements/{checks[8]}/unbook", {"reason": "cannot-come"})
    assert (late["code"], late["until"]) == ("booking-closed", "2022-06-19")
    came = [id for id in checks if id not in {checks[7], *checks[190:]}] + checks[200:]
    programme.many({"type": "use", "entitlement": id} for id in came)
    programme.many({"type": "no-show", "entitlement": id} for id in checks[190:200])
    assert programme.refused(f"/entitlements/{checks[190]}/use")["reason"] == "no-show"

    (kind,) = programme.ask("/reports/places", **JUNE)["kinds"]
    assert (kind["used"], kind["no_shows"], kind["no_show_percent"], kind["booked"]) == (190, 10, "5.00", 1)
    goal = programme.ask("/goals/checks")
    assert (goal["done"], goal["percent"], goal["persons"]) == (190, "1.90", 190)


def test_a_wrong_mark_moves_what_is_done_and_nobody_counts_by_hand(programme: Programme) -> None:
    opened(programme, 1)
    one, two = entitled(programme, *PEOPLE[:2])
    programme.many({"type": "booking", "entitlement": id, "session": "van-0"} for id in (one, two))
    programme.on("2022-06-20").do(f"/entitlements/{one}/no-show")
    programme.do(f"/entitlements/{two}/use")
    assert programme.ask("/goals/checks")["done"] == 1
    programme.do(f"/entitlements/{one}/use", {"corrects": True})
    assert programme.ask("/goals/checks")["done"] == 2
    programme.do(f"/entitlements/{two}/no-show", {"corrects": True})
    assert programme.ask("/goals/checks")["done"] == 1
    refused = programme.refused("/goals/checks/progress", {"times": 9})
    assert (refused["code"], refused["reason"]) == ("not-eligible", "counts-by-itself")
    programme.holds_together()


def test_a_day_on_which_the_van_breaks_down_lets_everybody_book_another(programme: Programme) -> None:
    opened(programme, 2)
    checks = entitled(programme, *PEOPLE[:3])
    programme.many({"type": "booking", "entitlement": id, "session": "van-0"} for id in checks)
    programme.do("/sessions/van-0/cancel", {"reason": "van-broken"})
    assert programme.refused(f"/entitlements/{checks[0]}/book", {"session": "van-0"})["reason"] == "session-cancelled"
    programme.many({"type": "booking", "entitlement": id, "session": "van-1"} for id in checks)
    (kind,) = programme.ask("/reports/places", **JUNE)["kinds"]
    assert (kind["sessions"], kind["places"], kind["booked"]) == (1, SLOTS, 3)

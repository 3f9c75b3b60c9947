"""S22: 1,000 free places, 1,004 applications ranked by rule: 1,000 allocated, 4 wait; 6 cancel, 4 move up, 998 travel.

Nothing but the scheme `recuperation` on the rooms of entitlements.
"""

from collections.abc import Iterator

import pytest

from api.settings import Settings
from tests.stories.programme import Programme, begun

PEOPLE = [f"a{number:04}" for number in range(1_004)]
LATE = PEOPLE[:4]
"""They came first of all, and are ranked last: no front-line workers, and in 2021 they have travelled."""


@pytest.fixture
def programme(database: Settings) -> Iterator[Programme]:
    """Of 2022: a journey in September, for which people apply until the end of June."""
    with begun(database, "recuperation", "2022-06-01") as running:
        journey = {"code": "recuperation", "places": 0, "region": "lixian", "book_until_on": "2022-06-30"}
        running.do("/sessions", {"id": "lixian", "starts_on": "2022-09-01", "ends_on": "2022-09-05", **journey})
        yield running


def applied(number: int) -> dict[str, object]:
    """Every other one is a front-line worker; every third has travelled three years ago to the day."""
    if number < len(LATE):
        return {"last_on": "2021-05-01"}
    grounds = ["front-line"] if number % 2 else []
    return {"grounds": grounds, "last_on": "2019-09-01"} if number % 3 == 0 else {"grounds": grounds}


def allocated(programme: Programme) -> None:
    """All apply, an officer enters what he has checked, and 1,000 places are allocated."""
    programme.people(*PEOPLE)
    given = [{"type": "entitlement", "holder": it, "code": "recuperation", "reason": "application"} for it in PEOPLE]
    ids = [body["id"] for body in programme.many(given)]
    programme.many(
        {"type": "booking", "entitlement": id, "session": "lixian", **applied(number)} for number, id in enumerate(ids)
    )
    assert programme.ask("/sessions/lixian")["waiting"] == 1_004
    programme.do("/sessions/lixian/change", {"places": 1_000})


def holders(programme: Programme, **query: str) -> list[str]:
    found: list[str] = []
    after = "0"
    while after:
        page = programme.ask("/entitlements", session="lixian", limit=1_000, after=after, **query)
        found += [item["holder"] for item in page["entitlements"]]
        after = page["next"]
    return found


def test_1004_apply_1000_are_allocated_by_rank_6_cancel_4_move_up_and_998_travel(programme: Programme) -> None:
    allocated(programme)
    session = programme.ask("/sessions/lixian")
    assert (session["booked"], session["waiting"], session["free"]) == (1_000, 4, 0)
    assert holders(programme, status="waiting") == LATE
    assert [item["rank"] for item in session["entitlements"]["waiting"]] == [3] * 4

    for entitlement in session["entitlements"]["booked"][10:610:100]:
        programme.do(f"/entitlements/{entitlement}/cancel", {"reason": "cannot-come"})
    session = programme.ask("/sessions/lixian", role="officer")
    assert (session["booked"], session["waiting"], session["free"]) == (998, 0, 2)
    assert set(LATE) <= set(holders(programme, status="booked"))

    programme.on("2022-09-01")
    travelling = session["entitlements"]["booked"]
    programme.many({"type": "use", "entitlement": entitlement} for entitlement in travelling)
    (kind,) = programme.ask("/reports/places", from_="2022-09-01", to="2022-09-30")["kinds"]
    assert (kind["places"], kind["used"], kind["free"], kind["no_shows"]) == (1_000, 998, 2, 0)
    (there,) = programme.ask("/reports/services", from_="2022-09-01", to="2022-09-30")["regions"]
    assert there == {"region": "lixian", "deliveries": 998, "persons": 998, "visits": 998}


def test_a_late_an_uninvited_and_a_second_application_are_refused(programme: Programme) -> None:
    programme.people(*PEOPLE[:2])
    one = programme.do("/entitlements", {"holder": PEOPLE[0], "code": "recuperation", "reason": "application"})["id"]
    book = {"session": "lixian"}
    assert programme.refused(f"/entitlements/{one}/book", book | {"rank": 1})["code"] == "malformed"
    assert programme.refused(f"/entitlements/{one}/book", book | {"grounds": ["old"]})["code"] == "unknown-scheme-term"
    programme.do(f"/entitlements/{one}/book", book | {"grounds": ["front-line"]})
    again = {"holder": PEOPLE[0], "code": "recuperation", "reason": "application"}
    assert programme.refused("/entitlements", again)["code"] == "entitlement-in-force"
    assert programme.refused(f"/entitlements/{one}/use")["reason"] == "waiting"
    two = programme.do("/entitlements", {"holder": PEOPLE[1], "code": "recuperation", "reason": "application"})["id"]
    programme.on("2022-07-01")
    closed = programme.refused(f"/entitlements/{two}/book", book)
    assert (closed["code"], closed["until"]) == ("booking-closed", "2022-06-30")
    programme.holds_together()

"""What coins buy, over HTTP: a policy in force, a seat on the coach, and who may do what with them."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.values import Instant
from tests.api.patrolling import Ground, patrolling


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("entitlements")) as running:
        for item, price in (("accident-policy", 400), ("recuperation", 1000)):
            body = {"id": item, "name": item, "price": price, "unit": "patrol_coin"}
            running.done("/items", body, "admin")
            running.done("/goods-receipts", {"item": item, "quantity": 1000}, "admin")
        yield running


def rich(ground: Ground, points: int = 2000) -> str:
    """A volunteer with points, converted into coins by the app."""
    holder = ground.person()
    ground.done("/grants", {"to": f"holder:{holder}", "unit": "patrol_point", "amount": points}, "admin")
    body = {"account": f"holder:{holder}", "from_unit": "patrol_point", "to_unit": "patrol_coin", "amount": points}
    ground.done("/conversions", body)
    return holder


def bought(ground: Ground, holder: str, item: str, role: str = "patrol-app") -> dict[str, Any]:
    sale = {"holder": holder, "lines": [{"item": item, "quantity": 1}]}
    return ground.done("/redemptions", sale, role)


def coins(ground: Ground, holder: str) -> int:
    amount: int = ground.seen(f"/accounts/holder:{holder}?unit=patrol_coin")["balance"]
    return amount


def voucher(ground: Ground, holder: str | None = None) -> str:
    """A recuperation voucher that somebody has bought."""
    holder = holder or rich(ground)
    bought(ground, holder, "recuperation")
    listed = ground.seen(f"/entitlements?holder={holder}&code=recuperation")["entitlements"]
    return str(listed[-1]["id"])


def session(ground: Ground, places: int = 2, **members: Any) -> str:
    id = f"coach-{next(ground.numbers)}"
    days = {"starts_on": "2022-07-02", "ends_on": "2022-07-03"}
    body = {"id": id, "code": "recuperation", "name": "楠溪江", "places": places, **days, **members}
    return str(ground.done("/sessions", body, "officer")["id"])


# The policy --------------------------------------------------------------------------------------------------


def test_an_app_buys_a_policy_that_is_in_force_from_the_next_day_and_no_second_one(ground: Ground) -> None:
    holder = rich(ground, 900)
    sale = bought(ground, holder, "accident-policy")
    issued = [it for it in sale["effects"] if it["type"] == "entitlement"]
    assert [(it["starts_on"], it["ends_on"]) for it in issued] == [("2022-06-15", "2023-06-14")]

    second = {"holder": holder, "lines": [{"item": "accident-policy", "quantity": 1}]}
    answer = ground.post("/redemptions", second, key=ground.key(), role="patrol-app")
    assert (answer.status_code, answer.json()["code"], answer.json()["until"]) == (
        409,
        "entitlement-in-force",
        "2023-06-14",
    )
    assert coins(ground, holder) == 500
    (listed,) = ground.seen(f"/entitlements?holder={holder}")["entitlements"]
    assert listed["names"]["en"] == "Accident policy for one year"
    assert (listed["status"], listed["code"], listed["item"]) == ("issued", "accident-policy", "accident-policy")


def test_a_term_is_in_force_from_its_first_day_to_its_last(tmp_path_factory: pytest.TempPathFactory) -> None:
    with patrolling(tmp_path_factory.mktemp("term")) as ground:
        given = {"holder": ground.person(), "code": "accident-policy", "reason": "correction"}
        id = ground.done("/entitlements", given, "officer")["id"]
        seen = []
        for day in ("2022-06-14", "2022-06-15", "2023-06-14", "2023-06-15"):
            ground.clock.move_to(Instant(f"{day}T13:30:00.000000Z"))
            status = ground.seen(f"/entitlements/{id}")["status"]
            listed = [
                ground.seen(f"/entitlements?status={it}")["entitlements"] for it in ("issued", "in-force", "lapsed")
            ]
            assert [it["status"] for found in listed for it in found] == [status]
            seen.append(status)
        assert seen == ["issued", "in-force", "in-force", "lapsed"]


def test_what_nobody_pays_for_is_a_gift_that_an_app_may_not_make(ground: Ground) -> None:
    given = {"holder": ground.person(), "code": "accident-policy", "reason": "correction"}
    answer = ground.post("/entitlements", given, key=ground.key(), role="patrol-app")
    assert (answer.status_code, answer.json()["permission"]) == (403, "grant")
    ground.done("/entitlements", given, "officer")
    assert ground.refused("/entitlements", given, "officer") == (409, "entitlement-in-force")
    assert ground.refused("/entitlements", {**given, "code": "yacht"}, "officer") == (422, "unknown-scheme-term")
    assert ground.refused("/entitlements", {**given, "holder": "h-none"}, "officer") == (404, "not-found")


# The coach ---------------------------------------------------------------------------------------------------


def test_a_place_is_booked_waited_for_and_moves_up(ground: Ground) -> None:
    coach, first, second = session(ground, places=1), voucher(ground), voucher(ground)
    assert ground.done(f"/entitlements/{first}/book", {"session": coach})["status"] == "booked"
    assert ground.done(f"/entitlements/{second}/book", {"session": coach})["status"] == "waiting"
    shown = ground.seen(f"/sessions/{coach}", "officer")
    assert (shown["free"], shown["booked"], shown["waiting"]) == (0, 1, 1)
    assert shown["entitlements"] == {"booked": [first], "waiting": [{"entitlement": second, "rank": 0}]}

    left = ground.done(f"/entitlements/{first}/unbook", {"reason": "cannot-come"})

    assert second not in str(left)
    assert ground.seen(f"/entitlements/{second}")["status"] == "booked"
    assert ground.seen(f"/entitlements/{first}")["status"] == "issued"


def test_a_voucher_that_is_given_back_in_time_returns_what_it_cost(ground: Ground) -> None:
    holder = rich(ground)
    id = voucher(ground, holder)
    assert coins(ground, holder) == 1000
    cancelled = ground.done(f"/entitlements/{id}/cancel", {"reason": "cannot-come"})
    assert (cancelled["type"], cancelled["status"], coins(ground, holder)) == ("entitlement", "cancelled", 2000)
    assert ground.refused(f"/entitlements/{id}/cancel", {"reason": "cannot-come"}) == (409, "not-eligible")


def test_what_issued_an_entitlement_is_not_refunded_around_it(ground: Ground) -> None:
    sale = bought(ground, rich(ground), "recuperation")
    lines = {"lines": [{"item": "recuperation", "quantity": 1}]}
    assert ground.refused(f"/redemptions/{sale['id']}/refunds", lines, "admin") == (409, "not-eligible")
    assert ground.refused(f"/redemptions/{sale['id']}/cancel", {"reason": "correction"}, "admin") == (
        409,
        "not-eligible",
    )


def test_used_and_no_show_are_for_staff_to_say_from_the_first_day_on(
    tmp_path_factory: pytest.TempPathFactory, ground: Ground
) -> None:
    coach, came, stayed = session(ground), voucher(ground), voucher(ground)
    for id in (came, stayed):
        ground.done(f"/entitlements/{id}/book", {"session": coach})
        assert ground.refused(f"/entitlements/{id}/use") == (409, "not-eligible")
    today = session(ground, starts_on="2022-06-14", ends_on="2022-06-15")
    ids = [voucher(ground), voucher(ground)]
    for id in ids:
        ground.done(f"/entitlements/{id}/book", {"session": today})
    assert ground.done(f"/entitlements/{ids[0]}/use")["status"] == "used"
    assert ground.done(f"/entitlements/{ids[1]}/no-show")["status"] == "no-show"
    shown = ground.seen(f"/sessions/{today}")
    assert (shown["used"], shown["no_shows"], shown["free"]) == (1, 1, 0)


def test_a_wrong_mark_is_corrected_by_an_officer_and_never_by_the_app_that_says_everything_twice(
    ground: Ground,
) -> None:
    today, id = session(ground, starts_on="2022-06-14", ends_on="2022-06-15"), voucher(ground)
    ground.done(f"/entitlements/{id}/book", {"session": today})
    ground.done(f"/entitlements/{id}/no-show")
    assert ground.refused(f"/entitlements/{id}/use") == (409, "not-eligible")
    assert ground.refused(f"/entitlements/{id}/use", {"corrects": True}) == (403, "forbidden")
    assert ground.done(f"/entitlements/{id}/use", {"corrects": True}, "officer")["status"] == "used"
    shown = ground.seen(f"/sessions/{today}")
    assert (shown["used"], shown["no_shows"], shown["free"]) == (1, 0, 1)
    assert ground.seen(f"/entitlements/{id}")["status"] == "used"


def test_a_session_changes_and_is_called_off(ground: Ground) -> None:
    coach, id = session(ground, places=0), voucher(ground)
    assert ground.done(f"/entitlements/{id}/book", {"session": coach})["status"] == "waiting"
    ground.done(f"/sessions/{coach}/change", {"places": 3}, "officer")
    assert ground.seen(f"/entitlements/{id}")["status"] == "booked"
    assert ground.refused(f"/sessions/{coach}/change", {"places": 0}, "officer") == (409, "not-eligible")
    ground.done(f"/sessions/{coach}/cancel", {"reason": "typhoon"}, "officer")
    assert ground.seen(f"/entitlements/{id}")["status"] == "issued"
    shown = ground.seen(f"/sessions/{coach}")
    assert (shown["status"], shown["reason"]) == ("cancelled", "typhoon")
    assert ground.refused(f"/sessions/{coach}/cancel", {"reason": "typhoon"}, "officer") == (409, "not-eligible")
    assert ground.refused(f"/entitlements/{id}/book", {"session": coach}) == (409, "not-eligible")


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"code": "yacht"}, 422, "unknown-scheme-term"),
        ({"places": 1001}, 422, "malformed"),
        ({"ends_on": "2022-07-01"}, 422, "malformed"),
        ({"id": "a/b"}, 422, "malformed"),
    ],
)
def test_opening_a_session_refuses(ground: Ground, members: dict[str, Any], status: int, code: str) -> None:
    days = {"starts_on": "2022-07-02", "ends_on": "2022-07-03"}
    body = {"id": "coach-wrong", "code": "recuperation", "places": 2, **days, **members}
    assert ground.refused("/sessions", body, "officer") == (status, code)


def test_booking_ends_and_what_is_not_there_is_not_found(ground: Ground) -> None:
    over = session(ground, book_until_on="2022-06-13")
    assert ground.refused(f"/entitlements/{voucher(ground)}/book", {"session": over}) == (409, "booking-closed")
    assert ground.refused(f"/entitlements/{voucher(ground)}/book", {"session": "nothing"}) == (404, "not-found")
    for verb, body in (("book", {"session": over}), ("unbook", {"reason": "cannot-come"}), ("use", {})):
        assert ground.refused(f"/entitlements/nothing/{verb}", body) == (404, "not-found")
    again = {"id": over, "code": "recuperation", "places": 1, "starts_on": "2022-07-02", "ends_on": "2022-07-02"}
    assert ground.refused("/sessions", again, "officer") == (409, "already-exists")


def test_sessions_are_listed_by_their_first_day(ground: Ground) -> None:
    later, sooner = session(ground), session(ground, starts_on="2022-06-25", ends_on="2022-06-26")
    listed = [it["id"] for it in ground.seen("/sessions?code=recuperation&from=2022-06-20")["sessions"]]
    assert listed.index(sooner) < listed.index(later)
    page = ground.seen("/sessions?limit=1")
    assert ground.seen(f"/sessions?after={page['next']}&limit=1")["sessions"] != page["sessions"]
    assert ground.get("/sessions?after=x", role="patrol-app").status_code == 422


# Twice, in batches, whose ------------------------------------------------------------------------------------


def test_a_booking_is_answered_to_the_byte_when_it_is_sent_again(ground: Ground) -> None:
    coach, id = session(ground), voucher(ground)
    first, again = (
        ground.post(f"/entitlements/{id}/book", {"session": coach}, key=f"book-{id}", role="patrol-app") for _ in "ab"
    )
    assert (first.status_code, again.content, again.headers["Idempotent-Replayed"]) == (201, first.content, "true")


def test_a_batch_carries_what_single_calls_do(ground: Ground) -> None:
    holder, coach = ground.person(), "coach-of-a-batch"
    days = {"starts_on": "2022-06-14", "ends_on": "2022-06-15"}
    commands: list[dict[str, Any]] = [
        {"type": "session", "id": coach, "code": "recuperation", "places": 1, **days},
        {"type": "entitlement", "id": "given", "holder": holder, "code": "recuperation", "reason": "correction"},
        {"type": "booking", "id": "b1", "entitlement": "given", "session": coach},
        {"type": "session-change", "id": "b2", "session": coach, "places": 2},
        {"type": "use", "id": "b3", "entitlement": "given"},
        {"type": "no-show", "id": "b4", "entitlement": "given"},
        {"type": "session-cancellation", "id": "b5", "session": coach, "reason": "typhoon"},
    ]
    outcomes = ground.post("/batches", {"commands": commands}, role="officer").json()["outcomes"]
    assert [it["status"] for it in outcomes] == [201, 201, 201, 201, 201, 409, 201], outcomes
    assert ground.seen("/entitlements/given")["status"] == "used"


def test_a_volunteer_books_and_gives_back_with_its_own_key(ground: Ground) -> None:
    holder, coach = rich(ground), session(ground)
    id = voucher(ground, holder)
    assert ground.done(f"/entitlements/{id}/book", {"session": coach}, holder)["status"] == "booked"
    assert ground.refused(f"/entitlements/{id}/use", {}, holder) == (403, "forbidden")
    ground.done(f"/entitlements/{id}/unbook", {"reason": "cannot-come"}, holder)
    assert ground.refused(f"/entitlements/{id}/book", {"session": coach, "rank": 1}, holder) == (403, "forbidden")
    ground.done(f"/entitlements/{id}/cancel", {"reason": "cannot-come"}, holder)
    assert [it["status"] for it in ground.seen("/entitlements", holder)["entitlements"]] == ["cancelled"]


@pytest.mark.parametrize("verb", ["book", "unbook", "cancel"])
def test_anothers_entitlement_looks_to_a_volunteer_like_none(ground: Ground, verb: str) -> None:
    holder, theirs, coach = ground.person(), voucher(ground), session(ground)
    body = {"session": coach} if verb == "book" else {"reason": "cannot-come"}
    anothers, none = (
        ground.post(f"/entitlements/{id}/{verb}", body, key=ground.key(), role=holder) for id in (theirs, "e-none")
    )
    assert (anothers.status_code, none.status_code) == (404, 404)
    assert anothers.text.replace(theirs, "…") == none.text.replace("e-none", "…")
    seen, unseen = ground.get(f"/entitlements/{theirs}", role=holder), ground.get("/entitlements/e-none", role=holder)
    assert seen.text.replace(theirs, "…") == unseen.text.replace("e-none", "…")
    assert "entitlements" not in ground.seen(f"/sessions/{coach}", holder)


def test_who_moves_up_is_told_to_nobody_else(ground: Ground) -> None:
    leaver, waiter, coach = rich(ground), rich(ground), session(ground, places=1)
    first, second = voucher(ground, leaver), voucher(ground, waiter)
    for id in (first, second):
        ground.done(f"/entitlements/{id}/book", {"session": coach})
    left = ground.done(f"/entitlements/{first}/unbook", {"reason": "cannot-come"}, leaver)
    shown = ground.get(f"/transactions/{left['tx']}", role=leaver)
    for text in (str(left), shown.text, ground.get("/events?limit=1000", role=leaver).text):
        assert waiter not in text
        assert second not in text


def test_a_quote_says_what_is_in_force_before_anybody_pays(ground: Ground) -> None:
    holder = rich(ground, 900)
    asked = {"holder": holder, "lines": [{"item": "accident-policy", "quantity": 1}]}
    before = ground.post("/quotes", asked, role="patrol-app").json()
    assert (before["possible"], before["lines"][0]["reason"]) == (True, None)
    bought(ground, holder, "accident-policy")
    after = ground.post("/quotes", asked, role="patrol-app").json()
    (line,) = after["lines"]
    assert (after["possible"], line["reason"], line["numbers"]) == (
        False,
        "entitlement-in-force",
        {"until": "2023-06-14"},
    )

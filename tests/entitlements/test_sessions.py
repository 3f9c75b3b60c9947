"""Sessions: opened, enlarged, made smaller, called off, over."""

import msgspec
import pytest

from ledger.entitlements.commands import OpenSession
from ledger.entitlements.entities import Entitlement, EntitlementId, SessionId
from ledger.entitlements.facts import (
    BookingCancelled,
    EntitlementBooked,
    SessionCancelled,
    SessionChanged,
    SessionOpened,
    WaitingEnded,
)
from ledger.refusals import AlreadyExists, Malformed, NotEligible, NotFound, Refusal, UnknownSchemeTerm
from ledger.values import Day, HolderId
from tests.entitlements.mall import (
    COACH,
    JULY_9,
    JULY_10,
    LI,
    absent,
    book,
    called_off,
    cancel,
    coach,
    coins,
    given_to,
    having,
    mall,
    places,
    redeem,
    session,
    status,
    unbook,
    used,
    waiting,
)
from tests.given import Story

FIVE = tuple(HolderId(name) for name in "abcde")


def full(number: int = 2) -> Story:
    """Five people, of whom the first have places on the coach and the others wait."""
    story = mall(*FIVE, coins=0).given(coach(number))
    for holder in FIVE:
        story.given(given_to(holder, id=holder), book(holder))
    return story


# Opening -------------------------------------------------------------------------------------------------------


def test_a_session_says_when_it_is_how_many_it_takes_and_until_when_it_is_booked() -> None:
    story = mall()
    (opened,) = story.when(coach(40))
    assert isinstance(opened, SessionOpened)
    assert (opened.session, opened.code, opened.name, opened.places) == (COACH, "recuperation", "楠溪江二日休养", 40)
    assert (opened.starts_on, opened.ends_on, opened.book_until_on) == (JULY_9, JULY_10, JULY_9)
    story.refuses(coach(1), AlreadyExists(kind="session", id=COACH))


def malformed(*errors: str) -> Malformed:
    return Malformed(errors=list(errors))


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"id": "a b"}, malformed("id: 1 to 64 letters, digits, hyphens and underscores")),
        ({"id": "x" * 65}, malformed("id: 1 to 64 letters, digits, hyphens and underscores")),
        ({"name": ""}, malformed("name: 1 to 80 characters")),
        ({"name": "x" * 81}, malformed("name: 1 to 80 characters")),
        ({"places": -1}, malformed("places: -1 is not between 0 and 1000")),
        ({"places": 1001}, malformed("places: 1001 is not between 0 and 1000")),
        ({"starts_on": "2022-02-30"}, malformed("starts_on: 2022-02-30 is no day")),
        ({"ends_on": "2022-07-08"}, malformed("ends_on: before starts_on")),
        ({"starts_on": "2022-06-01", "ends_on": "2022-06-29"}, malformed("ends_on: 2022-06-29 is over")),
        ({"book_until_on": "2022-07-11"}, malformed("book_until_on: after ends_on")),
        ({"code": "accident-policy"}, malformed("code: accident-policy books no places")),
        ({"code": "boat"}, UnknownSchemeTerm(term="entitlement", value="boat")),
    ],
)
def test_opening_refuses_what_no_session_can_be(changed: dict[str, str | int], refusal: Refusal) -> None:
    wanted: OpenSession = msgspec.structs.replace(coach(40), **changed)
    mall().refuses(wanted, refusal)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "x" * 64},
        {"name": "x" * 80},
        {"name": None},
        {"places": 0},
        {"places": 1000},
        {"starts_on": "2022-06-29", "ends_on": "2022-06-30"},
        {"book_until_on": "2022-07-10"},
    ],
)
def test_opening_takes_what_is_just_within(changed: dict[str, str | int | None]) -> None:
    wanted: OpenSession = msgspec.structs.replace(coach(40), **changed)
    assert isinstance(mall().when(wanted)[0], SessionOpened)


# More places, fewer places -------------------------------------------------------------------------------------


def test_more_places_move_up_who_waits_in_the_order_of_the_list() -> None:
    story = full()
    changed, *up = story.when(places(4))
    assert isinstance(changed, SessionChanged)
    assert [(fact.entitlement, fact.waited) for fact in up if isinstance(fact, EntitlementBooked)] == [
        ("c", True),
        ("d", True),
    ]
    assert (session(story).booked, waiting(story), session(story).free) == (("a", "b", "c", "d"), ["e"], 0)


def test_more_places_than_people_stay_free() -> None:
    story = full().given(places(9))
    assert (waiting(story), session(story).free) == ([], 4)


def test_fewer_places_are_those_that_nobody_has() -> None:
    story = full(9).given(places(5))
    story.refuses(places(4), NotEligible(reason="places-taken"))
    story.on(JULY_9).given(used("a"), absent("b"))
    story.refuses(places(4), NotEligible(reason="places-taken"))


def test_places_are_changed_while_there_is_a_session_to_come_to() -> None:
    story = full()
    story.refuses(places(-1, "none"), malformed("places: -1 is not between 0 and 1000"))
    story.refuses(places(1001), malformed("places: 1001 is not between 0 and 1000"))
    story.refuses(places(1, "none"), NotFound(kind="session", id="none"))
    story.on(JULY_10).given(places(3))
    story.on("2022-07-11").refuses(places(4), NotEligible(reason="session-over"))
    story.given(called_off()).refuses(places(4), NotEligible(reason="session-cancelled"))


# Called off ----------------------------------------------------------------------------------------------------


def test_a_session_called_off_frees_everybody_and_tells_each_why() -> None:
    story = full()
    off, *told = story.when(called_off())
    assert isinstance(off, SessionCancelled)
    assert [(fact.entitlement, fact.cause, fact.reason) for fact in told if isinstance(fact, BookingCancelled)] == [
        (EntitlementId(holder), "session-cancelled", "typhoon") for holder in FIVE
    ]
    assert status(story, *FIVE) == ["issued"] * 5
    assert (session(story).booked, waiting(story)) == ((), [])
    story.refuses(book("a"), NotEligible(reason="session-cancelled"))
    story.refuses(called_off(), NotEligible(reason="session-cancelled"))
    story.given(coach(5, id="august"), book("a", "august"))


def test_who_paid_for_what_is_called_off_is_refunded_even_on_the_day() -> None:
    story = mall(LI).given(redeem(LI, id="li"), coach(1), book("li")).on(JULY_9)
    story.given(called_off(), cancel("li"))
    assert coins(story) == 2000


def test_who_has_used_a_place_keeps_that_when_the_rest_is_called_off() -> None:
    story = full().on(JULY_9).given(used("a"), called_off())
    assert status(story, "a", "b", "c") == ["used", "issued", "issued"]
    assert (session(story).used, having(story, HolderId("a"))) == (1, [])


def test_a_call_that_comes_late_still_frees_who_was_not_marked() -> None:
    story = full().on("2022-07-20").given(called_off())
    assert status(story, "a", "b") == ["issued", "issued"]


def test_calling_off_names_a_known_reason_and_a_known_session() -> None:
    story = full()
    story.refuses(called_off("none", "whim"), UnknownSchemeTerm(term="reason", value="whim"))
    story.refuses(called_off("none"), NotFound(kind="session", id="none"))


# Over ----------------------------------------------------------------------------------------------------------


def test_with_its_last_instant_who_still_waits_is_free_again() -> None:
    story = full()
    story.on("2022-07-10T15:59:59.999999Z").let_time_act()
    assert waiting(story) == ["c", "d", "e"]
    story.on("2022-07-10T16:00:00.000000Z").let_time_act()
    assert [fact.entitlement for fact in story.facts(WaitingEnded)] == ["c", "d", "e"]
    assert status(story, *FIVE) == ["booked", "booked", "issued", "issued", "issued"]
    assert story.journal[-1].occurred_at == "2022-07-10T16:00:00.000000Z"
    assert story.the(Entitlement, "c").session is None


def test_nobody_waits_for_a_session_that_is_over_and_time_has_nothing_left_to_do() -> None:
    story = full(9).on("2022-07-11")
    head = len(story.journal)
    story.let_time_act()
    assert (len(story.journal), session(story).due_at("Asia/Shanghai")) == (head, None)


def test_on_the_way_down_the_list_everybody_moves_up_once() -> None:
    story = full(1)
    for first in ("a", "b", "c", "d"):
        story.given(unbook(first))
    assert [fact.entitlement for fact in story.facts(EntitlementBooked)] == ["a", "b", "c", "d", "e"]
    assert session(story).booked == ("e",)


def test_a_session_of_the_same_people_is_another_session() -> None:
    story = full()
    later = msgspec.structs.replace(coach(5, id="july-16"), starts_on=Day("2022-07-16"), ends_on=Day("2022-07-17"))
    story.given(later).on("2022-07-11").given(book("c", SessionId("july-16")))
    assert (session(story).booked, session(story, "july-16").booked) == (("a", "b"), ("c",))

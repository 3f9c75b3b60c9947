"""Vouchers used, not come for, marked wrongly, lapsed (S06)."""

import msgspec

from ledger.entitlements.commands import CancelSession
from ledger.entitlements.facts import (
    EntitlementLapsed,
    EntitlementUsed,
)
from ledger.refusals import (
    NotFound,
)
from ledger.values import Day, HolderId
from tests.entitlements.mall import (
    COACH,
    JULY_9,
    LI,
    WANG,
    absent,
    book,
    booked,
    cancel,
    coach,
    coins,
    given_to,
    having,
    not_eligible,
    people,
    session,
    status,
    unbook,
    used,
    waiting,
)

# Using ---------------------------------------------------------------------------------------------------------


def test_who_has_a_place_uses_it_from_the_first_day_on() -> None:
    story = booked().on("2022-07-08")
    story.refuses(used("li"), not_eligible("not-begun"))
    story.refuses(absent("li"), not_eligible("not-begun"))
    (fact,) = story.on(JULY_9).when(used("li"))
    assert isinstance(fact, EntitlementUsed)
    assert (fact.session, status(story, "li"), having(story, LI)) == (COACH, ["used"], [])


def test_use_and_absence_may_be_noted_days_later_and_say_when_they_were() -> None:
    story = booked(2).given(book("wang")).on("2022-07-20")
    story.refuses(used("li"), not_eligible("not-begun"), occurred_at="2022-07-08T04:00:00.000000Z")
    story.when(used("li"), occurred_at="2022-07-09T04:00:00.000000Z")
    story.given(absent("wang"))
    assert (status(story, "li", "wang"), session(story).free) == (["used", "no-show"], 0)


def test_without_a_place_nothing_is_used_and_nobody_is_missed() -> None:
    story = booked().given(book("wang")).on(JULY_9)
    for command in (used, absent):
        story.refuses(command("wang"), not_eligible("waiting"))
        story.refuses(command("zhao"), not_eligible("not-booked"))
        story.refuses(command("none"), NotFound(kind="entitlement", id="none"))


def test_used_or_missed_once_is_used_up() -> None:
    story = booked(2).given(book("wang")).on(JULY_9).given(used("li"), absent("wang"))
    for id, state in (("li", "used"), ("wang", "no-show")):
        for command in (used, absent, cancel, unbook, book):
            story.refuses(command(id), not_eligible(state))


def test_a_wrong_mark_is_corrected_by_the_right_one_where_that_says_so() -> None:
    story = booked(2).given(book("wang")).on(JULY_9).given(used("li"), absent("wang"))
    came, missed = (
        msgspec.structs.replace(used("wang"), corrects=True),
        msgspec.structs.replace(absent("li"), corrects=True),
    )
    story.refuses(msgspec.structs.replace(used("li"), corrects=True), not_eligible("used"))
    story.given(came)
    assert (status(story, "li", "wang"), session(story).used, session(story).no_shows) == (["used", "used"], 2, 0)
    story.given(missed)
    assert (status(story, "li", "wang"), session(story).used, session(story).no_shows) == (["no-show", "used"], 1, 1)
    assert (session(story).free, having(story, LI), having(story, WANG)) == (0, [], [])
    story.given(msgspec.structs.replace(used("li"), corrects=True))
    assert (session(story).used, session(story).no_shows, session(story).came) == (2, 0, ("wang", "li"))


def test_of_a_session_that_was_called_off_no_mark_is_corrected() -> None:
    story = booked(2).given(book("wang")).on(JULY_9).given(absent("li"))
    story.given(CancelSession(session=COACH, reason="typhoon"))
    story.refuses(msgspec.structs.replace(used("li"), corrects=True), not_eligible("session-cancelled"))


# Time ----------------------------------------------------------------------------------------------------------


def test_an_unused_voucher_lapses_after_its_last_day() -> None:
    story = booked().on("2023-06-30T15:59:59.999999Z")
    story.let_time_act()
    assert status(story, "wang") == ["issued"]
    story.on("2023-06-30T16:00:00.000000Z").let_time_act()
    assert (status(story, "wang", "li"), having(story, WANG)) == (["lapsed", "booked"], [])


def test_a_booked_one_is_kept_beyond_its_last_day_and_a_waiting_one_is_not() -> None:
    story = booked()
    trip = coach(1, id="newyear")
    story.given(msgspec.structs.replace(trip, starts_on=Day("2023-06-30"), ends_on=Day("2023-07-02")))
    story.given(book("wang", "newyear"), book("zhao", "newyear"))
    story.on("2023-07-01").let_time_act()
    assert (status(story, "wang", "zhao"), waiting(story, "newyear")) == (["booked", "lapsed"], [])
    assert [fact.session for fact in story.facts(EntitlementLapsed)] == ["newyear"]
    story.given(used("wang"))


def test_what_has_lapsed_is_good_for_nothing() -> None:
    story = booked().on("2023-07-01")
    for command in (used, absent, cancel, unbook):
        story.refuses(command("wang"), not_eligible("lapsed"))
    assert coins(story, WANG) == 1000


def test_people_without_coins_wait_like_everybody() -> None:
    story = people(booked(), HolderId("qian"), coins=0).given(given_to(HolderId("qian"), id="qian"), book("qian"))
    assert waiting(story) == ["qian"]

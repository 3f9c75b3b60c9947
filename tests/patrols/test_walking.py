"""Patrols on their way: what a phone says late, twice and out of order, and what must not count."""

import pytest

from ledger.limits.entities import Counter
from ledger.patrols.entities import Pass
from ledger.patrols.facts import PatrolFinished, PatrolResumed, PatrolStarted
from ledger.people.commands import LeaveSite, MergeHolders
from ledger.refusals import (
    ClaimExpired,
    ClaimOpen,
    HolderBarred,
    LimitExceeded,
    Malformed,
    NotEligible,
    NotFound,
    PatrolRunning,
    SlotClosed,
)
from ledger.values import Day
from tests.patrols.ground import (
    CLOSES,
    LI,
    OPENS,
    TASK,
    WANG,
    at,
    busy,
    claim,
    finish,
    give_back,
    ground,
    passing,
    places,
    resume,
    start,
    tasks,
    the_claim,
    the_task,
    track,
)

FINISHED = NotEligible(reason="finished")
NEXT_DAY = "2022-06-15"
OUTSIDE = SlotClosed(opens_at=OPENS, closes_at=CLOSES)


# Starting ----------------------------------------------------------------------------------------------------


def test_a_patrol_starts_when_it_happened() -> None:
    story = ground().given(claim())
    (fact,) = story.when(start(), occurred_at=at("10:42"))
    assert isinstance(fact, PatrolStarted)
    assert (fact.finish_by_at, fact.revived, fact.counts) == (at("02:00", NEXT_DAY), False, ())
    begun = the_claim(story)
    assert (begun.status, begun.started_at, begun.device) == ("started", at("10:42"), "phone")
    assert the_task(story).due_at("UTC") == at("02:00", NEXT_DAY)


@pytest.mark.parametrize(("when", "inside"), [("09:59", False), ("10:00", True), ("10:29", True)])
def test_a_patrol_starts_within_its_slot(when: str, *, inside: bool) -> None:
    story = ground().on(at("08:00")).given(claim()).on(at("10:29"))
    if inside:
        story.when(start(), occurred_at=at(when))
        assert the_claim(story).status == "started"
    else:
        story.refuses(start(), OUTSIDE, occurred_at=at(when))


def test_the_slot_is_over_at_its_last_instant() -> None:
    story = ground().on(at("13:50")).given(claim()).on(CLOSES)
    story.refuses(start(), OUTSIDE)
    story.when(start(), occurred_at="2022-06-14T13:59:59.999999Z")
    assert the_claim(story).status == "started"


def test_a_second_phone_is_refused_and_the_same_one_goes_on() -> None:
    story = ground().given(claim(), start()).on(at("10:50"))
    story.refuses(start(device="other"), PatrolRunning(started_at=at("10:30")))
    (fact,) = story.when(start())
    assert isinstance(fact, PatrolResumed)
    assert (fact.replaced, the_claim(story).started_at) == (None, at("10:30"))


def test_a_device_is_named_in_words() -> None:
    story = ground().given(claim())
    for device in ("", "x" * 65, "\n"):
        error = Malformed(errors=["device: 1 to 64 printable characters"])
        story.refuses(start(device=device), error)
        story.refuses(resume(device=device), error)
        story.refuses(finish(device=device), error)


def test_who_has_left_before_the_day_does_not_start() -> None:
    story = ground().given(claim(), LeaveSite(holder=LI, left_on=Day("2022-06-13"), reason="correction"))
    story.refuses(start(), HolderBarred(since=Day("2022-06-13")))


@pytest.mark.parametrize("wish", [start("x"), resume("x"), passing(1, "x"), finish("x"), track("x")])
def test_whatever_is_said_of_a_claim_names_one_that_is_there(wish: object) -> None:
    ground().refuses(wish, NotFound(kind="claim", id="x"))  # type: ignore[arg-type] # parameters have no type of their own


# Arriving late -----------------------------------------------------------------------------------------------


def test_a_start_that_happened_in_time_takes_a_free_place_again() -> None:
    story = ground().given(claim()).on(at("12:00"))
    (fact,) = story.when(start(), occurred_at="2022-06-14T10:59:59.999999Z")
    assert isinstance(fact, PatrolStarted)
    assert fact.revived
    revived = the_claim(story)
    assert (revived.status, revived.ended_at, revived.cause, busy(story)) == ("started", None, None, "c")
    assert (places(story), story.the(Counter, f"patrol/holder:li/{TASK}").used) == ((1, 1), 1)


def test_a_start_that_was_too_late_revives_nothing() -> None:
    story = ground().given(claim()).on(at("12:00"))
    story.refuses(start(), ClaimExpired(expired_at=at("11:00")), occurred_at=at("11:00"))
    story.refuses(start(), OUTSIDE, occurred_at=at("09:00"))


def test_a_late_start_finds_its_place_taken() -> None:
    story = ground().given(claim()).on(at("11:30")).given(claim(WANG, id="w"))
    story.refuses(start(), ClaimExpired(expired_at=at("11:00")), occurred_at=at("10:42"))
    assert places(story) == (1, 1)
    story.given(give_back("w")).when(start(), occurred_at=at("10:42"))
    assert the_claim(story).status == "started"


def test_a_late_start_finds_another_claim_of_his_open() -> None:
    story = ground(places=2).given(claim()).on(at("11:30")).given(claim(id="d"))
    story.refuses(start(), ClaimOpen(claim="d"), occurred_at=at("10:42"))
    story.given(start("d"), finish("d"))
    refusal = LimitExceeded(rule="patrol", limit=1, used=1, offered=0, period=TASK)
    story.refuses(start(), refusal, occurred_at=at("10:42"))


def test_a_late_start_of_a_merged_record_looks_at_all_that_the_man_has() -> None:
    story = ground(places=2).given(claim()).on(at("11:30")).given(claim(WANG, id="w"))
    story.given(MergeHolders(old=LI, into=WANG, reason="correction"))
    story.refuses(start(), ClaimOpen(claim="w"), occurred_at=at("10:42"))
    story.given(start("w"), finish("w"))
    refusal = LimitExceeded(rule="patrol", limit=1, used=1, offered=0, period=TASK)
    story.refuses(start(), refusal, occurred_at=at("10:42"))
    assert places(story) == (1, 0)


def test_a_finish_that_happened_in_time_counts_however_late_it_arrives() -> None:
    story = ground().given(claim(), start()).on("2022-06-20")
    (fact,) = story.when(finish(), occurred_at=at("12:55"))
    assert isinstance(fact, PatrolFinished)
    assert fact.revived
    finished = the_claim(story)
    assert (finished.status, finished.finished_at, finished.ended_at) == ("finished", at("12:55"), None)
    assert (places(story), busy(story), finished.counts) == ((1, 0), None, fact.counts)


def test_a_finish_that_was_too_late_or_finds_no_place_is_refused() -> None:
    story = ground().given(tasks(on="2022-06-16"), claim(), start()).on("2022-06-16")
    end = at("02:00", NEXT_DAY)
    story.refuses(finish(), ClaimExpired(expired_at=end), occurred_at=end)
    story.given(claim(task="songtai-2.2022-06-16.evening", id="d"))
    story.refuses(finish(), ClaimOpen(claim="d"), occurred_at=at("12:55"))


def test_a_phone_that_was_silent_for_days_says_all_at_once() -> None:
    story = ground().given(claim()).on("2022-06-20")
    story.when(finish(started_at=at("10:42"), device="phone"), occurred_at=at("12:55"))
    finished = the_claim(story)
    assert (finished.started_at, finished.finished_at, finished.device) == (at("10:42"), at("12:55"), "phone")
    assert (places(story), busy(story), finished.status) == ((1, 0), None, "finished")


# Resuming ----------------------------------------------------------------------------------------------------


def test_a_dead_phone_goes_on_and_another_takes_its_place_only_where_somebody_lets_it() -> None:
    story = ground().given(claim(), start()).given(resume())
    story.refuses(resume(device="other"), PatrolRunning(started_at=at("10:30")))
    (fact,) = story.when(resume(device="other", replaces=True))
    assert isinstance(fact, PatrolResumed)
    assert (fact.device, fact.replaced, the_claim(story).device) == ("other", "phone", "other")
    story.refuses(start(), PatrolRunning(started_at=at("10:30")))
    story.refuses(finish(device="phone"), PatrolRunning(started_at=at("10:30")))


def test_only_what_is_under_way_is_resumed() -> None:
    story = ground(places=2).given(claim())
    story.refuses(resume(), NotEligible(reason="not-started"))
    story.given(start(), finish())
    story.refuses(resume(), FINISHED)
    story.given(claim(WANG, id="w"), start("w")).on("2022-06-16")
    story.refuses(resume("w"), ClaimExpired(expired_at=at("02:00", NEXT_DAY)))


# Points ------------------------------------------------------------------------------------------------------


def test_points_are_passed_in_any_order_again_and_after_the_end() -> None:
    story = ground().given(claim())
    story.when(passing(2), occurred_at=at("11:00"))
    story.given(start())
    story.when(passing(1), occurred_at=at("10:45"))
    story.given(finish())
    story.when(passing(2), occurred_at=at("10:55"))
    assert the_claim(story).passed == (Pass(1, at("10:45"), 1), Pass(2, at("10:55"), 2))
    assert the_claim(story).status == "finished"


def test_a_pass_arrives_before_the_start_that_revives_its_claim() -> None:
    story = ground().given(claim()).on(at("12:00"))
    story.when(passing(1), occurred_at=at("10:50"))
    story.when(start(), occurred_at=at("10:42"))
    assert the_claim(story).passed == (Pass(1, at("10:50"), 1),)


@pytest.mark.parametrize("number", [0, 4])
def test_a_point_that_the_route_does_not_have_is_not_found(number: int) -> None:
    ground().given(claim()).refuses(passing(number), NotFound(kind="patrol-point", id=str(number)))


def test_nothing_is_passed_after_giving_back() -> None:
    ground().given(claim(), give_back()).refuses(passing(1), NotEligible(reason="given-back"))


# Tracks ------------------------------------------------------------------------------------------------------


def test_the_last_track_before_the_finish_counts_and_the_first_after_it() -> None:
    story = ground(places=2).given(claim(), track(id="a"), start(), track(id="b"), finish())
    assert the_claim(story).track == "b"
    story.refuses(track(id="c"), NotEligible(reason="track-received"))
    story.given(claim(WANG, id="w"), start("w"), finish("w"), track("w", id="later"))
    assert (the_claim(story, "w").track, the_claim(story, "w").commitment) == ("later", "5f" * 32)


def test_a_finish_may_bring_its_track() -> None:
    story = ground().given(claim(), track(id="a"), start(), finish(track="b", commitment="6a" * 32))
    assert (the_claim(story).track, the_claim(story).commitment) == ("b", "6a" * 32)


def test_a_claim_that_is_over_takes_no_track() -> None:
    story = ground().given(claim()).on(at("11:00"))
    story.refuses(track(), ClaimExpired(expired_at=at("11:00")))
    story.given(claim(WANG, id="w"), give_back("w")).refuses(track("w"), NotEligible(reason="given-back"))


# Finishing ---------------------------------------------------------------------------------------------------


def test_a_finish_keeps_the_place_and_frees_the_walker() -> None:
    story = ground().given(claim(), start()).on(at("12:55"))
    (fact,) = story.when(finish())
    assert isinstance(fact, PatrolFinished)
    assert (fact.revived, fact.track, the_claim(story).finished_at) == (False, None, at("12:55"))
    assert (places(story), busy(story), the_claim(story).falls_back_at) == ((1, 0), None, None)
    story.on("2022-07-14").let_time_act()
    assert the_claim(story).status == "finished"


def test_finishing_twice_changes_nothing_whatever_is_said_with_it() -> None:
    story = ground().given(claim(), start(), finish())
    before = story.book.rows.copy()
    for wish in (finish(), finish(track="t", commitment="5f" * 32), finish(started_at=at("10:30")), start()):
        story.refuses(wish, FINISHED)
    assert story.book.rows == before


def test_a_finish_without_a_start_needs_to_name_one() -> None:
    story = ground().given(claim()).on(at("10:55"))
    story.refuses(finish(), NotEligible(reason="not-started"))
    first, second = story.when(finish(started_at=at("10:42")))
    assert isinstance(first, PatrolStarted)
    assert isinstance(second, PatrolFinished)
    assert [envelope.occurred_at for envelope in story.journal[-2:]] == [at("10:42"), at("10:55")]
    assert (the_claim(story).device, the_claim(story).status) == (None, "finished")


def test_a_start_that_a_finish_names_is_checked_as_a_start() -> None:
    story = ground().on(at("09:00")).given(claim()).on(at("10:20"))
    story.refuses(finish(started_at=at("09:59")), OUTSIDE)
    odd = finish(started_at="2022-06-14T10:10:00Z")
    story.refuses(
        odd, Malformed(errors=["started_at: 2022-06-14T10:10:00Z is not an instant in UTC with six decimals"])
    )
    late = finish(started_at=at("10:21"))
    story.refuses(late, Malformed(errors=[f"started_at: {at('10:21')} is after the finish at {at('10:20')}"]))
    story.on(at("12:00"))
    story.refuses(finish(), ClaimExpired(expired_at=at("10:30")))
    story.refuses(finish(started_at=at("10:30")), ClaimExpired(expired_at=at("10:30")))


def test_a_start_that_has_arrived_stands_whatever_the_finish_says() -> None:
    story = ground().given(claim(), start(), finish(started_at=at("10:29")))
    assert the_claim(story).started_at == at("10:30")


def test_a_finish_is_not_before_its_start() -> None:
    story = ground().given(claim(), start())
    story.refuses(finish(), NotEligible(reason="before-start"), occurred_at=at("10:29"))


def test_a_finish_may_run_over_the_end_of_the_slot() -> None:
    story = ground().on(at("13:50")).given(claim(), start()).on(at("15:55")).given(finish())
    assert the_claim(story).finished_at == at("15:55")

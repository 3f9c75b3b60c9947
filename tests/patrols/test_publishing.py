"""Routes and tasks: what is published, what is refused, and what a cancelled slot does to its claims."""

import msgspec
import pytest

from ledger.journal.mapper import MAX_FACT_BYTES
from ledger.patrols.commands import PublishTasks, RetireRoute
from ledger.patrols.entities import Route, Task
from ledger.patrols.facts import ClaimReleased, RoutePublished, TaskCancelled, TaskPublished
from ledger.patrols.publishing import MOST_CREWS, MOST_POINTS, MOST_POSITIONS, slot_on
from ledger.refusals import AlreadyExists, Malformed, NotEligible, NotFound, SlotClosed, UnknownSchemeTerm
from ledger.scheme.loading import load_scheme
from ledger.values import Day, RouteId
from tests.given import MAPPER, ZONE, Story
from tests.patrols.ground import (
    CLOSES,
    LI,
    ON,
    OPENS,
    ROUTE,
    TASK,
    WANG,
    ZHAO,
    at,
    busy,
    cancel,
    claim,
    finish,
    ground,
    places,
    point,
    route,
    start,
    tasks,
    the_claim,
    the_task,
)

RETIRE = RetireRoute(route=ROUTE, reason="correction")


# Routes ------------------------------------------------------------------------------------------------------


def test_a_route_is_published_as_it_was_said() -> None:
    story = Story("patrol")
    wish = route(claimable_by=("Night watch",), fund="union", datum="gcj-02", line=((1206000000, 279000000),))
    (fact,) = story.when(wish)
    assert isinstance(fact, RoutePublished)
    assert story.the(Route, ROUTE) == Route(
        name="松台-2",
        owner="平台",
        points=(point(1), point(2), point(3)),
        line=((1206000000, 279000000),),
        claimable_by=("Night watch",),
        fund="union",
        datum="gcj-02",
    )


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (route("a.b"), "id: 1 to 64 letters, digits, hyphens and underscores"),
        (route(name=" "), "name: 1 to 80 printable characters"),
        (route(owner="x" * 81), "owner: 1 to 80 printable characters"),
        (route(points=()), "points: 1 to 50 points"),
        (route(points=(point(2), point(1))), "points: numbered from 1 in their order"),
        (route(points=(point(1, lat_e7=900_000_001),)), "points[0]: longitude within 180 degrees, latitude within 90"),
        (
            route(points=(point(1, lon_e7=-1_800_000_001),)),
            "points[0]: longitude within 180 degrees, latitude within 90",
        ),
        (route(points=(point(1, radius_m=0),)), "points[0].radius_m: 0 is not between 1 and 10000"),
        (route(points=(point(1, radius_m=10_001),)), "points[0].radius_m: 10001 is not between 1 and 10000"),
        (route(points=(point(1, name="\n"),)), "points[0].name: 1 to 40 printable characters"),
        (route(line=((0, 0),) * 501), "line: at most 500 positions"),
        (route(line=((0, -900_000_001),)), "line: longitude within 180 degrees, latitude within 90"),
        (route(claimable_by=("",)), "claimable_by: at most 20 crews of 1 to 80 printable characters"),
        (route(claimable_by=("a", "a")), "claimable_by: names a crew twice"),
    ],
)
def test_a_route_that_is_out_of_shape_is_malformed(wish: object, error: str) -> None:
    Story("patrol").refuses(wish, Malformed(errors=[error]))  # type: ignore[arg-type] # parameters have no type of their own


def test_a_route_has_a_fund_of_the_scheme_and_an_id_of_its_own() -> None:
    story = Story("patrol")
    story.refuses(route(fund="nobody"), UnknownSchemeTerm(term="fund", value="nobody"))
    story.given(route(fund="union"))
    story.refuses(route(name="other"), AlreadyExists(kind="route", id=ROUTE))


def test_the_longest_route_fits_into_a_fact() -> None:
    story = Story("patrol")
    widest = tuple(point(number, name="楼" * 40, lon_e7=-1_799_999_999) for number in range(1, MOST_POINTS + 1))
    crews = tuple(f"{number:02}" + "队" * 78 for number in range(MOST_CREWS))
    line = ((-1_799_999_999, -899_999_999),) * MOST_POSITIONS
    story.given(route(name="楼" * 80, owner="楼" * 80, points=widest, claimable_by=crews, line=line))
    assert len(MAPPER.encode(story.journal[-1])) <= MAX_FACT_BYTES


def test_a_retired_route_takes_no_more_tasks_and_keeps_those_it_has() -> None:
    story = ground().given(RETIRE)
    assert story.the(Route, ROUTE).retired_at == at("10:30")
    story.refuses(tasks(to="2022-06-15"), NotEligible(reason="retired"))
    story.refuses(RETIRE, NotEligible(reason="retired"))
    story.given(claim())
    assert places(story) == (1, 1)


def test_retiring_names_a_route_and_a_reason_that_are_there() -> None:
    story = ground()
    unknown = RetireRoute(route=RouteId("nowhere"), reason="correction")
    story.refuses(unknown, NotFound(kind="route", id="nowhere"))
    story.refuses(RetireRoute(route=ROUTE, reason="mood"), UnknownSchemeTerm(term="reason", value="mood"))


# Tasks -------------------------------------------------------------------------------------------------------


def test_a_task_is_published_for_each_slot_of_each_day() -> None:
    story = Story("patrol").given(route(fund="union"))
    facts = story.when(tasks(places=4, to="2022-06-15", slots=()))
    assert [fact.task for fact in facts if isinstance(fact, TaskPublished)] == [
        f"songtai-2.{day}.{slot}"
        for day in ("2022-06-14", "2022-06-15")
        for slot in ("morning", "afternoon", "evening")
    ]
    assert the_task(story) == Task(
        route=ROUTE, on=ON, slot="evening", opens_at=OPENS, closes_at=CLOSES, places=4, fund="union"
    )


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (tasks(to="2022-06-31"), "to_on: not a day such as 2022-06-01"),
        (tasks(to="2022-06-13"), "to_on: 2022-06-13 is before 2022-06-14"),
        (tasks(slots=("evening", "evening")), "slots: names a slot twice"),
        (tasks(places=0), "places: 0 is not between 1 and 1000"),
        (tasks(places=1001), "places: 1001 is not between 1 and 1000"),
        (tasks(to="2022-09-22"), "slots: 101 tasks are not between 1 and 100"),
        (tasks(to="2022-07-17", slots=()), "slots: 102 tasks are not between 1 and 100"),
        (tasks(to="9999-12-31"), "to_on: not a day such as 2022-06-01"),
    ],
)
def test_tasks_that_are_out_of_shape_are_malformed(wish: PublishTasks, error: str) -> None:
    ground().refuses(wish, Malformed(errors=[error]))


def test_a_hundred_tasks_are_published_at_once() -> None:
    story = Story("patrol").given(route())
    assert len(story.when(tasks(to="2022-09-21"))) == 100


def test_tasks_need_a_route_slots_of_the_scheme_and_a_scheme_that_knows_patrols() -> None:
    story = ground()
    story.refuses(tasks(route="nowhere"), NotFound(kind="route", id="nowhere"))
    story.refuses(tasks(slots=("night",)), UnknownSchemeTerm(term="slot", value="night"))
    plain = Story("conformance")
    plain.refuses(tasks(), UnknownSchemeTerm(term="patrols", value="conformance"))


def test_a_task_that_is_there_is_not_published_again_and_nothing_of_the_rest_is() -> None:
    story = Story("patrol").given(route(), tasks(to="2022-06-15"))
    wish = PublishTasks(route=ROUTE, from_on=Day("2022-06-13"), to_on=ON, slots=("evening",), places=2)
    story.refuses(wish, AlreadyExists(kind="task", id=TASK))
    assert story.get(Task, "songtai-2.2022-06-13.evening") is None


def test_a_slot_that_is_over_is_not_published() -> None:
    story = Story("patrol").given(route()).on(CLOSES)
    story.refuses(tasks(), SlotClosed(opens_at=OPENS, closes_at=CLOSES))
    story.on(at("13:59")).given(tasks())
    assert places(story) == (0, 0)


SLOT = load_scheme("patrol").slots["evening"]


def test_a_slot_lasts_as_long_as_clocks_say_whatever_they_do_meanwhile() -> None:
    night = msgspec.structs.replace(SLOT, code="night", opens="01:30", closes="04:00")
    hours = [slot_on(Day(day), night, "Europe/Berlin") for day in ("2022-03-27", "2022-10-30", "2022-06-14")]
    assert [[at[11:16] for at in hour] for hour in hours] == [
        ["00:30", "02:00"],
        ["23:30", "03:00"],
        ["23:30", "02:00"],
    ]
    assert hours[1][0].startswith("2022-10-29")


def test_a_slot_within_the_hour_that_clocks_leave_out_cannot_be_published() -> None:
    gone = msgspec.structs.replace(SLOT, code="night", opens="02:10", closes="02:50")
    with pytest.raises(Malformed, match="no clock shows night on 2022-03-27"):
        slot_on(Day("2022-03-27"), gone, "Europe/Berlin")


def test_a_slot_may_last_until_midnight() -> None:
    late = msgspec.structs.replace(SLOT, closes="24:00")
    assert slot_on(ON, late, ZONE)[1] == "2022-06-14T16:00:00.000000Z"


# Calling off -------------------------------------------------------------------------------------------------


def test_a_cancelled_task_frees_whoever_has_not_finished_and_tells_why() -> None:
    story = ground(places=3).given(claim(LI), claim(WANG, id="w"), claim(ZHAO, id="z"))
    story.given(start("w"), start("z"), finish("z"))
    facts = story.when(cancel())
    assert isinstance(facts[0], TaskCancelled)
    assert {fact.claim: fact.reason for fact in facts[1:] if isinstance(fact, ClaimReleased)} == {
        "c": "typhoon",
        "w": "typhoon",
    }
    assert [the_claim(story, id).status for id in "cwz"] == ["released", "released", "finished"]
    assert (the_claim(story).reason, the_task(story).reason, places(story)) == ("typhoon", "typhoon", (1, 0))
    assert [busy(story, id) for id in (LI, WANG, ZHAO)] == [None, None, None]


def test_a_cancelled_task_takes_no_claim_no_start_and_no_second_cancellation() -> None:
    story = ground().given(claim(), cancel())
    for wish in (claim(WANG, id="w"), start(), finish(started_at=at("10:30"))):
        story.refuses(wish, NotEligible(reason="task-cancelled"))
    story.refuses(cancel(), NotEligible(reason="already-cancelled"))


def test_a_start_of_a_lapsed_claim_that_comes_after_the_cancellation_revives_nothing() -> None:
    story = ground().given(claim()).on(at("11:00")).given(cancel())
    story.refuses(start(), NotEligible(reason="task-cancelled"), occurred_at=at("10:45"))


def test_cancelling_names_a_task_and_a_reason_that_are_there() -> None:
    story = ground()
    story.refuses(cancel("mood"), UnknownSchemeTerm(term="reason", value="mood"))
    story.refuses(cancel(task="nothing"), NotFound(kind="task", id="nothing"))


def test_who_was_released_may_claim_another_slot_at_once() -> None:
    story = ground().given(tasks(route=ROUTE, on="2022-06-15", slots=("morning",)), claim(), cancel())
    story.given(claim(task="songtai-2.2022-06-15.morning", id="next"))
    assert busy(story) == "next"

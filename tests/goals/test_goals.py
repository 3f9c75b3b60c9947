"""Goals: people, person-times and households are three counters."""

from typing import Any

import pytest
from msgspec import UNSET

from ledger.goals.commands import CountTowards, SetGoal
from ledger.goals.entities import Goal
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.refusals import Malformed, NotEligible, NotFound, Refusal, UnknownSchemeTerm
from ledger.room import Command
from ledger.sharing import basis_points
from ledger.values import Day, HolderId
from tests.given import Story

AID = SetGoal(id="aid", name="医疗互助", plan=2_100, counts="persons")
CHECKS = SetGoal(id="checks", name="健康体检", plan=10_000, counts="person-times")


def once(holder: str | None = None, goal: str = "aid", **more: object) -> CountTowards:
    return CountTowards(goal=goal, holder=HolderId(holder) if holder else None, **more)  # type: ignore[arg-type] # the tests' own words


def union() -> Story:
    story = Story("welfare-coupons").on("2022-06-01")
    return story.given(*(RegisterPerson(holder=HolderId(f"m{number}")) for number in range(4))).given(AID, CHECKS)


def counters(story: Story, goal: str = "aid") -> tuple[int, int, int]:
    found = story.the(Goal, goal)
    return found.persons, found.person_times, found.households


def test_one_person_three_times_in_one_household_is_one_three_one() -> None:
    story = union().given(*(once("m0", household="h1") for _ in range(3)), once("m1", household="h1"))
    assert counters(story) == (2, 4, 1)
    assert story.the(Goal, "aid").done == 2


def test_two_records_of_one_man_are_one_person() -> None:
    story = union().given(once("m0"))
    story.given(MergeHolders(old=HolderId("m0"), into=HolderId("m1"), reason="correction"), once("m1"))
    assert counters(story) == (1, 2, 0)


def test_strangers_are_times_alone() -> None:
    story = union().given(once(goal="checks", times=200))
    assert counters(story, "checks") == (0, 200, 0)
    assert basis_points(story.the(Goal, "checks").done, 10_000) == 200


def test_2589_of_2100_are_123_29_per_cent() -> None:
    assert basis_points(2_589, 2_100) == 12_329


def test_planned_anew_what_was_done_stays() -> None:
    story = union().given(once("m0"), SetGoal(id="aid", name="医疗互助", plan=3, counts="person-times"))
    assert (story.the(Goal, "aid").plan, story.the(Goal, "aid").done, counters(story)) == (3, 1, (1, 1, 0))


def test_what_counts_by_itself_nobody_counts_by_hand() -> None:
    story = Story("service-fair").on("2022-06-11")
    year = SetGoal(id="year", name="健康体检", plan=10_000, counts="person-times", entitlement="health-check")
    story.given(year)
    story.refuses(CountTowards(goal="year"), NotEligible(reason="counts-by-itself"))
    unknown = SetGoal(id="x", name="x", plan=1, counts="persons", entitlement="dance")
    story.refuses(unknown, UnknownSchemeTerm(term="entitlement", value="dance"))


def dated(**said: Any) -> SetGoal:
    return SetGoal(id="x", name="x", plan=1, **({"counts": "persons", "entitlement": "training"} | said))


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (dated(counts="households"), "counts: an entitlement is had by persons"),
        (dated(from_on=Day("2022-02-30")), "from_on: 2022-02-30 is no day"),
        (dated(from_on=Day("2022-06-02"), to_on=Day("2022-06-01")), "to_on: before from_on"),
        (
            dated(entitlement=UNSET, to_on=Day("2022-06-01")),
            "from_on, to_on: only of an entitlement, which counts by itself",
        ),
    ],
)
def test_what_is_wrong_with_a_goal_that_counts_by_itself_is_said(wish: SetGoal, sentence: str) -> None:
    Story("service-fair").on("2022-06-11").refuses(wish, Malformed(errors=[sentence]))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (once("m0", "none"), NotFound(kind="goal", id="none")),
        (once("nobody"), NotFound(kind="holder", id="nobody")),
        (once(times=0), Malformed(errors=["times: 1 to 1000000"])),
        (
            SetGoal(id="a b", name="x", plan=1, counts="persons"),
            Malformed(errors=["id: 1 to 64 letters, digits, hyphens and underscores"]),
        ),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    union().refuses(wish, refusal)

"""Lists of tasks: by time, by distance to where a route begins, and which can still be claimed."""

from pathlib import Path

from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from ledger.patrols.commands import CancelTask, ClaimTask, GiveBackClaim
from ledger.values import ClaimId, Day, HolderId, TaskId
from projections import patrol_lists
from projections.patrol_lists import Wanted, metres
from tests.given import Story
from tests.projections.patrolling import followed, ground

FIRST = Day("2022-06-28")
EVENING = "songtai-2.2022-06-28.evening"
degrees = st.integers(-800_000_000, 800_000_000)
steps = st.integers(-5_000_000, 5_000_000)


@given(st.integers(-1_800_000_000, 1_800_000_000), degrees, steps, steps)
def test_a_distance_is_that_of_the_ellipsoid_within_a_per_cent(lon: int, lat: int, east: int, north: int) -> None:
    exact = Geodesic.WGS84.Inverse(lat / 1e7, lon / 1e7, (lat + north) / 1e7, (lon + east) / 1e7)["s12"]
    assert abs(metres(lon, lat, lon + east, lat + north) - exact) <= exact / 100 + 1


def test_the_date_line_is_no_way_round_the_world() -> None:
    assert metres(1_799_990_000, 0, -1_799_990_000, 0) == 222


def listed(story: Story, path: Path, wanted: Wanted) -> list[str]:
    with followed(story, path) as reading:
        return [item.task for item in patrol_lists.tasks_between(reading, wanted)]


def test_a_day_is_listed_in_the_order_of_its_slots(tmp_path: Path) -> None:
    slots = ("morning", "afternoon", "evening")
    expected = [f"{route}.{FIRST}.{slot}" for slot in slots for route in ("hill", "songtai-2")]
    assert listed(ground(), tmp_path, Wanted(FIRST, FIRST)) == expected
    assert listed(ground(), tmp_path, Wanted(FIRST, FIRST, route="hill")) == expected[::2]
    assert listed(ground(), tmp_path, Wanted(FIRST, FIRST, slot="evening")) == expected[4:]


def test_what_is_full_or_called_off_is_not_free(tmp_path: Path) -> None:
    story, wanted = ground(), Wanted(FIRST, FIRST, slot="evening", free=True)
    story.on("2022-06-28")
    for who in ("li", "wang"):
        story.given(ClaimTask(task=TaskId(EVENING), holder=HolderId(who), id=ClaimId(who)))
    assert listed(story, tmp_path, wanted) == [f"hill.{FIRST}.evening"]
    story.given(GiveBackClaim(claim=ClaimId("li")), CancelTask(task=TaskId(f"hill.{FIRST}.evening"), reason="typhoon"))
    assert listed(story, tmp_path, wanted) == [EVENING]


def test_the_nearest_comes_first_and_says_how_far_it_is(tmp_path: Path) -> None:
    wanted = Wanted(FIRST, FIRST, slot="evening")
    with followed(ground(), tmp_path) as reading:
        near = patrol_lists.tasks_near(reading, wanted, 1_206_010_000, 280_080_000)
    # "hill" begins 9 thousandths of a degree further north than "songtai-2": a kilometre.
    assert [(item.route, item.distance_m) for item in near] == [("hill", 111), ("songtai-2", 890)]

"""Measures of a track: the seven made-up patrols come out as their README says, and noise, order and repeats do not."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.tracks.measuring import measure
from ledger.patrols.entities import Datum, PatrolPoint
from ledger.reviews.facts import Finding, Measured
from ledger.reviews.judging import judge, needs_person
from ledger.scheme.loading import load_scheme
from ledger.scheme.patrolling import Patrols
from ledger.values import Instant
from ledger.vault import Fix
from tests.tracks.geodesy import metres
from tests.tracks.walks import EAST_E7, ORIGIN, START, at_point, eastward, songtai, track, when

RULES = Patrols()


class Evening:
    """The slot of the README, 18:00 to 22:00 in Shanghai."""

    opens_at = when("2022-06-14T18:00:00+08:00")
    closes_at = when("2022-06-14T22:00:00+08:00")


def measured(fixes: list[Fix], points: tuple[int, ...] = ()) -> Measured:
    found = measure(fixes, [at_point(number, metres_east=east) for number, east in enumerate(points, 1)], RULES)
    assert found is not None
    return found


# The seven -----------------------------------------------------------------------------------------------------


def findings(name: str, datum: Datum = "wgs-84") -> tuple[Finding, ...]:
    rules = load_scheme("patrol").patrol_rules
    return judge(measure(track(name, datum), songtai(), rules), songtai(), Evening(), rules)


def test_ok_is_133_minutes_with_six_of_six_in_order_inside_the_slot() -> None:
    found = measure(track("ok-133-minutes"), songtai(), RULES)
    assert found is not None
    assert found.seconds == 133 * 60
    assert [point.number for point in found.points if point.passed_at is not None] == [1, 2, 3, 4, 5, 6]
    assert all(a.passed_at < b.passed_at for a, b in pairwise(found.points) if a.passed_at and b.passed_at)
    assert found.first_at == when("2022-06-14T18:42:00+08:00")
    assert findings("ok-133-minutes") == ()


def test_walked_metres_are_not_the_sum_of_raw_steps() -> None:
    fixes = track("ok-133-minutes")
    raw = sum(metres((a.lon_e7, a.lat_e7), (b.lon_e7, b.lat_e7)) for a, b in pairwise(fixes))
    found = measure(fixes, songtai(), RULES)
    assert found is not None
    assert 11_000 < raw < 11_500
    assert 7_850 <= found.walked_m < 7_950


def test_short_is_only_too_short() -> None:
    assert findings("short-97-minutes") == (Finding("too-short", measured=97, limit=120),)


def test_a_skipped_point_is_only_missed() -> None:
    assert findings("skips-point-4") == (Finding("point-missed", point=4, measured=287, limit=40),)


def test_an_early_start_is_only_outside_the_slot() -> None:
    at = when("2022-06-14T17:35:00+08:00")
    assert findings("starts-before-slot") == (Finding("outside-slot", at=at),)


def test_a_jump_goes_to_a_person_as_implausible_and_nothing_else() -> None:
    (found,) = findings("jumps-7-km")
    assert (found.code, found.limit) == ("implausible-speed", 30)
    assert found.measured is not None
    assert found.measured > 2_000
    assert needs_person([found])


def test_a_silence_of_25_minutes_goes_to_a_person_as_a_gap_and_nothing_else() -> None:
    (found,) = findings("gap-25-minutes")
    assert (found.code, found.measured, found.limit) == ("gap", 1_510, 300)
    assert needs_person([found])


def test_a_track_in_gcj02_is_approved_as_such_and_misses_points_as_wgs84() -> None:
    assert findings("gcj02-133-minutes", "gcj-02") == ()
    missed = findings("gcj02-133-minutes")
    assert {finding.code for finding in missed} == {"point-missed"}
    assert not needs_person(missed)


# Order, repeats, noise ---------------------------------------------------------------------------------------------

walks = st.lists(
    st.tuples(st.integers(0, 90_000_000), st.integers(-30_000, 30_000), st.integers(-30_000, 30_000)),
    min_size=1,
    max_size=40,
)


@given(walks, st.randoms(use_true_random=False))
def test_late_twice_and_out_of_order_measure_the_same(
    walk: list[tuple[int, int, int]], randomness: random.Random
) -> None:
    fixes = [Fix(START + at, ORIGIN[0] + lon, ORIGIN[1] + lat) for at, lon, lat in walk]
    points = [at_point(1, metres_east=0), at_point(2, metres_east=100)]
    shuffled = fixes + fixes[::2]
    randomness.shuffle(shuffled)
    assert measure(shuffled, points, RULES) == measure(fixes, points, RULES)


@given(walks)
def test_measures_hold_together(walk: list[tuple[int, int, int]]) -> None:
    fixes = [Fix(START + at, ORIGIN[0] + lon, ORIGIN[1] + lat) for at, lon, lat in walk]
    point = at_point(1, metres_east=50)
    found = measure(fixes, [point], RULES)
    assert found is not None
    (passed,) = found.points
    assert found.first_at <= (passed.passed_at or found.first_at) <= found.last_at
    assert (passed.passed_at is None) == (passed.nearest_m > point.radius_m)
    assert found.seconds <= found.longest_gap_seconds * max(1, found.fixes - 1)
    assert found.fixes == len({fix.at_us for fix in fixes})


def test_two_places_in_one_second_are_no_jump() -> None:
    fixes = eastward([0, 12, 14, 28, 42])
    fixes += [Fix(fix.at_us + 300_000, fix.lon_e7 + 150, fix.lat_e7) for fix in fixes]
    assert measured(fixes).fastest_step_kmh <= 12


def test_noise_of_ten_metres_each_second_is_no_speed(randomness: random.Random) -> None:
    def off() -> int:
        # Beyond two deviations one track in eighty has a step that a person must look at, as is right.
        return round(max(-20, min(20, randomness.gauss(0, 10))) * EAST_E7)

    straight = eastward([1.3 * second for second in range(1_800)], every=1)
    noisy = [Fix(fix.at_us, fix.lon_e7 + off(), fix.lat_e7 + off()) for fix in straight]
    found = measured(noisy)
    assert found.fastest_kmh <= RULES.max_kmh
    assert found.fastest_step_kmh <= RULES.implausible_kmh
    assert abs(found.walked_m - 1.3 * 1_800) < 250


# One measure at a time ---------------------------------------------------------------------------------------------


def test_no_fix_is_no_measure() -> None:
    assert measure([], songtai(), RULES) is None


def test_one_fix_is_a_moment() -> None:
    found = measured(eastward([0]), (0,))
    assert (found.seconds, found.fixes, found.walked_m) == (0, 1, 0)
    assert (found.fastest_kmh, found.fastest_step_kmh, found.longest_gap_seconds) == (0, 0, 0)
    assert (found.fastest_at, found.fastest_step_at, found.longest_gap_at) == (None, None, None)
    assert found.points[0].passed_at == found.first_at == found.last_at


def test_seconds_are_rounded_down_and_gaps_up() -> None:
    found = measured(eastward([0, 1], every=300.4))
    assert (found.seconds, found.longest_gap_seconds) == (300, 301)
    assert found.longest_gap_at == found.first_at
    assert measured(eastward([0, 1], every=300)).longest_gap_seconds == 300


def test_the_way_between_two_fixes_passes_a_point() -> None:
    # A fix a minute, 80 m apart, with a point of 30 m in the middle: no fix lies within it.
    found = measured(eastward([0, 80, 160], every=60))
    assert found.fixes == 3
    sparse = measure(eastward([0, 80, 160], every=60), [at_point(1, metres_east=40, radius_m=30)], RULES)
    assert sparse is not None
    assert sparse.points[0].passed_at == eastward([0, 80], every=60)[1].at
    assert sparse.points[0].nearest_m <= 1


def test_no_line_runs_through_a_silence() -> None:
    silent = measure(eastward([0, 80, 160], every=61), [at_point(1, metres_east=40, radius_m=30)], RULES)
    assert silent is not None
    assert (silent.points[0].passed_at, silent.points[0].nearest_m) == (None, 40)


def test_no_line_runs_along_a_jump() -> None:
    jumped = measured(eastward([0, 0, 7_000, 0, 0]), (3_000,))
    assert (jumped.points[0].passed_at, jumped.points[0].nearest_m) == (None, 3_000)


def test_exactly_at_the_radius_has_passed() -> None:
    near, far = measured(eastward([0]), (40,)).points[0], measured(eastward([-0.2]), (40,)).points[0]
    assert (near.nearest_m, near.passed_at is not None) == (40, True)
    assert (far.nearest_m, far.passed_at) == (41, None)


def at_fixes(found: Measured) -> list[int]:
    """Which fixes of a walk eastward the points were passed at."""
    fixes = [fix.at for fix in eastward([0] * 20)]
    return [fixes.index(point.passed_at) for point in found.points if point.passed_at is not None]


def test_a_point_is_passed_when_it_is_first_reached() -> None:
    assert at_fixes(measured(eastward([0, 50, 100, 150, 100]), (0, 100))) == [0, 2]


def test_a_point_crossed_on_the_way_to_the_first_is_passed_in_its_turn() -> None:
    assert at_fixes(measured(eastward([0, 50, 100, 50, 0]), (100, 0))) == [2, 4]


def test_a_point_passed_on_the_way_to_the_first_alone_keeps_that_passage() -> None:
    assert at_fixes(measured(eastward([0, 100, 200, 300]), (300, 0))) == [3, 0]


def test_a_round_walked_the_other_way_is_out_of_order_however_often() -> None:
    round_of_six = [0, 500, 400, 300, 200, 100] * 3
    found = at_fixes(measured(eastward(round_of_six), (0, 100, 200, 300, 400, 500)))
    assert found == [0, 5, 4, 3, 2, 1]


def test_a_run_within_a_walk_shows_in_its_window() -> None:
    walk = [14 * step for step in range(30)]
    run = [walk[-1] + 42 * step for step in range(1, 13)]
    rest = [run[-1] + 14 * step for step in range(1, 30)]
    found = measured(eastward(walk + run + rest))
    assert found.fastest_kmh == 16
    assert found.fastest_at is not None
    assert eastward([0])[0].at < found.fastest_at < eastward([0] * 43)[42].at


@pytest.mark.parametrize(("metres_a_step", "kmh"), [(22.2, 8), (22.3, 9)])
def test_exactly_at_a_speed_is_not_above_it(metres_a_step: float, kmh: int) -> None:
    assert measured(eastward([metres_a_step * step for step in range(60)])).fastest_kmh == kmh


def test_one_wild_fix_is_a_step_and_no_window() -> None:
    wild = [14 * step for step in range(60)]
    wild[30] += 70
    found = measured(eastward(wild))
    assert found.fastest_kmh <= RULES.max_kmh
    assert found.fastest_step_kmh > 20
    assert found.fastest_step_at == eastward([0] * 31)[30].at


def test_a_jump_in_the_first_second_is_seen() -> None:
    assert measured(eastward([0, 500], every=1)).fastest_step_kmh == 180


@given(
    st.integers(-600_000_000, 600_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
    st.integers(-1_000_000, 1_000_000),
    st.integers(-500_000, 500_000),
)
def test_distances_are_those_of_a_geodesic(lat: int, lon: int, east: int, north: int) -> None:
    there = PatrolPoint(number=1, lon_e7=lon, lat_e7=lat, radius_m=40)
    away = ((lon + east + 1_800_000_000) % 3_600_000_000 - 1_800_000_000, lat + north)
    found = measure([Fix(START, *away)], [there], RULES)
    assert found is not None
    expected = metres((lon, lat), away)
    assert abs(found.points[0].nearest_m - expected) <= 1 + expected / 100


def test_ten_thousand_fixes_are_measured_well_within_a_second() -> None:
    lap = track("ok-133-minutes")
    many = [Fix(START + second * 1_000_000, *lap[second % len(lap)][1:]) for second in range(10_000)]
    started = time.process_time()
    assert measure(many, songtai(), RULES) is not None
    assert time.process_time() - started < 0.9


def test_instants_are_spelled_as_the_ledger_spells_them() -> None:
    assert Fix(START, 0, 0).at == Instant("2022-06-14T10:42:00.000000Z")

"""Judging: every reason and no other, each at its limit and one beyond."""

from typing import Any, NamedTuple

import pytest

from ledger.reviews.facts import Finding, Passed
from ledger.reviews.judging import judge, needs_person
from ledger.values import Instant, later
from tests.reviews.walks import CLOSES, OPENS, POINTS, measured, rules


class Evening(NamedTuple):
    opens_at: Instant = OPENS
    closes_at: Instant = CLOSES


def findings(changed_rules: Any = None, **changed: Any) -> tuple[Finding, ...]:
    return judge(measured(**changed), POINTS, Evening(), changed_rules or rules())


def passed_at(*minutes: int | None) -> tuple[Passed, ...]:
    return tuple(
        Passed(number, None if at is None else later(OPENS, seconds=60 * at), 12)
        for number, at in enumerate(minutes, start=1)
    )


def test_a_patrol_without_fault_has_no_findings() -> None:
    assert findings() == ()


@pytest.mark.parametrize(
    ("at_limit", "beyond", "finding"),
    [
        ({"seconds": 7200}, {"seconds": 7199}, Finding("too-short", measured=119, limit=120)),
        ({"fastest_kmh": 8}, {"fastest_kmh": 9}, Finding("too-fast", measured=9, limit=8)),
        (
            {"fastest_step_kmh": 30},
            {"fastest_step_kmh": 31},
            Finding("implausible-speed", measured=31, limit=30),
        ),
        ({"longest_gap_seconds": 300}, {"longest_gap_seconds": 301}, Finding("gap", measured=301, limit=300)),
        (
            {"points": (Passed(1, OPENS, 40), *measured().points[1:])},
            {"points": (Passed(1, None, 41), *measured().points[1:])},
            Finding("point-missed", point=1, measured=41, limit=40),
        ),
    ],
)
def test_exactly_at_a_limit_passes_and_one_beyond_does_not(
    at_limit: dict[str, Any], beyond: dict[str, Any], finding: Finding
) -> None:
    assert findings(**at_limit) == ()
    assert findings(**beyond) == (finding,)


def test_120_minutes_pass_and_119_minutes_and_59_seconds_are_said_as_119() -> None:
    assert findings(seconds=120 * 60) == ()
    assert findings(seconds=119 * 60 + 59) == (Finding("too-short", measured=119, limit=120),)


def test_the_short_patrol_of_97_minutes_is_said_in_minutes() -> None:
    assert findings(seconds=97 * 60) == (Finding("too-short", measured=97, limit=120),)


@pytest.mark.parametrize(
    ("first_at", "inside"),
    [
        ("2022-06-14T10:00:00.000000Z", True),
        ("2022-06-14T09:59:59.999999Z", False),
        ("2022-06-14T13:59:59.999999Z", True),
        ("2022-06-14T14:00:00.000000Z", False),
    ],
)
def test_the_slot_is_judged_by_the_first_fix_its_end_excluded(first_at: str, *, inside: bool) -> None:
    found = findings(first_at=Instant(first_at))
    assert found == (() if inside else (Finding("outside-slot", at=Instant(first_at)),))


def test_a_track_may_end_long_after_the_slot() -> None:
    assert findings(last_at=later(CLOSES, seconds=36_000), seconds=50_400) == ()


def test_a_missed_point_puts_no_other_out_of_order() -> None:
    """README: point 4 is missed; 5 and 6 are not out of order."""
    found = findings(points=(passed_at(10)[0], Passed(2, None, 287), passed_at(0, 0, 30)[2]))
    assert found == (Finding("point-missed", point=2, measured=287, limit=40),)


@pytest.mark.parametrize(
    ("minutes", "out_of_order"),
    [
        ((10, 20, 30), []),
        ((10, 10, 10), []),  # two radiuses may overlap
        ((30, 10, 20), [1]),  # started elsewhere: one point, not two
        ((20, 30, 10), [3]),
        ((10, None, 5), [1]),
        ((None, None, None), []),
    ],
)
def test_as_few_points_as_possible_are_out_of_order(minutes: tuple[int | None, ...], out_of_order: list[int]) -> None:
    found = findings(points=passed_at(*minutes))
    assert [item.point for item in found if item.code == "out-of-order"] == out_of_order


def test_walking_backwards_leaves_one_point_in_order() -> None:
    found = findings(points=passed_at(30, 20, 10))
    assert [(item.code, item.point) for item in found] == [("out-of-order", 1), ("out-of-order", 2)]
    assert found[0].at == later(OPENS, seconds=1800)


def test_the_order_is_nobodys_affair_where_the_scheme_does_not_ask() -> None:
    assert findings(rules(in_order=False), points=passed_at(30, 20, 10)) == ()


def test_an_implausible_step_explains_the_fast_windows_around_it() -> None:
    found = findings(fastest_step_kmh=4000, fastest_kmh=90)
    assert found == (Finding("implausible-speed", measured=4000, limit=30),)


def test_every_reason_is_said_in_one_order() -> None:
    found = findings(
        seconds=60,
        first_at=CLOSES,
        points=(Passed(1, None, 99), *passed_at(0, 20, 10)[1:]),
        fastest_kmh=20,
        longest_gap_seconds=301,
    )
    said = [item.code for item in found]
    assert said == ["too-short", "outside-slot", "point-missed", "out-of-order", "too-fast", "gap"]


@pytest.mark.parametrize(
    ("code", "person"),
    [
        ("too-short", False),
        ("point-missed", False),
        ("out-of-order", False),
        ("outside-slot", False),
        ("too-fast", False),
        ("implausible-speed", True),
        ("gap", True),
        ("no-track", True),
        ("by-scheme", True),
    ],
)
def test_what_the_machine_must_not_decide(code: Any, *, person: bool) -> None:
    assert needs_person((Finding("too-short"), Finding(code))) is person


def test_without_a_track_nothing_else_is_said() -> None:
    assert judge(None, POINTS, Evening(), rules()) == (Finding("no-track"),)


def test_a_scheme_may_leave_everything_to_persons() -> None:
    assert findings(rules(reviewed_by="person")) == (Finding("by-scheme"),)


def test_a_route_without_points_is_judged_by_the_rest() -> None:
    assert judge(measured(points=(), seconds=60), (), Evening(), rules()) == (
        Finding("too-short", measured=1, limit=120),
    )


def test_a_recording_that_was_handed_in_for_others_too_is_for_a_person_beside_whatever_else_was_found() -> None:
    shared = Finding("same-recording", measured=2)
    alone = judge(measured(), POINTS, Evening(), rules(), 2)
    beside = judge(measured(seconds=60), POINTS, Evening(), rules(), 2)
    assert alone == (shared,)
    assert beside == (Finding("too-short", measured=1, limit=120), shared)
    assert needs_person(alone)
    assert needs_person(beside)

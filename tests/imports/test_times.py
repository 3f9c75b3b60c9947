"""Times as sites write them, and the rules for local times that exist twice or never."""

from datetime import date, datetime, time, timedelta

import pytest

from api.imports import times
from api.imports.cells import Cell, UnreadableCell

ZONE = "Asia/Shanghai"
MORNING = datetime(2022, 6, 1, 6, 2)  # noqa: DTZ001 - local wall time is the subject


@pytest.mark.parametrize(
    "written",
    [
        MORNING,
        MORNING.replace(microsecond=400),
        "2022/6/1 6:02",
        "2022-06-01 06:02:00",
        "2022-06-01T06:02",
        "2022.6.1 6:02",
        "2022年6月1日 6:02",
        "2022年6月1日6时02分",
        "2022/6/1 上午6:02",
        "2022-06-01 06:02:00.000",
        "20220601060200",
        " 2022/6/1 6:02 ",
        "2022-05-31T22:02:00Z",
        "2022-06-01 06:02:00+08:00",
    ],
)
def test_these_all_mean_two_past_six(written: Cell) -> None:
    assert times.wall_time(written, zone=ZONE) == MORNING


@pytest.mark.parametrize(
    "written", [date(2022, 6, 1), "2022-06-01", "2022/6/1", "2022年6月1日", "20220601", 20220601.0]
)
def test_these_all_mean_the_first_of_june(written: Cell) -> None:
    assert times.day(written, zone=ZONE) == "2022-06-01"


@pytest.mark.parametrize(
    "written",
    [
        "2022-06-31 06:02",
        "06/14",
        "6/1/2022",
        "22-6-1",
        "2022-02-29",
        "2022-06-01 24:00",
        "2022-06-01 06:60",
        "2022/6/1 下午13:05",
        "2022-06-01Z",
        "0001-01-01 00:00",
        "明天",
        "",
        44713.25,
        20220631.0,
        True,
        time(6, 2),
    ],
)
def test_these_are_unreadable_and_never_guessed(written: Cell) -> None:
    with pytest.raises(UnreadableCell):
        times.wall_time(written, zone=ZONE)


@pytest.mark.parametrize("clock", ["6:02", time(6, 2), timedelta(hours=6, minutes=2), "2022-06-01 06:02", MORNING])
def test_a_date_and_a_time_may_stand_in_two_columns(clock: Cell) -> None:
    assert times.joined("2022-06-01", clock, zone=ZONE) == MORNING


@pytest.mark.parametrize("clock", ["25:00", timedelta(hours=30), "", 0.25])
def test_a_time_column_that_holds_no_time_is_unreadable(clock: Cell) -> None:
    with pytest.raises(UnreadableCell):
        times.joined("2022-06-01", clock, zone=ZONE)


def test_local_time_becomes_an_instant_of_the_ledgers_zone() -> None:
    assert times.at(MORNING, zone=ZONE) == "2022-05-31T22:02:00.000000Z"


def test_a_local_time_that_exists_twice_is_its_first() -> None:
    twice = datetime(2022, 11, 6, 1, 30)  # noqa: DTZ001 - local wall time is the subject
    assert times.at(twice, zone="America/New_York") == "2022-11-06T05:30:00.000000Z"


def test_a_local_time_that_is_skipped_moves_on_by_the_gap() -> None:
    skipped = datetime(2022, 3, 13, 2, 30)  # noqa: DTZ001 - local wall time is the subject
    assert times.at(skipped, zone="America/New_York") == "2022-03-13T07:30:00.000000Z"
    assert times.local_day(skipped, zone="America/New_York") == "2022-03-13"


def test_a_day_that_a_zone_skipped_is_the_next_one() -> None:
    nowhere = datetime(2011, 12, 30, 9, 0)  # noqa: DTZ001 - local wall time is the subject
    assert times.local_day(nowhere, zone="Pacific/Apia") == "2011-12-31"


def test_a_pass_after_midnight_belongs_to_its_own_day() -> None:
    late = datetime(2022, 6, 2, 0, 1)  # noqa: DTZ001 - local wall time is the subject
    assert times.local_day(late, zone=ZONE) == "2022-06-02"


def test_a_day_begins_at_local_midnight() -> None:
    assert times.midnight(times.day("2022-06-01", zone=ZONE), zone=ZONE) == "2022-05-31T16:00:00.000000Z"


@pytest.mark.parametrize(
    "written",
    [
        "2022-06-01T06:00:00+25:00",
        "9999-12-31 23:59:59-14:00",
        "9999-12-31 23:59:59",
        datetime(9999, 12, 31, 23, 59),  # noqa: DTZ001 - a cell of Excel has no zone
        datetime(1899, 12, 31, 6, 2),  # noqa: DTZ001 - what Excel makes of a time without a date
    ],
)
@pytest.mark.parametrize("zone", [ZONE, "America/Los_Angeles"])
def test_a_moment_beyond_all_calendars_is_unreadable(written: Cell, zone: str) -> None:
    with pytest.raises(UnreadableCell):
        times.at(times.wall_time(written, zone=zone), zone=zone)


def test_for_ever_may_be_written_as_the_last_day() -> None:
    assert times.day("9999-12-31", zone=ZONE) == "9999-12-31"

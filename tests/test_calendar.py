"""The calendar keeps the promises that are printed on a voucher: days, months and when a lot lapses."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import (
    add_months,
    at_time,
    day_after,
    end_of_day,
    first_day,
    known_zone,
    last_day,
    local_day,
    next_period,
    period_of,
    start_of_day,
)
from ledger.values import Day, Instant, PeriodName, instant, moment

SHANGHAI = "Asia/Shanghai"
ZONES = (
    SHANGHAI,
    "UTC",
    "Asia/Kolkata",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Asia/Beirut",
    "Africa/Cairo",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
)

zones = st.sampled_from(ZONES)
days = st.dates(date(1925, 1, 2), date(2099, 12, 30)).map(lambda day: Day(day.isoformat()))
moments = st.datetimes(datetime(1925, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by contract


def just_before(at: Instant) -> Instant:
    return instant(moment(at) - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2022-06-01T15:59:59.999999Z", "2022-06-01"),
        ("2022-06-01T16:00:00.000000Z", "2022-06-02"),
        ("2022-06-01T22:02:00.000000Z", "2022-06-02"),
        ("2021-12-31T15:59:59.999999Z", "2021-12-31"),
        ("2021-12-31T16:00:00.000000Z", "2022-01-01"),
        ("2024-02-28T16:00:00.000000Z", "2024-02-29"),
    ],
)
def test_a_day_in_shanghai_turns_at_sixteen_hours_utc(at: str, day: str) -> None:
    assert local_day(Instant(at), SHANGHAI) == day


def test_the_same_instant_is_two_days_in_two_zones() -> None:
    at = Instant("2022-06-01T22:02:00.000000Z")
    assert (local_day(at, SHANGHAI), local_day(at, "America/New_York")) == ("2022-06-02", "2022-06-01")


def test_valid_to_31_december_is_spendable_until_the_last_instant_of_that_local_day() -> None:
    end = end_of_day(Day("2022-12-31"), SHANGHAI)
    assert end == "2022-12-31T16:00:00.000000Z"
    assert local_day(just_before(end), SHANGHAI) == "2022-12-31"
    assert local_day(end, SHANGHAI) == "2023-01-01"


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00.000000Z"),  # 00:00 jumps to 01:00
        ("Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00.000000Z"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00.000000Z"),  # 23:30 jumps to 00:30
    ],
)
def test_where_midnight_does_not_exist_the_day_begins_with_the_jump(zone: str, day: str, start: str) -> None:
    assert start_of_day(Day(day), zone) == start
    assert local_day(just_before(Instant(start)), zone) == day_after(Day(day), -1)


def test_a_midnight_that_comes_twice_within_one_day_begins_it_the_first_time() -> None:
    assert start_of_day(Day("2022-11-06"), "America/Havana") == "2022-11-06T04:00:00.000000Z"


def test_clocks_set_back_over_midnight_do_not_end_the_old_day_before_its_last_instant() -> None:
    assert end_of_day(Day("2010-11-06"), "America/St_Johns") == "2010-11-07T03:30:00.000000Z"
    assert local_day(Instant("2010-11-07T02:30:30.000000Z"), "America/St_Johns") == "2010-11-06"


def test_a_day_that_a_zone_left_out_has_no_instant() -> None:
    skipped = Day("2011-12-30")
    assert start_of_day(skipped, "Pacific/Apia") == end_of_day(skipped, "Pacific/Apia")
    assert local_day(start_of_day(skipped, "Pacific/Apia"), "Pacific/Apia") == "2011-12-31"


def test_a_day_is_23_or_25_hours_long_when_the_clocks_change() -> None:
    def hours(day: str) -> float:
        start, end = start_of_day(Day(day), "America/New_York"), end_of_day(Day(day), "America/New_York")
        return (moment(end) - moment(start)) / timedelta(hours=1)

    assert (hours("2022-03-13"), hours("2022-03-14"), hours("2022-11-06")) == (23, 24, 25)


@given(days, zones)
def test_every_instant_of_a_day_belongs_to_it_and_the_next_does_not(day: Day, zone: str) -> None:
    start, end = start_of_day(day, zone), end_of_day(day, zone)
    if start == end:
        return
    assert local_day(start, zone) == day
    assert local_day(just_before(end), zone) == day
    assert local_day(end, zone) > day


@given(moments, zones.filter(lambda zone: zone != "America/St_Johns"))
def test_the_local_day_is_what_a_wall_calendar_there_shows(at: datetime, zone: str) -> None:
    assert local_day(instant(at), zone) == at.astimezone(ZoneInfo(zone)).date().isoformat()


@given(moments, moments, zones)
def test_later_instants_never_fall_on_earlier_days(one: datetime, other: datetime, zone: str) -> None:
    first, second = sorted((instant(one), instant(other)))
    assert local_day(first, zone) <= local_day(second, zone)


@pytest.mark.parametrize(
    ("zone", "day", "shown", "at"),
    [
        (SHANGHAI, "2022-06-14", "18:00", "2022-06-14T10:00:00.000000Z"),
        (SHANGHAI, "2022-06-14", "00:00", "2022-06-13T16:00:00.000000Z"),
        (SHANGHAI, "2022-06-14", "24:00", "2022-06-14T16:00:00.000000Z"),
        # Clocks jump from 02:00 to 03:00: what they do not show is the jump itself.
        ("America/New_York", "2022-03-13", "02:30", "2022-03-13T07:00:00.000000Z"),
        ("America/New_York", "2022-03-13", "03:30", "2022-03-13T07:30:00.000000Z"),
        # Clocks go back from 02:00 to 01:00: what they show twice is the first time.
        ("America/New_York", "2022-11-06", "01:30", "2022-11-06T05:30:00.000000Z"),
        ("America/New_York", "2022-11-06", "02:30", "2022-11-06T07:30:00.000000Z"),
        # Half an hour only.
        ("Australia/Lord_Howe", "2022-10-02", "02:10", "2022-10-01T15:30:00.000000Z"),
        # Midnight does not exist: the day begins with the jump, and so does its first hour.
        ("America/Havana", "2022-03-13", "00:30", "2022-03-13T05:00:00.000000Z"),
        ("America/Havana", "2022-03-13", "00:00", "2022-03-13T05:00:00.000000Z"),
    ],
)
def test_a_time_of_day_is_the_instant_at_which_clocks_show_it_first(zone: str, day: str, shown: str, at: str) -> None:
    assert at_time(Day(day), shown, zone) == at


times = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))


@given(days, times, times, zones)
def test_a_later_time_of_a_day_is_never_earlier_and_all_are_of_that_day(
    day: Day, one: str, other: str, zone: str
) -> None:
    first, second = (at_time(day, shown, zone) for shown in sorted((one, other)))
    assert start_of_day(day, zone) <= first <= second <= at_time(day, "24:00", zone)


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_day_of_the_calendar_never_ends(zone: str) -> None:
    assert end_of_day(Day("9999-12-31"), zone) == "9999-12-31T23:59:59.999999Z"
    assert local_day(Instant("9999-12-31T05:00:00.000000Z"), zone) in {"9999-12-30", "9999-12-31"}


def test_known_zones_are_those_of_the_iana_data() -> None:
    assert known_zone(SHANGHAI)
    assert not any(map(known_zone, ("Asia/Shangai", "", "../etc", "Asia", "/etc/localtime", "a\0b")))


# Months ------------------------------------------------------------------------------------------------------


def test_a_month_ends_where_it_ends() -> None:
    ends = [
        last_day(PeriodName(period)) for period in ("2022-01", "2022-02", "2024-02", "1900-02", "2000-02", "2022-04")
    ]
    assert ends == ["2022-01-31", "2022-02-28", "2024-02-29", "1900-02-28", "2000-02-29", "2022-04-30"]


def test_december_is_followed_by_january_of_the_next_year() -> None:
    assert next_period(PeriodName("2021-12")) == "2022-01"
    assert period_of(Day("2021-12-31")) == "2021-12"
    assert first_day(PeriodName("2022-01")) == "2022-01-01"


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2022-01-31", 1, "2022-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2022-01-31", 3, "2022-04-30"),
        ("2022-12-31", 2, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2022-03-31", -1, "2022-02-28"),
        ("2022-01-15", -1, "2021-12-15"),
        ("2022-06-30", 0, "2022-06-30"),
    ],
)
def test_adding_months_clamps_to_the_end_of_a_shorter_one(day: str, months: int, then: str) -> None:
    assert add_months(Day(day), months) == then


@given(days, st.integers(-200, 200))
def test_a_sum_of_days_can_be_taken_back(day: Day, n: int) -> None:
    assert day_after(day_after(day, n), -n) == day

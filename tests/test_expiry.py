"""Every expiry policy keeps the promise that is printed on a voucher, in leap years and at year ends too."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import (
    ExpiryPolicy,
    FixedDate,
    Never,
    RollingDays,
    RollingMonths,
    RollingYears,
    WindowKind,
    day_after,
    end_of_day,
    last_day,
    local_day,
    period_of,
    start_of_day,
    window,
)
from ledger.values import Day, Instant

SHANGHAI = "Asia/Shanghai"

days = st.dates(date(1925, 1, 2), date(2199, 12, 30)).map(lambda day: Day(day.isoformat()))
graces = st.integers(0, 90)
policies = st.one_of(
    st.builds(FixedDate, st.integers(1, 12), st.integers(1, 31), graces),
    st.builds(RollingMonths, st.integers(1, 60), st.booleans(), graces),
    st.builds(RollingYears, st.integers(0, 10), st.booleans(), graces),
    st.builds(RollingDays, st.integers(0, 400), graces),
)


@pytest.mark.parametrize(
    ("policy", "earned", "last"),
    [
        (Never(), "2022-06-01", None),
        (FixedDate(12, 31), "2022-06-01", "2022-12-31"),
        (FixedDate(12, 31), "2022-12-31", "2022-12-31"),
        (FixedDate(6, 30), "2022-07-01", "2023-06-30"),
        (FixedDate(2, 29), "2022-01-01", "2022-02-28"),
        (FixedDate(2, 29), "2023-03-01", "2024-02-29"),
        (RollingMonths(12), "2020-07-06", "2021-07-31"),
        (RollingMonths(12), "2020-07-31", "2021-07-31"),
        (RollingMonths(1), "2022-01-31", "2022-02-28"),
        (RollingMonths(1, end_of_month=False), "2022-01-31", "2022-02-28"),
        (RollingMonths(12, end_of_month=False), "2020-07-06", "2021-07-06"),
        (RollingMonths(12), "2023-02-10", "2024-02-29"),
        (RollingDays(0), "2022-06-30", "2022-06-30"),
        (RollingDays(30), "2022-06-01", "2022-07-01"),
        (RollingDays(1), "2024-02-28", "2024-02-29"),
        (RollingDays(365), "2024-01-01", "2024-12-31"),
    ],
)
def test_the_last_spendable_day_follows_from_the_policy(policy: ExpiryPolicy, earned: str, last: str | None) -> None:
    assert policy.last_spendable_day(Day(earned)) == last


@pytest.mark.parametrize(
    ("policy", "earned", "last"),
    [
        (RollingYears(1), "2022-06-30", "2023-06-30"),
        (RollingYears(1), "2024-02-29", "2025-02-28"),
        (RollingYears(4), "2024-02-29", "2028-02-29"),
        (RollingYears(0), "2022-12-31", "2022-12-31"),
        (RollingYears(0, end_of_year=True), "2022-01-01", "2022-12-31"),
        (RollingYears(2, end_of_year=True), "2022-12-31", "2024-12-31"),
        (RollingYears(2, end_of_year=True), "2023-01-01", "2025-12-31"),
    ],
)
def test_years_end_on_the_same_day_or_with_their_december(policy: ExpiryPolicy, earned: str, last: str) -> None:
    assert policy.last_spendable_day(Day(earned)) == last


@pytest.mark.parametrize(
    ("policy", "earned", "last"),
    [
        (FixedDate(12, 31, grace_days=15), "2022-06-01", "2023-01-15"),
        # Earned in the grace of last year's date, it has this year's: grace moves the end, not the date.
        (FixedDate(12, 31, grace_days=15), "2023-01-10", "2024-01-15"),
        (RollingMonths(1, grace_days=1), "2024-01-31", "2024-03-01"),
        (RollingMonths(1, grace_days=1), "2023-01-31", "2023-03-01"),
        (RollingYears(1, end_of_year=True, grace_days=31), "2022-05-05", "2024-01-31"),
        (RollingDays(30, grace_days=7), "2022-06-01", "2022-07-08"),
        (RollingDays(0, grace_days=1), "2024-02-28", "2024-02-29"),
    ],
)
def test_grace_counts_days_after_the_policys_own_day(policy: ExpiryPolicy, earned: str, last: str) -> None:
    assert policy.last_spendable_day(Day(earned)) == last


def test_twelve_months_from_6_july_2020_lapse_with_the_first_instant_of_august_2021() -> None:
    last = RollingMonths(12).last_spendable_day(Day("2020-07-06"))
    assert last is not None
    assert end_of_day(last, SHANGHAI) == start_of_day(Day("2021-08-01"), SHANGHAI) == "2021-07-31T16:00:00.000000Z"


@pytest.mark.parametrize(
    ("zone", "last", "ends_at"),
    [
        ("America/Sao_Paulo", "2017-10-14", "2017-10-15T03:00:00.000000Z"),  # its midnight does not exist
        ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00.000000Z"),  # the 30th does not exist
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00.000000Z"),  # so what is valid to it ends with the 29th
        ("Asia/Pyongyang", "2015-08-14", "2015-08-14T15:30:00.000000Z"),  # that midnight came half an hour later
        ("Europe/London", "2022-03-26", "2022-03-27T00:00:00.000000Z"),
        ("Europe/London", "2022-03-27", "2022-03-27T23:00:00.000000Z"),
        ("Asia/Shanghai", "9999-12-31", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_lot_ends_with_its_last_local_day_however_the_zone_has_changed(zone: str, last: str, ends_at: str) -> None:
    assert end_of_day(Day(last), zone) == ends_at


@given(days, policies)
def test_nothing_lapses_before_it_was_earned(day: Day, policy: ExpiryPolicy) -> None:
    last = policy.last_spendable_day(day)
    assert last is not None
    assert last >= day


@given(days, days, policies)
def test_what_is_earned_later_never_ends_sooner(one: Day, other: Day, policy: ExpiryPolicy) -> None:
    first, second = sorted((one, other))
    assert (policy.last_spendable_day(first) or "") <= (policy.last_spendable_day(second) or "")


@given(days, st.integers(1, 60), graces)
def test_end_of_month_never_ends_sooner_than_the_same_day(day: Day, months: int, grace: int) -> None:
    rounded = RollingMonths(months).last_spendable_day(day)
    exact = RollingMonths(months, end_of_month=False).last_spendable_day(day)
    assert rounded is not None
    assert exact is not None
    assert exact <= rounded == last_day(period_of(exact))
    assert RollingMonths(months, grace_days=grace).last_spendable_day(day) == day_after(rounded, grace)


@given(days, st.integers(0, 10), st.booleans())
def test_years_are_twelve_months_each(day: Day, years: int, end: bool) -> None:
    last = RollingYears(years, end_of_year=end).last_spendable_day(day)
    months = RollingMonths(12 * years, end_of_month=False).last_spendable_day(day)
    assert last == (f"{int(day[:4]) + years}-12-31" if end else months)


# Windows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "day", "name"),
    [
        ("day", "2022-06-30", "2022-06-30"),
        ("week", "2022-06-30", "2022-W26"),
        ("week", "2021-01-03", "2020-W53"),
        ("week", "2021-01-04", "2021-W01"),
        ("week", "2019-12-30", "2020-W01"),
        ("month", "2022-06-30", "2022-06"),
        ("year", "2022-12-31", "2022"),
        ("ever", "2022-12-31", "ever"),
    ],
)
def test_a_window_has_one_name(per: WindowKind, day: str, name: str) -> None:
    assert window(per, Day(day)) == name


@pytest.mark.parametrize(
    ("per", "before", "after"),
    [("day", "2021-12-31", "2022-01-01"), ("month", "2021-12", "2022-01"), ("year", "2021", "2022")],
)
def test_a_window_turns_at_the_midnight_of_the_zone(per: WindowKind, before: str, after: str) -> None:
    last, first = Instant("2021-12-31T15:59:59.999999Z"), Instant("2021-12-31T16:00:00.000000Z")
    assert (window(per, local_day(last, SHANGHAI)), window(per, local_day(first, SHANGHAI))) == (before, after)


@given(days, st.sampled_from(["day", "week", "month", "year", "ever"]))
def test_days_of_a_window_are_neighbours(day: Day, per: WindowKind) -> None:
    """A window is one stretch of days: whoever comes back to its name later has not met another in between."""
    near = [day_after(day, n) for n in range(-8, 9)]
    same = "".join("x" if window(per, other) == window(per, day) else " " for other in near)
    assert same.strip().strip("x") == ""

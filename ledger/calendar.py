"""Local days, months and named expiry policies in an IANA zone: pure, cached, no clock."""

from bisect import bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from ledger.values import Day, Instant, PeriodName, instant

_SMALLEST_STEP: Final = timedelta(microseconds=1)
_LAST_DAY: Final = Day(date.max.isoformat())
_LAST_INSTANT: Final = Instant("9999-12-31T23:59:59.999999Z")


def known_zone(name: str) -> bool:
    """Whether `name` is an IANA zone that this machine's time-zone data knows."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Depending on the name, zoneinfo raises any of these: not found, a path out of its tree, a directory.
        return False
    return True


# Days --------------------------------------------------------------------------------------------------------


def local_day(at: Instant, zone: str) -> Day:
    """The local day in `zone` that `at` falls on: half-open, from its first instant to the next day's."""
    starts, days = _days_within(at[:10], zone)
    return days[bisect_right(starts, at) - 1]


@lru_cache(maxsize=65536)
def start_of_day(day: Day, zone: str) -> Instant:
    """The first instant of the local `day`: local midnight, or where the clocks jump over it, the jump."""
    return instant(_midnight(date.fromisoformat(day), ZoneInfo(zone)))


def end_of_day(day: Day, zone: str) -> Instant:
    """The first instant after the local `day`, exclusive: what is valid to this day is spendable before it."""
    # "9999-12-31" is how other systems write "for ever"; no instant follows it.
    return _LAST_INSTANT if day >= _LAST_DAY else start_of_day(day_after(day, 1), zone)


def at_time(day: Day, shown: str, zone: str) -> Instant:
    """The instant at which clocks show such a time ("18:00") on the local `day`, the first time they do.

    Where they jump over it, the jump; "00:00" is the day's first instant, "24:00" the first after it.
    """
    if shown in {"00:00", "24:00"}:
        return start_of_day(day, zone) if shown == "00:00" else end_of_day(day, zone)
    wall = datetime.fromisoformat(f"{day}T{shown}:00")
    before, after = (wall.replace(tzinfo=ZoneInfo(zone), fold=n).astimezone(UTC) for n in (0, 1))
    return instant(_jump(after, before, wall, ZoneInfo(zone)) if before > after else before)


def day_after(day: Day, n: int) -> Day:
    """The day `n` days later (earlier when negative)."""
    return _day(date.fromisoformat(day) + timedelta(days=n))


def known_day(day: str) -> bool:
    """Whether the calendar has that day, written so."""
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _days_within(utc_day: str, zone: str) -> tuple[tuple[Instant, ...], tuple[Day, ...]]:
    """The local days that touch a UTC day, with their first instants, in order."""
    middle = date.fromisoformat(utc_day)
    around = tuple(_day(middle + timedelta(days=n)) for n in ((-1, 0, 1) if middle < date.max else (-1, 0)))
    return tuple(start_of_day(day, zone) for day in around), around


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which the local date becomes `day` for good."""
    before, after = (datetime(day.year, day.month, day.day, tzinfo=zone, fold=n).astimezone(UTC) for n in (0, 1))
    if before < after and (after - _SMALLEST_STEP).astimezone(zone).date() < day:
        # Clocks set back over midnight show the old day again; its value must not lapse in between.
        return after
    if before > after:
        return _jump(after, before, datetime.combine(day, time.min), zone)
    return before


def _jump(low: datetime, high: datetime, wall: datetime, zone: ZoneInfo) -> datetime:
    """The second in (low, high] from which clocks show `wall` or later, where they never show it."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return high


def _day(value: date) -> Day:
    return Day(value.isoformat())


# Months ------------------------------------------------------------------------------------------------------


def period_of(day: Day) -> PeriodName:
    """The month a day belongs to."""
    return PeriodName(day[:7])


def first_day(period: PeriodName) -> Day:
    """The first day of a month."""
    return Day(period + "-01")


def last_day(period: PeriodName) -> Day:
    """The last day of a month: 28, 29, 30 or 31."""
    return add_months(first_day(period), 0, day_of_month=31)


def next_period(period: PeriodName) -> PeriodName:
    """The month after."""
    return period_of(add_months(first_day(period), 1))


def add_months(day: Day, n: int, *, day_of_month: int | None = None) -> Day:
    """The same day of the month `n` months later, or that month's last: 31 January + 1 month = 28 February."""
    start = date.fromisoformat(day)
    years, month = divmod(start.month - 1 + n, 12)
    return _clamped(start.year + years, month + 1, day_of_month or start.day)


def _clamped(year: int, month: int, day: int) -> Day:
    return _day(date(year, month, min(day, monthrange(year, month)[1])))


# Expiry policies ---------------------------------------------------------------------------------------------


class Never(Struct, frozen=True, forbid_unknown_fields=True, tag_field="policy", tag="never"):
    """The lot has no expiry day of its own."""

    def last_spendable_day(self, earned_on: Day) -> Day | None:  # noqa: ARG002 - every policy answers the same question
        """None: no day is the last."""
        return None


Grace = Annotated[int, Meta(ge=0, le=3660)]
"""Days of grace after a policy's own day, in which the lot can still be spent."""


class FixedDate(Struct, frozen=True, forbid_unknown_fields=True, tag_field="policy", tag="fixed-date"):
    """The next such date on or after the day of earning, "valid to 31 December"; 29 February clamps to the 28th."""

    month: Annotated[int, Meta(ge=1, le=12)]
    day: Annotated[int, Meta(ge=1, le=31)]
    grace_days: Grace = 0

    def last_spendable_day(self, earned_on: Day) -> Day | None:
        """The date itself, spendable until its last local instant, and the days of grace after it."""
        year = int(earned_on[:4])
        this_year = _clamped(year, self.month, self.day)
        nominal = this_year if earned_on <= this_year else _clamped(year + 1, self.month, self.day)
        return day_after(nominal, self.grace_days)


class RollingMonths(Struct, frozen=True, forbid_unknown_fields=True, tag_field="policy", tag="rolling-months"):
    """So many months after the day of earning, rounded up to the month's end unless `end_of_month` is false."""

    months: Annotated[int, Meta(ge=1, le=1200)]
    end_of_month: bool = True
    grace_days: Grace = 0

    def last_spendable_day(self, earned_on: Day) -> Day | None:
        """P12M earned 2020-07-06: 2021-07-31, so it lapses with the first instant of 2021-08-01."""
        nominal = add_months(earned_on, self.months, day_of_month=31 if self.end_of_month else None)
        return day_after(nominal, self.grace_days)


class RollingYears(Struct, frozen=True, forbid_unknown_fields=True, tag_field="policy", tag="rolling-years"):
    """So many years after the day of earning, 29 February clamped to the 28th; or to the end of that year."""

    years: Annotated[int, Meta(ge=0, le=100)]
    end_of_year: bool = False
    grace_days: Grace = 0

    def last_spendable_day(self, earned_on: Day) -> Day | None:
        """Two years to the year's end, earned any day of 2022: 2024-12-31. 0 years without it is that day alone."""
        year = int(earned_on[:4]) + self.years
        month, day = (12, 31) if self.end_of_year else (int(earned_on[5:7]), int(earned_on[8:]))
        return day_after(_clamped(year, month, day), self.grace_days)


class RollingDays(Struct, frozen=True, forbid_unknown_fields=True, tag_field="policy", tag="rolling-days"):
    """So many days after the day of earning; 0 is that day alone."""

    days: Annotated[int, Meta(ge=0, le=36500)]
    grace_days: Grace = 0

    def last_spendable_day(self, earned_on: Day) -> Day | None:
        """The local day of earning + n."""
        return day_after(earned_on, self.days + self.grace_days)


ExpiryPolicy = Never | FixedDate | RollingMonths | RollingYears | RollingDays
"""How long a lot lives: each answers `last_spendable_day(earned_on)`, a local day or None."""

# Windows -----------------------------------------------------------------------------------------------------

WindowKind = Literal["day", "week", "month", "year", "ever"]
"""Over what a limit counts, by the calendar of the ledger's zone; never a sliding number of hours."""


def window(per: WindowKind, day: Day) -> str:
    """The name of the window that holds a local day: `2022-06-30`, `2022-W26`, `2022-06`, `2022`, `ever`."""
    match per:
        case "day":
            return day
        case "week":
            return iso_week(day)
        case "month":
            return period_of(day)
        case "year":
            return day[:4]
        case "ever":
            return "ever"


def iso_week(day: Day) -> str:
    """The ISO 8601 week that holds the day, `2022-W26`: Monday to Sunday."""
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02d}"

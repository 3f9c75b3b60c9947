"""Times: local wall time as sites write it, made an instant by stated rules."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from api.imports.cells import Cell, UnreadableCell
from ledger.values import Day, Instant, instant

_TIME: Final = (
    r"(?P<half>上午|下午)? *(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})分?"
    r"(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?"
)
_TYPED: Final = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[T ]*" + _TIME + r")?"
    r" *(?P<offset>Z|[+-]\d{2}:?\d{2})?"
)
_DIGITS: Final = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?"
)
_CLOCK: Final = re.compile(_TIME)
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9998
"""Of a moment: one of the year after may lie beyond all instants in another zone. A day may be 9999-12-31."""
_NOON: Final = 12
_MIDNIGHT: Final = datetime(_FIRST_YEAR, 1, 1)  # noqa: DTZ001 - only its time of day is used


def day(cell: Cell, *, zone: str) -> Day:
    """The local day that a cell names; a time of day beside it is left out."""
    return Day(_read(cell, zone)[0].date().isoformat())


def wall_time(cell: Cell, *, zone: str) -> datetime:
    """The local date and time, naive, to the second; a date alone stands for 00:00 of that day.

    Excel makes no difference between midnight and a date alone, so neither does this.
    """
    return _placed(_read(cell, zone)[0], cell)


def joined(day_cell: Cell, time_cell: Cell, *, zone: str) -> datetime:
    """Date and time from two columns; a time column that holds both decides alone."""
    clock = _clock(time_cell)
    if clock is None:
        return wall_time(time_cell, zone=zone)
    return _placed(datetime.combine(_read(day_cell, zone)[0].date(), clock), day_cell)


def at(local: datetime, *, zone: str) -> Instant:
    """The instant of a local wall time: one that exists twice is its first, one that is skipped moves on by the gap."""
    return instant(local.replace(tzinfo=_zone(zone), fold=0))


def midnight(on: Day, *, zone: str) -> Instant:
    """The first instant of a local day: when something happened of which only the day is known."""
    return at(datetime.fromisoformat(on), zone=zone)


def local_day(local: datetime, *, zone: str) -> Day:
    """The day on which a wall time falls, after a skipped time has moved on."""
    here = _zone(zone)
    if local.replace(tzinfo=here, fold=0).utcoffset() == local.replace(tzinfo=here, fold=1).utcoffset():
        return Day(local.date().isoformat())
    aware = datetime.fromisoformat(at(local, zone=zone))
    return Day(aware.astimezone(here).date().isoformat())


def _placed(moment: datetime, cell: Cell) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise UnreadableCell(cell)
    return moment


@lru_cache(maxsize=64)
def _zone(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def _read(cell: Cell, zone: str) -> tuple[datetime, bool]:
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0), True
    if isinstance(cell, date):
        return datetime.combine(cell, time()), False
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _from_number(cell)
    if isinstance(cell, str):
        return _from_text(cell, zone)
    raise UnreadableCell(cell)


def _from_number(cell: float) -> tuple[datetime, bool]:
    """20220601 typed as a number is a day; a bare serial such as 44713.25 may count from 1900 or 1904: not guessed."""
    match = _DIGITS.fullmatch(str(int(cell))) if float(cell).is_integer() else None
    if match is None:
        raise UnreadableCell(cell)
    return _build(match, cell)


def _from_text(cell: str, zone: str) -> tuple[datetime, bool]:
    typed = unicodedata.normalize("NFKC", cell).strip()
    match = _TYPED.fullmatch(typed) or _DIGITS.fullmatch(typed)
    if match is None:
        raise UnreadableCell(cell)
    moment, has_time = _build(match, cell)
    offset = match.groupdict().get("offset")
    if offset is None:
        return moment, has_time
    if not has_time:
        raise UnreadableCell(cell)
    try:
        return _shifted(moment, offset).astimezone(_zone(zone)).replace(tzinfo=None), True
    except (ValueError, OverflowError):
        raise UnreadableCell(cell) from None


def _shifted(moment: datetime, offset: str) -> datetime:
    return datetime.fromisoformat(moment.isoformat() + ("+00:00" if offset == "Z" else offset))


def _build(match: re.Match[str], cell: Cell) -> tuple[datetime, bool]:
    parts = match.groupdict()
    if int(parts["year"]) < _FIRST_YEAR:
        raise UnreadableCell(cell)
    try:
        on = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        clock = _time_of(parts) if parts.get("hour") else time()
    except ValueError:
        raise UnreadableCell(cell) from None
    return datetime.combine(on, clock), bool(parts.get("hour"))


def _time_of(parts: dict[str, str | None]) -> time:
    hour = int(parts["hour"] or 0)
    half = parts.get("half")
    if half and not 1 <= hour <= _NOON:
        raise ValueError(half)
    if half:
        hour = hour % _NOON + (_NOON if half == "下午" else 0)
    return time(hour, int(parts["minute"] or 0), int(parts["second"] or 0))


def _clock(cell: Cell) -> time | None:
    """The cell as a time of day alone, or None if it is something else."""
    if isinstance(cell, time):
        return cell.replace(microsecond=0)
    if isinstance(cell, timedelta):
        return (_MIDNIGHT + cell).time() if timedelta() <= cell < timedelta(days=1) else None
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", cell).strip()) if isinstance(cell, str) else None
    try:
        return _time_of(match.groupdict()) if match else None
    except ValueError:
        return None

"""Moments as people type them: an instant, a local time, or a day, which means its end."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ledger.calendar import end_of_day, start_of_day
from ledger.refusals import Malformed
from ledger.values import Day, Instant, instant
from ledger.values import moment as moment_of

LATEST: Final = "9998-01-01T00:00:00.000000Z"
"""Beyond it nothing can be said of the day after; the API has the same end."""


def upto(said: str, zone: str) -> Instant:
    """The last instant that counts: of a day its last, an instant itself. Raises Malformed."""
    end = until(said, zone)
    return instant(moment_of(end) - timedelta(microseconds=1)) if len(said) == len("2022-06-30") else end


def since(said: str, zone: str) -> Instant:
    """The instant from which something counts: `2022-06-30` is its first. Raises Malformed."""
    end = until(said, zone)
    try:
        return start_of_day(Day(said), zone) if len(said) == len("2022-06-30") else end
    except OverflowError:
        raise Malformed(errors=[f"{said}: before all calendars"]) from None


def until(said: str, zone: str) -> Instant:
    """The instant up to which something counts: `2022-06-30` is all of that local day. Raises Malformed."""
    try:
        end = _end(said, zone)
    except (ValueError, OverflowError):
        # The first and the last hours of the calendar have no instant in every zone.
        raise Malformed(errors=[f"{said}: 2022-06-30, 2022-06-30T18:00 or 2022-06-30T10:00:00Z"]) from None
    if end >= LATEST:
        raise Malformed(errors=[f"{said}: before {LATEST}"])
    return end


def _end(said: str, zone: str) -> Instant:
    if len(said) == len("2022-06-30"):
        return end_of_day(Day(datetime.fromisoformat(said).date().isoformat()), zone)
    moment = datetime.fromisoformat(said)
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))

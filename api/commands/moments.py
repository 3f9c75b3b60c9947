"""Moments as people type them: an instant, a local time, or a day, which means its end."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.calendar import end_of_day, start_of_day
from ledger.refusals import Malformed
from ledger.values import Day, Instant, instant
from ledger.values import moment as moment_of


def upto(said: str, zone: str) -> Instant:
    """The last instant that counts: of a day its last, an instant itself. Raises Malformed."""
    end = until(said, zone)
    return instant(moment_of(end) - timedelta(microseconds=1)) if len(said) == len("2022-06-30") else end


def since(said: str, zone: str) -> Instant:
    """The instant from which something counts: `2022-06-30` is its first. Raises Malformed."""
    end = until(said, zone)
    return start_of_day(Day(said), zone) if len(said) == len("2022-06-30") else end


def until(said: str, zone: str) -> Instant:
    """The instant up to which something counts: `2022-06-30` is all of that local day. Raises Malformed."""
    try:
        if len(said) == len("2022-06-30"):
            return end_of_day(Day(datetime.fromisoformat(said).date().isoformat()), zone)
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Malformed(errors=[f"{said}: 2022-06-30, 2022-06-30T18:00 or 2022-06-30T10:00:00Z"]) from None
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))

"""Moments as people type them: an instant, a local time, or a day, which means its end."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.calendar import end_of_day
from ledger.refusals import Malformed
from ledger.values import Day, Instant, instant


def until(said: str, zone: str) -> Instant:
    """The instant up to which something counts: `2022-06-30` is all of that local day. Raises Malformed."""
    try:
        if len(said) == len("2022-06-30"):
            return end_of_day(Day(datetime.fromisoformat(said).date().isoformat()), zone)
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Malformed(errors=[f"{said}: 2022-06-30, 2022-06-30T18:00 or 2022-06-30T10:00:00Z"]) from None
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))

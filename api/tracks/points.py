"""One fix from the texts of its time and place: read exactly, and whatever is wrong with it named."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from api.bodies.geojson import E7, e7_of
from api.tracks.datum import wgs84_of
from ledger.patrols.entities import Datum
from ledger.refusals import Malformed, TooLarge
from ledger.values import Instant, moment
from ledger.vault.tracks import MOST_FIXES, Fix

MOST_COMPLAINTS: Final = 100
"""Bad points that are named one by one; a file that has more of them is not a track."""
AHEAD_SECONDS: Final = 60
"""How far a phone's clock may be ahead of ours: what lies further in the future was not walked."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,30})?", re.ASCII)
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,30})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


class Reader:
    """Collects fixes in WGS-84 and complaints; `fixes` hands out the first or raises the second."""

    def __init__(self, datum: Datum, now: Instant, *, time: str = "at") -> None:
        """Places are of that datum; `now` is the ledger's time, `time` what the format calls that of a fix."""
        self._time = time
        self._datum = datum
        self._until_us = _microseconds(moment(now)) + AHEAD_SECONDS * 1_000_000
        self._fixes: list[Fix] = []
        self._complaints: list[str] = []
        self._bad = 0

    def take(self, pointer: str, lon: object, lat: object, at: object) -> None:
        """One fix, `pointer` saying which; None for what is missing. Raises TooLarge for one too many."""
        if len(self._fixes) >= MOST_FIXES:
            raise TooLarge(limit=MOST_FIXES)
        east, wrong_east = _degrees(lon, 180)
        north, wrong_north = _degrees(lat, 90)
        at_us, wrong_at = _time(at, self._until_us)
        wrong = {"lon": wrong_east, "lat": wrong_north, self._time: wrong_at}
        if complaints := [f"{pointer}/{name}: {code}" for name, code in wrong.items() if code]:
            self.complain(*complaints)
            return
        self._fixes.append(Fix(at_us, *wgs84_of((east, north), self._datum)))

    def complain(self, *complaints: str) -> None:
        """Something is wrong with one more point."""
        self._bad += 1
        if self._bad <= MOST_COMPLAINTS:
            self._complaints += complaints

    def fixes(self) -> list[Fix]:
        """Everything that was taken. Raises Malformed with every bad point, and their number where they are many."""
        if self._bad > MOST_COMPLAINTS:
            self._complaints.append(f": {self._bad} bad points")
        if self._complaints:
            raise Malformed(errors=self._complaints)
        return self._fixes


def _degrees(said: object, most: int) -> tuple[int, str]:
    """Degrees in 1e-7, and what is wrong with them. Digit by digit: a float would round what a receiver said."""
    if said is None:
        return 0, "missing"
    text = str(said) if type(said) is int else said
    found = _DEGREES.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return 0, "wrong-form"
    value = e7_of(found.group().lstrip("+"))
    return (value, "") if abs(value) <= most * E7 else (0, "number-out-of-range")


def _time(said: object, until_us: int) -> tuple[int, str]:
    """Microseconds since 1970, and what is wrong: a local time without its offset says nothing."""
    if said is None:
        return 0, "missing"
    found = _TIME.fullmatch(said.strip()) if isinstance(said, str) else None
    if found is None:
        return 0, "wrong-form"
    seconds, fraction, zone = found.groups()
    try:
        read = datetime.fromisoformat(seconds + (fraction or "")[:7] + zone)
        at_us = _microseconds(read)
    except (ValueError, OverflowError):
        return 0, "wrong-form"
    if at_us < 0:
        return 0, "number-out-of-range"
    return at_us, "future" if at_us > until_us else ""


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND

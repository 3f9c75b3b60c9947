"""WGS-84 and GCJ-02: what a receiver says, and where Chinese maps and phones show the same place."""

from math import cos, pi, sin, sqrt
from typing import Final

from ledger.patrols.entities import Datum, Position

# Who made the shift never published it. These constants (the ellipsoid is Krasovsky's of 1940) and the series below
# are those that map programs have used since 2013; they meet the shifted maps within centimetres.
_SEMI_MAJOR_M: Final = 6_378_245.0
_ECCENTRICITY_SQUARED: Final = 0.006_693_421_622_965_943
_ORIGIN_LON, _ORIGIN_LAT = 105.0, 35.0
_E7: Final = 10_000_000
_WEST, _EAST = 720_040_000, 1_378_347_000
_SOUTH, _NORTH = 8_293_000, 558_271_000
"""The box in which those programs shift: wider than the border, so some of the neighbours too."""
_ENOUGH_DEGREES: Final = 1e-9
_ROUNDS: Final = 30
"""Each leaves less than a hundredth of what was missing: six do, but for the few places where the shift has a cusp."""


def is_shifted(place: Position) -> bool:
    """Whether maps in GCJ-02 show this place somewhere else than WGS-84 has it."""
    return _WEST <= place[0] <= _EAST and _SOUTH <= place[1] <= _NORTH


def gcj02_of(place: Position) -> Position:
    """Where GCJ-02 shows a place of WGS-84; outside China, where it is."""
    if not is_shifted(place):
        return place
    east, north = _shift(place[0] / _E7, place[1] / _E7)
    return round(place[0] + east * _E7), round(place[1] + north * _E7)


def wgs84_of(place: Position, datum: Datum) -> Position:
    """A place of that datum in WGS-84, good to a centimetre or two; outside China, where it is.

    The shift has no inverse in closed form: the place is moved until GCJ-02 shows it where it was said to be.
    """
    if datum == "wgs-84" or not is_shifted(place):
        return place
    said_lon, said_lat = place[0] / _E7, place[1] / _E7
    lon, lat = said_lon, said_lat
    for _ in range(_ROUNDS):
        east, north = _shift(lon, lat)
        missing_lon, missing_lat = said_lon - lon - east, said_lat - lat - north
        lon, lat = lon + missing_lon, lat + missing_lat
        if abs(missing_lon) < _ENOUGH_DEGREES and abs(missing_lat) < _ENOUGH_DEGREES:
            break
    return round(lon * _E7), round(lat * _E7)


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """By how many degrees GCJ-02 shows this place further east and north."""
    x, y = lon - _ORIGIN_LON, lat - _ORIGIN_LAT
    a, b = pi * x, pi * y
    root, ripple = sqrt(abs(x)), 20 * sin(6 * a) + 20 * sin(2 * a)
    waves_east = ripple + 20 * sin(a) + 40 * sin(a / 3) + 150 * sin(a / 12) + 300 * sin(a / 30)
    waves_north = ripple + 20 * sin(b) + 40 * sin(b / 3) + 160 * sin(b / 12) + 320 * sin(b / 30)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves_east * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves_north * 2 / 3
    latitude = lat * pi / 180
    slope = 1 - _ECCENTRICITY_SQUARED * sin(latitude) ** 2
    metres_north = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (slope * sqrt(slope)) * pi / 180
    metres_east = _SEMI_MAJOR_M / sqrt(slope) * cos(latitude) * pi / 180
    return east / metres_east, north / metres_north

"""The route of the made-up patrols, their seven tracks, and walks that a test makes up itself."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from api.tracks.gpx import read_gpx
from ledger.patrols.entities import Datum, PatrolPoint
from ledger.values import Instant, instant
from ledger.vault import Fix

DATA: Final = Path(__file__).parent.parent / "patrols" / "data"
LATER: Final = Instant("2022-06-20T00:00:00.000000Z")
ORIGIN: Final = (1_206_489_000, 280_085_000)
"""Patrol point 1 of 松台-2."""
START: Final = 1_655_203_320_000_000
"""18:42 of the evening, as microseconds since 1970."""
EAST_E7: Final = 101.66
"""1e-7 degrees that are a metre eastward there, less a tenth of a millimetre for what rounding adds."""


def songtai() -> tuple[PatrolPoint, ...]:
    """松台-2 from its file, by a reader of a few lines."""
    collection = json.loads((DATA / "route-songtai-2.geojson").read_text(encoding="utf-8"))
    return tuple(
        PatrolPoint(
            number=feature["properties"]["patrol_point"],
            lon_e7=round(feature["geometry"]["coordinates"][0] * 1e7),
            lat_e7=round(feature["geometry"]["coordinates"][1] * 1e7),
            radius_m=feature["properties"]["radius_m"],
        )
        for feature in collection["features"]
        if feature["geometry"]["type"] == "Point"
    )


def track(name: str, datum: Datum = "wgs-84") -> list[Fix]:
    """One of the seven."""
    return read_gpx((DATA / f"{name}.gpx").read_bytes(), datum, LATER)


def eastward(metres: Sequence[float], *, every: float = 10.0, start_us: int = START) -> list[Fix]:
    """Fixes so many metres east of point 1, one every so many seconds."""
    return [
        Fix(start_us + round(number * every * 1_000_000), ORIGIN[0] + round(metre * EAST_E7), ORIGIN[1])
        for number, metre in enumerate(metres)
    ]


def at_point(number: int, *, metres_east: int, radius_m: int = 40) -> PatrolPoint:
    """A patrol point so far east of point 1."""
    return PatrolPoint(
        number=number, lon_e7=ORIGIN[0] + round(metres_east * EAST_E7), lat_e7=ORIGIN[1], radius_m=radius_m
    )


def when(text: str) -> Instant:
    """An instant from a shorter spelling."""
    return instant(datetime.fromisoformat(text))

"""A route's GeoJSON as the ledger takes it: patrol points by number and a line, in 1e-7 degrees of WGS-84."""

from collections.abc import Sequence
from typing import Final

from api.bodies.patrols import CollectionBody, FeatureBody, LineGeometry, PointGeometry, RouteBody
from api.tracks.datum import wgs84_of
from ledger.patrols.entities import Datum, PatrolPoint, Position
from ledger.refusals import Malformed

E7: Final = 10_000_000
_DIGITS: Final = 7
_BOUNDS: Final = (180 * E7, 90 * E7)


def e7_of(said: str | int) -> int:
    """Degrees as they were written, in whole 1e-7 degrees; half of one is rounded away from zero."""
    text = str(said)
    whole, _, rest = text.lstrip("-").partition(".")
    digits = rest.ljust(_DIGITS + 1, "0")
    value = int(whole) * E7 + int(digits[:_DIGITS]) + (digits[_DIGITS] >= "5")
    return -value if text.startswith("-") else value


def degrees(e7: int) -> str:
    """The same as a JSON number of at most seven decimals, without a float in between."""
    whole, rest = divmod(abs(e7), E7)
    text = f"{whole}.{rest:07d}".rstrip("0").rstrip(".")
    return f"-{text}" if e7 < 0 else text


def datum_of(body: RouteBody) -> Datum:
    """The datum that the body or the GeoJSON names. Raises Malformed where neither does, or both and differently."""
    if body.datum is None and body.geojson.datum is None:
        raise Malformed(errors=["/datum: missing"])
    if body.datum is not None and body.geojson.datum not in {None, body.datum}:
        raise Malformed(errors=["/geojson/datum: unknown-value"])
    return DATUMS[body.datum or body.geojson.datum or ""]


DATUMS: Final[dict[str, Datum]] = {"WGS-84": "wgs-84", "GCJ-02": "gcj-02"}
"""As callers write them → as facts do."""
NAMES: Final[dict[Datum, str]] = {kept: said for said, kept in DATUMS.items()}


def position(said: Sequence[str | int], datum: Datum, pointer: str) -> Position:
    """Longitude and latitude in WGS-84; a height is left out. Raises Malformed for what lies off the globe."""
    place = (e7_of(said[0]), e7_of(said[1]))
    for index, (value, bound) in enumerate(zip(place, _BOUNDS, strict=True)):
        if abs(value) > bound:
            raise Malformed(errors=[f"{pointer}/{index}: number-out-of-range"])
    return wgs84_of(place, datum)


def points_of(collection: CollectionBody, datum: Datum) -> tuple[PatrolPoint, ...]:
    """The patrol points by number. Raises Malformed where a point has no number or no radius."""
    points = [
        _point(feature, feature.geometry, datum, f"/geojson/features/{place}")
        for place, feature in enumerate(collection.features)
        if isinstance(feature.geometry, PointGeometry)
    ]
    return tuple(sorted(points, key=lambda point: point.number))


def _point(feature: FeatureBody, geometry: PointGeometry, datum: Datum, pointer: str) -> PatrolPoint:
    said = feature.properties
    if said is None or said.patrol_point is None:
        raise Malformed(errors=[f"{pointer}/properties/patrol_point: missing"])
    if said.radius_m is None:
        raise Malformed(errors=[f"{pointer}/properties/radius_m: missing"])
    lon, lat = position(geometry.coordinates, datum, f"{pointer}/geometry/coordinates")
    return PatrolPoint(number=said.patrol_point, lon_e7=lon, lat_e7=lat, radius_m=said.radius_m, name=said.name)


def line_of(collection: CollectionBody, datum: Datum) -> tuple[Position, ...]:
    """The line of the route, empty where none is drawn. Raises Malformed for a second one."""
    lines = [
        (place, feature.geometry)
        for place, feature in enumerate(collection.features)
        if isinstance(feature.geometry, LineGeometry)
    ]
    if len(lines) > 1:
        raise Malformed(errors=[f"/geojson/features/{lines[1][0]}: invalid"])
    return tuple(
        position(said, datum, f"/geojson/features/{place}/geometry/coordinates/{index}")
        for place, line in lines
        for index, said in enumerate(line.coordinates)
    )

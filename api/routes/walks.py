"""Reads of routes: patrol points and the way between them, as GeoJSON."""

from typing import Any, Final

import msgspec

from api.bodies.geojson import NAMES, degrees
from api.routes.reading import PAGE, Asked, Read, entities
from ledger.patrols.entities import PatrolPoint, Position, Route


def coordinates(lon_e7: int, lat_e7: int) -> list[msgspec.Raw]:
    """Longitude and latitude as JSON numbers, to the digit."""
    return [msgspec.Raw(degrees(lon_e7).encode()), msgspec.Raw(degrees(lat_e7).encode())]


def point_feature(point: PatrolPoint) -> dict[str, Any]:
    """A patrol point as a GeoJSON feature, with the properties that publishing takes."""
    properties: dict[str, Any] = {"patrol_point": point.number, "radius_m": point.radius_m}
    if point.name is not None:
        properties["name"] = point.name
    geometry = {"type": "Point", "coordinates": coordinates(point.lon_e7, point.lat_e7)}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def line_feature(line: tuple[Position, ...]) -> dict[str, Any]:
    """The way between the points."""
    geometry = {"type": "LineString", "coordinates": [coordinates(*place) for place in line]}
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def route_object(id: str, route: Route) -> dict[str, Any]:
    """A route as shown: whatever it was drawn in, the GeoJSON is WGS-84, as RFC 7946 wants it."""
    features = [point_feature(point) for point in route.points]
    features += [line_feature(route.line)] if route.line else []
    return {
        "id": id,
        "name": route.name,
        "owner": route.owner,
        "claimable_by": route.claimable_by,
        "fund": route.fund,
        "status": "published" if route.retired_at is None else "retired",
        "retired_at": route.retired_at,
        "reason": route.reason,
        "drawn_in": NAMES[route.datum],
        "geojson": {"type": "FeatureCollection", "datum": "WGS-84", "features": features},
    }


def route(asked: Asked) -> dict[str, Any]:
    """One route with its patrol points."""
    id = asked.params["route"]
    return route_object(id, asked.served.ledger.the(Route, id))


def routes(asked: Asked) -> dict[str, Any]:
    """A page of routes by id, without their lines."""
    page, following = entities(asked, Route)
    shown = [route_object(id, msgspec.structs.replace(found, line=())) for id, found in page]
    return {"routes": shown, "next": following}


READS: Final = (
    Read(path="/routes", show=routes, own=True, summary="The routes 路线", query=PAGE),
    Read(path="/routes/{route}", show=route, own=True, summary="One route 路线详情"),
)

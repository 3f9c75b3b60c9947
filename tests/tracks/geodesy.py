"""The length of a geodesic, by an implementation that is not ours."""

from geographiclib.geodesic import Geodesic

from ledger.patrols.entities import Position


def metres(one: Position, other: Position) -> float:
    """From one place to another over the ellipsoid of WGS-84."""
    (lon1, lat1), (lon2, lat2) = one, other
    return float(Geodesic.WGS84.Inverse(lat1 / 1e7, lon1 / 1e7, lat2 / 1e7, lon2 / 1e7)["s12"])

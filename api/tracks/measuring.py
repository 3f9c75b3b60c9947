"""What a track says about a patrol, in whole numbers: a pure function of fixes, patrol points and the scheme's windows.

GPS noise makes single steps meaningless: no length and no speed here is a sum of raw steps.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, cos, hypot, pi, radians, sin, sqrt
from typing import Final, NamedTuple, Protocol

from ledger.patrols.entities import PatrolPoint
from ledger.reviews.facts import Measured, Passed
from ledger.vault.tracks import Fix, tidy

SMOOTHING_SECONDS: Final = 20
"""A position is the mean of the fixes so near in time on either side: 11 km of raw steps are 7.9 km walked."""
STEP_SECONDS: Final = 10
"""The shortest time over which a step has a speed: in one second, noise of 10 m would look like 36 km/h."""
_SECOND: Final = 1_000_000
_HALF_TURN: Final = 1_800_000_000
_SEMI_MAJOR_M: Final = 6_378_137.0
_ECCENTRICITY_SQUARED: Final = 0.006_694_379_990_14
"""WGS 84 (NIMA TR8350.2)."""
_KMH: Final = 3.6
_HAIR: Final = 1e-6
"""What should be 8 may come out a hair above as a float: nobody is faster than allowed by that."""


class Windows(Protocol):
    """What of a scheme's rules a measure depends on; its limits are for whoever judges."""

    @property
    def window_seconds(self) -> int:
        """Over how long a speed is averaged."""
        ...

    @property
    def implausible_kmh(self) -> int:
        """Faster than this between two fixes, nobody was where the line between them runs."""
        ...


class Spot(NamedTuple):
    """A position: seconds since the first fix, metres east and north of it."""

    at: float
    x: float
    y: float


class Step(NamedTuple):
    """From one fix to the next: how long, and whether the straight line between them is where somebody walked."""

    metres: float
    walked: bool


class Peak(NamedTuple):
    """The largest of something, and at which fix it was found."""

    value: float
    at: int


def measure(fixes: Iterable[Fix], points: Sequence[PatrolPoint], windows: Windows) -> Measured | None:
    """The measures of a track, however it is sorted and whatever it holds twice; None without a single fix.

    Distances, speeds and gaps are rounded up, seconds down: exactly at a limit passes, anything beyond does not.
    """
    track = tidy(fixes)
    if not track:
        return None
    spots = _spots(track)
    smooth = _smoothed(spots)
    steps = _steps(spots, windows)
    speed, step, gap = _fastest(smooth, windows.window_seconds), _fastest_step(spots), _longest_gap(spots)
    return Measured(
        first_at=track[0].at,
        last_at=track[-1].at,
        seconds=(track[-1].at_us - track[0].at_us) // _SECOND,
        points=_first_lap(points, track, steps),
        fastest_kmh=_up(speed.value * _KMH),
        fastest_step_kmh=_up(step.value * _KMH),
        longest_gap_seconds=_up(gap.value),
        fixes=len(track),
        walked_m=round(sum(hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(smooth))),
        fastest_at=track[speed.at].at if speed.value else None,
        fastest_step_at=track[step.at].at if step.value else None,
        longest_gap_at=track[gap.at].at if gap.value else None,
    )


# Places ------------------------------------------------------------------------------------------------------


def _metres(lat_e7: int) -> tuple[float, float]:
    """How long 1e-7 degree is there, east and north: the ellipsoid's radii of curvature.

    A patrol is a few kilometres long: over ten, this and a geodesic differ by less than a thousandth.
    """
    latitude = radians(lat_e7 / 1e7)
    slope = 1 - _ECCENTRICITY_SQUARED * sin(latitude) ** 2
    unit = pi / 180 / 1e7
    east = _SEMI_MAJOR_M / sqrt(slope) * cos(latitude) * unit
    return east, _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (slope * sqrt(slope)) * unit


def _eastward(lon_e7: int) -> int:
    """A difference of longitudes the short way round."""
    return (lon_e7 + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN


def _spots(track: Sequence[Fix]) -> list[Spot]:
    first = track[0]
    east, north = _metres(first.lat_e7)
    return [
        Spot(
            (fix.at_us - first.at_us) / _SECOND,
            _eastward(fix.lon_e7 - first.lon_e7) * east,
            (fix.lat_e7 - first.lat_e7) * north,
        )
        for fix in track
    ]


def _smoothed(spots: Sequence[Spot]) -> list[Spot]:
    """Each position as the mean of those near it in time: noise goes, the way stays."""
    smooth: list[Spot] = []
    start = end = 0
    x = y = 0.0
    for spot in spots:
        while end < len(spots) and spots[end].at <= spot.at + SMOOTHING_SECONDS:
            x, y, end = x + spots[end].x, y + spots[end].y, end + 1
        while spots[start].at < spot.at - SMOOTHING_SECONDS:
            x, y, start = x - spots[start].x, y - spots[start].y, start + 1
        smooth.append(Spot(spot.at, x / (end - start), y / (end - start)))
    return smooth


# Patrol points -------------------------------------------------------------------------------------------------


def _steps(spots: Sequence[Spot], windows: Windows) -> list[Step]:
    """The steps of a track. Over a longer silence, or a jump of the receiver, no line says where somebody was."""
    steps: list[Step] = []
    for a, b in pairwise(spots):
        metres = hypot(b.x - a.x, b.y - a.y)
        plausible = metres * _KMH <= windows.implausible_kmh * max(b.at - a.at, STEP_SECONDS)
        steps.append(Step(metres, plausible and b.at - a.at <= windows.window_seconds))
    return steps


def _first_lap(points: Sequence[PatrolPoint], track: Sequence[Fix], steps: Sequence[Step]) -> tuple[Passed, ...]:
    """Each point with its passage on the first lap, which begins where the first of them is passed.

    Whoever crosses a later point on his way to the first one passes it again in its turn, and passing again is no
    fault; one that is passed on the way there alone keeps that passage.
    """
    passed: list[Passed] = []
    begun = 0
    for point in points:
        distances = _distances(point, track, steps)
        within = [at for at, distance in enumerate(distances) if distance <= point.radius_m + _HAIR]
        first = next((at for at in within if at >= begun), within[0] if within else None)
        if first is not None and not any(item.passed_at for item in passed):
            begun = first
        passed.append(Passed(point.number, None if first is None else track[first].at, _up(min(distances))))
    return tuple(passed)


def _distances(point: PatrolPoint, track: Sequence[Fix], steps: Sequence[Step]) -> list[float]:
    """How near the track had come to a patrol point since the fix before, at each fix.

    The way between two fixes counts, not the fixes alone: a phone that saves its battery says one a minute, which is
    80 m of walking, and who passes through the middle of a circle of 40 m may have no fix in it.
    """
    east, north = _metres(point.lat_e7)
    xs = [_eastward(fix.lon_e7 - point.lon_e7) * east for fix in track]
    ys = [(fix.lat_e7 - point.lat_e7) * north for fix in track]
    distances = list(map(hypot, xs, ys))
    # Farther away than the step is long, its line cannot come near enough to matter.
    reach = max(min(distances), float(point.radius_m))
    lines = [at for at, step in enumerate(steps) if step.walked and distances[at] - step.metres <= reach]
    for at in lines:
        distances[at + 1] = min(distances[at + 1], _to_line(xs[at], ys[at], xs[at + 1], ys[at + 1]))
    return distances


def _to_line(ax: float, ay: float, bx: float, by: float) -> float:
    """How near the origin the line from a to b comes."""
    dx, dy = bx - ax, by - ay
    squared = dx * dx + dy * dy
    along = 0.0 if squared == 0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / squared))
    return hypot(ax + along * dx, ay + along * dy)


# Speeds and silences -------------------------------------------------------------------------------------------


def _fastest(spots: Sequence[Spot], seconds: int) -> Peak:
    """The highest speed over so many seconds, straight from end to end, and where that window begins."""
    fastest, start = Peak(0.0, 0), 0
    for end, spot in enumerate(spots):
        while start + 1 < end and spots[start + 1].at <= spot.at - seconds:
            start += 1
        if spots[start].at <= spot.at - seconds and (speed := _speed(spots[start], spot)) > fastest.value:
            fastest = Peak(speed, start)
    return fastest


def _fastest_step(spots: Sequence[Spot]) -> Peak:
    """The highest speed of one step, and the fix it leads to."""
    fastest, start = Peak(0.0, 0), 0
    for end, spot in enumerate(spots):
        while start + 1 < end and spots[start + 1].at <= spot.at - STEP_SECONDS:
            start += 1
        if (speed := _speed(spots[start], spot)) > fastest.value:
            fastest = Peak(speed, end)
    return fastest


def _speed(a: Spot, b: Spot) -> float:
    """Metres a second; of less time than a step takes, as if it had taken that."""
    return hypot(b.x - a.x, b.y - a.y) / max(b.at - a.at, STEP_SECONDS)


def _longest_gap(spots: Sequence[Spot]) -> Peak:
    """The longest time between two fixes, and the fix before it."""
    gaps = (Peak(b.at - a.at, index) for index, (a, b) in enumerate(pairwise(spots)))
    return max(gaps, default=Peak(0.0, 0), key=lambda gap: gap.value)


# Whole numbers -------------------------------------------------------------------------------------------------


def _up(value: float) -> int:
    return ceil(value - _HAIR)

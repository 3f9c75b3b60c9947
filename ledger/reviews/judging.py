"""What speaks against a patrol, by what was measured in its track: pure, every reason and no other (S03)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from ledger.reviews.facts import Finding, FindingCode, Measured
from ledger.scheme.patrolling import Patrols
from ledger.values import Instant, later

UNDECIDED: Final[frozenset[FindingCode]] = frozenset(
    {"implausible-speed", "gap", "same-recording", "no-track", "by-scheme"}
)
"""What the machine must not decide: one of these, and a person sees everything that was found."""
_MINUTE: Final = 60
_HOUR: Final = 3600


class Point(Protocol):
    """A patrol point of a route."""

    @property
    def number(self) -> int:
        """From 1."""
        ...

    @property
    def radius_m(self) -> int:
        """How near one must come."""
        ...


class Slot(Protocol):
    """The time in which a patrol must begin."""

    @property
    def opens_at(self) -> Instant:
        """Its first instant."""
        ...

    @property
    def closes_at(self) -> Instant:
        """The first instant after it."""
        ...


def judge(
    measured: Measured | None, points: Iterable[Point], slot: Slot, rules: Patrols, elsewhere: int = 0
) -> tuple[Finding, ...]:
    """Every reason why the patrol is not simply approved, in one order; none: it is.

    `points` are those of the route, `slot` is the task's. Exactly at a limit passes. Without a track there is nothing
    to hold against anything. `elsewhere` counts the other patrols for which the same recording was handed in: two
    people may have walked together with one telephone, so a person decides.
    """
    found = _findings(measured, points, slot, rules) if measured is not None else (Finding("no-track"),)
    return (*found, *_shared(elsewhere), *_by_scheme(rules))


def needs_person(findings: Iterable[Finding]) -> bool:
    """Whether the machine must leave it to a person."""
    return any(finding.code in UNDECIDED for finding in findings)


def awaited_until_at(finished_at: Instant, rules: Patrols) -> Instant:
    """From when on a finished patrol without a track goes to a person, and is reviewed without one."""
    return later(finished_at, seconds=rules.track_hours * _HOUR)


def _findings(measured: Measured, points: Iterable[Point], slot: Slot, rules: Patrols) -> Iterator[Finding]:
    yield from _too_short(measured, rules)
    yield from _outside(measured, slot)
    yield from _missed(measured, points)
    if rules.in_order:
        yield from _out_of_order(measured)
    yield from _speed(measured, rules)
    yield from _gap(measured, rules)


def _shared(elsewhere: int) -> Iterator[Finding]:
    if elsewhere:
        yield Finding("same-recording", measured=elsewhere)


def _by_scheme(rules: Patrols) -> Iterator[Finding]:
    if rules.reviewed_by == "person":
        yield Finding("by-scheme")


def _too_short(measured: Measured, rules: Patrols) -> Iterator[Finding]:
    minutes = measured.seconds // _MINUTE
    if minutes < rules.min_minutes:
        yield Finding("too-short", measured=minutes, limit=rules.min_minutes)


def _outside(measured: Measured, slot: Slot) -> Iterator[Finding]:
    if not slot.opens_at <= measured.first_at < slot.closes_at:
        yield Finding("outside-slot", at=measured.first_at)


def _missed(measured: Measured, points: Iterable[Point]) -> Iterator[Finding]:
    passed = {item.number: item for item in measured.points}
    for point in points:
        item = passed[point.number]
        if item.passed_at is None:
            yield Finding("point-missed", point=point.number, measured=item.nearest_m, limit=point.radius_m)


def _out_of_order(measured: Measured) -> Iterator[Finding]:
    """As few points as explain the order: who takes 2 to 6 and then 1 has one point out of order, not five."""
    passed = sorted((item.number, item.passed_at) for item in measured.points if item.passed_at is not None)
    in_order = _longest_rise([at for _, at in passed])
    for index, (number, at) in enumerate(passed):
        if index not in in_order:
            yield Finding("out-of-order", point=number, at=at)


def _longest_rise(instants: list[Instant]) -> set[int]:
    """Indices of a longest sequence that never falls: two points passed at once are in order either way."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for index, at in enumerate(instants):
        place = bisect_right([instants[end] for end in ends], at)
        before[index] = ends[place - 1] if place else None
        ends[place : place + 1] = [index]
    rise: set[int] = set()
    index_or_none = ends[-1] if ends else None
    while index_or_none is not None:
        rise.add(index_or_none)
        index_or_none = before[index_or_none]
    return rise


def _speed(measured: Measured, rules: Patrols) -> Iterator[Finding]:
    """A jump of the receiver explains the fast windows around it: one of the two is said, never both."""
    if measured.fastest_step_kmh > rules.implausible_kmh:
        yield Finding(
            "implausible-speed",
            measured=measured.fastest_step_kmh,
            limit=rules.implausible_kmh,
            at=measured.fastest_step_at,
        )
    elif measured.fastest_kmh > rules.max_kmh:
        yield Finding("too-fast", measured=measured.fastest_kmh, limit=rules.max_kmh, at=measured.fastest_at)


def _gap(measured: Measured, rules: Patrols) -> Iterator[Finding]:
    if measured.longest_gap_seconds > rules.max_gap_seconds:
        yield Finding(
            "gap", measured=measured.longest_gap_seconds, limit=rules.max_gap_seconds, at=measured.longest_gap_at
        )

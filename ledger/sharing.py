"""Sharing a sum in whole units, and the ratios that a part of it must reach: exact, the odd unit for somebody named."""

from collections.abc import Sequence
from typing import NamedTuple


def shared(amount: int, weights: Sequence[int], odd: int = -1) -> tuple[int, ...]:
    """`amount` in proportion to `weights` (≥ 0, not all 0); the place `odd` takes what rounding down leaves over.

    1 : 2 of 10,000.00 yuan is 3,333.33 and, with the odd fen, 6,666.67 (S13).
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError(f"weights of nothing: {tuple(weights)}")
    parts = [amount * weight // whole for weight in weights]
    parts[odd] += amount - sum(parts)
    return tuple(parts)


def running(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """How the first `amount` units of a run are shared: of a longer run nobody has less.

    So each unit of the run is somebody's for ever, and whatever moves units `a` to `b` of it, in any order, moves each
    one's difference between the two: nothing is rounded twice. For two it is `shared`; odd units go to the last ones.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError(f"weights of nothing: {tuple(weights)}")
    parts = []
    for weight in reversed(weights):
        rest = amount * (whole - weight) // whole if whole else 0
        parts.append(amount - rest)
        amount, whole = rest, whole - weight
    return tuple(reversed(parts))


def between(start: int, end: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Whose the units `start` to `end` of a run are: never below zero, and over a whole run exactly its `running`."""
    before, after = running(start, weights), running(end, weights)
    return tuple(late - early for early, late in zip(before, after, strict=True))


def evenly(amount: int, count: int) -> tuple[int, ...]:
    """`amount` in `count` parts that differ by one unit at most; the first ones are the larger (S07)."""
    if count < 1:
        raise ValueError("nobody to share with")
    part, over = divmod(amount, count)
    return (part + 1,) * over + (part,) * (count - over)


class Ratio(NamedTuple):
    """At least `numerator` of each `denominator`: 30 % are (30, 100). Reached exactly is reached."""

    numerator: int
    denominator: int

    def met(self, part: int, whole: int) -> bool:
        """Whether `part` of `whole` is enough; of nothing, nothing is enough."""
        return part * self.denominator >= whole * self.numerator

    def missing(self, part: int, whole: int, *, moves: bool) -> int:
        """How much more there must be of the part, rounded up to the unit.

        `moves`: what is added to the part is added to the whole as well (purchases, S08); else the whole is fixed by a
        budget (S09).
        """
        short = whole * self.numerator - part * self.denominator
        if short <= 0:
            return 0
        pace = self.denominator - self.numerator if moves else self.denominator
        if pace <= 0:
            raise ValueError(f"{self.numerator}/{self.denominator} of a growing whole is never reached")
        return -(-short // pace)


def basis_points(part: int, whole: int) -> int:
    """`part` of `whole` in hundredths of a per cent, rounded to the nearest; whether it is enough only `met` says."""
    return (part * 20_000 + whole) // (2 * whole) if whole else 0


def as_percent(points: int) -> str:
    """Hundredths of a per cent as people read them: `96.15`."""
    return f"{points // 100}.{points % 100:02}"


def percent(part: int, whole: int) -> str | None:
    """`part` of `whole` as `96.15`, rounded to the nearest; None of nothing."""
    return as_percent(basis_points(part, whole)) if whole else None


def apportioned(amount: int, room: Sequence[int]) -> tuple[int, ...]:
    """`amount` in proportion to `room` and never more than it in any place; odd units go to the last that have some.

    What is taken in pieces takes, with the last piece, exactly all.
    """
    whole = sum(room)
    if not 0 <= amount <= whole:
        raise ValueError(f"{amount} does not fit into {tuple(room)}")
    parts = [amount * size // whole for size in room] if whole else [0] * len(room)
    odd = amount - sum(parts)
    for place in reversed(range(len(parts))):
        more = min(odd, room[place] - parts[place])
        parts[place], odd = parts[place] + more, odd - more
    return tuple(parts)

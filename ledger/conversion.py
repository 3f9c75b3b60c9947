"""Rational rates between units: rounded down, so that nobody gains by converting there and back."""

from typing import NamedTuple


class Converted(NamedTuple):
    """What leaves in the one unit and what comes in the other; the rest of what was offered never leaves."""

    taken: int
    given: int


def converted(amount: int, numerator: int, denominator: int) -> Converted:
    """Convert at most `amount` at `denominator` : `numerator`, in whole units of both.

    `given` is rounded down, `taken` is the least that buys it: 7 at 2 : 1 takes 6 and gives 3, 1 stays with the holder.
    """
    given = amount * numerator // denominator
    return Converted(taken=-(-given * denominator // numerator), given=given)

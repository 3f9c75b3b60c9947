"""Which coupons pay a bill together: as much as the stacking rules allow, never more than the bill, and why."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from ledger.values import Day

Stack = Literal["equal-face", "any", "alone"]
"""With what a coupon may stand on one bill: with its equals in face value, with any other `any`, or with nothing."""
MOST_LOOKED_AT: Final = 100
"""Coupons of one holder that are considered, soonest expiring first: a bill must not cost a search without end."""
_MOST_SUMS: Final = 20_000
_NO_DAY: Final = Day("9999-12-31")


class Offered(NamedTuple):
    """A coupon that may be spent on this bill, as far as shop, goods, dates and person go."""

    id: str
    face: int
    left: int
    """What of its face has not been spent; less than the face only when it is splittable."""
    expires_on: Day | None = None
    splittable: bool = False
    """Whether a part may be spent and the rest kept; else it is spent whole or not at all: no change is given."""
    stack: Stack = "equal-face"
    most: int = 20
    """How many may stand on one bill with it, itself included (Hunan: at most 20)."""
    from_amount: int = 0
    """The least bill on which it may be spent."""


class Used(NamedTuple):
    """So much of one coupon."""

    id: str
    amount: int


class Way(NamedTuple):
    """One way to pay: coupons, what they cover, what is paid outside."""

    used: tuple[Used, ...]
    covered: int
    outside: int


class Choice(NamedTuple):
    """The way that is taken, the others in the order in which they came after it, and coupons that fit no way."""

    taken: Way
    others: tuple[Way, ...]
    below: tuple[str, ...]
    """Coupons whose least bill this one does not reach."""


def choose(bill: int, coupons: Iterable[Offered]) -> Choice:
    """The way that covers most; of equals the one with fewer coupons, then the one that spends what ends sooner.

    Holding 5 of 20 and 4 of 50, which stack with equals alone, 171 is 3 of 50 and 21 outside: 5 of 20 cover less.
    """
    ordered = sorted(coupons, key=lambda coupon: (coupon.expires_on or _NO_DAY, coupon.id))[:MOST_LOOKED_AT]
    fitting = [coupon for coupon in ordered if coupon.from_amount <= bill]
    place = {coupon.id: number for number, coupon in enumerate(ordered)}
    ways = sorted(
        (_way(bill, used) for used in _candidates(bill, fitting) if used),
        key=lambda way: (way.outside, len(way.used), sorted(place[used.id] for used in way.used)),
    )
    taken, *others = ways or [_way(bill, ())]
    below = tuple(coupon.id for coupon in ordered if coupon.from_amount > bill)
    return Choice(taken, tuple(others), below)


def _way(bill: int, used: Sequence[Used]) -> Way:
    covered = sum(part.amount for part in used)
    return Way(tuple(used), covered, bill - covered)


def _candidates(bill: int, coupons: Sequence[Offered]) -> Iterator[tuple[Used, ...]]:
    """The best of each set that may stand together."""
    for face in sorted({coupon.face for coupon in coupons if coupon.stack == "equal-face"}):
        yield _best(bill, [it for it in coupons if it.stack == "equal-face" and it.face == face])
    yield _best(bill, [coupon for coupon in coupons if coupon.stack == "any"])
    for coupon in coupons:
        if coupon.stack == "alone":
            yield _best(bill, [coupon])


def _best(bill: int, coupons: Sequence[Offered]) -> tuple[Used, ...]:
    """The most that these cover together: every sum of whole coupons, then a part of one more if it may be split."""
    most = min((coupon.most for coupon in coupons), default=0)
    sums: dict[int, tuple[int, ...]] = {0: ()}
    for number, coupon in enumerate(coupons):
        for total, numbers in list(sums.items()):
            reached = total + coupon.left
            if reached > bill or len(numbers) >= most:
                continue
            if reached not in sums or len(numbers) + 1 < len(sums[reached]):
                sums[reached] = (*numbers, number)
        if len(sums) > _MOST_SUMS:
            sums = dict(sorted(sums.items(), reverse=True)[: _MOST_SUMS // 2]) | {0: ()}
    found = (_filled(bill, total, numbers, coupons, most) for total, numbers in sums.items())
    return min(found, key=lambda used: (-sum(part.amount for part in used), len(used)))


def _filled(bill: int, total: int, numbers: tuple[int, ...], coupons: Sequence[Offered], most: int) -> tuple[Used, ...]:
    used = tuple(Used(coupons[number].id, coupons[number].left) for number in numbers)
    if total == bill or len(used) >= most:
        return used
    for number, coupon in enumerate(coupons):
        if coupon.splittable and number not in numbers:
            return (*used, Used(coupon.id, min(coupon.left, bill - total)))
    return used

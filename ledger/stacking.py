"""Which coupons pay a bill together: as much as the stacking rules allow, never more than the bill, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from ledger.values import Day

Stack = Literal["equal-face", "any", "alone"]
"""With what a coupon may stand on one bill: with its equals in face value, with any other `any`, or with nothing."""
MOST_LOOKED_AT: Final = 100
"""Coupons of one holder that are considered, soonest expiring first: a bill must not cost a search without end."""
_MOST_SUMS: Final = 2_000
_MOST_KINDS: Final = 6
"""Different sets of goods that coupons on one bill may be for: each doubles what is looked at."""
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
    goods: tuple[str, ...] = ()
    """Groups of goods that it pays for; none: all."""


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


def choose(bill: int, coupons: Iterable[Offered], goods: Mapping[str, int] | None = None) -> Choice:
    """The way that covers most; of equals the one with fewer coupons, then the one that spends what ends sooner.

    `goods` says how much of the bill is for which group; it need not be named where no coupon is for some alone.
    Holding 5 of 20 and 4 of 50, which stack with equals alone, 171 is 3 of 50 and 21 outside: 5 of 20 cover less.
    """
    ordered = sorted(coupons, key=lambda coupon: (coupon.expires_on or _NO_DAY, coupon.id))[:MOST_LOOKED_AT]
    fitting = [coupon for coupon in ordered if coupon.from_amount <= bill]
    place = {coupon.id: number for number, coupon in enumerate(ordered)}
    basket = goods or {"": bill}
    ways = sorted(
        (_way(bill, used) for used in _candidates(basket, fitting) if used),
        key=lambda way: (way.outside, len(way.used), sorted(place[used.id] for used in way.used)),
    )
    taken, *others = ways or [_way(bill, ())]
    below = tuple(coupon.id for coupon in ordered if coupon.from_amount > bill)
    return Choice(taken, tuple(others), below)


def _way(bill: int, used: Sequence[Used]) -> Way:
    covered = sum(part.amount for part in used)
    return Way(tuple(used), covered, bill - covered)


def _candidates(goods: Mapping[str, int], coupons: Sequence[Offered]) -> Iterator[tuple[Used, ...]]:
    """The best of each set that may stand together."""
    for face in sorted({coupon.face for coupon in coupons if coupon.stack == "equal-face"}):
        yield _best(goods, [it for it in coupons if it.stack == "equal-face" and it.face == face])
    yield _best(goods, [coupon for coupon in coupons if coupon.stack == "any"])
    for coupon in coupons:
        if coupon.stack == "alone":
            yield _best(goods, [coupon])


# Room --------------------------------------------------------------------------------------------------------------


class Room:
    """How much coupons for these sets of goods can still pay of a basket, whichever of its goods each pays.

    By Hall's condition: all that is for some sets must fit into the goods of these sets together, for every choice of
    sets. So a coupon for food finds its food though one for everything was counted before it.
    """

    def __init__(self, goods: Mapping[str, int], sets: Iterable[tuple[str, ...]]) -> None:
        """A basket, by group of goods, and the sets of goods that coupons are for; the empty set is all of them."""
        self.sets = tuple(dict.fromkeys(sets))
        choices = range(1, 1 << len(self.sets))
        chosen = [tuple(number for number in range(len(self.sets)) if choice >> number & 1) for choice in choices]
        self.bounds = [(numbers, self._together(goods, numbers)) for numbers in chosen]

    def _together(self, goods: Mapping[str, int], numbers: tuple[int, ...]) -> int:
        if any(not self.sets[number] for number in numbers):
            return sum(goods.values())
        groups = {group for number in numbers for group in self.sets[number]}
        return sum(amount for group, amount in goods.items() if group in groups)

    def nothing(self) -> tuple[int, ...]:
        """What was paid by coupons of each set, before the first."""
        return (0,) * len(self.sets)

    def left(self, paid: Sequence[int], goods: tuple[str, ...]) -> int:
        """What one more coupon for these goods can pay, after `paid` by coupons of each set."""
        if len(self.sets) == 1:
            return self.bounds[0][1] - paid[0]  # as of nearly every wallet
        own = self.sets.index(goods)
        return min(most - sum([paid[number] for number in numbers]) for numbers, most in self.bounds if own in numbers)

    def after(self, paid: Sequence[int], goods: tuple[str, ...], amount: int) -> tuple[int, ...]:
        """What was paid by coupons of each set, after one more."""
        own = self.sets.index(goods)
        return tuple(before + amount if number == own else before for number, before in enumerate(paid))


def _best(goods: Mapping[str, int], coupons: Sequence[Offered]) -> tuple[Used, ...]:
    """The most that these cover together: every sum of whole coupons, then parts of others if they may be split."""
    kinds = list(dict.fromkeys(coupon.goods for coupon in coupons))[:_MOST_KINDS]
    coupons = [coupon for coupon in coupons if coupon.goods in kinds]
    most = min((coupon.most for coupon in coupons), default=0)
    room, limit = Room(goods, kinds), _MOST_SUMS >> max(0, len(kinds) - 1)
    sums: dict[tuple[int, ...], tuple[int, ...]] = {room.nothing(): ()}
    for number, coupon in enumerate(coupons):
        for paid, numbers in list(sums.items()):
            if len(numbers) >= most or coupon.left > room.left(paid, coupon.goods):
                continue
            reached = room.after(paid, coupon.goods, coupon.left)
            if reached not in sums or len(numbers) + 1 < len(sums[reached]):
                sums[reached] = (*numbers, number)
        if len(sums) > limit:
            kept = sorted(sums.items(), key=lambda item: sum(item[0]), reverse=True)[: limit // 2]
            sums = dict(kept) | {room.nothing(): ()}
    found = (_filled(room, paid, numbers, coupons, most) for paid, numbers in sums.items())
    return min(found, key=lambda used: (-sum(part.amount for part in used), len(used)))


def _filled(
    room: Room, paid: tuple[int, ...], numbers: tuple[int, ...], coupons: Sequence[Offered], most: int
) -> tuple[Used, ...]:
    used = [Used(coupons[number].id, coupons[number].left) for number in numbers]
    for number, coupon in enumerate(coupons):
        if len(used) >= most:
            break
        part = min(coupon.left, room.left(paid, coupon.goods)) if coupon.splittable and number not in numbers else 0
        if part:
            used.append(Used(coupon.id, part))
            paid = room.after(paid, coupon.goods, part)
    return tuple(used)

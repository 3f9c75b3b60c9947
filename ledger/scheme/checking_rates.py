"""What conversions can get wrong: days that contradict, two rates at once, a way round that makes value."""

from collections.abc import Iterator
from itertools import combinations
from math import gcd

from ledger.calendar import known_day
from ledger.scheme.complaints import Complaints
from ledger.scheme.model import Conversion, Scheme
from ledger.values import Day


def check_conversions(scheme: Scheme, out: Complaints) -> None:
    """Complain of rates that could not be told apart, that convert nothing, or that pay for going round."""
    rates = list(scheme.conversions.values())
    for rate in rates:
        _check_rate(rate, out)
    for one, other in combinations(rates, 2):
        if (one.from_unit, one.to_unit) == (other.from_unit, other.to_unit) and _meet(one, other):
            out.add(("conversions", other.code), "two-rates", other=one.code)
    for rate in _profitable(rates):
        out.add(("conversions", rate.code), "round-trip-profits", unit=rate.from_unit)


def _check_rate(rate: Conversion, out: Complaints) -> None:
    here = ("conversions", rate.code)
    if rate.from_unit == rate.to_unit:
        out.add((*here, "to"), "same-unit", word=rate.to_unit)
    first, last = rate.effective_from, rate.effective_until
    for key, day in (("effective_from", first), ("effective_until", last)):
        if day is not None and not known_day(day):
            out.add((*here, key), "not-a-day", value=day)
    if first is not None and last is not None and last < first:
        out.add((*here, "effective_until"), "ends-before", first=first, last=last)


def _meet(one: Conversion, other: Conversion) -> bool:
    """Whether some day has both."""
    ends_after = one.effective_until is None or (other.effective_from or "") <= one.effective_until
    return ends_after and (other.effective_until is None or (one.effective_from or "") <= other.effective_until)


def _profitable(rates: list[Conversion]) -> Iterator[Conversion]:
    """One rate of a way round that gives back more than it took, for the first day on which there is one."""
    for day in sorted({rate.effective_from or Day("0001-01-01") for rate in rates}):
        found = _gaining([rate for rate in rates if rate.in_force(day)])
        if found is not None:
            yield found
            return


def _gaining(rates: list[Conversion]) -> Conversion | None:
    """A rate on a cycle whose product is above 1 (Bellman and Ford's relaxation, on products)."""
    worth = {code: (1, 1) for rate in rates for code in (rate.from_unit, rate.to_unit)}
    came_by: dict[str, Conversion] = {}
    last: Conversion | None = None
    for _ in range(len(worth) + 1):
        last = None
        for rate in rates:
            up, down = _times(worth[rate.from_unit], rate)
            known_up, known_down = worth[rate.to_unit]
            if up * known_down > known_up * down:
                worth[rate.to_unit], came_by[rate.to_unit], last = (up, down), rate, rate
        if last is None:
            return None
    # What still gains hangs on a cycle: as many steps back as there are units end upon it.
    for _ in worth:
        last = came_by[last.from_unit] if last else None
    return last


def _times(ratio: tuple[int, int], rate: Conversion) -> tuple[int, int]:
    up, down = ratio[0] * rate.numerator, ratio[1] * rate.denominator
    common = gcd(up, down)
    return up // common, down // common

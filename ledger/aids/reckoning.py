"""What a claim comes to: the rate of its day, the most of a claim, the ceiling of a cycle, never more than is left."""

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.aids.entities import AidLine, Asked, Bound
from ledger.calendar import window
from ledger.limits.entities import Counter, counter_id, used_of
from ledger.limits.facts import Count
from ledger.people.entities import Holder
from ledger.people.standing import records
from ledger.refusals import LimitExceeded, NotEligible
from ledger.room import Book, Key
from ledger.scheme.benefiting import Benefit, Rate
from ledger.values import Day, HolderId, holder_account

NOTHING_LEFT: Final = "nothing-left-to-pay"


def reckoned(book: Book, benefit: Benefit, asked: Sequence[Asked], day: Day) -> tuple[list[AidLine], list[Count]]:
    """Each person's line, and what they draw on their ceilings.

    Refused `limit-exceeded` when a person's ceiling is used up, `not-eligible` when others have paid everything.
    """
    rate = benefit.rate(day)
    lines, counts = [], []
    for one in asked:
        aid, bound = _due(benefit, rate, one)
        if not aid:
            raise NotEligible(reason=NOTHING_LEFT)
        if rate.ceiling is not None:
            mine, *others = counters(book, benefit, one.holder, day)
            left = _left(book, mine, others, rate.ceiling)
            aid, bound = (left, "ceiling") if left < aid else (aid, bound)
            counts.append(Count(amount=aid, counter=mine))
        own = one.amount - one.covered - aid
        lines.append(AidLine(one.holder, one.amount, one.covered, aid, own, bound))
    return lines, counts


def _due(benefit: Benefit, rate: Rate, asked: Asked) -> tuple[int, Bound | None]:
    """What the rate comes to, before any ceiling, and what kept it below."""
    rest = asked.amount - asked.covered
    due = rate.amount or _rounded(asked.amount if benefit.of == "whole" else rest, rate, benefit)
    bounds: list[tuple[int, Bound]] = [(rest, "rest")]
    if rate.most is not None:
        bounds.append((rate.most, "most"))
    least, why = min(bounds)
    return (least, why) if least < due else (due, None)


def _rounded(base: int, rate: Rate, benefit: Benefit) -> int:
    """1/3 and 2/3 of 10,000.00: rounded up, the one who pays the larger part has the odd fen (S13)."""
    whole, over = divmod(base * rate.numerator, rate.denominator)
    match benefit.rounding:
        case "up":
            return whole + (over > 0)
        case "nearest":
            return whole + (2 * over >= rate.denominator)
        case _:
            return whole


def _left(book: Book, mine: str, others: Sequence[str], ceiling: int) -> int:
    used = sum(used_of(book, counter) for counter in (mine, *others))
    if used >= ceiling:
        rule, _, period = mine.rpartition("/")
        raise LimitExceeded(rule=rule.split("/")[0], limit=ceiling, used=used, offered=0, period=period)
    return ceiling - used


def counters(book: Book, benefit: Benefit, holder: HolderId, day: Day) -> list[str]:
    """Of this record first, then of those that were merged into it: one man has one ceiling."""
    person = book.get(Holder, holder)
    ids = records(holder, person) if person is not None else (holder,)
    return [counter_id(benefit.code, holder_account(id), window(benefit.cycle, day)) for id in ids]


def counter_keys(book: Book, benefit: Benefit, holder: HolderId, day: Day) -> Iterator[Key]:
    """The same, for a round of `reads` after the one that names the holder."""
    yield from ((Counter.KIND, id) for id in counters(book, benefit, holder, day))

"""A counter: what was used of one limit, in one window, by one person or budget."""

from collections.abc import Sequence
from typing import ClassVar, Final

from ledger.limits.facts import Count
from ledger.refusals import LimitExceeded, RegionalLimitExceeded
from ledger.room import Book, Entity


class Counter(Entity, frozen=True, kw_only=True):
    """`used` of a limit. Its id names rule, subject and window: `check-in/holder:0198c7/2022-06-01`."""

    KIND: ClassVar[str] = "counter"

    used: int = 0


PIECES: Final = "pieces:"
"""Before the code of a limit whose counter counts pieces: they come back as pieces do. No code of a scheme has it."""


def counter_id(rule: str, subject: str, window: str) -> str:
    """The one place where a counter's id is spelled."""
    return f"{rule}/{subject}/{window}"


def used_of(book: Book, counter: str) -> int:
    """What was used so far."""
    entity = book.get(Counter, counter)
    return 0 if entity is None else entity.used


def draw(
    book: Book,
    counter: str,
    amount: int,
    *,
    limit: int,
    beside: Sequence[str] = (),
    ahead: int = 0,
    region: str | None = None,
) -> Count:
    """Count `amount` against a limit, or refuse with what is left of it; what was used `beside` it counts too.

    `ahead` was drawn by another part of the same wish and is not in the book yet. `region` is the one whose figure
    `limit` is; None: everybody's.
    """
    used = used_of(book, counter) + ahead
    if beside:
        used += sum(used_of(book, other) for other in beside)
    if used + amount > limit:
        rule, _, window = counter.rpartition("/")
        named, left = rule.split("/")[0].removeprefix(PIECES), max(0, limit - used)
        if region is not None:
            raise RegionalLimitExceeded(rule=named, limit=limit, used=used, offered=left, period=window, region=region)
        raise LimitExceeded(rule=named, limit=limit, used=used, offered=left, period=window)
    return Count(amount=amount, counter=counter)

"""How counters follow the facts that draw on them."""

from typing import Final, Protocol

from ledger.limits.entities import Counter
from ledger.limits.facts import Count, LimitsReturned
from ledger.room import Evolution, Fact, Meta


class Counting(Protocol):
    """Any fact with a `counts` member."""

    @property
    def counts(self) -> tuple[Count, ...]:
        """The limits it drew on."""
        ...


def counted(fact: type[Fact]) -> Evolution:
    """The evolution that every counting fact shares; one fact names a counter at most once."""
    return Evolution(fact, Counter, counters, on_counted)


def counters(fact: Counting, _meta: Meta) -> list[str]:
    """The ids of the counters that it moves."""
    counts = fact.counts
    return [counts[0].counter] if len(counts) == 1 else [count.counter for count in counts]


def on_counted(counter: Counter | None, fact: Counting, _meta: Meta, id: str) -> Counter:
    """What was used, after it."""
    used = 0 if counter is None else counter.used
    for count in fact.counts:
        if count.counter == id:
            used += count.amount
    return Counter(used=used)


EVOLUTIONS: Final = (counted(LimitsReturned),)

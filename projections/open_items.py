"""Open items of a month: decided before its closing, or carried over knowingly (month-end, step 2)."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, Literal, NamedTuple

from ledger.periods.facts import OpenCount
from projections import approvals, holds, reviews
from projections.store import Reading

PAGE: Final = 500


class OpenItem(NamedTuple):
    """Something undecided: decided before the closing, or carried into the next period."""

    kind: Literal["proposal", "appeal", "review", "patrol-appeal", "hold"]
    id: str
    since_at: str
    ends_at: str | None
    """When time decides it, if it does."""


def open_items(reading: Reading) -> tuple[OpenItem, ...]:
    """Proposals and appeals without a decision, then patrols that wait for a person, the longest first; open holds."""
    return tuple(chain(_waiting(reading), _walked(reading), _held(reading)))


def _waiting(reading: Reading) -> Iterator[OpenItem]:
    after = 0
    while page := approvals.queue(reading, after=after, limit=PAGE):
        for item in page:
            kind: Literal["appeal", "proposal"] = "appeal" if item.kind == approvals.APPEAL else "proposal"
            yield OpenItem(kind, item.id, item.made_at, item.expires_at)
        after = page[-1].position


def _walked(reading: Reading) -> Iterator[OpenItem]:
    after = 0
    while page := reviews.queue(reading, after=after, limit=PAGE):
        for item in page:
            yield OpenItem("patrol-appeal" if item.status == "appealed" else "review", item.claim, item.since_at, None)
        after = page[-1].position


def _held(reading: Reading) -> Iterator[OpenItem]:
    after = ""
    while page := holds.open_holds(reading, after, PAGE):
        for hold in page:
            yield OpenItem("hold", hold.id, hold.held_at, hold.expires_at)
        after = page[-1].stream


def counted(items: Sequence[OpenItem]) -> tuple[OpenCount, ...]:
    """How many of each kind, as a closing records that they are carried."""
    kinds = sorted({item.kind for item in items})
    return tuple(OpenCount(kind=kind, count=sum(item.kind == kind for item in items)) for kind in kinds)

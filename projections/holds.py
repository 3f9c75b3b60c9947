"""Open holds: points and pieces set aside at the counter that nobody has taken or released yet."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from ledger.redemptions.facts import RedemptionCancelled, RedemptionExpired, RedemptionFulfilled, RedemptionHeld
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

HOLDS: Final = Sheet(
    "holds",
    keys={"redemption": str},
    said={"account": str, "unit": str, "amount": int, "held_at": str, "expires_at": str, "open": int},
)


class Hold(NamedTuple):
    """A redemption that waits at the counter."""

    redemption: str
    account: str
    unit: str
    amount: int
    held_at: str
    expires_at: str


def held(fact: RedemptionHeld, recorded: Recorded) -> Iterable[Change]:
    """Set aside."""
    values = {"account": fact.account, "unit": fact.unit, "amount": fact.amount, "expires_at": fact.expires_at}
    yield Change(HOLDS, (fact.redemption,), values | {"held_at": recorded.envelope.recorded_at, "open": 1})


def ended(fact: Any, _recorded: Recorded) -> Iterable[Change]:
    """Taken, called off or run out."""
    yield Change(HOLDS, (fact.redemption,), {"open": 0})


RULES: Final[dict[Any, Rule]] = {
    RedemptionHeld: held,
    RedemptionFulfilled: ended,
    RedemptionCancelled: ended,
    RedemptionExpired: ended,
}
PROJECTION: Final = Projection("holds", (HOLDS,), RULES)


def open_holds(reading: Reading, after: str = "", limit: int = 500) -> Sequence[Hold]:
    """At most `limit` open holds with ids above `after`."""
    c = HOLDS.c
    query = reading.select(PROJECTION, HOLDS, *(c[name] for name in Hold._fields))
    query = query.where(c.open == 1, c.redemption > after).order_by(c.redemption).limit(limit)
    return [Hold._make(row) for row in reading.all(query)]

"""Open holds: goods at the counter and value of accounts, set aside and neither taken nor released yet."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from ledger.holds.facts import HoldCaptured, HoldExpired, HoldExtended, HoldPlaced, HoldVoided
from ledger.redemptions.facts import (
    BillCancelled,
    BillExpired,
    BillFulfilled,
    BillHeld,
    RedemptionCancelled,
    RedemptionExpired,
    RedemptionFulfilled,
    RedemptionHeld,
)
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

HOLDS: Final = Sheet(
    "open_holds",
    keys={"stream": str},
    said={
        "account": str,
        "unit": str,
        "amount": int,
        "payee": str,
        "held_at": str,
        "expires_at": str,
        "open": int,
    },
)
BILL: Final = " bill"
"""After the stream of a redemption whose part for money is held: points and coupons stand apart. No id has a space."""
NEVER: Final = ""
"""What has no end: a column keeps its value when nothing is said, and a hold may lose the end that it had."""


class Hold(NamedTuple):
    """Something that waits: `stream` is the life of what holds, `redemption:<id>` or `hold:<id>`."""

    stream: str
    account: str
    unit: str
    amount: int
    """What is still held."""
    payee: str | None
    held_at: str
    expires_at: str | None

    @property
    def id(self) -> str:
        """Of the redemption or hold."""
        return self.stream.partition(":")[2].removesuffix(BILL)


def held(fact: RedemptionHeld, recorded: Recorded) -> Iterable[Change]:
    """Goods were set aside."""
    yield _opened(recorded, fact, expires_at=fact.expires_at)


def bill_held(fact: BillHeld, recorded: Recorded) -> Iterable[Change]:
    """Coupons were set aside, or goods that are paid outside."""
    sheet, (stream,), values = _opened(recorded, fact, expires_at=fact.expires_at)
    yield sheet, (stream + BILL,), values


def placed(fact: HoldPlaced, recorded: Recorded) -> Iterable[Change]:
    """Value was set aside, if there was any."""
    if fact.amount:
        yield _opened(recorded, fact, expires_at=fact.expires_at or NEVER, payee=fact.to)


def _opened(recorded: Recorded, fact: RedemptionHeld | BillHeld | HoldPlaced, **more: Any) -> Change:
    values = {"account": fact.account, "unit": fact.unit, "amount": fact.amount, "open": 1}
    return HOLDS, (recorded.envelope.stream,), HOLDS.values(held_at=recorded.envelope.recorded_at, **values, **more)


def captured(fact: HoldCaptured, recorded: Recorded) -> Iterable[Change]:
    """Taken in part, or to its end."""
    said = HOLDS.values(amount=fact.remaining, open=int(fact.remaining > 0))
    yield HOLDS, (recorded.envelope.stream,), said


def extended(fact: HoldExtended, recorded: Recorded) -> Iterable[Change]:
    """Held on."""
    yield HOLDS, (recorded.envelope.stream,), HOLDS.values(expires_at=fact.expires_at or NEVER)


def ended(_fact: Any, recorded: Recorded) -> Iterable[Change]:
    """Taken, called off or run out."""
    yield HOLDS, (recorded.envelope.stream,), HOLDS.values(open=0)


def bill_ended(_fact: Any, recorded: Recorded) -> Iterable[Change]:
    """The same of the part for money."""
    yield HOLDS, (recorded.envelope.stream + BILL,), HOLDS.values(open=0)


RULES: Final[dict[Any, Rule]] = {
    BillHeld: bill_held,
    **dict.fromkeys((BillFulfilled, BillCancelled, BillExpired), bill_ended),
    RedemptionHeld: held,
    RedemptionFulfilled: ended,
    RedemptionCancelled: ended,
    RedemptionExpired: ended,
    HoldPlaced: placed,
    HoldCaptured: captured,
    HoldVoided: ended,
    HoldExpired: ended,
    HoldExtended: extended,
}
PROJECTION: Final = Projection("holds", (HOLDS,), RULES, version=2)


def open_holds(reading: Reading, after: str = "", limit: int = 500) -> Sequence[Hold]:
    """At most `limit` open holds, of streams above `after`."""
    c = HOLDS.c
    query = reading.select(PROJECTION, HOLDS, *(c[name] for name in Hold._fields))
    query = query.where(c.open == 1, c.stream > after).order_by(c.stream).limit(limit)
    return [hold._replace(expires_at=hold.expires_at or None) for hold in map(Hold._make, reading.all(query))]

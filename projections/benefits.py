"""What each person had in a year: coupons, things in kind, entitlements. Taxes are asked of persons, not of lists."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import func

from ledger.handouts.facts import KitsHandedOut, KitsReturned
from ledger.values import HolderId, Instant
from projections import coupons, entitlements, people
from projections.projection import Change, Projection, Recorded, Rule
from projections.sheets import Sheet
from projections.store import Reading

HAND_OUTS: Final = Sheet(
    "hand_outs",
    keys={"hand_out": str},
    said={"holder": str, "kit": str, "occasion": str, "unit": str, "handed_out_at": str, "position": int},
    sums=("pieces", "cost", "returned", "cost_returned"),
)
"""Without a holder it went to whoever came."""


def handed_out(fact: KitsHandedOut, recorded: Recorded) -> Iterable[Change]:
    """Somebody has it."""
    names = ("holder", "kit", "occasion", "unit")
    said = {name: getattr(fact, name) for name in names}
    at = {"handed_out_at": recorded.envelope.occurred_at, "position": recorded.envelope.pos}
    yield HAND_OUTS, (fact.hand_out,), HAND_OUTS.values(pieces=fact.pieces, cost=fact.cost, **said, **at)


def returned(fact: KitsReturned, _recorded: Recorded) -> Iterable[Change]:
    """It came back, or some of it."""
    yield HAND_OUTS, (fact.hand_out,), HAND_OUTS.values(returned=fact.pieces, cost_returned=fact.cost)


RULES: Final[dict[Any, Rule]] = {KitsHandedOut: handed_out, KitsReturned: returned}
PROJECTION: Final = Projection("benefits", (HAND_OUTS,), RULES)


# A year ------------------------------------------------------------------------------------------------------


class Benefits(NamedTuple):
    """What one person had in one unit: total = coupons - voided + in_kind + entitlements.

    Each counts in the year in which it was given, and what was taken back of it is taken off that year, whenever it
    was. What expired unused (`expired`) was had all the same, and is told beside it.
    """

    holder: HolderId
    unit: str
    coupons: int
    voided: int
    expired: int
    in_kind: int
    entitlements: int

    @property
    def total(self) -> int:
        """What is asked for."""
        return self.coupons - self.voided + self.in_kind + self.entitlements


COLUMNS: Final = Benefits._fields[2:]


def benefits(reading: Reading, since: Instant, until: Instant) -> Sequence[Benefits]:
    """By person and unit, of what was given from `since` on and before `until`; merged records are one person."""
    answering = people.survivors(reading)
    sums: dict[tuple[HolderId, str], list[int]] = {}
    for query, columns in (_coupons(reading), _in_kind(reading), _entitlements(reading)):
        given_at, grouped = query
        for holder, unit, *values in reading.all(grouped.where(given_at >= since, given_at < until)):
            row = sums.setdefault((answering.get(holder, holder), unit), [0] * len(COLUMNS))
            for name, value in zip(columns, values, strict=True):
                row[COLUMNS.index(name)] += int(value)
    return [Benefits(*key, *sums[key]) for key in sorted(sums)]


Given = tuple[tuple[Any, Any], tuple[str, ...]]
"""((the column that says when, a query), the columns of `Benefits` that it adds to)"""


def _coupons(reading: Reading) -> Given:
    c = coupons.COUPONS.c
    # A coupon that was reissued had been given once already.
    figures = (func.sum(c.face - c.anew), func.sum(c.voided), func.sum(c.expired))
    query = reading.select(coupons.PROJECTION, coupons.COUPONS, c.holder, c.unit, *figures)
    return (c.issued_at, query.group_by(c.holder, c.unit)), ("coupons", "voided", "expired")


def _in_kind(reading: Reading) -> Given:
    c = HAND_OUTS.c
    query = reading.select(PROJECTION, HAND_OUTS, c.holder, c.unit, func.sum(c.cost - c.cost_returned))
    return (c.handed_out_at, query.where(c.holder.is_not(None)).group_by(c.holder, c.unit)), ("in_kind",)


def _entitlements(reading: Reading) -> Given:
    """Those that somebody pays for; what a redemption bought with points was earned, and has a cost all the same."""
    c = entitlements.ENTITLEMENTS.c
    query = reading.select(
        entitlements.PROJECTION, entitlements.ENTITLEMENTS, c.holder, c.cost_unit, func.sum(c.cost_amount)
    )
    query = query.where(c.cost_unit.is_not(None), c.status != "cancelled")
    return (c.issued_at, query.group_by(c.holder, c.cost_unit)), ("entitlements",)

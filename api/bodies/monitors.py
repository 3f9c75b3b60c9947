"""Bodies of wishes about monitors."""

from typing import Annotated

from msgspec import Meta

from api.bodies.shapes import Account, Code, Id, WriteBody
from ledger.points.watching import Measure, Side
from ledger.values import MAX_AMOUNT

Threshold = Annotated[
    int, Meta(ge=-MAX_AMOUNT, le=MAX_AMOUNT, description="Past it is strictly below, or strictly above.")
]


class MonitorBody(WriteBody, frozen=True, kw_only=True):
    """Watch one figure of the account object: each crossing of the threshold makes one fact `threshold-crossed.v1`."""

    id: Id
    account: Account
    unit: Code
    measure: Measure
    side: Side
    threshold: Threshold


class RemovalBody(WriteBody, frozen=True, kw_only=True):
    """Watch it no longer."""

    monitor: Id

"""Bodies of wishes about ratios and goals."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from api.bodies.coupons import Reference
from api.bodies.patrols import Thing
from api.bodies.shapes import Amount, Code, Count, Id, Name, WriteBody


class RatioBody(WriteBody, frozen=True, kw_only=True):
    """What share must be aided goods, in hundredths of a per cent; without a `whole`, purchases make it.

    Of `coupons` those count that are issued between `from_on` and `to_on`, as far as they are named.
    """

    id: Thing
    name: Name
    unit: Code
    at_least: Annotated[int, Meta(ge=1, le=10_000)]
    whole: Amount | None = None
    above: Id | None = None
    coupons: Code | None = None
    from_on: date | None = None
    to_on: date | None = None


class WholeBody(WriteBody, frozen=True, kw_only=True):
    """Another total was approved."""

    ratio: Id
    whole: Amount
    reference: Reference


class AidedPurchaseBody(WriteBody, frozen=True, kw_only=True):
    """So much was bought, of which so much were aided goods."""

    ratio: Id
    amount: Amount
    aided: Count
    reference: Reference | None = None


class PurchaseWithdrawalBody(WriteBody, frozen=True, kw_only=True):
    """It counts no more."""

    purchase: Id
    reason: Code


class GoalBody(WriteBody, frozen=True, kw_only=True):
    """What is planned, and in what it is counted; set again, what was done stays. An entitlement counts by itself."""

    id: Thing
    name: Name
    plan: Amount
    counts: Literal["persons", "person-times", "households"]
    entitlement: Code | None = None
    from_on: date | None = None
    to_on: date | None = None


class ProgressBody(WriteBody, frozen=True, kw_only=True):
    """Somebody was served, so many times; without a holder, times alone are counted."""

    goal: Id
    holder: Id | None = None
    household: Reference | None = None
    times: Annotated[int, Meta(ge=1, le=1_000_000)] = 1

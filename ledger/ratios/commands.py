"""Wishes about ratios."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from ledger.room import Command
from ledger.values import Day, UnitCode


class OpenRatio(Command, frozen=True, kw_only=True):
    """Say what must be reached. `whole` is the approved total; without one, purchases make the whole.

    `above` is the ratio of the next level, in which everything counts that counts here.
    """

    ROUTE: ClassVar[str] = "ratio"

    id: str
    name: str
    unit: UnitCode
    at_least: int
    whole: int | None = None
    above: str | None = None
    coupons: str | None = None
    from_on: Day | UnsetType = UNSET
    to_on: Day | UnsetType = UNSET
    """Between which local days, both included, its coupons are issued; not named: whenever."""


class ChangeWhole(Command, frozen=True, kw_only=True):
    """Another total was approved. Only for a ratio that has one."""

    ROUTE: ClassVar[str] = "ratio-whole"

    ratio: str
    whole: int
    reference: str


class RecordPurchase(Command, frozen=True, kw_only=True):
    """So much was bought, of which so much were aided goods. `reference` is the invoice's number."""

    ROUTE: ClassVar[str] = "aided-purchase"

    id: str | None = None
    ratio: str
    amount: int
    aided: int
    reference: str | None = None


class WithdrawPurchase(Command, frozen=True, kw_only=True):
    """It was recorded wrongly, or given back: it counts no more."""

    ROUTE: ClassVar[str] = "aided-purchase-withdrawal"

    purchase: str
    reason: str

"""Wishes about settlements."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import Day, PeriodName, UnitCode


class DraftSettlement(Command, frozen=True, kw_only=True):
    """Begin the settlement of a closed period; the merchant's periods are settled in their order."""

    ROUTE: ClassVar[str] = "settlement"

    merchant: str
    unit: UnitCode
    period: PeriodName


class AddSettlementLines(Command, frozen=True, kw_only=True):
    """Say what these made, `coupon-batch:<id>` or `offer:<id>`; it can be checked when that is all the till counted."""

    ROUTE: ClassVar[str] = "settlement-lines"

    settlement: str
    of: tuple[str, ...]


class CheckSettlement(Command, frozen=True, kw_only=True):
    """Find a draft right: another person than who drafted it."""

    ROUTE: ClassVar[str] = "settlement-check"

    settlement: str


class PaySettlement(Command, frozen=True, kw_only=True):
    """Record that it was paid, or that there was nothing to pay; `reference` is the bank's or the voucher's number.

    It is paid to the account that the merchant has on that day. `invoice` is the number of the merchant's invoice,
    `invoice_amount` what that is over, `invoiced_on` its day; None: today.
    """

    ROUTE: ClassVar[str] = "settlement-payment"

    settlement: str
    reference: str
    invoice: str | None = None
    invoice_amount: int | None = None
    invoiced_on: Day | None = None
    payee: str | None = None
    """The account that whoever pays has before him, as an id in the vault: refused unless it is the one of today."""


class WithdrawSettlement(Command, frozen=True, kw_only=True):
    """Take back one that is not paid: it can be drafted anew."""

    ROUTE: ClassVar[str] = "settlement-withdrawal"

    settlement: str
    reason: str


class DisputeSettlement(Command, frozen=True, kw_only=True):
    """Contest one purchase of a settlement that is not paid yet: it waits until somebody has decided."""

    ROUTE: ClassVar[str] = "settlement-dispute"

    settlement: str
    purchase: str
    reason: str
    note: str | None = None


class ResolveDispute(Command, frozen=True, kw_only=True):
    """Decide a dispute. What must be put right is a refund or a purchase of its own, in the open period."""

    ROUTE: ClassVar[str] = "dispute-resolution"

    settlement: str
    purchase: str
    reason: str
    note: str | None = None

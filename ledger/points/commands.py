"""Wishes about an account."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import AccountId, Day, UnitCode


class GrantPoints(Command, frozen=True, kw_only=True):
    """Give `amount` to an account as a lot; without an expiry the unit's lot life decides."""

    ROUTE: ClassVar[str] = "grant"

    to: AccountId
    unit: UnitCode
    amount: int
    expires_on: Day | None = None
    expires_in_days: int | None = None
    behaviour: str | None = None
    reason: str | None = None
    fund: str | None = None

    def cause_scope(self) -> str:
        """A cause pays one account once per behaviour."""
        return f"{self.behaviour or self.ROUTE}\x1f{self.to}"


class DeductPoints(Command, frozen=True, kw_only=True):
    """Take `amount` from an account under its unit's negative policy."""

    ROUTE: ClassVar[str] = "deduction"

    account: AccountId
    unit: UnitCode
    amount: int
    reason: str
    behaviour: str | None = None
    target: str | None = None

    def cause_scope(self) -> str:
        """A cause costs one account once per behaviour."""
        return f"{self.behaviour or self.ROUTE}\x1f{self.account}"


class TurnMonth(Command, frozen=True, kw_only=True):
    """Let a holder's old initial lot lapse and grant the new one, in one transaction: never two, never none."""

    ROUTE: ClassVar[str] = "month-turn"

    account: AccountId


class OpenInitial(Command, frozen=True, kw_only=True):
    """Grant a holder the open period's initial lot: at the first opening, or on joining in mid-period."""

    ROUTE: ClassVar[str] = "initial-grant"

    account: AccountId


class FreezeAccount(Command, frozen=True, kw_only=True):
    """Stop an account: debits, credits, holds and captures are refused; lapses, voids and expiries still run."""

    ROUTE: ClassVar[str] = "freeze"

    account: AccountId
    unit: UnitCode | None = None
    """None: in every unit in which it is there."""
    reason: str


class UnfreezeAccount(Command, frozen=True, kw_only=True):
    """Let a frozen account move again."""

    ROUTE: ClassVar[str] = "unfreeze"

    account: AccountId
    unit: UnitCode | None = None
    """None: in every unit in which it is frozen."""
    reason: str

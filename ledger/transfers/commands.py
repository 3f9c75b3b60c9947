"""Wishes to move value between accounts, or into another unit."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import AccountId, UnitCode


class TransferPoints(Command, frozen=True, kw_only=True):
    """Move `amount` to another account; with `up_to` what is there, at most `amount`, possibly nothing."""

    ROUTE: ClassVar[str] = "transfer"

    account: AccountId
    to: AccountId
    unit: UnitCode
    amount: int
    up_to: bool = False

    def cause_scope(self) -> str:
        """A cause pays one account once."""
        return f"{self.ROUTE}\x1f{self.to}"


class ConvertPoints(Command, frozen=True, kw_only=True):
    """Exchange at most `amount` of one unit for another at the scheme's rate; the remainder stays."""

    ROUTE: ClassVar[str] = "conversion"

    account: AccountId
    from_unit: UnitCode
    to_unit: UnitCode
    amount: int

    def cause_scope(self) -> str:
        """A cause converts for one account once."""
        return f"{self.ROUTE}\x1f{self.account}"

"""Wishes about an account itself."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import AccountId, UnitCode


class OpenAccount(Command, frozen=True, kw_only=True):
    """Open a free-standing account in one unit; `floor` is how low it may go: -n a credit line, None without end."""

    ROUTE: ClassVar[str] = "account"

    id: str
    """Bare: the account is called `account:<id>` from then on."""
    unit: UnitCode
    floor: int | None = 0


class CloseAccount(Command, frozen=True, kw_only=True):
    """Close a free-standing account that is empty: it will not move again."""

    ROUTE: ClassVar[str] = "close"

    account: AccountId
    unit: UnitCode
    reason: str

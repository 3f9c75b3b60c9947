"""Wishes about an account itself."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from ledger.room import Command
from ledger.values import AccountId, Day, UnitCode


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


class SetBounds(Command, frozen=True, kw_only=True):
    """How low a free-standing account, and how high any account may go, now or from a later local day on.

    None takes a bound away; one that is not named stays.
    """

    ROUTE: ClassVar[str] = "bounds"

    account: AccountId
    unit: UnitCode
    floor: int | UnsetType | None = UNSET
    ceiling: int | UnsetType | None = UNSET
    effective_on: Day | None = None

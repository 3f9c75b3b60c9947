"""Wishes about value that is set aside."""

from typing import ClassVar

from ledger.room import Command
from ledger.values import AccountId, HoldId, UnitCode


class PlaceHold(Command, frozen=True, kw_only=True):
    """Set `amount` aside, for the programme or for another account, until it is captured, voided or ends."""

    ROUTE: ClassVar[str] = "hold"

    account: AccountId
    unit: UnitCode
    amount: int
    to: AccountId | None = None
    """Where captured value goes; None: it is redeemed."""
    up_to: bool = False
    """Take what is available, at most `amount`, possibly nothing; never a credit line."""
    expires_in: int | None = None
    """Seconds; 0: no end, on lots that never expire alone; None: the scheme's default."""
    id: HoldId | None = None
    """The caller's own id, in batches; else the transaction's."""

    def cause_scope(self) -> str:
        """A cause sets value of one account aside once."""
        return f"{self.ROUTE}\x1f{self.account}"


class CaptureHold(Command, frozen=True, kw_only=True):
    """Take held value: `amount` of it, or (None) the rest, which closes the hold."""

    ROUTE: ClassVar[str] = "capture"

    hold: HoldId
    amount: int | None = None
    final: bool = False
    """Nothing more will be captured: what is left is free again in the same transaction."""

    def cause_scope(self) -> str:
        """A cause captures from one hold once."""
        return f"{self.ROUTE}\x1f{self.hold}"


class VoidHold(Command, frozen=True, kw_only=True):
    """Set free what a hold still holds."""

    ROUTE: ClassVar[str] = "void"

    hold: HoldId


class ExtendHold(Command, frozen=True, kw_only=True):
    """Let a hold end `expires_in` seconds from now; 0: no end, on lots that never expire alone."""

    ROUTE: ClassVar[str] = "extend"

    hold: HoldId
    expires_in: int

"""Wishes to take a movement back."""

from typing import ClassVar, Literal

from ledger.room import Command
from ledger.values import TxId


class ReverseMovement(Command, frozen=True, kw_only=True):
    """Undo a movement in part (`amount`) or whole (None: what is left of it); without `position` all of its tx."""

    ROUTE: ClassVar[str] = "reversal"

    of: TxId
    position: int | None = None
    """Of one fact of the transaction."""
    amount: int | None = None
    """In the unit that the movement took from."""
    reason: str
    if_spent: Literal["refuse", "debt"] = "refuse"

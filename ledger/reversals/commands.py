"""Wishes to take a movement back."""

from typing import ClassVar, Literal

from msgspec import UNSET, UnsetType

from ledger.room import Command
from ledger.values import TxId


class ReverseMovement(Command, frozen=True, kw_only=True):
    """Undo a movement in part (`amount`) or whole (None: what is left of it); without `position` all of its tx."""

    ROUTE: ClassVar[str] = "reversal"

    of: TxId
    position: int | UnsetType = UNSET
    """Of one fact of the transaction. Unset, not None: what a command learnt later is not in the bytes of one that does
    not say it, or the retry of a request from before would be taken for another one."""
    amount: int | None = None
    """In the unit that the movement took from."""
    reason: str
    if_spent: Literal["refuse", "debt"] = "refuse"

"""Wishes about what people did."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from ledger.room import Command
from ledger.values import HolderId


class RecordBehaviour(Command, frozen=True, kw_only=True):
    """Credit or deduct what the scheme says of a behaviour; where it wants a second person, propose it instead.

    `evidence` is a reference (a digest, a vault id), never text. `amount` belongs to kind `opening` alone,
    `quantity` to behaviours of which the scheme allows several at once, and there it must be named.
    """

    ROUTE: ClassVar[str] = "behaviour"

    holder: HolderId
    behaviour: str
    target: str | None = None
    evidence: str | None = None
    amount: int | None = None
    reason: str | None = None
    counts_as: str | None = None
    """With a cause: the behaviour within whose causes this one counts, as the scheme names it."""
    quantity: int | UnsetType = UNSET
    fund: str | UnsetType = UNSET
    """Whose money it is paid from, where what it rests on says so."""

    def cause_scope(self) -> str:
        """A cause moves one account once per behaviour; a punch put right shares the causes of the check-in."""
        return f"{self.counts_as or self.behaviour}\x1fholder:{self.holder}"

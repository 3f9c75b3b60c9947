"""What the ledger records about wishes themselves."""

from typing import Any, ClassVar, Final

from ledger.limits.facts import Count
from ledger.room import Fact
from ledger.values import TxId


class CommandRefused(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A wish was refused by the present state, and stays refused under its key. Changes nothing but its own record."""

    TOPIC: ClassVar[str] = "command-refused.v1"

    command: str
    code: str
    status: int
    members: dict[str, Any]
    counts: tuple[Count, ...] = ()
    """The client's quota of recorded refusals for the day."""
    member: int = 0
    """In an atomic group: the place of the member that was refused, so that a replay names the same one."""

    def stream(self, tx: TxId) -> str:
        """One refusal, one stream."""
        return "refusal:" + tx


class ClockAccepted(Fact, frozen=True, kw_only=True):
    """The clock had jumped, and the person who is named by this fact has found it right: writing goes on (2-house)."""

    TOPIC: ClassVar[str] = "clock-accepted.v1"

    def stream(self, tx: TxId) -> str:
        """One look at the clock, one stream."""
        return "clock:" + tx


FACTS: Final = (CommandRefused, ClockAccepted)

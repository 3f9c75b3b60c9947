"""A hold from its placing to its end."""

from typing import ClassVar, Literal

import msgspec

from ledger.limits.facts import Count
from ledger.pools import Lot, amount_of
from ledger.room import Entity
from ledger.values import AccountId, HoldId, Instant, UnitCode


class Hold(Entity, frozen=True, kw_only=True):
    """What is set aside of one account, and for whom.

    Time acts on a hold through its account, or through the account that it is for; it is never due by itself.
    """

    KIND: ClassVar[str] = "hold"

    account: AccountId
    to: AccountId | None
    unit: UnitCode
    amount: int
    """What was set aside."""
    captured: int = 0
    """What was taken of it so far."""
    lots: tuple[Lot, ...] = ()
    """Ranges that are still earmarked for it, soonest expiry first."""
    drawn: int = 0
    """What it still reserves beyond any lot, on a credit line; counted in `held`."""
    placed_at: Instant
    expires_at: Instant | None = None
    status: Literal["open", "captured", "voided", "expired", "closed"] = "open"
    """`closed`: there was nothing to set aside."""
    ended_at: Instant | None = None
    counts: tuple[Count, ...] = ()
    """What placing it drew on the scheme's limits."""

    @property
    def remaining(self) -> int:
        """What it still holds."""
        return amount_of(self.lots) + self.drawn

    def seen_at(self, at: Instant) -> "Hold":
        """This hold as a reader sees it at that instant: ended, even where that is not recorded yet."""
        if self.status != "open" or self.expires_at is None or self.expires_at > at:
            return self
        return msgspec.structs.replace(self, status="expired", lots=(), drawn=0, ended_at=self.expires_at)


def hold_stream(hold: HoldId) -> str:
    """The name under which accounts know a hold."""
    return f"{Hold.KIND}:{hold}"

"""A monitor as people list it; what the account needs of it stands on the account itself."""

from typing import ClassVar

from ledger.points.watching import Watch
from ledger.room import Entity
from ledger.values import AccountId, Instant, UnitCode


class Monitor(Entity, frozen=True, kw_only=True):
    """A threshold on one figure of one account, and how often it was crossed so far."""

    KIND: ClassVar[str] = "monitor"

    account: AccountId
    unit: UnitCode
    watch: Watch
    set_at: Instant
    removed_at: Instant | None = None
    crossings: int = 0
    crossed_at: Instant | None = None
    """When it was crossed last: when that happened, not when it became known."""

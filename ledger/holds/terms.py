"""What holds keep to: how long they may last, and that they are still open."""

from collections.abc import Iterable

from ledger.holds.entities import Hold
from ledger.points.entities import Account
from ledger.pools import Lot
from ledger.refusals import HoldAlreadyCaptured, HoldAlreadyVoided, HoldExpired, Malformed
from ledger.room import Now
from ledger.scheme.model import Redemption as Rules
from ledger.values import Instant, later


def seconds_held(expires_in: int | None, rules: Rules) -> int:
    """How long the hold will last, 0 without end; `malformed` above the scheme's cap."""
    seconds = rules.hold_default if expires_in is None else expires_in
    # Never clamped: who asks for a week must not believe that he got one.
    if not 0 <= seconds <= rules.hold_cap:
        raise Malformed(errors=[f"expires_in: {seconds} is not between 0 and the cap of {rules.hold_cap} seconds"])
    return seconds


def end_of_hold(seconds: int, account: Account, lots: Iterable[Lot], now: Now) -> Instant | None:
    """When it ends, counted from now; `malformed` without end on lots that do expire.

    A hold keeps its lots from lapsing: one without end would make them last for ever.
    """
    if seconds:
        return later(now.recorded_at, seconds=seconds)
    pools = {lot.pool for lot in lots}
    days = [day for pool in account.pools if pool.id in pools and (day := account.last_day(pool)) is not None]
    if days:
        why = f"0 holds without end, which is for lots that never expire; some of these end on {min(days)}"
        raise Malformed(errors=[f"expires_in: {why}"])
    return None


def still_open(hold: Hold, now: Now) -> None:
    """The hold is open, or the refusal that says how it ended; at equal instants the expiry wins (4b, Holds)."""
    ended_at = hold.ended_at or hold.placed_at
    if hold.status in {"captured", "closed"}:
        raise HoldAlreadyCaptured(captured_at=ended_at)
    if hold.status == "voided":
        raise HoldAlreadyVoided(voided_at=ended_at)
    if hold.expires_at is not None and hold.expires_at <= now.recorded_at:
        raise HoldExpired(expired_at=hold.expires_at)

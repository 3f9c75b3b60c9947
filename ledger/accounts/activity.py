"""Activity: what a holder does with a unit keeps all his value in it alive, where idle value lapses."""

from ledger.accounts.facts import ActivityNoted
from ledger.calendar import end_of_day
from ledger.points.entities import Account, account_key
from ledger.room import Book, Facts, Now, Stamped
from ledger.scheme.limiting import Kind
from ledger.values import AccountId, UnitCode


def kept_alive(book: Book, now: Now, account: AccountId, unit: UnitCode, kind: Kind | None) -> Facts:
    """The fact that moves the day on which idle value ends, if this movement does; none where nothing ends idle.

    To be yielded after the movement's own fact. `kind` is None for value that merely arrives: it starts the clock of an
    account that has none running, and moves no other. The day counts from when it was recorded, as all expiry does:
    what becomes known late must not let value lapse at once.
    """
    rule = book.scheme(now.today).unit(unit).inactivity
    if rule is None or account.startswith("account:"):
        return
    held = book.the(Account, account_key(account, unit))
    running = held.idle_on is not None and held.idle_on >= now.today
    if running and kind not in rule.kinds:
        return
    idle_on = rule.after.last_spendable_day(now.today)
    if idle_on is not None and (held.idle_on is None or idle_on > held.idle_on):
        yield ActivityNoted(account=account, unit=unit, kind=kind, idle_on=idle_on)


def idle_ended(account: Account, now: Now) -> Facts:
    """The clock stands when its day has passed and nothing is left: what arrives later must not lapse by it at once."""
    # Value set aside keeps the day: it lapses by it when it is released.
    if account.idle_on is None or account.held or any(pool.open for pool in account.pools):
        return
    ended_at = end_of_day(account.idle_on, now.zone)
    if ended_at <= now.recorded_at:
        yield Stamped(
            fact=ActivityNoted(account=account.account, unit=account.unit, idle_on=None), occurred_at=ended_at
        )

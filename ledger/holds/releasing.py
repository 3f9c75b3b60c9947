"""Setting free: a hold is voided, ends by itself, or is given more time."""

from ledger.holds.commands import ExtendHold, VoidHold
from ledger.holds.entities import Hold
from ledger.holds.facts import HoldExpired, HoldExtended, HoldVoided
from ledger.holds.terms import end_of_hold, seconds_held, still_open
from ledger.limits.drawing import counted_back
from ledger.points.entities import Account, account_key
from ledger.points.granting import lapses_of_released
from ledger.room import Book, Facts, Now, Stamped
from ledger.values import HoldId, Instant


def void(command: VoidHold, book: Book, now: Now) -> Facts:
    """Everything it still holds is free, also on a frozen account. Checks: hold (404), open."""
    hold = book.the(Hold, command.hold)
    still_open(hold, now)
    account = book.the(Account, account_key(hold.account, hold.unit))
    repaid = account.repayments(hold.lots)
    yield HoldVoided(
        account=hold.account,
        unit=hold.unit,
        amount=hold.remaining,
        hold=command.hold,
        to=hold.to,
        expires_at=hold.expires_at,
        released=hold.lots,
        unreserved=hold.drawn,
        repaid=repaid,
        counts=counted_back(hold.counts, amount=hold.remaining, original=hold.amount),
    )
    yield from lapses_of_released(account, hold.lots, repaid, now.recorded_at, now)


def extend(command: ExtendHold, book: Book, now: Now) -> Facts:
    """It ends so many seconds from now, sooner or later than it would have. Checks: time (422), hold (404), open.

    A frozen account allows it: nothing moves, and a freeze must not cost the payee what was promised to him.
    """
    seconds = seconds_held(command.expires_in, book.scheme(now.today).redemption)
    hold = book.the(Hold, command.hold)
    still_open(hold, now)
    account = book.the(Account, account_key(hold.account, hold.unit))
    yield HoldExtended(
        account=hold.account,
        unit=hold.unit,
        amount=hold.remaining,
        hold=command.hold,
        to=hold.to,
        expires_at=end_of_hold(seconds, account, hold.lots, now),
        old_expires_at=hold.expires_at,
    )


def expire(id: HoldId, at: Instant, book: Book, now: Now) -> Facts:
    """What time does to a hold at the instant at which it ends: its lots are open, or lapse if their day is over."""
    hold = book.the(Hold, id)
    account = book.the(Account, account_key(hold.account, hold.unit))
    repaid = account.repayments(hold.lots)
    expired = HoldExpired(
        account=hold.account,
        unit=hold.unit,
        amount=hold.remaining,
        hold=id,
        to=hold.to,
        expires_at=at,
        released=hold.lots,
        unreserved=hold.drawn,
        repaid=repaid,
        counts=counted_back(hold.counts, amount=hold.remaining, original=hold.amount),
    )
    yield Stamped(fact=expired, occurred_at=at)
    for lapsed in lapses_of_released(account, hold.lots, repaid, at, now):
        yield Stamped(fact=lapsed, occurred_at=at)

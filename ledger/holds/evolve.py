"""How holds and both their accounts follow what happens to them."""

from typing import Final

from msgspec.structs import replace

from ledger.holds.entities import Hold
from ledger.holds.facts import (
    HoldCaptured,
    HoldExpired,
    HoldExtended,
    HoldFact,
    HoldPlaced,
    HoldVoided,
    Releasing,
)
from ledger.limits.evolve import counted
from ledger.points.entities import OVERDRAFT, Account, OpenHold, Owed, account_key, with_hold, without_hold
from ledger.points.evolve import accounts, debts_repaid, on_repaid
from ledger.pools import without
from ledger.room import Evolution, Meta


def holds(fact: HoldFact, _meta: Meta) -> tuple[str, ...]:
    """The hold that a fact is about."""
    return (fact.hold,)


def payees(fact: HoldFact, _meta: Meta) -> tuple[str, ...]:
    """The account that it is for, if it is for one."""
    return () if fact.to is None else (account_key(fact.to, fact.unit),)


# The hold ------------------------------------------------------------------------------------------------------


def on_placed(_hold: Hold | None, fact: HoldPlaced, meta: Meta, _id: str) -> Hold:
    """Open; closed at once when there was nothing to set aside."""
    return Hold(
        account=fact.account,
        to=fact.to,
        unit=fact.unit,
        amount=fact.amount,
        lots=fact.lots,
        drawn=fact.drawn,
        placed_at=meta.recorded_at,
        expires_at=fact.expires_at,
        counts=fact.counts,
        status="open" if fact.amount else "closed",
        ended_at=None if fact.amount else meta.recorded_at,
    )


def on_captured(hold: Hold, fact: HoldCaptured, meta: Meta, _id: str) -> Hold:
    """Less by what was taken, and over when nothing is left."""
    closed = fact.remaining == 0
    return replace(
        hold,
        captured=hold.captured + fact.amount,
        lots=() if closed else without(hold.lots, fact.earmarked),
        drawn=0 if closed else hold.drawn - fact.reserved,
        status="captured" if closed else "open",
        ended_at=meta.recorded_at if closed else None,
    )


def on_voided(hold: Hold, _fact: HoldVoided, meta: Meta, _id: str) -> Hold:
    """Called off."""
    return replace(hold, lots=(), drawn=0, status="voided", ended_at=meta.recorded_at)


def on_expired(hold: Hold, _fact: HoldExpired, meta: Meta, _id: str) -> Hold:
    """Ended, at the instant that was said."""
    return replace(hold, lots=(), drawn=0, status="expired", ended_at=meta.occurred_at)


def on_extended(hold: Hold, fact: HoldExtended, _meta: Meta, _id: str) -> Hold:
    """With another end."""
    return replace(hold, expires_at=fact.expires_at)


# The account whose value is held -------------------------------------------------------------------------------


def on_set_aside(account: Account | None, fact: HoldPlaced, _meta: Meta, _id: str) -> Account:
    """Ranges are earmarked, and what no range covers is counted as held; the balance is as it was."""
    before = account or Account(account=fact.account, unit=fact.unit)
    if not fact.amount:
        return before
    after = before.earmarked(fact.lots, fact.as_open())
    return replace(after, held=after.held + fact.drawn)


def on_paid(account: Account, fact: HoldCaptured, meta: Meta, _id: str) -> Account:
    """What was set aside has left; what a final capture left is open again, less what of it repaid debts."""
    after = account.captured(fact.earmarked, None if fact.remaining else fact.as_open())
    after = after.released(fact.released, None).repaid(fact.settled)
    after = after.taken(fact.open_taken).owing(fact.drawn, of=meta.tx)
    return replace(after, held=after.held - fact.reserved - fact.unreserved, spent=account.spent + fact.amount)


def on_released(account: Account, fact: Releasing, _meta: Meta, _id: str) -> Account:
    """What was set aside is open again, less what of it repaid debts."""
    after = account.released(fact.released, fact.as_open()).repaid(fact.repaid)
    return replace(after, held=after.held - fact.unreserved)


def on_kept_longer(account: Account, fact: HoldExtended, _meta: Meta, _id: str) -> Account:
    """Its hold stands elsewhere in the order in which holds end."""
    return replace(account, holds=_moved(account.holds, fact))


def _moved(holds: tuple[OpenHold, ...], fact: HoldExtended) -> tuple[OpenHold, ...]:
    old = replace(fact.as_open(), expires_at=fact.old_expires_at)
    return with_hold(without_hold(holds, old), fact.as_open())


# The account that it is for ------------------------------------------------------------------------------------


def on_promised(account: Account | None, fact: HoldPlaced, _meta: Meta, _id: str) -> Account:
    """More will come, perhaps."""
    before = account or Account(account=fact.to or fact.account, unit=fact.unit)
    if not fact.amount:
        return before
    return replace(before, incoming=before.incoming + fact.amount, towards=with_hold(before.towards, fact.as_open()))


def on_arrived(account: Account, fact: HoldCaptured, meta: Meta, _id: str) -> Account:
    """Ranges more under the terms that they came with, less what of them repaid debts; so much less will come."""
    after = account.landed(fact.landed, meta.position).repaid(fact.repaid)
    after = after.swept(before=meta.day, tx=meta.tx)
    return replace(
        after,
        received=account.received + fact.amount,
        incoming=account.incoming - fact.amount - fact.freed,
        towards=account.towards if fact.remaining else without_hold(account.towards, fact.as_open()),
    )


def on_let_go(account: Account, fact: Releasing, _meta: Meta, _id: str) -> Account:
    """It will not come."""
    towards = without_hold(account.towards, fact.as_open())
    return replace(account, incoming=account.incoming - fact.amount, towards=towards)


def on_promised_longer(account: Account, fact: HoldExtended, _meta: Meta, _id: str) -> Account:
    """It may come until another instant."""
    return replace(account, towards=_moved(account.towards, fact))


# Debts that were repaid on the payer's side by a capture -----------------------------------------------------------


def debts_settled(fact: HoldCaptured, _meta: Meta) -> list[str]:
    """The deductions that either side repaid with it."""
    return list(dict.fromkeys(item.deduction for item in (*fact.repaid, *fact.settled) if item.deduction != OVERDRAFT))


def on_settled(owed: Owed | None, fact: HoldCaptured, _meta: Meta, id: str) -> Owed:
    """The ranges that repaid it, with these."""
    ranges = (*fact.repaid, *fact.settled)
    return Owed(lots=(owed.lots if owed else ()) + tuple(item.lot for item in ranges if item.deduction == id))


EVOLUTIONS: Final = (
    Evolution(HoldPlaced, Hold, holds, on_placed),
    Evolution(HoldPlaced, Account, accounts, on_set_aside),
    Evolution(HoldPlaced, Account, payees, on_promised),
    counted(HoldPlaced),
    Evolution(HoldCaptured, Hold, holds, on_captured),
    Evolution(HoldCaptured, Account, accounts, on_paid),
    Evolution(HoldCaptured, Account, payees, on_arrived),
    Evolution(HoldCaptured, Owed, debts_settled, on_settled),
    counted(HoldCaptured),
    Evolution(HoldVoided, Hold, holds, on_voided),
    Evolution(HoldVoided, Account, accounts, on_released),
    Evolution(HoldVoided, Account, payees, on_let_go),
    Evolution(HoldVoided, Owed, debts_repaid, on_repaid),
    counted(HoldVoided),
    Evolution(HoldExpired, Hold, holds, on_expired),
    Evolution(HoldExpired, Account, accounts, on_released),
    Evolution(HoldExpired, Account, payees, on_let_go),
    Evolution(HoldExpired, Owed, debts_repaid, on_repaid),
    counted(HoldExpired),
    Evolution(HoldExtended, Hold, holds, on_extended),
    Evolution(HoldExtended, Account, accounts, on_kept_longer),
    Evolution(HoldExtended, Account, payees, on_promised_longer),
)

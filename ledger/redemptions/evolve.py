"""How redemptions, accounts, items and counters follow what happens at the counter."""

from typing import Final

from msgspec.structs import replace

from ledger.limits.evolve import counted
from ledger.points.entities import Account, OpenHold, Owed
from ledger.points.evolve import accounts, debts_repaid, on_repaid
from ledger.points.facts import terms_of
from ledger.redemptions.bills import BILLS
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import (
    RedemptionCancelled,
    RedemptionExpired,
    RedemptionFulfilled,
    RedemptionHeld,
    RedemptionPlaced,
    RedemptionRefunded,
    Releasing,
)
from ledger.redemptions.goods import (
    completed,
    items,
    on_cancelled,
    on_expired,
    on_freed,
    on_handed_over,
    on_promised,
    on_restocked,
    on_sold,
    redemptions,
    returned,
)
from ledger.room import Evolution, Meta
from ledger.stock.entities import Item

# Sales ---------------------------------------------------------------------------------------------------------


def on_placed(_redemption: Redemption | None, fact: RedemptionPlaced, meta: Meta, _id: str) -> Redemption:
    """A sale."""
    return Redemption(
        account=fact.account,
        unit=fact.unit,
        lines=fact.lines,
        paid=fact.paid,
        placed_at=meta.recorded_at,
        counts=fact.counts,
    )


def on_paid(account: Account | None, fact: RedemptionPlaced, _meta: Meta, _id: str) -> Account:
    """The ranges that paid are gone."""
    before = account or Account(account=fact.account, unit=fact.unit)
    return before.taken(fact.paid, spent=fact.amount)


# Holds ---------------------------------------------------------------------------------------------------------


def on_held(_redemption: Redemption | None, fact: RedemptionHeld, meta: Meta, _id: str) -> Redemption:
    """An open hold."""
    return Redemption(
        account=fact.account,
        unit=fact.unit,
        lines=fact.lines,
        paid=fact.paid,
        placed_at=meta.recorded_at,
        status="held",
        expires_at=fact.expires_at,
        counts=fact.counts,
    )


def on_earmarked(account: Account | None, fact: RedemptionHeld, meta: Meta, _id: str) -> Account:
    """The ranges that will pay are set aside; the balance is as it was."""
    before = account or Account(account=fact.account, unit=fact.unit)
    return before.earmarked(fact.paid, OpenHold(fact.stream(meta.tx), fact.expires_at))


def on_fulfilled(redemption: Redemption, _fact: RedemptionFulfilled, meta: Meta, _id: str) -> Redemption:
    """A sale at last."""
    return replace(redemption, status="fulfilled", ended_at=meta.recorded_at)


def on_captured(account: Account, fact: RedemptionFulfilled, meta: Meta, _id: str) -> Account:
    """What was set aside has paid."""
    after = account.captured(fact.paid, fact.stream(meta.tx))
    return replace(after, spent=account.spent + fact.amount)


def on_released(account: Account, fact: Releasing, meta: Meta, _id: str) -> Account:
    """What was set aside is open again, less what of it repaid debts."""
    return account.released(fact.released, fact.stream(meta.tx)).repaid(fact.repaid)


# Refunds -------------------------------------------------------------------------------------------------------


def on_refunded(redemption: Redemption, fact: RedemptionRefunded, _meta: Meta, _id: str) -> Redemption:
    """What came back of it, after this."""
    after = replace(
        redemption,
        refunded=redemption.refunded + fact.amount,
        returned=returned(redemption, fact.lines),
        restored=redemption.restored + fact.given_back(),
    )
    return completed(after)


def on_repaid_by_refund(account: Account, fact: RedemptionRefunded, meta: Meta, _id: str) -> Account:
    """Ranges come back at their old places or as new lots, and repay debts first."""
    after = account.restored((item.lot for item in fact.restored), terms_of(fact.restored), meta.position)
    for item in fact.reissued:
        after = after.granted(item.lot, item.terms, meta.position)
    return replace(after.repaid(fact.repaid), received=account.received + fact.amount)


EVOLUTIONS: Final = (
    Evolution(RedemptionPlaced, Redemption, redemptions, on_placed),
    Evolution(RedemptionPlaced, Account, accounts, on_paid),
    Evolution(RedemptionPlaced, Item, items, on_sold),
    counted(RedemptionPlaced),
    Evolution(RedemptionHeld, Redemption, redemptions, on_held),
    Evolution(RedemptionHeld, Account, accounts, on_earmarked),
    Evolution(RedemptionHeld, Item, items, on_promised),
    counted(RedemptionHeld),
    Evolution(RedemptionFulfilled, Redemption, redemptions, on_fulfilled),
    Evolution(RedemptionFulfilled, Account, accounts, on_captured),
    Evolution(RedemptionFulfilled, Item, items, on_handed_over),
    Evolution(RedemptionCancelled, Redemption, redemptions, on_cancelled),
    Evolution(RedemptionCancelled, Account, accounts, on_released),
    Evolution(RedemptionCancelled, Item, items, on_freed),
    Evolution(RedemptionCancelled, Owed, debts_repaid, on_repaid),
    counted(RedemptionCancelled),
    Evolution(RedemptionExpired, Redemption, redemptions, on_expired),
    Evolution(RedemptionExpired, Account, accounts, on_released),
    Evolution(RedemptionExpired, Item, items, on_freed),
    Evolution(RedemptionExpired, Owed, debts_repaid, on_repaid),
    counted(RedemptionExpired),
    Evolution(RedemptionRefunded, Redemption, redemptions, on_refunded),
    Evolution(RedemptionRefunded, Account, accounts, on_repaid_by_refund),
    Evolution(RedemptionRefunded, Item, items, on_restocked),
    Evolution(RedemptionRefunded, Owed, debts_repaid, on_repaid),
    counted(RedemptionRefunded),
    *BILLS,
)

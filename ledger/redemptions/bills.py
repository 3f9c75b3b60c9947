"""How redemptions, coupons, accounts and counters follow the part of a redemption that is priced in money."""

from typing import Final

from msgspec.structs import replace

from ledger.coupons.entities import Coupon
from ledger.limits.evolve import counted
from ledger.points.entities import Account, OpenHold
from ledger.points.evolve import accounts
from ledger.redemptions.entities import Bill, Redemption
from ledger.redemptions.facts import (
    BillCancelled,
    BillEnding,
    BillExpired,
    BillFulfilled,
    BillHeld,
    Billing,
    BillPlaced,
    BillRefunded,
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

# Redemptions -----------------------------------------------------------------------------------------------------


def on_billed(redemption: Redemption | None, fact: BillPlaced, meta: Meta, _id: str) -> Redemption:
    """A sale; for money alone, or beside what was taken for points."""
    before = redemption or Redemption(
        account=fact.account, unit=fact.unit, lines=(), paid=(), placed_at=meta.recorded_at
    )
    return replace(before, bill=_bill(fact))


def on_bill_held(redemption: Redemption | None, fact: BillHeld, meta: Meta, _id: str) -> Redemption:
    """An open hold."""
    before = redemption or Redemption(
        account=fact.account,
        unit=fact.unit,
        lines=(),
        paid=(),
        placed_at=meta.recorded_at,
        status="held",
        expires_at=fact.expires_at,
    )
    return replace(before, bill=replace(_bill(fact), used=fact.used, paid=fact.paid))


def of(redemption: Redemption) -> Bill:
    """The part for money, of a redemption that has one."""
    if redemption.bill is None:
        raise LookupError("a bill ends that was never placed")
    return redemption.bill


def _bill(fact: Billing) -> Bill:
    return Bill(
        merchant=fact.merchant,
        account=fact.account,
        unit=fact.unit,
        lines=fact.lines,
        amount=fact.bill,
        covered=fact.amount,
        counts=fact.counts,
    )


def on_bill_fulfilled(redemption: Redemption, _fact: BillFulfilled, meta: Meta, _id: str) -> Redemption:
    """A sale at last; nothing is set aside any more."""
    bill = replace(of(redemption), used=(), paid=())
    return replace(redemption, status="fulfilled", ended_at=meta.recorded_at, bill=bill)


def on_bill_refunded(redemption: Redemption, fact: BillRefunded, _meta: Meta, _id: str) -> Redemption:
    """What came back of it, after this."""
    bill = of(redemption)
    bill = replace(bill, refunded=bill.refunded + fact.bill, uncovered=bill.uncovered + fact.amount)
    return completed(replace(redemption, bill=bill, returned=returned(redemption, fact.lines)))


# Coupons and accounts ----------------------------------------------------------------------------------------------


def coupons(fact: BillHeld | BillEnding, _meta: Meta) -> list[str]:
    """Those that are set aside, or no longer are."""
    return [part.coupon for part in fact.used]


def _part(fact: BillHeld | BillEnding, coupon: str) -> int:
    return sum(part.amount for part in fact.used if part.coupon == coupon)


def on_reserved(coupon: Coupon, fact: BillHeld, _meta: Meta, id: str) -> Coupon:
    """Less of it is free."""
    until = max(coupon.reserved_until or fact.expires_at, fact.expires_at)
    return replace(coupon, held=coupon.held + _part(fact, id), reserved_until=until)


def on_unreserved(coupon: Coupon, fact: BillEnding, _meta: Meta, id: str) -> Coupon:
    """Free again, to be spent or to lapse."""
    held = coupon.held - _part(fact, id)
    return replace(coupon, held=held, reserved_until=coupon.reserved_until if held else None)


def on_known(account: Account | None, fact: BillPlaced | BillRefunded, _meta: Meta, _id: str) -> Account:
    """As it was: what coupons pay moves it beside this; whoever paid all outside has an account of nothing."""
    return account or Account(account=fact.account, unit=fact.unit)


def on_set_aside(account: Account | None, fact: BillHeld, meta: Meta, _id: str) -> Account:
    """The ranges that will pay are set aside; without any, time still ends the hold here."""
    before = account or Account(account=fact.account, unit=fact.unit)
    return before.earmarked(fact.paid, OpenHold(fact.stream(meta.tx), fact.expires_at))


def on_set_free(account: Account, fact: BillEnding, meta: Meta, _id: str) -> Account:
    """They are open again."""
    return account.released(fact.released, fact.stream(meta.tx))


BILLS: Final = (
    Evolution(BillPlaced, Redemption, redemptions, on_billed),
    Evolution(BillPlaced, Account, accounts, on_known),
    Evolution(BillPlaced, Item, items, on_sold),
    counted(BillPlaced),
    Evolution(BillHeld, Redemption, redemptions, on_bill_held),
    Evolution(BillHeld, Account, accounts, on_set_aside),
    Evolution(BillHeld, Coupon, coupons, on_reserved),
    Evolution(BillHeld, Item, items, on_promised),
    counted(BillHeld),
    Evolution(BillFulfilled, Redemption, redemptions, on_bill_fulfilled),
    Evolution(BillFulfilled, Account, accounts, on_set_free),
    Evolution(BillFulfilled, Coupon, coupons, on_unreserved),
    Evolution(BillFulfilled, Item, items, on_handed_over),
    Evolution(BillCancelled, Redemption, redemptions, on_cancelled),
    Evolution(BillCancelled, Account, accounts, on_set_free),
    Evolution(BillCancelled, Coupon, coupons, on_unreserved),
    Evolution(BillCancelled, Item, items, on_freed),
    counted(BillCancelled),
    Evolution(BillExpired, Redemption, redemptions, on_expired),
    Evolution(BillExpired, Account, accounts, on_set_free),
    Evolution(BillExpired, Coupon, coupons, on_unreserved),
    Evolution(BillExpired, Item, items, on_freed),
    counted(BillExpired),
    Evolution(BillRefunded, Redemption, redemptions, on_bill_refunded),
    Evolution(BillRefunded, Account, accounts, on_known),
    Evolution(BillRefunded, Item, items, on_restocked),
    counted(BillRefunded),
)

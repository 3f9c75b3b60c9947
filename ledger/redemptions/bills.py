"""How redemptions, coupons, accounts, items and counters follow the part of a redemption that is priced in money."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from ledger.coupons.entities import Coupon
from ledger.limits.evolve import counted
from ledger.points.entities import Account, OpenHold, account_key
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
    RedemptionFact,
    ReturnedLine,
)
from ledger.room import Evolution, Meta
from ledger.stock.entities import Item, Promise
from ledger.values import ItemId

WithLines = Billing | BillEnding | BillRefunded


def redemptions(fact: RedemptionFact, _meta: Meta) -> tuple[str, ...]:
    """The redemption that a fact is about."""
    return (fact.redemption,)


def completed(redemption: Redemption) -> Redemption:
    """Refunded, once all of it is back."""
    return replace(redemption, status="refunded") if redemption.complete else redemption


def returned(redemption: Redemption, lines: Iterable[ReturnedLine]) -> tuple[tuple[ItemId, int], ...]:
    """The pieces of each item that are back, with these."""
    pieces = dict(redemption.returned)
    for line in lines:
        pieces[line.item] = pieces.get(line.item, 0) + line.quantity
    return tuple(pieces.items())


def items(fact: WithLines, _meta: Meta) -> list[str]:
    """Each item once."""
    return list(dict.fromkeys(line.item for line in fact.lines))


def _pieces(fact: Billing | BillEnding, item: str) -> int:
    return sum(line.quantity for line in fact.lines if line.item == item)


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


def on_bill_cancelled(redemption: Redemption, _fact: BillCancelled, meta: Meta, _id: str) -> Redemption:
    """Called off."""
    return replace(redemption, status="cancelled", ended_at=meta.recorded_at)


def on_bill_expired(redemption: Redemption, _fact: BillExpired, meta: Meta, _id: str) -> Redemption:
    """Ended, at the instant that was said."""
    return replace(redemption, status="expired", ended_at=meta.occurred_at)


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


# Items -----------------------------------------------------------------------------------------------------------


def on_sold(item: Item, fact: BillPlaced, _meta: Meta, id: str) -> Item:
    """Fewer pieces on the shelf."""
    return replace(item, stock=item.stock - _pieces(fact, id))


def on_promised(item: Item, fact: BillHeld, _meta: Meta, id: str) -> Item:
    """Pieces are kept; the shelf is as it was."""
    account = account_key(fact.account, fact.unit)
    return item.promised(Promise(fact.redemption, account, _pieces(fact, id), fact.expires_at))


def on_handed_over(item: Item, fact: BillFulfilled, _meta: Meta, id: str) -> Item:
    """The kept pieces left the shelf."""
    return replace(item.freed(fact.redemption), stock=item.stock - _pieces(fact, id))


def on_freed(item: Item, fact: BillCancelled | BillExpired, _meta: Meta, _id: str) -> Item:
    """The kept pieces are for everybody."""
    return item.freed(fact.redemption)


def on_restocked(item: Item, fact: BillRefunded, _meta: Meta, id: str) -> Item:
    """What is fit for it is on the shelf again; the rest has a fact of its own."""
    back = sum(line.quantity for line in fact.lines if line.item == id and line.restock)
    return replace(item, stock=item.stock + back)


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
    Evolution(BillCancelled, Redemption, redemptions, on_bill_cancelled),
    Evolution(BillCancelled, Account, accounts, on_set_free),
    Evolution(BillCancelled, Coupon, coupons, on_unreserved),
    Evolution(BillCancelled, Item, items, on_freed),
    counted(BillCancelled),
    Evolution(BillExpired, Redemption, redemptions, on_bill_expired),
    Evolution(BillExpired, Account, accounts, on_set_free),
    Evolution(BillExpired, Coupon, coupons, on_unreserved),
    Evolution(BillExpired, Item, items, on_freed),
    counted(BillExpired),
    Evolution(BillRefunded, Redemption, redemptions, on_bill_refunded),
    Evolution(BillRefunded, Account, accounts, on_known),
    Evolution(BillRefunded, Item, items, on_restocked),
    counted(BillRefunded),
)

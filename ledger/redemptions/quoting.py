"""A quote: what the counter shows before the sale, by the same rules that then decide it. Pure, records nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ledger.entitlements.issuing import may_take
from ledger.limits.facts import Count
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem
from ledger.points.entities import Account
from ledger.points.granting import account_of, moving
from ledger.redemptions.billing import in_money, of_this_merchant, own_goods
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.entities import Line
from ledger.redemptions.quoting_bills import Priced, QuotedBill, priced
from ledger.redemptions.selling import in_stock, limited, merged, on_sale, supplied, total
from ledger.redemptions.terms import scheme_limits
from ledger.refusals import InsufficientFunds, Malformed, NotFound, Refusal, UnitMismatch
from ledger.room import Book, Now
from ledger.scheme.model import Scheme, Unit
from ledger.stock.entities import Item
from ledger.values import HolderId, ItemId, UnitCode, holder_account


class QuotedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a quote; `reason` is the code of the refusal that stands against it, with its numbers."""

    item: ItemId
    quantity: int
    price: int | None = None
    """None: no such item."""
    reason: str | None = None
    numbers: dict[str, Any] = {}

    @property
    def available(self) -> bool:
        """Whether nothing stands against this line, given the lines before it."""
        return self.reason is None

    @property
    def amount(self) -> int:
        """What the line costs."""
        return (self.price or 0) * self.quantity


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """All lines with what they cost and what the holder has. `missing` is what the whole cart lacks."""

    holder: HolderId
    unit: UnitCode | None
    """None: nothing in it is an item."""
    lines: tuple[QuotedLine, ...]
    amount: int
    balance: int
    spendable: int
    held: int
    available: int
    missing: int
    confirmation: tuple[str, ...] = ()
    """Any one of these must confirm the sale; none: no confirmation."""

    bill: QuotedBill | None = None
    """What is priced in money; the other members are about points alone."""

    @property
    def possible(self) -> bool:
        """Whether a redemption of these lines would be placed now, once it is confirmed, with the bill's `tender`."""
        refused = self.bill is not None and any(one.refuses for one in self.bill.left_out)
        return not refused and all(line.available for line in self.lines)

    @property
    def totals(self) -> dict[UnitCode, int]:
        """What it costs in each unit."""
        points = {self.unit: self.amount} if self.unit is not None else {}
        return points if self.bill is None else points | {self.bill.unit: self.bill.amount}


def quote(
    lines: tuple[WantedLine, ...],
    holder: HolderId,
    book: Book,
    now: Now,
    *,
    merchant: str | None = None,
    coupons: tuple[str, ...] = (),
    own: bool = False,
) -> Quote:
    """What placing these lines would answer, line by line; refuses what is `malformed` and an unknown or merged holder.

    On a book on which time has acted: holds and lots that have ended are no longer in it. `own`: at the merchant's
    own till, where all is `forbidden` while nobody's goods for points are among it.
    """
    wanted = merged(lines)
    book.the(Holder, holder)
    scheme = book.scheme(now.today)
    items = {line.item: item for line in wanted if (item := book.get(Item, line.item)) is not None}
    money = in_money(scheme, items)
    for_points = [line for line in wanted if line.item not in money]
    unit = next((scheme.unit(items[line.item].unit) for line in for_points if line.item in items), None)
    account = _account(book, holder, unit)
    available = account.available(unit) if unit else 0
    own_goods([items[line.item] for line in for_points if line.item in items], own=own)
    units = {id: scheme.unit(items[id].unit) for id in money}
    found = {
        line.item: _line(line, items.get(line.item), units.get(line.item, unit), holder, book, now) for line in wanted
    }
    checked = [found[line.item] for line in for_points]
    if scheme.entitlements:
        checked = [_entitled(checked, line, scheme, holder, book, now) for line in checked]
    amount = total(tuple(Line(line.item, line.price or 0, line.quantity) for line in checked))
    person = _person(book, holder, now)
    barrier, drawn = _barrier(account, checked, items, merchant, book, now)
    command = PlaceRedemption(holder=holder, lines=lines, merchant=merchant or msgspec.UNSET, coupons=coupons)
    if coupons and not money:
        raise Malformed(errors=["coupons: nothing here is paid with coupons"])
    bill = priced(command, [line for line in wanted if line.item in money], items, drawn, book, now) if money else None
    barrier = person or barrier
    answered = tuple(_against(line, barrier) for line in checked) if barrier else _affordable(checked, available)
    found |= {line.item: line for line in answered} | _on_bill(found, bill, person)
    return Quote(
        holder=holder,
        unit=unit.code if unit else None,
        lines=tuple(found[line.item] for line in wanted),
        amount=amount,
        balance=account.balance,
        spendable=account.spendable(unit) if unit else 0,
        held=account.held,
        available=available,
        missing=max(0, amount - available),
        confirmation=scheme.redemption.confirmation,
        bill=bill.bill if bill else None,
    )


def _on_bill(
    found: Mapping[ItemId, QuotedLine], bill: Priced | None, person: Refusal | None
) -> dict[ItemId, QuotedLine]:
    """The lines for money, with what stands against the person, or against the bill where nothing else does."""
    against = person or (bill.barrier if bill else None)
    if bill is None or against is None:
        return {}
    return {id: _against(found[id], against) for id in bill.items if person or found[id].available}


def _account(book: Book, holder: HolderId, unit: Unit | None) -> Account:
    id = holder_account(holder)
    return account_of(book, id, unit) if unit else Account(account=id, unit=UnitCode(""))


def _person(book: Book, holder: HolderId, now: Now) -> Refusal | None:
    """What stands against everything that this person would take."""
    try:
        may_redeem(living(book, holder), now.today)
    except Refusal as refusal:
        return refusal
    return None


def _barrier(
    account: Account,
    checked: Sequence[QuotedLine],
    items: Mapping[ItemId, Item],
    merchant: str | None,
    book: Book,
    now: Now,
) -> tuple[Refusal | None, tuple[Count, ...]]:
    """What stands against all that is for points; and what it would draw on the scheme's limits."""
    lines = tuple(Line(line.item, line.price or 0, line.quantity) for line in checked if line.item in items)
    try:
        moving(account)
        of_this_merchant(merchant, items.values())
        return None, scheme_limits(book, now, account, lines, total(lines), items)
    except Refusal as refusal:
        return refusal, ()


def _line(line: WantedLine, item: Item | None, unit: Unit | None, holder: HolderId, book: Book, now: Now) -> QuotedLine:
    if item is None or unit is None:
        return _against(QuotedLine(item=line.item, quantity=line.quantity), NotFound(kind="item", id=line.item))
    quoted = QuotedLine(item=line.item, quantity=line.quantity, price=item.price(now.recorded_at))
    try:
        if item.unit != unit.code:
            raise UnitMismatch(expected=unit.code, given=item.unit)
        on_sale(line.item, item, now.recorded_at)
        supplied(line.item, item, book, now)
        limited(book, line, item, holder, now.today)
        in_stock(line.item, item, line.quantity, now.recorded_at)
    except Refusal as refusal:
        return _against(quoted, refusal)
    return quoted


def _entitled(
    lines: list[QuotedLine], line: QuotedLine, scheme: Scheme, holder: HolderId, book: Book, now: Now
) -> QuotedLine:
    """The line, with what is in force against it; of lines that issue the same, those up to it count together."""
    rules = scheme.entitlement_of(line.item)
    if rules is None or not line.available:
        return line
    alike = [other for other in lines[: lines.index(line) + 1] if other.item in rules.items]
    try:
        may_take(book, scheme, holder, alike, now.today)
    except Refusal as refusal:
        return _against(line, refusal)
    return line


def _affordable(lines: list[QuotedLine], available: int) -> tuple[QuotedLine, ...]:
    """Lines in their order take what is available; the first that does not fit, and others like it, lack funds."""
    left = available
    checked = []
    for line in lines:
        amount = line.amount
        fits = amount <= left
        if line.available and fits:
            left -= amount
        short = InsufficientFunds(required=amount, available=left, missing=max(0, amount - left))
        checked.append(line if fits or not line.available else _against(line, short))
    return tuple(checked)


def _against(line: QuotedLine, refusal: Refusal) -> QuotedLine:
    return msgspec.structs.replace(line, reason=refusal.code, numbers=refusal.members())

"""Receipts on screen and paper, made from facts alone: a reprint after years says what the first print said."""

from collections.abc import Iterable
from typing import NamedTuple

from api.auth import Caller
from api.export.amounts import shown
from api.pages.masking import masked, masked_coupon
from api.pages.words import money
from api.site import Served
from ledger.calendar import local_day
from ledger.deciding import Decision
from ledger.merchants.entities import Merchant
from ledger.people.standing import survivor
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionFact
from ledger.redemptions.receipt import Receipt, ReceiptBill, receipt
from ledger.refusals import NotFound
from ledger.room import Envelope
from ledger.scheme.model import Unit
from ledger.stock.entities import Item
from ledger.values import Instant


class Till(NamedTuple):
    """The part of a slip that is priced in money: amounts of its unit as people read them, 171.00."""

    merchant: str
    lines: tuple[tuple[str, int, str, str], ...]
    """Name, pieces, price and amount of each."""
    coupons: tuple[tuple[str, str], ...]
    """The masked number of each, and what of it."""
    amount: str
    covered: str
    tender: str
    left: str | None
    """What the person's coupons hold after it, on a slip of money alone: beside points, those are told."""
    returned: str | None
    """What of this sale came back meanwhile: shown on screen, not on paper."""


class Slip(NamedTuple):
    """A receipt with the names that stand beside its codes."""

    receipt: Receipt
    shop: str
    unit: Unit
    items: dict[str, str]
    person: str | None
    """Masked."""
    counter: str
    can_cancel: bool
    returned: int
    """Points of this sale that came back meanwhile: shown on screen, not on paper."""
    till: Till | None


def slip(served: Served, caller: Caller, position: int, lang: str) -> Slip:
    """The receipt whose number this is. Blocking. Raises NotFound; so for a merchant's key about what another sold."""
    envelopes = _transaction(served, position)
    printed = receipt(envelopes)
    ledger = served.ledger
    view = ledger.view()
    scheme = view.scheme(local_day(printed.occurred_at, ledger.zone))
    bill = printed.bill
    all_lines = printed.lines + (bill.lines if bill is not None else ())
    sold = {line.item: view.the(Item, line.item) for line in all_lines}
    _of_merchant(caller, printed, sold.values(), position)
    holder = survivor(view, printed.account.partition(":")[2])
    data = served.vault.person(holder) if caller.may("vault") else None
    state = view.the(Redemption, printed.redemption)
    return Slip(
        receipt=printed,
        shop=scheme.names.in_language(lang),
        unit=scheme.unit(printed.unit),
        items={id: item.name for id, item in sold.items()},
        person=masked(data.name) if data is not None and data.name else None,
        counter=envelopes[0].by.principal.partition(":")[2],
        can_cancel=printed.kind == "sale" and caller.may("refund") and _of_today(served, state, view.recorded_at),
        returned=state.refunded if printed.kind == "sale" else 0,
        till=None if bill is None else _till(bill, printed, state, view, lang),
    )


def _till(bill: ReceiptBill, printed: Receipt, state: Redemption, view: Decision, lang: str) -> Till:
    scheme = view.scheme(view.today)

    def yuan(amount: int) -> str:
        return money(shown(scheme, bill.unit, amount), lang)

    back = state.bill.refunded if state.bill is not None and printed.kind == "sale" else 0
    return Till(
        merchant=view.the(Merchant, bill.merchant).name,
        lines=tuple(
            (view.the(Item, line.item).name, line.quantity, yuan(line.price), yuan(line.amount)) for line in bill.lines
        ),
        coupons=tuple((masked_coupon(part.coupon), yuan(part.amount)) for part in bill.coupons),
        amount=yuan(bill.amount),
        covered=yuan(bill.covered),
        tender=yuan(bill.tender),
        left=None if printed.lines or printed.unit != bill.unit else yuan(printed.balance),
        returned=yuan(back) if back else None,
    )


def _of_merchant(caller: Caller, printed: Receipt, items: Iterable[Item], position: int) -> None:
    """A merchant's key sees what its own till sold: by its bill, else by whose all the goods are."""
    scope = caller.principal.merchant
    sellers = {printed.bill.merchant} if printed.bill is not None else {item.merchant for item in items}
    if scope is not None and not caller.may("read") and sellers != {scope}:
        raise NotFound(kind="receipt", id=str(position))


def _of_today(served: Served, sale: Redemption, now: Instant) -> bool:
    zone = served.ledger.zone
    return sale.status == "fulfilled" and local_day(sale.sold_at, zone) == local_day(now, zone)


def _transaction(served: Served, position: int) -> tuple[Envelope, ...]:
    envelopes = served.ledger.onwards(position)
    if not envelopes or not isinstance(envelopes[0].data, RedemptionFact):
        raise NotFound(kind="receipt", id=str(position))
    return envelopes

"""Receipts on screen and paper, made from facts alone: a reprint after years says what the first print said."""

from typing import NamedTuple

from api.auth import Caller
from api.pages.masking import masked
from api.site import Served
from ledger.calendar import local_day
from ledger.people.standing import survivor
from ledger.redemptions.entities import Redemption
from ledger.redemptions.facts import RedemptionFact
from ledger.redemptions.receipt import Receipt, receipt
from ledger.refusals import NotFound
from ledger.room import Envelope
from ledger.scheme.model import Unit
from ledger.stock.entities import Item
from ledger.values import Instant


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


def slip(served: Served, caller: Caller, position: int, lang: str) -> Slip:
    """The receipt whose number this is. Blocking. Raises NotFound."""
    envelopes = _transaction(served, position)
    printed = receipt(envelopes)
    ledger = served.ledger
    view = ledger.view()
    scheme = view.scheme(local_day(printed.occurred_at, ledger.zone))
    holder = survivor(view, printed.account.partition(":")[2])
    data = served.vault.person(holder) if caller.may("vault") else None
    state = view.the(Redemption, printed.redemption)
    return Slip(
        receipt=printed,
        shop=scheme.names.in_language(lang),
        unit=scheme.unit(printed.unit),
        items={line.item: view.the(Item, line.item).name for line in printed.lines},
        person=masked(data.name) if data is not None and data.name else None,
        counter=envelopes[0].by.principal.partition(":")[2],
        can_cancel=printed.kind == "sale" and caller.may("refund") and _of_today(served, state, view.recorded_at),
        returned=state.refunded if printed.kind == "sale" else 0,
    )


def _of_today(served: Served, sale: Redemption, now: Instant) -> bool:
    zone = served.ledger.zone
    return sale.status == "fulfilled" and local_day(sale.sold_at, zone) == local_day(now, zone)


def _transaction(served: Served, position: int) -> tuple[Envelope, ...]:
    envelopes = served.ledger.onwards(position)
    if not envelopes or not isinstance(envelopes[0].data, RedemptionFact):
        raise NotFound(kind="receipt", id=str(position))
    return envelopes

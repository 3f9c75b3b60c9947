"""Checking and paying a settlement: by two more people, to the account that was checked, by an invoice of its sum."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.content import reference
from ledger.approvals.people import by_maker, deciding_person
from ledger.calendar import known_day
from ledger.merchants.entities import Merchant, Payee
from ledger.refusals import AlreadyExists, InvoiceMismatch, Malformed, NotEligible, PayeeChanged
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.scheme.entities import Adopted
from ledger.settlements.commands import CheckSettlement, PaySettlement
from ledger.settlements.entities import Invoice, Settlement, invoice_id
from ledger.settlements.facts import SettlementChecked, SettlementPaid


def must_be(settlement: Settlement, *statuses: str) -> None:
    """Refuse one that has come to another point of its life."""
    if settlement.status not in statuses:
        raise NotEligible(reason=f"settlement-{settlement.status}")


def check(command: CheckSettlement, book: Book, now: Now) -> Facts:
    """Checks: settlement (404), a draft, a person, not its drafter (403), that its lines make what the till counted.

    One that was checked is checked again when its merchant has come to be paid to another account.
    """
    settlement = book.the(Settlement, command.settlement)
    payee = _payee(settlement, book, now)
    id = payee.id if payee else None
    must_be(settlement, *(("draft",) if id == settlement.payee else ("draft", "checked")))
    deciding_person(now)
    same = by_maker(book, now, settlement.drafter)
    if not settlement.tied_out:
        raise NotEligible(reason="lines-missing")
    yield SettlementChecked(
        settlement=command.settlement,
        merchant=settlement.merchant,
        unit=settlement.unit,
        period=settlement.period,
        payable=settlement.payable,
        by_maker=same,
        payee=id,
    )


def _payee(settlement: Settlement, book: Book, now: Now) -> Payee | None:
    """The account that its merchant is paid to today."""
    return book.the(Merchant, settlement.merchant).payee(now.today)


def pay(command: PaySettlement, book: Book, now: Now) -> Facts:
    """Checks: references and invoice (422), settlement (404), checked, nothing disputed, a person who neither drafted
    nor checked, the account that was checked, an invoice over its sum that was not paid before.

    The funds behind the coupons have paid with each sale: here the merchant gets what it has to come.
    """  # noqa: D205 - the checks stand in one sentence, in their order
    _well_formed(command, now)
    settlement = book.the(Settlement, command.settlement)
    must_be(settlement, "checked")
    if settlement.disputed:
        raise NotEligible(reason="disputed")
    deciding_person(now)
    for before in (settlement.drafter, settlement.checker):
        if before is not None:
            by_maker(book, now, before)
    payee = _paid_to(command, settlement, book, now)
    invoiced_on = None if command.invoice is None else command.invoiced_on or now.today
    _invoice_fits(command, settlement, book, invoiced_on or "")
    yield SettlementPaid(
        settlement=command.settlement,
        merchant=settlement.merchant,
        unit=settlement.unit,
        period=settlement.period,
        amount=settlement.payable,
        carried=min(0, settlement.due),
        reference=command.reference,
        invoice=command.invoice,
        invoice_amount=command.invoice_amount,
        invoiced_on=invoiced_on,
        payee=payee.id if payee else None,
        payee_commitment=payee.commitment if payee else None,
    )


def _well_formed(command: PaySettlement, now: Now) -> None:
    for name in ("reference", "invoice", "payee"):
        reference(name, getattr(command, name))
    if (command.invoice is None) != (command.invoice_amount is None):
        raise Malformed(errors=["invoice_amount: together with invoice"])
    on = command.invoiced_on
    if on is not None and (command.invoice is None or not known_day(on) or on > now.today):
        raise Malformed(errors=["invoiced_on: the day of the invoice, such as 2022-06-30, not after today"])


def _paid_to(command: PaySettlement, settlement: Settlement, book: Book, now: Now) -> Payee | None:
    """The account of today, which is the one that was checked. An account changed in between is the oldest fraud."""
    if not settlement.payable:
        return None
    payee = _payee(settlement, book, now)
    id = payee.id if payee else None
    if id != settlement.payee or command.payee not in {None, id}:
        raise PayeeChanged(merchant=settlement.merchant, since_on=payee.from_on if payee else None)
    return payee


def _invoice_fits(command: PaySettlement, settlement: Settlement, book: Book, on: str) -> None:
    if command.invoice is None:
        return
    if book.get(Invoice, invoice_id(settlement.merchant, on, command.invoice)) is not None:
        raise AlreadyExists(kind="invoice", id=command.invoice)
    if command.invoice_amount != settlement.payable:
        raise InvoiceMismatch(invoiced=command.invoice_amount or 0, payable=settlement.payable)


# What they read ----------------------------------------------------------------------------------------------------


def named(command: CheckSettlement | PaySettlement, _book: Book) -> Iterable[Key]:
    """The settlement, and the rules of who may decide."""
    return [(Settlement.KIND, command.settlement), (Adopted.KIND, Adopted.ID)]


def its_merchant(command: CheckSettlement | PaySettlement, book: Book) -> Iterable[Key]:
    """Whom it is paid to, and whether its invoice was paid before."""
    settlement = book.get(Settlement, command.settlement)
    if settlement is None:
        return
    yield Merchant.KIND, settlement.merchant
    if isinstance(command, PaySettlement) and command.invoice is not None:
        yield Invoice.KIND, invoice_id(settlement.merchant, command.invoiced_on or book.today, command.invoice)


HANDLERS: Final = (
    Handler(CheckSettlement, check, (named, its_merchant)),
    Handler(PaySettlement, pay, (named, its_merchant)),
)

"""Deciding about settlements. Checks: terms (422), existence, status, who decides, that it ties out; then no more."""

from collections.abc import Iterable
from typing import Final

from ledger.approvals.content import reference
from ledger.approvals.people import deciding_person
from ledger.coupons.entities import Batch, Purchase
from ledger.funds.entities import Fund
from ledger.merchants.entities import Merchant
from ledger.merchants.till import Till, till_id
from ledger.offers.entities import Offer
from ledger.periods.entities import Books
from ledger.refusals import AlreadyExists, Malformed, NotEligible, NotFound
from ledger.room import Book, Facts, Handler, Key, Now
from ledger.settlements import paying
from ledger.settlements.commands import (
    AddSettlementLines,
    DisputeSettlement,
    DraftSettlement,
    ResolveDispute,
    WithdrawSettlement,
)
from ledger.settlements.entities import Carried, SettledLine, SettledPart, Settlement, carried_id, settlement_id
from ledger.settlements.facts import (
    DisputeResolved,
    SettlementDisputed,
    SettlementDrafted,
    SettlementLinesAdded,
    SettlementWithdrawn,
)
from ledger.settlements.paying import must_be

MOST_LINES: Final = 200
"""Lines of one wish: each takes up to 130 of a fact's 32,768 bytes, and 60 more for each of several sources."""
Named = AddSettlementLines | WithdrawSettlement | DisputeSettlement | ResolveDispute
"""Wishes about a settlement that is there."""


def draft(command: DraftSettlement, book: Book, now: Now) -> Facts:
    """Checks: unit (422), merchant (404), the period closed, no other under way, this one not settled, none skipped."""
    book.scheme(now.today).unit(command.unit)
    book.the(Merchant, command.merchant)
    books = book.the(Books, Books.ID)
    if books.closed_at(command.period) is None:
        raise NotEligible(reason="period-open")
    id = settlement_id(command.merchant, command.unit, command.period)
    before = book.get(Carried, carried_id(command.merchant, command.unit)) or Carried()
    if before.draft is not None or (before.settled is not None and command.period <= before.settled):
        raise AlreadyExists(kind="settlement", id=id)
    for earlier, _ in books.closed:
        counted = book.get(Till, till_id(command.merchant, command.unit, earlier))
        if counted is not None and (before.settled or "") < earlier < command.period:
            raise NotEligible(reason="earlier-period-open")
    till = book.get(Till, till_id(command.merchant, command.unit, command.period)) or Till()
    yield SettlementDrafted(
        settlement=id,
        merchant=command.merchant,
        unit=command.unit,
        period=command.period,
        sold=till.sold,
        refunded=till.refunded,
        fees=till.fees,
        subsidy=till.subsidy,
        carried=before.amount,
        payable=max(0, till.payable + before.amount),
    )


def add_lines(command: AddSettlementLines, book: Book, _now: Now) -> Facts:
    """Checks: number (422), settlement and what they made (404), a draft, none twice."""
    if not 1 <= len(set(command.of)) == len(command.of) <= MOST_LINES:
        raise Malformed(errors=[f"of: 1 to {MOST_LINES}, each once"])
    settlement = book.the(Settlement, command.settlement)
    lines = tuple(_line(settlement, of, book) for of in command.of)
    must_be(settlement, "draft")
    there = {line.of for line in settlement.lines}
    for line in lines:
        if line.of in there:
            raise AlreadyExists(kind="settlement-line", id=line.of)
    yield SettlementLinesAdded(
        settlement=command.settlement,
        merchant=settlement.merchant,
        unit=settlement.unit,
        period=settlement.period,
        lines=lines,
    )


def _line(settlement: Settlement, of: str, book: Book) -> SettledLine:
    till = book.get(Till, till_id(settlement.merchant, settlement.unit, settlement.period, of))
    if till is None:
        raise NotFound(kind="settlement-line", id=of)
    parts = tuple(SettledPart(part.source, part.sold, part.refunded) for part in till.parts)
    return SettledLine(of, till.sold, till.refunded, None if parts else _source(of, book), parts)


def _source(of: str, book: Book) -> str | None:
    """Whose money paid for it: of a batch, or of the fund behind an offer."""
    kind, _, id = of.partition(":")
    if kind == Batch.KIND:
        return book.the(Batch, id).source
    fund = book.the(Offer, id).fund
    return None if fund is None else book.the(Fund, fund).source


def withdraw(command: WithdrawSettlement, book: Book, now: Now) -> Facts:
    """Checks: reason (422), settlement (404), not paid or withdrawn yet."""
    book.scheme(now.day).reason(command.reason)
    settlement = book.the(Settlement, command.settlement)
    must_be(settlement, "draft", "checked")
    yield SettlementWithdrawn(
        settlement=command.settlement,
        merchant=settlement.merchant,
        unit=settlement.unit,
        period=settlement.period,
        reason=command.reason,
    )


def dispute(command: DisputeSettlement, book: Book, now: Now) -> Facts:
    """Checks: reason and note (422), settlement and this merchant's purchase (404), not paid, not contested yet."""
    settlement = _contested(command, book, now)
    if command.purchase in settlement.disputed:
        raise AlreadyExists(kind="dispute", id=command.purchase)
    yield SettlementDisputed(
        settlement=command.settlement,
        merchant=settlement.merchant,
        unit=settlement.unit,
        period=settlement.period,
        purchase=command.purchase,
        reason=command.reason,
        note=command.note,
    )


def resolve(command: ResolveDispute, book: Book, now: Now) -> Facts:
    """Checks: reason and note (422), settlement and purchase (404), not paid, contested, a person."""
    settlement = _contested(command, book, now)
    if command.purchase not in settlement.disputed:
        raise NotEligible(reason="not-disputed")
    deciding_person(now)
    yield DisputeResolved(
        settlement=command.settlement,
        merchant=settlement.merchant,
        unit=settlement.unit,
        period=settlement.period,
        purchase=command.purchase,
        reason=command.reason,
        note=command.note,
    )


def _contested(command: DisputeSettlement | ResolveDispute, book: Book, now: Now) -> Settlement:
    book.scheme(now.day).reason(command.reason)
    reference("note", command.note)
    settlement = book.the(Settlement, command.settlement)
    purchase = book.the(Purchase, command.purchase)
    if (purchase.merchant, purchase.unit) != (settlement.merchant, settlement.unit):
        raise NotFound(kind="purchase", id=command.purchase)
    must_be(settlement, "draft", "checked")
    return settlement


# What they read ----------------------------------------------------------------------------------------------------


def period_of_merchant(command: DraftSettlement, _book: Book) -> Iterable[Key]:
    """The merchant, the books, how far it is settled, and the till."""
    yield Merchant.KIND, command.merchant
    yield Books.KIND, Books.ID
    yield Carried.KIND, carried_id(command.merchant, command.unit)
    yield Till.KIND, till_id(command.merchant, command.unit, command.period)


def earlier_tills(command: DraftSettlement, book: Book) -> Iterable[Key]:
    """The tills of closed periods that may not be settled yet."""
    books = book.get(Books, Books.ID)
    return [
        (Till.KIND, till_id(command.merchant, command.unit, period)) for period, _ in (books.closed if books else ())
    ]


def named(command: Named, _book: Book) -> Iterable[Key]:
    """The settlement, and the purchase that is contested."""
    yield Settlement.KIND, command.settlement
    if isinstance(command, DisputeSettlement | ResolveDispute):
        yield Purchase.KIND, command.purchase


def parts(command: AddSettlementLines, book: Book) -> Iterable[Key]:
    """What each of them made."""
    settlement = book.get(Settlement, command.settlement)
    if settlement is None:
        return
    for of in command.of:
        yield Till.KIND, till_id(settlement.merchant, settlement.unit, settlement.period, of)
        kind, _, id = of.partition(":")
        yield Batch.KIND if kind == Batch.KIND else Offer.KIND, id


def their_funds(command: AddSettlementLines, book: Book) -> Iterable[Key]:
    """The funds behind its offers."""
    for of in command.of:
        kind, _, id = of.partition(":")
        offer = book.get(Offer, id) if kind == Offer.KIND else None
        if offer is not None and offer.fund is not None:
            yield Fund.KIND, offer.fund


HANDLERS: Final = (
    Handler(DraftSettlement, draft, (period_of_merchant, earlier_tills)),
    Handler(AddSettlementLines, add_lines, (named, parts, their_funds)),
    *paying.HANDLERS,
    Handler(WithdrawSettlement, withdraw, (named,)),
    Handler(DisputeSettlement, dispute, (named,)),
    Handler(ResolveDispute, resolve, (named,)),
)

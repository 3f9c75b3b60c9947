"""How settlements follow the facts about them."""

from typing import Final

from msgspec.structs import replace

from ledger.room import Evolution, Meta
from ledger.settlements.entities import Carried, Invoice, Settlement, carried_id, invoice_id
from ledger.settlements.facts import (
    DisputeResolved,
    SettlementChecked,
    SettlementDisputed,
    SettlementDrafted,
    SettlementFact,
    SettlementLinesAdded,
    SettlementPaid,
    SettlementWithdrawn,
)


def settlements(fact: SettlementFact, _meta: Meta) -> tuple[str, ...]:
    """The settlement."""
    return (fact.settlement,)


def merchants(fact: SettlementFact, _meta: Meta) -> tuple[str, ...]:
    """How far its merchant is settled."""
    return (carried_id(fact.merchant, fact.unit),)


def on_drafted(settlement: Settlement | None, fact: SettlementDrafted, meta: Meta, _id: str) -> Settlement:
    """Begun, also after one that was withdrawn: what the merchant contests waits on, whoever drafts anew."""
    return Settlement(
        merchant=fact.merchant,
        unit=fact.unit,
        period=fact.period,
        sold=fact.sold,
        refunded=fact.refunded,
        fees=fact.fees,
        subsidy=fact.subsidy,
        carried=fact.carried,
        drafter=meta.by,
        disputed=settlement.disputed if settlement else (),
    )


def on_lines(settlement: Settlement, fact: SettlementLinesAdded, _meta: Meta, _id: str) -> Settlement:
    """More lines."""
    return replace(settlement, lines=settlement.lines + fact.lines)


def on_checked(settlement: Settlement, fact: SettlementChecked, meta: Meta, _id: str) -> Settlement:
    """Right."""
    return replace(settlement, status="checked", checker=meta.by, payee=fact.payee)


def on_paid(settlement: Settlement, _fact: SettlementPaid, _meta: Meta, _id: str) -> Settlement:
    """Over."""
    return replace(settlement, status="paid")


def on_withdrawn(settlement: Settlement, _fact: SettlementWithdrawn, _meta: Meta, _id: str) -> Settlement:
    """Over, to be drafted anew."""
    return replace(settlement, status="withdrawn")


def on_disputed(settlement: Settlement, fact: SettlementDisputed, _meta: Meta, _id: str) -> Settlement:
    """Waits."""
    return replace(settlement, disputed=(*settlement.disputed, fact.purchase))


def on_resolved(settlement: Settlement, fact: DisputeResolved, _meta: Meta, _id: str) -> Settlement:
    """Waits for it no more."""
    return replace(settlement, disputed=tuple(item for item in settlement.disputed if item != fact.purchase))


def on_begun(carried: Carried | None, fact: SettlementDrafted, _meta: Meta, _id: str) -> Carried:
    """One at a time."""
    return replace(carried or Carried(), draft=fact.period)


def on_ended(carried: Carried, _fact: SettlementWithdrawn, _meta: Meta, _id: str) -> Carried:
    """None is under way."""
    return replace(carried, draft=None)


def on_carried(_carried: Carried, fact: SettlementPaid, _meta: Meta, _id: str) -> Carried:
    """Settled up to here."""
    return Carried(amount=fact.carried, settled=fact.period)


def invoices(fact: SettlementPaid, _meta: Meta) -> tuple[str, ...]:
    """The merchant's invoice, if there was one."""
    return () if fact.invoice is None else (invoice_id(fact.merchant, fact.invoiced_on or "", fact.invoice),)


def on_invoice(_invoice: Invoice | None, fact: SettlementPaid, _meta: Meta, _id: str) -> Invoice:
    """Paid."""
    return Invoice(settlement=fact.settlement, amount=fact.invoice_amount or 0)


EVOLUTIONS: Final = (
    Evolution(SettlementDrafted, Settlement, settlements, on_drafted),
    Evolution(SettlementDrafted, Carried, merchants, on_begun),
    Evolution(SettlementLinesAdded, Settlement, settlements, on_lines),
    Evolution(SettlementChecked, Settlement, settlements, on_checked),
    Evolution(SettlementPaid, Settlement, settlements, on_paid),
    Evolution(SettlementPaid, Carried, merchants, on_carried),
    Evolution(SettlementPaid, Invoice, invoices, on_invoice),
    Evolution(SettlementWithdrawn, Settlement, settlements, on_withdrawn),
    Evolution(SettlementWithdrawn, Carried, merchants, on_ended),
    Evolution(SettlementDisputed, Settlement, settlements, on_disputed),
    Evolution(DisputeResolved, Settlement, settlements, on_resolved),
)

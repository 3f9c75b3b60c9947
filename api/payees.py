"""Accounts of merchants in the vault of which no fact speaks: what proposed them broke off before the ledger knew."""

from collections.abc import Iterator, Sequence

from ledger.approvals.entities import Proposal
from ledger.journal.ledger import Ledger
from ledger.merchants.commands import ChangeMerchantPayee
from ledger.merchants.entities import Merchant
from ledger.values import Instant
from ledger.vault import Vault
from ledger.vault.payees import ProposedPayee

_CHUNK = 1_000


def sweep_payees(ledger: Ledger, vault: Vault, *, before: Instant) -> list[str]:
    """Erase what the vault keeps of accounts that neither a merchant nor a proposal names; answers which. Blocking.

    What was proposed and refused, or lapsed undecided, stays: its proposal says what was decided about.
    `before` must lie further back than any command waits (see PayeeBox.orphans).
    """

    def known(rows: Sequence[ProposedPayee]) -> set[str]:
        asked = {row.payee for row in rows}
        named = asked & set(_of_merchants(ledger, {row.merchant for row in rows}))
        # Almost always that is all of them, and the proposals of years need not be read.
        return named if named == asked else named | asked & set(_proposed(ledger))

    return vault.payees.orphans(known, before=before)


def _of_merchants(ledger: Ledger, merchants: set[str]) -> Iterator[str]:
    rows = ledger.storage.book([(Merchant.KIND, merchant) for merchant in sorted(merchants)])
    for row in rows.values():
        merchant = ledger.book.codec.decode(row).entity
        if isinstance(merchant, Merchant):
            yield from (payee.id for payee in merchant.payees)


def _proposed(ledger: Ledger) -> Iterator[str]:
    after = ""
    while rows := ledger.storage.book_scan(Proposal.KIND, after, _CHUNK):
        for row in rows:
            proposal = ledger.book.codec.decode(row).entity
            if isinstance(proposal, Proposal) and proposal.kind == ChangeMerchantPayee.ROUTE:
                yield proposal.command["payee"]
        after = rows[-1].id

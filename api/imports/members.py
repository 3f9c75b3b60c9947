"""Registering the members of units in the bulk lane, each under the number by which the unit knows them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from api.imports.outcomes import Item
from api.imports.profiles.members import MemberRow
from api.imports.report import ImportReport
from api.people import derived, kept
from ledger.journal.ledger import Ledger
from ledger.journal.turn import Outcome, Submission
from ledger.people.commands import RegisterPerson
from ledger.people.entities import Holder
from ledger.refusals import AlreadyExists
from ledger.room import By
from ledger.values import HolderId
from ledger.vault import PersonalData, Vault

CHUNK: Final = 500
"""Rows that are written to the vault in one transaction."""


def register_members(ledger: Ledger, vault: Vault, rows: Iterable[Item], report: ImportReport, *, by: By) -> None:
    """Register everybody whose number is new, with the unit as crew; who is known is counted and left alone."""
    source = iter(rows)
    while chunk := [row for row in islice(source, CHUNK) if isinstance(row, MemberRow)]:
        fresh = _unknown(ledger, vault, chunk)
        report.settle("already-known", len(chunk) - len(fresh))
        submissions = _registrations(ledger, vault, fresh, by)
        for row, outcome in zip(fresh, ledger.writer.ask_all(submissions), strict=True):
            _settle(report, row, outcome)


def _unknown(ledger: Ledger, vault: Vault, rows: Sequence[MemberRow]) -> list[MemberRow]:
    """Whom no fact speaks of; a row of the vault alone is what a crash has left."""
    kept_as = vault.holders_by_reference(row.member for row in rows)
    there = ledger.storage.book([(Holder.KIND, holder) for holder in kept_as.values()])
    return [row for row in rows if (Holder.KIND, kept_as.get(row.member, "")) not in there]


def _registrations(ledger: Ledger, vault: Vault, rows: Sequence[MemberRow], by: By) -> Iterator[Submission]:
    for row, (holder, pd) in zip(rows, _all_kept(ledger, vault, rows), strict=True):
        command = RegisterPerson(holder=holder, crew=row.unit, joined_on=row.joined_on)
        yield Submission(wishes=(ledger.wish(command, by=by, pd=pd),))


def _all_kept(ledger: Ledger, vault: Vault, rows: Sequence[MemberRow]) -> list[tuple[HolderId, dict[str, str]]]:
    """All rows in one transaction of the vault; one by one where a crash has left some of them there."""
    people = [(("member", row.member), _personal(row)) for row in rows]
    try:
        pds = vault.register_many({derived(ledger, *origin, "0"): data for origin, data in people})
    except AlreadyExists:
        return [kept(ledger, vault, data, origin) for origin, data in people]
    return [(HolderId(holder), pd) for holder, pd in pds.items()]


def _personal(row: MemberRow) -> PersonalData:
    return PersonalData(name=row.private.name or None, phone=row.private.phone or None, reference=row.member)


def _settle(report: ImportReport, row: MemberRow, outcome: Outcome) -> None:
    """Raises what is no answer about the row: the database is away, too much is waiting."""
    refusal = outcome.refusal
    if refusal is None:
        report.settle("credited")
    elif isinstance(refusal, AlreadyExists):
        report.settle("already-known")
    elif refusal.status in {429, 500, 503}:
        raise refusal
    else:
        report.refuse(row, refusal.code)

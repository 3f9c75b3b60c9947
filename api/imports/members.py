"""Registering the members of units in the bulk lane, each under the number by which the unit knows them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from api.imports.outcomes import Item
from api.imports.profiles.members import MemberRow
from api.imports.report import ImportReport
from api.people import all_kept, settle_registration
from ledger.journal.ledger import Ledger
from ledger.journal.turn import Submission
from ledger.people.commands import RegisterPerson
from ledger.people.entities import Holder
from ledger.room import By
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
            settle_registration(report, row, outcome)


def _unknown(ledger: Ledger, vault: Vault, rows: Sequence[MemberRow]) -> list[MemberRow]:
    """Whom no fact speaks of; a row of the vault alone is what a crash has left."""
    kept_as = vault.holders_by_reference(row.member for row in rows)
    there = ledger.storage.book([(Holder.KIND, holder) for holder in kept_as.values()])
    return [row for row in rows if (Holder.KIND, kept_as.get(row.member, "")) not in there]


def _registrations(ledger: Ledger, vault: Vault, rows: Sequence[MemberRow], by: By) -> Iterator[Submission]:
    people = [(("member", row.member), _personal(row)) for row in rows]
    for row, (holder, pd) in zip(rows, all_kept(ledger, vault, people), strict=True):
        command = RegisterPerson(holder=holder, crew=row.unit, joined_on=row.joined_on)
        yield Submission(wishes=(ledger.wish(command, by=by, pd=pd),))


def _personal(row: MemberRow) -> PersonalData:
    return PersonalData(name=row.private.name or None, phone=row.private.phone or None, reference=row.member)

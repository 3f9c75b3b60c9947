"""Deciding about files that are handed in."""

from typing import Final

from ledger.intake.commands import FinishImport
from ledger.intake.entities import Imported
from ledger.intake.facts import ImportFinished, import_id
from ledger.refusals import Malformed
from ledger.room import Book, Facts, Handler, Key, Now


def finish(command: FinishImport, _book: Book, _now: Now) -> Facts:
    """Checks: the counts add up to the rows (422): a row that is counted nowhere has been lost."""
    if min(command.counts.values(), default=0) < 0 or sum(command.counts.values()) != command.rows:
        raise Malformed(errors=[f"counts: {command.counts} do not add up to {command.rows} rows"])
    yield ImportFinished(
        profile=command.profile,
        file=command.file,
        for_period=command.for_period,
        rows=command.rows,
        counts=command.counts,
    )


def file_of(command: FinishImport, _book: Book) -> list[Key]:
    """The file, if it was here before."""
    return [(Imported.KIND, import_id(command.profile, command.for_period, command.file))]


HANDLERS: Final = (Handler(FinishImport, finish, (file_of,)),)

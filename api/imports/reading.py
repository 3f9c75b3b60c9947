"""Reading: one file under one profile, as a stream of results that the report has counted."""

from collections.abc import Iterator
from pathlib import Path

from api.imports.headings import Heading
from api.imports.outcomes import BadRow, Item, Result
from api.imports.profile import Bad, Profile, Terms
from api.imports.report import ImportReport
from api.imports.sheets import Row, Sheet, read_sheet


class Reading:
    """A file whose headings are found: `report` counts each row as it is read; to be read once."""

    def __init__(self, sheet: Sheet, profile: Profile, terms: Terms) -> None:
        """Judge the rows of `sheet` under `terms`."""
        self.report = ImportReport(sheet.file, sheet.digest, profile=profile.name, period=terms.period)
        self._sheet = sheet
        self._judge = profile.judge(terms)
        self._titles = {heading.name: _title(heading, sheet) for heading in profile.headings}

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes, in hexadecimal."""
        return self.report.digest

    def __iter__(self) -> Iterator[Result]:
        """Every row with data as an Item, Skipped or BadRow, in file order."""
        for row in self._sheet:
            result = self._result(row)
            self.report.add(result)
            yield result

    def items(self) -> Iterator[Item]:
        """The rows that the ledger has to answer for; the others are in the report."""
        return (result for result in self if isinstance(result, Item))

    def _result(self, row: Row) -> Result:
        if row.broken:
            return BadRow(file=self._sheet.file, row=row.number, column="", code=row.broken)
        try:
            return self._judge(row)
        except Bad as bad:
            return BadRow(
                file=self._sheet.file, row=row.number, column=self._titles[bad.column], code=bad.code, value=bad.value
            )


def read(path: Path, profile: Profile, terms: Terms, *, sheet: str | None = None) -> Reading:
    """Open a file under a profile; raises UnreadableFile. Nothing is read yet but the headings."""
    return Reading(read_sheet(path, profile.headings, sheet=sheet), profile, terms)


def _title(heading: Heading, sheet: Sheet) -> str:
    return sheet.titles.get(heading.name, heading.shown)

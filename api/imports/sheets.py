"""Sheets: an Excel or CSV file as a stream of rows under known headings, each with the number that Excel shows."""

import hashlib
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from api.imports.cells import Cell, Numbered
from api.imports.excel import excel_sheets
from api.imports.headings import Columns, Heading, locate, stacked
from api.imports.kinds import kind_of
from api.imports.text import text_sheet
from api.imports.unreadable import UnreadableFile

PIECE: Final = 1 << 20
DEEPEST_HEADING: Final = 30
"""Rows looked through for headings: titles, dates of print and blank lines stand above them."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
"""Left in a cell by a device or by Excel's `_x0000_`: nobody sees them, and PostgreSQL takes no zero in a text."""


class Row(msgspec.Struct, frozen=True):
    """One row of data: the number that a person sees in Excel, and its cells by our name of the heading.

    `broken` is the reason code of a row that could not be taken apart; it has no cells then.
    """

    number: int
    cells: dict[str, Cell]
    broken: str | None = None


class Sheet:
    """An open file whose headings are found: `digest` (SHA-256, hex), `titles` as written, and its rows once."""

    def __init__(self, file: str, digest: str, columns: Columns, rows: Iterator[Numbered]) -> None:
        """Hold what `read_sheet` found; `rows` are those under the headings."""
        self.file = file
        self.digest = digest
        self.titles = columns.titles
        self._places = columns.places
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        """The rows that hold anything; rows without any cell are left out but keep their numbers."""
        for number, cells in self._rows:
            if isinstance(cells, str):
                yield Row(number, {}, cells)
            elif any(cell not in ("", None) for cell in cells):
                width = len(cells)
                row = {name: cells[place] if place < width else "" for name, place in self._places.items()}
                spoilt = any(isinstance(cell, str) and _CONTROL.search(cell) for cell in row.values())
                yield Row(number, {}, "unreadable-text") if spoilt else Row(number, row)


def read_sheet(path: Path, headings: Sequence[Heading], *, sheet: str | None = None) -> Sheet:
    """Open a file and find its headings.

    Raises UnreadableFile. The file stays open until the rows are read; CSV is read in pieces, Excel at once.
    """
    file = _open(path)
    try:
        kind = kind_of(path, file)
        digest = _digest(file)
        if kind == "text":
            return _from_text(path, file, digest, headings)
        return _from_excel(path, file, digest, headings, sheet)
    except BaseException:
        file.close()
        raise


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise UnreadableFile(path.name, "no-such-file") from None
    except IsADirectoryError:
        raise UnreadableFile(path.name, "not-a-spreadsheet") from None
    except OSError:
        raise UnreadableFile(path.name, "not-permitted") from None


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _from_text(path: Path, file: BinaryIO, digest: str, headings: Sequence[Heading]) -> Sheet:
    nearest: Search | None = None
    for rows in text_sheet(file):
        search = find_headings(rows, headings)
        if search.found:
            return _sheet(path, digest, search, file)
        nearest = search.nearer(nearest)
    raise UnreadableFile(path.name, "unknown-encoding") if nearest is None else nearest.complaint(path, headings)


def _from_excel(path: Path, file: BinaryIO, digest: str, headings: Sequence[Heading], wanted: str | None) -> Sheet:
    searches = [(name, find_headings(rows, headings)) for name, rows in excel_sheets(path.name, file, wanted)]
    fitting = [(name, search) for name, search in searches if search.found]
    if len(fitting) > 1:
        # Reading the first one only would lose the weeks that stand on the others without a word.
        raise UnreadableFile(path.name, "several-sheets", sheets="、".join(name for name, _ in fitting))
    if fitting:
        return _sheet(path, digest, fitting[0][1], file)
    nearest: Search | None = None
    for _, search in searches:
        nearest = search.nearer(nearest)
    raise UnreadableFile(path.name, "empty-file") if nearest is None else nearest.complaint(path, headings)


class Search(msgspec.Struct, frozen=True):
    """What looking for headings found: the best columns seen, the row they stand in, and the rows after it."""

    columns: Columns
    row: int
    seen: tuple[str, ...]
    found: bool
    rows: Iterator[Numbered]
    empty: bool = False

    def nearer(self, other: "Search | None") -> "Search":
        """Of two failures the one that knew more headings: its complaint helps more."""
        return self if other is None or len(self.columns.places) > len(other.columns.places) else other

    def complaint(self, path: Path, headings: Sequence[Heading]) -> UnreadableFile:
        """Why these headings do not do."""
        if self.empty:
            return UnreadableFile(path.name, "empty-file")
        missing = "、".join(self.columns.missing(headings))
        if not self.columns.places:
            return UnreadableFile(path.name, "no-headings", missing=missing)
        return UnreadableFile(path.name, "missing-heading", missing=missing, row=self.row, seen="、".join(self.seen))


def find_headings(rows: Iterator[Numbered], headings: Sequence[Heading]) -> Search:
    """Look through the first rows: a row, or a row with the next under it, that carries every required heading."""
    top = list(itertools.islice(rows, DEEPEST_HEADING))
    best = Search(Columns({}, {}), 0, (), found=False, rows=iter(()), empty=not any(_filled(cells) for _, cells in top))
    for index, (number, cells) in enumerate(top):
        for height in (1, 2):
            search = _try(top, index, height, number, cells, headings, rows)
            if search is not None and search.found:
                return search
            best = search.nearer(best) if search is not None else best
    return best


def _try(
    top: list[Numbered],
    index: int,
    height: int,
    number: int,
    cells: list[Cell] | str,
    headings: Sequence[Heading],
    rows: Iterator[Numbered],
) -> Search | None:
    below = top[index + 1][1] if height > 1 and index + 1 < len(top) else []
    if isinstance(cells, str) or isinstance(below, str):
        return None
    written: Sequence[object] = cells if height == 1 else stacked(cells, below)
    columns = locate(written, headings)
    seen = tuple(str(cell).strip() for cell in written if cell not in ("", None))
    rest = itertools.chain(top[index + height :], rows)
    return Search(columns, number + height - 1, seen, not columns.missing(headings), rest)


def _filled(cells: list[Cell] | str) -> bool:
    return isinstance(cells, str) or any(cell not in ("", None) for cell in cells)


def _sheet(path: Path, digest: str, search: Search, file: BinaryIO) -> Sheet:
    if search.columns.doubled:
        raise UnreadableFile(path.name, "double-heading", row=search.row, doubled="、".join(search.columns.doubled))
    first = next((numbered for numbered in search.rows if _filled(numbered[1])), None)
    if first is None:
        raise UnreadableFile(path.name, "no-rows")
    return Sheet(path.name, digest, search.columns, _closing(file, itertools.chain([first], search.rows)))


def _closing(file: BinaryIO, rows: Iterator[Numbered]) -> Iterator[Numbered]:
    with file:
        yield from rows

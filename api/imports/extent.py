"""Extent: how far a workbook's cells reach, known before a reader lays out everything up to the furthest of them."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, Final

from api.imports.unreadable import UnreadableFile

MOST_CELLS: Final = 26 << 20
"""What a sheet may span from A1 to its furthest cell, 32 bytes each, empty or not: the columns A to Z whole."""
PIECE: Final = 1 << 20
_BEYOND_Z: Final = re.compile(rb'r="[A-Z]{2,3}[0-9]')
_CELL: Final = re.compile(rb'<(?:\w+:)?c (?:[^>]* )?r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
"""A cell that holds something: one that is only coloured closes itself and is not laid out."""


def check_extent(name: str, file: BinaryIO) -> None:
    """Raise UnreadableFile when one stray cell makes a sheet larger than the memory that may be spent on it.

    Without this a word in XFD1048576 ends the process: nothing can catch what fails inside the reader of cells.
    """
    if not zipfile.is_zipfile(file):
        return
    try:
        with zipfile.ZipFile(file) as book:
            for sheet in (part for part in book.namelist() if part.startswith("xl/worksheets/")):
                if any(_BEYOND_Z.search(piece) for piece in _pieces(book, sheet)):
                    _check(name, _pieces(book, sheet))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError):
        raise UnreadableFile(name, "truncated") from None


def _check(name: str, pieces: Iterator[bytes]) -> None:
    columns: set[bytes] = set()
    row = 0
    for piece in pieces:
        for column, number in _CELL.findall(piece):
            columns.add(column)
            row = max(row, int(number))
    furthest = max(columns, key=_number, default=b"A")
    if _number(furthest) * row > MOST_CELLS:
        raise UnreadableFile(name, "stray-cell", cell=f"{furthest.decode()}{row}")


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _pieces(book: zipfile.ZipFile, sheet: str) -> Iterator[bytes]:
    """The sheet in pieces that end between two tags."""
    with book.open(sheet) as file:
        yield from _between_tags(file)


def _between_tags(file: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := file.read(PIECE):
        whole, bracket, rest = (rest[-PIECE:] + piece).rpartition(b">")
        yield whole + bracket

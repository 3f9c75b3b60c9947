"""Text: a CSV file as numbered rows, under each encoding and separator that it may be written in."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from api.imports.cells import Numbered
from api.imports.encodings import HEAD, candidates, fits, head_text

SEPARATORS: Final = (",", "\t", ";", "\N{FULLWIDTH COMMA}")
LONGEST_CELL: Final = 8192
"""A longer cell is most likely a quote that was never closed: the rows in it are read on their own."""
UNDECODED: Final = "\N{REPLACEMENT CHARACTER}"


def text_sheet(file: BinaryIO) -> Iterator[Iterator[Numbered]]:
    """The file's rows under one reading after another, likeliest first: the caller keeps the one that has its headings.

    Readings that decode every byte come first; then those in which single characters are spoilt.
    """
    file.seek(0)
    head = file.read(HEAD)
    encodings = list(candidates(head))
    for encoding in encodings:
        if head_text(head, encoding) is not None and fits(file, encoding):
            yield from _readings(file, head, encoding, "strict")
    for encoding in encodings:
        yield from _readings(file, head, encoding, "replace")


def _readings(file: BinaryIO, head: bytes, encoding: str, errors: str) -> Iterator[Iterator[Numbered]]:
    shown = head.decode(encoding, "replace")
    for separator in SEPARATORS:
        if separator in shown:
            yield _rows(file, encoding, errors, separator)
    if not any(separator in shown for separator in SEPARATORS):
        yield _rows(file, encoding, errors, ",")


def _rows(file: BinaryIO, encoding: str, errors: str, separator: str) -> Iterator[Numbered]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    try:
        yield from _parsed(text, separator)
    finally:
        # Detached, so that a reading that is given up does not close the file under the next one.
        if not file.closed:
            text.detach()


class _Lines:
    """Lines of which those of the row in hand can be had again, but for its first."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self._row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._row.append(line)
        return line

    def through(self) -> None:
        """The row was read: its lines are needed no more."""
        self._row.clear()

    def broken(self) -> None:
        """The row is none: what stands under its first line is read anew."""
        self._again.extend(reversed(self._row[1:]))
        self._row.clear()


def _parsed(source: Iterable[str], separator: str) -> Iterator[Numbered]:
    csv.field_size_limit(LONGEST_CELL)  # one limit for the whole process; nothing else here reads CSV
    lines = _Lines(source)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # An open quote has swallowed good rows: the line that it stands in is named, and they are read.
            lines.broken()
            yield number, "broken-row"
            continue
        lines.through()
        yield number, "unreadable-text" if any(UNDECODED in cell for cell in cells) else list(cells)

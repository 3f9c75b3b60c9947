"""Text: a CSV file as numbered rows, under each encoding and separator that it may be written in."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from api.imports.cells import Numbered
from api.imports.encodings import HEAD, candidates, fits, head_text

SEPARATORS: Final = (",", "\t", ";", "\N{FULLWIDTH COMMA}")
LONGEST_CELL: Final = 8192
"""A longer cell is a quote that was never closed and swallows the rows after it."""
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


def _parsed(lines: Iterable[str], separator: str) -> Iterator[Numbered]:
    csv.field_size_limit(LONGEST_CELL)  # one limit for the whole process; nothing else here reads CSV
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # The reader takes up again at the next line: one row is named, the others are read.
            yield number, "broken-row"
            continue
        yield number, "unreadable-text" if any(UNDECODED in cell for cell in cells) else list(cells)

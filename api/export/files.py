"""Files: a table as CSV, Excel or JSON lines. No cell of it can run as a formula."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from api.export.tables import Table
from api.imports.report import harmless
from api.ledgers import OpenLedger

SHEET_ROWS: Final = 1_048_576
"""Rows that Excel takes on a sheet."""


def write_csv(path: Path, table: Table, opened: OpenLedger, lang: str) -> int:
    """UTF-8 with BOM, so that Excel opens it; gives the rows written."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading.of(lang) for heading in table.headings)
        for row in table.rows(opened):
            writer.writerow(map(_safe, row))
            count += 1
    return count


def write_jsonl(path: Path, table: Table, opened: OpenLedger, _lang: str) -> int:
    """One object a line; JSON runs nowhere, so its texts are left as they are."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in table.rows(opened):
            file.write(json.dumps(dict(zip(table.columns, row, strict=True)), ensure_ascii=False, default=str) + "\n")
            count += 1
    return count


def write_xlsx(path: Path, table: Table, opened: OpenLedger, lang: str) -> int:
    """A workbook, with a new sheet whenever one is full."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    count = 0
    rows = table.rows(opened)
    while True:
        sheet = book.create_sheet()
        sheet.append([heading.of(lang) for heading in table.headings])
        written = _fill(sheet, rows)
        count += written
        if written < SHEET_ROWS - 1:
            break
    book.save(path)
    return count


def _fill(sheet: Any, rows: Iterator[tuple[Any, ...]]) -> int:
    written = 0
    for row in rows:
        sheet.append([_safe(cell) for cell in row])
        written += 1
        if written == SHEET_ROWS - 1:
            break
    return written


def write_facts(path: Path, opened: OpenLedger) -> int:
    """The journal itself: one line a fact, byte for byte as it is stored and hashed."""
    after, count = 0, 0
    with path.open("wb") as file:
        while rows := opened.ledger.storage.facts(after, 5_000):
            file.writelines(row.state + b"\n" for row in rows)
            after, count = rows[-1].position, count + len(rows)
    return count


def _safe(cell: Any) -> Any:
    return harmless(cell) if isinstance(cell, str) else cell


WRITERS: Final = {"csv": write_csv, "xlsx": write_xlsx, "jsonl": write_jsonl}

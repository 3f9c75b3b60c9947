"""Excel: the sheets of a workbook as numbered rows."""

from collections.abc import Iterator
from typing import BinaryIO

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from api.imports.cells import Numbered
from api.imports.extent import check_extent
from api.imports.unreadable import UnreadableFile


def excel_sheets(name: str, file: BinaryIO, wanted: str | None) -> Iterator[tuple[str, Iterator[Numbered]]]:
    """Each visible worksheet with its rows, numbered as Excel shows them; raises UnreadableFile."""
    workbook = _load(name, file)
    for title in _titles(name, workbook, wanted):
        yield title, _rows(name, workbook, title)


def _load(name: str, file: BinaryIO) -> CalamineWorkbook:
    check_extent(name, file)
    file.seek(0)
    try:
        return python_calamine.load_workbook(file)
    except python_calamine.PasswordError:
        raise UnreadableFile(name, "password-protected") from None
    except (python_calamine.CalamineError, OSError):
        raise UnreadableFile(name, "truncated") from None


def _titles(name: str, workbook: CalamineWorkbook, wanted: str | None) -> list[str]:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    titles = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    if wanted is None:
        return titles
    if wanted not in [sheet.name for sheet in sheets]:
        raise UnreadableFile(name, "no-such-sheet", sheet=wanted, sheets="、".join(titles))
    return [wanted]


def _rows(name: str, workbook: CalamineWorkbook, title: str) -> Iterator[Numbered]:
    try:
        sheet = workbook.get_sheet_by_name(title)
        if sheet.height == 0:
            return
        # A list, since calamine's own lists are typed for other element types though they hold these.
        yield from ((number, list(row)) for number, row in enumerate(sheet.iter_rows(), start=1))
    except (python_calamine.CalamineError, OSError):
        raise UnreadableFile(name, "truncated") from None

"""A file that cannot be imported is refused as a whole, with one code, one reason and one way out."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from api.imports import UnreadableFile, kinds
from api.imports.wording import FILE_REASONS
from tests.imports.site import DATA, csv_file, excel_file, reading

GOODS = DATA / "goods.xlsx"


def written(content: bytes, name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def zipped(name: str) -> Callable[[Path], Path]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "not a workbook")
    return written(buffer.getvalue(), name)


def two_sheets(folder: Path) -> Path:
    file = excel_file(folder, ["商品编号", "品名", "积分", "库存"], ["G1", "皂", 5, 5])
    book = load_workbook(file)
    book.copy_worksheet(book.worksheets[0])
    book.save(file)
    return file


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

CASES: list[tuple[str, Callable[[Path], Path]]] = [
    ("no-such-file", lambda folder: folder / "nothing.xlsx"),
    ("not-a-spreadsheet", lambda folder: folder),
    ("empty-file", written(b"", "empty.xlsx")),
    ("empty-file", written(b" \r\n \r\n", "blank.csv")),
    ("empty-file", excel_file),
    ("no-rows", lambda folder: csv_file(folder, "商品编号,品名,积分,库存", "", "")),
    ("wrong-extension", written(GOODS.read_bytes(), "goods.csv")),
    ("wrong-extension", written("商品编号,品名".encode(), "goods.xlsx")),
    ("wrong-extension", written(GOODS.read_bytes(), "goods.doc")),
    ("not-a-spreadsheet", written(b"%PDF-1.7 ...", "goods.csv")),
    ("not-a-spreadsheet", written(b"<html><table><tr><td>x</td></tr></table>", "export.xls")),
    ("not-a-spreadsheet", written(bytes(range(256)) * 8, "noise.csv")),
    ("not-a-spreadsheet", zipped("archive.xlsx")),
    ("password-protected", written(COMPOUND + "EncryptedPackage".encode("utf-16-le"), "secret.xlsx")),
    ("truncated", written(GOODS.read_bytes()[:3000], "goods.xlsx")),
    ("truncated", written(COMPOUND, "old.xls")),
    ("no-headings", lambda folder: csv_file(folder, "甲,乙,丙", "1,2,3")),
    ("missing-heading", lambda folder: csv_file(folder, "商品编号,品名,库存", "G1,皂,5")),
    ("double-heading", lambda folder: csv_file(folder, "商品编号,品名,积分,积分,库存", "G1,皂,5,6,7")),
    ("several-sheets", two_sheets),
]


@pytest.mark.parametrize(("code", "make"), CASES, ids=[f"{number}-{code}" for number, (code, _) in enumerate(CASES)])
def test_the_file_is_refused_with_its_code(tmp_path: Path, code: str, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    with pytest.raises(UnreadableFile) as refused:
        list(reading(path, "goods"))
    assert (refused.value.code, refused.value.file) == (code, path.name)
    assert refused.value.what("zh-CN")
    assert "{" not in refused.value.what("en") + refused.value.to_do("en") + str(refused.value)


def test_a_missing_heading_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as refused:
        reading(csv_file(tmp_path, "货架", "商品编号,品名,库存", "G1,皂,5"), "goods")
    assert refused.value.numbers == {"missing": "积分", "row": 2, "seen": "商品编号、品名、库存"}


def test_a_workbook_that_unpacks_beyond_the_limit_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST_MEGABYTES", 0)
    with pytest.raises(UnreadableFile, match="too-large"):
        reading(GOODS, "goods")


@pytest.mark.parametrize("cell", ["XFD1048576", "AA1048576"])
def test_a_stray_cell_far_away_is_named_before_it_fills_the_memory(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "goods.xlsx"
    book = load_workbook(GOODS)
    book.worksheets[0][cell] = "x"
    book.save(path)
    with pytest.raises(UnreadableFile) as refused:
        reading(path, "goods")
    assert (refused.value.code, refused.value.numbers) == ("stray-cell", {"cell": cell})


def test_a_cell_far_away_that_is_only_coloured_is_no_stray_cell(tmp_path: Path) -> None:
    path = tmp_path / "goods.xlsx"
    book = load_workbook(GOODS)
    book.worksheets[0]["XFD1048576"].font = Font(bold=True)
    book.save(path)
    assert len(list(reading(path, "goods"))) == 12


def test_a_workbook_with_a_damaged_sheet_is_truncated(tmp_path: Path) -> None:
    with zipfile.ZipFile(GOODS) as whole, zipfile.ZipFile(tmp_path / "goods.xlsx", "w") as damaged:
        for entry in whole.namelist():
            content = whole.read(entry)
            damaged.writestr(entry, content[: len(content) // 2] if "sheet1" in entry else content)
    with pytest.raises(UnreadableFile, match="truncated"):
        list(reading(tmp_path / "goods.xlsx", "goods"))


def test_a_sheet_that_is_not_there_is_named() -> None:
    from api.imports import PROFILES, read
    from tests.imports.site import terms

    with pytest.raises(UnreadableFile, match="no-such-sheet"):
        read(GOODS, PROFILES["goods"], terms(), sheet="七月")


@pytest.mark.parametrize("code", sorted(FILE_REASONS))
def test_every_reason_is_said_in_both_languages(code: str) -> None:
    wording = FILE_REASONS[code]
    assert set(wording.what) == set(wording.to_do) == {"zh-CN", "en"}
    assert all([*wording.what.values(), *wording.to_do.values()])

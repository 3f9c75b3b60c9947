"""Files as sites have them: titles, two heading rows, merged cells, blank lines, any usual encoding."""

import codecs
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest

from api.imports.headings import Heading
from api.imports.sheets import Row, read_sheet
from tests.imports.site import csv_file, excel_file

HEADINGS = (
    Heading("badge", ("工牌号", "工号", "badge")),
    Heading("name", ("姓名", "name"), required=False),
    Heading("time", ("通行时间", "时间", "time")),
)
RARE = "陈\N{CJK UNIFIED IDEOGRAPH-36C3}\N{CJK UNIFIED IDEOGRAPH-20164}"


def rows(path: Path) -> list[Row]:
    return list(read_sheet(path, HEADINGS))


def test_rows_are_numbered_as_excel_shows_them_under_a_merged_title_and_blank_lines(tmp_path: Path) -> None:
    file = excel_file(
        tmp_path,
        ["项目部 6月通行记录"],
        [],
        ["打印日期:2022/7/1"],
        ["序号", "工牌号", "姓名", "时间"],
        [1, "YK-0001", "甲", "2022/6/1 6:02"],
        [],
        [2, "YK-0002", "乙", "2022/6/1 6:03"],
        merged=["A1:D1"],
    )
    assert [(row.number, row.cells["badge"]) for row in rows(file)] == [(5, "YK-0001"), (7, "YK-0002")]


def test_two_heading_rows_with_merged_cells_are_read_as_one(tmp_path: Path) -> None:
    file = excel_file(
        tmp_path,
        ["工号", "人员信息", None, "打卡"],
        [None, "姓名", "班组", "时间"],
        ["YK-0001", "甲", "一队", datetime(2022, 6, 1, 6, 2)],  # noqa: DTZ001 - a cell of Excel has no zone
        merged=["A1:A2", "B1:C1"],
    )
    assert rows(file)[0].number == 3
    assert rows(file)[0].cells["badge"] == "YK-0001"


def test_headings_are_found_by_any_of_their_names_in_any_order(tmp_path: Path) -> None:
    file = csv_file(tmp_path, " * TIME : ,Badge", "2022-06-01,YK-0001")
    assert rows(file)[0].cells == {"time": "2022-06-01", "badge": "YK-0001"}


def test_the_better_name_wins_when_two_columns_fit(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "工号,工牌号,时间", "17,YK-0001,2022-06-01")
    assert rows(file)[0].cells["badge"] == "YK-0001"


def test_a_sheet_that_does_not_begin_at_a1_keeps_its_row_numbers(tmp_path: Path) -> None:
    file = excel_file(tmp_path, [], [], [None, None, "工号", "时间"], [None, None, "YK-0001", "2022-06-01"])
    assert rows(file) == [Row(4, {"badge": "YK-0001", "time": "2022-06-01"})]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
    ],
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_rare_names_survive_every_usual_encoding(tmp_path: Path, encoding: str, mark: bytes, separator: str) -> None:
    lines = [["工牌号", "姓名", "时间"], ["YK-0001", RARE, "2022-06-01 06:02"]]
    file = tmp_path / "file.csv"
    file.write_bytes(mark + "\r\n".join(separator.join(line) for line in lines).encode(encoding))
    assert [row.cells["name"] for row in rows(file)] == [RARE]


def test_big5_is_read_when_no_mainland_encoding_shows_the_headings(tmp_path: Path) -> None:
    names = "".join("這是一個工地的人員名單與通行時間紀錄" for _ in range(20))
    file = csv_file(tmp_path, "badge,name,time", f"YK-0001,{names},2022-06-01", encoding="big5")
    assert rows(file)[0].cells["badge"] == "YK-0001"


def test_one_spoilt_character_costs_one_row_not_the_file(tmp_path: Path) -> None:
    file = csv_file(
        tmp_path, "工牌号,姓名,时间", "YK-0001,甲,2022-06-01", "YK-0002,乙乙,2022-06-01", "YK-0003,丙,2022-06-01"
    )
    file.write_bytes(file.read_bytes().replace("乙乙".encode(), b"\xe4\xb9\xff\xff"))
    assert [(row.number, row.broken) for row in rows(file)] == [(2, None), (3, "unreadable-text"), (4, None)]


def test_a_broken_quote_costs_its_row_and_the_rows_after_it_are_read(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "工牌号,姓名,时间", 'YK-0001,"甲"乙,2022-06-01', "YK-0002,丙,2022-06-01")
    assert [(row.number, row.broken) for row in rows(file)] == [(2, "broken-row"), (3, None)]


def test_a_quote_that_is_never_closed_costs_its_row_and_no_other(tmp_path: Path) -> None:
    good = [f"YK-{number:04},丙,2022-06-01" for number in range(2, 900)]
    file = csv_file(tmp_path, "工牌号,姓名,时间", 'YK-0001,"甲,2022-06-01', *good, 'YK-0900,"乙",2022-06-01')
    found = rows(file)
    assert [(row.number, row.broken) for row in found[:3]] == [(2, "broken-row"), (3, None), (4, None)]
    assert [row.cells["badge"] for row in found[1:]] == [f"YK-{number:04}" for number in range(2, 901)]


def test_a_cell_of_ten_megabytes_costs_its_row_and_no_other(tmp_path: Path) -> None:
    long = "长" * 3_500_000
    file = csv_file(tmp_path, "工牌号,姓名,时间", f'YK-0001,"{long}",2022-06-01', "YK-0002,丙,2022-06-01")
    assert [(row.number, row.broken) for row in rows(file)] == [(2, "broken-row"), (3, None)]


@pytest.mark.parametrize("spoilt", ["\x00", "\x01", "\x7f", "\x1b"])
@pytest.mark.parametrize("above", [0, 400], ids=["near-the-top", "far-down"])
def test_a_control_character_costs_its_row_wherever_it_stands(tmp_path: Path, spoilt: str, above: int) -> None:
    good = ["YK-0001,甲,2022-06-01"] * above
    file = csv_file(tmp_path, "工牌号,姓名,时间", *good, f"YK-0002,乙{spoilt},2022-06-01", "YK-0003,丙,2022-06-01")
    found = rows(file)
    assert [row.broken for row in found] == [*[None] * above, "unreadable-text", None]
    assert found[-1].cells["badge"] == "YK-0003"


def test_a_control_character_that_excel_has_escaped_costs_its_row(tmp_path: Path) -> None:
    file = excel_file(
        tmp_path, ["工牌号", "姓名", "时间"], ["YK-0001", "甲_x0000_", "2022-06-01"], ["YK-0002", "乙", "2022-06-01"]
    )
    assert [(row.number, row.broken) for row in rows(file)] == [(2, "unreadable-text"), (3, None)]


def test_a_control_character_in_a_column_that_is_not_read_costs_nothing(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "工牌号,备注,时间", "YK-0001,\x00,2022-06-01")
    assert [row.broken for row in rows(file)] == [None]


def test_a_line_break_inside_quotes_does_not_shift_row_numbers(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "工牌号,姓名,时间", 'YK-0001,"甲\n乙",2022-06-01', "", "YK-0002,丙,2022-06-01")
    assert [(row.number, row.cells["badge"]) for row in rows(file)] == [(2, "YK-0001"), (4, "YK-0002")]


def test_a_short_row_has_empty_cells(tmp_path: Path) -> None:
    assert rows(csv_file(tmp_path, "工牌号,姓名,时间", "YK-0001"))[0].cells == {
        "badge": "YK-0001",
        "name": "",
        "time": "",
    }


def test_one_sheet_of_several_can_be_named(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    file = excel_file(tmp_path, ["工号", "时间"], ["YK-0001", "2022-06-01"])
    book = load_workbook(file)
    book.copy_worksheet(book.worksheets[0]).title = "下半月"
    book.worksheets[1]["A2"] = "YK-0002"
    book.save(file)
    assert [row.cells["badge"] for row in read_sheet(file, HEADINGS, sheet="下半月")] == ["YK-0002"]


def test_a_hidden_sheet_with_the_same_headings_is_not_read(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    file = excel_file(tmp_path, ["工号", "时间"], ["YK-0001", "2022-06-01"])
    book = load_workbook(file)
    book.copy_worksheet(book.worksheets[0]).sheet_state = "hidden"
    book.save(file)
    assert [row.cells["badge"] for row in read_sheet(file, HEADINGS)] == ["YK-0001"]


def test_a_large_csv_is_read_in_little_memory(tmp_path: Path) -> None:
    padding = "备注" * 100
    file = csv_file(tmp_path, "工牌号,时间,备注", *(f"YK-{n:05},2022-06-01,{padding}" for n in range(40_000)))
    assert file.stat().st_size > 20_000_000
    tracemalloc.start()
    count = sum(1 for _ in read_sheet(file, HEADINGS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 4_000_000

"""Lists of members for a batch: whom a number stands for, who can be taken, and why another cannot."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from api.imports import BadRow, Result, Skipped, Terms, read
from api.imports.cells import Cell, UnreadableCell
from api.imports.profiles.coupon_list import Listed, Listing, Member, contradictions, headings, money, profile
from api.imports.sheets import read_sheet
from ledger.values import Day
from tests.imports.site import ZONE, csv_file, excel_file

HEAD = "单位,会员,状态,离职日期,金额(元)"
MEMBERS: Mapping[str, Member] = {
    "M1": Member("h1", "U1"),
    "M2": Member("h2", "U1", left_on=Day("2022-08-30")),
    "M3": Member("h3", "U2", joined_on=Day("2022-09-01")),
    "M4": Member("h4", "U2", joined_on=Day("2022-08-31"), left_on=Day("2022-08-31")),
    "M5": Member("h1", "U1"),
}
"""M5 is an old number of M1, whose records were merged."""


def found(path: Path, *, of: str | None = None, column: str | None = None) -> list[Result]:
    listing = Listing(
        zone=ZONE,
        members_on=Day("2022-08-31"),
        member=MEMBERS.get,
        employer={"U1": "U1", "U2": "U2"}.get,
        of=of,
        held=contradictions(read_sheet(path, headings(column))),
    )
    return list(read(path, profile(listing, column), Terms(zone=ZONE)))


def kinds(results: list[Result]) -> list[str]:
    return [
        row.code if isinstance(row, BadRow) else row.kind if isinstance(row, Skipped) else "item" for row in results
    ]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (",M1,在职,,1", "单位", "missing-employer"),
        ("U9,M1,在职,,1", "单位", "unknown-employer"),
        ("U1,,在职,,1", "会员", "missing-member"),
        ("U1,1.1E+17,在职,,1", "会员", "unreadable-member"),
        ("U1,M9,在职,,1", "会员", "unknown-member"),
        ("U2,M1,在职,,1", "单位", "other-employer"),
        ("U1,M1,离职,,1", "离职日期", "left-unit"),
        ("U1,M1,在职,2022-08-30,1", "离职日期", "left-unit"),
        ("U1,M1,离职,06/14,1", "离职日期", "unreadable-time"),
        ("U1,M2,在职,,1", "离职日期", "left-unit"),
        ("U2,M3,在职,,1", "会员", "not-yet-member"),
        ("U1,M1,在职,,0", "金额(元)", "unreadable-money"),
        ("U1,M1,在职,,1.005", "金额(元)", "unreadable-money"),
        ("U1,M1,在职,,-5", "金额(元)", "unreadable-money"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(tmp_path: Path, line: str, column: str, code: str) -> None:
    (row,) = found(csv_file(tmp_path, HEAD, line, encoding="gb18030"))
    assert isinstance(row, BadRow)
    assert (row.row, row.column, row.code) == (2, column, code)


def test_whoever_is_there_on_the_day_itself_is_a_member(tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEAD, "U2,M4,在职,,1", "U1,M1,离职,2022-08-31,1")
    assert kinds(found(file)) == ["item", "item"]


def test_the_same_row_again_is_a_duplicate_and_contradictions_hold_every_row(tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEAD, "U1,M1,,,5", "U1,M1,,,5", "U2,M4,,,5", "U2,M4,,,6", "U1,M4,,,5")
    assert kinds(found(file)) == ["item", "duplicate", "two-employers", "two-employers", "two-employers"]
    file = csv_file(tmp_path, HEAD, "U2,M4,,,5", "U2,M4,,,6")
    assert kinds(found(file)) == ["two-amounts", "two-amounts"]


def test_two_numbers_of_one_man_are_one_man(tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEAD, "U1,M1,,,5", "U1,M5,,,5")
    assert kinds(found(file)) == ["item", "same-person"]


def test_a_batch_of_one_unit_takes_its_members_alone_and_needs_no_column_for_it(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "会员,面值", "M1,5", "M4,5")
    assert kinds(found(file, of="U1")) == ["item", "other-employer"]


def test_an_excel_file_says_what_each_gets_under_the_heading_that_was_named(tmp_path: Path) -> None:
    file = excel_file(
        tmp_path, ("发放名单",), ("单位", "会员", "中秋", "国庆"), ("U1", "M1", 385.33, 100), ("U2", "M4", "1,385.3", 1)
    )
    items = [row for row in found(file, column="中秋") if isinstance(row, Listed)]
    assert [(item.member, item.unit, item.amount) for item in items] == [("M1", "U1", 38_533), ("M4", "U2", 138_530)]


def test_without_a_column_of_amounts_nothing_is_said_about_them(tmp_path: Path) -> None:
    (row,) = found(csv_file(tmp_path, "unit,member", "U1,m1"))
    assert isinstance(row, Listed)
    assert (row.holder, row.amount) == ("h1", None)


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("385.33", 38_533),
        ("385.3", 38_530),
        (385.33, 38_533),
        (1500, 150_000),
        ("¥1,500.00元", 150_000),
        ("3,000", 300_000),
    ],
)
def test_money_is_read_as_people_write_it(written: Cell, fen: int) -> None:
    assert money(written, 2) == fen


@pytest.mark.parametrize(
    "written", ["", "五元", "1.001", "-1", "0", "0.00", "1e3", "1.2.3", "٣", True, 0.1 + 0.2, "9" * 5000]
)
def test_money_is_never_guessed(written: Cell) -> None:
    with pytest.raises(UnreadableCell):
        money(written, 2)

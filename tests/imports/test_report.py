"""The report adds up to the rows read, names each bad row, and cannot run as a formula."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports import BadRow, ImportReport, Item, report, report_path
from api.imports.report import Settled, harmless
from tests.imports.site import csv_file, reading, results, terms

BADGES = st.sampled_from(["YK-0001", "YK-0002", "yk-0002 ", "YK-0777", "", "1.1E+17", "=1+1", "垃圾"])
TIMES = st.sampled_from(
    ["2022-06-01 06:00", "2022/6/1 6:01", "2022-06-02", "2022-06-31 06:00", "2022-07-01 06:00", "06/14"]
)
DIRECTIONS = st.sampled_from(["进", "出", "?", ""])
LINES = st.lists(st.tuples(BADGES, TIMES, DIRECTIONS), min_size=1, max_size=40)
SETTLED: tuple[Settled, ...] = ("credited", "proposed", "already-known")


@given(LINES, st.data())
def test_every_row_comes_to_exactly_one_end(lines: list[tuple[str, str, str]], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        file = csv_file(Path(folder), "工牌号,通行时间,方向", *(",".join(line) for line in lines))
        june = reading(file, "gate", terms(known={"YK-0001": "one", "YK-0002": "two"}))
        for item in june.items():
            answer(june.report, item, data.draw(st.sampled_from([*SETTLED, "refused"])))
    assert june.report.rows == len(lines)
    assert sum(june.report.counts.values()) == june.report.rows
    assert june.report.counts["ready"] == 0
    assert len(june.report.bad) == june.report.bad_rows == sum(june.report.bad_by_code().values())


def answer(to: ImportReport, item: Item, outcome: str) -> None:
    """What the ledger says to one row."""
    for settled in SETTLED:
        if settled == outcome:
            to.settle(settled)
            return
    to.refuse(item, "holder-left")


@given(LINES)
def test_a_person_checks_in_once_a_day_whatever_the_file_repeats(lines: list[tuple[str, str, str]]) -> None:
    with TemporaryDirectory() as folder:
        file = csv_file(Path(folder), "工牌号,通行时间,方向", *(",".join(line) for line in lines))
        twice = csv_file(
            Path(folder), "工牌号,通行时间,方向", *(",".join(line) for line in [*lines, *lines]), name="2.csv"
        )
        under = terms(known={"YK-0001": "one", "YK-0002": "two"})
        once = {(item.day, item.holder) for item in reading(file, "gate", under).items()}  # type: ignore[attr-defined] # gate items have both
        again = reading(twice, "gate", under)
        assert len(list(again.items())) == len(once)
    assert again.report.rows == 2 * len(lines)


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        (
            "future",
            "账本拒绝了这一行:时间在未来 (future)",
            "the ledger refused the row: this time lies in the future (future)",
        ),
        ("malformed", "账本拒绝了这一行:请求内容有误 (malformed)", "the ledger refused the row: Malformed (malformed)"),
    ],
)
def test_what_the_ledger_says_of_a_row_is_said_in_words(code: str, chinese: str, english: str) -> None:
    bad = BadRow(file="file.csv", row=2, column="", code="refused", detail=code)
    assert (bad.what("zh-CN"), bad.what("en")) == (chinese, english)


def an_empty_report() -> ImportReport:
    return ImportReport("gate.xlsx", "00", profile="gate")


def test_more_answers_than_waiting_rows_are_a_fault() -> None:
    june = an_empty_report()
    june.add(Item(row=2))
    june.settle("credited")
    with pytest.raises(ValueError, match="1 rows settled, 0 are waiting"):
        june.settle("credited")


def test_the_written_report_opens_in_excel_and_names_each_bad_row(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "工牌号,通行时间", "YK-0777,2022-06-01 06:00", "YK-0001,06/14", name="gate.csv")
    june = reading(file, "gate")
    list(june)
    june.report.write_csv(report_path(file))
    assert report_path(file).name == "gate.csv.report.csv"
    assert report_path(file).read_bytes().startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(report_path(file).open(encoding="utf-8-sig", newline="")))
    assert lines[0] == ["文件", "行", "列", "代码", "内容", "问题", "怎么办"]
    assert [line[:5] for line in lines[1:]] == [
        ["gate.csv", "2", "工牌号", "unknown-badge", "YK-0777"],
        ["gate.csv", "3", "通行时间", "unreadable-time", "06/14"],
    ]
    assert all(line[5] and line[6] for line in lines)


def test_the_report_speaks_english_too(tmp_path: Path) -> None:
    june = an_empty_report()
    june.add(BadRow(file="gate.xlsx", row=3, column="工牌号", code="unknown-badge", value="YK-0777"))
    june.write_csv(tmp_path / "report.csv", language="en")
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "file,row,column,code,value,what,what to do"
    assert "no such badge in the roster" in lines[1]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|calc", "\N{FULLWIDTH EQUALS SIGN}1"]
)
def test_a_cell_that_would_run_is_quoted(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "YK-0001", "2022-06-31 06:02", "1.1E+17", "通行时间"])
def test_an_ordinary_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text(alphabet="=+-@\t\r\n %|a1,\"' \N{FULLWIDTH EQUALS SIGN}", max_size=12))
def test_no_cell_of_a_written_report_begins_like_a_formula(value: str) -> None:
    june = ImportReport(value, "00", profile="gate")
    june.add(BadRow(file=value, row=3, column=value, code="refused", value=value, detail=value))
    with TemporaryDirectory() as folder:
        june.write_csv(Path(folder) / "report.csv")
        written = list(csv.reader((Path(folder) / "report.csv").open(encoding="utf-8-sig", newline="")))
    assert len(written) == 2
    assert not any(cell.strip().startswith(("=", "+", "-", "@")) for line in written for cell in line)


def test_a_wrong_file_of_many_rows_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST_BAD_ROWS", 3)
    june = reading(csv_file(tmp_path, "工牌号,通行时间", *["YK-0777,2022-06-01 06:00"] * 10), "gate")
    list(june)
    june.report.write_csv(tmp_path / "report.csv", language="en")
    assert (len(june.report.bad), june.report.bad_rows, june.report.rows) == (3, 10, 10)
    assert "and 7 more rows, not listed" in (tmp_path / "report.csv").read_text(encoding="utf-8-sig")


def test_rows_that_could_not_be_taken_apart_are_counted_as_bad(tmp_path: Path) -> None:
    found = results(csv_file(tmp_path, "工牌号,通行时间", '"YK"1,2022-06-01', "YK-0001,2022-06-01"), "gate")
    assert [row.code if isinstance(row, BadRow) else "item" for row in found] == ["broken-row", "item"]

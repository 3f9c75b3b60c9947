"""The separate reader of the files: its figures, and that it moves with the imports when the files change."""

import ast
import csv
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from python_calamine import load_workbook

from api.demo import expected
from api.demo.expected import ExpectedMonth, expected_month
from api.imports import Item
from api.imports.profiles.behaviours import BehaviourRecord
from tests.imports.site import DATA, holders, reading, terms

CART = (("YK-0042", "G001"), ("YK-0042", "G002"))
BADGES = {"workers.xlsx": 0, "gate-2022-06.xlsx": 0, "talks-2022-06.csv": 2, "behaviours-2022-06.csv": 1}
"""The files that tests change, and in which column their badges stand."""
ENCODINGS = {"talks-2022-06.csv": "gb18030", "behaviours-2022-06.csv": "utf-8-sig"}
POINTS = {"hazard": 10, "no-helmet": -5, "no-harness": -10}
Line = list[object]


@pytest.fixture(scope="module")
def june() -> ExpectedMonth:
    return expected_month(DATA, policy="threshold", sale=CART)


@pytest.fixture(scope="module")
def june_initial_first() -> ExpectedMonth:
    return expected_month(DATA, policy="initial-first", sale=CART)


def test_the_month_before_the_sale(june: ExpectedMonth) -> None:
    assert (june.workers, june.initial, june.check_ins, june.talks) == (600, 60_000, 13_200, 12_000)
    assert (june.hazards, june.helmet_deductions, june.harness_deductions) == (200, 75, 30)
    assert (june.before.balance, june.before.spendable, june.before.liability_fen) == (85_295, 25_295, 505_900)
    assert (june.before.lowest, june.suspended, june.balances_before["YK-0042"]) == (123, 3, 147)


def test_the_month_after_the_sale_and_after_the_next_grant(june: ExpectedMonth) -> None:
    assert (june.after.balance, june.after.spendable, june.after.liability_fen) == (85_250, 25_250, 505_000)
    assert (june.after.lowest, june.after.lapsing, june.balances_after["YK-0042"]) == (102, 60_000, 102)
    assert (june.next_month.balance, june.next_month.spendable) == (85_250, 25_250)
    assert june.sold == CART


def test_the_month_under_initial_first(june_initial_first: ExpectedMonth) -> None:
    before, after = june_initial_first.before, june_initial_first.after
    assert (before.balance, before.spendable, before.lapsing) == (85_295, 25_400, 59_895)
    assert (after.balance, after.spendable, after.lapsing) == (85_250, 25_355, 59_895)


def test_a_cart_that_its_person_cannot_pay_is_not_sold() -> None:
    dear = expected_month(DATA, policy="threshold", sale=[("YK-0042", "G001"), ("YK-0042", "G001")])
    assert dear.sold == ()
    assert dear.after == dear.before


def test_the_reader_shares_nothing_with_the_imports_or_the_ledger() -> None:
    tree = ast.parse(Path(expected.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name.split(".")[0] in {"api", "ledger", "projections"}}


# Both sides move alike -------------------------------------------------------------------------------------


def as_is(_: str, lines: Iterator[Line]) -> Iterator[Line]:
    """The files as they ship."""
    yield from lines


def dropping(seed: int) -> Callable[[str, Iterator[Line]], Iterator[Line]]:
    """A tenth of all rows is lost, people included."""

    def drop(name: str, lines: Iterator[Line]) -> Iterator[Line]:
        chance = random.Random(f"{seed}{name}")
        yield from (line for line in lines if chance.random() > 0.1)

    return drop


def renaming(_: str, lines: Iterator[Line]) -> Iterator[Line]:
    """All badges change their letters, in all files: nothing may change but the names."""
    yield from ([str(cell).replace("YK-", "ZZ-") if "YK-" in str(cell) else cell for cell in line] for line in lines)


def renaming_people(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    """A third of the badges change on the roster alone: their rows elsewhere belong to nobody."""
    for line in lines:
        changes = name == "workers.xlsx" and str(line[0])[-1:] in {"0", "3", "6"}
        yield ["XX" + str(line[0])[2:], *line[1:]] if changes else line


def doubling(_: str, lines: Iterator[Line]) -> Iterator[Line]:
    """Every row stands twice."""
    for line in lines:
        yield line
        yield line


def shuffling(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    """A re-exported file has its rows in another order."""
    rows = list(lines)
    random.Random(name).shuffle(rows)
    yield from rows


CHANGES = (as_is, dropping(1), dropping(2), renaming, renaming_people, doubling, shuffling)
NAMES = ("as-is", "dropping-1", "dropping-2", "renaming", "renaming-people", "doubling", "shuffling")
HARMLESS = {"as-is", "renaming", "doubling", "shuffling"}


def a_small_site(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    """Some seventy of the people, with all rows that are wrong: the whole site would take minutes to write."""
    for line in lines:
        number = str(line[BADGES[name]])[3:] or "0"
        if int(number) % 20 == 0 or int(number) <= 45 or int(number) > 600:
            yield line


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    small = tmp_path_factory.mktemp("site")
    for name in BADGES:
        rewrite(DATA / name, small, a_small_site)
    shutil.copy(DATA / "goods.xlsx", small)
    return small


@pytest.fixture(params=CHANGES, ids=NAMES)
def folder(request: pytest.FixtureRequest, site: Path, tmp_path: Path) -> Path:
    for name in BADGES:
        rewrite(site / name, tmp_path, request.param)
    shutil.copy(DATA / "goods.xlsx", tmp_path)
    return tmp_path


def rewrite(file: Path, folder: Path, change: Callable[[str, Iterator[Line]], Iterator[Line]]) -> None:
    top, rows = csv_lines(file) if file.suffix == ".csv" else excel_lines(file)
    lines = [*top, *change(file.name, iter(rows))]
    if file.suffix == ".csv":
        with (folder / file.name).open("w", encoding=ENCODINGS[file.name], newline="") as copy:
            csv.writer(copy).writerows(lines)
        return
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(line)
    book.save(folder / file.name)


def csv_lines(file: Path) -> tuple[list[Line], list[Line]]:
    with file.open(encoding=ENCODINGS[file.name], newline="") as original:
        rows: list[Line] = [list(row) for row in csv.reader(original)]
    return rows[:1], rows[1:]


def excel_lines(file: Path) -> tuple[list[Line], list[Line]]:
    rows: list[Line] = [list(row) for row in load_workbook(file).get_sheet_by_index(0).to_python()]
    headings = next(number for number, row in enumerate(rows, start=1) if row[0] == "工牌号")
    return rows[:headings], rows[headings:]


def items(folder: Path, name: str, known: dict[str, str]) -> list[Item]:
    return list(reading(folder / name, name.partition("-")[0], terms(known=known)).items())


def test_imports_and_expectations_move_alike(folder: Path) -> None:
    known = holders(folder / "workers.xlsx")
    month = expected_month(folder, policy="threshold")
    gate, talks = items(folder, "gate-2022-06.xlsx", known), items(folder, "talks-2022-06.csv", known)
    records = [item for item in items(folder, "behaviours-2022-06.csv", known) if isinstance(item, BehaviourRecord)]
    assert (month.workers, month.check_ins, month.talks) == (len(known), len(gate), len(talks))
    assert month.suspended == len({record.holder for record in records if record.behaviour == "no-harness"})
    balances = dict.fromkeys(known, 100)
    for item in [*gate, *talks]:
        balances[item.badge] += 1  # type: ignore[attr-defined] # passes and sign-ins carry a badge
    for record in records:
        balances[record.badge] += POINTS[record.behaviour]
    assert month.balances_before == balances
    assert month.before.balance == sum(balances.values())
    assert month.before.spendable == sum(max(0, balance - 100) for balance in balances.values())


@pytest.mark.parametrize(("folder", "name"), list(zip(CHANGES, NAMES, strict=True)), indirect=["folder"], ids=NAMES)
def test_only_lost_or_renamed_rows_change_the_figures(folder: Path, name: str, site: Path) -> None:
    before, after = (expected_month(where, policy="threshold").before for where in (site, folder))
    assert (before == after) == (name in HARMLESS)

"""The shipped site files, the people in them, and small files made for one case."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

from openpyxl import Workbook

from api.imports import PROFILES, BadRow, Reading, Result, Terms, read
from api.imports.profiles.roster import RosterRow

DATA = Path(__file__).parents[2] / "api" / "demo" / "data"
ZONE = "Asia/Shanghai"
STAFF = {f"群安员{number:03}": f"person:staff-{number}" for number in (1, 2, 3, 5, 7)}
BEHAVIOURS = {"隐患上报": "hazard", "未戴安全帽": "no-helmet", "高处作业未系安全带": "no-harness"}

Value = str | float | datetime | date | time | None


@cache
def people() -> dict[str, str]:
    """Badge to holder of the shipped roster."""
    return holders(DATA / "workers.xlsx")


def holders(roster: Path) -> dict[str, str]:
    """Badge to holder of a roster."""
    rows = read(roster, PROFILES["roster"], Terms(zone=ZONE)).items()
    return {row.badge: "holder-of-" + row.badge for row in rows if isinstance(row, RosterRow)}


def terms(period: str | None = "2022-06", *, known: dict[str, str] | None = None) -> Terms:
    """What the demo knows when it imports."""
    return Terms(
        zone=ZONE,
        period=period,  # type: ignore[arg-type] # a literal of the test stands for a PeriodName
        known=(people() if known is None else known).get,
        recorder=STAFF.get,
        behaviours=BEHAVIOURS,
        item={"G001", "G002"}.__contains__,
        units={"": "safety_point", "安全积分": "safety_point"},
    )


def reading(path: Path, profile: str, under: Terms | None = None) -> Reading:
    """Open a file under a profile by name."""
    return read(path, PROFILES[profile], under or terms())


def results(path: Path, profile: str, under: Terms | None = None) -> list[Result]:
    """Every row's result."""
    return list(reading(path, profile, under))


def complaints(path: Path, profile: str, under: Terms | None = None) -> list[tuple[int, str, str]]:
    """(row, column, code) of each bad row."""
    bad = [result for result in results(path, profile, under) if isinstance(result, BadRow)]
    return [(row.row, row.column, row.code) for row in bad]


def csv_file(folder: Path, *lines: str, encoding: str = "utf-8", name: str = "file.csv") -> Path:
    """A CSV of these lines."""
    path = folder / name
    path.write_bytes("".join(line + "\r\n" for line in lines).encode(encoding))
    return path


def excel_file(folder: Path, *rows: Sequence[Value], name: str = "file.xlsx", merged: Sequence[str] = ()) -> Path:
    """A workbook of these rows on one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(folder / name)
    return folder / name

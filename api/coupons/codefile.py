"""The file of codes for printing: written once, before anything is issued, readable by its owner alone.

Codes stand nowhere else: the ledger keeps their MACs. A run that was cut short finds here what it had made.
"""

import csv
import io
import os
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from api.coupons.units import written
from api.imports.report import harmless
from ledger.codes import new_codes, parse_code, print_form
from ledger.coupons.entities import Batch, Line
from ledger.refusals import CodeMistyped, Malformed

COLUMNS: Final = ("batch", "unit", "member", "holder", "face", "expires_on", "code")
TITLES: Final = (
    "批次 batch",
    "单位 unit",
    "会员 member",
    "编号 holder",
    "面值 face",
    "有效期至 expires on",
    "券码 code",
)
OWNER_ONLY: Final = 0o600


class Printed(NamedTuple):
    """One coupon as it is printed; `code` without hyphens, `face` as people write it."""

    batch: str
    unit: str
    member: str
    holder: str
    face: str
    expires_on: str
    code: str


Codes = dict[str, tuple[str, ...]]
"""Holder to the codes of its pieces."""


def made_for(lines: Sequence[Line], known: Mapping[str, tuple[str, ...]]) -> Codes:
    """A code for each piece of each line: what a run before had made for it, else new ones."""
    fresh = [line for line in lines if len(known.get(line.holder, ())) != line.pieces]
    drawn = iter(new_codes(sum(line.pieces for line in fresh), os.urandom))
    codes: Codes = {line.holder: known[line.holder] for line in lines if line.holder in known}
    return codes | {line.holder: tuple(next(drawn) for _ in range(line.pieces)) for line in fresh}


def rows_of(
    batch: Batch,
    lines: Iterable[Line],
    codes: Mapping[str, tuple[str, ...]],
    *,
    names: Mapping[str, tuple[str, str]],
    scale: int,
) -> list[Printed]:
    """One row a coupon, by unit and member: `names` says which each holder is."""
    rows = [
        Printed(
            batch.id,
            *names.get(line.holder, ("", "")),
            line.holder,
            written(line.face, scale),
            batch.expires_on,
            code,
        )
        for line in lines
        for code in codes[line.holder]
    ]
    return sorted(rows, key=place)


def place(row: Printed) -> tuple[str, str, str, str]:
    """Where a row stands in the file: by unit, then by member."""
    return row.unit, row.member, row.holder, row.batch


def write(path: Path, rows: Iterable[Printed]) -> None:
    """Write the file whole or not at all; it is on the disk when this returns."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(TITLES)
    for row in rows:
        writer.writerow([*map(harmless, row[:-1]), print_form(row.code)])
    keep(path, out.getvalue().encode("utf-8-sig"))


def keep(path: Path, content: bytes) -> None:
    """Put a file that holds codes in its place, readable by its owner alone."""
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        # On the disk before the first coupon is issued: else a crash would leave coupons whose codes nobody knows.
        os.fsync(file.fileno())
    beside.replace(path)


def without(path: Path, lines: Container[tuple[str, str]]) -> None:
    """Take out codes that stand for nothing, because their lines (batch, holder) were refused."""
    write(path, (row for row in read(path) if (row.batch, row.holder) not in lines))


def read(path: Path) -> list[Printed]:
    """The rows of a file written before; none when there is no file. Raises Malformed for another file of that name."""
    if not path.exists():
        return []
    try:
        head, *lines = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        if tuple(head) == TITLES:
            return [_printed(line) for line in lines]
    except (ValueError, csv.Error, CodeMistyped):
        pass  # said below: the words are the same whatever is wrong with the file
    raise Malformed(errors=[f"codes: {path.name}: not a file of codes / 不是券码文件"])


def _printed(line: list[str]) -> Printed:
    batch, unit, member, holder, face, expires_on, code = (cell.removeprefix("'") for cell in line)
    return Printed(batch, unit, member, holder, face, expires_on, parse_code(code))


def known_codes(rows: Iterable[Printed], batch: str) -> Codes:
    """The codes of one batch by holder."""
    codes: Codes = {}
    for row in rows:
        if row.batch == batch:
            codes[row.holder] = (*codes.get(row.holder, ()), row.code)
    return codes

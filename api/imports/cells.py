"""Cells: what a person typed or a machine exported, made comparable without guessing."""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from ledger.values import MAX_AMOUNT

Cell = str | float | int | bool | datetime | date | time | timedelta
"""What calamine or csv finds in one cell; empty is ''."""

Numbered = tuple[int, list[Cell] | str]
"""A row number with its cells, or with the reason code of a row that could not be taken apart."""

MOST_DIGITS = 40
"""More are no amount, and Python refuses to read some thousands of them."""

MAX_EXACT = 10**15
"""Above this Excel keeps 15 digits only: a longer number has been spoilt already."""


class UnreadableCell(ValueError):  # noqa: N818 - the answer about one cell, caught by the profile
    """The cell holds something, but nothing that can be read as what its column is for."""


def text(cell: Cell) -> str:
    """A cell as one line of text: NFKC folds full width, blanks at the ends go, a whole number loses its `.0`."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def name(cell: Cell) -> str:
    """A person's name as it is written: only blanks are tidied, since NFKC would swap rare characters for others."""
    return " ".join(text(cell).split() if not isinstance(cell, str) else cell.split())


def label(cell: Cell) -> str:
    """Text in which blanks do not count: `梁板 预制队` and `梁板预制队` are one crew."""
    return "".join(text(cell).split())


def code(cell: Cell) -> str:
    """A number that names something (badge, item), upper case without blanks; raises UnreadableCell if it is spoilt."""
    if isinstance(cell, str):
        return _typed_code(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise UnreadableCell(cell)
    if not float(cell).is_integer() or not 0 <= cell < MAX_EXACT:
        # 1.1E+17 has lost its last digits: any number made of it would be somebody else's.
        raise UnreadableCell(cell)
    return str(int(cell))


def _typed_code(cell: str) -> str:
    typed = label(cell).upper()
    if _is_spoilt(typed):
        raise UnreadableCell(cell)
    whole, point, zero = typed.partition(".")
    return whole if point and whole.isdecimal() and zero.strip("0") == "" else typed


def _is_spoilt(typed: str) -> bool:
    """Whether the text is a number in scientific notation, as `1.1E+17`; `1E5` alone may be a badge."""
    mantissa, exponent, power = typed.partition("E")
    if not exponent or power[:1] not in {"+", "-"}:
        return False
    return power[1:].isdecimal() and mantissa.replace(".", "", 1).isdecimal()


def badge(cell: Cell, parse: Callable[[str], str]) -> str:
    """The badge number without check digit, '' for an empty cell; raises UnreadableCell.

    `parse` knows the check digit and raises ValueError (or a Refusal) for what is no badge number.
    """
    typed = code(cell)
    return parse(typed) if typed else ""


def whole(cell: Cell, *, lowest: int = 0, highest: int = MAX_AMOUNT) -> int:
    """A whole amount between `lowest` and `highest`; thousands separators are allowed, fractions are not."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise UnreadableCell(cell)
    amount = _digits(cell) if isinstance(cell, str) else _exact(cell)
    if not lowest <= amount <= highest:
        raise UnreadableCell(cell)
    return amount


def _exact(cell: float) -> int:
    if not float(cell).is_integer() or abs(cell) >= MAX_EXACT:
        raise UnreadableCell(cell)
    return int(cell)


def _digits(cell: str) -> int:
    typed = label(cell).replace(",", "")
    whole_part, _, fraction = typed.partition(".")
    if not whole_part.removeprefix("-").isdecimal() or fraction.strip("0") or len(whole_part) > MOST_DIGITS:
        raise UnreadableCell(cell)
    return int(whole_part)

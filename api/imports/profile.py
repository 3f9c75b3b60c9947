"""Profile: what one kind of file is made of, and the terms under which its rows are judged."""

from collections.abc import Callable, Mapping

import msgspec

from api.imports import cells, times
from api.imports.cells import Cell, UnreadableCell
from api.imports.headings import Heading
from api.imports.outcomes import Item, SkipKind, Skipped
from api.imports.sheets import Row
from ledger.naming import LONGEST_NAME, is_name
from ledger.people.badges import parse_badge
from ledger.refusals import Refusal
from ledger.values import Day, PeriodName

MOST_SHOWN = 60
"""Letters of a bad cell that a report repeats."""


def nobody(_: str) -> None:
    """The answer of a directory that knows no one."""


def bare_badge(typed: str) -> str:
    """The number of a badge typed with or without its check character: files of sites leave it out."""
    return parse_badge(typed, checked=False)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is read under: the ledger's zone, the period of the import, and who and what is known.

    `known`: badge number to holder id. `recorder`: alias of staff to subject. `behaviours`: label in any language to
    the scheme's code. `item`: whether the shelf has an item. `units`: label to unit code. `badge`: a typed number to
    the bare badge number, a ValueError or Refusal when its check digit is wrong.
    """

    zone: str
    period: PeriodName | None = None
    known: Callable[[str], str | None] = nobody
    recorder: Callable[[str], str | None] = nobody
    behaviours: Mapping[str, str] = msgspec.field(default_factory=dict)
    item: Callable[[str], bool] = bool
    units: Mapping[str, str] = msgspec.field(default_factory=dict)
    badge: Callable[[str], str] = bare_badge


class Bad(Exception):  # noqa: N818 - the answer about one row, caught by the reading
    """This row cannot be used: the heading's name, the reason code and the cell as it stands."""

    def __init__(self, column: str, code: str, value: Cell = "", *, private: bool = False) -> None:
        """`private` keeps the cell out of the report: it holds a name, a phone or free text."""
        super().__init__(column, code)
        self.column = column
        self.code = code
        self.value = "" if private else cells.text(value)[:MOST_SHOWN]


Judge = Callable[[Row], Item | Skipped]
"""Reads one row after another; raises Bad. It remembers what it has seen, so each file needs its own."""


class Profile(msgspec.Struct, frozen=True):
    """One kind of file: its name on the command line, its headings, and what makes a judge of its rows."""

    name: str
    headings: tuple[Heading, ...]
    judge: Callable[[Terms], Judge]


def cell(row: Row, column: str) -> Cell:
    """The cell under a heading, '' when the file has no such column."""
    return row.cells.get(column, "")


def badge_of(row: Row, terms: Terms) -> str:
    """The badge number of a row; raises Bad for an empty or unreadable one."""
    written = cell(row, "badge")
    try:
        number = cells.badge(written, terms.badge)
    except (ValueError, Refusal):
        raise Bad("badge", "unreadable-badge", written) from None
    if not number:
        raise Bad("badge", "missing-badge")
    return number


def holder_of(row: Row, terms: Terms) -> tuple[str, str]:
    """The badge number and the holder it belongs to; raises Bad for a badge that nobody carries."""
    number = badge_of(row, terms)
    holder = terms.known(number)
    if holder is None:
        raise Bad("badge", "unknown-badge", cell(row, "badge"))
    return number, holder


def day_of(row: Row, column: str, terms: Terms) -> Day:
    """The local day under a heading; raises Bad."""
    try:
        return times.day(cell(row, column), zone=terms.zone)
    except UnreadableCell:
        raise Bad(column, "unreadable-time", cell(row, column)) from None


def within(on: Day, row: Row, column: str, terms: Terms) -> Day:
    """The day itself, if it lies in the period that the import was called for; raises Bad otherwise."""
    if terms.period is not None and not on.startswith(terms.period + "-"):
        raise Bad(column, "outside-period", cell(row, column))
    return on


def amount_of(row: Row, column: str, *, lowest: int = 0) -> int:
    """The whole amount under a heading; raises Bad."""
    try:
        return cells.whole(cell(row, column), lowest=lowest)
    except UnreadableCell:
        raise Bad(column, "unreadable-amount", cell(row, column)) from None


def label_of(row: Row, column: str, *, longest: int = LONGEST_NAME) -> str:
    """The text under a heading without blanks, '' for none; raises Bad for one that the ledger would not take."""
    label = cells.label(cell(row, column))
    if label and not is_name(label, longest):
        raise Bad(column, "unusable-text", cell(row, column))
    return label


def staff_of(row: Row, column: str, terms: Terms, *, role: str) -> str:
    """The subject behind a staff alias; raises Bad `missing-<role>` or `unknown-<role>`."""
    alias = cells.label(cell(row, column))
    if not alias:
        raise Bad(column, "missing-" + role)
    subject = terms.recorder(alias)
    if subject is None:
        raise Bad(column, "unknown-" + role, cell(row, column))
    return subject


def skipped(row: Row, kind: SkipKind) -> Skipped:
    """A row that counts as `kind` and changes nothing."""
    return Skipped(row=row.number, kind=kind)

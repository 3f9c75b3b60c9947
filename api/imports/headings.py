"""Headings: the names under which the columns of a profile are found in the files that sites really have."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

CLOSING_MARKS: Final = "*:"
"""What people append to a heading to mark it as required."""


class Heading(msgspec.Struct, frozen=True):
    """One column: our name for it, and what files call it, the best name first."""

    name: str
    aliases: tuple[str, ...]
    required: bool = True

    @property
    def shown(self) -> str:
        """What a person is told to look for when the column is missing."""
        return self.aliases[0]


def plain(value: object) -> str:
    """A heading as it is compared: full width folded, no blanks, small letters, no closing star or colon."""
    text = unicodedata.normalize("NFKC", str(value))
    return "".join(text.split()).casefold().rstrip(CLOSING_MARKS).removeprefix("*")


class Columns(msgspec.Struct, frozen=True):
    """Where the headings stand: our name to column index, and the titles as they are written in the file."""

    places: Mapping[str, int]
    titles: Mapping[str, str]
    doubled: tuple[str, ...] = ()

    def missing(self, headings: Sequence[Heading]) -> list[str]:
        """The required headings that no column carries, as shown to people."""
        return [heading.shown for heading in headings if heading.required and heading.name not in self.places]


def locate(cells: Sequence[object], headings: Sequence[Heading]) -> Columns:
    """Find the headings in one row; of two columns that fit, the better name wins, and one name twice is doubled."""
    columns: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        if isinstance(cell, str) and cell:
            columns.setdefault(plain(cell), []).append(index)
    found = {heading.name: _best(heading, columns) for heading in headings}
    places = {name: indexes[0] for name, indexes in found.items() if indexes}
    titles = {name: str(cells[index]).strip() for name, index in places.items()}
    doubled = tuple(titles[name] for name, indexes in found.items() if len(indexes) > 1)
    return Columns(places, titles, doubled)


def _best(heading: Heading, columns: Mapping[str, list[int]]) -> list[int]:
    for alias in heading.aliases:
        if plain(alias) in columns:
            return columns[plain(alias)]
    return []


def stacked(upper: Sequence[object], lower: Sequence[object]) -> list[object]:
    """Two heading rows as one: a merged heading above stands for the column where nothing is written below it."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    return [low if low not in ("", None) else up for up, low in zip(above, below, strict=True)]

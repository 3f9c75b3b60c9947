"""Saying: what a command found, as one JSON document for machines, tables on a terminal, plain lines elsewhere."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TextIO

import msgspec

from api.imports.wording import Language


class Words(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The text in `lang`."""
        return self.zh if lang.startswith("zh") else self.en


class Pairs(NamedTuple):
    """Labels with values, one a line."""

    pairs: Sequence[tuple[Words, Any]]


class Grid(NamedTuple):
    """Rows under headings."""

    headings: Sequence[Words]
    rows: Sequence[Sequence[Any]]
    title: Words | None = None


class Line(NamedTuple):
    """One sentence."""

    words: Words


class Said(NamedTuple):
    """What a command has to say: `data` for machines, `parts` for people, and the exit code."""

    data: Any
    parts: Sequence[Pairs | Grid | Line] = ()
    code: int = 0


class Voice:
    """Where and how a command speaks."""

    def __init__(self, *, lang: Language, json: bool, out: TextIO | None = None) -> None:
        """`out` is standard output unless a test listens."""
        self.lang, self.json = lang, json
        self.out = out or sys.stdout

    @property
    def plain(self) -> bool:
        """Whether no person looks at a terminal here."""
        return self.json or not self.out.isatty()

    def say(self, said: Said) -> None:
        """Everything, in the form that fits."""
        if self.json:
            self.out.write(as_json(said.data) + "\n")
        else:
            for part in said.parts:
                self._part(part)
        self.out.flush()

    def line(self, words: Words) -> None:
        """One sentence at once, for people only: machines get one document at the end."""
        if not self.json:
            self.out.write(words.of(self.lang) + "\n")
            self.out.flush()

    def _part(self, part: Pairs | Grid | Line) -> None:
        if isinstance(part, Grid):
            self._grid(part)
        else:
            lines = [part.words.of(self.lang)] if isinstance(part, Line) else self._labelled(part)
            self.out.write("".join(line + "\n" for line in lines))

    def _labelled(self, part: Pairs) -> Iterable[str]:
        colon = "：" if self.lang.startswith("zh") else ": "
        return (label.of(self.lang) + colon + shown(value) for label, value in part.pairs)

    def _grid(self, part: Grid) -> None:
        if part.title is not None:
            self.out.write(part.title.of(self.lang) + "\n")
        headings = [heading.of(self.lang) for heading in part.headings]
        if self.plain:
            lines = [headings, *([shown(cell) for cell in row] for row in part.rows)]
            self.out.write("".join("\t".join(line) + "\n" for line in lines))
            return
        self._table(headings, part.rows)

    def _table(self, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(show_edge=False)
        for index, heading in enumerate(headings):
            numbers = all(isinstance(row[index], int) for row in rows) and bool(rows)
            table.add_column(heading, justify="right" if numbers else "left")
        for row in rows:
            # Text and not markup: a name with brackets is a name.
            table.add_row(*(Text(shown(cell)) for cell in row))
        Console(file=self.out).print(table)


def shown(value: Any) -> str:
    """A value for people on one line: thousands are grouped, nothing is a dash, controls cannot reach the terminal."""
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "".join(letter if unicodedata.category(letter) != "Cc" else " " for letter in str(value))


def as_json(data: Any) -> str:
    """Indented JSON, keys in the order in which they were said."""
    return msgspec.json.format(msgspec.json.encode(data, enc_hook=str), indent=2).decode()

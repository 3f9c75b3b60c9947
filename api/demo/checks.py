"""Checks: every figure of the demo beside the expected one, on one line, and whether all of them agree."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from rich.cells import cell_len

from api.commands.saying import Words, shown

LABEL: Final = 58
FIGURE: Final = 14


class Figure(NamedTuple):
    """One line: what it is, what the ledger says, what the separate reader says."""

    words: Words
    ours: Any
    expected: Any

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return bool(self.ours == self.expected)

    def data(self) -> dict[str, Any]:
        """For machines."""
        return {
            "zh": self.words.zh,
            "en": self.words.en,
            "ours": self.ours,
            "expected": self.expected,
            "agrees": self.agrees,
        }


class Checks:
    """Says each figure as it is known, and remembers all of them."""

    def __init__(self, say: Callable[[str], object]) -> None:
        """`say` prints one line."""
        self.say = say
        self.figures: list[Figure] = []

    @property
    def agree(self) -> bool:
        """Whether every figure does; no figures at all is no agreement."""
        return bool(self.figures) and all(figure.agrees for figure in self.figures)

    def take(self, others: "Noted") -> None:
        """Say and remember what another one has noted silently."""
        for line in others.lines:
            self.say(line)
        self.figures += others.figures

    def heading(self, zh: str, en: str) -> None:
        """A step of the month."""
        self.say("")
        self.say(f"== {zh} / {en}")

    def note(self, zh: str, en: str) -> None:
        """A line without a figure."""
        self.say(f"   {zh} / {en}")

    def figure(self, zh: str, en: str, ours: Any, expected: Any, *, as_yuan: bool = False) -> None:
        """One figure beside the expected one; `as_yuan` shows fen as yuan."""
        found = Figure(Words(zh, en), ours, expected)
        self.figures.append(found)
        show = yuan if as_yuan else shown
        label = padded(f"   {zh} / {en}", LABEL)
        mark = "✓" if found.agrees else "✗"
        self.say(f"{label}{show(ours):>{FIGURE}}   应为 / expected {show(expected):>{FIGURE}}  {mark}")


class Noted(Checks):
    """Says nothing and keeps its lines: they can be carried from one process to another."""

    def __init__(self) -> None:
        """Nothing is noted yet."""
        self.lines: list[str] = []
        super().__init__(self._note)

    def _note(self, line: str) -> None:
        self.lines.append(line)


def yuan(fen: int) -> str:
    """Fen as yuan with two places, without a float."""
    return f"{fen // 100:,}.{fen % 100:02}"


def padded(text: str, width: int) -> str:
    """Text filled up to a width on the screen, where a Chinese character takes two places."""
    return text + " " * max(1, width - cell_len(text))

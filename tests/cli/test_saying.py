"""How commands speak: tables on a terminal, plain lines elsewhere, nothing that could drive a terminal."""

import io
import sys

import pytest

from api.commands.bars import bar
from api.commands.context import Context, standing
from api.commands.saying import Grid, Line, Pairs, Said, Voice, Words, shown
from api.settings import Settings

GRID = Grid((Words("姓名", "Name"), Words("积分", "Points")), [("[bold]王[/bold]", 1_000), ("李", 20)])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def said(out: io.StringIO, *parts: Pairs | Grid | Line, json: bool = False) -> str:
    Voice(lang="zh-CN", json=json, out=out).say(Said({"a": 1}, parts))
    return out.getvalue()


def test_a_terminal_gets_a_table_in_which_names_are_names() -> None:
    table = said(Terminal(), GRID)
    assert "[bold]王[/bold]" in table
    assert "1,000" in table
    assert "\t" not in table


def test_elsewhere_a_grid_is_tabs() -> None:
    assert said(io.StringIO(), GRID).splitlines() == ["姓名\t积分", "[bold]王[/bold]\t1,000", "李\t20"]


def test_machines_get_the_data_and_nothing_else() -> None:
    assert said(Terminal(), GRID, json=True) == '{\n  "a": 1\n}\n'


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (1234567, "1,234,567"), (True, "True"), ("a\x1b[2Jb\nc", "a [2Jb c"), (0, "0")]
)
def test_a_value_cannot_move_the_cursor(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_bar_moves_on_a_terminal_and_is_silent_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for screen, moves in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", screen)
        context = Context(Settings(), Voice(lang="en", json=False, out=io.StringIO()))
        with standing(context), bar(Words("导入", "Importing")) as progress:
            progress(5, 10)
        assert ("Importing" in screen.getvalue()) is moves

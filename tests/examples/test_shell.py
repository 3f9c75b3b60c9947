"""The page for patrol apps says what its commands really print, in both languages."""

import re
import shutil
from pathlib import Path

import pytest

from tests.examples.shell import PAGES, redrawn, retold, steps


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_shows_what_its_commands_print(page: Path) -> None:
    told = page.read_text(encoding="utf-8")
    assert len(steps(told)) >= 20
    assert retold(told) == told, "run `make docs` and look at what has changed"


def test_both_languages_run_the_same_commands() -> None:
    english, chinese = (steps(page.read_text(encoding="utf-8")) for page in sorted(PAGES, key=lambda it: len(it.name)))
    plain = [[re.sub(r"zh-CN|en\b", "", step.commands) for step in page] for page in (english, chinese)]
    assert plain[0] == plain[1]


def test_what_a_page_shows_is_written_anew_and_nothing_else() -> None:
    before = {"a": 1, "id": "…", "list": [{"b": 1}], "same": [{"c": 1}, {"d": 1}]}
    real = {"a": 2, "id": "x", "list": [{"b": 2, "e": 3}] * 2, "same": [{"c": 2}, {"d": 3}], "more": 4}
    assert redrawn(before, real) == {"a": 2, "id": "…", "list": [{"b": 2}] * 2, "same": [{"c": 2}, {"d": 3}]}
    with pytest.raises(KeyError):
        redrawn({"gone": 1}, real)

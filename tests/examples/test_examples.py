"""Every story page of docs/examples says what the program really answers."""

from pathlib import Path

import pytest

from tests.examples.tape import HERE, PAGES, retold


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_story_page_shows_the_answers_that_its_requests_get(page: Path) -> None:
    told = page.read_text(encoding="utf-8")
    assert retold(told) == told, "run `make docs` and look at what has changed"


def test_the_pages_are_listed() -> None:
    listed = (HERE / "README.md").read_text(encoding="utf-8")
    missing = [page.name for page in PAGES if page.name != "README.md" and f"({page.name})" not in listed]
    assert not missing

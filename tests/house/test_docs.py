"""What the documents name exists: commands, files, folders and settings."""

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def targets() -> set[str]:
    """The targets that the Makefile declares as commands."""
    declared = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return set(declared.group(1).split()) if declared else set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_make_command_of_a_document_exists(document: Path) -> None:
    named = set(re.findall(r"(?:^|`|; )make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE))
    assert named - targets() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    folders = "ledger|projections|api|tests|docs|bench|deploy"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", document.read_text(encoding="utf-8"))
    links = re.findall(r"\]\((?!http|#)([^)#]+)", document.read_text(encoding="utf-8"))
    missing = {path for path in named if not (ROOT / path).exists()}
    missing |= {path for path in links if not (document.parent / path).exists()}
    assert missing == set()


def test_the_two_commands_of_the_readme_are_there() -> None:
    assert {"demo", "test", "check"} <= targets()
    assert "make demo" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")

"""Whoever silences a gate says why, on the same line."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import EVERYTHING, modules, named

SILENCER = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:|fmt:\s*(off|skip)|ruff:|mypy:|pyright:|ty:)")
REASON = r"\s+(#|-|—)\s+\S.{9,}"
EXPLAINED = (
    re.compile(r"#\s*noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*" + REASON),
    re.compile(r"#\s*ruff: noqa: [A-Z]+[0-9]+" + REASON),
    re.compile(r"#\s*type: ignore\[[a-z-]+(, ?[a-z-]+)*\]" + REASON),
    re.compile(r"#\s*pragma: no (cover|branch|mutate)" + REASON),
    re.compile(r"#\s*fmt: (off|on|skip)(" + REASON + ")"),
)


def unexplained(comment: str) -> bool:
    """Whether a comment silences a gate without naming the rule and the reason."""
    return bool(SILENCER.search(comment)) and not any(form.search(comment) for form in EXPLAINED)


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Every comment of a file with its line: tokens, so that a string is not taken for one."""
    with path.open("rb") as file:
        yield from (
            (token.start[0], token.string)
            for token in tokenize.tokenize(file.readline)
            if token.type == tokenize.COMMENT
        )


def test_every_suppression_names_its_rule_and_its_reason() -> None:
    found = [
        f"{named(path)}:{line} {comment}"
        for path in modules(*EVERYTHING)
        for line, comment in comments(path)
        if unexplained(comment)
    ]
    assert found == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: S101",
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# type: ignore[arg-type] # no",
        "# mypy: ignore-errors",
    ],
)
def test_a_bare_suppression_is_found(comment: str) -> None:
    assert unexplained(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S101 - the server of the test was started two lines above",
        "# type: ignore[arg-type] # every subclass is a dataclass",
        "# ruff: noqa: N818 - the names of this file's refusals are the domain's words",
        "# an ordinary comment about noqa",
    ],
)
def test_an_explained_suppression_passes(comment: str) -> None:
    assert not unexplained(comment)

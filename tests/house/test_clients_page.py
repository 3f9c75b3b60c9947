"""The commands of docs/for-clients.md, run as they stand against a real server: each answer is the one shown."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.ledgers import create_ledger, open_ledger
from tests.api.served import Server, role_key, serving, settings_in
from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "for-clients.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BETWEEN = "\n----8<----\n"


class Example(NamedTuple):
    """Commands of the page, and what it says that they print."""

    commands: str
    language: str
    shown: str


def examples() -> list[Example]:
    """Each `sh` block with the block behind it."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    pairs = pairwise(blocks)
    return [Example(text, *answer) for (language, text), answer in pairs if language == "sh"]


def agrees(shown: Any, real: Any) -> bool:
    """Whether an answer says all that the page shows of it; `…` stands for whatever it is."""
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(name in real and agrees(shown[name], real[name]) for name in shown)
    if isinstance(shown, list):
        same = isinstance(real, list) and len(shown) == len(real)
        return same and all(agrees(*pair) for pair in zip(shown, real, strict=True))
    return shown == "…" or (type(shown) is type(real) and shown == real)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # As the page says it: a new ledger, no person, one key of an administrator.
    settings = settings_in(tmp_path_factory.mktemp("data"))
    create_ledger(settings, "try", "conformance", "Asia/Shanghai").close()
    with open_ledger(settings, "try") as opened:
        keys = {"admin": role_key(opened, "admin")}
    with serving(settings, keys, "try") as running:
        yield running


def printed(server: Server, folder: Path) -> list[str]:
    """What each block prints, all in one shell, as a reader would type them."""
    mark = "\nprintf '\\n----8<----\\n'\n"
    environ = {"PATH": os.environ["PATH"], "URL": server.base, "KEY": server.keys["admin"], "NO_PROXY": "*"}
    done = subprocess.run(
        ["bash", "-eu", "-c", mark.join(example.commands for example in examples())],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(BETWEEN)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_answer_on_the_page_is_the_servers(server: Server, tmp_path: Path) -> None:
    answers = printed(server, tmp_path)

    assert len(answers) == len(examples()) >= 8
    for example, answer in zip(examples(), answers, strict=True):
        if example.language == "json":
            assert agrees(json.loads(example.shown), json.loads(answer)), f"{example.commands}\n{answer}"
        else:
            assert example.shown.strip() == answer.strip(), example.commands


def test_an_answer_that_differs_is_noticed() -> None:
    real = {"a": 1, "b": [{"c": "x"}]}
    assert agrees({"b": [{"c": "…"}]}, real)
    wrong: list[Any] = [{"a": 2}, {"d": 1}, {"b": []}, {"a": True}, {"b": [{"c": "y"}]}]
    assert [shown for shown in wrong if agrees(shown, real)] == []

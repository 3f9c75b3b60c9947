"""Runs a page of commands: each `sh` block in one shell against a fresh server, and writes what it printed behind it.

A page is Markdown. Blocks marked `sh` are commands; the block behind one, `json` or `text`, is what they print. Of
JSON only the members that the page shows are compared and written anew; `…` stands for whatever it is. Blocks without
a language are for readers and are not run: they set up what this module sets up itself.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from api.ledgers import create_ledger
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.values import Instant
from ledger.vault import Principal
from tests.api.served import served
from tests.examples.tape import shown

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted((ROOT / "docs").glob("for-patrol-apps*.md"))
NOW: Final = Instant("2022-06-14T13:30:00.000000Z")
TODAY: Final = "2022-06-14"
BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BETWEEN: Final = "\n----8<----\n"
SECONDS: Final = 120
BASH: Final = shutil.which("bash") or "bash"
Match = re.Match[str]


class Step(NamedTuple):
    """Commands of a page, and the block behind them that says what they print."""

    commands: str
    said: Match | None


def steps(page: str) -> list[Step]:
    """Every `sh` block with what it prints; the first one makes the scheme's file."""
    blocks = [*BLOCK.finditer(page)]
    following = [*blocks[1:], None]
    return [
        Step(block.group(2), behind if behind is not None and behind.group(1) in {"json", "text"} else None)
        for block, behind in zip(blocks, following, strict=True)
        if block.group(1) == "sh"
    ]


def retold(page: str) -> str:
    """The page with what its commands print today."""
    making, *rest = steps(page)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run(folder, making.commands, {})
        with serving(folder) as environ:
            printed = run(folder, _marked(rest), environ).split(BETWEEN)
    for step, output in reversed([*zip(rest, printed, strict=True)]):
        if step.said is not None:
            start, end = step.said.span(2)
            page = page[:start] + _written(step.said, output) + page[end:]
    return page


def _marked(of: list[Step]) -> str:
    return "\nprintf '\\n----8<----\\n'\n".join(step.commands for step in of)


def run(folder: Path, commands: str, environ: dict[str, str]) -> str:
    """What these commands print; they must all succeed."""
    done = subprocess.run(
        [BASH, "-eu", "-o", "pipefail", "-c", commands],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "JIFEN": str(ROOT), "NO_PROXY": "*", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"a command of the page failed:\n{done.stderr}\n{done.stdout}")
    return done.stdout


@contextmanager
def serving(folder: Path) -> Iterator[dict[str, str]]:
    """What a reader sets up by hand: a ledger of the scheme's file, served, and the variables of the shell."""
    settings = Settings(data=folder / "data")
    clock = ManualClock(NOW)
    with create_ledger(settings, "try", folder / "try.toml", "Asia/Shanghai", clock=clock) as opened:
        principals = opened.vault.principals
        keys = {}
        for name, role in (("app", "patrol-app"), ("office", "admin")):
            principals.add(Principal(id=f"client:{name}", roles=(role,)))
            keys[name.upper()] = principals.create_key(f"client:{name}")[0]
        with served(settings, opened) as url:
            yield {"URL": f"{url}/v1/ledgers/try", "NOW": "2022-06-14T13:30:00Z", "TODAY": TODAY, **keys}


# What is written ---------------------------------------------------------------------------------------------


def _written(said: Match, output: str) -> str:
    if said.group(1) == "text":
        return output.strip() + "\n"
    value = redrawn(json.loads(said.group(2)), json.loads(output))
    return shown(value) + "\n"


def redrawn(before: Any, real: Any) -> Any:
    """As much of an answer as the page shows, with the values of today."""
    if before == "…":
        return before
    if isinstance(before, dict) and isinstance(real, dict):
        return {name: redrawn(part, real[name]) for name, part in before.items()}
    if isinstance(before, list) and isinstance(real, list) and before:
        parts = before if len(before) == len(real) else before[:1] * len(real)
        return [redrawn(part, item) for part, item in zip(parts, real, strict=True)]
    return real


def rewrite() -> None:
    """Write today's answers into every page."""
    for page in PAGES:
        page.write_text(retold(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite()

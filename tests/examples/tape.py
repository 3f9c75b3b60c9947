"""Runs a story page: sends each request in it to a fresh ledger and writes what came back behind it.

A page is Markdown. A block marked `http` that begins with a method is a request; the block behind it, which begins
with `HTTP/`, is its answer and is written by `make docs`. Comments say what a reader does not need to see:
`<!-- scheme: conformance -->` at the top, `<!-- at: 2022-06-15T12:00:00+08:00 -->` moves the clock,
`<!-- as: counter -->` changes who asks from there on.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx2

from api.ledgers import OpenLedger, create_ledger
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.people.commands import RegisterPerson
from ledger.room import By
from ledger.values import HolderId, Instant
from ledger.vault import Principal
from tests.api.served import served

HERE: Final = Path(__file__).parents[2] / "docs" / "examples"
PAGES: Final = sorted(HERE.glob("*.md"))
NOON: Final = Instant("2022-06-15T04:00:00.000000Z")
HOLDERS: Final = ("zhang", "li")
SETTING_UP: Final = By(principal="system")
BLOCK: Final = re.compile(r"```http\n(?P<block>.*?)\n```\n|<!-- (?P<name>scheme|at|as): (?P<value>\S+) -->", re.DOTALL)
WIDTH: Final = 110


class Teller(NamedTuple):
    """Who sends the requests of a page: a served ledger, its clock, and a key for each role."""

    opened: OpenLedger
    clock: ManualClock
    url: str

    def client(self, role: str) -> httpx2.Client:
        """One who asks as this role."""
        principals = self.opened.vault.principals
        name = f"person:{role}"
        if principals.get(name) is None:
            principals.add(Principal(id=name, roles=(role,)))
        headers = {"Authorization": f"Bearer {principals.create_key(name)[0]}", "Accept-Language": "en"}
        return httpx2.Client(headers=headers, timeout=60, trust_env=False)


def retold(page: str) -> str:
    """The page with the answers that its requests get today."""
    scheme = re.search(r"<!-- scheme: (\S+) -->", page)
    with telling(scheme.group(1) if scheme else "conformance") as teller:
        return "".join(_parts(page, teller))


@contextmanager
def telling(scheme: str) -> Iterator[Teller]:
    """A ledger whose clock stands still and whose ids count up, with two holders, served on loopback."""
    numbers, clock = count(1), ManualClock(NOON)
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(data=Path(place))
        opened = create_ledger(
            settings,
            "demo",
            scheme,
            "Asia/Shanghai",
            clock=clock,
            ids=lambda: f"0198e4c2-0000-7000-8000-{next(numbers):012x}",
            secret=b"a secret of thirty-two bytes....",
        )
        with opened:
            for holder in HOLDERS:
                opened.ledger.submit(RegisterPerson(holder=HolderId(holder)), by=SETTING_UP)
            with served(settings, opened) as url:
                yield Teller(opened, clock, url)


def _parts(page: str, teller: Teller) -> Iterator[str]:
    client, place = teller.client("admin"), 0
    for found in BLOCK.finditer(page):
        block, name, value = found.group("block"), found.group("name"), found.group("value")
        yield page[place : found.start()]
        place = found.end()
        if block is None:
            yield found.group()
            if name == "at":
                teller.clock.move_to(Instant(_instant(value)))
            elif name == "as":
                client = teller.client(value)
        elif not block.startswith("HTTP/"):
            yield found.group()
            yield f"\n```http\n{_answer(client, teller, block)}\n```\n"
            place = _past_the_answer(page, place)
    yield page[place:]


def _past_the_answer(page: str, place: int) -> int:
    old = re.compile(r"\n```http\nHTTP/.*?\n```\n", re.DOTALL).match(page, place)
    return old.end() if old else place


def _answer(client: httpx2.Client, teller: Teller, block: str) -> str:
    head, _, body = block.partition("\n\n")
    first, *headers = head.split("\n")
    method, path = first.split(" ", 1)
    named = dict(line.split(": ", 1) for line in headers)
    content = {"content": body.encode(), "headers": {**named, "Content-Type": "application/json"}}
    url = f"{teller.url}/v1/ledgers/{teller.opened.name}{path}"
    found = client.request(method, url, **(content if body else {"headers": named}))
    lines = [f"HTTP/1.1 {found.status_code} {found.reason_phrase}"]
    lines += [f"{name}: {found.headers[name]}" for name in ("Idempotent-Replayed",) if name in found.headers]
    return "\n".join(lines) + "\n\n" + shown(found.json())


def _instant(said: str) -> str:
    from datetime import datetime

    from ledger.values import instant

    return instant(datetime.fromisoformat(said))


def shown(value: Any, indent: str = "") -> str:
    """JSON for people: whatever fits on a line stands on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDTH or not isinstance(value, dict | list):
        return flat
    deeper = indent + "  "
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + shown(item, deeper) for item in value) + f"\n{indent}]"
    members = (f"{deeper}{json.dumps(name)}: {shown(item, deeper)}" for name, item in value.items())
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def rewrite() -> None:
    """Write today's answers into every page."""
    for page in PAGES:
        page.write_text(retold(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite()

"""`python -m tests.history.yesterday NAME` keeps small ledgers of this version for ever, with the answers they gave.

Later versions must open them, give the same answers to the same requests, and replay to the same book.
"""

import json
import sqlite3
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec

from api.answers import answer
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission
from ledger.room import Command
from ledger.values import Instant
from ledger.vault.secrets import LedgerSecret
from tests.history.keeping import STORIES, Step

HERE: Final = Path(__file__).parent / "ledgers"
SECRET: Final = LedgerSecret(b"a secret of thirty-two bytes....")
START: Final = Instant("2022-06-15T04:00:00.000000Z")


def scheme_of(name: str) -> str:
    """A ledger is kept as NAME.SCHEME."""
    return name.partition(".")[2]


def command_of(step: Step) -> Command:
    """The command of a stored request."""
    kind: type[Command] = Command.routes[step.route]
    return msgspec.convert(step.members, kind)


def ask(ledger: Ledger, number: int, step: Step) -> Outcome:
    """Ask for it under the key that its number gives it."""
    wish = ledger.wish(command_of(step), by=step.by, key=f"request {number}", lang="en")
    return ledger.writer.ask(Submission(wishes=(wish,)))


def rendered(outcome: Outcome) -> list[Any]:
    """Status and body as a client gets them."""
    given = answer(outcome, "en")
    return [given.status, given.body.decode()]


def opened(storage: Storage, *, after: int = 0) -> Ledger:
    """The ledger, with ids that count up behind those that it has."""
    numbers = count(after + 1)
    clock = ManualClock(max(START, Instant(storage.head().recorded_at)))
    return Ledger(storage, SECRET, zone="Asia/Shanghai", clock=clock, ids=lambda: f"id-{next(numbers):08}")


def told(scheme: str, path: Path) -> list[list[Any]]:
    """The story of this scheme on a new ledger there: what was asked, by whom, and what was answered."""
    storage = Storage.sqlite(path, "yesterday")
    storage.create(zone="Asia/Shanghai", scheme=scheme, created_at=START)
    answers = []
    with opened(storage) as ledger:
        clock = ledger.clock
        assert isinstance(clock, ManualClock)
        for number, step in enumerate(STORIES[scheme](ledger)):
            if step.at is not None:
                clock.move_to(step.at)
            outcome = ask(ledger, number, step)
            code = outcome.refusal and type(outcome.refusal).code
            assert code == step.refused, f"request {number}, {step.route}: {outcome.refusal}"
            answers.append([step.route, step.members, *rendered(outcome), step.subject])
    return answers


def keep(name: str) -> None:
    """Write `ledgers/NAME.SCHEME.sql` and `.json` for each story; a name is used once."""
    for scheme in STORIES:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "journal.db"
            answers = told(scheme, path)
            with sqlite3.connect(path) as connection:
                dump = "\n".join(connection.iterdump())
        for suffix, text in (("sql", dump), ("json", json.dumps(answers, ensure_ascii=False, indent=1))):
            with (HERE / f"{name}.{scheme}.{suffix}").open("x", encoding="utf-8") as file:
                file.write(text + "\n")


if __name__ == "__main__":
    keep(sys.argv[1])

"""`python -m tests.history.yesterday NAME` keeps a small ledger of this version for ever, with the answers it gave.

Later versions must open it, give the same answers to the same requests, and replay to the same book.
"""

import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec

from api.answers import answer
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission
from ledger.room import By, Command
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import Instant
from ledger.vault.secrets import LedgerSecret

HERE: Final = Path(__file__).parent / "ledgers"
SECRET: Final = LedgerSecret(b"a secret of thirty-two bytes....")
START: Final = Instant("2022-06-15T04:00:00.000000Z")
CLIENT: Final = By(principal="client:counter-1", subject="person:p1")
Asked = tuple[str, dict[str, Any]]
"""A route and the members of its command."""


def requests() -> Iterator[Asked]:
    """A little of everything that this version can do; refusals too."""
    scheme = canonical(load_scheme("conformance"))
    yield "scheme-adoption", {"scheme": scheme, "effective_from": "2022-06-01"}
    yield "books", {"period": "2022-06"}
    for holder in ("h1", "h2"):
        yield "person", {"holder": holder}
    yield "item", {"id": "soap", "name": "soap", "price": 10, "unit": "A"}
    yield "goods-receipt", {"item": "soap", "quantity": 20}
    for amount, day in ((40, "2022-06-30"), (25, None), (5, "2022-07-31")):
        yield "grant", {"to": "holder:h1", "unit": "A", "amount": amount, "expires_on": day}
    yield "redemption", {"holder": "h1", "lines": [{"item": "soap", "quantity": 4}]}
    yield "redemption", {"holder": "h1", "lines": [{"item": "soap", "quantity": 9}]}
    yield "redemption", {"holder": "h1", "lines": [{"item": "soap", "quantity": 1}], "hold": True, "expires_in": 600}
    yield "grant", {"to": "holder:h2", "unit": "D", "amount": 10}
    yield "deduction", {"account": "holder:h2", "unit": "D", "amount": 35, "reason": "correction"}
    yield "grant", {"to": "holder:h2", "unit": "D", "amount": 30}
    yield "reversal", {"of": "id-00000014", "amount": 10, "reason": "correction"}
    yield "freeze", {"account": "holder:h2", "unit": "D", "reason": "correction"}


def command_of(asked: Asked) -> Command:
    """The command of a stored request."""
    route, members = asked
    kind: type[Command] = Command.routes[route]
    return msgspec.convert(members, kind)


def ask(ledger: Ledger, number: int, asked: Asked) -> Outcome:
    """Ask for it under the key that its number gives it."""
    wish = ledger.wish(command_of(asked), by=CLIENT, key=f"request {number}", lang="en")
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


def keep(name: str) -> None:
    """Write `ledgers/NAME.sql` and `ledgers/NAME.json`; a name is used once."""
    HERE.mkdir(exist_ok=True)
    answers = []
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "journal.db"
        storage = Storage.sqlite(path, "yesterday")
        storage.create(zone="Asia/Shanghai", scheme="conformance", created_at=START)
        with opened(storage) as ledger:
            for number, asked in enumerate(requests()):
                answers.append([*asked, *rendered(ask(ledger, number, asked))])
        with sqlite3.connect(path) as connection:
            dump = "\n".join(connection.iterdump())
    for suffix, text in (("sql", dump), ("json", json.dumps(answers, ensure_ascii=False, indent=1))):
        with (HERE / f"{name}.{suffix}").open("x", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    keep(sys.argv[1])

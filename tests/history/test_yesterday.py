"""A ledger of an earlier version goes on: the same answers to the byte, the same book by replay, and it moves."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.journal.ledger import Ledger
from ledger.journal.rebuilding import Rebuilding
from ledger.journal.storage import Storage
from ledger.points.entities import Account
from ledger.refusals import KeyReused
from projections.replay import Replay
from tests.history.yesterday import HERE, START, ask, command_of, opened, rendered, requests

KEPT = sorted(path.stem for path in HERE.glob("*.sql"))


def embedded(name: str, place: Path) -> Storage:
    """The ledger as that version wrote it."""
    with sqlite3.connect(place / "journal.db") as connection:
        connection.executescript((HERE / f"{name}.sql").read_text())
    return Storage.sqlite(place / "journal.db", "yesterday")


@pytest.fixture(params=KEPT)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> Iterator[Storage]:
    """Where it was written, upgraded in place; or moved to the other database by its facts alone."""
    first = embedded(name, tmp_path)
    first.create()
    if request.param == "sqlite":
        yield first
        first.close()
        return
    moved = Storage.postgres(request.getfixturevalue("fresh_database"), "yesterday")
    moved.create(zone="Asia/Shanghai", scheme="conformance", created_at=START)
    Rebuilding(moved, zone="Asia/Shanghai").take(first.facts(0, 10_000))
    first.close()
    yield moved
    moved.close()


@pytest.fixture
def ledger(storage: Storage) -> Ledger:
    return opened(storage, after=1000)


def answers(name: str) -> list[list[Any]]:
    stored: list[list[Any]] = json.loads((HERE / f"{name}.json").read_text())
    return stored


def test_a_retry_after_the_upgrade_gets_the_answer_of_before_to_the_byte(name: str, ledger: Ledger) -> None:
    head = ledger.storage.head().position
    for number, (route, members, status, body) in enumerate(answers(name)):
        outcome = ask(ledger, number, (route, members))
        assert rendered(outcome) == [status, body], f"request {number}, {route}"
        assert outcome.replayed
    assert ledger.storage.head().position == head


def test_another_request_under_a_key_of_before_is_refused(name: str, ledger: Ledger) -> None:
    for number, (route, members, *_) in enumerate(answers(name)):
        if "amount" in members:
            other = ask(ledger, number, (route, {**members, "amount": members["amount"] + 1}))
            assert isinstance(other.refusal, KeyReused), f"request {number}, {route}"


def test_the_book_of_before_is_what_its_facts_say_today(storage: Storage) -> None:
    replayed = Replay(storage, zone="Asia/Shanghai")
    replayed.advance()
    assert replayed.differences() == ()


def test_it_goes_on(ledger: Ledger) -> None:
    before = ledger.the(Account, "holder:h1/A")
    outcome = ask(ledger, 999, ("grant", {"to": "holder:h1", "unit": "A", "amount": 3}))
    assert outcome.refusal is None
    assert ledger.the(Account, "holder:h1/A").balance == before.balance + 3


def test_what_this_version_would_keep_is_understood_by_itself() -> None:
    """The requests of the generator are commands of today: keeping a ledger before a release cannot fail then."""
    for asked in requests():
        assert msgspec.to_builtins(command_of(asked)).keys() >= asked[1].keys()

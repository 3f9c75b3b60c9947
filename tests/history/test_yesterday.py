"""A ledger of an earlier version goes on: the same answers to the byte, the same book by replay, and it moves."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.journal.ledger import Ledger
from ledger.journal.rebuilding import Rebuilding
from ledger.journal.storage import Storage
from ledger.points.entities import Account
from ledger.refusals import KeyReused
from projections.replay import Replay
from tests.history.keeping import STORIES, UNITS, Step
from tests.history.yesterday import HERE, START, ask, opened, rendered, scheme_of, told

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
    moved.create(zone="Asia/Shanghai", scheme=scheme_of(name), created_at=START)
    Rebuilding(moved, zone="Asia/Shanghai").take(first.facts(0, 10_000))
    first.close()
    yield moved
    moved.close()


@pytest.fixture
def ledger(storage: Storage) -> Ledger:
    return opened(storage, after=1000)


def answers(name: str) -> list[tuple[Step, list[Any]]]:
    """What was asked, and status and body of its answer."""
    stored = json.loads((HERE / f"{name}.json").read_text())
    return [(Step(route, members, *by), [status, body]) for route, members, status, body, *by in stored]


def test_a_retry_after_the_upgrade_gets_the_answer_of_before_to_the_byte(name: str, ledger: Ledger) -> None:
    head = ledger.storage.head().position
    for number, (step, answered) in enumerate(answers(name)):
        outcome = ask(ledger, number, step)
        assert rendered(outcome) == answered, f"request {number}, {step.route}"
        assert outcome.replayed
    assert ledger.storage.head().position == head


def test_another_request_under_a_key_of_before_is_refused(name: str, ledger: Ledger) -> None:
    for number, (step, _) in enumerate(answers(name)):
        if "amount" in step.members:
            other = ask(ledger, number, step._replace(members=step.members | {"amount": step.members["amount"] + 1}))
            assert isinstance(other.refusal, KeyReused), f"request {number}, {step.route}"


def test_the_book_of_before_is_what_its_facts_say_today(storage: Storage) -> None:
    replayed = Replay(storage, zone="Asia/Shanghai")
    replayed.advance()
    assert replayed.differences() == ()


def test_it_goes_on(name: str, ledger: Ledger) -> None:
    unit = UNITS[scheme_of(name)]
    before = balance(ledger, unit)
    outcome = ask(ledger, 999, Step("grant", {"to": "holder:h1", "unit": unit, "amount": 3}))
    assert outcome.refusal is None
    assert balance(ledger, unit) == before + 3


def balance(ledger: Ledger, unit: str) -> int:
    account = ledger.get(Account, f"holder:h1/{unit}")
    return account.balance if account else 0


@pytest.mark.parametrize("scheme", STORIES)
def test_what_this_version_would_keep_is_understood_by_itself(scheme: str, tmp_path: Path) -> None:
    """Keeping a ledger before a release cannot fail then: each request is granted, or refused as its story says."""
    assert len(told(scheme, tmp_path / "journal.db")) > 10

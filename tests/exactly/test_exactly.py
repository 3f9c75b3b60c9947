"""Exactly N: 64 threads on SQLite, 64 threads in each of two processes on PostgreSQL, one last thing."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.journal.book import StoredBook
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage, Turn, lock_directory
from ledger.journal.turn import Submission
from ledger.refusals import LedgerInUse
from tests.exactly.every import SCENARIOS
from tests.exactly.scenarios import THREADS, Answer, everybody_asks, judge
from tests.exactly.welfare import tickets
from tests.ledgers import COUNTER, asked, balance, opened, sale, stocked

pytestmark = pytest.mark.exact
ROOT = Path(__file__).resolve().parents[2]
AT = "2022-06-01T00:00:00.000000Z"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Ledger]:
    storage = Storage.sqlite(tmp_path / "journal.db", "shop")
    storage.create(scheme="conformance", created_at=AT)
    with opened(storage, repeatable=False) as ledger:
        yield ledger


@pytest.fixture
def served(fresh_database: str) -> Iterator[Ledger]:
    storage = Storage.postgres(fresh_database, "shop")
    storage.create(scheme="conformance", created_at=AT)
    with opened(storage, repeatable=False) as ledger:
        yield ledger


@pytest.mark.parametrize("name", SCENARIOS)
def test_exactly_so_many_of_64_threads_succeed_embedded(embedded: Ledger, name: str) -> None:
    scenario = SCENARIOS[name]
    scenario.prepare(embedded)
    judge(scenario, everybody_asks(embedded, scenario, 0), embedded)


@contextmanager
def another_process(url: str, name: str, first: int) -> Iterator[subprocess.Popen[str]]:
    """A worker that has opened the ledger and waits for a line."""
    command = [sys.executable, "-m", "tests.exactly.worker", url, name, str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.postgres
@pytest.mark.parametrize("name", SCENARIOS)
def test_exactly_so_many_of_two_processes_of_64_threads_succeed(served: Ledger, fresh_database: str, name: str) -> None:
    scenario = SCENARIOS[name]
    scenario.prepare(served)
    with another_process(fresh_database, name, THREADS) as other:
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        answers = everybody_asks(served, scenario, 0)
        out, _ = other.communicate(timeout=120)
        answers += [Answer(*answer) for answer in json.loads(out)]
    assert len(answers) == 2 * THREADS
    judge(scenario, answers, served)


@pytest.mark.parametrize("store", ["embedded", pytest.param("served", marks=pytest.mark.postgres)])
def test_a_thousand_claims_at_once_never_promise_more_than_a_fund_has(
    request: pytest.FixtureRequest, store: str
) -> None:
    scenario, ledger = tickets(973), request.getfixturevalue(store)
    scenario.prepare(ledger)
    judge(scenario, everybody_asks(ledger, scenario, 0, askers=1_000), ledger)


# One writing process on SQLite --------------------------------------------------------------------------------


HOLD_OFF = """
import sys
from pathlib import Path
from ledger.journal.storage import lock_directory
from ledger.refusals import LedgerInUse
try:
    lock_directory(Path(sys.argv[1])).release()
except LedgerInUse as refusal:
    print(refusal.code)
else:
    print("free")
"""


def other_process_says(directory: Path) -> str:
    command = [sys.executable, "-c", HOLD_OFF, str(directory)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_a_second_process_is_held_off_by_the_file_lock(tmp_path: Path) -> None:
    with lock_directory(tmp_path):
        assert other_process_says(tmp_path) == LedgerInUse.code
    assert other_process_says(tmp_path) == "free"


# Two processes alternating on one holder ----------------------------------------------------------------------


def alternating(served: Ledger, other: Ledger) -> list[str | None]:
    """Twelve sales of 10 out of 100 points and 10 pieces, from two processes by turns; the codes of the refusals."""
    codes: list[str | None] = []
    for number in range(12):
        ledger = (served, other)[number % 2]
        outcome = asked(ledger, sale(), key=f"sale {number}")
        codes.append(outcome.refusal.code if outcome.refusal else None)
    return codes


@pytest.mark.postgres
def test_two_caches_alternating_on_one_holder_never_sell_what_the_other_has_sold(
    served: Ledger, fresh_database: str
) -> None:
    stocked(served)
    with opened(Storage.postgres(fresh_database, "shop"), repeatable=False) as other:
        assert alternating(served, other) == [None] * 10 + ["insufficient-funds"] * 2
        assert balance(served) == balance(other) == 0


@pytest.mark.postgres
def test_without_eviction_the_same_story_comes_out_wrong(
    served: Ledger, fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The story above has teeth: with a cache that never forgets, it does not come out right."""

    def deaf(book: StoredBook, turn: Turn) -> None:
        book.position = turn.head.position

    stocked(served)
    with opened(Storage.postgres(fresh_database, "shop"), repeatable=False) as other:
        asked(other, sale(), key="warm")
        monkeypatch.setattr(StoredBook, "catch_up", deaf)
        assert alternating(served, other) != [None] * 9 + ["insufficient-funds"] * 3


@pytest.mark.postgres
def test_two_operating_system_processes_alternate_on_one_holder(served: Ledger, fresh_database: str) -> None:
    """Each of the other's 64 sales is a turn between ours; together exactly the points are spent."""
    stocked(served, points=1000, stock=1000)
    with another_process(fresh_database, "one holder's last points", 1000) as other:
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        ours = [asked(served, sale(), key=f"ours {number}").refusal is None for number in range(64)]
        out, _ = other.communicate(timeout=120)
    theirs = [Answer(*answer).refusal is None for answer in json.loads(out)]
    assert sum(ours) + sum(theirs) == 100
    assert balance(served) == 0
    late = Submission(wishes=(served.wish(sale(), by=COUNTER, key="late"),))
    refused = served.writer.ask(late).refusal
    assert refused is not None
    assert refused.code == "insufficient-funds"

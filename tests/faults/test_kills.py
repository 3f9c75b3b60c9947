"""kill -9 in mid-load, again and again on one ledger: nothing lost, nothing twice, nothing invented."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from ledger.journal.storage import Storage
from tests.conftest import DEPTH
from tests.faults import load
from tests.faults.judge import keys_answer_again, nothing_lost_twice_or_invented, told
from tests.faults.load import COMMITTED, COMMITTING, DECIDING, HOLDERS, IDLE, Place
from tests.journal.test_faults import kill_all
from tests.ledgers import opened, stocked

pytestmark = [pytest.mark.fault, pytest.mark.slow]

KILLS = 50 if DEPTH == "deep" else 10
POINTS = ("before the append", "after the append", "inside the commit", "while committing", "after the commit")
WHERE = {IDLE: "between turns", DECIDING: "before the append", COMMITTING: "inside the commit"}
WHERE[COMMITTED] = "between commit and answer"

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.load"])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A ledger with four holders and much soap at one point a piece."""
    if request.param == "sqlite":
        (tmp_path / "shop").mkdir()
        made = Place(str(tmp_path / "shop"), tmp_path)
    else:
        made = Place(request.getfixturevalue("fresh_database"), tmp_path)
    storage = made.storage()
    storage.create(scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, repeatable=False) as ledger:
        stocked(ledger, holders=HOLDERS, points=5, stock=1_000_000, price=1)
    for name in ("sent", "told"):
        (tmp_path / name).touch()
    (tmp_path / "phase").write_bytes(b"i")
    return made


@contextmanager
def under_load(place: Place, round: int, crash: str | None = None) -> Iterator[BaseProcess]:
    """A process that asks and asks; it has had its first answers of this round."""
    process = _processes.Process(target=load.run, args=(place, round, crash), daemon=True)
    process.start()
    try:
        deadline = time.monotonic() + 60
        while process.is_alive() and not any(key.startswith(f"{round}-") for key in told(place)):
            assert time.monotonic() < deadline, "the load never began"
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.join()


def test_kill_minus_nine_in_mid_load(place: Place, randomness: random.Random) -> None:
    fell: Counter[str] = Counter()
    for round in range(KILLS):
        crash = POINTS[round] if round < len(POINTS) else None
        with under_load(place, round, crash) as process:
            if crash is None:
                time.sleep(randomness.uniform(0.0, 0.4))
                process.kill()
            process.join(timeout=60)
            assert process.exitcode == -9
        fell[WHERE[(place.folder / "phase").read_bytes()[0]]] += 1
        with opened(place.storage(), repeatable=False) as ledger:
            nothing_lost_twice_or_invented(ledger, place)
            keys_answer_again(ledger, place)
            nothing_lost_twice_or_invented(ledger, place)
    print(f"{KILLS} kills fell: {dict(fell)}; {len(told(place))} commands had been acknowledged")
    assert all(fell[where] for where in ("before the append", "inside the commit", "between commit and answer"))


@pytest.mark.postgres
def test_backends_terminated_in_mid_load(fresh_database: str, tmp_path: Path) -> None:
    storage = Storage.postgres(fresh_database, "shop")
    storage.create(scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, repeatable=False) as ledger:
        stocked(ledger, holders=HOLDERS, points=5, stock=1_000_000, price=1)
    place = Place(fresh_database, tmp_path)
    for name in ("sent", "told"):
        (tmp_path / name).touch()
    (tmp_path / "phase").write_bytes(b"i")
    with under_load(place, 0) as process:
        for _ in range(KILLS):
            before = len(told(place))
            kill_all(fresh_database)
            deadline = time.monotonic() + 60
            while len(told(place)) <= before:
                assert process.is_alive()
                assert time.monotonic() < deadline, "the load did not recover by itself"
                time.sleep(0.02)
    with opened(Storage.postgres(fresh_database, "shop"), repeatable=False) as ledger:
        nothing_lost_twice_or_invented(ledger, place)
        keys_answer_again(ledger, place)

"""A process killed at each system call of its commits, and each of these calls failing: nothing lost, nothing twice."""

import multiprocessing
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import DEPTH, tool
from tests.faults import calls
from tests.faults.judge import keys_answer_again, mac, nothing_lost_twice_or_invented, told
from tests.faults.load import HOLDERS, Place
from tests.ledgers import COUNTER, opened, stocked

pytestmark = [pytest.mark.fault, pytest.mark.slow]

WRITING = {"write", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate", "unlink", "msync"}
LINE = re.compile(r"^\d+ +(\w+)\((?:\d+<(?:[^>]*/)?([^>/]+)>)?")
NEVER, OFTEN = 100_000, 6
"""Pages of the log after which SQLite copies them into the file: never within these turns, or in each of them."""

CHECKPOINTS = {"log and file": OFTEN} | ({"log": NEVER} if DEPTH == "deep" else {})

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.calls"])


class Call(NamedTuple):
    """The so-manieth call of a name, and on which file."""

    name: str
    number: int
    file: str


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "shop").mkdir()
    made = Place(str(tmp_path / "shop"), tmp_path)
    storage = made.storage()
    storage.create(scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, repeatable=False) as ledger:
        stocked(ledger, holders=HOLDERS, points=5, stock=1_000_000, price=1)
    for name in ("sent", "told"):
        (tmp_path / name).touch()
    return made


@contextmanager
def traced(strace: str, place: Place, round: int, checkpoint: int, *inject: str) -> Iterator[BaseProcess]:
    """A process that commits under strace, which looks at the ledger's files and at `told` alone."""
    here, there = _processes.Pipe()
    process = _processes.Process(target=calls.run, args=(place, round, checkpoint, there), daemon=True)
    process.start()
    try:
        assert here.poll(60), "the process never opened its ledger"
        here.recv()
        files = [Path(place.database) / name for name in ("journal.db", "journal.db-wal", "journal.db-shm")]
        command = [strace, "-f", "-y", "-o", str(place.folder / "calls"), "-p", str(process.pid), *inject]
        command += [part for file in (*files, place.folder / "told") for part in ("-P", str(file))]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            said = tracer.stderr.readline() if tracer.stderr else ""
            try:
                if "attached" not in said:
                    tool("strace", None, f"it may not trace a process here: {said.strip()}")
                here.send("go")
                process.join(timeout=60)
                assert process.exitcode is not None, "the process hangs"
                yield process
            finally:
                tracer.terminate()
    finally:
        process.kill()
        process.join()


def calls_of_commits(strace: str, place: Place, checkpoint: int) -> list[Call]:
    """Every call that the turns make, counted by name as strace counts them."""
    with traced(strace, place, 0, checkpoint) as process:
        assert process.exitcode == 0
    counted: Counter[str] = Counter()
    found = []
    for line in (place.folder / "calls").read_text().splitlines():
        call = LINE.match(line)
        if call and call[2]:
            counted[call[1]] += 1
            found.append(Call(call[1], counted[call[1]], call[2]))
    return found


def judged(place: Place, round: int) -> str:
    """The ledger as the next process finds it; gives how far the second turn had come."""
    with opened(place.storage(), repeatable=False) as ledger:
        nothing_lost_twice_or_invented(ledger, place)
        keys = [f"{round}-{turn}-{number}" for turn, wishes in enumerate(calls.TURNS, start=1) for number in wishes]
        stands = ledger.storage.keys([(COUNTER.principal, mac(key)) for key in keys])
        heard = [key for key in keys if key in told(place)]
        keys_answer_again(ledger, place, most=8)
        nothing_lost_twice_or_invented(ledger, place)
    if len(stands) == len(heard):
        return "between turns" if len(heard) % 3 == 0 else "impossible"
    return "committed and not told" if not len(heard) % 3 else "told in part"


@pytest.mark.parametrize("checkpoint", CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_killed_at_each_system_call_of_a_commit(strace: str, place: Place, checkpoint: int) -> None:
    found = calls_of_commits(strace, place, checkpoint)
    if DEPTH != "deep":
        # Reads and locks at normal depth only where files are written too: a kill there is a kill before the next.
        found = [call for call in found if call.name in WRITING]
    fell: Counter[str] = Counter()
    where: Counter[tuple[str, str]] = Counter()
    for round, call in enumerate(found, start=1):
        inject = f"inject={call.name}:signal=KILL:when={call.number}"
        with traced(strace, place, round, checkpoint, "-e", inject) as process:
            assert process.exitcode == -9, f"{call} was not made: the process ended with {process.exitcode}"
        fell[judged(place, round)] += 1
        where[call.name, call.file] += 1
    print(f"killed at {len(found)} calls: {dict(where)}; {dict(fell)}")
    assert all(where[call] for call in must_happen(checkpoint))
    assert all(fell[moment] for moment in ("between turns", "committed and not told", "told in part"))
    assert not fell["impossible"]


@pytest.mark.parametrize("checkpoint", CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_each_system_call_of_a_commit_fails(strace: str, place: Place, checkpoint: int) -> None:
    found = [call for call in calls_of_commits(strace, place, checkpoint) if call.name in WRITING]
    where: Counter[tuple[str, str]] = Counter()
    for round, call in enumerate(found, start=1):
        error = "ENOSPC" if round % 2 and "write" in call.name else "EIO"
        inject = f"inject={call.name}:error={error}:when={call.number}"
        with traced(strace, place, round, checkpoint, "-e", inject) as process:
            assert process.exitcode == 0, f"one failing {call} ended the process: {process.exitcode}"
        assert "(INJECTED)" in (place.folder / "calls").read_text()
        unanswered = [key for key in sent_in(place, round) if key not in told(place)]
        assert not unanswered, f"after one {error} at {call} nobody answered {unanswered}"
        judged(place, round)
        where[call.name, call.file] += 1
    print(f"{len(found)} calls failed: {dict(where)}")
    assert all(where[call] for call in must_happen(checkpoint))


@pytest.mark.parametrize("name", ["pwrite64", "fdatasync"])
def test_a_disk_that_stays_broken_is_never_taken_for_a_good_one(strace: str, place: Place, name: str) -> None:
    with traced(strace, place, 1, NEVER, "-e", f"inject={name}:error=EIO:when=1+") as process:
        assert process.exitcode == 0
    assert sent_in(place, 1)
    assert [key for key in told(place) if key.startswith("1-")] == ["1-0-9"], "told what could not be written"
    judged(place, 1)


def sent_in(place: Place, round: int) -> list[str]:
    return [key for key in (place.folder / "sent").read_text().split() if key.startswith(f"{round}-")]


def must_happen(checkpoint: int) -> set[tuple[str, str]]:
    """The calls without which a case shows nothing."""
    log = {("pwrite64", "journal.db-wal"), ("fdatasync", "journal.db-wal"), ("write", "told")}
    return log if checkpoint == NEVER else log | {("pwrite64", "journal.db"), ("fdatasync", "journal.db")}

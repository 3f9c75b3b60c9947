"""A ledger under load in a process of its own, which may die at any instant; an outside file keeps what it was told."""

import hashlib
import mmap
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage, Turn, lock_directory
from ledger.journal.turn import Outcome, Submission
from ledger.journal.writer import Writer
from ledger.points.commands import GrantPoints
from ledger.room import Command
from ledger.values import AccountId
from tests.ledgers import COUNTER, POINT, opened, sale

THREADS = 24
HOLDERS = 4
STARVATIONS = 4
IDLE, DECIDING, COMMITTING, COMMITTED = b"idcA"


class Place(NamedTuple):
    """Where the ledger is and what is kept outside it."""

    database: str
    """A path of a directory, or the address of a PostgreSQL database."""
    folder: Path
    """`sent` and `told` (a line each), and one byte that says where the turn is."""

    def storage(self) -> Storage:
        if "://" in self.database:
            return Storage.postgres(self.database, "shop")
        return Storage.sqlite(Path(self.database) / "journal.db", "shop")


def command(thread: int, number: int) -> Command:
    """Grants, sales, and now and then a sale that must be refused."""
    holder = f"h{(thread + number) % HOLDERS}"
    if number % 7 == 3:
        return sale(holder, pieces=1000)
    if number % 2:
        return sale(holder)
    return GrantPoints(to=AccountId("holder:" + holder), unit=POINT, amount=1)


def digest(ledger: Ledger, outcome: Outcome) -> str:
    """What the answer is rendered from."""
    return hashlib.sha256(b"\n".join(map(ledger.mapper.encode, outcome.envelopes))).hexdigest()


def run(place: Place, round: int, crash: str | None) -> None:
    """Ask from many threads until killed; `crash` names a point at which this process kills itself."""
    if "://" not in place.database:
        lock_directory(Path(place.database))
    phase = _phase(place.folder)
    _mark(phase, crash)
    ledger = opened(place.storage(), repeatable=False)
    sent, told = (os.open(place.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT) for name in ("sent", "told"))

    def client(thread: int) -> None:
        for number in range(100_000):
            key = f"{round}-{thread}-{number}"
            os.write(sent, f"{key}\n".encode())
            outcome = _until_final(ledger, command(thread, number), key)
            os.write(told, f"{key} {outcome.tx} {outcome.position} {digest(ledger, outcome)}\n".encode())

    threads = [threading.Thread(target=client, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_short_of_memory(place: Place, round: int) -> None:
    """The same while all memory that this process may have is gone again and again; `starved` counts how often."""

    def starve() -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        while not (place.folder / "told").stat().st_size:
            time.sleep(0.02)
        for times in range(1, STARVATIONS + 1):
            time.sleep(0.3)
            eaten: list[bytearray] = []
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 16 * 2**20, hard))
            for size in (1_000_000, 10_000, 500):
                try:
                    while True:
                        eaten.append(bytearray(size))
                except MemoryError:
                    continue
            time.sleep(0.3)
            eaten.clear()
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
            (place.folder / "starved").write_text(str(times))

    threading.Thread(target=starve, daemon=True).start()
    run(place, round, None)


def _until_final(ledger: Ledger, wish: Command, key: str) -> Outcome:
    """As a good client does: after a 503 the same request under the same key."""
    while True:
        outcome = ledger.writer.ask(Submission(wishes=(ledger.wish(wish, by=COUNTER, key=key),)))
        if outcome.refusal is None or outcome.refusal.recorded:
            return outcome


def _phase(folder: Path) -> mmap.mmap:
    with (folder / "phase").open("r+b") as file:
        return mmap.mmap(file.fileno(), 1)


def _mark(phase: mmap.mmap, crash: str | None) -> None:
    """Let the turn say where it is, in a page that outlives the process; and die where `crash` says, in turn 20."""
    turns = 0

    def around(cls: type, name: str, before: int, after: int, dies: dict[str, bool]) -> None:
        original: Callable[..., Any] = getattr(cls, name)

        def marked(self: Any, *rest: Any) -> Any:
            nonlocal turns
            turns += name == "_turn"
            phase[0] = before
            if turns == 20 and dies.get(crash or "") is False:
                os.kill(os.getpid(), signal.SIGKILL)
            if turns == 20 and crash == "while committing" and name == "commit":
                threading.Timer(0.0005, os.kill, (os.getpid(), signal.SIGKILL)).start()
            result = original(self, *rest)
            phase[0] = after
            if turns == 20 and dies.get(crash or "") is True:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(cls, name, marked)

    around(Writer, "_turn", DECIDING, IDLE, {})
    around(Turn, "append", DECIDING, DECIDING, {"before the append": False, "after the append": True})
    around(Turn, "commit", COMMITTING, COMMITTED, {"inside the commit": False, "after the commit": True})

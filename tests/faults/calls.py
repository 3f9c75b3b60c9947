"""A process that commits a few turns and nothing else, so that each of its system calls can be made to fail."""

import ctypes
import os
from multiprocessing.connection import Connection

from ledger.journal import sqlite
from ledger.journal.ledger import Ledger
from ledger.journal.turn import Submission
from tests.faults.load import Place, command, digest
from tests.ledgers import COUNTER, opened

TURNS = ((0, 1, 3), (2, 5, 4))
"""Numbers of the commands of each turn: grants, sales, and one that is refused."""
TRIES = 30
_ANYBODY = ctypes.c_ulong(-1)
_PR_SET_PTRACER = 0x59616D61


def run(place: Place, round: int, checkpoint: int, gate: Connection) -> None:
    """Say that all is open, wait for the word, commit; what was heard is in `told` after each turn."""
    # Where only a parent may trace its children, this process says that its tester may.
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)
    vars(sqlite)["PRAGMAS"] = (*sqlite.PRAGMAS, f"PRAGMA wal_autocheckpoint = {checkpoint}")
    ledger = opened(place.storage(), repeatable=False)
    sent, told = (os.open(place.folder / name, os.O_WRONLY | os.O_APPEND) for name in ("sent", "told"))
    ask(ledger, sent, told, [f"{round}-0-9"])  # every file is open and every statement known from here on
    gate.send("ready")
    gate.recv()
    for number, turn in enumerate(TURNS, start=1):
        ask(ledger, sent, told, [f"{round}-{number}-{wish}" for wish in turn])
    os._exit(0)  # nothing is closed in peace: closing writes as well


def ask(ledger: Ledger, sent: int, told: int, keys: list[str]) -> None:
    """One turn of several commands; after a 503 the same again, and in the end perhaps without an answer."""
    os.write(sent, "".join(f"{key}\n" for key in keys).encode())
    for _ in range(TRIES):
        wishes = [ledger.wish(command(*numbers(key)), by=COUNTER, key=key) for key in keys]
        outcomes = ledger.writer.runner.run([Submission(wishes=(wish,)) for wish in wishes])
        for key, outcome in zip(tuple(keys), outcomes, strict=True):
            if outcome.refusal is None or outcome.refusal.recorded:
                keys.remove(key)
                line = f"{key} {outcome.tx} {outcome.position} {digest(ledger, outcome)}\n".encode()
                while line:
                    try:
                        line = line[os.write(told, line) :]
                    except OSError:
                        continue  # the tester's own file fails too; the answer is given all the same
        if not keys:
            return


def numbers(key: str) -> tuple[int, int]:
    """Thread and number of a key."""
    _, thread, number = map(int, key.split("-"))
    return thread, number

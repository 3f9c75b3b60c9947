"""The second process of `helper`: `python -m projections.helping` folds when it is told to, and writes when told to."""

import gc
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ledger.journal.storage import Storage
from projections.catalogue import PROJECTIONS
from projections.folding import Folding
from projections.helper import Done, Fold, Places, Write
from projections.store import Mark, Store


def opened(places: Places) -> tuple[Folding, Store]:
    """The ledger's facts and projections."""
    if places.journal.startswith("postgresql"):
        storage = Storage.postgres(places.journal, places.ledger)
        return Folding(storage, PROJECTIONS), Store.postgres(places.projections, places.ledger)
    storage = Storage.sqlite(Path(places.journal), places.ledger)
    return Folding(storage, PROJECTIONS), Store.sqlite(Path(places.projections), places.ledger)


def folded(folding: Folding, order: Fold) -> Any:
    """The rows of a batch, with its last position; or why there are none, for the first process to see for itself."""
    if not {(mark.name, mark.version) for mark in order.marks} <= {(it.name, it.version) for it in PROJECTIONS}:
        return "it is of another version"
    batch, error = folding.decoded(order.place, folding.storage.facts(order.place, order.limit))
    if error is not None or len(batch) != order.limit:
        return error or f"{order.limit} facts were wanted, {len(batch)} are there"
    steps, failed = folding.folded([Mark(*mark) for mark in order.marks], batch)
    return failed[0][1] if failed else (steps, batch[-1].envelope.pos)


def written(store: Store, batch: Any) -> Done:
    """One transaction, or what was in its way."""
    if not isinstance(batch, tuple):
        return Done(batch or "nothing was folded")
    try:
        store.write(*batch)
    except Exception as error:  # noqa: BLE001 - the first process meets it itself, and says it as it always does
        return Done(f"{type(error).__name__}: {error}")
    return Done()


def work(orders: BinaryIO, answers: BinaryIO) -> None:
    """Until the first process closes the pipe, or has ended."""
    folding, store = opened(msgspec.json.decode(orders.readline(), type=Places))
    # A batch makes many objects, and few cycles: the collector would go through all of them again and again.
    gc.disable()
    gc.freeze()

    def say(done: Done) -> None:
        answers.write(msgspec.json.encode(done) + b"\n")
        answers.flush()

    say(Done())
    batch: Any = None
    for line in orders:
        order = msgspec.json.decode(line, type=Fold | Write)
        if isinstance(order, Fold):
            batch = None  # before the next one is made: two of them would be in memory
            batch = folded(folding, order)
        else:
            say(written(store, batch))
            batch = None
            # Each statement leaves a few cycles: a shop that is busy all day would fill the memory with them.
            gc.collect()


if __name__ == "__main__":
    work(sys.stdin.buffer, sys.stdout.buffer)
    # Everything is written: to take the objects of a batch down one by one would keep the first process waiting.
    os._exit(0)

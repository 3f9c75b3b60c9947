"""A program that follows a journal and is killed (SIGKILL) at the moment that its caller names."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

from ledger.journal.storage import Storage
from projections.ahead import Steps
from projections.catalogue import PROJECTIONS
from projections.helper import Helper
from projections.projection import Recorded
from projections.projector import Projector
from projections.sheets import Sheet
from projections.store import Mark, Store


def die() -> None:
    """At once: nothing is closed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


class KilledStore(Store):
    """Dies in the middle of the rows of its second batch, or right after its commit."""

    moment = ""
    batches = 0

    def write(self, steps: Steps, position: int) -> None:
        """The second batch is the one."""
        self.batches += 1
        super().write(steps, position)
        if self.moment == "written" and self.batches == 2:
            die()

    def _put(self, connection: Connection, sheet: Sheet, generation: int, rows: list[tuple[Any, ...]]) -> None:
        super()._put(connection, sheet, generation, rows)
        if self.moment == "writing" and self.batches == 2:
            die()


class KilledProjector(Projector):
    """Dies when its third batch is folded, with the second on its way."""

    moment = ""
    batches = 0

    def folded(self, group: Sequence[Mark], batch: Sequence[Recorded]) -> Any:
        self.batches += 1
        folded = super().folded(group, batch)
        if self.moment == "folded" and self.batches == 3:
            die()
        return folded


class LeavingHelper(Helper):
    """Its first process dies when it has handed its second batch over."""

    batches = 0

    @property
    def ready(self) -> bool:
        """However long it takes."""
        return self._ready.wait()

    def write(self) -> None:
        """The second time is the last."""
        self.batches += 1
        super().write()
        if self.batches == 2:
            print(self._process.pid, flush=True)
            die()


def main(moment: str, place: str) -> None:
    """`place` is a directory or the URL of a database."""
    if place.startswith("postgresql"):
        storage, store = Storage.postgres(place, "site"), KilledStore.postgres(place, "site")
    else:
        storage = Storage.sqlite(Path(place) / "journal.db", "site")
        store = KilledStore.sqlite(Path(place) / "projections.db", "site")
    if moment == "helped":
        patch("projections.helper.Helper", LeavingHelper).start()
        patch("projections.helper._CORES", threading.Semaphore(1)).start()
        Projector(storage, store, PROJECTIONS, batch=2, helped=True).advance()
    projector = KilledProjector(storage, store, PROJECTIONS, batch=10)
    projector.moment = store.moment = moment
    projector.advance()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Writing ahead: one batch is written by a thread of its own while the next one is read and folded."""

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from projections.projection import Changes
from projections.store import Mark

log = logging.getLogger("jifen.projector")

Steps = Sequence[tuple[Mark, Changes]]
"""The rows of one batch, and the marks that it moves."""
Write = Callable[[Steps, int], None]
"""(steps, position): rows and marks in one transaction, or an error and nothing."""
TURN: Final = 0.0002
"""Seconds for which whoever folds keeps the interpreter from whoever writes. The driver lets it go and waits for it
again three times a statement: at Python's 5 ms the writer would wait longer than the database works."""


class _Turns:
    """Shorter turns of the threads while anybody writes aside: one setting for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users, self._before = 0, 0.0

    def shorten(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._before = sys.getswitchinterval()
                sys.setswitchinterval(min(TURN, self._before))

    def restore(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                sys.setswitchinterval(self._before)


_TURNS: Final = _Turns()


class Ahead:
    """Writes batches in their order, one transaction each, at most one of them on its way.

    A batch is begun when the one before it is in the store, so a batch that fails is the last that was tried: its error
    is raised by the next `land` or `write`, which then writes nothing. Memory holds two batches, never more: the one on
    its way and the one in the caller's hands. Used by one thread; whoever leaves it leaves nothing on its way.
    """

    def __init__(self, write: Write, landed: Callable[[int], None] = lambda _position: None) -> None:
        """`landed` is told each position that was written aside or not, in the caller's thread."""
        self._write, self._landed = write, landed
        self._writer = ThreadPoolExecutor(1, "jifen-projections")
        self._flight: Future[None] | None = None
        self._moving: dict[tuple[str, int], int] = {}
        self._position = 0
        self._aside = False

    def write(self, steps: Steps, position: int, *, aside: bool) -> None:
        """Write what follows the batch on its way; `aside`: return at once, for there is more to fold meanwhile."""
        self.land()
        self._position = position
        if aside:
            if not self._aside:
                self._aside = True
                _TURNS.shorten()
            self._moving = {(mark.name, mark.generation): mark.position for mark, _ in steps}
            self._flight = self._writer.submit(self._write, steps, position)
        else:
            self._write(steps, position)
            self._landed(position)

    def land(self) -> None:
        """Wait for what is on its way; raises the error that writing it met."""
        flight, self._flight = self._flight, None
        self._moving = {}
        if flight is not None:
            flight.result()
            self._landed(self._position)

    def expected(self, mark: Mark) -> Mark:
        """Where a mark will stand when all has been written; one that somebody else has moved stands where it is."""
        if self._moving.get((mark.name, mark.generation)) != mark.position:
            return mark
        return mark._replace(position=self._position, error=None)

    def __enter__(self) -> Self:
        """No thread yet: it begins with the first batch that is written aside."""
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Wait for what is on its way, also when an error leads out; of two errors the first goes on."""
        try:
            if error is None:
                self.land()
        finally:
            self._writer.shutdown()
            if self._aside:
                self._aside = False
                _TURNS.restore()
        if self._flight is not None and (late := self._flight.exception()) is not None:
            log.critical("a batch before %s was not written: %s", self._position, late)

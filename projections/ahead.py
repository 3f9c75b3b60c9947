"""Writing ahead: one batch is written while the next one is folded, by a thread, or folded and written by a process."""

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Final, Self

from projections.helper import Help, Helper, HelperLostError
from projections.projection import Changes
from projections.store import Mark

log = logging.getLogger("jifen.projector")

Steps = Sequence[tuple[Mark, Changes]]
"""The rows of one batch, and the marks that it moves."""
Write = Callable[[Steps, int], None]
"""(steps, position): rows and marks in one transaction, or an error and nothing."""
Landed = Callable[[int], None]
"""(position): it is in the store."""
FAR: Final = 4
"""Who is so many batches behind takes so many at once."""
HELPED: Final = 20
"""Who is so many batches behind is helped by a second process: to start one takes as long as four of them."""
TURN: Final = 0.0002
"""Seconds for which whoever folds keeps the interpreter from whoever writes. The driver lets it go and waits for it
again three times a statement: at Python's 5 ms the writer would wait longer than the database works."""


def nobody(_position: int) -> None:
    """Whom nobody told to listen."""


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

    Whoever is so far behind that a second process is worth its start is helped by one: then every other batch is
    folded and written there, and those in between by the caller itself.
    """

    def __init__(
        self,
        write: Write,
        landed: Landed = nobody,
        help: Help | None = None,
        batch: int = 2_000,
    ) -> None:
        """`landed` is told each position that was written, in the caller's thread; `help` folds every other batch.

        `batch`: facts of one transaction of whoever is not far behind.
        """
        self._write, self._landed, self._help, self._batch = write, landed, help or Help(), batch
        self._writer = ThreadPoolExecutor(1, "jifen-projections")
        self._flight: Callable[[], object] | None = None
        self._moving: dict[tuple[str, int], int] = {}
        self._position = 0
        self._aside = False

    def size(self, behind: int) -> int:
        """Facts of the next batch: the further behind, the more are folded before anything is written."""
        return self._batch * FAR if behind > self._batch * FAR else self._batch

    def help(self, marks: Sequence[Mark], place: int, end: int) -> None:
        """Where all are at one place and far from the end, a second process may fold what comes behind `place`."""
        worth = (2 * FAR if self._help.begun else HELPED) * self._batch
        if len({mark.position for mark in marks}) == 1 and end - place >= worth:
            helper = self._help.ask()
            if helper is not None:
                helper.fold(marks, place, self._batch * FAR)

    def write(self, steps: Steps, position: int, *, aside: bool) -> None:
        """Write what follows the batch on its way; `aside`: return at once, for there is more to fold meanwhile."""
        self.land()
        marks = [mark for mark, _ in steps]
        helper = self._help.ask() if self._help.begun else None
        helped = helper.follows(marks, position) if helper is not None else None
        if helper is not None and helped is not None:
            self._write(steps, position)
            self._landed(position)
            helper.write()
            self._takes_off(helped.marks, helped.place + helped.limit, partial(self._helped, helper))
        elif aside:
            if not self._aside:
                self._aside = True
                _TURNS.shorten()
            self._takes_off(marks, position, self._writer.submit(self._write, steps, position).result)
        else:
            self._write(steps, position)
            self._landed(position)

    def _takes_off(self, marks: Sequence[Mark], position: int, flight: Callable[[], object]) -> None:
        """Who is on the way to a position, and how to wait for them."""
        self._moving = {(mark.name, mark.generation): mark.position for mark in marks}
        self._position = position
        self._flight = flight

    def _helped(self, helper: Helper) -> None:
        try:
            helper.written()
        except HelperLostError:
            self._help.lost()
            raise

    def land(self) -> None:
        """Wait for what is on its way; raises the error that writing it met."""
        flight, self._flight = self._flight, None
        self._moving = {}
        if flight is not None:
            flight()
            self._landed(self._position)

    def expected(self, mark: Mark) -> Mark:
        """Where a mark will stand when all has been written; one that somebody else has moved stands where it is."""
        if self._moving.get((mark.name, mark.generation)) != mark.position:
            return mark
        return mark._replace(position=self._position, error=None)

    def __enter__(self) -> Self:
        """No thread and no process yet: they begin with the first batch that they are for."""
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Wait for what is on its way, also when an error leads out; of two errors the first goes on."""
        try:
            if error is None:
                self.land()
            elif self._flight is not None:
                self._say_late(self._flight)
        finally:
            self._writer.shutdown()
            if self._aside:
                self._aside = False
                _TURNS.restore()

    def _say_late(self, flight: Callable[[], object]) -> None:
        try:
            flight()
        except Exception as late:  # noqa: BLE001 - the error that led here goes on
            log.critical("a batch before %s was not written: %s", self._position, late)

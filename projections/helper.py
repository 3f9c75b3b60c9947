"""A second process folds and writes every other batch for whoever is far behind: one interpreter folds on one core."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import ClassVar, Final

import msgspec

from projections.store import Mark

log = logging.getLogger("jifen.projector")

KEPT: Final = 60.0
"""Seconds for which a second process stays without work, and for which none is started after one was lost."""
PATIENCE: Final = 60.0
"""Seconds after which a second process that does not answer is taken for lost: a batch takes it one, or a few."""
LEAVING: Final = 10.0
"""Seconds in which a second process that is no longer needed ends by itself."""
_CORES: Final = threading.Semaphore(max(0, (os.cpu_count() or 1) - 1))
"""Those that this process does not work on itself: a second process without one would only be in the way, and a server
with many ledgers that are behind would start one for each."""


class Places(msgspec.Struct, frozen=True):
    """Where a second process finds a ledger: paths of SQLite's files, or URLs.

    They go through a pipe, for a URL may hold a password, and every user of a machine sees its programs' arguments.
    """

    ledger: str
    journal: str
    projections: str


class Fold(msgspec.Struct, frozen=True, tag="fold"):
    """Fold the `limit` facts behind the place of these marks, and keep what comes of it; what was kept is forgotten."""

    marks: tuple[Mark, ...]
    place: int
    limit: int


class Write(msgspec.Struct, frozen=True, tag="write"):
    """Write what was folded: the batch before it is in the store."""


class Done(msgspec.Struct, frozen=True):
    """It stands, or why nothing of it was written. Said once more at the beginning: ready."""

    error: str | None = None


class HelperLostError(Exception):
    """What the second process was to write is not written: read again from where the store is, and go on alone."""


class Helper:
    """The second process, as the first one sees it. It ends when the first one does, however that ends."""

    program: ClassVar = "projections.helping"

    def __init__(self, places: Places) -> None:
        """Start it; it is of use from when it is `ready`."""
        # Not `multiprocessing`: that begins by running the caller's own program once more, which may open its ledger.
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and a module of this program
            [sys.executable, "-m", self.program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Whoever interrupts the first one at a terminal would tear a batch out of this one's hands.
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101 - narrows the type: asked for above
        assert self._process.stdout is not None  # noqa: S101 - narrows the type: asked for above
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._ready, self.ended = threading.Event(), False
        """`ended`: it has nothing more to say, for it is dead or not understood."""
        self._heard: SimpleQueue[Done | None] = SimpleQueue()
        self._asked: Fold | None = None
        threading.Thread(target=self._listen, name="jifen-helper", daemon=True).start()
        self._say(places)

    def _listen(self) -> None:
        try:
            # What is no answer was printed by somebody else: which answer belongs to which order is not known any more.
            with self._answers, suppress(ValueError, OSError):
                for line in self._answers:
                    done = msgspec.json.decode(line, type=Done)
                    if self._ready.is_set():
                        self._heard.put(done)
                    else:
                        self._ready.set()
        finally:
            self.ended = True
            self._heard.put(None)

    @property
    def ready(self) -> bool:
        """Whether it has opened the ledger: until then the first one is quicker alone."""
        return self._ready.is_set()

    def fold(self, marks: Sequence[Mark], place: int, limit: int) -> None:
        """Let it fold what comes after the batch in hand. Returns at once."""
        self._asked = Fold(tuple(mark._replace(position=place, error=None) for mark in marks), place, limit)
        self._say(self._asked)

    def follows(self, marks: Sequence[Mark], position: int) -> Fold | None:
        """What it has folded, when that is what comes right after these marks at this position."""
        asked, self._asked = self._asked, None
        same = asked is not None and asked.place == position and names(asked.marks) == names(marks)
        return asked if same else None

    def write(self) -> None:
        """Let it write what it has folded. Returns at once."""
        self._say(Write())

    def written(self) -> None:
        """Wait until it has; raises `HelperLostError`."""
        try:
            done = self._heard.get(timeout=PATIENCE)
        except Empty:
            raise HelperLostError(f"the second process has said nothing for {PATIENCE:.0f} s") from None
        if done is None:
            raise HelperLostError(f"the second process ended (code {self._process.poll()})")
        if done.error is not None:
            raise HelperLostError(f"the second process could not go on: {done.error}")

    def close(self) -> None:
        """Let it end; what it writes now it finishes."""
        with suppress(OSError):
            self._orders.close()
        try:
            self._process.wait(LEAVING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _say(self, order: Places | Fold | Write) -> None:
        # A pipe that is closed is found out by whoever listens next.
        with suppress(OSError):
            self._orders.write(msgspec.json.encode(order) + b"\n")
            self._orders.flush()


class Help:
    """The second process of one follower: at most one, begun when there is work for it, let go when there is none."""

    def __init__(self, places: Places | None = None) -> None:
        """`places`: where it would find the same ledger; None: nobody helps."""
        self._places = places
        self._helper: Helper | None = None
        self._used_at = self._not_before = float("-inf")

    @property
    def begun(self) -> bool:
        """Whether it is there, or on its way."""
        return self._helper is not None

    def ask(self) -> Helper | None:
        """The second process when it is ready; where there is none it is started."""
        if self._helper is not None and self._helper.ended:
            log.warning("the second process ended while nobody waited for it")
            self.lost()
        now = time.monotonic()
        if self._helper is None and now >= self._not_before:
            self._begin()
        self._used_at = now
        return self._helper if self._helper is not None and self._helper.ready else None

    def _begin(self) -> None:
        if self._places is None or not _CORES.acquire(blocking=False):
            return
        try:
            self._helper = Helper(self._places)
        except (OSError, RuntimeError) as error:
            # No memory, no more processes or threads: whoever is helped must not stand still because nobody can help.
            _CORES.release()
            log.warning("a second process cannot be started: %s", error)
            self.lost()

    def lost(self) -> None:
        """It did not do what it was told: nobody is asked for a while."""
        self._not_before = time.monotonic() + KEPT
        self.let_go()

    def rest(self) -> None:
        """Let it go when it has had nothing to do for a while."""
        if self._helper is not None and time.monotonic() - self._used_at > KEPT:
            self.let_go()

    def let_go(self) -> None:
        """There is no more to do."""
        helper, self._helper = self._helper, None
        if helper is not None:
            try:
                helper.close()
            finally:
                _CORES.release()


def names(marks: Sequence[Mark]) -> set[tuple[str, int]]:
    """Which generations of which projections."""
    return {(mark.name, mark.generation) for mark in marks}

"""The follower: brings every projection to where the journal is, and waits for more; rows and positions together."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ledger.journal.storage import Storage
from ledger.refusals import ProjectionBehind
from ledger.rooms import Registry
from projections.ahead import Ahead, Landed, Steps
from projections.building import Building, Progress
from projections.folding import Folding, FollowerStoppedError, uncollected
from projections.halted import SHORTER, Lag, reasons
from projections.helper import Help, HelperLostError, Places
from projections.projection import Projection
from projections.sharing import Share
from projections.store import AppliedAlreadyError, Mark, Store

log = logging.getLogger("jifen.projector")

POLL: Final = 0.2
"""Seconds between two looks at the journal when nobody wakes the follower."""
REST: Final = 1.0
"""Seconds between two batches that nobody waits for: facts of one account then change its rows, and write its pages,
once. Whoever reads wakes the follower and waits for no more than what came within them."""
BUSY: Final = 500
"""Facts within a second from which on a second process folds them, so that the first one can sell."""


class Projector(Folding):
    """Follows one ledger. Any number of processes may: a batch is applied by one of them, once."""

    def __init__(
        self,
        storage: Storage,
        store: Store,
        projections: Sequence[Projection],
        *,
        registry: Registry | None = None,
        batch: int = 2_000,
        helped: bool = False,
    ) -> None:
        """`batch` facts are one transaction; polling finds them, `wake` only makes it sooner.

        `helped`: a second process may fold as well, when this one is far behind or has many facts a second. That knows
        the catalogue's projections only.
        """
        super().__init__(storage, projections, registry)
        self.store = store
        self.batch = batch
        self._places = Places(storage.ledger, storage.place, store.place) if helped else None
        self._help = Help(self._places)
        self.catching_up = threading.RLock()
        self._wake = threading.Event()
        self._moved = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._idle: Callable[[], object] | None = None
        self._outgrown: set[Projection] = set()

    # Following --------------------------------------------------------------------------------------------------

    def advance(self, until: int | None = None) -> int:
        """Apply what the journal holds now (or up to `until`); gives the position that every projection has reached.

        Less than that when somebody stops the follower meanwhile.
        Raises `FollowerStoppedError` when one of them cannot go on; the others have gone on without it.
        """
        halted: dict[str, str] = {}
        # The head of this moment: who follows a writer that never rests would never come back.
        head = self.storage.head().position
        with self.catching_up, self._helped(), Ahead(self._write, help=self._help, batch=self.batch) as ahead:
            while not self._stop.is_set() and (
                self._step(ahead, halted, head, head if until is None else until) or not self._landed(ahead)
            ):
                pass
            while self._outgrown:
                # Not before: who waits for the new rows does not wait for the end of the old ones.
                self.store.forget(self._outgrown.pop())
        if halted:
            raise FollowerStoppedError(reasons(halted))
        return self.position()

    def position(self) -> int:
        """The position that every projection has reached."""
        return min(mark.position for mark in self._live())

    def _live(self) -> list[Mark]:
        own: dict[str, list[Mark]] = {name: [] for name in self.projections}
        for mark in self.store.marks():
            own.get(mark.name, []).append(mark)
        return [self._current(self.projections[name], known) for name, known in own.items()]

    def _current(self, projection: Projection, known: Sequence[Mark]) -> Mark:
        live = next((mark for mark in known if mark.live), None)
        if live is not None and live.version > projection.version:
            # Two programs of different age would otherwise take turns in building it anew, for ever.
            raise FollowerStoppedError(f"{projection.name} is kept by a newer program (version {live.version})")
        if live is not None and live.version == projection.version:
            return live
        if known:
            self._outgrown.add(projection)
        return self.store.begin(projection, max((mark.generation for mark in known), default=0) + 1, live=True)

    def _step(self, ahead: Ahead, halted: dict[str, str], head: int, until: int) -> bool:
        live = self._live()
        halted |= {mark.name: mark.error for mark in live if mark.error and mark.error.endswith(SHORTER)}
        marks = [ahead.expected(mark) for mark in live if mark.name not in halted]
        if not marks:
            return False
        places = sorted({mark.position for mark in marks})
        group = [mark for mark in marks if mark.position == places[0]]
        if places[0] > head and places[0] > self.storage.head().position:
            ahead.land()
            self._halt(group, f"the projection is at {places[0]}, {SHORTER}", halted)
            return True
        # Whoever is behind is brought up to the next one, and from there they share each batch.
        limit = min([ahead.size(head - places[0]), until - places[0], *(place - places[0] for place in places[1:2])])
        ahead.help(marks, places[0] + limit, min(head, until))
        if limit > 0 and self._elsewhere(ahead, marks, min(limit, head - places[0])):
            return True
        with uncollected(min(limit, head - places[0])):
            # The last batch is written at once: nothing is left to fold meanwhile, and somebody may wait for it.
            return limit > 0 and self._apply(ahead, group, limit, halted, aside=places[0] + limit < min(head, until))

    @contextmanager
    def _helped(self) -> Iterator[None]:
        """Who follows keeps his second process; who came for one piece of work lets it go."""
        try:
            yield
        finally:
            if self._thread is None:
                self._help.let_go()

    def _elsewhere(self, ahead: Ahead, marks: Sequence[Mark], facts: int) -> bool:
        """In a busy shop the second process folds what has come: this one's interpreter is for those who buy."""
        following = threading.current_thread() is self._thread
        if not following or not BUSY <= facts <= self.batch or len({mark.position for mark in marks}) > 1:
            return False
        helper = self._help.ask()
        if helper is None:
            return False
        if not self._landed(ahead):
            return True
        helper.fold(marks, marks[0].position, facts)
        helper.write()
        try:
            helper.written()
        except HelperLostError as lost:
            log.warning("%s; read again from where it is", lost)
            self._help.lost()
            return False
        with self._moved:
            self._moved.notify_all()
        return True

    def _apply(self, ahead: Ahead, group: Sequence[Mark], limit: int, halted: dict[str, str], *, aside: bool) -> bool:
        place = group[0].position
        batch, error = self.decoded(place, self.storage.facts(place, limit))
        if not batch and error is None:
            return False
        steps, failed = self.folded(group, batch) if batch else ([], [(mark, str(error)) for mark in group])
        try:
            # What was folded stands on the batch before it: where that was not written, nothing of this is.
            ahead.land()
            for mark, why in failed:
                self._halt([mark], why, halted)
            if steps:
                ahead.write(steps, batch[-1].envelope.pos, aside=aside)
        except (AppliedAlreadyError, HelperLostError) as moved:
            log.info("%s; read again from where it is", moved)
        return True

    def _write(self, steps: Steps, position: int) -> None:
        try:
            self.store.write(steps, position)
        finally:
            with self._moved:
                self._moved.notify_all()

    def _landed(self, ahead: Ahead) -> bool:
        try:
            ahead.land()
        except (AppliedAlreadyError, HelperLostError) as moved:
            log.info("%s; read again from where it is", moved)
            return False
        return True

    def _halt(self, group: Sequence[Mark], error: str, halted: dict[str, str]) -> None:
        for mark in group:
            halted[mark.name] = error
            if mark.error != error:
                self.store.fail(mark, error)

    # Waiting ----------------------------------------------------------------------------------------------------

    def wait_for(self, position: int, seconds: float = 1.0) -> None:
        """Return when every projection shows `position`; after `seconds` refuse with both positions."""
        deadline = time.monotonic() + seconds
        self.wake()
        while (reached := self.position()) < position:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ProjectionBehind(projected=reached, head=position)
            with self._moved:
                self._moved.wait(min(left, 0.02))

    def wake(self) -> None:
        """A hint that there is something to read."""
        self._wake.set()

    def start(self, idle: Callable[[], object] | None = None) -> None:
        """Follow in a thread of its own until `stop`; `idle` (a step of the scrub) is called when all is shown."""
        self._stop.clear()
        self._idle = idle
        self._thread = threading.Thread(target=self._follow, name="jifen-projector", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand, however many are left, and end the thread."""
        self._stop.set()
        self.wake()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._help.let_go()
        self._stop.clear()

    def _follow(self) -> None:
        said, share = "", Share(self.store, self.position, self.advance)
        while not self._stop.is_set():
            if asked := self._wake.is_set():
                # Not otherwise: who wakes it between the two lines would wait for the end of its rest.
                self._wake.clear()
            try:
                if asked or share.is_due(self.storage.head().position, self.batch):
                    share.take_in(REST, asked=asked)
                self._help.rest()
                if self._idle is not None and share.mine:
                    self._idle()
                said = ""
            except Exception as error:  # noqa: BLE001 - every error is logged and shown; the next look may succeed
                # The thread must live: a database that comes back finds its follower at work.
                if str(error) != said:
                    log.critical("the follower stands still: %s", error)
                said = str(error)
                share.try_again()
            self._wake.wait(POLL)

    # Status and rebuilding ------------------------------------------------------------------------------------

    def status(self) -> tuple[Lag, ...]:
        """How far each projection is behind the journal."""
        live = self._live()
        head = self.storage.head().position
        return tuple(Lag(mark.name, mark.position, head, mark.error) for mark in live)

    def rebuild(self, names: str | Sequence[str], progress: Progress = lambda _done, _of: None) -> None:
        """Build these projections anew beside those that are read, then show the new ones: one row each changes.

        They share every batch, so that each fact is read once for all. After a kill the next call goes on where this
        one stopped.
        """
        wanted = [self.projections[name] for name in ((names,) if isinstance(names, str) else names)]
        self._disown(wanted)
        Building(self, self.store, self._ahead, progress).build(wanted, self.catching_up)

    def _disown(self, wanted: Sequence[Projection]) -> None:
        """What has seen more facts than the journal has is neither shown nor gone on with."""
        marks = self.store.marks()
        # Asked after the marks: it only grows, so that a healthy one is never beyond it.
        head = self.storage.head().position
        for mark in marks:
            if mark.position > head and mark.name in {projection.name for projection in wanted}:
                self.store.disown(mark)
        self._live()

    @contextmanager
    def _ahead(self, landed: Landed) -> Iterator[Ahead]:
        """With a second process of its own: the follower's may be at work meanwhile, and answers one of both."""
        help = Help(self._places)
        try:
            with Ahead(self._write, landed, help, self.batch) as ahead:
                yield ahead
        finally:
            help.let_go()

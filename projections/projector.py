"""The follower: reads facts in order, lets every projection fold them, writes rows and positions together."""

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ledger.journal.mapper import Mapper, UnknownFormatError
from ledger.journal.storage import FactRow, Storage
from ledger.refusals import ProjectionBehind
from ledger.rooms import Registry
from projections.ahead import Ahead, Steps
from projections.halted import SHORTER, Lag, reasons
from projections.helper import Help, HelperLostError, Places
from projections.projection import Changes, Projection, Recorded, kinds_of, recorded
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
FAR: Final = 4
"""Who is so many batches behind takes so many at once."""
HELPED: Final = 20
"""Who is so many batches behind is helped by a second process: to start one takes as long as four of them."""
GARBAGE: Final = 1_000
"""Facts of a batch from which on the collector of cycles rests while they are in memory."""
Progress = Callable[[int, int], None]
"""(done, of): how many facts of how many."""


class FollowerStoppedError(Exception):
    """A projection cannot go on: nothing was skipped, its error stands in the status."""


@contextmanager
def uncollected(facts: int) -> Iterator[None]:
    """A large batch makes no cycles, only many objects: the collector would go through all of them again and again."""
    resting = facts >= GARBAGE and gc.isenabled()
    if resting:
        gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()


class Projector:
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
        self.storage, self.store = storage, store
        self.projections = {projection.name: projection for projection in projections}
        known = registry or Registry()
        self.mapper = Mapper(known.topics.values(), known.upcasts)
        self.batch = batch
        self._help = Help(Places(storage.ledger, storage.place, store.place) if helped else None)
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
        with self.catching_up, self._helped(), Ahead(self._write, help=self._help) as ahead:
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
        size = self._size(head - places[0])
        limit = min([size, until - places[0], *(place - places[0] for place in places[1:2])])
        self._ask(ahead, marks, places[0] + limit, min(head, until))
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
        ahead.land()
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

    def _ask(self, ahead: Ahead, marks: Sequence[Mark], place: int, end: int) -> None:
        """All are at one place and far from the end: somebody else may fold what comes behind the next batch."""
        worth = (2 * FAR if self._help.begun else HELPED) * self.batch
        if len({mark.position for mark in marks}) == 1 and end - place >= worth:
            ahead.help(marks, place, self.batch * FAR)

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

    def decoded(self, place: int, rows: Sequence[FactRow]) -> tuple[list[Recorded], str | None]:
        """The facts that follow `place`, and what is wrong with the first that cannot be read."""
        batch: list[Recorded] = []
        for expected, row in enumerate(rows, place + 1):
            if row.position != expected:
                return batch, f"position {expected} is missing in the journal"
            try:
                envelope = self.mapper.read(row.topic, row.state)
            except UnknownFormatError as unknown:
                return batch, str(unknown)
            batch.append(recorded(envelope))
        return batch, None

    def folded(
        self, group: Sequence[Mark], batch: Sequence[Recorded]
    ) -> tuple[list[tuple[Mark, Changes]], list[tuple[Mark, str]]]:
        """What these facts say about the rows of each projection; and those that cannot apply them, with the reason."""
        steps: list[tuple[Mark, Changes]] = []
        failed: list[tuple[Mark, str]] = []
        kinds = kinds_of(batch)
        for mark in group:
            try:
                steps.append((mark, self.projections[mark.name].apply(batch, kinds)))
            except Exception as error:
                # A defect of one view must not hold up the others; it stands still, visibly, and skips nothing.
                log.critical("projection %s cannot apply facts after %s", mark.name, mark.position, exc_info=True)
                failed.append((mark, f"{type(error).__name__}: {error}"))
        return steps, failed

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
        built = {projection: self._begin_building(projection) for projection in wanted}
        while built:
            self._build(built, self.storage.head().position, progress)
            with self.catching_up:
                self._build(built, self.storage.head().position, progress)
                shown = [projection for projection, mark in built.items() if self.store.swap(projection, mark)]
            for projection in shown:
                del built[projection]
                self.store.forget(projection)

    def _disown(self, wanted: Sequence[Projection]) -> None:
        """What has seen more facts than the journal has is neither shown nor gone on with."""
        marks = self.store.marks()
        # Asked after the marks: it only grows, so that a healthy one is never beyond it.
        head = self.storage.head().position
        for mark in marks:
            if mark.position > head and mark.name in {projection.name for projection in wanted}:
                self.store.disown(mark)
        self._live()

    def _begin_building(self, projection: Projection) -> Mark:
        own = [mark for mark in self.store.marks() if mark.name == projection.name]
        for mark in own:
            if not mark.live and mark.version == projection.version:
                return mark
        return self.store.begin(projection, max((mark.generation for mark in own), default=0) + 1, live=False)

    def _build(self, built: dict[Projection, Mark], head: int, progress: Progress) -> None:
        with self._helped(), Ahead(self._write, lambda position: progress(position, head), self._help) as ahead:
            while not self._built(ahead, built, head):
                now = {(mark.name, mark.generation): mark for mark in self.store.marks()}
                built |= {projection: now[mark.name, mark.generation] for projection, mark in built.items()}

    def _built(self, ahead: Ahead, built: dict[Projection, Mark], head: int) -> bool:
        try:
            while (place := min(mark.position for mark in built.values())) < head:
                self._build_next(ahead, built, place, head)
            ahead.land()
        except HelperLostError as lost:
            log.warning("%s; read again from where it is", lost)
            return False
        return True

    def _build_next(self, ahead: Ahead, built: dict[Projection, Mark], place: int, head: int) -> None:
        next_one = min((mark.position for mark in built.values() if mark.position > place), default=head)
        limit = min(self._size(head - place), next_one - place)
        self._ask(ahead, list(built.values()), place + limit, head)
        with uncollected(limit):
            batch, error = self.decoded(place, self.storage.facts(place, limit))
            if not batch:
                # Rows before the fact that cannot be read are kept: the next call goes on there.
                ahead.land()
                names = ", ".join(projection.name for projection in built)
                raise FollowerStoppedError(f"{names}: {error or 'the journal has become shorter'}")
            position = batch[-1].envelope.pos
            steps = {projection: mark for projection, mark in built.items() if mark.position == place}
            kinds = kinds_of(batch)
            changed = [(mark, projection.apply(batch, kinds)) for projection, mark in steps.items()]
            ahead.write(changed, position, aside=place + limit < head)
        moved = {projection: mark._replace(position=position) for projection, mark in steps.items()}
        built |= {projection: ahead.expected(mark) for projection, mark in moved.items()}

    def _size(self, behind: int) -> int:
        """Facts of the next batch: the further behind, the more are folded before anything is written."""
        return self.batch * FAR if behind > self.batch * FAR else self.batch

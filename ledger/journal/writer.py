"""The writer: one thread that gathers waiting commands into turns; single commands first, bulk in what is left."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

from ledger.journal.turn import Joining, Outcome, Submission, TurnRunner, nobody
from ledger.refusals import DeadlinePassed, QueueFull, StorageUnavailable
from ledger.values import TxId

log = logging.getLogger("jifen.writer")

Answer = Callable[[Outcome], None]
BULK_SHARE: Final = 4
"""While single commands wait, bulk work gets at most one part in so many of a turn."""
BULK_BESIDE: Final = 16
"""Beside few single commands it gets so many: a turn with bulk work may take twice their time, not ten times."""
SWEPT: Final = 500
"""Entities on which time acts in one turn when no single command waits."""
SWEPT_BESIDE: Final = 32
"""So many when one does: a midnight has its end, and a till waits some hundredths of a second longer until then."""
SINGLES_LATELY: Final = 0.25
"""Seconds after a single command in which the next one is expected: it must not find a whole turn of bulk before it."""


class Waiting(NamedTuple):
    """A submission and who waits for it."""

    submission: Submission
    answer: Answer


class TurnCount(NamedTuple):
    """How a turn was shared, for the test that single sales keep their share."""

    single: int
    bulk: int
    singles_left: int


class Writer:
    """Takes submissions from any thread; answers after the commit."""

    def __init__(self, runner: TurnRunner, *, turn_size: int = 256, backlog: int = 10_000) -> None:
        """`turn_size` commands a turn at most; more than `backlog` single ones waiting are answered 429."""
        self.runner = runner
        self.turn_size = turn_size
        self.backlog = backlog
        self.turns: deque[TurnCount] = deque(maxlen=100_000)
        self._inbox: SimpleQueue[tuple[bool, Waiting] | None] = SimpleQueue()
        self._single: deque[Waiting] = deque()
        self._bulk: deque[Waiting] = deque()
        self._waiting = 0
        self._single_at = -SINGLES_LATELY
        self._count = threading.Lock()
        self._closed = False
        self._sweeps: deque[Future[int]] = deque()
        self._swept = 0
        self._thread = threading.Thread(target=self._work, name="jifen-writer", daemon=True)
        self._thread.start()

    # Asking --------------------------------------------------------------------------------------------------------

    def submit(self, submission: Submission, answer: Answer, *, bulk: bool = False) -> None:
        """Hand a submission in; `answer` is called from the writer's thread, after the commit, and must be quick."""
        with self._count:
            # Bulk work is bounded by those who hand it in, and must not use up the room of single commands.
            full = self._waiting >= self.backlog and not bulk
            closed = self._closed
            if not (full or closed):
                self._waiting += not bulk
                # Under the lock: put after `close` has looked, it would wait for ever.
                self._inbox.put((bulk, Waiting(submission, answer)))
        if full or closed:
            refusal = QueueFull(retry_after=1) if full else StorageUnavailable()
            answer(Outcome(TxId(""), 0, (), refusal))

    def ask(self, submission: Submission, *, bulk: bool = False) -> Outcome:
        """Hand a submission in and wait for its outcome."""
        future: Future[Outcome] = Future()
        self.submit(submission, future.set_result, bulk=bulk)
        return future.result()

    def ask_all(self, submissions: Iterable[Submission], *, ahead: int = 512) -> Iterable[Outcome]:
        """Bulk work: hand in at most `ahead` at once, give the outcomes in order. Stop reading and it stops."""
        source = iter(submissions)
        pending: deque[Future[Outcome]] = deque()
        while True:
            for submission in islice(source, ahead - len(pending)):
                future: Future[Outcome] = Future()
                self.submit(submission, future.set_result, bulk=True)
                pending.append(future)
            if not pending:
                return
            # Half the window is drained before it is filled again: the writer always has a full turn waiting.
            for _ in range(min(len(pending), max(1, ahead // 2))):
                yield pending.popleft().result()

    def sweep(self) -> int:
        """Record all that time has done meanwhile, in the writer's thread; gives how many entities. Closed, it gives 0.

        At a midnight that is tens of thousands: turn by turn, and whoever sells meanwhile has a turn between two.
        """
        future: Future[int] = Future()
        with self._count:
            if self._closed:
                return 0
            self._sweeps.append(future)
            self._inbox.put(None)
        return future.result()

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._count:
            self._closed = True
        self._inbox.put(None)
        self._thread.join()

    # Working -------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            self._gather(block=not (self._single or self._bulk or self._sweeps or self._closed))
            if self._sweeps:
                self._sweep()
            if self._single or self._bulk:
                self._turn()
            elif self._closed and self._inbox.empty() and not self._sweeps:
                return

    def _sweep(self) -> None:
        """One turn of what time has done; when there is no more of it, whoever asked is told."""
        alone = self._bulk_beside(len(self._single), 0) == self.turn_size
        done = self._sweep_once(SWEPT if alone else SWEPT_BESIDE)
        self._swept += done
        if done and not self._closed:
            return
        while self._sweeps:
            self._sweeps.popleft().set_result(self._swept)
            self._swept = 0

    def _sweep_once(self, limit: int) -> int:
        try:
            return self.runner.sweep(limit)
        except Exception:
            # The thread must live: without it every later command would wait for ever.
            log.critical("a sweep failed by a defect; nothing of it was committed", exc_info=True)
            self.runner.book.forget()
            return 0

    def _gather(self, *, block: bool) -> None:
        try:
            while True:
                item = self._inbox.get(block=block)
                block = False
                if item is not None:
                    (self._bulk if item[0] else self._single).append(item[1])
        except Empty:
            return

    def _turn(self) -> None:
        bulk_share = self.turn_size // BULK_SHARE if self._bulk else 0
        single = self._take(self._single, self.turn_size - bulk_share)
        bulk = self._take(self._bulk, self._bulk_beside(len(single), bulk_share))
        left = len(self._single)
        live, late = _in_time(single + bulk)
        submissions = [waiting.submission for waiting in live]

        def joining(size: int) -> list[Submission]:
            come = self._come(size)
            single.extend(come)
            live.extend(come)
            more = [waiting.submission for waiting in come]
            # Whatever becomes of the turn becomes of them: nobody may be left without an answer.
            submissions.extend(more)
            return more

        # Beside bulk work a turn is long already.
        outcomes = self._outcomes(submissions, nobody if bulk else joining)
        self.turns.append(TurnCount(len(single), len(bulk), left))
        with self._count:
            self._waiting -= len(single)
        for waiting in late:
            _give(waiting, Outcome(TxId(""), 0, (), DeadlinePassed()))
        for waiting, outcome in zip(live, outcomes, strict=True):
            _give(waiting, outcome)

    def _come(self, size: int) -> list[Waiting]:
        """Who came while a turn of so many waited for the head, which another process may have had for its own turn.

        Few wait for the next turn: to ask for their keys is a journey more.
        """
        self._gather(block=False)
        return self._take(self._single, self.turn_size - size) if 2 * len(self._single) >= size else []

    def _bulk_beside(self, single: int, most: int) -> int:
        """How much bulk work this turn takes on beside so many single commands, at most its share."""
        if single:
            self._single_at = time.monotonic()
        elif time.monotonic() - self._single_at > SINGLES_LATELY:
            return self.turn_size
        # Callers that were just answered are about to ask again: an empty lane does not mean that nobody is there.
        return min(most, max(BULK_BESIDE, single))

    def _outcomes(self, submissions: Sequence[Submission], joining: Joining = nobody) -> list[Outcome]:
        if not submissions:
            return []
        try:
            return self.runner.run(submissions, joining)
        except Exception:
            # The thread must live: without it every later command would wait for ever.
            log.critical("a turn failed by a defect; nothing of it was committed", exc_info=True)
            self.runner.book.forget()
            return [Outcome(TxId(""), 0, (), StorageUnavailable()) for _ in submissions]

    def _take(self, lane: deque[Waiting], most: int) -> list[Waiting]:
        return [lane.popleft() for _ in range(min(most, len(lane)))]


def _in_time(batch: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """Those who may be decided, and those whose deadline has passed."""
    now = time.monotonic_ns()
    late = [waiting for waiting in batch if _late(waiting, now)]
    return ([waiting for waiting in batch if not _late(waiting, now)] if late else list(batch)), late


def _late(waiting: Waiting, now: int) -> bool:
    deadline = waiting.submission.deadline
    return deadline is not None and now > deadline


def _give(waiting: Waiting, outcome: Outcome) -> None:
    try:
        waiting.answer(outcome)
    except Exception:
        log.exception("an answer could not be given to its caller")

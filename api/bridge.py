"""From the event loop to the writer's thread and back: the loop is woken once for a whole batch of answers."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Final

from ledger.journal.turn import Outcome, Submission
from ledger.journal.writer import Writer

AHEAD: Final = 512
"""Commands of one batch that wait at once: the queue is there for others too."""


class Bridge:
    """Hands submissions to a writer and waits without a thread each."""

    def __init__(self, writer: Writer, loop: asyncio.AbstractEventLoop) -> None:
        """One bridge per writer and loop."""
        self._writer = writer
        self._loop = loop
        self._answered: deque[tuple[asyncio.Future[Outcome], Outcome]] = deque()
        self._woken = False

    def submit(self, submission: Submission, *, bulk: bool = False) -> asyncio.Future[Outcome]:
        """Hand it in; the future holds its outcome after the commit."""
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._writer.submit(submission, lambda outcome: self._take(future, outcome), bulk=bulk)
        return future

    async def submit_all(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """Bulk work in its own lane, at most AHEAD waiting at once; outcomes in order."""
        outcomes: list[Outcome] = []
        for start in range(0, len(submissions), AHEAD):
            outcomes += await self._together(submissions[start : start + AHEAD])
        return outcomes

    async def _together(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """One future for all of them: a future each costs as much as reading its command."""
        last: asyncio.Future[Outcome] = self._loop.create_future()
        found: dict[int, Outcome] = {}

        def answer(place: int, outcome: Outcome) -> None:
            found[place] = outcome
            if len(found) == len(submissions):
                self._take(last, outcome)

        for place, submission in enumerate(submissions):
            self._writer.submit(submission, partial(answer, place), bulk=True)
        await last
        return [found[place] for place in range(len(submissions))]

    def _take(self, future: asyncio.Future[Outcome], outcome: Outcome) -> None:
        # In the writer's thread. Appended before the flag is read: an answer can be late by a wake-up, never lost.
        self._answered.append((future, outcome))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._give)

    def _give(self) -> None:
        self._woken = False
        while self._answered:
            future, outcome = self._answered.popleft()
            if not future.done():  # a caller who went away has cancelled its own
                future.set_result(outcome)

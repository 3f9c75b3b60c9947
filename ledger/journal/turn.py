"""The turn: lock the head, read the clock, load, let time act, decide, append, commit, and only then answer."""

import logging
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from ledger.deciding import Moment
from ledger.journal.book import StoredBook
from ledger.journal.clock import ClockGuard
from ledger.journal.desk import SETTINGS, Desk, Outcome, Submission
from ledger.journal.rows import (
    CommitUnknownError,
    ConstraintError,
    KeyRow,
    StorageError,
    StorageUnavailableError,
)
from ledger.journal.storage import Storage, Turn
from ledger.refusals import ClockUntrusted, InternalError, OutcomeUnknown, Refusal, StorageUnavailable
from ledger.requests.facts import CommandRefused
from ledger.rooms import Registry
from ledger.values import Instant, TxId

__all__ = ["Desk", "Outcome", "Submission", "TurnRunner", "recorded_refusal"]

log = logging.getLogger("jifen.turn")

Joining = Callable[[int], Sequence[Submission]]
"""Who else comes into a turn that has so many submissions."""


def nobody(_size: int) -> Sequence[Submission]:
    """Nobody else comes."""
    return ()


class TurnRunner:
    """Runs turns of one ledger, one after the other, in one thread."""

    def __init__(
        self, storage: Storage, registry: Registry, book: StoredBook, guard: ClockGuard, ids: Callable[[], str]
    ) -> None:
        """`ids` makes transaction ids (UUIDv7, or a test's)."""
        self.storage, self.registry, self.book, self.guard, self.ids = storage, registry, book, guard, ids

    def run(self, submissions: Sequence[Submission], joining: Joining = nobody) -> list[Outcome]:
        """Decide them together in one SQL transaction; each outcome is durable before this returns.

        Once the head is locked `joining` is asked who has come meanwhile: their outcomes stand behind the others'.
        """
        wanted = list(submissions)
        try:
            return self._attempt(wanted, joining)
        except ClockUntrusted as refusal:
            return _all(wanted, refusal)
        except ConstraintError as error:
            return self._one_by_one(wanted, error)
        except StorageError as error:
            log.warning("turn failed, nothing was done: %s", error)
            self.book.forget()
            return _all(wanted, StorageUnavailable())
        except Exception as error:  # noqa: BLE001 - logged where the offender is found
            return self._one_by_one(wanted, error)

    def _one_by_one(self, submissions: Sequence[Submission], error: Exception) -> list[Outcome]:
        # Something in this turn breaks it, or a constraint caught what the rules had let through: find the offender,
        # let its neighbours go on. Each of them alone, for what one has committed must not be denied to it by the next.
        self.book.forget()
        if len(submissions) > 1:
            return [outcome for submission in submissions for outcome in self.run((submission,))]
        incident = uuid.uuid4().hex[:12]
        name = type(submissions[0].wishes[0].command).__name__
        log.critical("incident %s: nothing was recorded of %s", incident, name, exc_info=error)
        return _all(submissions, InternalError(incident=incident))

    def _attempt(self, submissions: list[Submission], joining: Joining) -> list[Outcome]:
        with self.storage.turn(self.book.ahead(_pairs(submissions))) as turn:
            submissions += joining(len(submissions))
            desk = self.open(turn)
            self._load(desk, submissions)
            outcomes = [desk.decide(submission) for submission in submissions]
            answered = self.close(desk)
        # Read back only after the broken connection is gone: it may still hold the lock that this needs.
        return outcomes if answered or self._stands(desk) else _all(submissions, OutcomeUnknown())

    def sweep(self, limit: int = 500) -> int:
        """Record what time has done to entities that nobody named, the longest due first; gives how many."""
        try:
            with self.storage.turn(self.book.ahead()) as turn:
                desk = self.open(turn)
                keys = turn.due(desk.moment.recorded_at, limit)
                desk.read((*SETTINGS, *keys))
                desk.look_beside(keys)
                lapsed = desk.settle(keys)
                self.close(desk)
                return lapsed
        except (ClockUntrusted, StorageError) as error:
            log.warning("sweep put off: %s", error)
            self.book.forget()
            return 0

    def open(self, turn: Turn) -> Desk:
        """The head is locked: forget what others changed, read the clock."""
        self.book.catch_up(turn)
        moment = Moment(self.guard.reading(Instant(turn.head.recorded_at)), self.book.codec.zone)
        return Desk(self.registry, self.book, turn, moment, self.ids)

    def close(self, desk: Desk) -> bool:
        """Append and commit; what the turn changed is true from then on. False: the commit's answer was lost."""
        if not desk.facts:
            return True
        encode = self.book.codec.encode
        rows = [encode(key, row) for key, row in desk.rows.items()]
        desk.turn.append(desk.facts, desk.keys, rows, desk.moment.recorded_at)
        try:
            desk.turn.commit()
        except CommitUnknownError as error:
            log.warning("the answer to a commit was lost: %s", error)
            return False
        self.book.adopt(desk.rows, desk.facts[-1].position)
        return True

    def _stands(self, desk: Desk) -> bool:
        """Whether a turn whose commit was not answered stands; False: the database cannot say so yet."""
        self.book.forget()
        try:
            # The head is locked again, so nothing is still in flight.
            with self.storage.turn() as turn:
                stored = turn.facts_at(desk.facts[0].position, 1)
        except StorageError:
            return False
        if stored and stored[0].state == desk.facts[0].state:
            return True
        raise StorageUnavailableError("the commit did not happen")

    def _load(self, desk: Desk, submissions: Sequence[Submission]) -> None:
        known = desk.turn.ahead.pairs
        seen = desk.turn.keys(known) | desk.turn.keys(_pairs(submissions)[len(known) :])
        for pair, row in seen.items():
            desk.answered[pair] = (row.fingerprint, self._recorded(desk.turn, row))
        desk.load(
            wish
            for item in submissions
            if item.key is None or (item.key.client, item.key.mac) not in seen
            for wish in item.wishes
        )

    def _recorded(self, turn: Turn, row: KeyRow) -> Outcome:
        decode = self.book.mapper.decode
        envelopes = tuple(decode(fact.state) for fact in turn.facts_at(row.position, row.length))
        first: Any = envelopes[0].data
        if not isinstance(first, CommandRefused):
            return Outcome(TxId(row.tx), row.position, envelopes, replayed=True)
        refusal = recorded_refusal(first)
        return Outcome(TxId(row.tx), row.position, envelopes, refusal, replayed=True, member=first.member)


def recorded_refusal(fact: CommandRefused) -> Refusal:
    """The refusal that a fact recorded, as it was raised."""
    kind = Refusal.registry[fact.code]
    return kind(**fact.members)


def _pairs(submissions: Sequence[Submission]) -> list[tuple[str, str]]:
    return [pair for item in submissions for pair in item.pairs]


def _all(submissions: Sequence[Submission], refusal: Refusal) -> list[Outcome]:
    return [Outcome(TxId(""), 0, (), refusal) for _ in submissions]

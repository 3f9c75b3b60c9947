"""The eventsourcing library's recorder on our tables: its blind door for conformance, its reads for followers."""

import weakref
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from sqlalchemy import Select, exc, select

from ledger.journal.rows import ConstraintError, FactRow, StorageError
from ledger.journal.storage import Storage, Turn
from ledger.journal.tables import facts

POLL_SECONDS = 0.25
"""How long a follower can miss what another process has committed."""


class PollingSubscription(ListenNotifySubscription["SQLAlchemyRecorder"]):
    """Follows a ledger: the hint of our own process wakes it at once, polling finds the rest.

    PostgreSQL's NOTIFY is not used: it takes one lock of the whole server inside every commit.
    """

    def hint(self) -> None:
        """Something may be new."""
        self._has_been_notified.set()

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(POLL_SECONDS)
        except BaseException as error:  # noqa: BLE001 - the follower's own thread raises it, see __next__
            self._thread_error = error
            self.stop()


class SQLAlchemyRecorder(ApplicationRecorder):
    """Two doors to one table: `turn` for the writer, `insert_events` for the library's own test cases.

    `blind_writes` opens the second one. It allots positions without deciding anything: a process that sells
    must not have it.
    """

    def __init__(self, storage: Storage, *, blind_writes: bool = False) -> None:
        """Records in `storage`, whose ledger must have been created."""
        self.storage = storage
        self._blind_writes = blind_writes
        self._subscriptions: weakref.WeakSet[PollingSubscription] = weakref.WeakSet()

    def turn(self) -> AbstractContextManager[Turn]:
        """The writer's door: the head locked until the block ends."""
        return self.storage.turn()

    def hint(self) -> None:
        """Wake the followers of this process; called after a commit, never needed for their truth."""
        for subscription in list(self._subscriptions):
            subscription.hint()

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Append opaque events under the head lock; gives their positions."""
        if not self._blind_writes:
            raise ProgrammingError("facts are written by turns; this recorder takes no events")
        if not stored_events:
            return []
        try:
            positions = self._insert(stored_events)
        except ConstraintError as error:
            raise IntegrityError(str(error)) from error
        except StorageError as error:
            raise OperationalError(str(error)) from error
        self.hint()
        return positions

    def _insert(self, stored_events: Sequence[StoredEvent]) -> list[int]:
        with self.turn() as turn:
            recorded_at = turn.head.recorded_at
            positions = [turn.head.position + count for count in range(1, len(stored_events) + 1)]
            rows = [
                FactRow(position, str(e.originator_id), e.originator_version, e.topic, e.state, recorded_at)
                for position, e in zip(positions, stored_events, strict=True)
            ]
            turn.append(rows, [], [], recorded_at)
            turn.commit()
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """One stream's life, by version."""
        version = facts.c.originator_version
        query = _STREAM.where(facts.c.ledger == self.storage.ledger, facts.c.originator_id == str(originator_id))
        query = query.where(version > gt) if gt is not None else query
        query = query.where(version <= lte) if lte is not None else query
        query = query.order_by(version.desc() if desc else version).limit(limit)
        return [StoredEvent(*row) for row in self._read(query)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Facts in order of position."""
        position = facts.c.position
        query = _NOTIFICATIONS.where(facts.c.ledger == self.storage.ledger)
        if start is not None:
            query = query.where(position >= start if inclusive_of_start else position > start)
        query = query.where(position <= stop) if stop is not None else query
        query = query.where(facts.c.topic.in_(topics)) if topics else query
        return [Notification(*row) for row in self._read(query.order_by(position).limit(limit))]

    def _read(self, query: Select[Any]) -> Sequence[Any]:
        try:
            with self.storage.engine.connect() as connection:
                return connection.execute(query).all()
        except exc.DBAPIError as error:
            raise OperationalError(str(error)) from error

    def max_notification_id(self) -> int | None:
        """The position of the last fact, or None in an empty ledger."""
        return self.storage.head().position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> PollingSubscription:
        """Facts after `gt`, and then for ever the new ones; blocks while there are none."""
        subscription = PollingSubscription(recorder=self, gt=gt, topics=topics)
        self._subscriptions.add(subscription)
        return subscription


_STREAM = select(facts.c.originator_id, facts.c.originator_version, facts.c.topic, facts.c.state)
_NOTIFICATIONS = select(
    facts.c.originator_id, facts.c.originator_version, facts.c.topic, facts.c.state, facts.c.position
)

"""One open ledger: its journal, its book, its writer, and how a wish is handed in."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, Self, TypeVar

import msgspec
import uuid_utils

from ledger.deciding import Decision, Moment, Row, Wish
from ledger.journal.book import StoredBook
from ledger.journal.clock import Clock, ClockGuard, SystemClock
from ledger.journal.mapper import Mapper
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission, TurnRunner
from ledger.journal.writer import Writer
from ledger.refusals import NotFound
from ledger.room import By, Command, Entity, Envelope, Key, KeyMark
from ledger.rooms import Registry
from ledger.values import Instant, TxId, instant

E = TypeVar("E", bound=Entity)
ANSWER: Final = 1
"""The version of the rendering that first answers carry now."""
_canonical = msgspec.json.Encoder(order="sorted")


class Macs(Protocol):
    """The ledger's secret: keys and causes stand in facts only as MACs under it."""

    def mac(self, purpose: str, *parts: str) -> str:
        """A MAC of these parts for this purpose."""
        ...


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What in the world led to a command: `{"type": "patrol", "id": "8812"}`."""

    type: str
    id: str


class Ledger:
    """An open ledger. `writer` is None for a reader."""

    def __init__(  # noqa: PLR0913 - everything that a test may want to inject
        self,
        storage: Storage,
        secret: Macs,
        *,
        zone: str,
        clock: Clock | None = None,
        ids: Callable[[], str] | None = None,
        registry: Registry | None = None,
        capacity: int = 200_000,
        turn_size: int = 256,
        backlog: int = 10_000,
        writing: bool = True,
    ) -> None:
        """The tables exist (`Storage.create`); `zone` is the ledger's IANA zone."""
        self.storage, self.secret, self.zone = storage, secret, zone
        self.name = storage.ledger
        self.registry = registry or Registry()
        self.clock = clock or SystemClock()
        self.ids = ids or _uuid7
        self.mapper = Mapper(self.registry.topics.values(), self.registry.upcasts)
        self.guard = ClockGuard(self.clock)
        self.book = StoredBook(self.registry, self.mapper, zone, capacity=capacity)
        runner = TurnRunner(storage, self.registry, self.book, self.guard, self.ids)
        self._writer = Writer(runner, turn_size=turn_size, backlog=backlog) if writing else None
        self._closing = threading.Lock()

    @property
    def writer(self) -> Writer:
        """The writer; a reader has none."""
        if self._writer is None:
            raise RuntimeError(f"ledger {self.name} was opened for reading")
        return self._writer

    def close(self) -> None:
        """Finish what waits, then let go of the database."""
        with self._closing:
            if self._writer is not None:
                self._writer.close()
            self.storage.close()

    def __enter__(self) -> Self:
        """The open ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closed."""
        self.close()

    # Writing -------------------------------------------------------------------------------------------------------

    def wish(  # noqa: PLR0913 - who, when, why and under which key
        self,
        command: Command,
        *,
        by: By,
        key: str | None = None,
        fingerprint: str | None = None,
        lang: str = "zh-CN",
        cause: Cause | None = None,
        occurred_at: Instant | None = None,
        pd: Mapping[str, str] | None = None,
    ) -> Wish:
        """A command with its circumstances; key and cause become MACs here and are never stored otherwise.

        `fingerprint` is that of the request as received; without one it is made from the command itself.
        """
        mark = None
        if key is not None:
            mark = KeyMark(
                answer=ANSWER,
                client=by.principal,
                fp=fingerprint or fingerprint_of(command.ROUTE, _canonical.encode(command)),
                lang=lang,
                mac=self.secret.mac("key", by.principal, key),
            )
        used = self.secret.mac("cause", command.cause_scope(), cause.type, cause.id) if cause else None
        return Wish(command=command, by=by, key=mark, cause=used, occurred_at=occurred_at, pd=dict(pd or {}))

    def submit(self, command: Command, *, by: By, bulk: bool = False, **circumstances: Any) -> Outcome:
        """Hand in one command and wait. A refusal is raised."""
        wish = self.wish(command, by=by, **circumstances)
        outcome = self.writer.ask(Submission(wishes=(wish,)), bulk=bulk)
        if outcome.refusal is not None:
            raise outcome.refusal
        return outcome

    # Reading: the present, current in every process ------------------------------------------------------------

    def view(self) -> Decision:
        """The book as it is committed now, with what time has done to it: nothing of it is recorded.

        Reads are as of several instants at once when turns go on meanwhile; a caller who needs one entity gets that
        entity as it was after some commit.
        """
        recorded_at = max(instant(self.clock.wall()), self.storage.head().recorded_at)
        moment = Moment(Instant(recorded_at), self.zone)
        return Decision(self.registry, self._row, self.transaction, moment, TxId(""), 0)

    def transaction(self, tx: TxId) -> tuple[Envelope, ...]:
        """All facts of one transaction, in order; empty when there is none."""
        return tuple(self.mapper.decode(row.state) for row in self.storage.transaction(tx))

    def onwards(self, position: int) -> tuple[Envelope, ...]:
        """The fact at `position` and those of its transaction behind it; empty when there is none."""
        return tuple(self.mapper.decode(row.state) for row in self.storage.onwards(position))

    def _row(self, key: Key) -> Row | None:
        stored = self.storage.book((key,)).get(key)
        return None if stored is None else self.book.codec.decode(stored)

    def get(self, kind: type[E], id: str) -> E | None:
        """One entity as it is now: what is due by now is applied, and not recorded."""
        view = self.view()
        entity = view.get(kind, id)
        due = self.registry.dues.get(kind.KIND)
        due_at = entity.due_at(self.zone) if entity is not None and due is not None else None
        if entity is None or due is None or due_at is None or due_at > view.recorded_at:
            return entity
        view.lapse(due, entity)
        return view.get(kind, id)

    def the(self, kind: type[E], id: str) -> E:
        """One entity as it is now, or the refusal `not-found`."""
        entity = self.get(kind, id)
        if entity is None:
            raise NotFound(kind=kind.KIND, id=id)
        return entity


def fingerprint_of(route: str, canonical_body: bytes) -> str:
    """SHA-256 of the route template and the canonical JSON of the body as received, defaults not filled in."""
    return hashlib.sha256(route.encode() + b"\x00" + canonical_body).hexdigest()


def _uuid7() -> str:
    return str(uuid_utils.uuid7())

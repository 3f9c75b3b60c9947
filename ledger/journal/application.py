"""What the eventsourcing library gives readers of a ledger: notification log, one stream's life, subscriptions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Never

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    InfrastructureFactory,
    JSONTranscoder,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.persistence import Mapper as LibraryMapper
from eventsourcing.utils import Environment, EnvType

from ledger.journal.mapper import Mapper
from ledger.journal.recorder import PollingSubscription, SQLAlchemyRecorder
from ledger.journal.storage import Storage
from ledger.room import Envelope


@dataclass(frozen=True)
class RecordedFact:
    """An envelope in the library's words: an event of the stream `originator_id`."""

    originator_id: str
    originator_version: int
    envelope: Envelope


@dataclass(frozen=True)
class StreamLife:
    """Everything that has happened to one thing, in order."""

    id: str
    facts: tuple[RecordedFact, ...]

    @property
    def version(self) -> int:
        """The version of its last fact."""
        return self.facts[-1].originator_version


def lived(before: StreamLife | None, facts: Iterable[RecordedFact]) -> StreamLife | None:
    """The library's projector function of a life: more facts make it longer."""
    known = before.facts if before else ()
    whole = known + tuple(facts)
    return StreamLife(whole[0].originator_id, whole) if whole else None


class CanonicalMapper(LibraryMapper[str]):
    """The library's mapper over ours: the stored state is the canonical JSON that is hashed, byte for byte."""

    def __init__(self, mapper: Mapper) -> None:
        """`mapper` is the closed registry."""
        super().__init__(transcoder=JSONTranscoder())
        self._mapper = mapper

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """As it is stored."""
        if not isinstance(domain_event, RecordedFact):
            raise ProgrammingError(f"{type(domain_event).__name__} is not a recorded fact")
        envelope = domain_event.envelope
        return StoredEvent(envelope.stream, envelope.ver, envelope.type, self._mapper.encode(envelope))

    def to_domain_event(self, stored_event: StoredEvent) -> RecordedFact:
        """As it was decided; also serves notifications. Raises `UnknownFormatError`."""
        envelope = self._mapper.decode(stored_event.state)
        return RecordedFact(str(stored_event.originator_id), stored_event.originator_version, envelope)


class JournalFactory(InfrastructureFactory):
    """The library's infrastructure over one storage; it makes nothing that could write."""

    def __init__(self, env: Environment, storage: Storage) -> None:
        """`env` is the application's, `storage` what its recorder reads."""
        super().__init__(env)
        self._storage = storage

    def application_recorder(self) -> SQLAlchemyRecorder:
        """A recorder without its blind door."""
        return SQLAlchemyRecorder(self._storage)

    def aggregate_recorder(self, purpose: str = "events") -> Never:
        """There are no snapshots: the book is the present."""
        raise ProgrammingError(f"a ledger keeps no {purpose} besides its facts")

    def tracking_recorder(self, tracking_recorder_class: object = None) -> Never:  # noqa: ARG002 - the library's signature
        """Followers keep their positions in their own database."""
        raise ProgrammingError("followers track their positions with their rows")

    def process_recorder(self) -> Never:
        """Followers keep their positions in their own database."""
        raise ProgrammingError("followers track their positions with their rows")


class LedgerApplication(Application[str]):
    """One ledger for the library's readers. Money moves by turns: `save` is refused by the recorder."""

    name = "ledger"
    env: ClassVar[dict[str, str]] = {}
    log_section_size = 100

    def __init__(self, storage: Storage, mapper: Mapper) -> None:
        """Reads `storage` with the facts that `mapper` knows."""
        self._storage = storage
        self._typed = CanonicalMapper(mapper)
        self._journal = SQLAlchemyRecorder(storage)
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Nothing from the machine's environment: a stray PERSISTENCE_MODULE must not move a ledger."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> JournalFactory:
        """Over our storage."""
        return JournalFactory(env, self._storage)

    def construct_mapper(self) -> CanonicalMapper:
        """Over our registry."""
        return self._typed

    def construct_recorder(self) -> SQLAlchemyRecorder:
        """Without its blind door."""
        return self._journal

    def life(self, stream: str) -> StreamLife:
        """All facts of one stream; raises the library's `AggregateNotFoundError` when it has none."""
        life: StreamLife = self.repository.get(stream, projector_func=lived)
        return life

    def follow(self, after: int = 0, topics: Sequence[str] = ()) -> PollingSubscription:
        """A subscription to the facts after position `after`."""
        return self._journal.subscribe(gt=after, topics=topics)

    def recorded(self, after: int, limit: int) -> Iterator[RecordedFact]:
        """At most `limit` facts after position `after`, typed."""
        notifications = self._journal.select_notifications(start=after, limit=limit, inclusive_of_start=False)
        return map(self._typed.to_domain_event, notifications)

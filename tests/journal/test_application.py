"""What readers get from the eventsourcing library: the log, one life, subscriptions, and no way to write."""

import threading
from typing import Any

import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import ProgrammingError

from ledger.journal.application import LedgerApplication, RecordedFact
from ledger.journal.mapper import Mapper, UnknownFormatError
from ledger.journal.recorder import SQLAlchemyRecorder
from ledger.journal.storage import FactRow, Storage
from ledger.room import Envelope
from tests.journal.samples import AT, PointsFound, PointsLost, envelope

mapper = Mapper([PointsFound, PointsLost])


@pytest.fixture
def application(storage: Storage) -> LedgerApplication:
    return LedgerApplication(storage, mapper)


def recorded(storage: Storage, *envelopes: Envelope) -> None:
    """What the writer does, with whatever it decided."""
    with storage.turn() as turn:
        rows = [FactRow(e.pos, e.stream, e.ver, e.type, mapper.encode(e), e.recorded_at) for e in envelopes]
        turn.append(rows, [], [], AT)
        turn.commit()


def found(position: int, stream: str, version: int) -> Envelope:
    return envelope(PointsFound(amount=position), pos=position, stream=stream, ver=version)


def test_the_notification_log_shows_the_bytes_that_are_hashed(storage: Storage, application: LedgerApplication) -> None:
    recorded(storage, found(1, "find:a", 1), found(2, "find:b", 1))
    section = application.notification_log["1,10"]
    assert [(n.id, n.originator_id, n.topic) for n in section.items] == [
        (1, "find:a", "points-found.v2"),
        (2, "find:b", "points-found.v2"),
    ]
    assert section.items[1].state == mapper.encode(found(2, "find:b", 1)) == storage.facts(1, 1)[0].state


def test_one_life_is_read_in_order_and_alone(storage: Storage, application: LedgerApplication) -> None:
    recorded(storage, found(1, "find:a", 1), found(2, "find:b", 1), found(3, "find:a", 2))
    life = application.life("find:a")
    assert [fact.envelope.data for fact in life.facts] == [PointsFound(amount=1), PointsFound(amount=3)]
    assert (life.id, life.version) == ("find:a", 2)
    with pytest.raises(AggregateNotFoundError):
        application.life("find:c")


def test_facts_come_typed_after_a_position(storage: Storage, application: LedgerApplication) -> None:
    recorded(storage, *(found(position, f"find:{position}", 1) for position in range(1, 6)))
    assert [fact.envelope.pos for fact in application.recorded(2, 2)] == [3, 4]


def test_a_follower_gets_what_is_there_and_what_comes(storage: Storage, application: LedgerApplication) -> None:
    recorded(storage, found(1, "find:a", 1), found(2, "find:b", 1))
    later = threading.Timer(0.1, recorded, [storage, found(3, "find:c", 1)])
    with application.follow(after=1) as follower:
        assert next(follower).id == 2
        later.start()  # another process would not hint either: polling finds it
        assert next(follower).id == 3
    later.join()


def test_a_hint_wakes_a_follower_before_its_poll(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.journal.recorder.POLL_SECONDS", 3600)
    recorder = SQLAlchemyRecorder(storage)
    with recorder.subscribe(gt=0) as follower:
        threading.Event().wait(0.1)
        recorded(storage, found(1, "find:a", 1))
        recorder.hint()
        assert next(follower).id == 1


def test_a_poisoned_fact_stops_its_reader_at_its_position(storage: Storage, application: LedgerApplication) -> None:
    poison = mapper.encode(found(2, "find:b", 1)).replace(b"points-found.v2", b"points-found.v9")
    recorded(storage, found(1, "find:a", 1))
    with storage.turn() as turn:
        turn.append([FactRow(2, "find:b", 1, "points-found.v9", poison, AT)], [], [], AT)
        turn.commit()
    with pytest.raises(UnknownFormatError) as stopped:
        list(application.recorded(0, 9))
    assert stopped.value.position == 2


def test_nobody_writes_through_the_library(storage: Storage, application: LedgerApplication) -> None:
    event: Any = RecordedFact("find:a", 1, found(1, "find:a", 1))
    with pytest.raises(ProgrammingError, match="written by turns"):
        application.save(event)
    with pytest.raises(ProgrammingError):
        application.factory.aggregate_recorder("snapshots")
    assert storage.head().position == 0


def test_the_machines_environment_moves_no_ledger(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSISTENCE_MODULE", "eventsourcing.popo")
    monkeypatch.setenv("CIPHER_TOPIC", "nowhere:Cipher")
    recorded(storage, found(1, "find:a", 1))
    assert LedgerApplication(storage, mapper).recorder.max_notification_id() == 1

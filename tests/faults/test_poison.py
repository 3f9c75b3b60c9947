"""One fact that nobody can read, one wish that nobody can decide: each is its own trouble and nobody else's."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.journal.application import LedgerApplication
from ledger.journal.ledger import Ledger
from ledger.journal.mapper import UnknownFormatError
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome
from ledger.refusals import InternalError
from ledger.room import Command, Handler
from tests.ledgers import asked, balance, log_of, opened, sale, stocked

pytestmark = pytest.mark.fault
AT = "2022-06-01T00:00:00.000000Z"
THREADS = 24

Opening = Callable[[], Ledger]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """Opens the shop once more, as another process does."""
    url = request.getfixturevalue("fresh_database") if request.param == "postgresql" else None

    def open() -> Ledger:
        storage = Storage.postgres(url, "shop") if url else Storage.sqlite(tmp_path / "journal.db", "shop")
        storage.create(scheme="conformance", created_at=AT)
        return opened(storage, repeatable=False)

    return open


@pytest.fixture
def shop(opening: Opening) -> Iterator[Ledger]:
    with opening() as ledger:
        yield stocked(ledger, holders=4, points=1000, stock=1000)


def poisoned(storage: Storage, **other: Any) -> int:
    """Append a fact as a program of the future might; gives its position."""
    with storage.turn() as turn:
        last = turn.facts_at(turn.head.position, 1)[0]
        position = last.position + 1
        state = msgspec.json.decode(last.state) | {"pos": position, "ver": 1, "stream": "mint:1"} | other
        row = last._replace(position=position, stream="mint:1", version=1, topic=state["type"])
        turn.append([row._replace(state=msgspec.json.encode(state, order="sorted"))], [], [], turn.head.recorded_at)
        turn.commit()
    return position


@pytest.mark.parametrize("other", [{"type": "points-minted.v1"}, {"type": "points-earned.v9"}, {"v": 2}], ids=str)
def test_followers_stop_at_a_fact_that_they_cannot_read_and_the_counter_goes_on(
    shop: Ledger, opening: Opening, other: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    first = asked(shop, sale(), key="before")
    with opening() as elsewhere:
        asked(elsewhere, sale(), key="elsewhere")
        position = poisoned(elsewhere.storage, **other)
        assert asked(elsewhere, sale(), key="there").refusal is None
    with caplog.at_level(logging.CRITICAL):
        assert asked(shop, sale(), key="here").refusal is None
    assert f"position {position}" in caplog.text
    assert balance(shop) == 1000 - 4 * 10
    assert asked(shop, sale(), key="before").envelopes == first.envelopes
    with pytest.raises(UnknownFormatError) as stopped:
        list(LedgerApplication(shop.storage, shop.mapper).recorded(0, 1000))
    assert stopped.value.position == position


class Poison(Command, frozen=True, kw_only=True):
    """A wish that nobody can decide."""


def test_wishes_that_nobody_can_decide_fail_alone_among_many_and_leave_no_trace(
    shop: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    shop.registry.handlers[Poison] = Handler(Poison, _explode)
    before, gate = len(log_of(shop)), threading.Barrier(THREADS)

    def ask(number: int) -> Outcome:
        gate.wait(timeout=60)
        return asked(shop, sale(f"h{number % 4}") if number % 3 else Poison(), key=f"k{number}")

    with caplog.at_level(logging.ERROR), ThreadPoolExecutor(THREADS) as threads:
        outcomes = list(threads.map(ask, range(THREADS)))
    told = [(type(outcome.refusal) is InternalError, outcome.position == 0) for outcome in outcomes]
    assert told == [(number % 3 == 0,) * 2 for number in range(THREADS)]
    assert len(log_of(shop)) == before + THREADS * 2 // 3
    incidents = {outcome.refusal.incident for outcome in outcomes if isinstance(outcome.refusal, InternalError)}
    assert len(incidents) == THREADS // 3
    assert all(incident in caplog.text for incident in incidents), "whoever looks for an incident must find it"
    assert asked(shop, sale(), key="k0").refusal is None, "the key of a wish that failed by a defect is free"


def _explode(*_: Any) -> Iterator[Any]:
    raise ZeroDivisionError

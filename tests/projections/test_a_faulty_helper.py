"""Whatever becomes of the second process, what is built is what one process alone builds, and nothing hangs."""

import gc
import io
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from projections import balances, helper, helping
from projections.catalogue import PROJECTIONS
from projections.folding import FollowerStoppedError
from projections.helper import Fold, Help, Helper, Places, Write
from projections.projector import Projector
from tests.projections.faulty import break_at
from tests.projections.site import Site, site_on_postgres, site_on_sqlite
from tests.projections.test_ahead import WatchedStore, rebuilt
from tests.projections.test_helper import SECONDS, Awaited
from tests.projections.test_projector import busy, everything


class Faulty(Awaited):
    """Has the fault that FAULT names."""

    program = "tests.projections.faulty"

    @property
    def ready(self) -> bool:
        """Wait until it is, or never will be."""
        deadline = time.monotonic() + SECONDS
        while not self._ready.wait(0.01) and not self.ended:
            assert time.monotonic() < deadline
        return self._ready.is_set()


@pytest.fixture(autouse=True)
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Second processes are faulty, always ready in time, and not waited for longer than need be."""
    Awaited.made.clear()
    monkeypatch.setattr("projections.helper.Helper", Faulty)
    monkeypatch.setattr("projections.helper._CORES", threading.Semaphore(2))
    monkeypatch.setattr("projections.helper.LEAVING", 0.3)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A journal in files, and its projections at its end: they are built anew again and again."""
    made = busy(site_on_sqlite(tmp_path_factory.mktemp("shop")))
    made.projector.batch = 1_000
    made.caught_up()
    yield made
    made.close()


def helped(site: Site, batch: int = 2) -> Projector:
    """A projector that a second process helps."""
    return Projector(site.ledger.storage, site.store, PROJECTIONS, batch=batch, helped=True)


SOME = ("balances", "statements", "stock", "trial-balance")
"""Few are enough, and quicker: which of them, the second process does not care."""
FAULTS = {
    "early": "ended",
    "folding": "ended",
    "writing": "ended",
    "written": "ended",
    "deaf": "ended",
    "late": "has said nothing",
    "babbling": "ended",
    "full": "could not go on: OperationalError",
    "away": "ended",
    "other": "another version",
}
"""Fault → what is said of it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_build_is_what_one_alone_builds_whatever_the_second_process_does(
    shop: Site, fault: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plain = everything(shop)
    monkeypatch.setenv("JIFEN_TEST_FAULT", fault)
    monkeypatch.setattr("projections.helper.PATIENCE", 3.0 if fault == "late" else SECONDS)
    before = {mark.generation for mark in shop.store.marks()}
    helped(shop).rebuild(SOME)
    assert max(mark.generation for mark in shop.store.marks()) > min(before)
    assert everything(shop) == plain
    assert "the second process" in caplog.text
    assert FAULTS[fault] in caplog.text
    assert [it._process.poll() is not None for it in Awaited.made] == [True]


@pytest.mark.postgres
@pytest.mark.parametrize("fault", ["writing"])
def test_what_a_dead_process_had_begun_to_write_in_a_server_is_there_once(
    fresh_database: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = busy(site_on_postgres(fresh_database))
    monkeypatch.setenv("JIFEN_TEST_FAULT", fault)
    helped(site).advance()
    assert everything(site) == rebuilt(site)
    assert len(Awaited.made) == 1
    site.close()


@pytest.mark.postgres
def test_connections_that_a_server_ends_are_made_anew_and_nothing_is_counted_twice(fresh_database: str) -> None:
    site, cut = busy(site_on_postgres(fresh_database)), list[int]()

    def before(position: int) -> None:
        cut.append(position)
        if len(cut) == 3:
            with site.store.engine.connect() as connection:
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                connection.execute(text(others + " AND datname = current_database()"))

    store = WatchedStore(site.store.engine, "site", site.store.place)
    store.before = before
    projector = Projector(site.ledger.storage, store, PROJECTIONS, batch=4, helped=True)
    with suppress(OperationalError):  # where the batch at hand had one of them
        projector.advance()
    assert len(cut) >= 3
    for engine in (site.store.engine, site.ledger.storage.engine):
        engine.dispose()  # what a second question does, when the first has met a connection that is gone
    assert projector.advance() == site.head
    assert everything(site) == rebuilt(site)
    site.close()


def test_a_second_process_that_dies_before_it_is_ready_is_replaced(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIFEN_TEST_FAULT", "early")
    help = Help(Places("site", shop.ledger.storage.place, shop.store.place))
    assert help.ask() is None
    assert help.ask() is None
    assert not help.begun
    assert len(Awaited.made) == 1  # not before a while has passed
    monkeypatch.setenv("JIFEN_TEST_FAULT", "")
    monkeypatch.setattr("projections.helper.KEPT", -1.0)
    help.lost()
    assert help.ask() is Awaited.made[1]
    help.let_go()
    assert [helper._CORES.acquire(blocking=False) for _ in range(3)] == [True, True, False]


def test_who_cannot_start_a_second_process_goes_on_alone(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_given: Any, **_named: Any) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refused)
    helped(shop).rebuild(SOME)
    assert [helper._CORES.acquire(blocking=False) for _ in range(3)] == [True, True, False]


def test_a_fact_that_one_projection_cannot_fold_halts_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = busy(site_on_sqlite(tmp_path))
    poison = site.head // 2
    monkeypatch.setenv("JIFEN_TEST_FAULT", f"broken:{poison}")
    monkeypatch.setattr(balances.PROJECTION, "apply", balances.PROJECTION.apply)
    break_at(poison)
    with pytest.raises(FollowerStoppedError, match="balances: ZeroDivisionError: poison"):
        helped(site).advance()
    lags = {lag.name: lag for lag in helped(site).status()}
    assert lags.pop("balances").position == (poison - 1) // 8 * 8
    assert {lag.position for lag in lags.values()} == {site.head}
    monkeypatch.undo()
    site.caught_up()
    assert everything(site) == rebuilt(site)
    site.close()


def test_two_followers_with_a_second_process_each_make_the_rows_of_one_while_the_journal_grows(tmp_path: Path) -> None:
    site = busy(site_on_sqlite(tmp_path))
    both = [helped(site), helped(site, batch=3)]
    for projector in both:
        projector.start()
    for amount in range(20):
        site.earn("h1", amount + 1)
    for projector in both:
        projector.wait_for(site.head, SECONDS)
        projector.stop()
    assert len(Awaited.made) == 2
    assert everything(site) == rebuilt(site)
    site.close()


def test_a_build_does_not_take_the_second_process_of_the_follower_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.projector.BUSY", 20)
    site = busy(site_on_sqlite(tmp_path)).caught_up()
    projector = helped(site, batch=50)
    projector.start()
    for amount in range(30):
        site.earn("h1", amount + 1)
    projector.wait_for(site.head, SECONDS)
    (followers,) = Awaited.made
    projector.batch = 2
    projector.rebuild(SOME)
    assert [it is followers for it in Awaited.made] == [True, False]
    assert followers._process.poll() is None
    projector.stop()
    assert everything(site) == rebuilt(site)
    site.close()


def test_what_a_dead_process_had_written_for_a_busy_shop_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.projector.BUSY", 20)
    monkeypatch.setenv("JIFEN_TEST_FAULT", "written")
    site = busy(site_on_sqlite(tmp_path)).caught_up()
    projector = helped(site, batch=50)
    projector.start()
    for _ in range(2):
        for amount in range(25):
            site.earn("h1", amount + 1)
        projector.wait_for(site.head, SECONDS)
    projector.stop()
    assert len(Awaited.made) == 1
    assert everything(site) == rebuilt(site)
    site.close()


def test_a_second_process_that_works_all_day_keeps_nothing_of_its_batches(tmp_path: Path) -> None:
    site = busy(site_on_sqlite(tmp_path))
    marks, answers = tuple(site.projector._live()), io.BytesIO()
    orders: list[Any] = [Places("site", site.ledger.storage.place, site.store.place)]
    for place in range(20):
        orders += [Fold(tuple(mark._replace(position=place) for mark in marks), place, 1), Write()]
    try:
        helping.work(io.BytesIO(b"\n".join(map(msgspec.json.encode, orders))), answers)
        assert gc.collect() < 10 * 20  # each of the batches leaves more than forty
    finally:
        gc.unfreeze()
        gc.enable()
    assert answers.getvalue().count(b'{"error":null}') == 21
    assert site.projector.position() == 20
    site.close()


def test_the_second_process_of_a_helper_is_the_one_of_this_program() -> None:
    assert Helper.program == "projections.helping"

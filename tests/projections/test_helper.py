"""A second process folds every other batch: what comes of it is what one alone makes, whichever of them dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from projections import helper
from projections.ahead import FAR, HELPED
from projections.catalogue import PROJECTIONS
from projections.folding import FollowerStoppedError
from projections.helper import Fold, Help, Helper, HelperLostError, Places
from projections.projector import Projector
from projections.store import Mark
from tests.projections.site import Site
from tests.projections.test_ahead import NAMES, ROOT, WatchedStore, rebuilt
from tests.projections.test_projector import busy, everything, minted

SECONDS: Final = 60.0
"""For which a slow machine may take to start a program."""


class Awaited(Helper):
    """Is always ready in time, and remembered."""

    made: Final[list["Awaited"]] = []

    def __init__(self, places: Places) -> None:
        """Remember it."""
        super().__init__(places)
        self.made.append(self)

    @property
    def ready(self) -> bool:
        """Wait for it."""
        return self._ready.wait(SECONDS)


@pytest.fixture(autouse=True)
def awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few facts are enough: nobody is quicker than the second process."""
    Awaited.made.clear()
    monkeypatch.setattr("projections.helper.Helper", Awaited)
    monkeypatch.setattr("projections.helper._CORES", threading.Semaphore(1))


def runs(process: str) -> bool:
    """Whether a process that is nobody's child here is at work yet; whoever adopted it may not have buried it."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


def of(site: Site, batch: int = 2) -> tuple[Projector, list[int]]:
    """A projector that is helped, and the positions to which it writes itself."""
    own: list[int] = []
    store = WatchedStore(site.store.engine, "site", site.store.place)
    store.before = own.append
    return Projector(site.ledger.storage, store, PROJECTIONS, batch=batch, helped=True), own


@pytest.mark.parametrize("anew", [False, True], ids=["following", "rebuilding"])
def test_two_make_the_rows_of_one(site: Site, *, anew: bool) -> None:
    busy(site)
    if anew:
        site.caught_up()
    projector, own = of(site)
    projector.rebuild(NAMES) if anew else projector.advance()
    made = everything(site)
    assert site.projector.position() == site.head
    # Every other batch of those that were far from the end is missing here: somebody else has written it.
    missing = [place for place in range(2 * FAR, site.head - HELPED * 2, 2 * FAR) if place not in own]
    assert len(missing) > 2
    assert all(place + 2 * FAR in own for place in missing)
    assert made == rebuilt(site)
    assert [it._process.poll() for it in Awaited.made] == [0]


def test_who_is_not_far_behind_goes_alone(site: Site) -> None:
    busy(site)
    projector, _ = of(site, batch=site.head // HELPED + 1)
    projector.advance()
    assert Awaited.made == []


def test_in_a_busy_shop_the_second_process_folds_what_comes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.projector.BUSY", 20)
    busy(site).caught_up()
    projector, own = of(site, batch=50)
    for amount in range(30):
        site.earn("h1", amount + 1)
    projector.start()
    projector.wait_for(site.head, seconds=SECONDS)
    assert own == []
    site.earn("h1", 1)
    projector.wait_for(site.head, seconds=SECONDS)
    assert own == [site.head]  # one fact is not worth asking
    (second,) = Awaited.made
    assert second._process.poll() is None
    projector.stop()
    assert second._process.poll() == 0
    assert everything(site) == rebuilt(site)


def test_a_busy_shop_whose_second_process_dies_folds_by_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.projector.BUSY", 20)
    monkeypatch.setattr(Helper, "write", lambda self: self._process.kill())
    busy(site).caught_up()
    projector, own = of(site, batch=50)
    for _ in range(2):
        for amount in range(30):
            site.earn("h1", amount + 1)
        projector.start()
        projector.wait_for(site.head, seconds=SECONDS)
        projector.stop()
    # For a while nobody else is asked.
    assert len(Awaited.made) == 1
    assert own[-1] == site.head
    assert everything(site) == rebuilt(site)


def test_nobody_keeps_a_second_process_without_work_or_takes_a_core_that_is_not_there(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places("site", site.ledger.storage.place, site.store.place)
    mine, other = Help(places), Help(places)
    assert mine.ask() is not None
    assert other.ask() is None
    mine.rest()
    kept = [mine.begun]
    monkeypatch.setattr("projections.helper.KEPT", -1.0)
    mine.rest()
    kept.append(mine.begun)
    assert kept == [True, False]
    assert other.ask() is not None
    other.let_go()
    assert [it._process.poll() for it in Awaited.made] == [0, 0]


@pytest.mark.parametrize("anew", [False, True], ids=["following", "rebuilding"])
def test_when_the_second_process_dies_the_first_goes_on_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch, *, anew: bool
) -> None:
    busy(site)
    if anew:
        site.caught_up()
    orders: list[Any] = []

    def dying(self: Helper, marks: list[Mark], place: int, limit: int) -> None:
        orders.append(place)
        if len(orders) == 2:
            os.kill(self._process.pid, signal.SIGKILL)
        original(self, marks, place, limit)

    original = Helper.fold
    monkeypatch.setattr(Helper, "fold", dying)
    projector, own = of(site)
    projector.rebuild(NAMES) if anew else projector.advance()
    assert len(orders) >= 2
    assert own[-1] == site.head
    assert everything(site) == rebuilt(site)
    assert [it._process.poll() for it in Awaited.made] == [-signal.SIGKILL]


def test_when_the_first_process_dies_the_second_ends_and_nothing_is_half_done(site: Site) -> None:
    busy(site)
    place = site.url or str(site.directory)
    first = subprocess.run(
        [sys.executable, "-m", "tests.projections.killed", "helped", place],
        cwd=ROOT,
        timeout=SECONDS,
        check=False,
        stdout=subprocess.PIPE,
    )
    assert first.returncode == -signal.SIGKILL
    second, deadline = first.stdout.decode().strip(), time.monotonic() + SECONDS
    while runs(second):
        assert time.monotonic() < deadline, "the second process outlives the first"
        time.sleep(0.05)
    assert 0 < site.projector.position() < site.head
    site.caught_up()
    assert everything(site) == rebuilt(site)


def test_a_fact_that_cannot_be_read_is_found_by_the_first_process_itself(site: Site) -> None:
    unreadable = minted(busy(site))
    for _ in range(60):
        site.earn("h1", 1)
    projector, _ = of(site)
    with pytest.raises(FollowerStoppedError, match=r"points-minted\.v9"):
        projector.advance()
    assert {lag.position for lag in projector.status()} == {unreadable - 1}


def test_another_version_of_a_projection_is_not_folded(site: Site) -> None:
    busy(site)
    marks = [mark._replace(version=99) for mark in site.projector._live()]
    second = Awaited(Places("site", site.ledger.storage.place, site.store.place))
    assert second.ready
    second.fold(marks, 0, 10)
    assert second.follows(marks, 0) is not None
    second.write()
    with pytest.raises(HelperLostError, match="another version"):
        second.written()
    second.close()
    assert site.projector.position() == 0


def test_what_was_folded_for_others_is_not_written(site: Site) -> None:
    marks = site.projector._live()
    second = Awaited(Places("site", site.ledger.storage.place, site.store.place))
    assert second.ready
    for other, place in ((marks[1:], 4), (marks, 5)):
        second.fold(marks, 4, 10)
        assert second.follows(other, place) is None
    second.fold(marks, 4, 10)
    asked = second.follows(marks, 4)
    assert isinstance(asked, Fold)
    assert second.follows(marks, 4) is None
    second.close()


def test_where_a_ledger_lies_is_no_argument_of_the_program(site: Site) -> None:
    second = Awaited(Places("site", site.ledger.storage.place, site.store.place))
    arguments = Path(f"/proc/{second._process.pid}/cmdline").read_bytes()
    second.close()
    assert helper.Places.__struct_fields__ == ("ledger", "journal", "projections")
    assert site.ledger.storage.place.encode() not in arguments
    assert site.store.place.encode() not in arguments

"""Writing ahead: one batch is written while the next is folded, and nothing is lost, doubled or out of order by it."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from projections import balances
from projections.ahead import TURN, Ahead, Steps
from projections.building import Building
from projections.catalogue import PROJECTIONS
from projections.projection import Recorded
from projections.projector import Projector
from projections.store import AppliedAlreadyError, Mark, Store
from tests.projections.site import Site
from tests.projections.test_projector import busy, everything

NAMES = tuple(projection.name for projection in PROJECTIONS)
ROOT = Path(__file__).parents[2]


class WatchedStore(Store):
    """The site's database; a test looks on before each batch is written."""

    before: Callable[[int], None]

    def write(self, steps: Steps, position: int) -> None:
        """Say that it begins, then write."""
        self.before(position)
        super().write(steps, position)


class Counting(Projector):
    """Counts the batches that it has folded."""

    batches = 0

    def folded(self, group: Sequence[Mark], batch: Sequence[Recorded]) -> Any:
        self.batches += 1
        return super().folded(group, batch)


def watched(site: Site, before: Callable[[int], None], batch: int = 10) -> Counting:
    """A projector of the site whose writing a test watches."""
    store = WatchedStore(site.store.engine, "site", site.store.place)
    store.before = before
    return Counting(site.ledger.storage, store, PROJECTIONS, batch=batch)


def begun(site: Site) -> Mark:
    """A new generation of the balances."""
    return Building(site.projector, site.store, site.projector._ahead, lambda _done, _of: None).begin(
        balances.PROJECTION
    )


def writers() -> list[str]:
    """Threads that write."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("jifen-projections")]


def rebuilt(site: Site) -> dict[str, list[tuple[object, ...]]]:
    """Every row, built anew in one batch without a second thread."""
    site.projector.batch = 1_000
    site.projector.rebuild(NAMES)
    return everything(site)


def test_the_next_batch_is_folded_while_one_is_written_and_never_a_third(site: Site) -> None:
    busy(site)
    second, ahead = threading.Event(), []

    def before(_position: int) -> None:
        ahead.append(projector.batches)
        if len(ahead) == 1:
            # The first batch goes on only when the second is folded: alone, it would wait in vain.
            assert second.wait(20)

    class Telling(Counting):
        def folded(self, group: Sequence[Mark], batch: Sequence[Recorded]) -> Any:
            steps = super().folded(group, batch)
            if self.batches == 2:
                second.set()
            return steps

    plain = watched(site, before)
    projector = Telling(plain.storage, plain.store, PROJECTIONS, batch=10)
    projector.advance()
    assert len(ahead) > 3
    assert all(folded - number in {0, 1} for number, folded in enumerate(ahead, 1))
    assert everything(site) == rebuilt(site)


def test_at_the_head_a_batch_is_written_by_who_folded_it(site: Site) -> None:
    busy(site)
    threads: list[int] = []
    projector = watched(site, lambda _position: threads.append(threading.get_ident()), batch=50)
    projector.advance()
    assert threads[-1] == threading.get_ident()
    assert set(threads[:-1]).isdisjoint({threading.get_ident()})
    threads.clear()
    site.earn("h1", 3)
    projector.advance()
    assert threads == [threading.get_ident()]
    assert writers() == []


def test_who_is_stopped_far_behind_finishes_the_batch_at_hand_alone(site: Site) -> None:
    busy(site)
    begun, stopping = threading.Event(), threading.Event()

    def before(position: int) -> None:
        begun.set()
        if position > 10:
            assert stopping.wait(20)

    projector = watched(site, before)
    projector.start()
    assert begun.wait(20)
    stopper = threading.Thread(target=projector.stop)
    stopper.start()
    while not projector._stop.is_set():
        time.sleep(0.01)
    stopping.set()
    stopper.join(20)
    assert not stopper.is_alive()
    assert 0 < projector.position() <= 80 < site.head  # two batches were begun, of four times ten facts each
    projector.start()
    projector.wait_for(site.head, seconds=30)
    projector.stop()
    assert everything(site) == rebuilt(site)


@pytest.mark.parametrize("anew", [False, True], ids=["following", "rebuilding"])
def test_an_error_in_writing_is_raised_and_nothing_later_is_written(site: Site, *, anew: bool) -> None:
    busy(site)
    if anew:
        site.caught_up()
    tried: list[int] = []

    def before(position: int) -> None:
        tried.append(position)
        if len(tried) == 3:
            raise OSError("no space left")

    projector = watched(site, before)
    with pytest.raises(OSError, match="no space left"):
        projector.rebuild(NAMES) if anew else projector.advance()
    assert len(tried) == 3
    assert {mark.position for mark in site.store.marks() if mark.live is not anew} == {tried[1]}
    assert writers() == []
    site.caught_up()
    site.projector.rebuild(NAMES)
    assert everything(site) == rebuilt(site)


def test_what_was_folded_on_a_batch_that_somebody_else_applied_is_read_again(site: Site) -> None:
    busy(site)
    other = Projector(site.ledger.storage, site.store, PROJECTIONS, batch=7)
    positions: list[int] = []

    def before(position: int) -> None:
        positions.append(position)
        if len(positions) == 2:
            other.advance(until=position - 5)

    watched(site, before).advance()
    assert positions[2] <= positions[1] + 40
    assert site.projector.position() == site.head
    assert everything(site) == rebuilt(site)


@pytest.mark.parametrize("moment", ["folded", "writing", "written"])
def test_rows_and_positions_agree_when_the_program_is_killed(site: Site, moment: str) -> None:
    busy(site)
    place = site.url or str(site.directory)
    dead = subprocess.run(
        [sys.executable, "-m", "tests.projections.killed", moment, place], cwd=ROOT, timeout=60, check=False
    )
    assert dead.returncode == -9
    assert 0 < site.projector.position() < site.head
    site.caught_up()
    assert everything(site) == rebuilt(site)


def test_two_rebuilds_at_once_make_the_rows_of_one(site: Site) -> None:
    busy(site).caught_up()
    live = everything(site)
    lost: list[BaseException] = []

    def build() -> None:
        try:
            Projector(site.ledger.storage, site.store, PROJECTIONS, batch=10).rebuild(NAMES)
        except AppliedAlreadyError as error:
            lost.append(error)

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever comes second is told; what is shown is one whole build, and it is followed.
    site.earn("h1", 4)
    site.caught_up()
    assert len(lost) <= 1
    assert everything(site)["balances"] != live["balances"]
    assert everything(site) == rebuilt(site)


def test_who_shows_a_build_that_is_shown_already_takes_nothing_away(site: Site) -> None:
    busy(site).caught_up()
    built = begun(site)
    site.projector.rebuild("balances")
    assert site.store.swap(balances.PROJECTION, built)
    assert {mark.generation for mark in site.store.marks() if mark.name == "balances" and mark.live} == {
        built.generation
    }
    site.projector.rebuild("balances")
    with pytest.raises(AppliedAlreadyError):
        site.store.swap(balances.PROJECTION, built)


def test_a_build_that_has_begun_keeps_its_rows_when_an_older_one_is_shown(site: Site) -> None:
    busy(site).caught_up()
    mark = begun(site)
    batch, _ = site.projector.decoded(0, site.ledger.storage.facts(0, 1_000))
    site.store.write([(mark, balances.PROJECTION.apply(batch))], site.head)
    site.store.forget(balances.PROJECTION)
    with site.store.reading() as reading:
        query = select(balances.BALANCES.c.generation, func.count()).group_by(text("1"))
        assert len(reading.all(query)) == 2


def test_an_error_of_the_caller_waits_for_what_is_on_its_way() -> None:
    go, done = threading.Event(), []

    def write(_steps: Steps, position: int) -> None:
        assert go.wait(20)
        done.append(position)

    def folding() -> None:
        with Ahead(write) as ahead:
            ahead.write([], 5, aside=True)
            go.set()
            raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError):
        folding()
    assert done == [5]


def test_threads_take_shorter_turns_only_while_somebody_writes_aside() -> None:
    before, seen = sys.getswitchinterval(), list[float]()

    def write(steps: Steps, position: int) -> None:
        del steps
        seen.append(sys.getswitchinterval())
        if position == 3:
            raise ZeroDivisionError("not written")

    with Ahead(write) as ahead:
        ahead.write([], 1, aside=False)
        ahead.write([], 2, aside=True)
    with pytest.raises(ZeroDivisionError), Ahead(write) as ahead:
        ahead.write([], 3, aside=True)
    assert [*seen, sys.getswitchinterval()] == pytest.approx([before, TURN, TURN, before])

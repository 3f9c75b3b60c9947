"""The follower: exactly once, loud when it cannot go on, rebuilt beside what is read."""

import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, inspect, select, text

from ledger.refusals import ProjectionBehind
from ledger.room import Fact
from projections import balances
from projections.catalogue import PROJECTIONS
from projections.folding import FollowerStoppedError
from projections.projection import Changes, Projection, Recorded
from projections.projector import Projector
from projections.sheets import Rows, Sheet
from projections.store import ROWS, AppliedAlreadyError, Store
from projections.trial_balance import ENDS
from projections.trial_balance import PROJECTION as TRIAL_BALANCE
from tests.projections.site import POINT, Site, account


def everything(site: Site) -> dict[str, list[tuple[object, ...]]]:
    """Every live row of every projection."""
    with site.store.reading() as reading:
        return {
            sheet.name: sorted(map(tuple, reading.all(reading.select(projection, sheet))), key=repr)
            for projection in PROJECTIONS
            for sheet in projection.sheets
        }


def busy(site: Site) -> Site:
    """More than a hundred facts of several kinds."""
    site.people("h1", "h2", "h3", crew="beams").shelf(price=5, stock=90)
    for number in range(100):
        site.earn(f"h{number % 3 + 1}", 7)
    site.lose("h2", 5)
    for number in range(6):
        site.sell(f"h{number % 3 + 1}", "G001")
    return site


def test_a_balance_is_what_the_last_fact_about_the_account_left(site: Site) -> None:
    site.people("h1").earn("h1", 20)
    site.lose("h1", 5)
    site.caught_up()
    with site.store.reading() as reading:
        found = balances.balance(reading, account("h1"), POINT)
    assert found is not None
    assert (found.received, found.spent, found.balance, found.spendable) == (120, 5, 115, 15)
    assert found.position == site.head


def test_batches_of_any_size_make_the_same_rows(site: Site) -> None:
    busy(site).caught_up()
    live = everything(site)
    for batch in (1, 7, 1000):
        site.projector.batch = batch
        for projection in PROJECTIONS:
            site.projector.rebuild(projection.name)
        assert everything(site) == live


def test_a_rebuild_tells_how_far_it_is_and_readers_see_the_old_rows_until_it_ends(site: Site) -> None:
    busy(site).caught_up()
    seen: list[tuple[int, int]] = []
    rows: list[int] = []

    def watch(done: int, of: int) -> None:
        seen.append((done, of))
        with site.store.reading() as reading:
            rows.append(len(balances.page(reading)))

    site.projector.rebuild("balances", watch)
    assert seen[-1] == (site.head, site.head)
    assert len(seen) == -(-site.head // 50)
    assert set(rows) == {3}


def test_a_rebuild_that_was_broken_off_goes_on_where_it_stopped(site: Site) -> None:
    busy(site).caught_up()
    live = everything(site)

    class StopHereError(Exception):
        """The process ends here."""

    def stop(_done: int, _of: int) -> None:
        raise StopHereError

    with pytest.raises(StopHereError):
        site.projector.rebuild("balances", stop)
    began: list[int] = []
    site.projector.rebuild("balances", lambda done, _of: began.append(done))
    assert began[0] == 100  # the first batch was kept
    assert everything(site) == live


def test_facts_that_come_during_a_rebuild_are_in_it(site: Site) -> None:
    busy(site).caught_up()

    def earn_once(done: int, _of: int) -> None:
        if done == 50:
            site.earn("h1", 9)
            site.caught_up()

    site.projector.rebuild("balances", earn_once)
    with site.store.reading() as reading:
        found = balances.balance(reading, account("h1"), POINT)
        assert reading.marks["balances"].position == site.head
    assert found is not None
    assert found.position == site.head


def test_a_batch_that_was_applied_is_refused_a_second_time(site: Site) -> None:
    site.people("h1")
    mark = site.projector._live()[0]
    batch, _ = site.projector.decoded(0, site.ledger.storage.facts(0, 100))
    changes = PROJECTIONS[0].apply(batch)
    site.store.write([(mark, changes)], site.head)
    with pytest.raises(AppliedAlreadyError):
        site.store.write([(mark, changes)], site.head)
    with pytest.raises(AppliedAlreadyError):
        site.store.write([(mark._replace(position=site.head), changes)], site.head - 1)


def test_a_crash_between_rows_and_position_leaves_neither(site: Site) -> None:
    busy(site)
    engine = site.store.engine
    calls = 0

    class CrashingStore(Store):
        """Its connection dies after the first rows of its third batch were sent."""

        def _put(self, connection: Connection, sheet: Sheet, generation: int, rows: list[tuple[Any, ...]]) -> None:
            nonlocal calls
            super()._put(connection, sheet, generation, rows)
            calls += 1
            if calls == 3:
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.close()
                connection.execute(text("SELECT 1"))

    crashing = Projector(site.ledger.storage, CrashingStore(engine, "site", site.store.place), PROJECTIONS, batch=10)
    with pytest.raises(Exception, match=r"(?i)clos"):
        crashing.advance()
    engine.dispose()
    stopped_at = site.projector.position()
    assert 0 <= stopped_at < site.head
    site.caught_up()
    live = everything(site)
    for projection in PROJECTIONS:
        site.projector.rebuild(projection.name)
    assert everything(site) == live


def test_two_followers_of_one_ledger_apply_each_fact_once(site: Site) -> None:
    busy(site)
    other = Projector(site.ledger.storage, site.store, PROJECTIONS, batch=3)
    site.projector.batch = 5
    other.start()
    site.projector.start()
    site.projector.wait_for(site.head, seconds=30)
    other.stop()
    site.projector.stop()
    live = everything(site)
    for projection in PROJECTIONS:
        site.projector.rebuild(projection.name)
    assert everything(site) == live


def minted(site: Site) -> int:
    """Append a fact that this program cannot read; gives its position."""
    unreadable = site.head + 1
    with site.ledger.storage.turn() as turn:
        state = msgspec.json.decode(turn.facts_at(site.head, 1)[0].state)
        state |= {"pos": unreadable, "type": "points-minted.v9", "ver": 1, "stream": "mint:1"}
        row = turn.facts_at(site.head, 1)[0]._replace(
            position=unreadable, stream="mint:1", version=1, topic="points-minted.v9", state=msgspec.json.encode(state)
        )
        turn.append([row], [], [], turn.head.recorded_at)
        turn.commit()
    return unreadable


def test_a_fact_that_nobody_can_read_stops_every_projection_at_its_position(site: Site) -> None:
    unreadable = minted(busy(site))
    with pytest.raises(FollowerStoppedError, match=r"points-minted\.v9"):
        site.projector.advance()
    for lag in site.projector.status():
        assert lag.position == unreadable - 1
        assert lag.behind == 1
        assert "points-minted.v9" in (lag.error or "")


def test_a_projection_with_a_defect_stands_still_and_the_others_go_on(site: Site) -> None:
    busy(site)

    class Broken(Projection):
        def apply(self, batch: Sequence[Recorded], kinds: frozenset[type[Fact]] | None = None) -> Changes:
            if batch[-1].envelope.pos > 50:
                raise ZeroDivisionError("a defect")
            return super().apply(batch, kinds)

    broken = Broken("broken", (balances.BALANCES,), {})
    projector = Projector(site.ledger.storage, site.store, (broken, *PROJECTIONS), batch=50)
    with pytest.raises(FollowerStoppedError, match="broken: ZeroDivisionError: a defect"):
        projector.advance()
    lags = {lag.name: lag for lag in projector.status()}
    assert lags["broken"].position == 50
    assert lags["balances"].position == site.head


def test_who_waits_is_told_both_positions_when_the_projections_are_late(site: Site) -> None:
    site.people("h1")
    with pytest.raises(ProjectionBehind) as caught:
        site.projector.wait_for(site.head, seconds=0.05)
    assert (caught.value.projected, caught.value.head) == (0, site.head)
    site.projector.start()
    site.projector.wait_for(site.head, seconds=60)


def test_what_comes_while_nobody_waits_is_folded_together(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.projector.POLL", 0.001)
    monkeypatch.setattr("projections.projector.REST", 3600.0)
    looks = threading.Semaphore(0)
    site.people("h1")
    projector = Projector(site.ledger.storage, site.store, PROJECTIONS, batch=5)
    projector.start(idle=looks.release)
    projector.wait_for(site.head, seconds=60)

    def looked() -> int:
        """Where it is after two looks that began later."""
        while looks.acquire(blocking=False):
            pass
        assert all(looks.acquire(timeout=60) for _ in range(3))
        return projector.position()

    before = looked()  # the hint of whoever waited is used up
    site.earn("h1", 1)
    assert looked() == before
    projector.wait_for(site.head, seconds=60)
    for _ in range(5):
        site.earn("h1", 1)
    assert looked() == site.head
    projector.stop()


def test_a_journal_that_became_shorter_than_its_projection_is_an_error(site: Site) -> None:
    site.people("h1").caught_up()
    with site.store.writing() as connection:
        connection.execute(text("UPDATE projection_positions SET position = position + 5"))
    with pytest.raises(FollowerStoppedError, match="rebuild it"):
        site.projector.advance()


def test_a_projection_beyond_its_journal_stands_still_until_it_is_rebuilt_however_far_the_journal_comes(
    site: Site,
) -> None:
    site.people("h1").caught_up()
    with site.store.writing() as connection:
        connection.execute(text("UPDATE projection_positions SET position = position + 2"))
    for number in range(4):
        with pytest.raises(FollowerStoppedError, match="rebuild it"):
            site.projector.advance()
        site.earn("h1", number + 1)

    site.projector.rebuild([projection.name for projection in PROJECTIONS])
    assert site.projector.advance() == site.head
    with site.store.reading() as reading:
        found = balances.balance(reading, account("h1"), POINT)
    assert found is not None
    assert found.balance == 110


@pytest.mark.parametrize("live", [True, False], ids=["shown", "half-built"])
def test_a_rebuild_does_not_go_on_with_rows_of_facts_that_the_journal_does_not_have(site: Site, live: bool) -> None:
    site.people("h1").caught_up()
    expected = everything(site)
    if not live:
        for projection in PROJECTIONS:
            site.store.begin(projection, 2, live=False)
    with site.store.writing() as connection:
        beyond = text("UPDATE projection_positions SET position = :position WHERE live = :live")
        connection.execute(beyond, {"position": site.head + 5, "live": int(live)})
        connection.execute(text("UPDATE projection_balances SET balance = balance + 1"))

    site.projector.rebuild([projection.name for projection in PROJECTIONS])

    assert everything(site) == expected
    assert {mark.position for mark in site.store.marks()} == {site.head}


def test_a_projection_of_a_new_shape_is_built_from_the_first_fact(site: Site) -> None:
    site.people("h1").caught_up()
    kept = balances.PROJECTION
    newer = Projection("balances", kept.sheets, kept.rules, version=kept.version + 1, sums=kept.sums)
    assert Projector(site.ledger.storage, site.store, (newer,)).advance() == site.head
    with site.store.reading() as reading:
        assert reading.marks["balances"].version == 2
        assert len(balances.page(reading)) == 1
    with pytest.raises(FollowerStoppedError, match="newer program"):
        site.projector.advance()


def test_a_new_shape_takes_the_rows_of_the_old_one_away(site: Site) -> None:
    site.people("h1").caught_up()
    with site.store.writing() as connection:
        connection.execute(text("CREATE TABLE projection_old_balances (ledger TEXT, id TEXT)"))
        connection.execute(text("INSERT INTO projection_old_balances VALUES ('site', '1'), ('another', '2')"))
    kept = balances.PROJECTION
    newer = Projection("balances", kept.sheets, kept.rules, kept.version + 1, kept.sums, retired=("old_balances",))
    Projector(site.ledger.storage, site.store, (newer,)).advance()
    with site.store.reading() as reading:
        tables = inspect(reading.connection).get_table_names()
        assert {row.generation for row in reading.all(select(balances.BALANCES.c.generation))} == {2}
        if site.store.dialect == "postgresql":
            # What another ledger has there is not ours to take.
            assert reading.all(select(text("ledger FROM projection_old_balances"))) == [("another",)]
        else:
            assert "projection_old_balances" not in tables
    assert [mark.generation for mark in site.store.marks() if mark.name == "balances"] == [2]


def test_changes_of_one_batch_are_folded_into_one_row_a_key(site: Site) -> None:
    busy(site)
    batch, _ = site.projector.decoded(0, site.ledger.storage.facts(0, 1000))
    changes: Changes = balances.PROJECTION.apply(batch)
    assert len(changes[balances.BALANCES]) == 3


def test_any_number_of_rows_of_a_batch_is_written_whole(site: Site) -> None:
    site.people("h1")
    mark = next(mark for mark in site.projector._live() if mark.name == "trial-balance")
    rows: Rows = {(f"{number:05}",): (number,) for number in range(2 * ROWS + 7)}
    site.store.write([(mark, {ENDS: rows})], site.head)
    with site.store.reading() as reading:
        found = reading.all(reading.select(TRIAL_BALANCE, ENDS).order_by(ENDS.c.period))
    assert [tuple(row) for row in found] == [(*key, *values) for key, values in rows.items()]

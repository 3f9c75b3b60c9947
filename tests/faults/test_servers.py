"""PostgreSQL in trouble: backends ended inside a commit, the whole server killed under load, a full table space."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome
from ledger.refusals import StorageUnavailable
from tests.conftest import DEPTH
from tests.faults.judge import keys_answer_again, nothing_lost_twice_or_invented, told
from tests.faults.load import HOLDERS, Place
from tests.faults.test_databases import OwnServer, full_and_free_again, own_server, shop_in, tiny_disk
from tests.faults.test_kills import under_load
from tests.ledgers import asked, balance, opened, sale, stocked
from tests.postgres import UNPRIVILEGED, libpq_url

pytestmark = pytest.mark.fault
__all__ = ["own_server"]

KILLS = 10 if DEPTH == "deep" else 3
SLOW_COMMIT = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON facts DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION slow();
"""
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = %s AND pid <> pg_backend_pid()"


@pytest.fixture
def superuser(own_server: OwnServer) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(libpq_url(own_server.url), autocommit=True) as connection:
        yield connection


def told_while_ended(
    shop: Ledger, superuser: "psycopg.Connection[Any]", wait_event: str, mend: Callable[[], object]
) -> Outcome:
    """Sell; when the sale's backend waits inside COMMIT for this event, make commits quick again and end it."""
    with ThreadPoolExecutor(1) as thread:
        selling = thread.submit(asked, shop, sale(), key="s")
        deadline = time.monotonic() + 30
        while not (waiting := superuser.execute(WAITING, (wait_event,)).fetchall()):
            assert time.monotonic() < deadline, f"nobody waits for {wait_event}: {selling}"
            time.sleep(0.02)
        mend()
        assert superuser.execute("SELECT pg_terminate_backend(%s)", waiting[0]).fetchone() == (True,)
        return selling.result(timeout=60)


def commits_wait(server: OwnServer, superuser: "psycopg.Connection[Any]") -> bool:
    """Whether a commit waits for a standby by now: a server that was told to reload takes its settings up later."""
    with psycopg.connect(libpq_url(server.url), autocommit=True) as other, ThreadPoolExecutor(1) as thread:
        writing = thread.submit(other.execute, "CREATE TABLE IF NOT EXISTS a(); DROP TABLE a")
        while not writing.done():
            if superuser.execute(WAITING, ("SyncRep",)).fetchall():
                other.cancel()
                return True
            time.sleep(0.02)
        return False


def test_a_backend_ended_inside_a_commit_before_it_stood(
    own_server: OwnServer, superuser: "psycopg.Connection[Any]"
) -> None:
    with shop_in(Storage.postgres(own_server.url, "shop")) as shop:
        superuser.execute(SLOW_COMMIT)
        # The trigger itself would wait for the transaction that it belongs to: its function is emptied instead.
        quick = "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        outcome = told_while_ended(shop, superuser, "PgSleep", lambda: superuser.execute(quick))
        assert outcome.refusal == StorageUnavailable()
        assert balance(shop) == 100
        assert asked(shop, sale(), key="s").replayed is False
        assert balance(shop) == 90


def test_a_backend_ended_inside_a_commit_after_it_stood(
    own_server: OwnServer, superuser: "psycopg.Connection[Any]"
) -> None:
    def standbys(names: str, *, waited_for: bool) -> None:
        superuser.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        superuser.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 60
        while commits_wait(own_server, superuser) is not waited_for:
            assert time.monotonic() < deadline, f"the server does not take up its standbys {names!r}"

    with shop_in(Storage.postgres(own_server.url, "shop")) as shop:
        standbys("nobody", waited_for=True)  # a commit stands, and then waits for a second server that there is not
        outcome = told_while_ended(shop, superuser, "SyncRep", lambda: None)
        standbys("", waited_for=False)
        assert (outcome.refusal, outcome.replayed) == (None, False)
        assert asked(shop, sale(), key="s").envelopes == outcome.envelopes
        assert balance(shop) == 90


@pytest.mark.slow
def test_the_whole_server_is_killed_under_load_and_comes_back(own_server: OwnServer, tmp_path: Path) -> None:
    place = Place(own_server.url, tmp_path)
    storage = place.storage()
    storage.create(scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, repeatable=False) as ledger:
        stocked(ledger, holders=HOLDERS, points=5, stock=1_000_000, price=1)
    for name in ("sent", "told"):
        (tmp_path / name).touch()
    (tmp_path / "phase").write_bytes(b"i")
    with under_load(place, 0) as process:
        for _ in range(KILLS):
            before = len(told(place))
            own_server.die()
            own_server.start()
            deadline = time.monotonic() + 60
            while len(told(place)) <= before + 24:
                assert process.is_alive()
                assert time.monotonic() < deadline, "the load did not go on by itself"
                time.sleep(0.02)
    with opened(place.storage(), repeatable=False) as ledger:
        nothing_lost_twice_or_invented(ledger, place)
        keys_answer_again(ledger, place)
        nothing_lost_twice_or_invented(ledger, place)
    print(f"the server was killed {KILLS} times; {len(told(place))} commands were acknowledged")


def test_a_full_table_space_answers_unavailable_and_recovers(
    own_server: OwnServer, superuser: "psycopg.Connection[Any]", tmp_path: Path
) -> None:
    home = own_server.home / "tiny"
    with tiny_disk(home) as disk, shop_in(Storage.postgres(own_server.url, "shop")) as shop:
        space = disk / "space"
        space.mkdir(mode=0o700)
        shutil.chown(space, UNPRIVILEGED)
        superuser.execute(f"CREATE TABLESPACE tiny LOCATION '{space}'")
        superuser.execute("ALTER TABLE facts SET TABLESPACE tiny")
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * (1536 * 1024))
        full_and_free_again(shop, ballast.unlink)
        superuser.execute("ALTER TABLE facts SET TABLESPACE pg_default")
        superuser.execute("DROP TABLESPACE tiny")

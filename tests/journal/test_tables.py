"""The rules that keep a ledger distributable, and the migrations that make its tables."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import Column, LargeBinary, Table, UniqueConstraint, make_url, text
from sqlalchemy.exc import IntegrityError

from ledger.journal.migrations import VERSION_TABLE
from ledger.journal.postgres import migrate
from ledger.journal.sqlite import LOG_PAGES
from ledger.journal.storage import Storage, lock_directory
from ledger.journal.tables import GRANTS, facts, metadata
from ledger.refusals import LedgerInUse
from tests.journal.test_storage import AT, entity, fact, gone, key, record

tables = pytest.mark.parametrize("table", metadata.tables.values(), ids=str)


@tables
def test_every_key_and_index_is_led_by_the_ledger(table: Table) -> None:
    uniques = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    led = [table.primary_key.columns, *(c.columns for c in uniques), *(index.columns for index in table.indexes)]
    assert [next(iter(columns)).name for columns in led] == ["ledger"] * len(led)


@tables
def test_no_table_points_at_another_or_counts_for_all_ledgers(table: Table) -> None:
    assert not table.foreign_keys
    columns: list[Column[object]] = list(table.columns)
    assert not [column.name for column in columns if column.server_default or column.identity or column.default]
    assert table.autoincrement_column is None


def test_a_fact_is_stored_as_bytes() -> None:
    assert isinstance(facts.c.state.type, LargeBinary)


def test_migrations_make_what_the_program_believes(storage: Storage) -> None:
    with storage.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "target_metadata": metadata}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_on_postgres_there_is_no_trigger_and_no_sequence(storage: Storage) -> None:
    if storage.dialect == "sqlite":
        pytest.skip("SQLite keeps facts by triggers")
    with storage.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_trigger")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM pg_class WHERE relkind = 'S'")).scalar() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET state = x'00'",
        "DELETE FROM facts",
        "DELETE FROM facts WHERE position = 1",
        "INSERT OR REPLACE INTO facts SELECT * FROM facts",
        "UPDATE OR IGNORE facts SET position = 5",
    ],
)
def test_on_sqlite_nobody_changes_a_fact(tmp_path: Path, statement: str) -> None:
    storage = Storage.sqlite(tmp_path / "journal.db", "site")
    storage.create(created_at=AT)
    record(storage, [fact(1)], [], [])
    with pytest.raises(IntegrityError, match="only ever added"), storage.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert storage.facts(0, 9) == [fact(1)]
    storage.close()


def test_on_sqlite_a_commit_is_on_the_disk_when_it_answers(tmp_path: Path) -> None:
    storage = Storage.sqlite(tmp_path / "journal.db", "site")
    with storage.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    storage.close()


def test_on_sqlite_the_log_is_copied_into_the_file_again_and_again(tmp_path: Path) -> None:
    storage = Storage.sqlite(tmp_path / "journal.db", "site")
    storage.create(created_at=AT)
    pages = 0
    for turn in range(12):
        record(storage, [fact(turn * 200 + n)._replace(state=bytes(30_000)) for n in range(1, 201)], [], [])
        pages = max(pages, (tmp_path / "journal.db-wal").stat().st_size // 8192)
    assert (tmp_path / "journal.db").stat().st_size // 8192 > LOG_PAGES
    assert LOG_PAGES < pages < LOG_PAGES + 1200  # a turn of this test has some 800 pages
    storage.close()


def test_on_postgres_a_commit_is_on_the_disk_when_it_answers(fresh_database: str) -> None:
    storage = Storage.postgres(fresh_database, "site")
    with storage.engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {make_url(fresh_database).database} SET synchronous_commit = off"))
    late = Storage.postgres(fresh_database, "site")
    with late.engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    storage.close()
    late.close()


@pytest.mark.postgres
def test_the_applications_own_login_adds_facts_and_nothing_else(fresh_database: str) -> None:
    role = "application_" + (make_url(fresh_database).database or "")
    with psycopg.connect(
        make_url(fresh_database).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        try:
            migrate(fresh_database, role)
            migrate(fresh_database, role)
            application_at_work(make_url(fresh_database).set(username=role).render_as_string(hide_password=False))
        finally:
            owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def application_at_work(url: str) -> None:
    """Everything a turn does works; everything that would rewrite history is refused."""
    storage = Storage.postgres(url, "site")
    storage.create(created_at=AT, migrate=False)
    record(storage, [fact(1)], [key("m", 1)], [entity("a"), entity("b")])
    record(storage, [fact(2)], [], [entity("a", 2), gone("b")])
    assert (storage.head().position, list(storage.book([("account", "a"), ("account", "b")]))) == (
        2,
        [("account", "a")],
    )
    for statement in (
        "UPDATE facts SET state = ''",
        "DELETE FROM facts",
        "TRUNCATE facts",
        "DROP TABLE facts",
        "ALTER TABLE facts ADD COLUMN more int",
        "INSERT INTO facts SELECT * FROM facts ON CONFLICT (ledger, position) DO UPDATE SET state = ''",
        "UPDATE keys SET tx = 'other'",
        "DELETE FROM keys",
        "DELETE FROM heads",
        "UPDATE ledgers SET zone = 'UTC'",
        f"UPDATE {VERSION_TABLE} SET version_num = '0'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _driver_runs(storage, statement)
    assert len(storage.facts(0, 9)) == 2
    storage.close()


def _driver_runs(storage: Storage, statement: str) -> None:
    connection = storage.engine.raw_connection()
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()


@pytest.mark.postgres
def test_the_owner_cannot_be_the_application(fresh_database: str) -> None:
    with pytest.raises(ValueError, match="owns the tables"):
        migrate(fresh_database, make_url(fresh_database).username or "")


def test_a_ledger_half_entered_by_a_crash_is_mended_by_the_next_start(storage: Storage) -> None:
    with storage.engine.begin() as connection:
        connection.execute(text("DELETE FROM heads"))
    storage.create(created_at=AT)
    assert storage.head().position == 0


def test_processes_that_start_together_migrate_once(fresh_database: str) -> None:
    starting = [Storage.postgres(fresh_database, "site") for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(Storage.create, starting))
    assert [storage.head().position for storage in starting] == [0] * 4
    for storage in starting:
        storage.close()


def test_grants_name_every_table() -> None:
    assert set(GRANTS) == {*metadata.tables, VERSION_TABLE}


def test_a_directory_has_one_writing_process(tmp_path: Path) -> None:
    with lock_directory(tmp_path / "site"):
        assert other_process(tmp_path / "site") == "ledger-in-use"
        with pytest.raises(LedgerInUse) as refused:
            lock_directory(tmp_path / "site")
        assert refused.value.path == str(tmp_path / "site")
    assert other_process(tmp_path / "site") == "locked"


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from ledger.journal.storage import lock_directory\n"
    code += "lock = lock_directory(Path(sys.argv[1])); print('locked', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(LedgerInUse):
            lock_directory(tmp_path)
        holder.kill()
        holder.wait()
    lock_directory(tmp_path).release()


def other_process(directory: Path) -> str:
    """What another process finds: `locked` when it got the lock, else the refusal's code."""
    code = (
        "import sys; from pathlib import Path; from ledger.journal.storage import lock_directory\n"
        "from ledger.refusals import LedgerInUse\n"
        "try:\n    lock_directory(Path(sys.argv[1])); print('locked')\n"
        "except LedgerInUse as refused:\n    print(refused.code)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(directory)], capture_output=True, text=True, check=True)
    return done.stdout.strip()

"""The PostgreSQL of the tests is real, quick to copy and leaves nothing behind."""

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.postgres import PostgresServer, libpq_url

pytestmark = pytest.mark.postgres


def test_a_fresh_database_is_empty_and_one_s_own(postgres_server: PostgresServer, fresh_database: str) -> None:
    other = postgres_server.create_database()
    for url in (fresh_database, other):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE things (name text PRIMARY KEY)"))
            connection.execute(text("INSERT INTO things VALUES ('积分')"))
        engine.dispose()
    postgres_server.drop_database(other)


def test_the_server_is_the_major_version_that_is_served(postgres_url: str) -> None:
    with psycopg.connect(libpq_url(postgres_url)) as connection:
        assert connection.info.server_version >= 160000


def test_a_template_is_prepared_once_and_copied_with_its_rows(postgres_server: PostgresServer) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        with psycopg.connect(libpq_url(url)) as connection:
            connection.execute("CREATE TABLE t AS SELECT 1 AS one")

    names = {postgres_server.prepared("one-row", prepare) for _ in range(2)}
    copy = postgres_server.create_database(names.pop())
    with psycopg.connect(libpq_url(copy)) as connection:
        assert connection.execute("SELECT one FROM t").fetchone() == (1,)
    assert len(prepared) == 1
    assert not names
    postgres_server.drop_database(copy)


def test_a_database_is_dropped_even_while_somebody_is_connected(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    with psycopg.connect(libpq_url(url)) as left_open:
        postgres_server.drop_database(url)
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")

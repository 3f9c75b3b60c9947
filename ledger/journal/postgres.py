"""PostgreSQL's side of the journal: pipelined round trips, arrays instead of rows, two roles."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors, sql
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import PoolProxiedConnection

from ledger.journal import statements
from ledger.journal.rows import (
    Ahead,
    Begun,
    BookRow,
    CommitUnknownError,
    ConstraintError,
    FactRow,
    KeyRow,
    StorageFullError,
    StorageUnavailableError,
)
from ledger.journal.tables import GRANTS

SETTINGS = (
    "SET synchronous_commit = on; "
    # A process that hangs inside a turn must not hold the head's lock, and so the ledger, for ever.
    "SET idle_in_transaction_session_timeout = '60s'; "
    # Every question of a turn is a few rows of an index; a plan made while the tables were empty must say so too.
    "SET enable_seqscan = off"
)

LOCK_HEAD = statements.HEAD.replace("?", "%s") + " FOR UPDATE"
# Row by row of what is wanted, each by its key: `IN (SELECT …)` leaves the planner free to look through the whole
# table, which it does for as long as its statistics say that the table is small.
KEYS = (
    f"SELECT {statements.KEY_COLUMNS} FROM (SELECT %s) AS l(it), unnest(%s::text[], %s::text[]) AS w(one, two), "  # noqa: S608 - only constants are joined
    "LATERAL (SELECT * FROM keys WHERE ledger = l.it AND client = w.one AND key_mac = w.two LIMIT 1) AS found"
)
BOOK = (
    f"SELECT {statements.BOOK_COLUMNS} FROM (SELECT %s) AS l(it), unnest(%s::text[], %s::text[]) AS w(one, two), "  # noqa: S608 - only constants are joined
    "LATERAL (SELECT * FROM book WHERE ledger = l.it AND kind = w.one AND id = w.two LIMIT 1) AS found"
)
ADD_FACTS = (
    f"INSERT INTO facts (ledger, {statements.FACT_COLUMNS}) "  # noqa: S608 - only constants are joined
    "SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %b::bytea[], %s::text[])"
)
ADD_KEYS = (
    f"INSERT INTO keys (ledger, {statements.KEY_COLUMNS}) "  # noqa: S608 - only constants are joined
    "SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::int[], %s::int[], "
    "%s::text[])"
)
PUT_BOOK = (
    f"INSERT INTO book (ledger, {statements.BOOK_COLUMNS}) "  # noqa: S608 - only constants are joined
    "SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %b::bytea[]) "
    + statements.UPSERT
)
TAKE_BOOK = "DELETE FROM book WHERE ledger = %s AND (kind, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
FACTS = statements.FACTS.replace("?", "%s")
MOVE_HEAD = statements.MOVE_HEAD.replace("?", "%s")


def engine_for(url: str) -> Engine:
    """An engine on `url`; its connections commit only when told to."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_size=8,
        max_overflow=64,
        pool_reset_on_return=None,
    )
    event.listen(engine, "connect", _settle)
    return engine


def _settle(connection: "psycopg.Connection[Any]", _: object) -> None:
    # Settings made inside a transaction are undone with it.
    connection.autocommit = True
    connection.execute(SETTINGS)


def translated(error: psycopg.Error, connection: "psycopg.Connection[Any]") -> Exception:
    """What an error before COMMIT means to the turn."""
    if isinstance(error, psycopg.IntegrityError | errors.CardinalityViolation):
        return ConstraintError(str(error))
    if isinstance(error, errors.DiskFull | errors.ReadOnlySqlTransaction):
        return StorageFullError(str(error))
    if connection.broken or connection.closed or isinstance(error, psycopg.OperationalError):
        return StorageUnavailableError(str(error))
    return error


def integers(values: Sequence[int]) -> str:
    """An array literal: its type does not change with its largest number, so one prepared statement serves all."""
    return "{" + ",".join(map(str, values)) + "}"


def texts(values: Sequence[str]) -> str:
    """An array literal, much cheaper than the driver's list: hardly any turn holds a quote or a backslash."""
    if not values:
        return "{}"
    joined = '","'.join(values)
    if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
        joined = '","'.join(map(_escaped, values))
    return '{"' + joined + '"}'


def instants(values: Sequence[str | None]) -> str:
    """An array literal of instants, with NULL for none."""
    return "{" + ",".join("NULL" if value is None else f'"{_escaped(value)}"' for value in values) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


class PostgresSession:
    """One connection while a turn or a reader has it."""

    def __init__(self, proxied: PoolProxiedConnection) -> None:
        """`proxied` goes back to its pool by `close`."""
        self._proxied = proxied
        driver = proxied.driver_connection
        assert isinstance(driver, psycopg.Connection)  # noqa: S101 - narrows the type; the dialect makes no other
        self._connection: psycopg.Connection[tuple[Any, ...]] = driver

    def begin(self, ledger: str, ahead: Ahead) -> Begun:
        """Begin, lock the head row and ask what was asked ahead, in one round trip.

        Behind the lock, and at READ COMMITTED: each statement then sees whatever was committed before the lock was had.
        """
        ask = self._connection.execute
        facts = keys = None
        try:
            with self._connection.pipeline():
                ask("BEGIN ISOLATION LEVEL READ COMMITTED")
                head = ask(LOCK_HEAD, (ledger,))
                if ahead.after >= 0:
                    facts = ask(FACTS, (ledger, ahead.after, ahead.limit), binary=True)
                if ahead.pairs:
                    keys = ask(KEYS, _wanted(ledger, ahead.pairs), binary=True)
            return Begun(head.fetchone(), _all(facts), _all(keys))
        except psycopg.Error as error:
            raise translated(error, self._connection) from error

    def run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement with `?` for values."""
        return self._fetch(sql.replace("?", "%s"), values)

    def _fetch(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values, binary=True).fetchall()
        except psycopg.Error as error:
            raise translated(error, self._connection) from error

    def keys(self, ledger: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Key rows by (client, mac)."""
        return self._fetch(KEYS, _wanted(ledger, pairs))

    def book(self, ledger: str, keys: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Book rows by (kind, id), all kinds in one statement."""
        return self._fetch(BOOK, _wanted(ledger, keys))

    def append(
        self,
        ledger: str,
        facts: Sequence[FactRow],
        keys: Sequence[KeyRow],
        book: Sequence[BookRow],
        head: tuple[int, str, int],
    ) -> int:
        """Write a turn's rows in one round trip; gives how many head rows moved."""
        put = [row for row in book if row.state is not None]
        take = [row for row in book if row.state is None]
        position, recorded_at, before = head
        try:
            with self._connection.pipeline():
                if facts:
                    self._connection.execute(ADD_FACTS, (ledger, *_fact_arrays(facts)))
                if keys:
                    self._connection.execute(ADD_KEYS, (ledger, *_key_arrays(keys)))
                if put:
                    self._connection.execute(PUT_BOOK, (ledger, *_book_arrays(put)))
                if take:
                    self._connection.execute(
                        TAKE_BOOK, (ledger, texts([r.kind for r in take]), texts([r.id for r in take]))
                    )
                cursor = self._connection.execute(MOVE_HEAD, (position, recorded_at, ledger, before))
        except psycopg.Error as error:
            raise translated(error, self._connection) from error
        return cursor.rowcount

    def commit(self) -> None:
        """Send COMMIT; when the connection dies before its answer nobody knows yet."""
        try:
            cursor = self._connection.execute("COMMIT")
        except psycopg.Error as error:
            # A server that shuts down answers FATAL before the line is cut: to wonder too often costs one read.
            if self._connection.broken or self._connection.closed or isinstance(error, psycopg.OperationalError):
                raise CommitUnknownError(str(error)) from error
            raise translated(error, self._connection) from error
        if cursor.statusmessage != "COMMIT":
            # A transaction that failed earlier answers COMMIT with ROLLBACK and no error.
            raise ConstraintError(f"the transaction had failed before COMMIT: {cursor.statusmessage}")

    def rollback(self) -> None:
        """Forget the open transaction, if any; a dead connection leaves the pool."""
        try:
            if self._connection.broken or self._connection.closed:
                self._proxied.invalidate()
            elif self._connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self._connection.execute("ROLLBACK")
        except psycopg.Error:
            self._proxied.invalidate()

    def close(self) -> None:
        """Back to the pool."""
        self._proxied.close()


def _all(cursor: "psycopg.Cursor[tuple[Any, ...]] | None") -> list[tuple[Any, ...]] | None:
    return None if cursor is None else cursor.fetchall()


def _wanted(ledger: str, names: Sequence[tuple[str, str]]) -> tuple[str, str, str]:
    """The values of a question for rows by their two names."""
    return ledger, texts([one for one, _ in names]), texts([two for _, two in names])


def _fact_arrays(rows: Sequence[FactRow]) -> tuple[Any, ...]:
    positions, streams, versions, topics, states, recorded = zip(*rows, strict=True)
    return (integers(positions), texts(streams), integers(versions), texts(topics), list(states), texts(recorded))


def _key_arrays(rows: Sequence[KeyRow]) -> tuple[Any, ...]:
    clients, macs, fingerprints, txs, positions, lengths, answers, languages = zip(*rows, strict=True)
    words = (texts(clients), texts(macs), texts(fingerprints), texts(txs))
    return (*words, integers(positions), integers(lengths), integers(answers), texts(languages))


def _book_arrays(rows: Sequence[BookRow]) -> tuple[Any, ...]:
    kinds, ids, positions, versions, dues, states = zip(*rows, strict=True)
    return (texts(kinds), texts(ids), integers(positions), integers(versions), instants(dues), list(states))


def migrate(owner_url: str, application_role: str) -> None:
    """Bring the journal's tables to the newest form as their owner, and grant the application what it may do."""
    from ledger.journal.migrations import upgrade

    engine = engine_for(owner_url)
    try:
        upgrade(engine)
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)  # noqa: S101 - narrows the type; the dialect makes no other
            _grant(driver, application_role)
    finally:
        engine.dispose()


def _grant(owner: "psycopg.Connection[Any]", application_role: str) -> None:
    role = sql.Identifier(application_role)
    with owner.transaction():  # a running application must not find itself without rights in between
        who = owner.execute("SELECT current_user").fetchone()
        if who == (application_role,):
            raise ValueError(f"{application_role} owns the tables: no grant could keep it from changing facts")
        for table, rights in GRANTS.items():
            owner.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), role))
            owner.execute(sql.SQL("GRANT " + rights + " ON {} TO {}").format(sql.Identifier(table), role))

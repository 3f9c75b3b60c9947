"""Where projections are kept: their own database file, or their own tables beside the journal's on PostgreSQL."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Self

from eventsourcing.persistence import IntegrityError
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    create_engine,
    delete,
    event,
    inspect,
    make_url,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.pool import QueuePool

from projections.projection import Changes, Projection
from projections.sheets import Sheet, _kind, metadata

positions = Table(
    "projection_positions",
    metadata,
    Column("ledger", _kind(str), primary_key=True),
    Column("name", _kind(str), primary_key=True),
    Column("generation", _kind(int), primary_key=True, autoincrement=False),
    Column("version", _kind(int), nullable=False),
    Column("position", _kind(int), nullable=False),
    Column("live", _kind(int), nullable=False),
    Column("error", Text()),
    sqlite_with_rowid=False,
)

BEGIN = text(
    "INSERT INTO projection_positions (ledger, name, generation, version, position, live) "
    "VALUES (:ledger, :name, :generation, :version, 0, :live) ON CONFLICT DO NOTHING"
)

ROWS = 256
"""Rows of one statement on SQLite at most: to prepare longer ones costs more than they save."""
PARAMETERS = 32_766
"""Values that one statement on SQLite may have."""
STATEMENTS = 512
"""Statements that a connection keeps prepared: to prepare one of many rows takes as long as to run it."""


class AppliedAlreadyError(IntegrityError):
    """The position has moved since the batch was read: its rows are in the tables, adding them again would count twice.

    It is the library's tracking contract: a position is recorded once and only ever moves forward.
    """


class Mark(NamedTuple):
    """How far one generation of one projection has come."""

    name: str
    generation: int
    version: int
    position: int
    live: bool
    error: str | None


class Reading:
    """One consistent look at the projections: every question is answered as of the same position."""

    def __init__(self, connection: Connection, ledger: str) -> None:
        """`connection` has a snapshot."""
        self.connection = connection
        self.ledger = ledger
        self.marks = {mark.name: mark for mark in marks(connection, ledger) if mark.live}

    def position(self, projection: Projection) -> int:
        """How far this projection has come; 0 before its first batch."""
        mark = self.marks.get(projection.name)
        return mark.position if mark else 0

    def select(self, projection: Projection, sheet: Sheet, *columns: Any) -> Select[Any]:
        """A query over the live rows of a sheet: the given columns, or all after ledger and generation."""
        wanted = columns or tuple(sheet.c[name] for name in sheet.columns)
        return select(*wanted).where(*self.live(projection, sheet))

    def live(self, projection: Projection, sheet: Sheet) -> tuple[Any, ...]:
        """What keeps a query to this ledger and to the generation that readers see."""
        mark = self.marks.get(projection.name)
        return sheet.c.ledger == self.ledger, sheet.c.generation == (mark.generation if mark else 0)

    def all(self, query: Select[Any]) -> Sequence[Any]:
        """Every row of a query."""
        return self.connection.execute(query).all()

    def stream(self, query: Select[Any]) -> Iterator[Any]:
        """The rows of a query one by one, however many there are."""
        yield from self.connection.execute(query, execution_options={"yield_per": 5_000})

    def first(self, query: Select[Any]) -> Any:
        """The first row, or None."""
        return self.connection.execute(query).first()


class Store:
    """The projections of one ledger in one database."""

    def __init__(self, engine: Engine, ledger: str, place: str) -> None:
        """Use `Store.sqlite` or `Store.postgres`."""
        self.engine = engine
        self.ledger = ledger
        self.place = place
        """The path of its file or the URL of its database, password and all: nothing that may be shown."""
        self.dialect = engine.dialect.name

    @classmethod
    def sqlite(cls, path: Path, ledger: str) -> Self:
        """The file `path` (`projections.db` of the ledger's directory), made when it is missing."""
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=lambda: _connect(path),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=64,
        )
        event.listen(engine, "begin", _begin)
        return cls(engine, ledger, str(path.absolute()))

    @classmethod
    def postgres(cls, url: str, ledger: str) -> Self:
        """Tables `projection_*` in the database `url`."""
        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=4,
            max_overflow=64,
            # What a crash of the server forgets is applied again: the position is forgotten with its rows.
            connect_args={"options": "-c synchronous_commit=off"},
        )
        return cls(engine, ledger, url)

    def create(self) -> None:
        """Make the tables that are missing."""
        metadata.create_all(self.engine)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One snapshot: a rebuild that swaps meanwhile is not seen half."""
        with self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield Reading(connection, self.ledger)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction; on SQLite it owns the file from its first statement."""
        with self.engine.connect() as connection:
            connection.execution_options(immediate=True)
            with connection.begin():
                yield connection

    def marks(self) -> tuple[Mark, ...]:
        """All marks of this ledger, building ones too."""
        with self.engine.connect() as connection, connection.begin():
            return marks(connection, self.ledger)

    def begin(self, projection: Projection, generation: int, *, live: bool) -> Mark:
        """A new generation before the first fact; the mark that is there already when somebody was quicker."""
        row = {"ledger": self.ledger, "name": projection.name, "generation": generation, "version": projection.version}
        with self.writing() as connection:
            if live:
                older = positions.c.ledger == self.ledger, positions.c.name == projection.name
                newer = positions.c.generation >= generation
                connection.execute(update(positions).where(*older, ~newer).values(live=0))
            # Two processes may open a ledger at once: the second takes the row that the first has made.
            connection.execute(BEGIN, row | {"live": int(live)})
            known = {(mark.name, mark.generation): mark for mark in marks(connection, self.ledger)}
            return known[projection.name, generation]

    def write(self, steps: Sequence[tuple[Mark, Changes]], position: int) -> None:
        """Rows and positions of one batch in one transaction: a crash between them would count a fact twice.

        Raises `AppliedAlreadyError` when a mark is no longer where the batch began.
        """
        with self.writing() as connection:
            self._move(connection, [mark for mark, _ in steps], position)
            for mark, changes in steps:
                for sheet, rows in changes.items():
                    if rows:
                        self._put(connection, sheet, mark.generation, sheet.tuples(rows))

    def _move(self, connection: Connection, marks: Sequence[Mark], position: int) -> None:
        """All marks of a batch together: one by one they cost a running shop more than the rows they count."""
        c = positions.c
        there = tuple_(c.name, c.generation, c.position).in_([(it.name, it.generation, it.position) for it in marks])
        own = c.ledger == self.ledger, there
        # Two processes that follow one ledger lock their marks in one order: they wait, they never deadlock.
        locked = select(c.name, c.generation).where(*own).order_by(c.name, c.generation).with_for_update()
        found = {tuple(row) for row in connection.execute(locked)}
        for mark in marks:
            if (mark.name, mark.generation) not in found or position <= mark.position:
                raise AppliedAlreadyError(f"{mark.name} is no longer at {mark.position}")
        connection.execute(update(positions).where(*own).values(position=position, error=None))

    def _at(self, mark: Mark) -> tuple[Any, ...]:
        c = positions.c
        return c.ledger == self.ledger, c.name == mark.name, c.generation == mark.generation

    def _put(self, connection: Connection, sheet: Sheet, generation: int, rows: list[tuple[Any, ...]]) -> None:
        # Two processes that follow one ledger take row locks in one order: they wait, they never deadlock.
        # No two rows have one key, so no comparison ever gets beyond it.
        rows.sort()
        if self.dialect == "postgresql":
            connection.exec_driver_sql(self.upsert(sheet, generation), tuple(sheet.literals(rows)))
        else:
            self.put(connection, sheet, generation, rows)

    def upsert(self, sheet: Sheet, generation: int, rows: int = 1) -> str:
        """The statement that writes so many rows of a sheet; on PostgreSQL as many as its arrays hold."""
        return _upsert(sheet, self.dialect, self.ledger, generation, rows)

    def put(self, connection: Connection, sheet: Sheet, generation: int, rows: list[tuple[Any, ...]]) -> None:
        """Statements of many rows each, on SQLite; of few lengths, so that they stay prepared.

        The driver lets other threads run while a statement works, and waits for its turn again after each: with one
        row a statement a fold in another thread would hold it up at every row.
        """
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - narrows the type: this is SQLite's side
        start, size = 0, ROWS
        while size * len(sheet.columns) > PARAMETERS:
            size //= 2
        while start < len(rows):
            while size > len(rows) - start:
                size //= 2
            some = rows[start : start + size]
            driver.execute(self.upsert(sheet, generation, size), tuple(chain.from_iterable(some)))
            start += size

    def fail(self, mark: Mark, error: str) -> None:
        """Let every process see why this one stands still."""
        with self.writing() as connection:
            connection.execute(
                update(positions).where(*self._at(mark), positions.c.position == mark.position).values(error=error)
            )

    def disown(self, mark: Mark) -> None:
        """Nobody reads this generation or goes on with it, whatever its shape; `forget` takes its rows away."""
        with self.writing() as connection:
            connection.execute(update(positions).where(*self._at(mark)).values(version=0, live=0))

    def swap(self, projection: Projection, built: Mark) -> bool:
        """Show the built generation instead of the live one; False when the live one is further by now."""
        with self.writing() as connection:
            query = select(positions).where(positions.c.ledger == self.ledger, positions.c.name == projection.name)
            now = {mark.generation: mark for mark in map(_mark, connection.execute(query.with_for_update()))}
            if built.generation not in now:
                raise AppliedAlreadyError(f"{projection.name} was built anew by somebody else")
            if now[built.generation].live:
                # Two that built the same generation: the first has shown it, and it is what both have built.
                return True
            live = next((mark for mark in now.values() if mark.live), None)
            if live is not None and live.position > now[built.generation].position:
                return False
            connection.execute(delete(positions).where(*self._at(built)[:2], positions.c.live == 1))
            connection.execute(update(positions).where(*self._at(built)).values(live=1))
            return True

    def forget(self, projection: Projection) -> None:
        """Delete the rows of every generation that nobody reads or builds any more, then the marks of these.

        What older versions kept in sheets of other names goes too.
        """
        c = positions.c
        own = c.ledger == self.ledger, c.name == projection.name
        used = or_(c.live == 1, c.version == projection.version)
        # Asked in the statement itself: somebody else may begin to build at any time.
        kept = select(c.generation).where(*own, used)
        for sheet in projection.sheets:
            with self.writing() as connection:
                others = sheet.c.generation.not_in(kept)
                connection.execute(delete(sheet.table).where(sheet.c.ledger == self.ledger, others))
        for name in projection.retired:
            self._retire("projection_" + name)
        with self.writing() as connection:
            connection.execute(delete(positions).where(*own, ~used))

    def _retire(self, name: str) -> None:
        old = Table(name, MetaData(), Column("ledger", _kind(str)))
        with self.writing() as connection:
            if not inspect(connection).has_table(name):
                return
            if self.dialect == "sqlite":
                old.drop(connection)
            else:
                # Another ledger of this database may still be kept by an older program: it would find an empty table.
                connection.execute(delete(old).where(old.c.ledger == self.ledger))


@lru_cache(maxsize=1_024)
def _upsert(sheet: Sheet, dialect: str, ledger: str, generation: int, rows: int) -> str:
    return sheet.upsert(dialect, ledger, generation, rows)


def marks(connection: Connection, ledger: str) -> tuple[Mark, ...]:
    """All marks of a ledger."""
    query = select(positions).where(positions.c.ledger == ledger).order_by(positions.c.name, positions.c.generation)
    return tuple(map(_mark, connection.execute(query)))


def _mark(row: Row[Any]) -> Mark:
    return Mark(row.name, row.generation, row.version, row.position, bool(row.live), row.error)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=STATEMENTS
    )
    # Before anything else, for it holds from the first page on: half as many pages to search, and to write at a commit.
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA journal_mode = WAL")
    # A power cut may forget the last batches: their positions with them, so they are applied again.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    # Pages that several large batches touch are copied out of the log once, not after each of them.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    return connection


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

"""Sheets: the tables of projections, and how rows that facts yield are folded into them."""

from collections.abc import Mapping, Sequence
from operator import add
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

metadata: Final = MetaData()
"""Every table of every projection. They can be rebuilt from facts, so no migration carries them (see `Projection`)."""

Kind = type[str] | type[int]
Values = tuple[Any, ...]
"""What is said of a row, in the order of its columns `said` and `sums`: None says nothing, 0 adds nothing."""
Rows = dict[tuple[Any, ...], Values]
"""Folded changes of one sheet: key → values."""


def _kind(kind: Kind) -> TypeEngine[Any]:
    # Text sorts by its bytes on every database: pages and roots must not depend on a server's locale.
    if kind is str:
        return Text().with_variant(Text(collation="C"), "postgresql")
    return BigInteger().with_variant(Integer(), "sqlite")


class Sheet:
    """One table. Columns in `sums` add up; the others keep the last value that was said (None says nothing)."""

    def __init__(
        self, name: str, *, keys: Mapping[str, Kind], said: Mapping[str, Kind] | None = None, sums: Sequence[str] = ()
    ) -> None:
        """The table `projection_<name>`, led by `ledger` and by the generation that a rebuild counts up."""
        self.name = name
        self.keys = tuple(keys)
        self.sums = tuple(sums)
        self.said = tuple(said or {})
        self.columns = (*self.keys, *self.said, *self.sums)
        self._zeroes = (0,) * len(self.sums)
        self.kinds: dict[str, Kind] = {**keys, **(said or {}), **dict.fromkeys(sums, int)}
        self.table = Table(
            "projection_" + name,
            metadata,
            Column("ledger", _kind(str), primary_key=True),
            Column("generation", _kind(int), primary_key=True, autoincrement=False),
            *(Column(key, _kind(kind), primary_key=True, autoincrement=False) for key, kind in keys.items()),
            *(Column(column, _kind(kind)) for column, kind in (said or {}).items()),
            *(Column(column, _kind(int), nullable=False) for column in sums),
            sqlite_with_rowid=False,
        )
        self.c = self.table.c

    def values(self, **said: Any) -> Values:
        """Values by the names of their columns. Rules of every sale spell the tuple out instead: it is cheaper."""
        get = said.get
        return (*map(get, self.said), *map(get, self.sums, self._zeroes))

    def folded(self, before: Values, values: Values) -> Values:
        """What was said of a row and what is said of it next, as one."""
        if not self.said:
            return tuple(map(add, before, values))
        if not self.sums:
            return values if None not in values else _last(before, values)
        count = len(self.said)
        said = values[:count]
        if None in said:
            said = _last(before, said)
        return said + tuple(map(add, before[count:], values[count:]))

    def fold(self, rows: Rows, key: tuple[Any, ...], values: Values) -> None:
        """Add one change to `rows`; later facts of a batch come later."""
        before = rows.get(key)
        rows[key] = values if before is None else self.folded(before, values)

    def tuples(self, rows: Rows) -> list[tuple[Any, ...]]:
        """The folded rows in the order of `columns`."""
        return [key + values for key, values in rows.items()]

    # SQL --------------------------------------------------------------------------------------------------------

    def upsert(self, dialect: str, ledger: str, generation: int, rows: int = 1) -> str:
        """The statement that writes so many rows (SQLite, positional) or arrays of them (PostgreSQL).

        Ledger and generation are part of it: bound for every row they would cost as much as two columns more.
        """
        # Quoted: a column may bear a name that means something in SQL, such as `on`.
        names = ", ".join(f'"{column}"' for column in ("ledger", "generation", *self.columns))
        quoted = "'" + ledger.replace("'", "''") + "'"
        values = self._arrays(quoted, generation) if dialect == "postgresql" else self._rows(quoted, generation, rows)
        return f"INSERT INTO {self.table.name} ({names}) {values} {self._conflict()}"

    def _rows(self, ledger: str, generation: int, rows: int) -> str:
        row = f"({ledger}, {generation}, " + ", ".join("?" * len(self.columns)) + ")"
        return "VALUES " + ", ".join([row] * rows)

    def _arrays(self, ledger: str, generation: int) -> str:
        arrays = ", ".join("%s::text[]" if self.kinds[column] is str else "%s::bigint[]" for column in self.columns)
        return f"SELECT {ledger.replace('%', '%%')}, {generation}, * FROM unnest({arrays})"  # noqa: S608 - only types are joined

    def _conflict(self) -> str:
        target = ", ".join(f'"{column}"' for column in ("ledger", "generation", *self.keys))
        before = self.table.name
        changes = [f'"{column}" = coalesce(excluded."{column}", {before}."{column}")' for column in self.said]
        changes += [f'"{column}" = {before}."{column}" + excluded."{column}"' for column in self.sums]
        if not changes:
            return f"ON CONFLICT ({target}) DO NOTHING"
        return f"ON CONFLICT ({target}) DO UPDATE SET " + ", ".join(changes)

    def literals(self, rows: Sequence[tuple[Any, ...]]) -> list[str]:
        """PostgreSQL's array literals of the rows' columns: much cheaper than the driver's lists."""
        columns = zip(*rows, strict=True)
        return [
            _texts(values) if self.kinds[name] is str else _integers(values)
            for name, values in zip(self.columns, columns, strict=True)
        ]


def _last(before: Values, values: Values) -> Values:
    return tuple([old if new is None else new for old, new in zip(before, values, strict=False)])


def _integers(values: Sequence[int | None]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _texts(values: Sequence[str | None]) -> str:
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'

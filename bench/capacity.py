"""What a ledger weighs: bytes of a credit and of a sale, by table, on both databases, and what ten years need."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import text

from bench import redemptions
from bench.shop import Shop, stored
from ledger.journal.storage import Storage
from projections.catalogue import PROJECTIONS
from projections.projector import Projector
from projections.store import Store

HOLDERS, WARM, MEASURED = 300, 10, 20
"""Holders; things of each kind that every holder did before anything is weighed, and while it is."""
PEOPLE: Final = 1_000_000
YEARS: Final = 10
CREDITS, SALES = 20, 2
"""What is assumed of a holder in a month; with its initial lot's lapse and grant, which weigh as two credits do."""
TURNS: Final = 2
TABLES: Final = ("facts", "keys", "book")
PROJECTED: Final = "projections"

Weights = dict[str, float]
"""Bytes of one, by table; `projections` are all of theirs together."""


class Weighed(NamedTuple):
    """Bytes of one credit and of one sale."""

    database: str
    credit: Weights
    sale: Weights


def capacity(databases: Iterator[str]) -> list[str]:
    """The capacity table, as lines of Markdown."""
    with redemptions.scratch() as directory:
        weighed = [_weighed("SQLite", directory, None), _weighed("PostgreSQL", directory, next(databases))]
    return [*_table(weighed), "", *map(_decade, weighed)]


def _table(weighed: list[Weighed]) -> Iterator[str]:
    yield "| bytes of one | facts | keys | book | projections | together |"
    yield "|---|---|---|---|---|---|"
    for item in weighed:
        for name, weights in (("credit", item.credit), ("sale, with its key", item.sale)):
            cells = [weights[table] for table in (*TABLES, PROJECTED)]
            shown = " | ".join(f"{cell:,.0f}" for cell in (*cells, sum(cells)))
            yield f"| {name}, {item.database} | {shown} |"


def _decade(item: Weighed) -> str:
    months = YEARS * 12 * PEOPLE
    credits, sales = months * (CREDITS + TURNS), months * SALES
    total = {table: credits * item.credit[table] + sales * item.sale[table] for table in item.credit}
    parts = ", ".join(f"{table} {total[table] / 1e12:,.1f} TB" for table in (*TABLES, PROJECTED))
    return (
        f"- {item.database}: {PEOPLE:,} holders, each with {CREDITS} credits, {SALES} sales and a new month's lot a "
        f"month, make {(credits + sales) / 1e9:,.1f} thousand million facts in {YEARS} years: "
        f"{sum(total.values()) / 1e12:,.1f} TB ({parts})."
    )


def _weighed(name: str, directory: Path, url: str | None) -> Weighed:
    shop = Shop.opened(stored(directory, url), holders=HOLDERS, credits=WARM)
    store = Store.postgres(url, "bench") if url else Store.sqlite(directory / "projections.db", "bench")
    store.create()
    scales = Scales(shop.ledger.storage, store)
    shop.sell(shop.sales(WARM * HOLDERS))
    count = MEASURED * HOLDERS
    before = scales.weights()
    shop.do(shop.credit(number % HOLDERS, 1) for number in range(count))
    between = scales.weights()
    shop.sell(shop.sales(count))
    after = scales.weights()
    shop.close()
    store.close()
    return Weighed(name, _each(before, between, count), _each(between, after, count))


def _each(before: Mapping[str, int], after: Mapping[str, int], count: int) -> Weights:
    return {table: (after[table] - before[table]) / count for table in after}


class Scales:
    """Weighs the tables of a ledger with their indexes: pages that are in use, after everything has come to rest."""

    def __init__(self, storage: Storage, store: Store) -> None:
        """A journal and its projections."""
        self.storage, self.store = storage, store
        self.projector = Projector(storage, store, PROJECTIONS)

    def weights(self) -> dict[str, int]:
        """Bytes by table."""
        self.projector.advance()
        weigh: Callable[[str], int] = self._sqlite if self.storage.dialect == "sqlite" else self._postgres
        sheets = [sheet.table.name for projection in PROJECTIONS for sheet in projection.sheets]
        return {table: weigh(table) for table in TABLES} | {PROJECTED: sum(map(weigh, sheets))}

    def _sqlite(self, table: str) -> int:
        engine = self.storage.engine if table in TABLES else self.store.engine
        query = "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = :name)"
        with engine.connect() as connection:
            return int(connection.execute(text(query), {"name": table}).scalar_one())

    def _postgres(self, table: str) -> int:
        # Room that dead versions of rows have left is used again: what a table grows by is what it keeps.
        with self.storage.engine.connect() as connection:
            connection.exec_driver_sql(f"VACUUM {table}")
            query = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
            return int(connection.execute(query, {"name": table}).scalar_one())

"""Row 9: all projections together, following and rebuilt, beside the HTTP rate and the driver's inserts alone."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from api.ledgers import open_ledger
from api.settings import Settings
from bench import http, redemptions
from bench.measuring import ROUNDS, Timing, Verdict, in_turn
from bench.shop import Shop, settle
from ledger.journal.storage import Storage
from projections.catalogue import PROJECTIONS
from projections.projector import Projector
from projections.sheets import Sheet
from projections.store import Store

WANTED: Final = 20_000
"""Facts/s of a rebuild."""
MORE: Final = 80_000
"""Sales that a journal has before it is built anew: who builds anew has a ledger that has been at work for a while."""
Rows = list[tuple[str, list[tuple[Any, ...]]]]
"""Statements with their rows, in the order in which they were run."""


def followed() -> Iterator[Verdict]:
    """Facts/s that all projections take in: as they come, beside the HTTP rate; all anew, beside the driver."""
    with redemptions.scratch() as directory:
        key = http.prepared(directory)
        storage = Storage.sqlite(directory / "bench" / "journal.db", "bench")
        with http.served("ours", directory) as port:
            load = http.Load(key)
            asyncio.run(load.run(port, 500))
            behind = projector(storage, directory / "following.db")
            behind.advance()
            settle()
            figure = in_turn(_following(load, port, behind) for _ in range(ROUNDS))
            behind.store.close()
        yield Verdict(
            9,
            "all projections follow, SQLite",
            f"{figure.rates['following']:,.0f} facts/s",
            f"HTTP single redemptions: {figure.rates['http']:,.0f}/s",
            1 / figure.ratios["following"],
            2.0,
        )
        storage.close()
        storage = _at_work(directory)
        yield from _rebuilt(storage, directory)
        storage.close()


def projector(storage: Storage, path: Path) -> Projector:
    """All projections of a journal, kept in a file of their own."""
    store = Store.sqlite(path, "bench")
    store.create()
    return Projector(storage, store, PROJECTIONS, helped=True)


def _at_work(directory: Path) -> Storage:
    """The same journal, with more sales in it."""
    with open_ledger(Settings(data=directory), "bench") as opened:
        shop = Shop(opened.ledger, holders=http.HOLDERS, items=http.ITEMS)
        shop.sell(shop.sales(MORE))
    return Storage.sqlite(directory / "bench" / "journal.db", "bench")


def _following(load: http.Load, port: int, behind: Projector) -> Iterator[Timing]:
    yield Timing("http", http.REQUESTS, lambda: asyncio.run(load.run(port, http.REQUESTS)))
    time.sleep(1)  # the server's own follower comes to rest: it would take a core from ours
    yield Timing("following", behind.storage.head().position - behind.position(), behind.advance)


def _rebuilt(storage: Storage, directory: Path) -> Iterator[Verdict]:
    rows = captured(storage, directory / "captured.db")
    facts, number = storage.head().position, count()
    figure = in_turn(_building(storage, directory, rows, facts, next(number)) for _ in range(ROUNDS))
    rate = figure.rates["rebuild"]
    measured, raw = f"{rate:,.0f} facts/s", f"{figure.rates['raw']:,.0f} facts/s"
    yield Verdict(9, "all projections built anew, SQLite", measured, f"{WANTED:,} facts/s", rate / WANTED, 1.0, 2.5)
    yield Verdict(
        9,
        "all projections built anew, SQLite",
        measured,
        f"the same rows by the raw driver: {raw}",
        figure.ratios["raw"],
        0.0,
    )


def _building(storage: Storage, directory: Path, rows: Rows, facts: int, number: int) -> Iterator[Timing]:
    built = projector(storage, directory / f"built-{number}.db")
    yield Timing("rebuild", facts, built.advance)
    built.store.close()
    path = directory / f"raw-{number}.db"
    projector(storage, path).store.close()
    yield Timing("raw", facts, lambda: _written(path, rows))


def captured(storage: Storage, path: Path) -> Rows:
    """The statements and rows of a build, batch by batch."""
    rows: Rows = []
    original = Store.put

    def capture(store: Store, connection: Any, sheet: Sheet, generation: int, values: list[tuple[Any, ...]]) -> None:
        rows.append((store.upsert(sheet, generation), values))
        original(store, connection, sheet, generation, values)

    with patch.object(Store, "put", capture):
        built = projector(storage, path)
        built.advance()
        built.store.close()
    return rows


def _written(path: Path, rows: Rows) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536"):
        connection.execute("PRAGMA " + pragma)
    for statement, values in rows:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, values)
        connection.execute("COMMIT")
    connection.close()

"""Row 6 over HTTP: two servers on one ledger on PostgreSQL beside one, with as many callers, then looked through."""

import asyncio
import os
import secrets
import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple
from unittest.mock import patch

import psycopg

from api.settings import Settings
from bench import http
from bench.measuring import ROUNDS, Timing, Verdict, in_turn
from bench.processes import looked_through
from ledger.vault.master import VARIABLE
from tests.postgres import libpq_url

REQUESTS = 4000
"""A round, however many servers share them."""
WARMING = 1000
CONNECTIONS = 64
"""In all: two servers have half of them each."""
TICK: Final = 1_000_000 / os.sysconf("SC_CLK_TCK")


def two_servers(databases: Iterator[str]) -> Iterator[Verdict]:
    """Sales/s of two servers on one ledger, and of one on a ledger of its own: none catches up with another's round."""
    shared, own = next(databases), next(databases)
    with ExitStack() as stack:
        # Inherited by the servers: on PostgreSQL no file beside the database holds it.
        stack.enter_context(patch.dict(os.environ, {VARIABLE: secrets.token_hex(32)}))
        both = Served(stack, shared, 2)
        alone = Served(stack, own, 1)
        for served in (both, alone):
            served.load(WARMING)
            served.spent.clear()
        figure = in_turn(_round(both, alone) for _ in range(ROUNDS))
    for url in (shared, own):
        looked_through(url, WARMING + REQUESTS * ROUNDS, http.HOLDERS)
    yield Verdict(
        6,
        f"two servers on one ledger, PostgreSQL, HTTP, {CONNECTIONS // 2} connections each; nothing wrong",
        f"{figure.rates['two']:,.0f}/s ({both.cost()})",
        f"one server, {CONNECTIONS} connections: {figure.rates['one']:,.0f}/s ({alone.cost()})",
        figure.ratios["one"],
        1.0,
        1.5,
    )


def _round(both: "Served", alone: "Served") -> Iterator[Timing]:
    yield Timing("two", REQUESTS, lambda: both.load(REQUESTS))
    yield Timing("one", REQUESTS, lambda: alone.load(REQUESTS))


class Cost(NamedTuple):
    """Processor time of a round, µs a sale."""

    servers: float
    database: float
    client: float


class Served:
    """A ledger of its own with holders and items, and the servers on it."""

    def __init__(self, stack: ExitStack, url: str, servers: int) -> None:
        """They are stopped with the stack."""
        settings = Settings(database_url=url)
        self.url = url
        self._load = http.Load(http.stocked(settings))
        self.servers = [stack.enter_context(http.server(settings)) for _ in range(servers)]
        self.spent: list[Cost] = []

    def load(self, requests: int) -> None:
        """So many sales, shared among the servers; anything but 201 falsifies the figure."""
        before = self._clocks()
        asyncio.run(self._asked(requests // len(self.servers), CONNECTIONS // len(self.servers)))
        after = self._clocks()
        self.spent.append(Cost(*((new - old) / requests for old, new in zip(before, after, strict=True))))

    def cost(self) -> str:
        """What a sale took of the processor, medians of the rounds."""
        servers, database, client = (statistics.median(column) for column in zip(*self.spent, strict=True))
        return f"processor µs a sale: servers {servers:,.0f}, database {database:,.0f}, client {client:,.0f}"

    def _clocks(self) -> Cost:
        with psycopg.connect(libpq_url(self.url)) as connection:
            backends = [pid for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity")]
        return Cost(_ticks([pid for _, pid in self.servers]), _ticks(backends), _ticks([os.getpid()]))

    async def _asked(self, requests: int, connections: int) -> None:
        await asyncio.gather(*(self._load.run(port, requests, connections) for port, _ in self.servers))


def _ticks(pids: Sequence[int]) -> float:
    """Processor time of these processes in µs, 0 where the system does not tell it as Linux does."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        total += TICK * (int(fields[11]) + int(fields[12]))
    return total

"""Row 3: single redemptions over HTTP, beside an empty FastAPI route on the same server under the same client."""

import asyncio
import multiprocessing
import os
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response

from api.settings import Settings
from bench.measuring import ROUNDS, Timing, Verdict, in_turn
from bench.redemptions import scratch

REQUESTS = 4000
CONNECTIONS = 64
HOLDERS, ITEMS = 1000, 50


def over_http() -> Iterator[Verdict]:
    """Requests/s and latencies of one worker: 64 keep-alive connections, authentication and idempotency on."""
    with scratch() as directory:
        key = prepared(directory)
        with served("ours", directory) as ours, served("empty", directory) as empty:
            load = Load(key)
            for port in (ours, empty):
                asyncio.run(load.run(port, 500))
            load.latencies.clear()
            figure = in_turn(_round(load, ours, empty) for _ in range(ROUNDS))
    p50, p99 = _percentiles(load.latencies[ours])
    yield Verdict(
        3,
        "HTTP single redemptions, SQLite, one worker, 64 connections",
        f"{figure.rates['ours']:,.0f}/s",
        f"empty FastAPI POST: {figure.rates['empty']:,.0f}/s",
        figure.ratios["empty"],
        0.30,
        0.6,
    )
    yield Verdict(
        3,
        "its slowest in a hundred",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
        "10 × p50 (shown: 10 × p50 / p99)",
        10 * p50 / p99,
        1.0,
    )


def _round(load: "Load", ours: int, empty: int) -> Iterator[Timing]:
    yield Timing("ours", REQUESTS, lambda: asyncio.run(load.run(ours, REQUESTS)))
    yield Timing("empty", REQUESTS, lambda: asyncio.run(load.run(empty, REQUESTS)))


def _percentiles(latencies: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(latencies, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


class Load:
    """A client that does as little as a client can: ready bytes out, status and length back, keep-alive."""

    def __init__(self, key: str) -> None:
        """`key` is an API key of a counter."""
        self.key = key
        self.sent = 0
        self.latencies: dict[int, list[float]] = {}

    def request(self, port: int) -> bytes:
        """The next sale, under a key of its own."""
        self.sent += 1
        holder, item = self.sent % HOLDERS, self.sent % ITEMS
        body = f'{{"holder":"holder-{holder}","lines":[{{"item":"item-{item}","quantity":1}}]}}'
        head = (
            f"POST /v1/ledgers/bench/redemptions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {self.key}\r\nIdempotency-Key: sale-{os.getpid()}-{port}-{self.sent}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()

    async def run(self, port: int, requests: int, connections: int = CONNECTIONS) -> None:
        """All requests over so many connections; anything but 201 falsifies the figure."""
        waiting = iter([self.request(port) for _ in range(requests)])
        taken = self.latencies.setdefault(port, [])
        await asyncio.gather(*(self._caller(port, waiting, taken) for _ in range(connections)))

    async def _caller(self, port: int, waiting: Iterator[bytes], taken: list[float]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            answer = await reader.readexactly(length)
            taken.append(time.perf_counter() - started)
            if not head.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(f"not a sale: {head!r} {answer[:500]!r}")
        writer.close()


def prepared(directory: Path) -> str:
    """A ledger on SQLite with holders and items, closed again; gives the key of its counter."""
    return stocked(Settings(data=directory))


def stocked(settings: Settings) -> str:
    """A ledger with holders and items, closed again; gives the key of its counter.

    What it was stocked with is projected already: no shop opens with tens of thousands of facts to catch up with.
    """
    from api.ledgers import create_ledger, projector_of
    from bench.shop import Shop
    from ledger.vault import Principal

    with create_ledger(settings, "bench", "conformance", "Asia/Shanghai") as opened:
        Shop(opened.ledger, holders=HOLDERS, items=ITEMS).stock()
        projector = projector_of(settings, opened)
        projector.advance()
        projector.store.close()
        opened.vault.principals.add(Principal(id="client:counter-1", roles=("counter",)))
        return opened.vault.principals.create_key("client:counter-1")[0]


@contextmanager
def served(what: str, directory: Path) -> Iterator[int]:
    """The ledger on SQLite served, or an empty route; gives the port."""
    with server(Settings(data=directory) if what == "ours" else None) as (port, _):
        yield port


@contextmanager
def server(settings: Settings | None) -> Iterator[tuple[int, int]]:
    """A process of our own on a free loopback port, without settings one with an empty route; gives port and pid.

    It is stopped at the end.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, port))
    process.start()
    try:
        _answering(port)
        yield port, process.pid or 0
    finally:
        process.terminate()
        process.join(30)


def _answering(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def _serve(settings: Settings | None, port: int) -> None:
    import uvicorn

    app = _empty() if settings is None else _ours(settings)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _ours(settings: Settings) -> FastAPI:
    from api.app import create_app

    return create_app(settings)


def _empty() -> FastAPI:
    app = FastAPI()

    @app.post("/v1/ledgers/{ledger}/redemptions", status_code=201)
    async def nothing(ledger: str, request: Request) -> Response:
        del ledger
        return Response(await request.body(), 201, media_type="application/json")

    return app

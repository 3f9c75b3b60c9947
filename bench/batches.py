"""Row 4: commands through `/batches` of 500 over HTTP, beside the same sales handed in within one process."""

import asyncio
import os
from collections.abc import Iterable, Iterator

import msgspec

from bench import http, redemptions
from bench.measuring import ROUNDS, Timing, Verdict, in_turn
from bench.shop import Shop, settle, stored

COMMANDS = 8000
BATCH = 500
CONNECTIONS = 4
"""Half of the batches that a ledger takes on at once."""


def through_batches() -> Iterator[Verdict]:
    """Commands/s over HTTP in batches, and in process with 64 callers: two ledgers of the same holders and items."""
    with redemptions.scratch() as directory, redemptions.scratch() as own:
        shop = Shop.opened(stored(own, None), holders=http.HOLDERS)
        key = http.prepared(directory)
        with http.served("ours", directory) as port:
            load = Batches(key, port)
            asyncio.run(load.run(load.requests(1000)))
            shop.sell(shop.sales(1000))
            settle()
            figure = in_turn(_round(load, shop) for _ in range(ROUNDS))
        shop.close()
    yield Verdict(
        4,
        f"HTTP commands through /batches of {BATCH}, SQLite",
        f"{figure.rates['batches']:,.0f}/s",
        f"in process, 64 callers: {figure.rates['in process']:,.0f}/s",
        figure.ratios["in process"],
        0.6,
        0.9,
    )


def _round(load: "Batches", shop: Shop) -> Iterator[Timing]:
    requests, sales = load.requests(COMMANDS), shop.sales(COMMANDS)
    yield Timing("batches", COMMANDS, lambda: asyncio.run(load.run(requests)))
    yield Timing("in process", COMMANDS, lambda: shop.sell(sales))


class Batches:
    """A client that sends batches of sales over a few connections, and counts what was not a sale."""

    def __init__(self, key: str, port: int) -> None:
        """`key` is an API key of a counter."""
        self.key, self.port = key, port
        self.sent = 0

    def requests(self, commands: int) -> list[tuple[bytes, int]]:
        """Ready requests with the number of their sales, each under an id of its own, spread as in process."""
        sizes = [min(BATCH, commands - start) for start in range(0, commands, BATCH)]
        return [(self._request(size), size) for size in sizes]

    def _request(self, count: int) -> bytes:
        commands = [self._command() for _ in range(count)]
        body = msgspec.json.encode({"commands": commands})
        head = (
            f"POST /v1/ledgers/bench/batches HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _command(self) -> dict[str, object]:
        self.sent += 1
        holder, item = self.sent % http.HOLDERS, self.sent % http.ITEMS
        return {
            "type": "redemption",
            "id": f"batched-{os.getpid()}-{self.sent}",
            "holder": f"holder-{holder}",
            "lines": [{"item": f"item-{item}", "quantity": 1}],
        }

    async def run(self, requests: Iterable[tuple[bytes, int]]) -> None:
        """All of them; anything but sales falsifies the figure."""
        waiting = iter(requests)
        await asyncio.gather(*(self._caller(waiting) for _ in range(CONNECTIONS)))

    async def _caller(self, waiting: Iterator[tuple[bytes, int]]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for request, size in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            answer = await reader.readexactly(length)
            if not head.startswith(b"HTTP/1.1 200") or answer.count(b'"status":201,"body"') != size:
                raise RuntimeError(f"not all were sales: {head!r} {answer[:500]!r}")
        writer.close()

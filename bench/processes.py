"""Row 6: two processes on one ledger on PostgreSQL beside one, and the ledger looked through afterwards."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from bench.measuring import ROUNDS, Timing, Verdict, in_turn
from bench.shop import Shop, settle, stored
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.points.entities import Account
from ledger.redemptions.facts import RedemptionPlaced
from ledger.vault.secrets import LedgerSecret

SALES = 4000
"""A round, however many processes share them."""
HOLDERS, ITEMS, CREDITS = 1000, 50, 40
ZONE: Final = "Asia/Shanghai"


def two_processes(databases: Iterator[str]) -> Iterator[Verdict]:
    """Sales/s of two processes with 64 callers each, and of one; then positions, balances and stock are added up."""
    url = next(databases)
    Shop.opened(stored(Path(), url), holders=HOLDERS, credits=CREDITS, items=ITEMS).close()
    with seller(url, "one") as one, seller(url, "two") as two:
        for process in (one, two):
            process.sell(1000)
        figure = in_turn(_round(one, two) for _ in range(ROUNDS))
    looked_through(url, 2000 + 2 * SALES * ROUNDS, HOLDERS)
    yield Verdict(
        6,
        "two processes on one ledger, PostgreSQL, 64 callers each; nothing wrong",
        f"{figure.rates['two']:,.0f}/s",
        f"one process, 64 callers: {figure.rates['one']:,.0f}/s",
        figure.ratios["one"],
        1.0,
        1.5,
    )


def _round(one: "Seller", two: "Seller") -> Iterator[Timing]:
    one.prepare(SALES // 2)
    two.prepare(SALES // 2)
    yield Timing("two", SALES, lambda: _both(one, two))
    one.prepare(SALES)
    yield Timing("one", SALES, one.go)


def _both(one: "Seller", two: "Seller") -> None:
    one.start()
    two.start()
    one.finish()
    two.finish()


def looked_through(url: str, sales: int, holders: int) -> None:
    """Raise unless positions have no gap, every sale is there once, and each account says what its facts add up to."""
    storage = Storage.postgres(url, "bench")
    ledger = Ledger(storage, LedgerSecret(bytes(32)), zone=ZONE, writing=False)
    head, seen, spent, keys = storage.head().position, 0, 0, set[str]()
    while rows := storage.facts(seen, 5000):
        for row in rows:
            envelope = ledger.mapper.decode(row.state)
            seen += 1
            if envelope.pos != seen or row.position != seen:
                raise RuntimeError(f"position {seen} is missing")
            if isinstance(envelope.data, RedemptionPlaced):
                spent += envelope.data.amount
                keys.add(envelope.key.mac if envelope.key else "")
    told = sum(ledger.the(Account, f"holder:holder-{holder}/A").spent for holder in range(holders))
    ledger.close()
    if (seen, len(keys), spent, told) != (head, sales, sales, sales):
        raise RuntimeError(f"{sales} sales: head {head}, facts {seen}, keys {len(keys)}, spent {spent}, told {told}")


class Seller:
    """A process of its own that sells when it is told to."""

    def __init__(self, told: Connection) -> None:
        """`told` is its end of the pipe."""
        self.told = told

    def prepare(self, sales: int) -> None:
        """Make the commands, so that only selling is measured."""
        self.told.send(sales)
        self.told.recv()

    def start(self) -> None:
        """Begin to sell what was prepared."""
        self.told.send("go")

    def finish(self) -> None:
        """Wait until everything is sold. Raises what went wrong there."""
        answer = self.told.recv()
        if answer != "sold":
            raise RuntimeError(answer)

    def go(self) -> None:
        """Sell and wait."""
        self.start()
        self.finish()

    def sell(self, sales: int) -> None:
        """Prepare, sell and wait."""
        self.prepare(sales)
        self.go()


@contextmanager
def seller(url: str, name: str) -> Iterator[Seller]:
    """A process on the ledger at `url`; it ends when its pipe is closed."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_selling, args=(url, name, HOLDERS, ITEMS, theirs))
    process.start()
    theirs.close()
    try:
        yield Seller(ours)
    finally:
        ours.close()
        process.join(30)


def _selling(url: str, name: str, holders: int, items: int, told: Connection) -> None:
    storage = Storage.postgres(url, "bench")
    shop = Shop(Ledger(storage, LedgerSecret(bytes(32)), zone=ZONE), holders=holders, items=items, name=name)
    settle()
    while True:
        try:
            wanted = told.recv()
        except EOFError:
            break
        sales = shop.sales(wanted)
        told.send("ready")
        told.recv()
        try:
            shop.sell(sales)
        except RuntimeError as error:
            told.send(str(error))
        else:
            told.send("sold")
    shop.close()

"""Row 11: a month's grant to many holders, the ledger opened and sold from afterwards, beside one of few holders."""

import multiprocessing
import os
import random
import resource
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench import redemptions
from bench.measuring import ROUNDS, Verdict
from bench.shop import Shop, settle

HOLDERS = int(os.environ.get("JIFEN_BENCH_HOLDERS", "50000"))
FEW = 10_000
BUYERS = 1000
"""Holders with something to spend, spread over all."""
CAPACITY = 20_000
"""Rows of the book that stay in memory: the setting that bounds it, for both ledgers alike."""
SALES = 200
BESIDE = 1000
"""Single sales a round, without a grant and beside one."""
CALLERS = 8
SLACK: Final = 1.3
CACHES: Final = 2 * 64 * 1024 * 1024
"""What SQLite may keep of a large file: a page cache for the writer and one for a reader. A small file fits in less."""
SCHEME: Final = Path(__file__).parent / "month.toml"
ZONE: Final = "Asia/Shanghai"


def months() -> Iterator[Verdict]:
    """Costs of many holders beside those of few, taken in turn; ratios above 1 are cheaper than with few."""
    with (
        redemptions.scratch() as directory,
        clerk(directory / "many", HOLDERS) as many,
        clerk(directory / "few", FEW) as few,
    ):
        both = [(many.ask("grant"), few.ask("grant")) for _ in range(ROUNDS)]
        single = [(many.ask("sell"), many.ask("sell beside")) for _ in range(ROUNDS)]
        opened = [(many.ask("open"), few.ask("open")) for _ in range(ROUNDS)]
        sold = [(many.ask("redeem"), few.ask("redeem")) for _ in range(ROUNDS)]
        memory = many.ask("memory"), few.ask("memory")
    yield _compared("month grant", "µs a holder", both)
    yield _absolute(f"open a ledger of {HOLDERS:,} accounts", opened)
    yield _compared("one redemption there, alone", "µs", sold)
    yield _beside(single)
    bound = memory[1] + CACHES
    yield Verdict(
        11,
        f"most memory ever, {HOLDERS:,} holders, {CAPACITY:,} rows of the book kept",
        f"{memory[0] / 1e6:,.0f} MB",
        f"{FEW:,} holders and SQLite's page caches: {memory[1] / 1e6:,.0f} + {CACHES / 1e6:,.0f} MB",
        bound / memory[0],
        1.0,
    )


def _compared(name: str, unit: str, rounds: list[tuple[float, float]]) -> Verdict:
    many, few = (statistics.median(column) * 1e6 for column in zip(*rounds, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in rounds)
    return Verdict(
        11,
        f"{name}, {HOLDERS:,} holders",
        f"{many:,.0f} {unit}",
        f"{FEW:,} holders: {few:,.0f} {unit}",
        ratio,
        1 / SLACK,
        1 / 1.1,
    )


def _absolute(name: str, rounds: list[tuple[float, float]]) -> Verdict:
    many, few = (statistics.median(column) for column in zip(*rounds, strict=True))
    measured = f"{many * 1000:,.0f} ms ({FEW:,}: {few * 1000:,.0f} ms)"
    return Verdict(11, name, measured, "2 s", 2 / many, 1.0)


def _beside(rounds: list[tuple[float, float]]) -> Verdict:
    alone, beside = (statistics.median(column) * 1000 for column in zip(*rounds, strict=True))
    return Verdict(
        11,
        f"single sales while {HOLDERS:,} holders are granted, {CALLERS} callers",
        f"p99 {beside:,.1f} ms",
        f"3 × p99 without: 3 × {alone:,.1f} ms",
        statistics.median(3 * without / beside for without, beside in rounds),
        1.0,
    )


class Clerk:
    """A process with a ledger of its own that does what it is asked, so that its memory is its own as well."""

    def __init__(self, told: Connection) -> None:
        """`told` is our end of the pipe."""
        self.told = told

    def ask(self, what: str) -> float:
        """What it measured: seconds, or bytes of memory."""
        self.told.send(what)
        answer: Any = self.told.recv()
        if not isinstance(answer, float):
            raise RuntimeError(answer)  # noqa: TRY004 - it is what went wrong there, no wrong type
        return answer


@contextmanager
def clerk(directory: Path, holders: int) -> Iterator[Clerk]:
    """A ledger of `holders`, in a process that ends with its pipe."""
    ours, theirs = multiprocessing.Pipe()
    sizes = Sizes(holders, min(BUYERS, holders), CAPACITY, SALES, BESIDE, CALLERS, ROUNDS)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(str(directory), sizes, theirs))
    process.start()
    theirs.close()
    try:
        if ours.recv() != "ready":
            raise RuntimeError("the ledger could not be stocked")
        yield Clerk(ours)
    finally:
        ours.close()
        process.join(60)


class Sizes(NamedTuple):
    """What the bench was told, for a process that imports it anew."""

    holders: int
    buyers: int
    capacity: int
    sales: int
    beside: int
    callers: int
    rounds: int


class Month:
    """One ledger and what is measured on it."""

    def __init__(self, directory: Path, sizes: Sizes) -> None:
        """Make it, register everybody, and give a few something to spend."""
        from api.ledgers import create_ledger
        from api.runs import holders_of
        from api.settings import Settings

        self.sizes = sizes
        self.settings = Settings(data=directory, capacity=sizes.capacity)
        self.opened = create_ledger(self.settings, "bench", SCHEME, ZONE)
        self.shop = Shop(self.opened.ledger, holders=sizes.holders, items=10)
        self.shop.register()
        step = sizes.holders // sizes.buyers
        self.buyers = [number * step for number in range(sizes.buyers)]
        self.shop.do(self.shop.credit(buyer, 10**6) for buyer in self.buyers)
        self.waiting = holders_of(self.opened.ledger, active=True)
        settle()

    def grant(self) -> float:
        """Seconds a holder, of the next part of everybody: half of all is granted in the rounds of this."""
        from api.runs import grant_initial

        part = self.sizes.holders // 2 // self.sizes.rounds
        # Both begin alike: few holders who were just registered are all in memory still, many are not; and in a short
        # round the log happens not to be copied into the file, in a long one it always is.
        self.opened.ledger.book.forget()
        self._log_copied()
        started = time.perf_counter()
        ran = grant_initial(self.opened.ledger, islice(self.waiting, part))
        self._log_copied()
        return (time.perf_counter() - started) / max(1, ran.done)

    def _log_copied(self) -> None:
        with self.opened.ledger.storage.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def sell(self, *, beside: bool = False) -> float:
        """The slowest in a hundred of single sales, in seconds; `beside` a grant that goes on all the while."""
        done = threading.Event()
        granting = threading.Thread(target=self._grant_until, args=(done,))
        if beside:
            granting.start()
        taken: list[float] = []
        callers = [threading.Thread(target=self._caller, args=(taken,)) for _ in range(self.sizes.callers)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        done.set()
        if beside:
            granting.join()
        return statistics.quantiles(taken, n=100)[98]

    def _grant_until(self, done: threading.Event) -> None:
        from api.runs import grant_initial

        def until() -> Iterator[Any]:
            while not done.is_set() and (holder := next(self.waiting, None)) is not None:
                yield holder

        grant_initial(self.opened.ledger, until())

    def _caller(self, taken: list[float]) -> None:
        taken.extend(self._sold() for _ in range(self.sizes.beside // self.sizes.callers))

    def _sold(self) -> float:
        submission = self.shop.sale(random.choice(self.buyers))
        started = time.perf_counter()
        outcome = self.opened.ledger.writer.ask(submission)
        took = time.perf_counter() - started
        if outcome.refusal is not None:
            raise outcome.refusal
        return took

    def redeem(self) -> float:
        """Seconds of one sale when nobody else is there: the median of several, to holders taken at random."""
        return statistics.median(self._sold() for _ in range(self.sizes.sales))

    def open(self) -> float:
        """Seconds from nothing to a ledger that has answered; everything that was kept in memory is gone."""
        from api.ledgers import open_ledger

        self.opened.close()
        started = time.perf_counter()
        self.opened = open_ledger(self.settings, "bench")
        self.shop.ledger = self.opened.ledger
        self._sold()
        return time.perf_counter() - started

    def memory(self) -> float:
        """The most that this process ever had in memory, in bytes."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def _serve(directory: str, sizes: Sizes, told: Connection) -> None:
    month = Month(Path(directory), sizes)
    asked = {
        "grant": month.grant,
        "sell": month.sell,
        "sell beside": lambda: month.sell(beside=True),
        "open": month.open,
        "redeem": month.redeem,
        "memory": month.memory,
    }
    told.send("ready")
    while True:
        try:
            what = told.recv()
        except EOFError:
            break
        try:
            told.send(asked[what]())
        except Exception as error:  # noqa: BLE001 - whoever asked raises it there
            told.send(f"{what}: {error!r}")
    month.opened.close()

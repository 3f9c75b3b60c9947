"""Rows 1, 2, 5, 6 and 7: redemptions in process, beside what the database and the library can do."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from bench.measuring import ROUNDS, Timing, Verdict, in_turn
from bench.plain import PlainShop, plain_shop
from bench.raw import Raw, RawPostgres, RawSqlite, captured
from bench.shop import Shop, settle, stored

T = TypeVar("T")
SALES = 4000
PLAIN = 300
HOLDERS = 1000
CREDITS = 40
MANY = 1000
FEW = 10
FLOORS: Final = {False: (0.40, 5.0, 12.0), True: (0.40, 6.0, 20.0)}
"""Of the raw rate; of the plain application's rate: floor and aim. By whether it is PostgreSQL."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory on the disk that a ledger would use: never a memory file system."""
    place = Path.cwd() / "var"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jifen-bench-", dir=place) as name:
        yield Path(name)


def against_the_database(databases: Iterator[str] | None) -> list[Verdict]:
    """Rows 1 and 2: redemptions/s with 64 callers, of raw inserts and of the plain application."""
    postgres = databases is not None
    with scratch() as directory:
        shop = Shop.opened(stored(directory, next(databases) if databases else None), holders=HOLDERS, credits=CREDITS)
        raw: Raw = RawPostgres(next(databases)) if databases else RawSqlite(directory)
        plain = plain_shop(directory, next(databases) if databases else None, holders=HOLDERS, items=50)
        warm(shop, plain)
        figure = in_turn(_round(shop, raw, plain, number) for number in range(ROUNDS))
        for open_thing in (shop, raw, plain):
            open_thing.close()
    raw_floor, plain_floor, plain_aim = FLOORS[postgres]
    name = "PostgreSQL" if postgres else "SQLite"
    ours = f"{figure.rates['ours']:,.0f}/s"
    row = 2 if postgres else 1
    return [
        Verdict(
            row,
            f"durable redemptions, {name}, 64 callers",
            ours,
            f"raw driver, batches of 100: {figure.rates['raw']:,.0f}/s",
            figure.ratios["raw"],
            raw_floor,
        ),
        Verdict(
            row,
            f"durable redemptions, {name}, 64 callers",
            ours,
            f"plain eventsourcing application: {figure.rates['plain']:,.0f}/s",
            figure.ratios["plain"],
            plain_floor,
            plain_aim,
        ),
    ]


def warm(shop: Shop, plain: PlainShop) -> None:
    """Caches filled, statements prepared, the collector told what lives long."""
    shop.sell(shop.sales(1000))
    for number in range(50):
        plain.sell(f"holder-{number}", f"item-{number % 50}", f"warm {number}")
    settle()


def _round(shop: Shop, raw: Raw, plain: PlainShop, number: int) -> Iterator[Timing]:
    # The rows for the raw driver are those of an earlier stretch of the same ledger: positions must follow.
    sales = shop.sales(SALES)
    batches = captured(shop, shop.sales(SALES))
    yield Timing("ours", SALES, lambda: shop.sell(sales))
    yield Timing("raw", SALES, lambda: _each(raw.write, batches))
    yield Timing("plain", PLAIN, lambda: _each(partial(_plain_sale, plain, number), range(PLAIN)))


def _each(do: Callable[[T], None], things: Iterable[T]) -> None:
    for thing in things:
        do(thing)


def _plain_sale(plain: PlainShop, round: int, sale: int) -> None:
    plain.sell(f"holder-{sale % HOLDERS}", f"item-{sale % 50}", f"sale {round} {sale}")


def one_thing() -> list[Verdict]:
    """Row 5: all redemptions on one item, or on one account, beside the same spread over many."""
    with scratch() as directory:
        shop = Shop.opened(stored(directory, None), holders=HOLDERS, credits=CREDITS)
        shop.sell(shop.sales(1000))
        settle()
        figure = in_turn(_spread_and_one(shop) for _ in range(ROUNDS))
        shop.close()
    spread = f"spread: {figure.rates['spread']:,.0f}/s"
    return [
        Verdict(
            5,
            f"all redemptions on one {name}, SQLite",
            f"{figure.rates[name]:,.0f}/s",
            spread,
            figure.rates[name] / figure.rates["spread"],
            0.9,
            1.0,
        )
        for name in ("item", "account")
    ]


def _spread_and_one(shop: Shop) -> Iterator[Timing]:
    spread, item, account = shop.sales(SALES), shop.sales(SALES, one_item=True), shop.sales(SALES, one_holder=True)
    yield Timing("spread", SALES, lambda: shop.sell(spread))
    yield Timing("item", SALES, lambda: shop.sell(item))
    yield Timing("account", SALES, lambda: shop.sell(account))


def many_credits() -> Verdict:
    """Row 7: holders with 1,000 one-point credits beside holders with 10."""
    with scratch() as many_directory, scratch() as few_directory:
        many = Shop.opened(stored(many_directory, None), holders=100, credits=MANY)
        few = Shop.opened(stored(few_directory, None), holders=100, credits=FEW)
        for shop in (many, few):
            shop.sell(shop.sales(1000))
        settle()
        figure = in_turn(_many_and_few(many, few) for _ in range(ROUNDS))
        many.close()
        few.close()
    return Verdict(
        7,
        "holders with 1,000 one-point credits, SQLite",
        f"{figure.rates['many']:,.0f}/s",
        f"holders with 10: {figure.rates['few']:,.0f}/s",
        figure.ratios["few"],
        0.9,
        1.0,
    )


def _many_and_few(many: Shop, few: Shop) -> Iterator[Timing]:
    ours, theirs = many.sales(SALES), few.sales(SALES)
    yield Timing("many", SALES, lambda: many.sell(ours))
    yield Timing("few", SALES, lambda: few.sell(theirs))

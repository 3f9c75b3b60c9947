"""Holds on a real ledger: whoever names a shelf or an account finds what has ended already free."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.points.entities import Account
from ledger.redemptions.commands import FulfilRedemption, PlaceRedemption
from ledger.redemptions.facts import RedemptionExpired, RedemptionPlaced
from ledger.refusals import HoldExpired, OutOfStock
from ledger.stock.commands import ScrapGoods
from ledger.stock.entities import Item
from ledger.values import ItemId, RedemptionId, instant, later
from tests.ledgers import COUNTER, asked, on_shelf, opened, sale, stocked


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Ledger]:
    """Two people and one piece of soap."""
    storage = Storage.sqlite(tmp_path / "journal.db", "shop")
    storage.create(zone="Asia/Shanghai", scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with stocked(opened(storage), holders=2, stock=1) as ledger:
        yield ledger


def held(holder: str = "h0", *, id: str = "r") -> PlaceRedemption:
    return msgspec.structs.replace(sale(holder), id=RedemptionId(id), hold=True, expires_in=60)


def wait(ledger: Ledger, seconds: int) -> None:
    clock = ledger.clock
    assert isinstance(clock, ManualClock)
    clock.move_to(later(instant(clock.wall()), seconds=seconds))


def kinds(ledger: Ledger, last: int) -> list[type[Any]]:
    rows = ledger.storage.facts(0, 1_000_000)[-last:]
    return [type(ledger.mapper.decode(row.state).data) for row in rows]


def test_the_last_piece_is_sold_once_the_hold_of_another_has_ended(shop: Ledger) -> None:
    asked(shop, held())
    assert asked(shop, sale("h1")).refusal == OutOfStock(item="soap", requested=1, available=0)
    wait(shop, 60)
    assert asked(shop, sale("h1")).refusal is None
    assert kinds(shop, 2) == [RedemptionExpired, RedemptionPlaced]
    assert (on_shelf(shop), shop.the(Item, "soap").held) == (0, 0)


def test_an_ended_hold_is_recorded_before_its_fulfilment_is_refused(shop: Ledger) -> None:
    asked(shop, held())
    wait(shop, 61)
    refusal = asked(shop, FulfilRedemption(redemption=RedemptionId("r"))).refusal
    assert isinstance(refusal, HoldExpired)
    assert kinds(shop, 1) == [RedemptionExpired]


def test_scrapping_frees_what_has_ended_first(shop: Ledger) -> None:
    asked(shop, held())
    wait(shop, 60)
    assert asked(shop, ScrapGoods(item=ItemId("soap"), quantity=1, reason="correction")).refusal is None
    assert shop.the(Item, "soap").held == 0


def test_reading_an_account_applies_what_has_ended_and_records_nothing(shop: Ledger) -> None:
    asked(shop, held())
    assert shop.the(Account, "holder:h0/A").held == 10
    wait(shop, 60)
    before = shop.storage.head().position
    assert shop.the(Account, "holder:h0/A").held == 0
    assert shop.storage.head().position == before


def test_the_sweep_ends_holds_that_nobody_names(shop: Ledger) -> None:
    asked(shop, held())
    wait(shop, 60)
    assert shop.writer.sweep() == 1
    assert kinds(shop, 1) == [RedemptionExpired]


def test_a_plain_sale_writes_one_fact_and_reads_nothing_on_demand(shop: Ledger) -> None:
    shop.book.forget()
    before, demanded = shop.storage.head().position, shop.book.on_demand
    outcome = shop.submit(sale(), by=COUNTER)
    assert [type(item.data) for item in outcome.envelopes] == [RedemptionPlaced]
    assert (shop.storage.head().position - before, shop.book.on_demand - demanded) == (1, 0)

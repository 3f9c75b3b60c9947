"""Mixed sales on a real ledger: whoever names one account of a hold finds both ended, and a sale reads only its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.coupons.commands import ApproveBatch, FinishBatch, IssueCoupons, Issuing, SubmitBatch
from ledger.coupons.entities import Batch, Coupon
from ledger.coupons.facts import CouponIssued
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.merchants.commands import AdmitMerchant
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.redemptions.commands import CancelRedemption, FulfilRedemption
from ledger.redemptions.facts import BillExpired, RedemptionExpired
from ledger.refusals import CouponReserved
from ledger.room import By, Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical
from ledger.stock.commands import ListItem, ReceiveGoods, SupplyItem
from ledger.values import AccountId, Day, Instant, RedemptionId, UnitCode, later
from ledger.vault.secrets import LedgerSecret
from tests.coupons.gifts import LI, WANG, drafting, lines
from tests.given import LEADER, SUPERVISOR
from tests.redemptions.till import CUP, MONEY, POINT, RICE, back, programme, sale

AT = Instant("2022-06-15T04:00:00.000000Z")
HELD = RedemptionId("held")


class Shop:
    """A ledger on disk, opened anew as often as a test wants: nothing is in its cache then."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock = path / "journal.db", ManualClock(AT)
        storage = Storage.sqlite(self.path, "till")
        storage.create(zone="Asia/Shanghai", scheme="welfare-coupons", created_at="2022-06-01T00:00:00.000000Z")
        self.ledger = self._open(storage)

    def _open(self, storage: Storage) -> Ledger:
        return Ledger(storage, LedgerSecret(bytes(32)), zone="Asia/Shanghai", clock=self.clock)

    def again(self) -> "Shop":
        self.ledger.close()
        self.ledger = self._open(Storage.sqlite(self.path, "till"))
        return self

    def do(self, *commands: Command, by: By = SUPERVISOR) -> list[Any]:
        facts: list[Any] = []
        for command in commands:
            facts += [envelope.data for envelope in self.ledger.submit(command, by=by).envelopes]
        return facts

    def read_on_demand(self, command: Command) -> int:
        """Rows that the command looked at and had not named, in a process that knows nothing yet."""
        before = self.again().ledger.book.on_demand
        self.do(command)
        return self.ledger.book.on_demand - before

    def wait(self, seconds: int) -> None:
        self.clock.move_to(later(AT, seconds=seconds))

    def kinds(self) -> list[type[Any]]:
        rows = self.ledger.storage.facts(0, 1_000_000)
        return [type(self.ledger.mapper.decode(row.state).data) for row in rows]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Li has points and two coupons of a fund; rice is the county's."""
    shop = Shop(tmp_path)
    limit = {"counts": "amount", "unit": "coupon_cny", "kinds": ["redemption"], "per": ["person", "merchant"]}
    scheme = programme(daily=limit | {"window": "day", "amount": 100_000})
    shop.do(AdoptScheme(scheme=canonical(scheme), effective_from=Day("2022-06-01")))
    shop.do(*(RegisterPerson(holder=holder, joined_on=Day("2022-01-01")) for holder in (LI, WANG)))
    fund = OpenFund(id="gifts", unit=UnitCode("cny"), source="union"), AppropriateFund(fund="gifts", amount=20_000)
    shop.do(*fund, AdmitMerchant(id="lixian", name="lixian", admitted_from_on=Day("2022-01-01"), rate=150))
    shop.do(ListItem(id=RICE, name="rice", price=5_700, unit=MONEY), ListItem(id=CUP, name="cup", price=35, unit=POINT))
    shop.do(*(ReceiveGoods(item=item, quantity=9) for item in (RICE, CUP)))
    shop.do(SupplyItem(item=RICE, merchant="lixian", goods="food"))
    shop.do(GrantPoints(to=AccountId("holder:" + LI), unit=POINT, amount=100))
    shop.do(drafting("b1"), lines((LI, 5_700, 2)), SubmitBatch(batch="b1"))
    shop.do(ApproveBatch(batch="b1", digest=shop.ledger.the(Batch, "b1").digest), by=LEADER)
    yield shop
    shop.ledger.close()


def coupons(shop: Shop) -> list[str]:
    facts = shop.do(IssueCoupons(batch="b1", lines=(Issuing(LI),)), FinishBatch(batch="b1"))
    return [fact.coupon for fact in facts if isinstance(fact, CouponIssued)]


def test_every_step_reads_what_it_names_and_no_more(shop: Shop) -> None:
    first, second = coupons(shop)
    assert shop.read_on_demand(sale(first, rice=1, cup=1, id=RedemptionId("sold"))) == 0
    assert shop.read_on_demand(sale(second, rice=1, cup=1, hold=True, id=HELD)) == 0
    assert shop.read_on_demand(FulfilRedemption(redemption=HELD)) == 0
    assert shop.read_on_demand(back("sold", rice=1)) == 0
    assert shop.read_on_demand(CancelRedemption(redemption=HELD, reason="correction")) == 0
    assert shop.read_on_demand(sale(first, rice=1, hold=True, id=RedemptionId("again"))) == 0
    assert shop.read_on_demand(CancelRedemption(redemption=RedemptionId("again"), reason="correction")) == 0


@pytest.mark.parametrize("unit", [POINT, MONEY])
def test_whoever_names_one_account_of_an_ended_hold_finds_both_free(shop: Shop, unit: UnitCode) -> None:
    (first, _) = coupons(shop)
    shop.do(sale(first, rice=1, cup=1, hold=True, id=HELD))
    shop.wait(901)
    shop.again()
    granting = GrantPoints(to=AccountId("holder:" + LI), unit=POINT, amount=1)
    shop.do(granting if unit == POINT else sale(first, rice=1, cup=1))
    assert [kind for kind in shop.kinds() if kind in {RedemptionExpired, BillExpired}] == [
        RedemptionExpired,
        BillExpired,
    ]
    assert shop.ledger.the(Account, "holder:li/point").held == 0
    assert shop.ledger.the(Account, "holder:li/coupon_cny").held == 0


def test_a_book_read_back_knows_what_is_reserved(shop: Shop) -> None:
    (first, _) = coupons(shop)
    shop.do(sale(first, rice=1, cup=1, hold=True, id=HELD))
    with pytest.raises(CouponReserved) as caught:
        shop.again().ledger.submit(sale(first, rice=1), by=SUPERVISOR)
    assert caught.value.until == later(AT, seconds=900)
    shop.do(FulfilRedemption(redemption=HELD))
    assert shop.again().ledger.the(Coupon, first).left == 0

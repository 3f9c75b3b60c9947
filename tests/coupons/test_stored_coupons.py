"""Coupons and offers on a real ledger: whatever anybody wishes names all it reads, in rounds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.coupons.commands import (
    ApproveBatch,
    FinishBatch,
    IssueCoupons,
    Issuing,
    ReplaceCode,
    StrikeLines,
    SubmitBatch,
    VoidCoupon,
)
from ledger.coupons.entities import Batch
from ledger.coupons.facts import CouponIssued, CouponsSpent
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.merchants.commands import AdmitMerchant
from ledger.offers.commands import CancelClaim, ClaimOffer, OpenOffer, UseClaim
from ledger.offers.facts import OfferClaimed
from ledger.people.commands import RegisterPerson
from ledger.room import By, Command, Fact
from ledger.values import Day, Instant, UnitCode
from tests.coupons.gifts import LI, WANG, ZHAO, bought, drafting, lines, mac, returned
from tests.given import LEADER, SUPERVISOR
from tests.ledgers import opened

CNY = UnitCode("cny")
OFFER = OpenOffer(
    id="ice",
    name="冰雪",
    merchant="corner",
    unit=CNY,
    price=100,
    supply=12_000,
    stock=10,
    opens_at=Instant("2022-06-01T00:00:00.000000Z"),
    closes_at=Instant("2022-06-02T00:00:00.000000Z"),
    per_member=5,
    season="winter",
    per_season=6,
    handed_over="later",
    fund="gifts",
)


@pytest.fixture
def union(tmp_path: Path) -> Iterator[Ledger]:
    """Two members, a shop, money; it is the morning of 1 June."""
    storage = Storage.sqlite(tmp_path / "journal.db", "union")
    storage.create(zone="Asia/Shanghai", scheme="welfare-coupons", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, at=Instant("2022-06-01T00:00:00.000000Z"), scheme="welfare-coupons") as ledger:
        for holder in (LI, WANG, ZHAO):
            done(ledger, RegisterPerson(holder=holder))
        done(ledger, OpenFund(id="gifts", unit=CNY, source="union"), AppropriateFund(fund="gifts", amount=1_000_000))
        for shop in ("lixian", "corner"):
            done(ledger, AdmitMerchant(id=shop, name=shop, admitted_from_on=Day("2022-01-01"), rate=150))
        done(ledger, OFFER)
        yield ledger


def done(ledger: Ledger, *commands: Command, by: By = SUPERVISOR) -> list[Fact]:
    facts = []
    for command in commands:
        outcome = ledger.submit(command, by=by)
        assert outcome.refusal is None, outcome.refusal
        facts += [envelope.data for envelope in outcome.envelopes]
    return facts


def all_named(ledger: Ledger, *commands: Command, by: By = SUPERVISOR) -> list[Fact]:
    """Each with nothing in memory; the facts of all."""
    facts = []
    for command in commands:
        ledger.book.forget()
        before = ledger.book.on_demand
        facts += done(ledger, command, by=by)
        assert ledger.book.on_demand == before, command.ROUTE
    return facts


def test_a_whole_life_of_coupons_reads_nothing_on_demand(union: Ledger) -> None:
    wanted = lines((LI, 5_000, 2), (WANG, 100, 1), (ZHAO, 100, 1))
    all_named(union, drafting(), wanted, SubmitBatch(batch="b1"))
    all_named(union, StrikeLines(batch="b1", holders=(ZHAO,), reason="not-a-member"))
    all_named(union, ApproveBatch(batch="b1", digest=union.the(Batch, "b1").digest), by=LEADER)
    issued = all_named(union, IssueCoupons(batch="b1", lines=(Issuing(LI, (mac("a"), mac("b"))), Issuing(WANG))))
    first, second, third = (fact.coupon for fact in issued if isinstance(fact, CouponIssued))
    all_named(union, FinishBatch(batch="b1"), ReplaceCode(coupon=second, code=mac("c"), reason="code-lost"))
    (sale, *_) = all_named(union, bought(first, f"code:{mac('c')}", bill=7_000))
    assert isinstance(sale, CouponsSpent)
    all_named(union, returned(sale.purchase, 5_500), VoidCoupon(coupon=third, reason="correction"))
    all_named(union, VoidCoupon(coupon=second, reason="correction"), returned(sale.purchase))


@pytest.mark.parametrize("id", [None, "c1"])
def test_a_claim_its_use_and_its_end_read_nothing_on_demand(union: Ledger, id: str | None) -> None:
    (claimed, *_) = all_named(union, ClaimOffer(id=id, offer="ice", holder=LI))
    assert isinstance(claimed, OfferClaimed)
    all_named(union, UseClaim(claim=claimed.claim), CancelClaim(claim=claimed.claim, reason="returned-goods"))

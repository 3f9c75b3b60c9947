"""A midnight on which many coupons end: all of them are recorded at once, turn by turn, and a till sells in between."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from ledger.coupons.commands import (
    ApproveBatch,
    BoughtLine,
    DraftBatch,
    DraftedLine,
    DraftLines,
    IssueCoupons,
    Issuing,
    SpendCoupons,
    SubmitBatch,
)
from ledger.coupons.entities import Batch
from ledger.coupons.facts import CouponIssued, CouponLapsed, CouponsSpent
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.funds.entities import Fund
from ledger.journal import writer
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission
from ledger.merchants.commands import AdmitMerchant
from ledger.people.commands import RegisterPerson
from ledger.room import Command, Fact
from ledger.values import Day, HolderId, Instant, UnitCode
from tests.given import LEADER, SUPERVISOR
from tests.ledgers import opened

MORNING = Instant("2022-06-01T00:00:00.000000Z")
MIDNIGHT = Instant("2022-06-30T16:00:00.000000Z")
MEMBERS = tuple(HolderId(f"m{number:02}") for number in range(40))


@pytest.fixture
def union(tmp_path: Path) -> Iterator[Ledger]:
    """Forty members with a coupon each to the end of June, and one with another until July; the night has come."""
    storage = Storage.sqlite(tmp_path / "journal.db", "union")
    storage.create(zone="Asia/Shanghai", scheme="welfare-coupons", created_at=MORNING)
    with opened(storage, at=MORNING, scheme="welfare-coupons", repeatable=False) as ledger:
        done(ledger, *(RegisterPerson(holder=holder) for holder in MEMBERS))
        done(ledger, OpenFund(id="gifts", unit=UnitCode("cny"), source="union"))
        done(ledger, AppropriateFund(fund="gifts", amount=100_000))
        done(ledger, AdmitMerchant(id="corner", name="corner", admitted_from_on=Day("2022-01-01")))
        issued(ledger, "june", MEMBERS, Day("2022-06-30"))
        clock = ledger.writer.runner.guard.clock
        assert isinstance(clock, ManualClock)
        clock.move_to(MIDNIGHT)
        yield ledger


def done(ledger: Ledger, *commands: Command) -> list[Fact]:
    outcomes = [ledger.submit(command, by=SUPERVISOR) for command in commands]
    return [envelope.data for outcome in outcomes for envelope in outcome.envelopes]


def issued(ledger: Ledger, batch: str, holders: tuple[HolderId, ...], last: Day) -> list[str]:
    lines = tuple(DraftedLine(holder, 1_000) for holder in holders)
    drafted = DraftBatch(id=batch, kind="welfare", occasion="birthday", fund="gifts", expires_on=last)
    done(ledger, drafted, DraftLines(batch=batch, lines=lines), SubmitBatch(batch=batch))
    ledger.submit(ApproveBatch(batch=batch, digest=ledger.the(Batch, batch).digest), by=LEADER)
    facts = done(ledger, IssueCoupons(batch=batch, lines=tuple(map(Issuing, holders))))
    return [fact.coupon for fact in facts if isinstance(fact, CouponIssued)]


def facts_of(ledger: Ledger) -> list[Fact]:
    return [ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 10_000)]


def test_one_sweep_ends_them_all_and_reads_none_of_them_by_itself(
    union: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SWEPT", 16)
    monkeypatch.setattr(writer, "SWEPT_BESIDE", 16)
    union.book.forget()
    before = union.book.on_demand
    assert union.writer.sweep() >= len(MEMBERS)
    assert union.book.on_demand == before
    fund = union.the(Fund, "gifts")
    assert (fund.committed, fund.free) == (0, 100_000)
    assert sum(isinstance(fact, CouponLapsed) for fact in facts_of(union)) == len(MEMBERS)


def test_a_till_sells_between_two_turns_of_the_night(union: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "SWEPT", 4)
    monkeypatch.setattr(writer, "SWEPT_BESIDE", 4)
    (coupon,) = issued(union, "july", MEMBERS[:1], Day("2022-07-31"))
    line = BoughtLine("food", 1_000)
    wish = SpendCoupons(merchant="corner", lines=(line,), coupons=(coupon,), holder=MEMBERS[0])
    sold, sweep = Future[Outcome](), union.writer.runner.sweep

    def selling(limit: int) -> int:
        if not sold.done():
            union.writer.submit(Submission(wishes=(union.wish(wish, by=SUPERVISOR),)), sold.set_result)
        return sweep(limit)

    monkeypatch.setattr(union.writer.runner, "sweep", selling)
    union.writer.sweep()
    assert sold.result(5).refusal is None
    kinds = [type(fact) for fact in facts_of(union) if isinstance(fact, CouponLapsed | CouponsSpent)]
    assert kinds.count(CouponLapsed) == len(MEMBERS)
    assert kinds.index(CouponsSpent) < 10

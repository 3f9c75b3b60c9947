"""Entitlements on a real ledger: every key is read in rounds, and whoever names a thing finds what time has done."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.entitlements.commands import CancelEntitlement
from ledger.entitlements.entities import Entitlement, Session
from ledger.entitlements.facts import EntitlementLapsed, WaitingEnded
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.redemptions.commands import FulfilRedemption
from ledger.refusals import EntitlementInForce
from ledger.room import Command
from ledger.stock.commands import ChangeItem, ListItem, ReceiveGoods
from ledger.stock.entities import Limit
from ledger.values import Day, HolderId, Instant, RedemptionId
from tests.entitlements.mall import (
    COACH,
    COIN,
    JULY_6,
    JULY_9,
    LI,
    POLICY,
    PRICES,
    RECUPERATION,
    WANG,
    ZHAO,
    absent,
    book,
    called_off,
    cancel,
    coach,
    given_to,
    paid,
    places,
    redeem,
    unbook,
    used,
)
from tests.ledgers import asked, opened

QIAN = HolderId("qian")


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[Ledger]:
    """Li and Wang have places on a coach of two, Zhao and Qian wait; everybody has coins left."""
    storage = Storage.sqlite(tmp_path / "journal.db", "mall")
    storage.create(zone="Asia/Shanghai", scheme="patrol", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, at=noon("2022-06-30"), scheme="patrol") as ledger:
        for item, price in PRICES.items():
            done(ledger, ListItem(id=item, name=item, price=price, unit=COIN), ReceiveGoods(item=item, quantity=50))
        done(ledger, ChangeItem(item=RECUPERATION, limit=Limit(9, "year")), coach(2))
        for holder in (LI, WANG, ZHAO, QIAN):
            done(ledger, RegisterPerson(holder=holder), paid(holder, 5000), redeem(holder, id=holder), book(holder))
        yield ledger


def noon(day: str) -> Instant:
    return Instant(day + "T04:00:00.000000Z")


def done(ledger: Ledger, *commands: Command) -> None:
    for command in commands:
        outcome = asked(ledger, command)
        assert outcome.refusal is None, outcome.refusal


def move(ledger: Ledger, day: str) -> None:
    assert isinstance(ledger.clock, ManualClock)
    ledger.clock.move_to(noon(day))


def read_on_demand(ledger: Ledger, command: Command) -> int:
    ledger.book.forget()
    before = ledger.book.on_demand
    done(ledger, command)
    return ledger.book.on_demand - before


@pytest.mark.parametrize(
    ("command", "day"),
    [
        (redeem(LI, POLICY), JULY_6),
        (redeem(LI, RECUPERATION, 3, id="r"), JULY_6),
        (redeem(LI, POLICY, id="r", hold=True), JULY_6),
        (given_to(LI, "accident-policy", id="gift"), JULY_6),
        (coach(2, id="other"), JULY_6),
        (unbook("li"), JULY_6),
        (unbook("zhao"), JULY_6),
        (cancel("li"), JULY_6),
        (cancel("qian"), JULY_6),
        (places(3), JULY_6),
        (places(9), JULY_6),
        (called_off(), JULY_6),
        (used("li"), JULY_9),
        (absent("li"), JULY_9),
    ],
    ids=lambda value: getattr(value, "ROUTE", value),
)
def test_what_a_wish_looks_at_is_named(mall: Ledger, command: Command, day: str) -> None:
    move(mall, day)
    assert read_on_demand(mall, command) == 0


def test_booking_reads_what_every_record_of_the_person_has(mall: Ledger) -> None:
    done(mall, unbook("zhao"), given_to(QIAN, id="second"), MergeHolders(old=ZHAO, into=LI, reason="duplicate"))
    assert asked(mall, book("zhao")).refusal is not None
    done(mall, unbook("li"))
    assert read_on_demand(mall, book("zhao")) == 0
    done(mall, coach(2, id="other"))
    assert read_on_demand(mall, book("li", "other")) == 0
    assert read_on_demand(mall, cancel("zhao")) == 0


def test_handing_over_reads_what_is_in_force(mall: Ledger) -> None:
    done(mall, redeem(LI, POLICY, id="r1", hold=True), redeem(LI, POLICY, id="r2", hold=True))
    assert read_on_demand(mall, FulfilRedemption(redemption=RedemptionId("r1"))) == 0
    refusal = asked(mall, FulfilRedemption(redemption=RedemptionId("r2"))).refusal
    assert refusal == EntitlementInForce(until=Day("2023-06-30"))


def test_whoever_names_a_session_that_is_over_finds_nobody_waiting(mall: Ledger) -> None:
    move(mall, "2022-07-11")
    outcome = asked(mall, book("zhao"))
    assert outcome.refusal is not None
    assert (mall.the(Session, COACH).waiting, mall.the(Entitlement, "zhao").status) == ((), "issued")
    facts = [mall.mapper.decode(row.state) for row in mall.storage.facts(0, 1000)]
    assert [(fact.data.entitlement, fact.by.principal) for fact in facts if isinstance(fact.data, WaitingEnded)] == [
        ("zhao", "system"),
        ("qian", "system"),
    ]


def test_a_voucher_that_waited_for_what_is_over_is_booked_elsewhere_before_anybody_swept(mall: Ledger) -> None:
    later = msgspec.structs.replace(coach(2, id="july-16"), starts_on=Day("2022-07-16"), ends_on=Day("2022-07-17"))
    done(mall, later)
    move(mall, "2022-07-11")
    done(mall, book("zhao", "july-16"))
    assert mall.the(Session, COACH).waiting == ()


def test_a_sweep_years_later_ends_everything_in_the_order_in_which_it_ended(mall: Ledger) -> None:
    done(mall, redeem(LI, POLICY, id="policy"))
    trip = coach(1, id="newyear", starts="2022-07-10")
    done(mall, trip, unbook("zhao"), unbook("qian"), book("zhao", "newyear"), book("qian", "newyear"))
    move(mall, "2025-01-01")
    while mall.writer.sweep():
        pass
    facts = [mall.mapper.decode(row.state) for row in mall.storage.facts(0, 1000)]
    lapsed = {fact.data.entitlement: fact.occurred_at for fact in facts if isinstance(fact.data, EntitlementLapsed)}
    assert lapsed == dict.fromkeys(("qian", "policy"), "2023-06-30T16:00:00.000000Z")
    ended = [fact.data.entitlement for fact in facts if isinstance(fact.data, WaitingEnded)]
    assert ended == ["qian"]
    assert [mall.the(Entitlement, id).status for id in ("li", "wang", "zhao")] == ["booked"] * 3


def test_a_refused_return_leaves_every_row_as_it_was(mall: Ledger) -> None:
    move(mall, "2022-07-08")
    before = mall.the(Session, COACH), mall.the(Entitlement, "li")
    outcome = asked(mall, CancelEntitlement(entitlement=before[1].id, reason="cannot-come"))
    assert outcome.refusal is not None
    assert (mall.the(Session, COACH), mall.the(Entitlement, "li")) == before

"""Hundreds of lots at once: what one fact cannot say is refused by name, and less at a time goes through."""

from datetime import date, timedelta

import pytest

from ledger.holds.commands import PlaceHold
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account
from ledger.redemptions.commands import PlaceRedemption, RefundRedemption
from ledger.refusals import TooLarge, TooManyLots
from ledger.values import AccountId, Day, Instant, RedemptionId, UnitCode
from tests.ledgers import POINT, asked, group, opened, sale, stocked

ALICE = AccountId("holder:h0")
LOTS = 365


@pytest.fixture
def saver(storage: Storage) -> Ledger:
    """Somebody who earned one point a day for most of a year, each with a last day of its own."""
    ledger = stocked(opened(storage, repeatable=False), points=0, stock=100, price=LOTS)
    return daily(ledger, POINT, LOTS)


def daily(ledger: Ledger, unit: UnitCode, days: int) -> Ledger:
    """With a lot of one point for each of these days, in one transaction."""
    ends = (Day(str(date(2022, 7, 1) + timedelta(days=day))) for day in range(days))
    grants = [GrantPoints(to=ALICE, unit=unit, amount=1, expires_on=ends_on) for ends_on in ends]
    assert ledger.writer.ask(group(ledger, *grants)).refusal is None
    return ledger


def test_a_sale_for_hundreds_of_lots_is_one_fact_and_comes_back_in_parts(saver: Ledger) -> None:
    sold = asked(saver, sale(), key="sale")
    assert sold.refusal is None
    redemption = RedemptionId(sold.tx)
    whole = asked(saver, RefundRedemption(redemption=redemption, amount=LOTS, reason="correction"), key="whole")
    assert isinstance(whole.refusal, TooLarge)
    assert not whole.envelopes
    for number in range(2):
        half = RefundRedemption(redemption=redemption, amount=(LOTS + number) // 2, reason="correction")
        assert asked(saver, half, key=f"half {number}").refusal is None
    assert saver.the(Account, f"{ALICE}/{POINT}").balance == LOTS


def test_a_key_whose_fact_would_be_too_large_stays_free(saver: Ledger) -> None:
    redemption = RedemptionId(asked(saver, sale(), key="sale").tx)
    assert asked(saver, RefundRedemption(redemption=redemption, amount=LOTS, reason="correction"), key="k").refusal
    again = asked(saver, RefundRedemption(redemption=redemption, amount=10, reason="correction"), key="k")
    assert again.refusal is None


def test_a_hold_on_more_lots_than_its_end_could_name_is_refused(saver: Ledger) -> None:
    held = asked(saver, PlaceHold(account=ALICE, unit=POINT, amount=129), key="hold")
    assert isinstance(held.refusal, TooManyLots)
    assert (held.refusal.lots, held.refusal.limit) == (129, 128)
    at_the_counter = asked(saver, PlaceRedemption(holder=sale().holder, lines=sale().lines, hold=True), key="counter")
    assert isinstance(at_the_counter.refusal, TooManyLots)


def test_the_largest_hold_can_be_ended_by_time_whatever_it_repays(saver: Ledger) -> None:
    """The fact that ends it names every range twice when all of them repay a debt that came meanwhile."""
    unit = UnitCode("D")
    daily(saver, unit, 128)
    assert asked(saver, PlaceHold(account=ALICE, unit=unit, amount=128, expires_in=60), key="hold").refusal is None
    owed = DeductPoints(account=ALICE, unit=unit, amount=200, reason="correction")
    assert asked(saver, owed, key="owed").refusal is None
    assert isinstance(saver.clock, ManualClock)
    saver.clock.move_to(Instant("2022-06-15T05:00:00.000000Z"))
    assert asked(saver, GrantPoints(to=ALICE, unit=unit, amount=2), key="naming").refusal is None
    account = saver.the(Account, f"{ALICE}/{unit}")
    assert (account.held, account.debt, account.balance) == (0, 70, -70)

"""Time can always act: whatever hundreds of debts or lots an account has, its end is said in facts that fit."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from ledger.holds.commands import PlaceHold
from ledger.holds.entities import Hold
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.people.commands import LeaveSite
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.room import Command
from ledger.values import AccountId, Day, HolderId, HoldId, Instant, UnitCode
from tests.ledgers import asked, opened, stocked

DEBTS, LOTS = 600, 500
HOLDER = AccountId("holder:h0")
OWING = UnitCode("D")
"""A unit in which holders may owe."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """One holder, and ids of their real length: they are what fills a fact."""
    storage = Storage.sqlite(tmp_path / "journal.db", "bank")
    storage.create(zone="Asia/Shanghai", scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with stocked(opened(storage, repeatable=False), points=0) as ledger:
        yield ledger


def done(ledger: Ledger, *commands: Command) -> None:
    for outcome in (asked(ledger, command) for command in commands):
        assert outcome.refusal is None


def granted(amount: int, *, unit: str = "D", until: str | None = None) -> GrantPoints:
    return GrantPoints(to=HOLDER, unit=UnitCode(unit), amount=amount, expires_on=Day(until) if until else None)


def wait_until(ledger: Ledger, at: str) -> None:
    assert isinstance(ledger.clock, ManualClock)
    ledger.clock.move_to(Instant(at))


def owing(ledger: Ledger) -> None:
    """Everything is held, and then hundreds of deductions are owed one by one."""
    hold = PlaceHold(id=HoldId("h"), account=HOLDER, to=None, unit=OWING, amount=1000, expires_in=600)
    deduction = DeductPoints(account=HOLDER, unit=OWING, amount=1, reason="correction")
    done(ledger, granted(1000), hold, *[deduction] * DEBTS)
    assert ledger.the(Account, "holder:h0/D").debt == DEBTS


def test_a_hold_of_somebody_with_hundreds_of_debts_ends_by_itself(ledger: Ledger) -> None:
    owing(ledger)
    wait_until(ledger, "2022-06-15T04:11:00.000000Z")
    done(ledger, granted(1))
    after = ledger.the(Account, "holder:h0/D")
    assert ledger.the(Hold, "h").status == "expired"
    assert (after.balance, after.held, after.balance) == (1001 - DEBTS, 0, after.value("earned") - after.debt)
    assert after.debt < DEBTS


def test_one_grant_may_repay_hundreds_of_debts(ledger: Ledger) -> None:
    owing(ledger)
    done(ledger, granted(1000))
    after = ledger.the(Account, "holder:h0/D")
    assert (after.balance, after.held) == (2000 - DEBTS, 1000)
    assert after.balance == after.value("earned") + after.held - after.debt


def test_hundreds_of_lots_of_many_days_end_on_the_day_when_their_holder_leaves(ledger: Ledger) -> None:
    """Each had a day of its own: only the account's end brings them together."""
    days = (date(2022, 7, 1) + timedelta(days=number) for number in range(LOTS))
    done(ledger, *(granted(2, unit="A", until=day.isoformat()) for day in days))
    done(ledger, LeaveSite(holder=HolderId("h0"), left_on=Day("2022-06-15"), reason="correction"))
    wait_until(ledger, "2022-07-01T04:00:00.000000Z")
    done(ledger, granted(1, unit="A"))
    facts = [ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 10_000)]
    assert sum(fact.amount for fact in facts if isinstance(fact, LotsLapsed)) >= 2 * LOTS
    assert ledger.the(Account, "holder:h0/A").lapsed >= 2 * LOTS

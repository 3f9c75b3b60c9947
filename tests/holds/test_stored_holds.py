"""Holds on a real ledger: whoever names either side finds what has ended already free, and nothing is read twice."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ledger.accounts.commands import OpenAccount
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.holds.entities import Hold
from ledger.holds.facts import HoldExpired, HoldPlaced
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed, PointsEarned
from ledger.refusals import HoldExpired as HoldHasExpired
from ledger.room import Command
from ledger.values import AccountId, Day, HoldId, instant, later
from tests.ledgers import POINT, asked, group, opened, stocked

SHOP = AccountId("account:shop")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Ledger]:
    """Five people of 100 points each, and a shop."""
    storage = Storage.sqlite(tmp_path / "journal.db", "bank")
    storage.create(zone="Asia/Shanghai", scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with stocked(opened(storage), holders=5) as ledger:
        asked(ledger, OpenAccount(id="shop", unit=POINT))
        yield ledger


def held(holder: str = "h0", amount: int = 10, *, id: str = "h", seconds: int = 60, to: bool = True) -> PlaceHold:
    return PlaceHold(
        account=AccountId("holder:" + holder),
        to=SHOP if to else None,
        unit=POINT,
        amount=amount,
        expires_in=seconds,
        id=HoldId(id),
    )


def done(ledger: Ledger, *commands: Command) -> None:
    for command in commands:
        assert asked(ledger, command).refusal is None


def earned(account: AccountId = SHOP, amount: int = 1, *, until: str | None = None) -> GrantPoints:
    return GrantPoints(to=account, unit=POINT, amount=amount, expires_on=Day(until) if until else None)


def wait(ledger: Ledger, seconds: int) -> None:
    clock = ledger.clock
    assert isinstance(clock, ManualClock)
    clock.move_to(later(instant(clock.wall()), seconds=seconds))


def last(ledger: Ledger, number: int) -> list[type[Any]]:
    rows = ledger.storage.facts(0, 1_000_000)[-number:]
    return [type(ledger.mapper.decode(row.state).data) for row in rows]


def test_naming_the_payee_ends_the_holds_of_all_its_payers(bank: Ledger) -> None:
    """Each payer has something to settle first itself: lots whose day is over, and a hold for nobody."""
    wait(bank, 11 * 3600 + 55 * 60)
    for number in range(5):
        done(bank, earned(AccountId(f"holder:h{number}"), 7, until="2022-06-15"))
        done(bank, held(f"h{number}", id=f"a{number}", seconds=600 + number, to=number != 2))
        done(bank, held(f"h{number}", id=f"b{number}", seconds=300 + number))
    wait(bank, 900)
    bank.book.forget()
    done(bank, earned())
    assert {bank.the(Hold, f"{kind}{number}").status for kind in "ab" for number in range(5)} == {"expired"}
    shop = bank.the(Account, "account:shop/A")
    assert (shop.incoming, shop.towards, shop.balance) == (0, (), 1)
    for number in range(5):
        account = bank.the(Account, f"holder:h{number}/A")
        assert (account.held, account.balance, account.lapsed) == (0, 100, 7)
    assert last(bank, 1) == [PointsEarned]


def test_payers_in_a_long_chain_are_settled_one_after_the_other(bank: Ledger) -> None:
    accounts = [AccountId(f"account:c{number}") for number in range(400)]
    wishes: list[Command] = [OpenAccount(id=account.removeprefix("account:"), unit=POINT) for account in accounts]
    wishes += [earned(account) for account in accounts]
    wishes += [
        # The last in the chain ends first, so that each waits for the next.
        PlaceHold(account=payer, to=payee, unit=POINT, amount=1, id=HoldId(payer), expires_in=1000 - number)
        for number, (payer, payee) in enumerate(pairwise(accounts))
    ]
    outcomes = bank.writer.ask_all([group(bank, wish) for wish in wishes])
    assert [outcome.refusal for outcome in outcomes if outcome.refusal] == []
    wait(bank, 1000)
    bank.book.forget()
    done(bank, earned(accounts[0]))
    assert {bank.the(Hold, account).status for account in accounts[:-1]} == {"expired"}


def test_an_ended_hold_is_recorded_before_its_capture_is_refused(bank: Ledger) -> None:
    done(bank, held())
    wait(bank, 60)
    for wish in (CaptureHold(hold=HoldId("h")), VoidHold(hold=HoldId("h")), ExtendHold(hold=HoldId("h"), expires_in=9)):
        assert isinstance(asked(bank, wish).refusal, HoldHasExpired)
    assert last(bank, 2) == [HoldPlaced, HoldExpired]


def test_reading_either_side_applies_what_has_ended_and_records_nothing(bank: Ledger) -> None:
    done(bank, held(), held("h1", id="i"))
    wait(bank, 60)
    before = bank.storage.head().position
    assert (bank.the(Account, "holder:h0/A").held, bank.the(Account, "account:shop/A").incoming) == (0, 0)
    assert bank.storage.head().position == before


def test_the_sweep_ends_holds_that_nobody_names(bank: Ledger) -> None:
    done(bank, held(), held("h1", id="i", seconds=90), held("h2", id="j", seconds=9_000))
    wait(bank, 100)
    while bank.writer.sweep():
        pass
    assert [bank.the(Hold, id).status for id in "hij"] == ["expired", "expired", "open"]
    assert last(bank, 2) == [HoldExpired, HoldExpired]


def test_what_is_past_its_day_lapses_as_the_sweep_ends_the_hold(bank: Ledger) -> None:
    wait(bank, 11 * 3600 + 55 * 60)
    done(bank, earned(AccountId("holder:h0"), 7, until="2022-06-15"), held(amount=5, seconds=600))
    wait(bank, 700)
    bank.writer.sweep()
    assert last(bank, 3) == [HoldExpired, LotsLapsed, LotsLapsed]
    assert bank.the(Account, "holder:h0/A").balance == 100


def test_two_captures_at_once_take_what_there_is_once(bank: Ledger) -> None:
    done(bank, held(amount=10))
    wishes = [CaptureHold(hold=HoldId("h"), amount=6) for _ in range(2)]
    outcomes = [asked(bank, wish) for wish in wishes]
    assert [outcome.refusal.code if outcome.refusal else None for outcome in outcomes] == [None, "exceeds-hold"]
    assert bank.the(Account, "account:shop/A").balance == 6


def test_a_group_holds_and_captures_in_one_transaction(bank: Ledger) -> None:
    capture = CaptureHold(hold=HoldId("h"), amount=4, final=True)
    outcome = bank.writer.ask(group(bank, held(), held("h1", id="i"), capture, key="g"))
    assert outcome.refusal is None
    assert (bank.the(Hold, "h").status, bank.the(Account, "account:shop/A").incoming) == ("captured", 10)


@pytest.mark.parametrize(
    "wish",
    [
        held(id="new"),
        held(id="new", to=False),
        CaptureHold(hold=HoldId("h")),
        CaptureHold(hold=HoldId("h"), amount=1),
        VoidHold(hold=HoldId("h")),
        ExtendHold(hold=HoldId("h"), expires_in=900),
    ],
    ids=lambda wish: type(wish).__name__,
)
def test_nothing_is_read_on_demand(bank: Ledger, wish: Command) -> None:
    done(bank, held())
    bank.book.forget()
    before, demanded = bank.storage.head().position, bank.book.on_demand
    done(bank, wish)
    assert (bank.storage.head().position - before, bank.book.on_demand - demanded) == (1, 0)

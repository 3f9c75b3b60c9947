"""Movements and reversals on a real ledger: nothing is read on demand, groups are found, every range has its origin."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.explaining import Source, explained
from ledger.accounts.commands import CloseAccount, OpenAccount
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import AccountFact
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import AccountId, Day, TxId, UnitCode
from projections.catalogue import PROJECTIONS
from projections.lots import FILLING, ranges_of
from projections.projector import Projector
from projections.store import Store
from tests.ledgers import POINT, asked, group, opened, stocked

H0, H1, LINE = AccountId("holder:h0"), AccountId("holder:h1"), AccountId("account:line")
B = UnitCode("B")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Ledger]:
    """Two people of 100 points each, and an account that may go to -50."""
    storage = Storage.sqlite(tmp_path / "journal.db", "bank")
    storage.create(zone="Asia/Shanghai", scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with stocked(opened(storage), holders=2) as ledger:
        done(ledger, OpenAccount(id="line", unit=POINT, floor=-50))
        yield ledger


def done(ledger: Ledger, command: Command) -> TxId:
    outcome = asked(ledger, command)
    assert outcome.refusal is None
    return outcome.tx


def transfer(amount: int = 10, account: AccountId = H0, to: AccountId = H1) -> TransferPoints:
    return TransferPoints(account=account, to=to, unit=POINT, amount=amount)


def convert(amount: int = 10) -> ConvertPoints:
    return ConvertPoints(account=H0, from_unit=POINT, to_unit=B, amount=amount)


def grant(amount: int = 10, to: AccountId = H0) -> GrantPoints:
    return GrantPoints(to=to, unit=POINT, amount=amount)


def deduct(amount: int = 10, account: AccountId = H0) -> DeductPoints:
    return DeductPoints(account=account, unit=POINT, amount=amount, reason="correction")


def reverse(of: TxId, amount: int | None = None) -> ReverseMovement:
    return ReverseMovement(of=of, amount=amount, reason="correction")


def read_on_demand(ledger: Ledger, command: Command) -> int:
    ledger.book.forget()
    before = ledger.book.on_demand
    done(ledger, command)
    return ledger.book.on_demand - before


@pytest.mark.parametrize(
    "command",
    [
        transfer(),
        transfer(to=LINE),
        transfer(account=LINE),
        convert(),
        OpenAccount(id="new", unit=POINT),
        CloseAccount(account=LINE, unit=POINT, reason="correction"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_a_movement_looks_at_is_named(bank: Ledger, command: Command) -> None:
    assert read_on_demand(bank, command) == 0


@pytest.mark.parametrize(
    "command", [grant(), deduct(), transfer(), transfer(to=LINE), convert()], ids=lambda command: type(command).__name__
)
def test_what_a_reversal_looks_at_is_read_by_the_facts_that_it_takes_back(bank: Ledger, command: Command) -> None:
    of = done(bank, command)
    assert read_on_demand(bank, reverse(of, 5)) == 0


def test_a_group_is_found_and_taken_back_by_its_transaction(bank: Ledger) -> None:
    outcome = bank.writer.ask(group(bank, convert(20), transfer(30), transfer(5, H1, LINE), key="g"))
    assert outcome.refusal is None
    done(bank, reverse(outcome.tx))
    assert [bank.the(Account, id).balance for id in ("holder:h0/A", "holder:h1/A", "account:line/A")] == [100, 100, 0]
    assert bank.the(Account, "holder:h0/B").balance == 0


def test_every_range_that_any_fact_names_has_its_origin(bank: Ledger, tmp_path: Path) -> None:
    """Also where lots of several last days land together, and where what was drawn below zero comes back."""
    done(bank, GrantPoints(to=H0, unit=POINT, amount=7, expires_on=Day("2022-06-20")))
    done(bank, grant(8))
    moved, drawn = done(bank, transfer(60)), done(bank, deduct(20, LINE))
    lent = done(bank, transfer(15, LINE, H0))
    done(bank, grant(50, LINE))
    for of in (drawn, lent, moved, done(bank, convert())):
        done(bank, reverse(of))
    done(bank, transfer(60, LINE))
    ranges = named_and_explained(bank, tmp_path)
    assert len(ranges) > 12
    assert [(named, of) for named, of in ranges if named != of] == []


def named_and_explained(ledger: Ledger, directory: Path) -> list[tuple[int, int]]:
    """For each use of ranges by each fact: how much it names, and how much the explanation accounts for."""
    store = Store.sqlite(directory / "projections.db", "bank")
    store.create()
    Projector(ledger.storage, store, PROJECTIONS).advance()
    ranges = []
    with store.reading() as reading:
        for row in ledger.storage.facts(0, 1000):
            envelope = ledger.mapper.decode(row.state)
            if isinstance(envelope.data, AccountFact):
                named = sum(it.end - it.start for use, it in ranges_of(envelope.data) if use not in FILLING)
                found = explained(Source(ledger, reading), [envelope])["lots"]
                ranges.append((named, sum(it["amount"] for it in found)))
                assert all(it["amount"] > 0 for it in found)
    return ranges

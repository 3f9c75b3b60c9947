"""Limits and monitors on a real ledger: counters are named before they are read, and a restart knows them again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.holds.commands import PlaceHold
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.limits.entities import Counter
from ledger.monitors.commands import SetMonitor
from ledger.monitors.entities import Monitor
from ledger.monitors.facts import ThresholdCrossed
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.refusals import LimitExceeded
from ledger.room import Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import AccountId, Day, UnitCode, later
from tests.ledgers import COUNTER, NOON, asked, group, opened, sale, stocked
from tests.limits.test_limits import scheme

H0, H1 = AccountId("holder:h0"), AccountId("holder:h1")
A, B = UnitCode("A"), UnitCode("B")
KINDS = ["grant", "deduction", "transfer", "conversion", "redemption", "hold"]


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    made = Storage.sqlite(tmp_path / "journal.db", "shop")
    made.create(scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    return made


@pytest.fixture
def shop(storage: Storage) -> Iterator[Ledger]:
    """Two holders with 100 each; one limit counts every movement of a person in a day, up to five."""
    with stocked(opened(storage), holders=2) as ledger:
        limited = scheme(daily={"counts": "times", "per": ["person"], "window": "day", "amount": 5, "kinds": KINDS})
        tables = canonical(limited) | {"version": 2}
        ledger.submit(AdoptScheme(scheme=tables, effective_from=Day("2022-06-01")), by=COUNTER, key="limits")
        yield ledger


def grant(amount: int) -> GrantPoints:
    return GrantPoints(to=H0, unit=A, amount=amount)


@pytest.mark.parametrize(
    "command",
    [
        grant(5),
        DeductPoints(account=H0, unit=A, amount=5, reason="correction"),
        TransferPoints(account=H0, to=H1, unit=A, amount=5),
        ConvertPoints(account=H0, from_unit=A, to_unit=B, amount=4),
        sale(),
    ],
    ids=lambda command: command.ROUTE,
)
def test_every_movement_names_the_counters_that_it_draws_on(shop: Ledger, command: Command) -> None:
    shop.book.forget()
    before = shop.book.on_demand
    assert asked(shop, command, key="c").refusal is None
    assert shop.book.on_demand == before
    assert shop.the(Counter, "daily/holder:h0/2022-06-15").used == 1


def test_a_watched_account_that_crosses_nothing_reads_no_monitor(shop: Ledger) -> None:
    watch = SetMonitor(id="low", account=H0, unit=A, measure="balance", side="below", threshold=10)
    asked(shop, watch, key="watch")
    shop.book.forget()
    before = shop.book.on_demand
    assert asked(shop, grant(5), key="g").refusal is None
    assert shop.book.on_demand == before


def test_members_of_a_group_draw_on_one_counter_and_all_or_none_of_them_count(shop: Ledger) -> None:
    assert shop.writer.ask(group(shop, *(grant(1) for _ in range(6)), key="six")).refusal is not None
    assert shop.get(Counter, "daily/holder:h0/2022-06-15") is None
    assert shop.writer.ask(group(shop, *(grant(1) for _ in range(5)), key="five")).refusal is None
    refusal = asked(shop, grant(1), key="one more").refusal
    assert refusal == LimitExceeded(rule="daily", limit=5, used=5, offered=0, period="2022-06-15")


def test_a_hold_that_has_ended_counts_no_longer_whatever_unit_is_named(shop: Ledger) -> None:
    """Found: until somebody named the unit that it was held in, or the next sweep, another one was refused."""
    assert asked(shop, GrantPoints(to=H0, unit=B, amount=5), key="g").refusal is None
    for number, seconds in enumerate((900, 900, 900, 1_800)):
        hold = PlaceHold(account=H0, unit=A, amount=1, expires_in=seconds)
        assert asked(shop, hold, key=f"h{number}").refusal is None
    in_b = PlaceHold(account=H0, unit=B, amount=1, expires_in=900)
    full = LimitExceeded(rule="daily", limit=5, used=5, offered=0, period="2022-06-15")
    assert asked(shop, in_b, key="full").refusal == full
    assert isinstance(shop.clock, ManualClock)
    shop.clock.move_to(later(NOON, seconds=900))
    assert asked(shop, in_b, key="free").refusal is None
    assert shop.the(Counter, "daily/holder:h0/2022-06-15").used == 3


def test_a_restart_knows_counters_and_monitors_again(storage: Storage, shop: Ledger) -> None:
    watch = SetMonitor(id="low", account=H0, unit=A, measure="balance", side="below", threshold=100)
    for number, command in enumerate((watch, grant(1))):
        asked(shop, command, key=f"k{number}")
    shop.close()
    with opened(storage) as again:
        deducted = asked(again, DeductPoints(account=H0, unit=A, amount=2, reason="correction"), key="down")
        assert [type(envelope.data) for envelope in deducted.envelopes][1:] == [ThresholdCrossed]
        assert again.the(Counter, "daily/holder:h0/2022-06-15").used == 2
        assert again.the(Monitor, "low").crossings == 1


def test_each_member_of_a_group_crosses_for_itself(shop: Ledger) -> None:
    watch = SetMonitor(id="low", account=H0, unit=A, measure="balance", side="below", threshold=100)
    asked(shop, watch, key="watch")
    down = DeductPoints(account=H0, unit=A, amount=2, reason="correction")
    done = shop.writer.ask(group(shop, down, grant(2), down, key="swing"))
    assert [type(envelope.data) for envelope in done.envelopes].count(ThresholdCrossed) == 2

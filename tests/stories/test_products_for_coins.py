"""S05 and S06, what coins buy: policies that the union pays for, and a coach of forty seats with a waiting list."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from api.export.beancount import write_beancount
from api.settings import Settings
from ledger.calendar import end_of_day
from ledger.entitlements.entities import Entitlement
from ledger.entitlements.facts import BookingCancelled
from ledger.journal.turn import Submission
from ledger.people.commands import RegisterPerson
from ledger.points.entities import Account
from ledger.pools import amount_of
from ledger.redemptions.facts import RedemptionPlaced, RedemptionRefunded
from ledger.refusals import EntitlementInForce, RefundClosed
from ledger.room import Command
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import Day, HolderId, PeriodName
from projections.entitlements import count_in_force, entitlements_of, owed, policies_in_force, sessions
from projections.trial_balance import trial_balance
from tests.entitlements.mall import (
    COACH,
    COIN,
    JULY_6,
    JULY_9,
    JULY_10,
    POLICY,
    RECUPERATION,
    absent,
    book,
    called_off,
    cancel,
    coach,
    paid,
    redeem,
    used,
)
from tests.stories.city import JUNE, City
from tests.stories.test_patrol_credits import consistent

FORTY_THREE = tuple(HolderId(f"h{number:02}") for number in range(43))
ZONE, JULY = "Asia/Shanghai", PeriodName("2022-07")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def mall(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """A city at the end of June, on each database, with recuperation at 1,000 coins on the shelf too."""
    if request.param == "sqlite":
        settings = Settings(data=tmp_path / "var")
    else:
        monkeypatch.setenv("JIFEN_MASTER_KEY", "5a" * 32)
        settings = Settings(database_url=request.getfixturevalue("fresh_database"))
    city = City(settings).on("2022-06-30")
    city.do(ListItem(id=RECUPERATION, name="楠溪江二日休养券", price=1000, unit=COIN))
    city.do(ReceiveGoods(item=RECUPERATION, quantity=50))
    city.do(ReceiveGoods(item=POLICY, quantity=100))
    yield city
    city.close_down()


def all_of(city: City, commands: Iterable[Command]) -> None:
    """Many at once, none of them refused."""
    wishes = (Submission(wishes=(city.ledger.wish(command, by=city.officer),)) for command in commands)
    assert {outcome.refusal for outcome in city.ledger.writer.ask_all(wishes)} == {None}


def boarding(city: City) -> None:
    """43 people with coins of two last days have a voucher each and book the coach of forty."""
    all_of(city, (RegisterPerson(holder=holder) for holder in FORTY_THREE))
    all_of(city, (paid(holder, 300, "2022-12-31") for holder in FORTY_THREE))
    all_of(city, (paid(holder, 700, "2023-12-31") for holder in FORTY_THREE))
    all_of(city, (redeem(holder, id=holder) for holder in FORTY_THREE))
    all_of(city, [coach()])
    all_of(city, (book(holder) for holder in FORTY_THREE))


def shown(city: City, account: str, unit: str) -> int:
    """What a book account stands at in the trial balance."""
    city.projector.advance()
    with city.projector.store.reading() as reading:
        return sum(line.balance for line in trial_balance(reading) if (line.account, line.unit) == (account, unit))


def refunds(city: City) -> list[RedemptionRefunded]:
    return [fact.data for fact in city.facts() if isinstance(fact.data, RedemptionRefunded)]


def test_the_coach_of_forty(mall: City) -> None:
    """43 vouchers, 40 booked, 3 wait; 2 cancel in time, 2 move up; used 39, no-show 1, open 1, refunded 2 x 1,000."""
    boarding(mall)
    mall.on(JULY_6)
    all_of(mall, [cancel("h03"), cancel("h17")])
    mall.on("2022-07-07")
    with pytest.raises(RefundClosed) as late:
        mall.do(cancel("h04"))
    assert late.value.until == JULY_6

    mall.on(JULY_10)
    came = [holder for holder in FORTY_THREE[:42] if holder not in {"h03", "h05", "h17"}]
    all_of(mall, [*(used(holder) for holder in came), absent("h05")])
    mall.on("2022-07-11").ledger.writer.sweep()
    mall.projector.advance()
    with mall.projector.store.reading() as reading:
        (seats,) = sessions(reading, session=COACH)
        open_ones = entitlements_of(reading, statuses=("issued",))
    assert (seats.used, seats.no_show, seats.booked, seats.waiting, seats.free) == (39, 1, 0, 0, 0)
    assert (seats.cancelled, seats.refunded) == (2, 2000)
    assert [item.entitlement for item in open_ones] == ["h42"]

    placed = {fact.data.redemption: fact.data for fact in mall.facts() if isinstance(fact.data, RedemptionPlaced)}
    for refund in refunds(mall):
        assert {item.lot for item in refund.restored} == {*placed[refund.redemption].paid}
        assert [(item.lot.amount, item.terms.expires_on) for item in refund.restored] == [
            (700, "2023-12-31"),
            (300, "2022-12-31"),
        ]
    assert [mall.balance(HolderId(id)) for id in ("h03", "h17", "h04", "h42")] == [1000, 1000, 0, 0]
    assert shown(mall, "payable:resort", "cny") == 41 * 50_000
    assert shown(mall, "cost:union", "cny") == -41 * 50_000
    consistent(mall)


def test_a_coach_that_a_typhoon_stops_frees_everybody_and_coins_come_back_until_their_day(mall: City) -> None:
    boarding(mall)
    mall.on(JULY_9)
    told = mall.do(called_off(), by=mall.officer).envelopes[1:]
    assert {(fact.data.cause, fact.data.reason) for fact in told if isinstance(fact.data, BookingCancelled)} == {
        ("session-cancelled", "typhoon")
    }
    assert len(told) == 43
    mall.on("2023-01-15")
    all_of(mall, (cancel(holder) for holder in FORTY_THREE[:10]))
    # The 300 of each whose last day was 31 December came back to lapse at once.
    assert [mall.balance(holder) for holder in FORTY_THREE[:11]] == [700] * 10 + [0]
    account = mall.ledger.the(Account, f"holder:h00/{COIN}")
    assert (account.lapsed, account.received, account.spent) == (300, 2000, 1000)
    assert sum(amount_of(item.lot for item in refund.restored) for refund in refunds(mall)) == 10_000
    mall.on("2023-07-01").ledger.writer.sweep()
    assert {mall.ledger.the(Entitlement, holder).status for holder in FORTY_THREE[10:]} == {"lapsed"}
    consistent(mall)


def test_a_hundred_and_twenty_policies_burn_48000_coins_and_owe_the_insurer_7200_yuan(mall: City) -> None:
    people = [HolderId(f"p{number:03}") for number in range(120)]
    all_of(mall, (RegisterPerson(holder=holder) for holder in people))
    all_of(mall, (paid(holder, 900) for holder in people))
    all_of(mall, (redeem(holder, POLICY) for holder in people))
    assert (shown(mall, "redeemed", COIN), shown(mall, "payable:insurer", "cny")) == (48_000, 720_000)
    assert shown(mall, "cost:union", "cny") == -720_000
    for holder in people[:3]:
        with pytest.raises(EntitlementInForce) as refused:
            mall.do(redeem(holder, POLICY))
        assert (refused.value.until, mall.balance(holder)) == (Day("2023-06-30"), 500)

    with mall.projector.store.reading() as reading:
        days = ("2022-06-30", "2022-07-01", "2023-06-30", "2023-07-01")
        counts = [count_in_force(reading, Day(day), end_of_day(Day(day), ZONE)) for day in days]
        first = policies_in_force(reading, Day("2022-07-01"), end_of_day(Day("2022-07-01"), ZONE), limit=1)
        costs = owed(reading)
    assert counts == [{}, {"accident-policy": 120}, {"accident-policy": 120}, {}]
    assert [(item.holder, item.starts_on, item.ends_on) for item in first] == [("p000", "2022-07-01", "2023-06-30")]
    assert [(item.fund, item.payee, item.issued, item.cancelled, item.amount) for item in costs] == [
        ("union", "insurer", 120, 0, 720_000)
    ]
    mall.on("2023-07-01").ledger.writer.sweep()
    mall.projector.advance()
    with mall.projector.store.reading() as reading:
        assert len(entitlements_of(reading, statuses=("lapsed",))) == 120
    all_of(mall, (redeem(holder, POLICY) for holder in people[:3]))
    consistent(mall)


def test_the_cost_of_a_closed_month_stays_and_what_is_given_back_later_stands_in_the_next(
    mall: City, tmp_path: Path
) -> None:
    boarding(mall)
    mall.on("2022-07-01").closes()
    mall.on("2022-07-05")
    all_of(mall, [cancel("h00"), cancel("h01")])
    mall.projector.advance()
    with mall.projector.store.reading() as reading:
        books = {period: trial_balance(reading, period=period) for period in (JUNE, JULY)}
        costs = [(item.period, item.issued, item.cancelled, item.amount) for item in owed(reading)]
    payable = {
        period: [line.balance for line in lines if line.account == "payable:resort"] for period, lines in books.items()
    }
    assert payable == {JUNE: [43 * 50_000], JULY: [-2 * 50_000]}
    assert costs == [("2022-06", 43, 0, 43 * 50_000), ("2022-07", 0, 2, -2 * 50_000)]
    consistent(mall)
    books_as_text = tmp_path / "city.beancount"
    write_beancount(books_as_text, mall.opened)
    assert "Liabilities:Payable:" in books_as_text.read_text("utf-8")
    checker = [sys.executable, "-m", "beancount.scripts.check", str(books_as_text)]
    assert subprocess.run(checker, capture_output=True, check=False).returncode == 0

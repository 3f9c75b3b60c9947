"""Defects of ours and of neighbours: whatever breaks, breaks alone, and the writer goes on."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import pytest

from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.turn import Outcome, Submission
from ledger.journal.writer import Writer
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.refusals import InternalError, QueueFull
from ledger.room import Command, Due, Handler
from ledger.values import AccountId, Day, HolderId, Instant
from tests.ledgers import COUNTER, POINT, asked, balance, sale

T = TypeVar("T")
LATER = Instant("2022-07-02T04:00:00.000000Z")


def submission(shop: Ledger, command: Command, key: str | None = None) -> Submission:
    return Submission(wishes=(shop.wish(command, by=COUNTER, key=key),))


def refusals(outcomes: list[Outcome]) -> list[type]:
    return [type(outcome.refusal) for outcome in outcomes]


def to(holder: str, amount: int = 5, expires_on: str | None = None) -> GrantPoints:
    return GrantPoints(
        to=AccountId("holder:" + holder), unit=POINT, amount=amount, expires_on=Day(expires_on) if expires_on else None
    )


@pytest.fixture
def ended(shop: Ledger) -> Ledger:
    """Two holders whose lots have ended; what time does to the first is broken."""
    shop.submit(RegisterPerson(holder=HolderId("h1")), by=COUNTER)
    for holder in ("h0", "h1"):
        shop.submit(to(holder, expires_on="2022-06-30"), by=COUNTER)
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    due = shop.registry.dues[Account.KIND]

    def breaking(account: Account, book: Any, now: Any) -> Any:
        if account.account == "holder:h0":
            raise LookupError("a defect")
        yield from due.decide(account, book, now)

    shop.registry.dues[Account.KIND] = Due(Account, breaking)
    clock.move_to(LATER)
    return shop


def test_a_sweep_goes_past_what_it_cannot_settle_and_the_writer_lives(ended: Ledger) -> None:
    assert soon(ended.writer.sweep) == 1
    assert soon(lambda: asked(ended, to("h1"))).refusal is None
    assert balance(ended, "h1") == 5


def test_an_account_that_time_cannot_settle_fails_its_own_commands_alone(ended: Ledger) -> None:
    wishes = [submission(ended, to("h1"), "a"), submission(ended, sale("h0"), "b"), submission(ended, to("h1"), "c")]
    outcomes = ended.writer.runner.run(wishes)
    assert refusals(outcomes) == [type(None), InternalError, type(None)]
    assert not [fact for outcome in outcomes for fact in outcome.envelopes if isinstance(fact.data, LotsLapsed)]
    assert balance(ended, "h1") == 10


def test_a_command_whose_keys_cannot_be_named_fails_alone(shop: Ledger) -> None:
    class Unreadable(Command, frozen=True, kw_only=True):
        """A wish whose keys nobody can name."""

    shop.registry.handlers[Unreadable] = Handler(Unreadable, _explode, (_explode_reading,))
    broken = submission(shop, Unreadable())
    outcomes = shop.writer.runner.run([submission(shop, sale(), "a"), broken, submission(shop, sale(), "b")])
    assert refusals(outcomes) == [type(None), InternalError, type(None)]
    assert balance(shop) == 80


def test_what_breaks_a_whole_turn_is_found_one_by_one(
    shop: Ledger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keys = type(shop.writer.runner)._load

    def loading(self: Any, desk: Any, submissions: Any) -> None:
        if any(item.key and item.key.lang == "poison" for item in submissions):
            raise RuntimeError("a defect")
        keys(self, desk, submissions)

    monkeypatch.setattr(type(shop.writer.runner), "_load", loading)
    broken = Submission(wishes=(shop.wish(sale(), by=COUNTER, key="p", lang="poison"),))
    with caplog.at_level(logging.CRITICAL):
        outcomes = shop.writer._outcomes([submission(shop, sale(), "a"), broken, submission(shop, sale(), "b")])
    assert refusals(outcomes) == [type(None), InternalError, type(None)]
    assert balance(shop) == 80
    assert "incident" in caplog.text


def test_bulk_work_that_waits_never_turns_a_single_sale_away(shop: Ledger) -> None:
    answered: list[Outcome] = []
    writer, gate, blocked = Writer(shop.writer.runner, backlog=2), threading.Event(), threading.Event()

    def hold(_outcome: Outcome) -> None:
        blocked.set()
        gate.wait(60)

    writer.submit(submission(shop, sale(), "first"), hold)
    assert blocked.wait(60)
    for number in range(10):
        writer.submit(submission(shop, to("h0"), f"bulk {number}"), answered.append, bulk=True)
    for number in range(3):
        writer.submit(submission(shop, sale(), f"single {number}"), answered.append)
    gate.set()
    writer.close()
    assert refusals(answered).count(QueueFull) == 1
    assert refusals(answered).count(type(None)) == 12


def test_a_closed_writer_is_not_waited_for(shop: Ledger) -> None:
    shop.writer.close()
    assert soon(shop.writer.sweep) == 0


def soon(work: Callable[[], T]) -> T:
    """What the work gives, or a failure where it would wait for ever."""
    future: Future[T] = Future()
    threading.Thread(target=lambda: future.set_result(work()), daemon=True).start()
    return future.result(timeout=60)


def _explode(_command: Any, _book: Any, _now: Any) -> Any:
    raise RuntimeError("a defect")


def _explode_reading(_command: Any, _book: Any) -> Any:
    raise RuntimeError("a defect")

"""The turn: neighbours, groups, defects, constraints, time, and lost commits."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.rows import CommitUnknownError, FactRow
from ledger.journal.storage import Storage, Turn
from ledger.journal.turn import Outcome, Submission
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.refusals import (
    ClockUntrusted,
    DeadlinePassed,
    InsufficientFunds,
    InternalError,
    OutcomeUnknown,
    OutOfStock,
    QueueFull,
    StorageUnavailable,
)
from ledger.room import Command
from ledger.values import AccountId, Day, Instant
from tests.ledgers import COUNTER, POINT, asked, balance, group, log_of, on_shelf, opened, sale, stocked


def submission(shop: Ledger, command: Command, key: str | None = None) -> Submission:
    return Submission(wishes=(shop.wish(command, by=COUNTER, key=key),))


def refusals(outcomes: list[Outcome]) -> list[type]:
    return [type(outcome.refusal) for outcome in outcomes]


def test_commands_of_one_turn_see_each_other_in_order_of_arrival(shop: Ledger) -> None:
    outcomes = shop.writer.runner.run([submission(shop, sale(pieces=4), f"s{n}") for n in range(4)])
    assert refusals(outcomes) == [type(None), type(None), InsufficientFunds, InsufficientFunds]
    assert (balance(shop), on_shelf(shop)) == (20, 2)


def test_a_turn_is_one_gap_free_stretch_of_positions(shop: Ledger) -> None:
    shop.writer.runner.run([submission(shop, sale(), f"s{n}") for n in range(5)])
    rows = shop.storage.facts(0, 1000)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))


def test_an_atomic_group_is_all_or_nothing_and_frees_what_it_would_have_taken(shop: Ledger) -> None:
    failing = group(shop, sale(pieces=9), sale(pieces=2), key="both")
    outcomes = shop.writer.runner.run([failing, submission(shop, sale(pieces=10), "all")])
    assert refusals(outcomes) == [InsufficientFunds, type(None)]
    assert outcomes[0].member == 1
    assert (balance(shop), on_shelf(shop)) == (0, 0)


def test_a_group_that_succeeds_is_one_transaction(shop: Ledger) -> None:
    outcome = shop.writer.ask(group(shop, sale(), GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=5)))
    assert {envelope.tx for envelope in outcome.envelopes} == {outcome.tx}
    assert (balance(shop), len(outcome.envelopes)) == (95, 2)


def test_one_poisoned_command_fails_alone(shop: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    class Poisoned(Command, frozen=True, kw_only=True):
        """A wish that nobody can decide."""

    poison = Submission(wishes=(shop.wish(sale(), by=COUNTER, key="p"),))
    broken = Submission(wishes=(poison.wishes[0].__class__(command=Poisoned(), by=COUNTER),))
    with caplog.at_level(logging.ERROR):
        shop.registry.handlers[Poisoned] = shop.registry.handlers[type(sale())].__class__(Poisoned, _explode)
        outcomes = shop.writer.runner.run([submission(shop, sale(), "a"), broken, submission(shop, sale(), "b")])
    assert refusals(outcomes) == [type(None), InternalError, type(None)]
    assert balance(shop) == 80
    assert "incident" in caplog.text


def _explode(*_: Any) -> Iterator[Any]:
    raise ZeroDivisionError


def test_what_a_constraint_refuses_fails_alone(shop: Ledger) -> None:
    """A stream's version that is taken already: as if a rule had let a duplicate through."""
    spoiled = "spoiled"
    original = Turn.append

    def sabotage(turn: Turn, facts: list[FactRow], *rest: Any) -> None:
        twin = [row._replace(stream="item:soap", version=1) if b'"amount":5,' in row.state else row for row in facts]
        original(turn, twin, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Turn, "append", sabotage)
        bad = GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=5)
        outcomes = shop.writer.runner.run(
            [submission(shop, sale(), "a"), submission(shop, bad, spoiled), submission(shop, sale(), "b")]
        )
    assert refusals(outcomes) == [type(None), InternalError, type(None)]
    assert balance(shop) == 80


# Time ------------------------------------------------------------------------------------------------------------


def clock_of(shop: Ledger) -> ManualClock:
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    return clock


def test_time_acts_before_the_command_that_names_the_account_and_stays_when_it_is_refused(shop: Ledger) -> None:
    grant = GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=50, expires_on=Day("2022-06-20"))
    asked(shop, grant, key="g")
    clock_of(shop).move_to(Instant("2022-06-21T04:00:00.000000Z"))
    outcome = asked(shop, sale(pieces=11), key="s")
    assert outcome.refusal == InsufficientFunds(required=110, available=100, missing=10)
    lapse = shop.mapper.decode(log_of(shop)[-2])
    assert isinstance(lapse.data, LotsLapsed)
    assert lapse.occurred_at == "2022-06-20T16:00:00.000000Z"
    assert balance(shop) == 100


def test_a_read_applies_what_is_due_without_recording_it(shop: Ledger) -> None:
    grant = GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=50, expires_on=Day("2022-06-20"))
    asked(shop, grant, key="g")
    head = shop.storage.head().position
    clock_of(shop).move_to(Instant("2022-06-21T04:00:00.000000Z"))
    assert shop.the(Account, "holder:h0/A").balance == 100
    assert shop.storage.head().position == head


def test_the_sweep_records_what_nobody_named(shop: Ledger) -> None:
    grant = GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=50, expires_on=Day("2022-06-20"))
    asked(shop, grant, key="g")
    clock_of(shop).move_to(Instant("2022-06-21T04:00:00.000000Z"))
    assert (shop.writer.sweep(), shop.writer.sweep()) == (1, 0)


def test_a_clock_behind_the_head_answers_clock_untrusted_and_nothing_is_done(shop: Ledger) -> None:
    head = shop.storage.head()
    clock_of(shop).move_to(Instant("2022-06-15T03:59:00.000000Z"))
    assert asked(shop, sale(), key="s").refusal == ClockUntrusted()
    assert shop.storage.head() == head


def test_a_clock_that_jumps_against_the_monotonic_one_waits_for_an_operator(storage: Storage) -> None:
    with stocked(opened(storage)) as shop:
        clock = clock_of(shop)
        started = clock.monotonic()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "monotonic", lambda: started)
            clock.move_to(Instant("2022-06-15T05:00:00.000000Z"))
            assert asked(shop, sale(), key="s").refusal == ClockUntrusted()
            shop.guard.accept()
            assert asked(shop, sale(), key="s").refusal is None


# Lost answers and lost databases ----------------------------------------------------------------------------------


@contextmanager
def commit_that(action: Callable[[Turn, Callable[[Turn], None]], None]) -> Iterator[None]:
    original = Turn.commit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Turn, "commit", lambda turn: action(turn, original))
        yield


def test_a_commit_whose_answer_was_lost_but_which_happened_is_answered_as_done(shop: Ledger) -> None:
    def lost_after(turn: Turn, commit: Callable[[Turn], None]) -> None:
        commit(turn)
        raise CommitUnknownError("the answer was lost")

    with commit_that(lost_after):
        outcome = asked(shop, sale(), key="s")
    assert outcome.refusal is None
    assert asked(shop, sale(), key="s").replayed
    assert balance(shop) == 90


def test_a_commit_that_did_not_happen_is_answered_as_not_done(shop: Ledger) -> None:
    def lost_before(_turn: Turn, _commit: Callable[[Turn], None]) -> None:
        raise CommitUnknownError("the connection died")

    with commit_that(lost_before):
        assert asked(shop, sale(), key="s").refusal == StorageUnavailable()
    assert asked(shop, sale(), key="s").replayed is False
    assert balance(shop) == 90


def test_until_it_can_be_read_back_the_outcome_is_unknown(shop: Ledger) -> None:
    def lost_after(turn: Turn, commit: Callable[[Turn], None]) -> None:
        commit(turn)
        blocked.setattr(Storage, "turn", _unreachable)
        raise CommitUnknownError("the database is gone")

    with pytest.MonkeyPatch.context() as blocked, commit_that(lost_after):
        assert asked(shop, sale(), key="s").refusal == OutcomeUnknown()
    assert asked(shop, sale(), key="s").replayed
    assert balance(shop) == 90


def _unreachable(_storage: Storage, *_ahead: Any) -> Any:
    from ledger.journal.rows import StorageUnavailableError

    raise StorageUnavailableError("no connection")


def test_a_database_that_cannot_be_reached_answers_and_recovers_by_itself(shop: Ledger) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Storage, "turn", _unreachable)
        assert asked(shop, sale(), key="s").refusal == StorageUnavailable()
    assert asked(shop, sale(), key="s").refusal is None


# The queue ------------------------------------------------------------------------------------------------------


def test_a_command_past_its_deadline_is_dropped_undecided_and_its_key_stays_free(shop: Ledger) -> None:
    late = Submission(wishes=(shop.wish(sale(), by=COUNTER, key="s"),), deadline=1)
    assert shop.writer.ask(late).refusal == DeadlinePassed()
    assert asked(shop, sale(), key="s").replayed is False


def waited(gate: threading.Event) -> None:
    gate.wait()


def test_a_full_queue_answers_at_once(shop: Ledger) -> None:
    gate = threading.Event()
    shop.writer.submit(submission(shop, sale(), "first"), lambda _outcome: waited(gate))
    shop.writer.backlog = 0
    assert shop.writer.ask(submission(shop, sale(), "second")).refusal == QueueFull(retry_after=1)
    gate.set()


def test_single_sales_keep_their_share_of_every_turn_during_a_bulk_run(storage: Storage) -> None:
    """Counted, not timed: while singles wait, bulk work gets at most a quarter of a turn."""
    with stocked(opened(storage), holders=4, points=1000, stock=2000, price=1) as shop:
        grants = (
            submission(shop, GrantPoints(to=AccountId(f"holder:h{n % 4}"), unit=POINT, amount=1), f"g{n}")
            for n in range(600)
        )
        with ThreadPoolExecutor(9) as threads:
            bulk = threads.submit(lambda: [outcome.refusal for outcome in shop.writer.ask_all(grants)])

            def buy(client: int) -> list[Outcome]:
                return [asked(shop, sale(f"h{client % 4}"), key=f"{client} {n}") for n in range(25)]

            sales = [threads.submit(buy, client) for client in range(8)]
            assert set(bulk.result()) == {None}
            assert {outcome.refusal for future in sales for outcome in future.result()} == {None}
        mixed = [turn for turn in shop.writer.turns if turn.single and turn.bulk]
        assert mixed, "no turn held both: the case shows nothing"
        assert all(turn.bulk <= shop.writer.turn_size // 4 for turn in mixed)
        assert all(turn.singles_left == 0 or turn.bulk <= turn.single for turn in mixed)


def test_no_hot_command_reads_a_row_that_it_did_not_name(shop: Ledger) -> None:
    shop.book.forget()
    before = shop.book.on_demand
    asked(shop, sale(), key="s")
    asked(shop, GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=5), key="g")
    assert shop.book.on_demand == before


def test_out_of_stock_names_what_is_left(shop: Ledger) -> None:
    asked(shop, GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=500), key="g")
    outcome = asked(shop, sale(pieces=11), key="s")
    assert outcome.refusal == OutOfStock(item="soap", requested=11, available=10)

"""Who comes while a turn waits for the head: decided in it, under their keys, with those who were there before."""

import time
from collections.abc import Sequence
from concurrent.futures import Future

from ledger.journal.ledger import Ledger
from ledger.journal.turn import Joining, Outcome, Submission
from ledger.points.commands import GrantPoints
from ledger.refusals import StorageUnavailable
from ledger.values import AccountId
from tests.ledgers import COUNTER, POINT, asked, balance, on_shelf, sale


def keyed(shop: Ledger, key: str) -> Submission:
    return Submission(wishes=(shop.wish(sale(), by=COUNTER, key=key),))


def handed_in(shop: Ledger, key: str) -> Future[Outcome]:
    future: Future[Outcome] = Future()
    shop.writer.submit(keyed(shop, key), future.set_result)
    return future


def taken(shop: Ledger) -> None:
    """Wait until the writer has made a turn of whatever was handed in."""
    deadline = time.monotonic() + 60
    while not shop.writer._inbox.empty() or shop.writer._single:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_who_comes_while_another_has_the_head_is_decided_in_the_turn_that_waits_for_it(shop: Ledger) -> None:
    with shop.storage.turn():
        first = handed_in(shop, "a")
        taken(shop)
        others = [handed_in(shop, key) for key in "bcb"]
    outcomes = [future.result(timeout=60) for future in (first, *others)]
    assert [outcome.refusal for outcome in outcomes] == [None] * 4
    assert outcomes[3].tx == outcomes[1].tx
    assert (shop.writer.turns[-1].single, on_shelf(shop)) == (4, 7)
    assert shop.writer._waiting == 0


def test_few_who_come_to_a_turn_of_many_wait_for_the_next(shop: Ledger) -> None:
    with shop.storage.turn():
        first = handed_in(shop, "a")
        taken(shop)
        others = [handed_in(shop, key) for key in "bcde"]
        assert shop.writer._come(9) == []  # the writer itself waits for the head
    assert [future.result(timeout=60).refusal for future in (first, *others)] == [None] * 5


def test_who_joins_under_a_key_that_was_used_before_is_answered_as_then(shop: Ledger) -> None:
    before = asked(shop, sale(), key="used")
    come = [keyed(shop, "used"), keyed(shop, "new")]
    outcomes = shop.writer.runner.run([keyed(shop, "a")], lambda _size: come)
    assert [(outcome.replayed, outcome.refusal) for outcome in outcomes] == [(False, None), (True, None), (False, None)]
    assert outcomes[1].tx == before.tx
    assert balance(shop) == 70


def test_a_turn_that_breaks_is_decided_one_by_one_with_those_who_joined(shop: Ledger) -> None:
    class Broken(GrantPoints, frozen=True, kw_only=True):
        """A wish that nobody handles: even to name its keys breaks the turn."""

    broken = Submission(wishes=(shop.wish(Broken(to=AccountId("holder:h0"), unit=POINT, amount=1), by=COUNTER),))
    outcomes = shop.writer.runner.run([keyed(shop, "a")], lambda _size: [broken, keyed(shop, "b")])
    assert [outcome.refusal is None for outcome in outcomes] == [True, False, True]
    assert balance(shop) == 80


def test_a_defect_of_the_turn_itself_leaves_nobody_who_joined_without_an_answer(shop: Ledger) -> None:
    run = shop.writer.runner.run

    def broken(submissions: Sequence[Submission], joining: Joining) -> list[Outcome]:
        run(submissions, joining)
        raise RuntimeError("a defect")

    with shop.storage.turn():
        shop.writer.runner.run = broken  # type: ignore[method-assign,assignment] # no command reaches such a defect
        futures = [handed_in(shop, "a")]
        taken(shop)
        futures += [handed_in(shop, key) for key in "bc"]
    assert [future.result(timeout=60).refusal for future in futures] == [StorageUnavailable()] * 3

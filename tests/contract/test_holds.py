"""4b, Holds."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from tests.contract.book import Ledger, after, is_

CAP = 2_592_000
"""Seconds; the scheme's."""


def seconds(answer: dict[str, str]) -> float:
    """From an answer's instant until the hold ends."""
    ends, at = (datetime.fromisoformat(answer[name]) for name in ("expires_at", "recorded_at"))
    return (ends - at).total_seconds()


def test_a_hold_sets_aside_and_a_capture_takes(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    hold = ledger.hold(payer, 8, to=payee)
    assert (hold["status"], after(hold, payer)["available"], after(hold, payee)["incoming"]) == ("open", 2, 8)
    taken = ledger.capture(hold["id"])
    assert (taken["amount"], taken["remaining"], taken["status"]) == (8, 0, "captured")
    assert (after(taken, payer)["balance"], after(taken, payee)["balance"]) == (2, 8)


def test_what_is_held_cannot_be_spent(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    ledger.hold(payer, 8)
    body = {"from": payer, "to": ledger.holder(), "unit": "A", "amount": 3}
    assert is_(ledger.refused("/transfers", body), 409, "insufficient-funds", required=3, available=2, missing=1)
    more = {"from": payer, "unit": "A", "amount": 3}
    assert is_(ledger.refused("/holds", more), 409, "insufficient-funds", required=3, available=2, missing=1)


def test_a_hold_can_be_read(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 8)
    ledger.capture(hold["id"], amount=3)
    shown = ledger.get(f"/holds/{hold['id']}")
    assert (shown["account"], shown["unit"], shown["status"]) == (payer, "A", "open")
    assert (shown["amount"], shown["remaining"], shown["expires_at"]) == (8, 5, hold["expires_at"])
    assert is_(ledger.ask("/holds/nothing").json(), 404, "not-found")


def test_an_account_shows_its_open_holds(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 8)
    shown = ledger.at(payer, include="lots,holds")
    assert [(it["hold"], it["remaining"]) for it in shown["holds"]] == [(hold["id"], 8)]


# How long ---------------------------------------------------------------------------------------------------------


def test_a_hold_lasts_900_seconds_unless_it_says_otherwise(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    assert seconds(ledger.hold(payer, 1)) == 900
    assert seconds(ledger.hold(payer, 1, expires_in=60)) == 60
    assert seconds(ledger.hold(payer, 1, expires_in=CAP)) == CAP


def test_expires_in_above_the_cap_is_422_naming_the_cap_never_clamped(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    refused = ledger.refused("/holds", {"from": payer, "unit": "A", "amount": 1, "expires_in": CAP + 1})
    assert is_(refused, 422, "malformed")
    assert str(CAP) in str(refused)
    hold = ledger.hold(payer, 1)
    refused = ledger.refused(f"/holds/{hold['id']}/extend", {"expires_in": CAP + 1})
    assert is_(refused, 422, "malformed")
    assert str(CAP) in str(refused)
    assert ledger.get(f"/holds/{hold['id']}")["expires_at"] == hold["expires_at"]


def test_0_is_no_end_and_only_on_lots_that_never_expire(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    assert ledger.hold(payer, 10, expires_in=0)["expires_at"] is None
    mortal = ledger.funded(10, expires_on="2999-01-31")
    refused = ledger.refused("/holds", {"from": mortal, "unit": "A", "amount": 5, "expires_in": 0})
    assert refused["status"] in {409, 422}
    assert ledger.at(mortal)["available"] == 10


def test_extend_counts_from_now(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 10, expires_in=1000)
    extended = ledger.done(f"/holds/{hold['id']}/extend", {"expires_in": 60})
    assert seconds(extended) == 60
    assert ledger.get(f"/holds/{hold['id']}")["expires_at"] == extended["expires_at"]


def test_an_extended_hold_outlives_its_first_end(ledger: Ledger) -> None:
    # A machine may pause beyond a second, and the hold has ended before the wish comes: then with more of them.
    first, hold = next((first, hold) for first in (1, 5, 25) if (hold := extended(ledger, first)))
    time.sleep(first + 0.2)
    assert ledger.capture(hold)["amount"] == 10


def extended(ledger: Ledger, first: int) -> str | None:
    """A hold of so many seconds, extended by many; None where it had ended before."""
    hold = str(ledger.hold(ledger.funded(10), 10, expires_in=first)["id"])
    return hold if ledger.post(f"/holds/{hold}/extend", {"expires_in": 900}).status_code == 201 else None


# Capturing --------------------------------------------------------------------------------------------------------


def test_a_capture_without_amount_takes_the_rest_and_closes(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 10)
    ledger.capture(hold["id"], amount=3)
    rest = ledger.capture(hold["id"])
    assert (rest["amount"], rest["remaining"], rest["status"]) == (7, 0, "captured")


def test_a_capture_with_an_amount_leaves_the_hold_open(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 10)
    part = ledger.capture(hold["id"], amount=3)
    assert (part["amount"], part["remaining"], part["status"]) == (3, 7, "open")
    assert (ledger.at(payer)["balance"], ledger.at(payer)["held"]) == (7, 7)
    assert ledger.capture(hold["id"], amount=3)["remaining"] == 4


def test_unless_it_is_final(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 10)
    last = ledger.capture(hold["id"], amount=3, final=True)
    assert (last["amount"], last["remaining"], last["status"]) == (3, 0, "captured")
    assert (ledger.at(payer)["balance"], ledger.at(payer)["held"], ledger.at(payer)["available"]) == (7, 0, 7)
    assert is_(ledger.refused(f"/holds/{hold['id']}/capture", {"amount": 1}), 409, "hold-already-captured")


def test_or_nothing_is_left(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 10)
    last = ledger.capture(hold["id"], amount=10)
    assert (last["remaining"], last["status"]) == (0, "captured")
    assert is_(ledger.refused(f"/holds/{hold['id']}/capture", {"amount": 1}), 409, "hold-already-captured")


def test_a_capture_above_what_is_left_exceeds_the_hold(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 10)
    assert is_(ledger.refused(f"/holds/{hold['id']}/capture", {"amount": 11}), 409, "exceeds-hold", held=10)
    ledger.capture(hold["id"], amount=4)
    assert is_(ledger.refused(f"/holds/{hold['id']}/capture", {"amount": 7}), 409, "exceeds-hold", held=6)
    assert ledger.capture(hold["id"], amount=6)["remaining"] == 0


def test_without_to_captured_value_goes_to_redeemed(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    taken = ledger.capture(ledger.hold(payer, 10)["id"], amount=4)
    facts = ledger.get(f"/transactions/{taken['tx']}")["facts"]
    moved = {posting["account"]: posting["amount"] for fact in facts for posting in fact["postings"]}
    assert set(moved) == {payer, "redeemed"}
    assert sum(moved.values()) == 0
    assert {abs(amount) for amount in moved.values()} == {4}


def test_soonest_expiring_earmarks_are_taken_first(ledger: Ledger) -> None:
    payer, payee = ledger.holder(), ledger.holder()
    for day in ("2999-03-31", "2999-01-31"):
        ledger.grant(payer, 5, expires_on=day)
    hold = ledger.hold(payer, 10, to=payee)
    ledger.capture(hold["id"], amount=6, final=True)
    lots = [(it["remaining"], it["expires_on"]) for it in ledger.at(payee, include="lots")["lots"]]
    assert lots == [(5, "2999-01-31"), (1, "2999-03-31")]
    lots = [(it["remaining"], it["expires_on"]) for it in ledger.at(payer, include="lots")["lots"]]
    assert lots == [(4, "2999-03-31")]


def test_soonest_expiring_lots_are_earmarked_first(ledger: Ledger) -> None:
    payer = ledger.holder()
    for day in (None, "2999-03-31", "2999-01-31"):
        ledger.grant(payer, 5, **({"expires_on": day} if day else {}))
    ledger.hold(payer, 7)
    lots = [(it["remaining"], it["expires_on"]) for it in ledger.at(payer, include="lots")["lots"]]
    assert lots == [(3, "2999-03-31"), (5, None)]


def test_up_to_sets_aside_what_is_there(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 25, up_to=True)
    assert (hold["amount"], hold["status"], after(hold, payer)["available"]) == (10, "open", 0)
    assert ledger.capture(hold["id"])["amount"] == 10


def test_a_hold_on_a_credit_line_draws_from_it_when_captured(ledger: Ledger) -> None:
    line, payee = ledger.account(floor=-100), ledger.holder()
    hold = ledger.hold(line, 80, to=payee)
    assert (after(hold, line)["balance"], after(hold, line)["available"]) == (0, 20)
    taken = ledger.capture(hold["id"])
    assert (after(taken, line)["balance"], after(taken, payee)["balance"]) == (-80, 80)


# Ending -----------------------------------------------------------------------------------------------------------


def test_a_void_sets_everything_free(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    hold = ledger.hold(payer, 8, to=payee)
    voided = ledger.done(f"/holds/{hold['id']}/void")
    assert (voided["status"], voided["amount"]) == ("voided", 8)
    assert (after(voided, payer)["available"], ledger.at(payee)["incoming"]) == (10, 0)


def test_a_second_void_and_a_capture_after_it_are_already_voided(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 8)["id"]
    ledger.done(f"/holds/{hold}/void")
    for path, body in (("void", {}), ("capture", {}), ("extend", {"expires_in": 60})):
        assert is_(ledger.refused(f"/holds/{hold}/{path}", body), 409, "hold-already-voided")


def test_after_the_capture_of_all_everything_is_already_captured(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 8)["id"]
    ledger.capture(hold)
    for path, body in (("void", {}), ("capture", {}), ("extend", {"expires_in": 60})):
        assert is_(ledger.refused(f"/holds/{hold}/{path}", body), 409, "hold-already-captured")


def test_a_void_after_a_part_sets_the_rest_free(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 8)["id"]
    ledger.capture(hold, amount=3)
    assert ledger.done(f"/holds/{hold}/void")["amount"] == 5
    assert (ledger.at(payer)["balance"], ledger.at(payer)["available"]) == (7, 7)


def test_after_its_end_everything_is_expired_and_the_value_is_free(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    hold = ledger.hold(payer, 8, to=payee, expires_in=1)
    time.sleep(1.2)
    for path, body in (("void", {}), ("capture", {}), ("extend", {"expires_in": 60})):
        refused = ledger.refused(f"/holds/{hold['id']}/{path}", body)
        assert is_(refused, 409, "hold-expired", expired_at=hold["expires_at"])
    assert (ledger.at(payer)["available"], ledger.at(payee)["incoming"]) == (10, 0)
    assert ledger.get(f"/holds/{hold['id']}")["status"] == "expired"


def test_naming_an_account_applies_everything_due_on_it(ledger: Ledger) -> None:
    """Its holds, and holds towards it."""
    payer, payee = ledger.funded(10), ledger.holder()
    ledger.hold(payer, 8, to=payee, expires_in=1)
    time.sleep(1.2)
    named = ledger.grant(payee, 1)
    assert after(named, payee)["incoming"] == 0
    moved = ledger.transfer(payer, payee, 10)
    assert (after(moved, payer)["balance"], after(moved, payer)["held"]) == (0, 0)


def test_a_read_after_the_end_shows_the_value_free_without_any_write(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    held = after(ledger.hold(payer, 8, expires_in=1), payer)
    assert (held["held"], held["available"]) == (8, 2)
    time.sleep(1.2)
    assert (ledger.at(payer)["held"], ledger.at(payer)["available"]) == (0, 10)


@pytest.mark.parametrize("many", [2, 8])
def test_captures_at_once_have_exactly_one_effect(ledger: Ledger, many: int) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    hold = ledger.hold(payer, 10, to=payee)["id"]
    with ThreadPoolExecutor(many) as threads:
        answers = list(threads.map(lambda _: ledger.post(f"/holds/{hold}/capture"), range(many)))
    lost = [it.json() for it in answers if it.status_code != 201]
    assert len(lost) == many - 1
    assert all(is_(it, 409, "hold-already-captured") for it in lost)
    assert (ledger.at(payer)["balance"], ledger.at(payee)["balance"]) == (0, 10)


def test_a_capture_and_a_void_at_once_let_one_win(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 10)["id"]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda verb: ledger.post(f"/holds/{hold}/{verb}"), ("capture", "void")))
    assert sorted(it.status_code for it in answers) == [201, 409]
    assert ledger.at(payer)["balance"] == (0 if answers[0].status_code == 201 else 10)


def test_partial_captures_at_once_never_take_more_than_was_held(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 10)["id"]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: ledger.post(f"/holds/{hold}/capture", {"amount": 4}), range(8)))
    assert sorted(it.status_code for it in answers) == [201, 201] + [409] * 6
    assert {it.json()["code"] for it in answers if it.status_code == 409} == {"exceeds-hold"}
    assert ledger.at(payer)["balance"] == 2

"""4b, Reversals."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.contract.book import Json, Ledger, after, is_, new


def body(of: Any, **more: Any) -> Json:
    return {"of": of, "reason": "correction", **more}


def lots(ledger: Ledger, account: str, unit: str = "A") -> list[tuple[int, str | None]]:
    return [(it["remaining"], it["expires_on"]) for it in ledger.at(account, unit, include="lots")["lots"]]


def test_of_is_a_tx(ledger: Ledger) -> None:
    holder = ledger.holder()
    given = ledger.grant(holder, 10)
    back = ledger.reverse(given["tx"])
    assert (back["type"], back["amount"], after(back, holder)["balance"]) == ("reversal", 10, 0)


def test_or_a_tx_and_the_position_of_one_of_its_facts(ledger: Ledger) -> None:
    holder = ledger.holder()
    given = ledger.grant(holder, 10)
    back = ledger.reverse({"tx": given["tx"], "position": given["position"]}, amount=4)
    assert (back["amount"], after(back, holder)["balance"]) == (4, 6)


def test_one_fact_of_a_group_is_reversed_alone(ledger: Ledger) -> None:
    one, two = ledger.holder(), ledger.holder()
    commands = [{"type": "grant", "id": new(), "to": to, "unit": "A", "amount": 5} for to in (one, two)]
    (done,) = ledger.batch({"atomic": {"id": new(), "commands": commands}})
    second = done["outcomes"][1]["body"]
    ledger.reverse({"tx": second["tx"], "position": second["position"]})
    assert (ledger.at(one)["balance"], ledger.at(two)["balance"]) == (5, 0)


def test_a_position_that_is_no_fact_of_the_tx_is_not_found(ledger: Ledger) -> None:
    given = ledger.grant(ledger.holder(), 10)
    of = {"tx": given["tx"], "position": 1}
    assert is_(ledger.refused("/reversals", body(of)), 404, "not-found")


def test_an_atomic_group_is_reversed_whole(ledger: Ledger) -> None:
    one, two, three = (ledger.holder() for _ in range(3))
    commands = [
        {"type": "grant", "id": new(), "to": one, "unit": "A", "amount": 9},
        {"type": "grant", "id": new(), "to": two, "unit": "A", "amount": 5},
        {"type": "transfer", "id": new(), "from": one, "to": three, "unit": "A", "amount": 9},
    ]
    (done,) = ledger.batch({"atomic": {"id": new(), "commands": commands}})
    tx = done["outcomes"][0]["body"]["tx"]
    back = ledger.reverse(tx)
    assert [ledger.at(it)["balance"] for it in (one, two, three)] == [0, 0, 0]
    assert {it["account"] for it in back["balances"]} == {one, two, three}
    assert is_(ledger.refused("/reversals", body(tx)), 409, "already-reversed")


def test_it_may_be_partial_and_repeated_up_to_the_original(ledger: Ledger) -> None:
    holder = ledger.holder()
    given = ledger.grant(holder, 10)
    for left in (7, 4, 1):
        assert after(ledger.reverse(given["tx"], amount=3), holder)["balance"] == left
    refused = ledger.refused("/reversals", body(given["tx"], amount=3))
    assert is_(refused, 409, "exceeds-original", original=10, reversed=9)
    assert ledger.reverse(given["tx"])["amount"] == 1
    assert is_(ledger.refused("/reversals", body(given["tx"])), 409, "already-reversed", original=10, reversed=10)


def test_more_than_the_original_is_refused(ledger: Ledger) -> None:
    given = ledger.grant(ledger.funded(100), 10)
    refused = ledger.refused("/reversals", body(given["tx"], amount=11))
    assert is_(refused, 409, "exceeds-original", original=10, reversed=0)


def test_a_reversal_is_not_reversible(ledger: Ledger) -> None:
    back = ledger.reverse(ledger.grant(ledger.holder(), 10)["tx"])
    assert is_(ledger.refused("/reversals", body(back["tx"])), 409, "not-reversible")


def test_a_redemption_is_undone_by_refund_only(ledger: Ledger) -> None:
    holder, item = ledger.funded(10), new()
    ledger.done("/items", {"id": item, "name": "soap", "price": 5, "unit": "A"})
    ledger.done("/goods-receipts", {"item": item, "quantity": 1})
    lines = [{"item": item, "quantity": 1}]
    sale = ledger.done("/redemptions", {"holder": holder.removeprefix("holder:"), "lines": lines})
    assert is_(ledger.refused("/reversals", body(sale["tx"])), 409, "not-reversible")


def test_a_hold_is_undone_by_void_only(ledger: Ledger) -> None:
    hold = ledger.hold(ledger.funded(10), 10)
    assert is_(ledger.refused("/reversals", body(hold["tx"])), 409, "not-reversible")


def test_reversing_a_grant_takes_its_own_lot_first_then_soonest_expiry(ledger: Ledger) -> None:
    holder = ledger.holder()
    ledger.grant(holder, 5, expires_on="2999-01-31")
    given = ledger.grant(holder, 5, expires_on="2999-06-30")
    ledger.grant(holder, 5, expires_on="2999-03-31")
    ledger.reverse(given["tx"], amount=2)
    assert lots(ledger, holder) == [(5, "2999-01-31"), (5, "2999-03-31"), (3, "2999-06-30")]

    ledger.transfer(holder, ledger.account(), 12)
    assert lots(ledger, holder) == [(1, "2999-06-30")]
    again = ledger.grant(holder, 4, expires_on="2999-02-28")
    ledger.transfer(holder, ledger.account(), 2)
    ledger.grant(holder, 4, expires_on="2999-01-15")
    ledger.reverse(again["tx"])
    assert lots(ledger, holder) == [(2, "2999-01-15"), (1, "2999-06-30")]


def test_refuse_answers_insufficient_funds_when_the_value_was_spent(ledger: Ledger) -> None:
    holder = ledger.holder()
    given = ledger.grant(holder, 10, "D")
    ledger.deduct(holder, 7, "D")
    for said in ({}, {"if_spent": "refuse"}):
        refused = ledger.refused("/reversals", body(given["tx"], **said))
        assert is_(refused, 409, "insufficient-funds", required=10, available=3, missing=7)


def test_debt_leaves_what_was_spent_as_debt(ledger: Ledger) -> None:
    holder = ledger.holder()
    given = ledger.grant(holder, 10, "D")
    ledger.deduct(holder, 7, "D")
    back = after(ledger.reverse(given["tx"], if_spent="debt"), holder, "D")
    assert (back["balance"], back["debt"]) == (-7, 7)


def test_debt_too_answers_insufficient_funds_where_the_unit_has_no_debt_policy(ledger: Ledger) -> None:
    holder = ledger.holder()
    given = ledger.grant(holder, 10)
    ledger.transfer(holder, ledger.account(), 7)
    refused = ledger.refused("/reversals", body(given["tx"], if_spent="debt"))
    assert is_(refused, 409, "insufficient-funds", required=10, available=3, missing=7)


def test_a_deduction_is_given_back_to_its_lots_with_their_old_expiry(ledger: Ledger) -> None:
    holder = ledger.holder()
    ledger.grant(holder, 5, expires_on="2999-01-31")
    ledger.grant(holder, 5)
    taken = ledger.deduct(holder, 8)
    ledger.reverse(taken["tx"])
    assert lots(ledger, holder) == [(5, "2999-01-31"), (5, None)]


def test_reversing_a_deduction_cancels_what_is_outstanding_first_then_restores_lots(ledger: Ledger) -> None:
    holder = ledger.funded(10, "D")
    taken = ledger.deduct(holder, 25, "D")
    part = after(ledger.reverse(taken["tx"], amount=12), holder, "D")
    assert (part["balance"], part["debt"]) == (-3, 3)
    whole = after(ledger.reverse(taken["tx"]), holder, "D")
    assert (whole["balance"], whole["debt"]) == (10, 0)


def test_a_deduction_whose_debt_was_repaid_gives_the_repayment_back(ledger: Ledger) -> None:
    holder = ledger.funded(10, "D")
    taken = ledger.deduct(holder, 25, "D")
    ledger.grant(holder, 20, "D")
    whole = after(ledger.reverse(taken["tx"]), holder, "D")
    assert (whole["balance"], whole["debt"]) == (30, 0)


def test_a_transfer_goes_back_with_its_old_expiry(ledger: Ledger) -> None:
    payer, payee = ledger.holder(), ledger.holder()
    ledger.grant(payer, 5, expires_on="2999-01-31")
    ledger.grant(payer, 5)
    moved = ledger.transfer(payer, payee, 8)
    back = ledger.reverse(moved["tx"])
    assert (after(back, payer)["balance"], after(back, payee)["balance"]) == (10, 0)
    assert lots(ledger, payer) == [(5, "2999-01-31"), (5, None)]


def test_a_transfer_that_the_payee_has_spent_is_refused(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    moved = ledger.transfer(payer, payee, 8)
    ledger.transfer(payee, ledger.account(), 5)
    refused = ledger.refused("/reversals", body(moved["tx"]))
    assert is_(refused, 409, "insufficient-funds", required=8, available=3, missing=5)
    assert ledger.reverse(moved["tx"], amount=3)["amount"] == 3
    assert (ledger.at(payer)["balance"], ledger.at(payee)["balance"]) == (5, 0)


def test_a_capture_is_reversed(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    taken = ledger.capture(ledger.hold(payer, 8)["id"])
    assert after(ledger.reverse(taken["tx"]), payer)["balance"] == 10


def test_a_reversal_that_draws_on_a_line_fills_it_again(ledger: Ledger) -> None:
    line, payee = ledger.account(floor=-100), ledger.holder()
    moved = ledger.transfer(line, payee, 60)
    back = ledger.reverse(moved["tx"])
    assert (after(back, line)["balance"], after(back, payee)["balance"]) == (0, 0)


def test_reversals_at_once_have_exactly_one_effect(ledger: Ledger) -> None:
    holder = ledger.funded(100)
    taken = ledger.deduct(holder, 30)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: ledger.post("/reversals", body(taken["tx"])), range(8)))
    lost = [it.json() for it in answers if it.status_code != 201]
    assert len(lost) == 7
    assert all(is_(it, 409, "already-reversed") for it in lost)
    assert ledger.at(holder)["balance"] == 100

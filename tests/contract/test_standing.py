"""4b, Freezing, and what else stops or bounds an account."""

import time

from tests.contract.book import Ledger, is_, new


def freeze(ledger: Ledger, account: str, verb: str = "freeze") -> None:
    ledger.done(f"/accounts/{account}/{verb}", {"unit": "A", "reason": "correction"})


def test_frozen_refuses_new_debits_credits_holds_and_captures(ledger: Ledger) -> None:
    frozen, payer = ledger.funded(10), ledger.funded(10)
    hold = ledger.hold(frozen, 5)["id"]
    freeze(ledger, frozen)
    tried = [
        ("/grants", {"to": frozen, "unit": "A", "amount": 1}),
        ("/deductions", {"from": frozen, "unit": "A", "amount": 1, "reason": "correction"}),
        ("/transfers", {"from": frozen, "to": payer, "unit": "A", "amount": 1}),
        ("/transfers", {"from": payer, "to": frozen, "unit": "A", "amount": 1}),
        ("/transfers", {"from": frozen, "to": payer, "unit": "A", "amount": 1, "up_to": True}),
        ("/holds", {"from": frozen, "unit": "A", "amount": 1}),
        ("/holds", {"from": payer, "to": frozen, "unit": "A", "amount": 1}),
        (f"/holds/{hold}/capture", {}),
    ]
    for path, body in tried:
        refused = ledger.refused(path, body)
        assert is_(refused, 409, "account-frozen", retryable=True), path
        assert refused["since"]
    assert (ledger.at(frozen)["balance"], ledger.at(payer)["balance"]) == (10, 10)


def test_without_a_unit_the_account_freezes_in_each(ledger: Ledger) -> None:
    holder = ledger.funded(10, "A")
    ledger.grant(holder, 10, "B")
    ledger.done(f"/accounts/{holder}/freeze", {"reason": "correction"})
    for unit in ("A", "B"):
        assert is_(ledger.refused("/grants", {"to": holder, "unit": unit, "amount": 1}), 409, "account-frozen")
    assert is_(ledger.refused(f"/accounts/{holder}/freeze", {"reason": "correction"}), 409, "account-frozen")
    ledger.done(f"/accounts/{holder}/unfreeze", {"reason": "correction"})
    assert (ledger.grant(holder, 1, "A")["amount"], ledger.grant(holder, 1, "B")["amount"]) == (1, 1)


def test_voids_still_run(ledger: Ledger) -> None:
    frozen = ledger.funded(10)
    hold = ledger.hold(frozen, 5)["id"]
    freeze(ledger, frozen)
    ledger.done(f"/holds/{hold}/void")
    assert ledger.at(frozen)["held"] == 0


def test_expiries_still_run(ledger: Ledger) -> None:
    frozen = ledger.funded(10)
    ledger.hold(frozen, 5, expires_in=1)
    freeze(ledger, frozen)
    time.sleep(1.2)
    assert ledger.at(frozen)["held"] == 0


def test_an_unfrozen_account_moves_again(ledger: Ledger) -> None:
    frozen = ledger.funded(10)
    freeze(ledger, frozen)
    assert ledger.at(frozen)["frozen_at"]
    freeze(ledger, frozen, "unfreeze")
    assert ledger.transfer(frozen, ledger.holder(), 10)["amount"] == 10


def test_a_free_standing_account_freezes_too(ledger: Ledger) -> None:
    account, payer = ledger.account(), ledger.funded(10)
    freeze(ledger, account)
    body = {"from": payer, "to": account, "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 409, "account-frozen")


# Closing ----------------------------------------------------------------------------------------------------------


def close(ledger: Ledger, account: str) -> None:
    ledger.done(f"/accounts/{account}/close", {"unit": "A", "reason": "correction"})


def test_a_closed_account_takes_and_gives_nothing(ledger: Ledger) -> None:
    account, payer = ledger.account(), ledger.funded(10)
    close(ledger, account)
    assert ledger.refused("/transfers", {"from": payer, "to": account, "unit": "A", "amount": 1})["status"] == 409
    assert ledger.refused("/grants", {"to": account, "unit": "A", "amount": 1})["status"] == 409
    assert ledger.at(payer)["balance"] == 10


def test_an_account_with_value_is_not_closed(ledger: Ledger) -> None:
    account = ledger.account()
    given = ledger.grant(account, 5)
    refused = ledger.refused(f"/accounts/{account}/close", {"unit": "A", "reason": "correction"})
    assert refused["status"] == 409
    ledger.reverse(given["tx"])
    close(ledger, account)


# Opening ----------------------------------------------------------------------------------------------------------


def test_an_account_is_opened_once_and_a_holders_opens_by_itself(ledger: Ledger) -> None:
    holder, id = ledger.holder(), new()
    assert ledger.transfer(ledger.funded(5), holder, 5)["amount"] == 5
    assert is_(ledger.refused("/grants", {"to": f"account:{id}", "unit": "A", "amount": 5}), 404, "not-found")
    ledger.done("/accounts", {"id": id, "unit": "A"})
    assert ledger.grant(f"account:{id}", 5)["amount"] == 5
    assert is_(ledger.refused("/accounts", {"id": id, "unit": "no-such-unit"}), 422, "unknown-scheme-term")

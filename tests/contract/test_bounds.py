"""The bounds of an account: how low and how high its balance may go, and from which day on."""

from tests.contract.book import Ledger, is_


def test_an_accounts_floor_can_be_set_anew(ledger: Ledger) -> None:
    account, payee = ledger.account(), ledger.holder()
    ledger.done(f"/accounts/{account}/bounds", {"unit": "A", "floor": -50})
    assert ledger.transfer(account, payee, 50)["amount"] == 50
    ledger.done(f"/accounts/{account}/bounds", {"unit": "A", "floor": None})
    assert ledger.at(account)["available"] is None


def test_a_ceiling_refuses_what_would_pass_it(ledger: Ledger) -> None:
    account, payer = ledger.account(), ledger.funded(100)
    ledger.done(f"/accounts/{account}/bounds", {"unit": "A", "ceiling": 30})
    ledger.transfer(payer, account, 25)
    body = {"from": payer, "to": account, "unit": "A", "amount": 6}
    assert ledger.refused("/transfers", body)["status"] == 409
    assert ledger.transfer(payer, account, 5)["amount"] == 5


def test_a_bound_may_change_with_a_later_day(ledger: Ledger) -> None:
    account = ledger.account()
    done = ledger.done(f"/accounts/{account}/bounds", {"unit": "A", "floor": -50, "effective_on": "2999-01-31"})
    assert (done["status"], done["effective_on"]) == ("scheduled", "2999-01-31")
    assert ledger.at(account)["available"] == 0


def test_a_day_that_is_past_is_malformed(ledger: Ledger) -> None:
    body = {"unit": "A", "floor": -50, "effective_on": "2022-01-31"}
    assert is_(ledger.refused(f"/accounts/{ledger.account()}/bounds", body), 422, "malformed")


def test_a_holders_account_has_a_ceiling_and_no_floor(ledger: Ledger) -> None:
    holder = ledger.holder()
    assert ledger.refused(f"/accounts/{holder}/bounds", {"unit": "A", "floor": -50})["status"] == 409
    ledger.done(f"/accounts/{holder}/bounds", {"unit": "A", "ceiling": 10})
    assert is_(ledger.refused("/grants", {"to": holder, "unit": "A", "amount": 11}), 409, "limit-exceeded", limit=10)

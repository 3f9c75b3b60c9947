"""4-api, conversions: a rational rate of the scheme (2 A are 1 B, and back), the remainder stays."""

import pytest

from tests.contract.book import Json, Ledger, after, is_


def convert(ledger: Ledger, account: str, amount: int, from_unit: str = "A", to_unit: str = "B") -> Json:
    body = {"account": account, "from_unit": from_unit, "to_unit": to_unit, "amount": amount}
    return ledger.done("/conversions", body)


def test_a_conversion_takes_the_one_unit_and_gives_the_other(ledger: Ledger) -> None:
    holder = ledger.funded(10)
    done = convert(ledger, holder, 10)
    assert done["amount"] == 10
    assert (after(done, holder, "A")["balance"], after(done, holder, "B")["balance"]) == (0, 5)
    assert (after(done, holder, "A")["spent"], after(done, holder, "B")["received"]) == (10, 5)


def test_the_remainder_stays_and_amount_is_what_moved(ledger: Ledger) -> None:
    holder = ledger.funded(10)
    done = convert(ledger, holder, 7)
    assert done["amount"] == 6
    assert (ledger.at(holder, "A")["balance"], ledger.at(holder, "B")["balance"]) == (4, 3)


def test_it_has_two_balanced_sides(ledger: Ledger) -> None:
    done = convert(ledger, ledger.funded(10), 7)
    facts = ledger.get(f"/transactions/{done['tx']}")["facts"]
    sums = dict.fromkeys(("A", "B"), 0)
    for posting in (posting for fact in facts for posting in fact["postings"]):
        sums[posting["unit"]] += posting["amount"]
    assert sums == {"A": 0, "B": 0}


def test_no_way_round_profits(ledger: Ledger) -> None:
    holder = ledger.funded(11)
    for amount in (7, 3, 1):
        ledger.post("/conversions", {"account": holder, "from_unit": "A", "to_unit": "B", "amount": amount})
    ledger.post("/conversions", {"account": holder, "from_unit": "B", "to_unit": "A", "amount": 4})
    assert ledger.at(holder, "A")["balance"] + 2 * ledger.at(holder, "B")["balance"] <= 11


def test_the_earlier_expiry_is_kept(ledger: Ledger) -> None:
    holder = ledger.holder()
    ledger.grant(holder, 4, expires_on="2999-01-31")
    ledger.grant(holder, 4, expires_on="2999-06-30")
    convert(ledger, holder, 6)
    lots = [(it["remaining"], it["expires_on"]) for it in ledger.at(holder, "B", include="lots")["lots"]]
    assert sum(amount for amount, _ in lots) == 3
    assert lots[0][1] == "2999-01-31"
    assert None not in [day for _, day in lots]


def test_what_is_not_there_is_not_converted(ledger: Ledger) -> None:
    holder = ledger.funded(3)
    body = {"account": holder, "from_unit": "A", "to_unit": "B", "amount": 4}
    assert is_(ledger.refused("/conversions", body), 409, "insufficient-funds", required=4, available=3, missing=1)


@pytest.mark.parametrize("units", [("A", "D"), ("D", "A"), ("A", "no-such-unit")])
def test_a_rate_that_the_scheme_does_not_name_is_an_unknown_scheme_term(ledger: Ledger, units: tuple[str, str]) -> None:
    body = {"account": ledger.funded(10), "from_unit": units[0], "to_unit": units[1], "amount": 4}
    assert is_(ledger.refused("/conversions", body), 422, "unknown-scheme-term")


def test_a_conversion_is_reversed_on_both_sides(ledger: Ledger) -> None:
    holder = ledger.funded(10)
    done = convert(ledger, holder, 7)
    ledger.done("/reversals", {"of": done["tx"], "reason": "correction"})
    assert (ledger.at(holder, "A")["balance"], ledger.at(holder, "B")["balance"]) == (10, 0)
    body = {"of": done["tx"], "reason": "correction"}
    assert is_(ledger.refused("/reversals", body), 409, "already-reversed")


def test_a_conversion_that_was_spent_is_refused_its_reversal(ledger: Ledger) -> None:
    holder = ledger.funded(10)
    done = convert(ledger, holder, 10)
    ledger.transfer(holder, ledger.account("B"), 2, "B")
    assert is_(ledger.refused("/reversals", {"of": done["tx"], "reason": "correction"}), 409, "insufficient-funds")
    assert (ledger.at(holder, "A")["balance"], ledger.at(holder, "B")["balance"]) == (0, 3)

"""4b, Names and amounts."""

from typing import Any

import pytest

from tests.contract.book import MAX, Ledger, after, is_, new

Body = dict[str, Any]


def test_accounts_are_opened_under_a_bare_id_and_answered_in_full_form(ledger: Ledger) -> None:
    id = new()
    opened = ledger.done("/accounts", {"id": id, "unit": "A"})
    assert opened["account"] == f"account:{id}"
    assert ledger.at(f"account:{id}")["account"] == f"account:{id}"


@pytest.mark.parametrize("said", ["{id}", "account:", "accounts:{id}", "ACCOUNT:{id}", "account: {id}"])
def test_accounts_are_written_in_full_form_everywhere_else(ledger: Ledger, said: str) -> None:
    payee = ledger.account().removeprefix("account:")
    body = {"from": ledger.holder(), "to": said.format(id=payee), "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 422, "malformed")


def test_holder_in_bodies_is_the_bare_holder_id(ledger: Ledger) -> None:
    holder = ledger.holder()
    bare = {"holder": holder.removeprefix("holder:"), "lines": [{"item": "no-such-item", "quantity": 1}]}
    assert ledger.post("/quotes", bare).status_code == 200
    assert is_(ledger.refused("/quotes", {**bare, "holder": holder}), 404, "not-found")


AMOUNTS: list[tuple[str, Body]] = [
    ("/grants", {"to": "{a}", "unit": "A"}),
    ("/deductions", {"from": "{a}", "unit": "A", "reason": "correction"}),
    ("/transfers", {"from": "{a}", "to": "{b}", "unit": "A"}),
    ("/conversions", {"account": "{a}", "from_unit": "A", "to_unit": "B"}),
    ("/holds", {"from": "{a}", "unit": "A"}),
    ("/holds/{hold}/capture", {}),
    ("/reversals", {"of": "{tx}", "reason": "correction"}),
]


@pytest.mark.parametrize(
    "amount", ["0", "-1", str(MAX + 1), "1.0", "1e3", "true", '"1"', "9" * 400], ids=lambda it: it[:17]
)
@pytest.mark.parametrize(("path", "body"), AMOUNTS, ids=[path for path, _ in AMOUNTS])
def test_an_amount_is_between_1_and_2_to_the_53_minus_1(ledger: Ledger, path: str, body: Body, amount: str) -> None:
    import json

    text = json.dumps({**body, "amount": "#"}).replace('"#"', amount)
    answer = ledger.raw(path.format(hold="h", tx="t"), text.replace("{a}", "holder:x").replace("{b}", "holder:y"))
    assert is_(answer.json(), 422, "malformed")
    assert answer.json()["errors"][0]["pointer"] == "/amount"


@pytest.mark.parametrize(("path", "body"), AMOUNTS[2:3] + AMOUNTS[4:5], ids=["/transfers", "/holds"])
def test_0_is_no_amount_to_ask_for_not_even_with_up_to(ledger: Ledger, path: str, body: Body) -> None:
    one, two = ledger.holder(), ledger.holder()
    named = {name: value.format(a=one, b=two) for name, value in body.items()}
    assert is_(ledger.refused(path, {**named, "amount": 0, "up_to": True}), 422, "malformed")


def test_0_appears_as_what_up_to_moved_and_is_recorded(ledger: Ledger) -> None:
    poor, payee = ledger.holder(), ledger.holder()
    nothing = ledger.transfer(poor, payee, 10, up_to=True)
    assert nothing["amount"] == 0
    assert nothing["position"] > 0
    assert ledger.get(f"/transactions/{nothing['tx']}")["amount"] == 0
    assert after(nothing, payee)["balance"] == 0


def test_the_largest_amount_is_kept_exactly(ledger: Ledger) -> None:
    rich = ledger.funded(MAX)
    assert ledger.at(rich)["balance"] == MAX
    assert ledger.transfer(rich, ledger.holder(), MAX)["amount"] == MAX


def test_a_result_beyond_the_bounds_is_amount_out_of_range(ledger: Ledger) -> None:
    rich, other = ledger.funded(MAX), ledger.funded(1)
    assert is_(ledger.refused("/grants", {"to": rich, "unit": "A", "amount": 1}), 422, "amount-out-of-range")
    body = {"from": other, "to": rich, "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 422, "amount-out-of-range")
    assert (ledger.at(rich)["balance"], ledger.at(other)["balance"]) == (MAX, 1)


def test_a_result_below_the_bounds_is_amount_out_of_range(ledger: Ledger) -> None:
    endless, payee = ledger.account(floor=None), ledger.holder()
    ledger.transfer(endless, payee, MAX)
    body = {"from": endless, "to": ledger.holder(), "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 422, "amount-out-of-range")
    assert ledger.at(endless)["balance"] == -MAX


REASONED: list[tuple[str, Body]] = [
    ("/deductions", {"from": "{a}", "unit": "A", "amount": 1}),
    ("/reversals", {"of": "{tx}"}),
    ("/accounts/{a}/freeze", {"unit": "A"}),
    ("/accounts/{account}/close", {"unit": "A"}),
]


@pytest.mark.parametrize(("path", "body"), REASONED, ids=[path for path, _ in REASONED])
def test_an_unknown_reason_is_an_unknown_scheme_term_and_correction_always_exists(
    ledger: Ledger, path: str, body: Body
) -> None:
    holder = ledger.holder()
    names = {"a": holder, "tx": ledger.grant(holder, 5)["tx"], "account": ledger.account()}
    filled = {name: value.format(**names) if isinstance(value, str) else value for name, value in body.items()}
    url = path.format(**names)
    unknown = ledger.refused(url, {**filled, "reason": "no-such-reason"})
    assert is_(unknown, 422, "unknown-scheme-term", term="reason", value="no-such-reason")
    assert ledger.done(url, {**filled, "reason": "correction"})["position"] > 0


def test_a_free_standing_account_knows_only_its_floor(ledger: Ledger) -> None:
    """Unit D owes what a holder's deduction finds missing, and may not be given on by a holder."""
    holder, free, payee = ledger.funded(10, "D"), ledger.account("D"), ledger.account("D")
    ledger.grant(free, 10, "D")
    assert ledger.deduct(holder, 30, "D")["debt"] == 20
    body = {"from": free, "unit": "D", "amount": 30, "reason": "correction"}
    assert is_(ledger.refused("/deductions", body), 409, "insufficient-funds", required=30, available=10, missing=20)
    assert ledger.transfer(free, payee, 10, "D")["amount"] == 10


def test_a_unit_that_is_not_transferable_is_not_given_on_by_a_holder(ledger: Ledger) -> None:
    holder = ledger.funded(10, "D")
    body = {"from": holder, "to": ledger.holder(), "unit": "D", "amount": 1}
    assert ledger.refused("/transfers", body)["status"] in {409, 422}
    assert ledger.at(holder, "D")["balance"] == 10

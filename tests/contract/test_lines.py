"""4b, Statements: what makes a line."""

from typing import Any

from tests.contract.book import Json, Ledger


def statement(ledger: Ledger, account: str, **query: Any) -> Json:
    return ledger.get(f"/accounts/{account}/statement", unit="A", **query)


def test_both_sides_of_a_transfer_have_a_line(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.account()
    ledger.transfer(payer, payee, 4)
    assert [line["amount"] for line in statement(ledger, payee)["lines"]] == [4]
    assert [line["amount"] for line in statement(ledger, payer)["lines"]] == [10, -4]


def test_holds_make_no_line_and_captures_do(ledger: Ledger) -> None:
    payer = ledger.funded(10)
    hold = ledger.hold(payer, 8)["id"]
    assert [line["amount"] for line in statement(ledger, payer)["lines"]] == [10]
    ledger.capture(hold, amount=3)
    ledger.done(f"/holds/{hold}/void")
    assert [line["amount"] for line in statement(ledger, payer)["lines"]] == [10, -3]

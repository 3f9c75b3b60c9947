"""4-api, Reading: what a transaction did, from which lots, and reads that wait for a position."""

import pytest

from tests.contract.book import Json, Ledger, is_


def sums(shown: Json) -> dict[str, int]:
    """The postings of a transaction, added up unit by unit."""
    found: dict[str, int] = {}
    for posting in (posting for fact in shown["facts"] for posting in fact["postings"]):
        found[posting["unit"]] = found.get(posting["unit"], 0) + posting["amount"]
    return found


def test_a_transaction_shows_its_facts_and_balanced_postings(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.account()
    moved = ledger.transfer(payer, payee, 4)
    shown = ledger.get(f"/transactions/{moved['tx']}")
    assert [fact["position"] for fact in shown["facts"]] == [moved["position"]]
    assert {it["account"]: it["amount"] for it in shown["facts"][0]["postings"]} in (
        {payer: 4, payee: -4},
        {payer: -4, payee: 4},
    )
    assert sums(shown) == {"A": 0}


def test_all_facts_of_a_group_stand_in_its_transaction(ledger: Ledger) -> None:
    one, two = ledger.holder(), ledger.holder()
    commands = [
        {"type": "grant", "id": "g1" + one, "to": one, "unit": "A", "amount": 5},
        {"type": "transfer", "id": "g2" + one, "from": one, "to": two, "unit": "A", "amount": 2},
    ]
    (done,) = ledger.batch({"atomic": {"id": "g0" + one, "commands": commands}})
    shown = ledger.get(f"/transactions/{done['outcomes'][0]['body']['tx']}")
    assert [fact["type"] for fact in shown["facts"]] == ["points-earned.v1", "points-transferred.v1"]
    assert sums(shown) == {"A": 0}


def test_explain_leads_from_a_payment_to_the_grants_behind_it(ledger: Ledger) -> None:
    payer, payee = ledger.holder(), ledger.holder()
    grants = {ledger.grant(payer, 5, expires_on="2999-01-31")["position"], ledger.grant(payer, 5)["position"]}
    ledger.transfer(payer, payee, 8)
    taken = ledger.deduct(payee, 7)
    told = ledger.get(f"/transactions/{taken['tx']}/explain")
    assert {lot["grant"] for part in told["lots"] for lot in part["came_from"]} == grants
    assert sum(part["amount"] for part in told["lots"]) == 7


def test_explaining_value_that_went_to_and_fro_ends(ledger: Ledger) -> None:
    holder = ledger.funded(64)
    last: Json = {}
    for _ in range(8):
        # Cut at other places each time: every part has two behind it.
        for unit, to_unit, amount in (("A", "B", 40), ("A", "B", 24), ("B", "A", 18), ("B", "A", 14)):
            body = {"account": holder, "from_unit": unit, "to_unit": to_unit, "amount": amount}
            last = ledger.done("/conversions", body)
    told = ledger.get(f"/transactions/{last['tx']}/explain")
    assert 1000 <= len(behind(told["lots"])) < 1100


def behind(parts: list[Json]) -> list[Json]:
    """What these came from, and what that did."""
    return [it for part in parts for one in part.get("came_from", ()) for it in (one, *behind([one]))]


@pytest.mark.parametrize("path", ["/transactions/nothing", "/transactions/nothing/explain"])
def test_an_unknown_transaction_is_not_found(ledger: Ledger, path: str) -> None:
    assert is_(ledger.ask(path).json(), 404, "not-found")


def test_a_read_waits_for_the_position_that_it_names(ledger: Ledger) -> None:
    done = ledger.grant(ledger.holder(), 5)
    path = f"/accounts/{done['account']}/statement"
    assert ledger.get(path, unit="A", at_least=done["position"])["closing"] == 5
    assert is_(ledger.ask(path, unit="A", at_least=done["position"] + 10**6).json(), 503, "projection-behind")


def test_deductions_never_take_what_is_set_aside(ledger: Ledger) -> None:
    plain, owing = ledger.funded(10), ledger.funded(10, "D")
    ledger.hold(plain, 8)
    body = {"from": plain, "unit": "A", "amount": 5, "reason": "correction"}
    assert is_(ledger.refused("/deductions", body), 409, "insufficient-funds", required=5, available=2, missing=3)
    ledger.hold(owing, 8, "D")
    assert ledger.deduct(owing, 5, "D")["debt"] == 3
    shown = ledger.at(owing, "D")
    assert (shown["held"], shown["debt"], shown["available"]) == (8, 3, 0)


def test_a_quote_says_of_each_line_whether_it_can_be_had(ledger: Ledger) -> None:
    lines = [{"item": "no-such-item", "quantity": 1}]
    asked = {"holder": ledger.funded(10).removeprefix("holder:"), "lines": lines}
    quote = ledger.post("/quotes", asked).json()
    assert (quote["possible"], quote["lines"][0]["available"]) == (False, False)

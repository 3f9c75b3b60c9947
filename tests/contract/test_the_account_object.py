"""4b, Account object."""

from datetime import date, timedelta

from tests.contract.book import Json, Ledger, after, is_


def adds_up(account: Json) -> bool:
    return bool(account["balance"] == account["received"] - account["spent"] - account["lapsed"])


def test_the_account_object_has_every_member(ledger: Ledger) -> None:
    shown = ledger.at(ledger.funded(10))
    assert set(shown) >= {
        *("account", "unit", "received", "spent", "lapsed", "balance"),
        *("spendable", "held", "incoming", "available", "debt", "position"),
    }


def test_a_write_answers_with_the_account_object_that_a_read_shows(ledger: Ledger) -> None:
    holder = ledger.holder()
    granted = ledger.grant(holder, 10)
    shown = ledger.at(holder)
    assert after(granted, holder) == {name: shown[name] for name in after(granted, holder)}


def test_both_sides_of_a_movement_are_answered(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.account()
    moved = ledger.transfer(payer, payee, 4)
    assert (after(moved, payer)["balance"], after(moved, payee)["balance"]) == (6, 4)


def test_received_and_spent_only_grow(ledger: Ledger) -> None:
    """A reversal counts in the opposite column."""
    holder = ledger.holder()
    granted = ledger.grant(holder, 100)
    deducted = ledger.deduct(holder, 30)
    assert (after(deducted, holder)["received"], after(deducted, holder)["spent"]) == (100, 30)

    back = ledger.reverse(deducted["tx"])
    assert (after(back, holder)["received"], after(back, holder)["spent"]) == (130, 30)

    gone = ledger.reverse(granted["tx"], amount=60)
    assert (after(gone, holder)["received"], after(gone, holder)["spent"]) == (130, 90)
    assert after(gone, holder)["balance"] == 40
    assert adds_up(after(gone, holder))


def test_a_lapse_counts_in_lapsed(ledger: Ledger) -> None:
    yesterday = (date.today() - timedelta(days=3)).isoformat()  # noqa: DTZ011 - three days ago it is in every zone
    holder = ledger.holder()
    ended = after(ledger.grant(holder, 7, expires_on=yesterday), holder)
    assert (ended["received"], ended["spent"], ended["lapsed"], ended["balance"]) == (7, 0, 7, 0)


def test_a_transfer_is_spent_by_one_and_received_by_the_other(ledger: Ledger) -> None:
    payer, payee = ledger.funded(10), ledger.holder()
    moved = ledger.transfer(payer, payee, 4)
    assert (after(moved, payer)["spent"], after(moved, payee)["received"]) == (4, 4)
    assert adds_up(after(moved, payer))
    assert adds_up(after(moved, payee))


def test_balance_is_open_lots_less_debt(ledger: Ledger) -> None:
    holder = ledger.funded(10, "D")
    ledger.grant(holder, 5, "D", expires_on="2999-01-31")
    shown = ledger.at(holder, "D", include="lots")
    assert shown["balance"] == sum(lot["remaining"] for lot in shown["lots"]) == 15

    ledger.deduct(holder, 40, "D")
    shown = ledger.at(holder, "D", include="lots")
    assert shown["lots"] == []
    assert (shown["balance"], shown["debt"]) == (-25, 25)


def test_lots_are_shown_soonest_expiring_first(ledger: Ledger) -> None:
    holder = ledger.holder()
    for day in (None, "2999-03-31", "2999-01-31", "2999-02-28"):
        ledger.grant(holder, 1, **({"expires_on": day} if day else {}))
    lots = ledger.at(holder, include="lots")["lots"]
    assert [lot["expires_on"] for lot in lots] == ["2999-01-31", "2999-02-28", "2999-03-31", None]


def test_spendable_and_available_are_never_below_0_through_debt(ledger: Ledger) -> None:
    holder = ledger.holder()
    owing = after(ledger.deduct(holder, 40, "D"), holder, "D")
    assert (owing["balance"], owing["debt"], owing["spendable"], owing["available"]) == (-40, 40, 0, 0)


def test_debt_is_repaid_before_a_lot_opens(ledger: Ledger) -> None:
    holder = ledger.holder()
    ledger.deduct(holder, 30, "D")
    granted = after(ledger.grant(holder, 50, "D"), holder, "D")
    assert (granted["balance"], granted["debt"], granted["available"]) == (20, 0, 20)


# Credit lines -----------------------------------------------------------------------------------------------------


def test_with_a_credit_line_balance_may_be_negative(ledger: Ledger) -> None:
    line = ledger.account(floor=-100)
    assert ledger.at(line)["available"] == 100

    drawn = after(ledger.transfer(line, ledger.holder(), 70), line)
    assert (drawn["balance"], drawn["available"]) == (-70, 30)
    assert drawn["available"] == drawn["spendable"] - drawn["held"] + 100


def test_available_is_spendable_less_held_less_the_floor(ledger: Ledger) -> None:
    line = ledger.account(floor=-100)
    ledger.grant(line, 40)
    ledger.hold(line, 10)
    shown = ledger.at(line)
    assert shown["available"] == shown["spendable"] - shown["held"] + 100 == 130


def test_no_more_is_drawn_than_the_line_allows(ledger: Ledger) -> None:
    line = ledger.account(floor=-100)
    ledger.grant(line, 20)
    body = {"from": line, "to": ledger.holder(), "unit": "A", "amount": 121}
    assert is_(ledger.refused("/transfers", body), 409, "insufficient-funds", required=121, available=120, missing=1)
    assert after(ledger.done("/transfers", {**body, "amount": 120}), line)["balance"] == -100


def test_available_is_null_without_a_floor(ledger: Ledger) -> None:
    endless = ledger.account(floor=None)
    assert ledger.at(endless)["available"] is None
    drawn = after(ledger.transfer(endless, ledger.holder(), 1_000_000), endless)
    assert (drawn["balance"], drawn["available"]) == (-1_000_000, None)


def test_without_a_word_the_floor_is_0(ledger: Ledger) -> None:
    plain = ledger.account()
    body = {"from": plain, "to": ledger.holder(), "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 409, "insufficient-funds", required=1, available=0, missing=1)


def test_value_drawn_from_below_zero_reaches_the_payee_as_a_never_expiring_lot(ledger: Ledger) -> None:
    line, payee = ledger.account(floor=-100), ledger.holder()
    ledger.grant(line, 10, expires_on="2999-01-31")
    ledger.transfer(line, payee, 35)
    lots = ledger.at(payee, include="lots")["lots"]
    assert [(lot["remaining"], lot["expires_on"]) for lot in lots] == [(10, "2999-01-31"), (25, None)]


def test_later_receipts_fill_the_hole_before_they_open_a_lot(ledger: Ledger) -> None:
    line = ledger.account(floor=-100)
    ledger.transfer(line, ledger.holder(), 60)
    ledger.grant(line, 50, expires_on="2999-01-31")
    shown = ledger.at(line, include="lots")
    assert (shown["balance"], shown["lots"]) == (-10, [])

    ledger.transfer(ledger.funded(30), line, 30)
    shown = ledger.at(line, include="lots")
    assert (shown["balance"], [lot["remaining"] for lot in shown["lots"]]) == (20, [20])


def test_debt_counts_deduction_debt_only(ledger: Ledger) -> None:
    line = ledger.account(floor=-100)
    drawn = after(ledger.transfer(line, ledger.holder(), 60), line)
    assert (drawn["balance"], drawn["debt"]) == (-60, 0)
    taken = after(ledger.deduct(line, 40), line)
    assert (taken["balance"], taken["debt"], taken["available"]) == (-100, 0, 0)


def test_a_hold_counts_against_available_at_once_and_in_the_same_read(ledger: Ledger) -> None:
    holder = ledger.funded(100)
    held = after(ledger.hold(holder, 80), holder)
    shown = ledger.at(holder)
    assert (held["balance"], held["held"], held["available"]) == (100, 80, 20)
    assert (shown["balance"], shown["held"], shown["available"]) == (100, 80, 20)


def test_incoming_is_what_holds_will_bring(ledger: Ledger) -> None:
    payer, payee = ledger.funded(100), ledger.account()
    hold = ledger.hold(payer, 30, to=payee)
    assert ledger.at(payee)["incoming"] == 30
    ledger.capture(hold["id"], amount=20, final=True)
    shown = ledger.at(payee)
    assert (shown["incoming"], shown["balance"]) == (0, 20)

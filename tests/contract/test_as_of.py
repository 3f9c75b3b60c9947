"""4b, Dates: an account as it stood, and as it was known to stand."""

from datetime import UTC, datetime, timedelta

from tests.contract.book import Json, Ledger, is_


def ago(**much: int) -> str:
    return (datetime.now(UTC) - timedelta(**much)).isoformat()


def story(ledger: Ledger) -> tuple[str, Json, Json]:
    """10 given now; then 5 that happened an hour ago, which the ledger learns afterwards."""
    holder = ledger.holder()
    return holder, ledger.grant(holder, 10), ledger.grant(holder, 5, occurred_at=ago(hours=1))


def test_as_of_goes_by_what_happened(ledger: Ledger) -> None:
    holder, _, _ = story(ledger)
    assert ledger.at(holder, as_of=ago(minutes=30))["balance"] == 5
    assert ledger.at(holder, as_of=ago(hours=2))["balance"] == 0


def test_known_at_is_a_time_inclusive(ledger: Ledger) -> None:
    holder, first, second = story(ledger)
    assert ledger.at(holder, known_at=first["recorded_at"])["balance"] == 10
    assert ledger.at(holder, known_at=second["recorded_at"])["balance"] == 15


def test_both_clocks_together_show_what_was_known_then_about_then(ledger: Ledger) -> None:
    holder, first, second = story(ledger)
    at = ago(minutes=30)
    assert ledger.at(holder, as_of=at, known_at=first["recorded_at"])["balance"] == 0
    assert ledger.at(holder, as_of=at, known_at=second["recorded_at"])["balance"] == 5


def test_lots_are_shown_as_they_stood(ledger: Ledger) -> None:
    holder = ledger.holder()
    ledger.grant(holder, 5, expires_on="2999-01-31")
    second = ledger.grant(holder, 5)
    ledger.transfer(holder, ledger.holder(), 7)
    lots = ledger.at(holder, known_at=second["recorded_at"], include="lots")["lots"]
    assert [(it["remaining"], it["expires_on"]) for it in lots] == [(5, "2999-01-31"), (5, None)]


def test_as_of_in_the_future_is_422_unless_a_forecast_is_asked_for(ledger: Ledger) -> None:
    holder = ledger.funded(10, expires_on="2999-01-31")
    answer = ledger.ask(f"/accounts/{holder}", unit="A", as_of="2999-06-01T00:00:00Z")
    assert is_(answer.json(), 422, "malformed")
    assert ledger.at(holder, as_of="2999-01-31T00:00:00Z", forecast="true")["balance"] == 10
    told = ledger.at(holder, as_of="2999-06-01T00:00:00Z", forecast="true")
    assert (told["balance"], told["lapsed"]) == (0, 10)
    assert ledger.at(holder)["balance"] == 10

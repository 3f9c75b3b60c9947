"""4b, Dates: when value ends, as an account stood, statements, and the feed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.contract.book import Json, Ledger, after, is_

ZONE = ZoneInfo("Asia/Shanghai")
"""The scheme's."""


def local_day(at: datetime, days: int = 0) -> str:
    return (at.astimezone(ZONE).date() + timedelta(days=days)).isoformat()


def only_lot(ledger: Ledger, account: str) -> Json:
    (lot,) = ledger.at(account, include="lots")["lots"]
    found: Json = lot
    return found


# When value ends --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 1, 40])
def test_expires_in_days_counts_from_the_local_day_on_which_it_happened(ledger: Ledger, days: int) -> None:
    holder, happened = ledger.holder(), datetime.now(UTC)
    ledger.grant(holder, 5, expires_in_days=days, occurred_at=happened.isoformat())
    assert only_lot(ledger, holder)["expires_on"] == local_day(happened, days)


def test_it_counts_from_occurred_at_not_from_today(ledger: Ledger) -> None:
    holder, happened = ledger.holder(), datetime.now(UTC) - timedelta(days=2)
    ledger.grant(holder, 5, expires_in_days=10, occurred_at=happened.isoformat())
    assert only_lot(ledger, holder)["expires_on"] == local_day(happened, 10)


def test_expires_on_in_the_past_is_accepted_and_lapses_in_the_same_turn(ledger: Ledger) -> None:
    holder = ledger.holder()
    done = ledger.grant(holder, 5, expires_on="2022-06-30")
    assert done["amount"] == 5
    assert (after(done, holder)["balance"], after(done, holder)["lapsed"]) == (0, 5)
    body = {"from": holder, "to": ledger.holder(), "unit": "A", "amount": 1}
    assert is_(ledger.refused("/transfers", body), 409, "insufficient-funds")


def test_a_displayed_expires_at_is_the_next_local_midnight(ledger: Ledger) -> None:
    holder = ledger.holder()
    ledger.grant(holder, 5, expires_on="2999-01-31")
    shown = datetime.fromisoformat(only_lot(ledger, holder)["expires_at"]).astimezone(ZONE)
    assert shown.replace(tzinfo=None) == datetime(2999, 2, 1)  # noqa: DTZ001 - a wall clock's reading is compared


def test_a_unit_whose_lots_never_expire_gives_lots_without_a_day(ledger: Ledger) -> None:
    lot = only_lot(ledger, ledger.funded(5))
    assert (lot["expires_on"], lot["expires_at"]) == (None, None)


# Statements -------------------------------------------------------------------------------------------------------


def ago(**much: int) -> str:
    return (datetime.now(UTC) - timedelta(**much)).isoformat()


def story(ledger: Ledger) -> tuple[str, Json, Json]:
    """10 given now; then 5 that happened an hour ago, which the ledger learns afterwards."""
    holder = ledger.holder()
    return holder, ledger.grant(holder, 10), ledger.grant(holder, 5, occurred_at=ago(hours=1))


def statement(ledger: Ledger, account: str, **query: Any) -> Json:
    return ledger.get(f"/accounts/{account}/statement", unit="A", **query)


def test_a_statement_opens_runs_and_closes(ledger: Ledger) -> None:
    holder = ledger.holder()
    given = ledger.grant(holder, 10)
    moved = ledger.transfer(holder, ledger.holder(), 4)
    found = statement(ledger, holder)
    assert (found["opening"], found["closing"]) == (0, 6)
    lines = [{name: line[name] for name in ("tx", "position", "type", "amount", "balance")} for line in found["lines"]]
    assert [(it["tx"], it["amount"], it["balance"]) for it in lines] == [(given["tx"], 10, 10), (moved["tx"], -4, 6)]
    assert [it["position"] for it in lines] == [given["position"], moved["position"]]


def test_from_is_inclusive_and_to_exclusive_on_recorded_at(ledger: Ledger) -> None:
    holder = ledger.holder()
    one, two, three = (ledger.grant(holder, amount) for amount in (1, 2, 4))
    found = statement(ledger, holder, from_=two["recorded_at"], to=three["recorded_at"])
    assert [line["amount"] for line in found["lines"]] == [2]
    assert (found["opening"], found["closing"]) == (1, 3)
    assert statement(ledger, holder, to=one["recorded_at"])["lines"] == []


def test_by_occurred_at_the_lines_stand_as_they_happened(ledger: Ledger) -> None:
    holder, _, second = story(ledger)
    found = statement(ledger, holder, by="occurred_at")
    assert [(line["amount"], line["balance"]) for line in found["lines"]] == [(5, 5), (10, 15)]
    late = statement(ledger, holder, by="occurred_at", to=ago(minutes=30))
    assert [line["tx"] for line in late["lines"]] == [second["tx"]]


def test_pages_of_a_statement_join_without_gap(ledger: Ledger) -> None:
    holder = ledger.holder()
    for amount in range(1, 8):
        ledger.grant(holder, amount)
    whole, pages = statement(ledger, holder), [statement(ledger, holder, limit=2)]
    while pages[-1]["next"] is not None:
        pages.append(statement(ledger, holder, limit=2, after=pages[-1]["next"]))
    assert [line for page in pages for line in page["lines"]] == whole["lines"]
    assert len(pages) == 4


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", ""])
def test_limit_is_1_to_1000_else_422(ledger: Ledger, limit: str) -> None:
    for path in (f"/accounts/{ledger.holder()}/statement?unit=A&", "/events?", "/people?"):
        answer = ledger.http.get(f"{ledger.base}{path}limit={limit}")
        assert is_(answer.json(), 422, "malformed"), path


@pytest.mark.parametrize("wrong", [{"from_": "yesterday"}, {"to": "2022-06-01"}, {"by": "me"}, {"more": "1"}])
def test_what_a_statement_cannot_read_is_malformed(ledger: Ledger, wrong: Json) -> None:
    answer = ledger.ask(f"/accounts/{ledger.holder()}/statement", unit="A", **wrong)
    assert is_(answer.json(), 422, "malformed")


# The feed ---------------------------------------------------------------------------------------------------------


def test_events_answers_facts_and_next(ledger: Ledger) -> None:
    done = ledger.grant(ledger.holder(), 5)
    page = ledger.get("/events", after=done["position"] - 1, limit=1)
    assert set(page) == {"events", "next"}
    (fact,) = page["events"]
    assert (fact["pos"], fact["tx"], page["next"]) == (done["position"], done["tx"], str(done["position"]))


def test_the_feed_has_no_gap(ledger: Ledger) -> None:
    start = ledger.grant(ledger.holder(), 5)["position"]
    for _ in range(5):
        ledger.grant(ledger.holder(), 5)
    after, seen = str(start - 1), []
    while page := ledger.get("/events", after=after, limit=3):
        if not page["events"]:
            break
        seen += [fact["pos"] for fact in page["events"]]
        after = page["next"]
    assert seen == list(range(start, seen[-1] + 1))


def test_types_picks_and_next_goes_on(ledger: Ledger) -> None:
    holder = ledger.funded(10)
    done = ledger.deduct(holder, 3)
    page = ledger.get("/events", after=done["position"] - 2, limit=2, types="points-deducted.v1")
    assert [fact["pos"] for fact in page["events"]] == [done["position"]]
    assert page["next"] == str(done["position"])


def test_every_read_says_where_the_ledger_stood(ledger: Ledger) -> None:
    done = ledger.grant(ledger.holder(), 5)
    for path in ("/items", "/events?limit=1", f"/accounts/{done['account']}?unit=A"):
        answer = ledger.http.get(ledger.base + path)
        assert int(answer.headers["Ledger-Position"]) >= done["position"]

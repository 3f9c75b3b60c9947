"""What nobody uses lapses after so long without activity; every activity moves that day for all of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts.commands import OpenAccount
from ledger.accounts.facts import ActivityNoted
from ledger.calendar import day_after
from ledger.holds.commands import PlaceHold, VoidHold
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.refusals import InsufficientFunds
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import AccountId, Day, HolderId, HoldId, UnitCode
from tests.given import Story

WANG, LI, SHOP = AccountId("holder:wang"), AccountId("holder:li"), AccountId("account:shop")
A, B = UnitCode("A"), UnitCode("B")
MONTHS: dict[str, Any] = {"policy": "rolling-months", "months": 6, "end_of_month": False}


def rules(after: dict[str, Any], *kinds: str) -> Scheme:
    tables = canonical(load_scheme("conformance"))
    tables["units"]["A"]["inactivity"] = {"after": after} | ({"kinds": list(kinds)} if kinds else {})
    return checked(tables)


def story(after: dict[str, Any] = MONTHS, *kinds: str) -> Story:
    people = [RegisterPerson(holder=HolderId(name)) for name in ("wang", "li")]
    return Story(rules(after, *kinds)).given(*people, OpenAccount(id="shop", unit=A, floor=-100)).on("2022-06-01")


def grant(amount: int, to: AccountId = WANG, *, until: str | None = None) -> GrantPoints:
    return GrantPoints(to=to, unit=A, amount=amount, expires_on=None if until is None else Day(until))


def pay(amount: int, payer: AccountId = WANG, payee: AccountId = SHOP) -> TransferPoints:
    return TransferPoints(account=payer, to=payee, unit=A, amount=amount)


def deduct(amount: int) -> DeductPoints:
    return DeductPoints(account=WANG, unit=A, amount=amount, reason="correction")


def idle_on(site: Story, account: AccountId = WANG) -> str | None:
    return site.the(Account, f"{account}/A").idle_on


def balance(site: Story, day: str, account: AccountId = WANG) -> int:
    site.on(day).let_time_act()
    return site.the(Account, f"{account}/A").balance


def test_half_a_year_without_activity_ends_all_of_it_after_the_last_local_day() -> None:
    site = story().given(grant(60), grant(40, until="2023-06-01"))
    assert balance(site, "2022-12-01T15:59:59.999999Z") == 100
    assert balance(site, "2022-12-01T16:00:00.000000Z") == 0
    (lapse,) = site.facts(LotsLapsed)
    assert (lapse.cause, lapse.ended_on, lapse.amount) == ("inactive", "2022-12-01", 100)


def test_each_activity_moves_the_day_for_all_that_is_there() -> None:
    site = story().given(grant(60)).on("2022-11-30").given(pay(1))
    assert idle_on(site) == "2023-05-30"
    assert balance(site, "2022-12-15") == 59
    assert balance(site, "2023-05-31") == 0


def test_activity_never_lengthens_a_lots_own_life() -> None:
    site = story().given(grant(60, until="2022-07-01")).on("2022-06-30").given(grant(1))
    assert balance(site, "2022-07-02") == 1


@pytest.mark.parametrize(
    ("kinds", "wish", "moves"),
    [
        (("grant",), grant(5), True),
        (("redemption",), grant(5), False),
        (("transfer",), pay(5), True),
        (("grant",), pay(5), False),
        (("deduction",), deduct(5), True),
        (("grant", "hold"), deduct(5), False),
        (("hold",), PlaceHold(id=HoldId("h"), account=WANG, unit=A, amount=5), True),
        (("conversion",), ConvertPoints(account=WANG, from_unit=A, to_unit=B, amount=4), True),
    ],
)
def test_only_activity_of_the_stated_kinds_moves_it(kinds: tuple[str, ...], wish: Any, moves: bool) -> None:
    site = story(MONTHS, *kinds).given(grant(60)).on("2022-07-01").given(wish)
    assert idle_on(site) == ("2023-01-01" if moves else "2022-12-01")


def test_value_that_arrives_starts_a_clock_and_moves_no_other() -> None:
    site = story().given(grant(60), pay(10, SHOP, LI)).on("2022-07-01").given(pay(10, WANG, LI))
    assert (idle_on(site, WANG), idle_on(site, LI), idle_on(site, SHOP)) == ("2023-01-01", "2022-12-01", None)


def test_what_comes_after_all_has_lapsed_begins_anew() -> None:
    site = story(MONTHS, "redemption").given(grant(60))
    assert balance(site, "2023-01-01") == 0
    assert idle_on(site) is None
    site.given(pay(10, SHOP, WANG))
    assert (balance(site, "2023-06-30"), balance(site, "2023-07-02")) == (10, 0)


def test_a_clock_that_ends_on_an_empty_account_stands_still() -> None:
    site = story(MONTHS, "redemption").given(grant(10), pay(10))
    site.on("2022-12-02").let_time_act()
    assert idle_on(site) is None
    assert [fact.idle_on for fact in site.facts(ActivityNoted)] == ["2022-12-01", None]
    assert site.facts(LotsLapsed) == []


def test_what_is_set_aside_outlives_the_day_and_lapses_with_its_release() -> None:
    site = story(MONTHS, "grant").given(grant(10)).on("2022-11-20")
    site.given(PlaceHold(id=HoldId("h"), account=WANG, unit=A, amount=10, expires_in=2_592_000))
    assert balance(site, "2022-12-05") == 10
    site.given(VoidHold(hold=HoldId("h")))
    assert balance(site, "2022-12-05") == 0


def test_value_of_a_merged_record_does_not_lapse_by_a_day_that_has_passed() -> None:
    site = story().given(grant(10, LI), pay(10, LI)).on("2023-01-10").given(grant(7))
    site.given(MergeHolders(old=HolderId("wang"), into=HolderId("li"), reason="correction"))
    assert idle_on(site, LI) == "2023-07-10"
    assert balance(site, "2023-02-01", LI) == 7


def test_late_knowledge_counts_from_when_it_was_recorded() -> None:
    site = story()
    site.when(grant(5), occurred_at="2022-06-01T00:00:00.000000Z")
    site.on("2023-03-01").when(grant(5), occurred_at="2022-06-02T00:00:00.000000Z")
    assert idle_on(site) == "2023-09-01"


def test_what_has_ended_idle_cannot_be_spent_in_the_same_instant() -> None:
    site = story().given(grant(60)).on("2022-12-01T16:00:00.000000Z")
    site.refuses(pay(1), InsufficientFunds(required=1, available=0, missing=1))


@pytest.mark.parametrize(
    ("after", "last"),
    [
        ({"policy": "rolling-months", "months": 12}, "2025-02-28"),
        ({"policy": "rolling-years", "years": 1}, "2025-02-28"),
        ({"policy": "rolling-days", "days": 366, "grace_days": 1}, "2025-03-02"),
    ],
)
def test_from_a_leap_day_it_counts_as_lots_do(after: dict[str, Any], last: str) -> None:
    assert idle_on(story(after).on("2024-02-29").given(grant(1))) == last


def test_a_unit_without_the_rule_notes_nothing() -> None:
    site = story().given(grant(4), GrantPoints(to=WANG, unit=B, amount=9))
    assert [fact.unit for fact in site.facts(ActivityNoted)] == ["A"]


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["grant", "pay", "wait"])), max_size=10))
def test_value_is_there_exactly_until_ten_days_after_the_last_activity(steps: list[tuple[int, str]]) -> None:
    site = story({"policy": "rolling-days", "days": 10}).given(grant(5))
    today, last, worth = Day("2022-06-01"), Day("2022-06-01"), 5
    for days, what in steps:
        today = day_after(today, days)
        worth = worth if today <= day_after(last, 10) else 0
        assert balance(site, today) == worth
        if what == "grant" or (what == "pay" and worth):
            site.given(grant(5) if what == "grant" else pay(1))
            worth, last = worth + (5 if what == "grant" else -1), today

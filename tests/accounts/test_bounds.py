"""Floors and ceilings hold from their first instant, and what is past them already only moves back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts.bounds import MOST
from ledger.accounts.commands import CloseAccount, OpenAccount, SetBounds
from ledger.accounts.facts import BoundsChanged, BoundsScheduled
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints, TurnMonth
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed, PointsEarned
from ledger.refusals import (
    AccountClosed,
    InsufficientFunds,
    LimitExceeded,
    Malformed,
    NotEligible,
    NotFound,
    Refusal,
)
from ledger.transfers.commands import TransferPoints
from ledger.values import MAX_AMOUNT, AccountId, Day, HolderId, UnitCode
from tests.given import Story

WANG, SHOP = AccountId("holder:wang"), AccountId("account:shop")
A = UnitCode("A")


def bounds(account: AccountId = SHOP, on: str | None = None, **bounds: int | None) -> SetBounds:
    return SetBounds(account=account, unit=A, effective_on=None if on is None else Day(on), **bounds)


def pay(amount: int, payer: AccountId = SHOP, payee: AccountId = WANG) -> TransferPoints:
    return TransferPoints(account=payer, to=payee, unit=A, amount=amount)


def grant(amount: int, to: AccountId = WANG) -> GrantPoints:
    return GrantPoints(to=to, unit=A, amount=amount)


def passed(limit: int, used: int) -> LimitExceeded:
    return LimitExceeded(rule="ceiling", limit=limit, used=used, offered=max(0, limit - used), period="ever")


@pytest.fixture
def site() -> Story:
    """Wang, and a shop without a credit line, on 1 June."""
    story = Story("conformance").given(RegisterPerson(holder=HolderId("wang")))
    return story.given(OpenAccount(id="shop", unit=A)).on("2022-06-01")


def test_a_credit_line_that_is_opened_can_be_drawn_on_and_one_that_shrank_only_be_repaid(site: Story) -> None:
    site.refuses(pay(1), InsufficientFunds(required=1, available=0, missing=1))
    site.given(bounds(floor=-100), pay(80), bounds(floor=-50))
    site.refuses(pay(1), InsufficientFunds(required=1, available=0, missing=1))
    assert site.the(Account, f"{SHOP}/A").balance == -80
    site.given(grant(40, SHOP), pay(10))


def test_a_floor_taken_away_leaves_no_bound_below(site: Story) -> None:
    assert site.given(bounds(floor=None)).when(pay(10**12))


def test_a_ceiling_refuses_what_would_pass_it_for_holders_too(site: Story) -> None:
    site.given(bounds(WANG, ceiling=100), grant(70))
    site.refuses(grant(31), passed(100, 70))
    site.given(bounds(WANG, ceiling=50))
    site.refuses(grant(1), passed(50, 70))
    assert site.given(bounds(WANG, ceiling=None)).when(grant(1000))


def test_a_ceiling_stops_a_transfer_before_it_leaves(site: Story) -> None:
    site.given(grant(70), bounds(ceiling=50))
    site.refuses(pay(51, WANG, SHOP), passed(50, 0))
    assert site.when(pay(50, WANG, SHOP))


def test_a_later_day_brings_its_bounds_with_its_first_instant(site: Story) -> None:
    (scheduled,) = site.when(bounds(on="2022-07-01", floor=-10, ceiling=20))
    assert isinstance(scheduled, BoundsScheduled)
    site.on("2022-06-30T15:59:59.999999Z").refuses(pay(1), InsufficientFunds(required=1, available=0, missing=1))
    assert site.on("2022-06-30T16:00:00.000000Z").when(pay(10))
    changed = next(envelope for envelope in site.journal if isinstance(envelope.data, BoundsChanged))
    assert (changed.by.principal, changed.occurred_at) == ("system", "2022-06-30T16:00:00.000000Z")
    assert site.the(Account, f"{SHOP}/A").dated_bounds == ()


def test_bounds_to_come_apply_in_the_order_of_their_days_whatever_the_order_of_wishes(site: Story) -> None:
    site.given(bounds(on="2022-08-01", ceiling=3), bounds(on="2022-07-01", ceiling=2), bounds(ceiling=1))
    ceilings = []
    for day in ("2022-06-30", "2022-07-01", "2022-08-01"):
        site.on(day).let_time_act()
        ceilings.append(site.the(Account, f"{SHOP}/A").ceiling)
    assert ceilings == [1, 2, 3]


def test_one_bound_does_not_touch_the_other(site: Story) -> None:
    site.given(bounds(floor=-5, ceiling=5), bounds(on="2022-06-02", floor=-9)).on("2022-06-02").let_time_act()
    account = site.the(Account, f"{SHOP}/A")
    assert (account.floor, account.ceiling) == (-9, 5)


def test_two_changes_of_one_day_are_both_made_the_later_wish_last(site: Story) -> None:
    site.given(bounds(on="2022-06-02", ceiling=7), bounds(on="2022-06-02", ceiling=8, floor=-1))
    site.on("2022-06-03").let_time_act()
    account = site.the(Account, f"{SHOP}/A")
    assert (account.floor, account.ceiling, account.dated_bounds) == (-1, 8, ())


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (bounds(), Malformed(errors=["floor, ceiling: name at least one"])),
        (bounds(floor=1), Malformed(errors=[f"floor: 1 is not between {-MAX_AMOUNT} and 0"])),
        (bounds(ceiling=-1), Malformed(errors=[f"ceiling: -1 is not between 0 and {MAX_AMOUNT}"])),
        (bounds(on="2022-05-31", ceiling=1), Malformed(errors=["effective_on: a day from 2022-06-01 on"])),
        (bounds(on="2022-06-31", ceiling=1), Malformed(errors=["effective_on: a day from 2022-06-01 on"])),
        (bounds(AccountId("account:moon"), ceiling=1), NotFound(kind="account", id="account:moon")),
        (bounds(WANG, floor=-1), NotEligible(reason="holders-account")),
    ],
)
def test_what_cannot_be_bounded_is_refused_in_words(site: Story, wish: SetBounds, refusal: Refusal) -> None:
    site.refuses(wish, refusal)


def test_a_closed_account_is_bounded_no_more(site: Story) -> None:
    site.given(CloseAccount(account=SHOP, unit=A, reason="correction"))
    since = site.the(Account, f"{SHOP}/A").closed_at
    assert since is not None
    site.refuses(bounds(ceiling=1), AccountClosed(since=since))


def test_only_so_many_changes_wait(site: Story) -> None:
    site.given(*(bounds(on=f"2023-01-{n + 1:02}", ceiling=n) for n in range(MOST)))
    more = LimitExceeded(rule="dated-bounds", limit=MOST, used=MOST, offered=0, period="ever")
    site.refuses(bounds(on="2024-01-01", ceiling=0), more)


def test_a_ceiling_does_not_stop_the_month_from_turning() -> None:
    story = Story("safety-supermarket").given(RegisterPerson(holder=HolderId("wang"), grant_initial=True))
    low = SetBounds(account=WANG, unit=UnitCode("safety_point"), ceiling=50)
    story.given(low).on("2022-07-01")
    lapsed, granted = story.when(TurnMonth(account=WANG))
    assert (type(lapsed), type(granted)) == (LotsLapsed, PointsEarned)
    assert story.the(Account, f"{WANG}/safety_point").balance == 100


steps = st.one_of(
    st.builds(lambda n: ("grant", n), st.integers(1, 30)),
    st.builds(lambda n: ("pay", n), st.integers(1, 30)),
    st.builds(lambda n: ("ceiling", n), st.none() | st.integers(0, 50)),
    st.builds(lambda n: ("floor", n), st.none() | st.integers(-50, 0)),
    st.builds(lambda n: ("day", n), st.integers(1, 9)),
)


@given(st.lists(steps, max_size=12))
def test_no_movement_ever_passes_a_bound_further(wished: list[tuple[str, Any]]) -> None:
    story = Story("conformance").given(RegisterPerson(holder=HolderId("wang")))
    story.given(OpenAccount(id="shop", unit=A)).on("2022-06-01")
    today, tomorrow = 1, {"ceiling": False}
    for what, n in wished:
        before = story.the(Account, f"{SHOP}/A")
        try:
            match what:
                case "grant":
                    story.when(grant(n, SHOP))
                case "pay":
                    story.when(pay(n))
                case "day":
                    today += n
                    story.on(f"2022-{6 + today // 28:02}-{today % 28 + 1:02}").let_time_act()
                case bound:
                    tomorrow[bound] = not tomorrow.get(bound)
                    on = f"2022-{6 + (today + 1) // 28:02}-{(today + 1) % 28 + 1:02}" if tomorrow[bound] else None
                    story.when(bounds(on=on, **{bound: n}))
        except Refusal:
            assert story.the(Account, f"{SHOP}/A") == before
            continue
        after = story.the(Account, f"{SHOP}/A")
        if after.balance > before.balance:
            assert before.ceiling is None or after.balance <= before.ceiling
        if after.balance < before.balance:
            assert before.floor is None or after.balance >= before.floor

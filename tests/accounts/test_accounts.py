"""Accounts that stand by themselves: opened in one unit, bound by their floor alone, closed when empty."""

import pytest

from ledger.accounts.commands import CloseAccount, OpenAccount
from ledger.accounts.facts import AccountClosed, AccountOpened
from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, FreezeAccount, GrantPoints, UnfreezeAccount
from ledger.points.entities import OVERDRAFT, Account, Debt
from ledger.points.facts import LotsLapsed
from ledger.refusals import AccountClosed as IsClosed
from ledger.refusals import (
    AccountFrozen,
    AlreadyExists,
    InsufficientFunds,
    Malformed,
    NotEligible,
    NotFound,
    UnknownSchemeTerm,
)
from ledger.scheme.loading import load_scheme
from ledger.values import MAX_AMOUNT, AccountId, Day, HolderId, UnitCode
from tests.given import START, Story

TILL = AccountId("account:till")
A = UnitCode("A")
UNIT_A = load_scheme("conformance").unit("A")


@pytest.fixture
def site() -> Story:
    return Story("conformance")


def opening(id: str = "till", *, unit: str = "A", floor: int | None = 0) -> OpenAccount:
    return OpenAccount(id=id, unit=UnitCode(unit), floor=floor)


def closing(account: AccountId = TILL) -> CloseAccount:
    return CloseAccount(account=account, unit=A, reason="correction")


def grant(amount: int, *, to: AccountId = TILL, until: str | None = None) -> GrantPoints:
    return GrantPoints(to=to, unit=A, amount=amount, expires_on=Day(until) if until else None)


def deduct(amount: int, *, unit: str = "A") -> DeductPoints:
    return DeductPoints(account=TILL, unit=UnitCode(unit), amount=amount, reason="correction")


def till(story: Story) -> Account:
    return story.the(Account, "account:till/A")


def test_an_account_opens_empty_with_a_floor_of_nothing(site: Story) -> None:
    (fact,) = site.when(opening())
    assert isinstance(fact, AccountOpened)
    assert fact.after is not None
    assert (fact.account, fact.floor, fact.after.balance, fact.after.available) == (TILL, 0, 0, 0)
    assert site.journal[-1].stream == "account:account:till/A"


def test_an_id_is_taken_once_in_each_unit(site: Story) -> None:
    site.given(opening(), opening(unit="B", floor=None))
    site.refuses(opening(floor=-5), AlreadyExists(kind="account", id="account:till"))


@pytest.mark.parametrize("id", ["", "x" * 129, "two words", "tab\t", "收银台", "nul\0"])
def test_an_id_is_1_to_128_visible_ascii(site: Story, id: str) -> None:
    site.refuses(opening(id), Malformed(errors=["id: 1 to 128 visible ASCII characters"]))


@pytest.mark.parametrize("id", ["~", "!" * 128, "a/b:c"])
def test_any_visible_ascii_will_do(site: Story, id: str) -> None:
    site.given(opening(id), grant(3, to=AccountId("account:" + id)))
    assert site.the(Account, f"account:{id}/A").balance == 3


@pytest.mark.parametrize("floor", [1, -MAX_AMOUNT - 1])
def test_a_floor_is_nothing_or_below(site: Story, floor: int) -> None:
    site.refuses(opening(floor=floor), Malformed(errors=[f"floor: {floor} is not between {-MAX_AMOUNT} and 0"]))


def test_an_account_is_opened_in_a_unit_of_the_scheme_and_found_in_that_alone(site: Story) -> None:
    site.refuses(opening(unit="X"), UnknownSchemeTerm(term="unit", value="X"))
    site.given(opening(unit="B")).refuses(grant(1), NotFound(kind="account", id="account:till"))


def test_without_a_credit_line_nothing_goes_below_zero_whatever_policy_the_unit_has(site: Story) -> None:
    site.given(opening(unit="D"))
    site.refuses(deduct(1, unit="D"), InsufficientFunds(required=1, available=0, missing=1))


def test_a_credit_line_is_drawn_on_and_filled_by_what_comes_in_before_a_lot_opens(site: Story) -> None:
    site.given(opening(floor=-100), grant(30), deduct(80))
    state = till(site).state(UNIT_A)
    assert (state.balance, state.debt, state.available, state.spendable) == (-50, 0, 50, -50)
    assert till(site).debts == (Debt(OVERDRAFT, 50),)
    site.refuses(deduct(51), InsufficientFunds(required=51, available=50, missing=1))
    site.given(grant(60))
    assert (till(site).balance, till(site).debts, till(site).pools[0].open) == (10, (), ((80, 90),))


def test_an_account_without_a_floor_has_no_end(site: Story) -> None:
    site.given(opening(floor=None), deduct(10**12))
    state = till(site).state(UNIT_A)
    assert (state.balance, state.floor, state.available) == (-(10**12), None, None)


def test_lots_of_a_free_standing_account_lapse_as_any(site: Story) -> None:
    site.given(opening(), grant(5, until="2022-06-10")).on("2022-06-11").let_time_act()
    assert [fact.amount for fact in site.facts(LotsLapsed)] == [5]


def test_a_closed_account_moves_for_nobody(site: Story) -> None:
    site.given(opening())
    (fact,) = site.when(closing())
    assert isinstance(fact, AccountClosed)
    for command in (grant(1), deduct(1), closing(), FreezeAccount(account=TILL, unit=A, reason="correction")):
        site.refuses(command, IsClosed(since=START))
    site.refuses(opening(), AlreadyExists(kind="account", id="account:till"))


@pytest.mark.parametrize("movement", [grant(1), deduct(1)], ids=["above", "below"])
def test_only_an_empty_account_closes(site: Story, movement: GrantPoints | DeductPoints) -> None:
    site.given(opening(floor=-9), movement).refuses(closing(), NotEligible(reason="balance"))


def test_a_holders_account_and_one_that_is_not_there_are_not_closed(site: Story) -> None:
    site.given(RegisterPerson(holder=HolderId("wang")))
    site.refuses(closing(AccountId("holder:wang")), NotEligible(reason="of-a-holder"))
    for name, kind, id in (("holder:li", "holder", "li"), ("account:none", "account", "account:none")):
        site.refuses(closing(AccountId(name)), NotFound(kind=kind, id=id))


def test_a_frozen_account_stays_open(site: Story) -> None:
    site.given(opening(), FreezeAccount(account=TILL, unit=A, reason="correction"))
    site.refuses(closing(), AccountFrozen(since=START))


def test_the_scrub_freezes_a_holders_account_whose_row_is_missing(site: Story) -> None:
    wang = AccountId("holder:wang")
    site.refuses(FreezeAccount(account=wang, unit=A, reason="scrub"), NotFound(kind="holder", id="wang"))
    site.given(RegisterPerson(holder=HolderId("wang")))
    site.refuses(FreezeAccount(account=wang, unit=A, reason="correction"), NotFound(kind="account", id="holder:wang/A"))
    site.given(FreezeAccount(account=wang, unit=A, reason="scrub")).refuses(
        grant(1, to=wang), AccountFrozen(since=START)
    )
    site.given(UnfreezeAccount(account=wang, unit=A, reason="scrub"), grant(1, to=wang))
    assert site.the(Account, "holder:wang/A").balance == 1

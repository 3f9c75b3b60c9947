"""Transfers: value changes its account and keeps its expiry; what is owed there is repaid first."""

import pytest

from ledger.accounts.commands import CloseAccount, OpenAccount, SetBounds
from ledger.people.commands import BarHolder, LeaveSite, MergeHolders, RegisterPerson
from ledger.points.commands import DeductPoints, FreezeAccount, GrantPoints
from ledger.points.entities import OVERDRAFT, Account, Debt
from ledger.points.facts import LotsLapsed
from ledger.pools import Landed, Lot, Repaid, Terms
from ledger.refusals import (
    AccountClosed,
    AccountFrozen,
    AmountOutOfRange,
    HolderBarred,
    HolderMerged,
    InsufficientFunds,
    Malformed,
    NotEligible,
    NotFound,
    Refusal,
    SameAccount,
    UnknownSchemeTerm,
)
from ledger.transfers.commands import TransferPoints
from ledger.transfers.facts import PointsTransferred
from ledger.values import MAX_AMOUNT, AccountId, Day, HolderId, UnitCode
from tests.given import START, Story

A = UnitCode("A")
WANG, LI = AccountId("holder:wang"), AccountId("holder:li")
TILL, BANK = AccountId("account:till"), AccountId("account:bank")


@pytest.fixture
def site() -> Story:
    """Two holders; a till of nothing, and a bank that may go to -100."""
    return Story("conformance").given(
        *(RegisterPerson(holder=HolderId(name)) for name in ("wang", "li")),
        *(OpenAccount(id="till", unit=UnitCode(unit)) for unit in ("A", "D")),
        *(OpenAccount(id="bank", unit=UnitCode(unit), floor=-100) for unit in ("A", "D")),
    )


def grant(amount: int, to: AccountId = WANG, *, until: str | None = None, unit: str = "A") -> GrantPoints:
    return GrantPoints(to=to, unit=UnitCode(unit), amount=amount, expires_on=Day(until) if until else None)


def transfer(
    amount: int, account: AccountId = WANG, to: AccountId = LI, *, up_to: bool = False, unit: str = "A"
) -> TransferPoints:
    return TransferPoints(account=account, to=to, unit=UnitCode(unit), amount=amount, up_to=up_to)


def open_pools(
    story: Story, account: AccountId, unit: str = "A"
) -> list[tuple[str | None, tuple[tuple[int, int], ...]]]:
    pools = story.the(Account, f"{account}/{unit}").pools
    return [(pool.terms.expires_on, pool.open) for pool in pools if pool.open]


def test_lots_keep_their_expiry_and_the_soonest_goes_first(site: Story) -> None:
    site.given(grant(10), grant(20, until="2022-06-30"), grant(5, LI, until="2022-06-30"))
    (fact,) = site.when(transfer(25))
    assert isinstance(fact, PointsTransferred)
    assert [(lot.start, lot.end) for lot in fact.taken] == [(0, 20), (0, 5)]
    assert open_pools(site, LI) == [("2022-06-30", ((0, 25),)), (None, ((0, 5),))]
    assert open_pools(site, WANG) == [(None, ((5, 10),))]


def test_what_landed_names_the_ranges_that_it_was_and_lapses_on_its_old_day(site: Story) -> None:
    site.given(grant(20, until="2022-06-10"))
    granted = site.tx
    (fact,) = site.when(transfer(8))
    assert isinstance(fact, PointsTransferred)
    terms, origin = Terms(expires_on=Day("2022-06-10")), Lot(pool=granted, start=0, end=8)
    assert fact.landed == (Landed(pool=site.tx, start=0, end=8, terms=terms, of=origin),)
    assert fact.terms_of_pool(site.tx) == terms
    site.on("2022-06-11").let_time_act()
    assert sorted((fact.account, fact.amount) for fact in site.facts(LotsLapsed)) == [(LI, 8), (WANG, 12)]


def test_both_accounts_stand_behind_the_fact_and_the_books_balance(site: Story) -> None:
    site.given(grant(20))
    (fact,) = site.when(transfer(8))
    assert isinstance(fact, PointsTransferred)
    assert [(account, after.balance, after.spent, after.received) for account, _, after in fact.states()] == [
        (WANG, 12, 8, 20),
        (LI, 8, 0, 8),
    ]
    assert [tuple(posting) for posting in fact.entry().postings] == [(WANG, "A", -8), (LI, "A", 8)]


def test_more_than_is_there_is_refused_with_the_numbers(site: Story) -> None:
    site.given(grant(20)).refuses(transfer(21), InsufficientFunds(required=21, available=20, missing=1))


def test_up_to_takes_what_is_there_even_nothing(site: Story) -> None:
    site.given(grant(20))
    for there in (20, 0):
        (fact,) = site.when(transfer(30, up_to=True))
        assert isinstance(fact, PointsTransferred)
        assert (fact.amount, fact.asked) == (there, 30)
    assert site.the(Account, "holder:li/A").balance == 20


def test_up_to_that_moves_nothing_passes_no_ceiling(site: Story) -> None:
    """A ceiling that came after the value leaves the payee past it: nothing more must come, and nothing does."""
    site.given(grant(50, LI), SetBounds(account=LI, unit=A, ceiling=10))
    (fact,) = site.when(transfer(30, up_to=True))
    assert isinstance(fact, PointsTransferred)
    assert (fact.amount, fact.asked, fact.landed) == (0, 30, ())


def test_up_to_never_draws_on_a_credit_line(site: Story) -> None:
    site.given(grant(7, BANK))
    (fact,) = site.when(transfer(30, BANK, up_to=True))
    assert isinstance(fact, PointsTransferred)
    assert (fact.amount, fact.drawn) == (7, 0)


def test_what_is_drawn_below_zero_arrives_as_a_lot_that_never_expires(site: Story) -> None:
    site.given(grant(7, BANK, until="2022-06-10"))
    (fact,) = site.when(transfer(30, BANK))
    assert isinstance(fact, PointsTransferred)
    assert (fact.drawn, fact.landed[-1].of) == (23, None)
    assert open_pools(site, LI) == [("2022-06-10", ((0, 7),)), (None, ((0, 23),))]
    assert site.the(Account, "account:bank/A").debts == (Debt(OVERDRAFT, 23),)
    site.refuses(transfer(78, BANK), InsufficientFunds(required=78, available=77, missing=1))


def test_what_arrives_fills_the_payees_overdraft_before_it_opens_a_lot(site: Story) -> None:
    site.given(transfer(30, BANK), grant(50))
    (fact,) = site.when(transfer(40, WANG, BANK))
    assert isinstance(fact, PointsTransferred)
    assert fact.repaid == (Repaid(deduction=OVERDRAFT, pool=site.tx, start=0, end=30),)
    assert (site.the(Account, "account:bank/A").balance, open_pools(site, BANK)) == (10, [(None, ((30, 40),))])


def test_what_arrives_repays_a_deduction_first_and_reversing_that_gives_it_back(site: Story) -> None:
    site.given(DeductPoints(account=LI, unit=UnitCode("D"), amount=12, reason="correction"))
    site.given(transfer(20, BANK, LI, unit="D"))
    li = site.the(Account, "holder:li/D")
    assert (li.balance, li.debt, open_pools(site, LI, "D")) == (8, 0, [(None, ((12, 20),))])


def test_only_holders_are_bound_by_the_units_transfer_policy(site: Story) -> None:
    site.given(grant(5, unit="D"), grant(5, TILL, unit="D"))
    site.refuses(transfer(5, unit="D"), NotEligible(reason="not-transferable"))
    site.given(transfer(5, TILL, WANG, unit="D"))
    assert site.the(Account, "holder:wang/D").balance == 10


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (transfer(0), Malformed(errors=[f"amount: 0 is not between 1 and {MAX_AMOUNT}"])),
        (transfer(1, unit="X"), UnknownSchemeTerm(term="unit", value="X")),
        (transfer(1, to=AccountId("holder:nobody")), NotFound(kind="holder", id="nobody")),
        (transfer(1, AccountId("account:none")), NotFound(kind="account", id="account:none")),
        (transfer(1, to=AccountId("redeemed")), NotFound(kind="account", id="redeemed")),
        (transfer(1, to=WANG), SameAccount()),
        (transfer(1, AccountId("x"), AccountId("x")), NotFound(kind="account", id="x")),
        (transfer(1, to=AccountId("holder:nobody"), unit="D"), NotFound(kind="holder", id="nobody")),
    ],
)
def test_what_can_never_succeed_is_said_before_any_status(
    site: Story, command: TransferPoints, refusal: Refusal
) -> None:
    for unit in ("A", "D"):
        site.given(FreezeAccount(account=WANG, unit=UnitCode(unit), reason="scrub"))
    site.refuses(command, refusal)


@pytest.mark.parametrize("frozen", [WANG, LI])
def test_a_frozen_side_stops_the_transfer(site: Story, frozen: AccountId) -> None:
    site.given(grant(5), FreezeAccount(account=frozen, unit=A, reason="scrub"))
    site.refuses(transfer(6), AccountFrozen(since=START))


def test_nothing_goes_to_or_from_a_closed_account(site: Story) -> None:
    site.given(grant(5), CloseAccount(account=TILL, unit=A, reason="correction"))
    for command in (transfer(5, to=TILL), transfer(1, TILL)):
        site.refuses(command, AccountClosed(since=START))


def test_who_has_left_is_given_nothing_and_who_is_barred_gives_nothing(site: Story) -> None:
    site.given(grant(5), LeaveSite(holder=HolderId("li"), left_on=Day("2022-06-01"), reason="correction"))
    site.on("2022-06-02").refuses(transfer(1), HolderBarred(since=Day("2022-06-01")))
    site.given(BarHolder(holder=HolderId("wang"), reason="correction"))
    site.refuses(transfer(1, to=TILL), HolderBarred(since=Day("2022-06-02")))


def test_a_merged_record_names_the_one_that_answers_for_it(site: Story) -> None:
    site.given(grant(5), MergeHolders(old=HolderId("li"), into=HolderId("wang"), reason="correction"))
    site.refuses(transfer(1), HolderMerged(holder="li", into="wang"))
    site.refuses(transfer(1, to=AccountId("account:none")), NotFound(kind="account", id="account:none"))


def test_no_side_ever_passes_what_every_reader_keeps_exact(site: Story) -> None:
    site.given(grant(MAX_AMOUNT, LI), grant(1)).refuses(transfer(1), AmountOutOfRange())

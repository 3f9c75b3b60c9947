"""Two records of one man become one: R28 by example, and by many random lives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.people import merging
from ledger.people.commands import (
    BarHolder,
    LeaveSite,
    MergeHolders,
    RegisterPerson,
    RejoinSite,
    RevokeBadge,
)
from ledger.people.entities import Holder
from ledger.people.standing import holder_of, living, records, surviving_account, survivor
from ledger.points.commands import (
    DeductPoints,
    FreezeAccount,
    GrantPoints,
    OpenInitial,
    TurnMonth,
)
from ledger.points.entities import Account
from ledger.points.facts import AccountJoined, AccountMerged, LotsLapsed, PointsDeducted
from ledger.refusals import AccountFrozen, HolderMerged, NotEligible, NotFound, Refusal, SameAccount, UnknownSchemeTerm
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.values import AccountId, BadgeNumber, Day, HolderId, UnitCode, holder_account
from tests.given import Story

OLD, INTO, THIRD = HolderId("old"), HolderId("into"), HolderId("third")
POINT = UnitCode("safety_point")
MERGE = MergeHolders(old=OLD, into=INTO, reason="duplicate")


@pytest.fixture
def site() -> Story:
    return Story().given(
        RegisterPerson(holder=OLD, badge=BadgeNumber("YK-0001"), crew="A", joined_on=Day("2022-06-01")),
        RegisterPerson(holder=INTO, badge=BadgeNumber("YK-0002"), joined_on=Day("2022-06-05")),
    )


def grant(to: HolderId, amount: int, until: str | None = None) -> GrantPoints:
    return GrantPoints(to=holder_account(to), unit=POINT, amount=amount, expires_on=Day(until) if until else None)


def deduct(from_: HolderId, amount: int) -> DeductPoints:
    return DeductPoints(account=holder_account(from_), unit=POINT, amount=amount, reason="correction")


def initial(holder: HolderId) -> OpenInitial:
    return OpenInitial(account=holder_account(holder))


def purse(story: Story, holder: HolderId) -> Account:
    return story.the(Account, f"holder:{holder}/safety_point")


def test_balances_add_and_lots_keep_their_expiry_and_order(site: Story) -> None:
    site.given(grant(OLD, 30, "2022-06-30"), grant(INTO, 5, "2022-12-31"), grant(OLD, 7))
    site.when(MERGE)
    assert (purse(site, OLD).balance, purse(site, INTO).balance) == (0, 42)
    open_lots = [(pool.terms.expires_on, pool.open) for pool in purse(site, INTO).pools]
    assert open_lots == [("2022-06-30", ((0, 30),)), ("2022-12-31", ((0, 5),)), (None, ((0, 7),))]
    (moved,) = site.facts(AccountMerged)
    assert [(posting.account, posting.amount) for posting in moved.entry().postings] == [
        ("holder:old", -37),
        ("holder:into", 37),
    ]


def test_a_debt_moves_and_is_repaid_by_what_it_meets(site: Story) -> None:
    site.given(grant(OLD, 10), deduct(OLD, 40), grant(INTO, 50))
    site.when(MERGE)
    account = purse(site, INTO)
    assert (account.balance, account.debt, account.value("earned")) == (20, 0, 20)
    assert purse(site, OLD).debt == 0
    assert [fact.amount for fact in site.facts(AccountJoined)] == [30]


def test_a_debt_that_nothing_meets_stays_owed_by_the_survivor(site: Story) -> None:
    site.given(grant(OLD, 10), deduct(OLD, 40))
    site.when(MERGE)
    assert (purse(site, INTO).balance, purse(site, INTO).debt) == (-30, 30)
    site.given(grant(INTO, 50))
    assert (purse(site, INTO).balance, purse(site, INTO).debt) == (20, 0)


def test_the_old_record_refuses_and_names_its_survivor_and_ids_and_cards_resolve(site: Story) -> None:
    site.given(grant(OLD, 5), MERGE)
    refusal = HolderMerged(holder="old", into="into")
    site.refuses(grant(OLD, 1), refusal)
    site.refuses(deduct(OLD, 1), refusal)
    site.refuses(initial(OLD), refusal)
    site.refuses(TurnMonth(account=holder_account(OLD)), refusal)
    site.refuses(BarHolder(holder=OLD, reason="other"), refusal)
    site.refuses(LeaveSite(holder=OLD, left_on=Day("2022-06-01")), refusal)
    assert survivor(site, OLD) == INTO
    assert holder_of(site, BadgeNumber("YK-0001")) == holder_of(site, BadgeNumber("YK-0002")) == INTO


def test_a_chain_of_merges_resolves_to_its_end(site: Story) -> None:
    site.given(RegisterPerson(holder=THIRD), grant(OLD, 5), MERGE)
    site.given(MergeHolders(old=INTO, into=THIRD, reason="duplicate"))
    assert survivor(site, OLD) == THIRD
    assert surviving_account(site, AccountId("holder:old")) == "holder:third"
    assert purse(site, THIRD).balance == 5
    assert records(THIRD, living(site, "third")) == ("third", "into", "old")


def test_the_survivor_bears_the_standing_of_both(site: Story) -> None:
    site.given(BarHolder(holder=OLD, reason="other"), MERGE)
    assert site.the(Holder, INTO) == Holder(
        crew="A",
        joined_on=Day("2022-06-01"),
        badge=BadgeNumber("YK-0002"),
        barred_on=Day("2022-06-01"),
        merged_from=(OLD,),
    )


def test_one_record_has_left_and_the_other_not_he_is_here(site: Story) -> None:
    site.on("2022-06-10").given(grant(OLD, 5), grant(INTO, 7), LeaveSite(holder=INTO, left_on=Day("2022-06-10")))
    site.given(MERGE).on("2022-07-30").let_time_act()
    assert purse(site, INTO).balance == 12


def test_both_have_left_the_later_day_counts_for_all(site: Story) -> None:
    site.on("2022-06-20").given(grant(OLD, 5), LeaveSite(holder=OLD, left_on=Day("2022-06-20")))
    site.given(LeaveSite(holder=INTO, left_on=Day("2022-06-15")), MERGE)
    assert site.the(Holder, INTO).spend_until_on == "2022-06-27"
    site.on("2022-06-28").let_time_act()
    assert [(fact.account, fact.cause, fact.amount) for fact in site.facts(LotsLapsed)] == [("holder:into", "left", 5)]


# Many lots -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [5, 6, 13])
def test_in_however_many_facts_lots_and_debts_move_they_come_to_the_same(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A fact holds so much and no more: what is one fact for nearly everybody is many for who has a thousand lots."""
    whole = _many_lots().given(MERGE)
    monkeypatch.setattr(merging, "_MOST_PARTS", most)
    story = _many_lots().given(MERGE)
    assert (len(whole.facts(AccountMerged)), len(story.facts(AccountMerged)) > 2) == (1, True)
    assert purse(story, INTO).pools == purse(whole, INTO).pools
    assert purse(story, INTO).debts == purse(whole, INTO).debts
    assert (purse(story, OLD).pools, purse(story, OLD).debts, purse(story, OLD).balance) == ((), (), 0)


def _many_lots() -> Story:
    """One with nine lots of nine days, one of them in pieces, and one who owes for three deductions."""
    story = Story().given(RegisterPerson(holder=OLD), RegisterPerson(holder=INTO), RegisterPerson(holder=THIRD))
    story.given(*(grant(OLD, 10, f"2022-07-0{day}") for day in range(1, 10)), *(deduct(INTO, 5) for _ in range(3)))
    story.given(*(deduct(OLD, 2) for _ in range(3)))
    first = [envelope.tx for envelope in story.journal if isinstance(envelope.data, PointsDeducted)][-2]
    return story.given(ReverseMovement(of=first, reason="correction"))


# The second initial lot ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "into", "one_record"),
    [((0, 0), (0, 0), 100), ((10, 0), (0, 5), 105), ((0, 5), (10, 0), 105), ((0, 130), (50, 0), 20)],
)
def test_nobody_has_two_initial_lots_and_has_what_one_record_would_have(
    site: Story, old: tuple[int, int], into: tuple[int, int], one_record: int
) -> None:
    site.given(initial(OLD), initial(INTO))
    for holder, (earned, lost) in ((OLD, old), (INTO, into)):
        site.given(*([grant(holder, earned)] if earned else []), *([deduct(holder, lost)] if lost else []))
    site.when(MERGE)
    assert purse(site, INTO).balance == one_record
    assert purse(site, INTO).value("initial") <= 100
    assert [fact.cause for fact in site.facts(LotsLapsed)] == ["merged"]


def test_a_second_initial_lot_that_was_taken_back_before_does_not_lapse_again(site: Story) -> None:
    site.given(initial(INTO), initial(OLD))
    site.given(ReverseMovement(of=site.tx, reason="duplicate"))
    site.when(MERGE)
    assert purse(site, INTO).balance == 100
    assert site.facts(LotsLapsed) == []


def test_the_month_turns_once_for_the_survivor(site: Story) -> None:
    site.given(initial(OLD), initial(INTO), grant(OLD, 5), MERGE)
    assert purse(site, INTO).balance == 105
    site.on("2022-07-01").given(TurnMonth(account=holder_account(INTO)))
    assert (purse(site, INTO).balance, purse(site, INTO).value("initial")) == (105, 100)


def test_while_the_month_has_turned_for_one_of_them_the_merge_waits(site: Story) -> None:
    site.given(initial(OLD), initial(INTO)).on("2022-07-01").given(TurnMonth(account=holder_account(INTO)))
    site.refuses(MERGE, NotEligible(reason="month-turn-open"))
    site.given(TurnMonth(account=holder_account(OLD)), MERGE)
    assert purse(site, INTO).balance == 100


# What was before the merge can be taken back after it --------------------------------------------------------------


def test_a_deduction_from_the_old_record_is_given_back_to_the_survivor(site: Story) -> None:
    site.given(grant(OLD, 100, "2022-06-30"), deduct(OLD, 30))
    taken = site.tx
    site.given(MERGE, ReverseMovement(of=taken, reason="appeal-granted"))
    assert [(pool.terms.expires_on, pool.open) for pool in purse(site, INTO).pools] == [("2022-06-30", ((0, 100),))]
    assert purse(site, OLD).balance == 0


def test_a_debt_repaid_by_the_merge_gives_back_the_ranges_that_repaid_it(site: Story) -> None:
    site.given(deduct(OLD, 30))
    taken = site.tx
    site.given(grant(INTO, 50), MERGE)
    assert purse(site, INTO).balance == 20
    site.given(ReverseMovement(of=taken, reason="appeal-granted"))
    assert (purse(site, INTO).balance, purse(site, INTO).value("earned")) == (50, 50)


def test_a_grant_to_the_old_record_is_taken_back_from_its_own_lot(site: Story) -> None:
    site.given(grant(INTO, 50, "2022-06-30"), grant(OLD, 10))
    given_ = site.tx
    site.given(MERGE, ReverseMovement(of=given_, reason="wrong-person"))
    assert [(pool.terms.expires_on, pool.remaining) for pool in purse(site, INTO).pools if pool.open] == [
        ("2022-06-30", 50)
    ]


# Refusals ------------------------------------------------------------------------------------------------------


def test_what_cannot_be_merged(site: Story) -> None:
    site.refuses(MergeHolders(old=OLD, into=OLD, reason="duplicate"), SameAccount())
    site.refuses(MergeHolders(old=OLD, into=INTO, reason="bored"), UnknownSchemeTerm(term="reason", value="bored"))
    site.refuses(MergeHolders(old=OLD, into=THIRD, reason="duplicate"), NotFound(kind="holder", id="third"))
    site.given(grant(INTO, 1), FreezeAccount(account=holder_account(INTO), unit=POINT, reason="other"))
    site.refuses(MERGE, AccountFrozen(since=site.at))


def test_a_merge_happens_once_and_never_into_a_merged_record(site: Story) -> None:
    site.given(RegisterPerson(holder=THIRD), MERGE)
    refusal = HolderMerged(holder="old", into="into")
    site.refuses(MERGE, refusal)
    site.refuses(MergeHolders(old=THIRD, into=OLD, reason="duplicate"), refusal)


# Many lives ----------------------------------------------------------------------------------------------------

PEOPLE = tuple(HolderId(f"h{number}") for number in range(4))
holders = st.sampled_from(PEOPLE)
amounts = st.integers(1, 150)
steps = st.one_of(
    st.builds(grant, holders, amounts, st.sampled_from([None, "2022-06-20", "2022-12-31"])),
    st.builds(deduct, holders, amounts),
    st.builds(initial, holders),
    st.builds(lambda one, day: LeaveSite(holder=one, left_on=Day(f"2022-06-{day:02}")), holders, st.integers(1, 28)),
    st.builds(lambda one, day: RejoinSite(holder=one, joined_on=Day(f"2022-06-{day:02}")), holders, st.integers(1, 28)),
    st.builds(lambda one, two: MergeHolders(old=one, into=two, reason="duplicate"), holders, holders),
    st.integers(1, 30),
)


def total(story: Story) -> int:
    accounts = (row.entity for (kind, _), row in story.book.rows.items() if kind == "account" and row is not None)
    return sum(account.balance for account in accounts if isinstance(account, Account))


@given(st.lists(steps, max_size=25))
@settings(max_examples=80)
def test_whatever_happens_value_is_neither_made_nor_lost_by_moving_it(life: list[Command | int]) -> None:
    story = Story().given(*(RegisterPerson(holder=one) for one in PEOPLE))
    day = 1
    for step in life:
        if isinstance(step, int):
            day = max(day, step)
            story.on(f"2022-06-{day:02}")
            continue
        story.let_time_act()
        before, place = total(story), len(story.journal)
        try:
            story.when(step)
        except Refusal:
            continue
        posted = [envelope.data for envelope in story.journal[place:]]
        lapsed = sum(fact.amount for fact in posted if isinstance(fact, LotsLapsed))
        if isinstance(step, MergeHolders):
            assert total(story) == before - lapsed
            assert purse_or_zero(story, step.old) == 0
        check_accounts(story)


def purse_or_zero(story: Story, holder: HolderId) -> int:
    account = story.get(Account, f"holder:{holder}/safety_point")
    return account.balance if account else 0


def check_accounts(story: Story) -> None:
    """Open lots less debt are the balance; nobody has two initial lots of one period; postings say the same."""
    posted: dict[str, int] = {}
    for envelope in story.journal:
        entry = envelope.data.entry()
        for posting in entry.postings if entry else ():
            posted[posting.account] = posted.get(posting.account, 0) + posting.amount
    for (kind, id), row in story.book.rows.items():
        if kind == "account" and row is not None:
            account = story.the(Account, id)
            assert account.balance == sum(pool.remaining for pool in account.pools) - account.debt
            assert account.balance == posted.get(account.account, 0)
            assert account.value("initial") <= 100


def test_a_revoked_card_of_the_old_record_stays_revoked(site: Story) -> None:
    site.given(RevokeBadge(badge=BadgeNumber("YK-0001"), reason="lost"), MERGE)
    assert holder_of(site, BadgeNumber("YK-0002")) == INTO

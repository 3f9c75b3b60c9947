"""Points: earning, losing, lapsing, owing and taking back, as the worked examples say."""

import pytest

from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, GrantPoints, OpenInitial, TurnMonth
from ledger.points.entities import Account, Debt
from ledger.points.facts import DeductionReversed, LotsLapsed, PointsDeducted, PointsEarned
from ledger.refusals import AlreadyReversed, ExceedsOriginal, InsufficientFunds, NotFound, NotReversible
from ledger.reversals.commands import ReverseMovement
from ledger.values import AccountId, Day, HolderId, TxId, UnitCode
from tests.given import Story

POINT = UnitCode("safety_point")
WANG = AccountId("holder:wang")


def grant(amount: int, *, to: AccountId = WANG, until: str | None = None, unit: str = "safety_point") -> GrantPoints:
    return GrantPoints(to=to, unit=UnitCode(unit), amount=amount, expires_on=Day(until) if until else None)


def deduct(amount: int, *, unit: str = "safety_point") -> DeductPoints:
    return DeductPoints(account=WANG, unit=UnitCode(unit), amount=amount, reason="correction")


def reverse(tx: TxId, amount: int | None = None, *, debt: bool = False) -> ReverseMovement:
    return ReverseMovement(of=tx, amount=amount, reason="correction", if_spent="debt" if debt else "refuse")


@pytest.fixture
def site() -> Story:
    return Story().given(RegisterPerson(holder=HolderId("wang")))


def wang(story: Story, unit: str = "safety_point") -> Account:
    return story.the(Account, f"holder:wang/{unit}")


def test_500_one_point_credits_are_one_pool_with_one_range(site: Story) -> None:
    site.given(*(grant(1) for _ in range(500)))
    account = wang(site)
    assert [pool.open for pool in account.pools] == [((0, 500),)]
    assert account.balance == 500


def test_expired_value_is_not_subtracted_twice(site: Story) -> None:
    """R11: 100 (expired unspent part 20) + 50 - 80 spent in time leaves 50, not -30."""
    site.given(grant(100, until="2022-06-30"), grant(50, until="2022-12-31"), deduct(80))
    site.on("2022-07-01").given(grant(1))
    assert wang(site).balance == 51
    assert [fact.amount for fact in site.facts(LotsLapsed)] == [20]


def test_a_lapse_occurs_at_the_midnight_after_the_last_spendable_day(site: Story) -> None:
    site.given(grant(100, until="2022-06-30"))
    site.on("2022-06-30T15:59:59.999999Z").given(grant(1))
    assert wang(site).balance == 101
    site.on("2022-06-30T16:00:00.000000Z").given(grant(1))
    assert wang(site).balance == 2
    assert site.journal[-2].occurred_at == "2022-06-30T16:00:00.000000Z"
    assert site.journal[-2].by.principal == "system"


def test_debt_and_expiry_live_together(site: Story) -> None:
    """3-domain: 100 expiring 30 June, deducted 130 -> debt 30; then a grant of 50 -> debt 0, lot 20 with its expiry."""
    site.given(grant(100, until="2022-06-30"), deduct(130))
    assert (wang(site).balance, wang(site).debt) == (-30, 30)
    site.on("2022-07-02").given(grant(50, until="2022-12-31"))
    account = wang(site)
    assert (account.balance, account.debt) == (20, 0)
    assert [(pool.terms.expires_on, pool.open) for pool in account.pools if pool.open] == [("2022-12-31", ((30, 50),))]


def test_a_deduction_takes_earned_lots_before_the_base(site: Story) -> None:
    site.given(OpenInitial(account=WANG), grant(10))
    (fact,) = site.when(deduct(15))
    assert isinstance(fact, PointsDeducted)
    assert [lot.amount for lot in fact.taken] == [10, 5]


def test_a_deduction_beyond_the_balance_is_refused_where_the_unit_says_so() -> None:
    story = Story("conformance").given(RegisterPerson(holder=HolderId("wang")), grant(3, unit="A"))
    story.refuses(deduct(5, unit="A"), InsufficientFunds(required=5, available=3, missing=2))


def test_reversing_a_deduction_restores_its_ranges_with_their_old_expiry(site: Story) -> None:
    site.given(grant(100, until="2022-06-30"), grant(50), deduct(120))
    site.when(reverse(site.tx))
    assert [(pool.terms.expires_on, pool.open) for pool in wang(site).pools] == [
        ("2022-06-30", ((0, 100),)),
        (None, ((0, 50),)),
    ]


def test_a_partial_reversal_gives_back_the_last_taken_first_and_never_more_than_the_original(site: Story) -> None:
    site.given(grant(100), deduct(80))
    taken = site.tx
    site.when(reverse(taken, 30))
    assert wang(site).pools[0].open == ((50, 100),)
    site.refuses(reverse(taken, 51), ExceedsOriginal(original=80, reversed=30, requested=51))
    site.when(reverse(taken))
    site.refuses(reverse(taken), AlreadyReversed(original=80, reversed=80))
    assert wang(site).pools[0].open == ((0, 100),)


def test_a_deduction_whose_debt_was_repaid_gives_back_the_ranges_that_repaid_it(site: Story) -> None:
    site.given(grant(100), deduct(130))
    taken = site.tx
    site.given(grant(50))
    assert wang(site).balance == 20
    site.when(reverse(taken))
    account = wang(site)
    assert (account.balance, account.debt, account.received) == (150, 0, 280)
    assert account.pools[0].open == ((0, 150),)


def test_what_is_still_owed_is_cancelled_before_lots_return(site: Story) -> None:
    site.given(grant(100), deduct(130))
    (fact,) = site.when(reverse(site.tx, 40))
    assert isinstance(fact, DeductionReversed)
    assert (fact.forgiven, [item.lot.amount for item in fact.restored]) == (30, [10])
    assert wang(site).debts == ()


def test_a_range_restored_into_an_ended_pool_lapses_in_the_same_transaction(site: Story) -> None:
    site.given(grant(100, until="2022-06-10"), deduct(30))
    taken = site.tx
    site.on("2022-06-20")
    facts = site.when(reverse(taken))
    assert [type(fact) for fact in facts] == [DeductionReversed, LotsLapsed]
    assert wang(site).balance == 0


def test_a_pool_that_came_back_from_oblivion_is_joined_by_no_later_grant(site: Story) -> None:
    """Its total is lost: a grant that joined it would hand out a range twice."""
    site.given(grant(100, until="2022-06-10"), deduct(30))
    taken = site.tx
    site.on("2022-06-20").given(grant(100), deduct(150))
    site.when(reverse(taken))
    assert wang(site).debt == 20
    site.given(grant(60, until="2022-06-10"))
    first, _, last = [fact.lot.pool for fact in site.facts(PointsEarned)]
    assert first != last


def test_taking_back_a_spent_grant_is_refused_or_owed_as_asked(site: Story) -> None:
    site.given(grant(50))
    granted = site.tx
    site.given(deduct(20))
    site.refuses(reverse(granted), InsufficientFunds(required=50, available=30, missing=20))
    site.when(reverse(granted, debt=True))
    account = wang(site)
    assert (account.balance, account.debts) == (-20, (Debt(site.tx, 20),))


def test_a_reversal_cannot_be_reversed(site: Story) -> None:
    site.given(grant(50), deduct(20))
    site.when(reverse(site.tx))
    site.refuses(reverse(site.tx), NotReversible(type="deduction-reversed.v1"))


def test_a_holder_who_does_not_exist_has_no_account(site: Story) -> None:
    site.refuses(grant(1, to=AccountId("holder:nobody")), NotFound(kind="holder", id="nobody"))


@pytest.mark.parametrize(
    ("steps", "after"),
    [
        ((grant(47),), 147),
        ((deduct(12), grant(10)), 100),
        ((grant(10), deduct(12)), 100),
        ((deduct(12), grant(20)), 108),
        ((deduct(130),), 70),
    ],
    ids=["above the base carries over", "below: earned last", "below: earned first", "partly", "debt repaid first"],
)
def test_the_month_turns_by_the_balance_not_by_the_order_of_events(
    site: Story, steps: tuple[GrantPoints | DeductPoints, ...], after: int
) -> None:
    site.given(OpenInitial(account=WANG), *steps)
    site.on("2022-07-01").when(TurnMonth(account=WANG))
    assert wang(site).balance == after

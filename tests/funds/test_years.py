"""Budgets of a year: they promise in their year alone, and what is left goes back or is carried forward."""

import pytest

from ledger.coupons.commands import ApproveBatch, SubmitBatch
from ledger.coupons.entities import Batch
from ledger.funds.commands import (
    AppropriateFund,
    CloseFund,
    CommitFunds,
    DisburseCommitment,
    OpenFund,
    RecoverCommitment,
)
from ledger.funds.entities import Fund, Share
from ledger.funds.facts import FundAppropriated, FundClosed
from ledger.refusals import AmountOutOfRange, Malformed, NotEligible, NotFound, Refusal, UnitMismatch
from ledger.room import Command
from ledger.values import MAX_AMOUNT, Day, UnitCode
from tests.coupons.gifts import LI, bought, drafting, issued, lines, returned, union
from tests.given import LEADER, Story

CNY = UnitCode("cny")


def years() -> Story:
    """A budget of 2022 with 1,000.00 and one of 2023 with nothing yet, both the union's."""
    story = union()
    story.given(*(OpenFund(id=f"y{year}", unit=CNY, source="union", year=year) for year in (2022, 2023)))
    return story.given(AppropriateFund(fund="y2022", amount=100_000))


def promise(fund: str, amount: int = 1_000) -> CommitFunds:
    return CommitFunds(id="c1", shares=(Share(fund, 1),), amount=amount)


def close(fund: str = "y2022", into: str | None = None) -> CloseFund:
    return CloseFund(fund=fund, reason="not-needed", into=into)


def left_of(story: Story, *funds: str) -> list[tuple[int, int]]:
    """Free, and returned."""
    found = [story.the(Fund, fund) for fund in funds]
    return [(fund.free, fund.returned) for fund in found]


def test_a_budget_promises_in_its_year_and_pays_when_it_is_asked_to() -> None:
    story = years().given(AppropriateFund(fund="y2023", amount=5))
    story.refuses(promise("y2023", 5), NotEligible(reason="fund-year"))
    story.given(promise("y2022")).on("2023-01-01")
    story.refuses(CommitFunds(shares=(Share("y2022", 1),), amount=1), NotEligible(reason="fund-year"))
    story.given(DisburseCommitment(commitment="c1", payee="shop"))
    assert story.the(Fund, "y2022").disbursed == 1_000


def test_the_last_instant_of_the_year_is_the_ledgers_own_midnight() -> None:
    years().on("2022-12-31T15:59:59.999999Z").given(promise("y2022"))
    years().on("2022-12-31T16:00:00.000000Z").refuses(promise("y2022"), NotEligible(reason="fund-year"))


def test_a_batch_is_not_approved_out_of_last_years_budget() -> None:
    story = years().given(drafting(fund="y2022", expires_on=Day("2023-06-30")), lines((LI, 1_000, 1)))
    story.given(SubmitBatch(batch="b1")).on("2023-01-02")
    approve = ApproveBatch(batch="b1", digest=story.the(Batch, "b1").digest)
    story.refuses(approve, NotEligible(reason="fund-year"), by=LEADER)


def test_what_is_left_goes_back_to_its_source_or_is_carried_forward() -> None:
    story = years().given(promise("y2022")).on("2023-01-03")
    story.refuses(close(into="y2023"), NotEligible(reason="commitments-open"))
    story.given(DisburseCommitment(commitment="c1", payee="shop"), close(into="y2023"))
    assert left_of(story, "y2022", "y2023") == [(0, 99_000), (99_000, 0)]
    (closed,), appropriated = story.facts(FundClosed), story.facts(FundAppropriated)[-1]
    assert (closed.amount, closed.into) == (99_000, "y2023")
    assert (appropriated.fund, appropriated.amount, appropriated.reference) == ("y2023", 99_000, "fund:y2022")
    story.given(close("gifts"))
    assert left_of(story, "gifts", "y2023") == [(0, 1_000_000), (99_000, 0)]


def test_what_comes_free_after_the_turn_of_the_year_follows_it() -> None:
    story = years()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), fund="y2022", expires_on=Day("2023-01-31"))
    story.given(bought(coupon, bill=10_000, id="p1")).on("2023-01-03").given(close(into="y2023"), returned("p1", 4_000))
    story.on("2023-02-01").let_time_act()
    assert left_of(story, "y2022", "y2023") == [(0, 94_000), (94_000, 0)]
    assert story.the(Fund, "y2022").disbursed == 6_000
    assert [fact.amount for fact in story.facts(FundClosed)] == [90_000, 4_000]


def test_what_comes_free_when_both_have_ended_goes_back_to_the_source() -> None:
    story = years()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), fund="y2022", expires_on=Day("2023-01-31"))
    story.given(bought(coupon, bill=10_000, id="p1")).on("2023-01-03")
    story.given(close(into="y2023"), close("y2023"), returned("p1", 4_000)).on("2023-02-01").let_time_act()
    assert left_of(story, "y2022", "y2023") == [(0, 94_000), (0, 90_000)]


@pytest.mark.parametrize(
    ("before", "wish", "refusal"),
    [
        ((), close(into="y2022"), Malformed(errors=["into: another fund"])),
        ((), close(into="none"), NotFound(kind="fund", id="none")),
        ((close("y2023"),), close(into="y2023"), NotEligible(reason="fund-closed")),
        ((close(),), close(into="y2023"), NotEligible(reason="fund-closed")),
        (
            (OpenFund(id="works", unit=CNY, source="employer", year=2023),),
            close(into="works"),
            NotEligible(reason="other-source"),
        ),
        (
            (OpenFund(id="paper", unit=UnitCode("coupon_cny"), source="union"),),
            close(into="paper"),
            UnitMismatch(expected="cny", given="coupon_cny"),
        ),
        ((AppropriateFund(fund="y2023", amount=MAX_AMOUNT),), close(into="y2023"), AmountOutOfRange()),
    ],
)
def test_only_an_open_fund_of_the_same_source_follows(
    before: tuple[Command, ...], wish: CloseFund, refusal: Refusal
) -> None:
    years().given(*before).refuses(wish, refusal)


def test_what_debtors_pay_back_after_the_turn_of_the_year_revolves_in_the_fund_that_follows() -> None:
    story = union()
    opened = (OpenFund(id=f"y{year}", unit=CNY, source="union", year=year, revolving=True) for year in (2022, 2023))
    story.given(*opened, AppropriateFund(fund="y2022", amount=100_000), promise("y2022", 60_000))
    story.given(DisburseCommitment(commitment="c1", payee="workers")).on("2023-01-03").given(close(into="y2023"))
    story.given(RecoverCommitment(commitment="c1", payer="debtor", amount=20_000))
    assert left_of(story, "y2022", "y2023") == [(0, 60_000), (60_000, 0)]
    assert (story.the(Fund, "y2022").disbursed, story.the(Fund, "y2022").recovered) == (40_000, 20_000)

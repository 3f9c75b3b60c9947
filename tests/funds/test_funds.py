"""Funds: promised before it is paid, never more than is there, every unit free, promised, paid or back."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.funds.commands import (
    AppropriateFund,
    CloseFund,
    CommitFunds,
    DisburseCommitment,
    OpenFund,
    RecoverCommitment,
    ReleaseCommitment,
    WriteOffCommitment,
)
from ledger.funds.entities import Commitment, Fund, Share
from ledger.funds.facts import FundCommitted, FundDisbursed, FundRecovered
from ledger.refusals import (
    AlreadyExists,
    AmountOutOfRange,
    ExceedsOriginal,
    FundExhausted,
    Malformed,
    NotEligible,
    NotFound,
    Refusal,
    UnitMismatch,
    UnknownSchemeTerm,
)
from ledger.room import Command
from ledger.values import MAX_AMOUNT, UnitCode
from tests.given import Story

CNY = UnitCode("cny")


def opened(id: str = "ice", source: str = "union", *, revolving: bool = False, unit: UnitCode = CNY) -> OpenFund:
    return OpenFund(id=id, unit=unit, source=source, revolving=revolving, year=2022)


def put(amount: int, fund: str = "ice") -> AppropriateFund:
    return AppropriateFund(fund=fund, amount=amount, reference="minutes-2021-11")


def promise(amount: int, id: str | None = "t1", **weights: int) -> CommitFunds:
    shares = tuple(Share(fund, weight) for fund, weight in (weights or {"ice": 1}).items())
    return CommitFunds(id=id, shares=shares, amount=amount, of="ticket:1")


def back(amount: int | None = None, commitment: str = "t1") -> ReleaseCommitment:
    return ReleaseCommitment(commitment=commitment, amount=amount, reason="correction")


def paid(amount: int | None = None, commitment: str = "t1") -> DisburseCommitment:
    return DisburseCommitment(commitment=commitment, amount=amount, payee="venue-7")


def recovered(amount: int | None = None, commitment: str = "t1") -> RecoverCommitment:
    return RecoverCommitment(commitment=commitment, amount=amount, payer="debtor-1")


def given_up(amount: int | None = None, commitment: str = "t1") -> WriteOffCommitment:
    return WriteOffCommitment(commitment=commitment, amount=amount, reason="correction")


CLOSE = CloseFund(fund="ice", reason="correction")


@pytest.fixture
def story() -> Story:
    return Story("patrol").given(opened(), put(1_000))


def fund(story: Story, id: str = "ice") -> Fund:
    return story.the(Fund, id)


def test_what_is_appropriated_is_free_then_promised_then_paid(story: Story) -> None:
    story.given(promise(300))
    assert (fund(story).free, fund(story).committed, fund(story).disbursed) == (700, 300, 0)
    (fact,) = story.when(paid(200))
    assert isinstance(fact, FundDisbursed)
    assert (fact.amount, fact.payee, fact.free) == (200, "venue-7", 700)
    story.given(back())
    assert (fund(story).free, fund(story).committed, fund(story).disbursed) == (800, 0, 200)


def test_a_claim_beyond_the_fund_is_refused_and_takes_nothing(story: Story) -> None:
    story.given(promise(995))
    story.refuses(promise(6, "t2"), FundExhausted(fund="ice", required=6, available=5))
    story.given(promise(5, "t2"))
    assert fund(story).free == 0


def test_ten_million_yuan_cover_84033_tickets_and_one_cancelled_lets_exactly_one_more_through() -> None:
    story = Story("patrol").given(opened(), put(1_000_000_000))
    story.given(promise(84_032 * 11_900, "the-others"), promise(11_900, "last"))
    assert fund(story).free == 7_300
    story.refuses(promise(11_900, "one-more"), FundExhausted(fund="ice", required=11_900, available=7_300))
    story.given(back(commitment="last"))
    assert fund(story).free == 19_200
    story.given(promise(11_900, "one-more"))
    assert fund(story).free == 7_300


def test_a_third_and_two_thirds_and_the_company_takes_the_odd_fen() -> None:
    story = Story("patrol").given(opened("worker", "platform"), opened("company"))
    story.given(put(1_000_000, "worker"), put(1_000_000, "company"))
    worker, company = story.when(promise(1_000_000, worker=1, company=2))
    assert isinstance(worker, FundCommitted)
    assert isinstance(company, FundCommitted)
    assert (worker.amount, company.amount) == (333_333, 666_667)
    story.given(paid(500_001), paid())
    assert (fund(story, "worker").disbursed, fund(story, "company").disbursed) == (333_333, 666_667)


def test_when_one_of_two_funds_is_short_neither_promises() -> None:
    story = Story("patrol").given(opened("worker", "platform"), opened("company"))
    story.given(put(400, "worker"), put(100, "company"))
    story.refuses(promise(300, worker=1, company=2), FundExhausted(fund="company", required=200, available=100))
    assert fund(story, "worker").free == 400


def test_a_revolving_fund_can_commit_what_came_back() -> None:
    story = Story("patrol").given(opened(revolving=True), put(500_000_000), promise(460_000), paid())
    assert fund(story).free == 499_540_000
    (fact,) = story.when(recovered())
    assert isinstance(fact, FundRecovered)
    assert (fact.amount, fact.revolving) == (460_000, True)
    assert (fund(story).free, story.the(Commitment, "t1").outstanding) == (500_000_000, 0)


def test_what_comes_back_into_another_fund_goes_to_its_source(story: Story) -> None:
    story.given(promise(300), paid(), recovered(100))
    assert (fund(story).free, fund(story).disbursed, fund(story).recovered) == (700, 300, 100)


def test_what_is_written_off_is_no_longer_outstanding(story: Story) -> None:
    story.given(promise(300), paid(), recovered(100), given_up(150))
    assert (story.the(Commitment, "t1").outstanding, fund(story).written_off) == (50, 150)
    story.refuses(recovered(51), ExceedsOriginal(original=50, reversed=0, requested=51))


@pytest.mark.parametrize("wish", [paid(301), back(301), recovered(1), given_up(1)])
def test_no_more_than_there_is_can_be_paid_released_recovered_or_given_up(story: Story, wish: Command) -> None:
    story.given(promise(300))
    available = 300 if getattr(wish, "amount", 0) == 301 else 0
    asked = getattr(wish, "amount", 0)
    story.refuses(wish, ExceedsOriginal(original=available, reversed=0, requested=asked))


def test_all_of_nothing_is_refused(story: Story) -> None:
    story.given(promise(300), paid())
    for wish in (paid(), back()):
        story.refuses(wish, ExceedsOriginal(original=0, reversed=0, requested=1))


def test_closing_gives_the_rest_back_once_nothing_is_promised(story: Story) -> None:
    story.given(promise(300))
    story.refuses(CLOSE, NotEligible(reason="commitments-open"))
    story.given(paid(100), back(), CLOSE)
    assert (fund(story).free, fund(story).returned, fund(story).disbursed) == (0, 900, 100)
    for wish in (CLOSE, put(1), promise(1, "t2")):
        story.refuses(wish, NotEligible(reason="fund-closed"))


def test_what_comes_back_after_the_closing_is_the_sources() -> None:
    story = Story("patrol").given(opened(revolving=True), put(100), promise(40), paid(), CLOSE, recovered())
    assert (fund(story).free, fund(story).recovered, fund(story).returned) == (0, 40, 60)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (opened(), AlreadyExists(kind="fund", id="ice")),
        (opened("a b"), Malformed(errors=["id: 1 to 64 letters, digits, hyphens and underscores"])),
        (opened("other", "nobody"), UnknownSchemeTerm(term="fund", value="nobody")),
        (opened("other", unit=UnitCode("gold")), UnknownSchemeTerm(term="unit", value="gold")),
        (put(0), Malformed(errors=[f"amount: 0 is not between 1 and {MAX_AMOUNT}"])),
        (put(1, "none"), NotFound(kind="fund", id="none")),
        (put(MAX_AMOUNT), AmountOutOfRange()),
        (promise(1, none=1), NotFound(kind="fund", id="none")),
        (promise(1, ice=0), Malformed(errors=["shares.weight: 1 to 1000000"])),
        (
            CommitFunds(shares=(Share("ice", 1), Share("ice", 1)), amount=1),
            Malformed(errors=["shares: 1 to 8 funds, each once"]),
        ),
        (CommitFunds(shares=(), amount=1), Malformed(errors=["shares: 1 to 8 funds, each once"])),
        (paid(commitment="none"), NotFound(kind="commitment", id="none")),
    ],
)
def test_what_is_wrong_is_said(story: Story, wish: Command, refusal: Refusal) -> None:
    story.refuses(wish, refusal)


def test_a_promise_is_made_once_under_its_id(story: Story) -> None:
    story.given(promise(1))
    story.refuses(promise(1), AlreadyExists(kind="commitment", id="t1"))
    (fact,) = story.when(promise(2, None))
    assert isinstance(fact, FundCommitted)
    assert fact.commitment == story.tx


def test_funds_of_two_units_do_not_share(story: Story) -> None:
    story.given(opened("points", "platform", unit=UnitCode("patrol_point")), put(10, "points"))
    story.refuses(promise(4, ice=1, points=1), UnitMismatch(expected="cny", given="patrol_point"))


@dataclass
class Model:
    """The same in single sums, written apart from the code."""

    free: int = 0
    promised: dict[str, int] = field(default_factory=dict)
    out: dict[str, int] = field(default_factory=dict)


@given(st.lists(st.tuples(st.sampled_from("pcrdv"), st.integers(1, 60), st.integers(0, 3)), max_size=25), st.booleans())
def test_any_story_of_a_fund_agrees_with_plain_sums(steps: list[tuple[str, int, int]], revolving: bool) -> None:
    story, model, promises = Story("patrol").given(opened(revolving=revolving)), Model(), 0
    for kind, amount, which in steps:
        id = f"t{which}"
        open, out = model.promised.get(id, 0), model.out.get(id, 0)
        if kind == "p":
            story.given(put(amount))
            model.free += amount
        elif kind == "c":
            id, promises = f"t{promises}", promises + 1
            if amount > model.free:
                story.refuses(promise(amount, id), FundExhausted(fund="ice", required=amount, available=model.free))
                promises -= 1
                continue
            story.given(promise(amount, id))
            model.free, model.promised[id] = model.free - amount, amount
        elif kind in "rd" and id in model.promised and amount <= open:
            story.given(back(amount, id) if kind == "r" else paid(amount, id))
            model.promised[id] -= amount
            if kind == "r":
                model.free += amount
            else:
                model.out[id] = out + amount
        elif kind == "v" and amount <= out:
            story.given(recovered(amount, id))
            model.out[id] -= amount
            model.free += amount if revolving else 0
    found = fund(story)
    assert (found.free, found.committed) == (model.free, sum(model.promised.values()))
    assert found.appropriated == found.committed + found.disbursed + found.free + found.returned

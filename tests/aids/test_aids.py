"""A benefit by the rule: reckoned to the fen, never above a ceiling or the fund, decided by others, paid once."""

from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.aids.commands import ClaimAid, CollectShare, WriteOffAid
from ledger.aids.entities import Asked
from ledger.aids.facts import AidClaimed, AidPaid
from ledger.entitlements.commands import CancelEntitlement, IssueEntitlement
from ledger.entitlements.facts import EntitlementIssued
from ledger.funds.facts import FundDisbursed
from ledger.people.commands import MergeHolders
from ledger.refusals import (
    AlreadyExists,
    ExceedsOriginal,
    FundExhausted,
    HolderMerged,
    LimitExceeded,
    Malformed,
    NotEligible,
    NotFound,
    Refusal,
    SelfApproval,
    UnknownSchemeTerm,
)
from ledger.room import Command
from ledger.values import MAX_AMOUNT, HolderId
from tests.aids.giving import (
    HALF,
    SECOND,
    approving,
    claim,
    claiming,
    fund,
    paying,
    recovering,
    rejecting,
    story,
    used,
)
from tests.given import COUNTER, LEADER, SUPERVISOR

LINES = Malformed(errors=["lines: an amount from 1 to 9007199254740991, of which others have covered at most all"])


def line(made: Any, id: str = "c1") -> tuple[int, int, str | None]:
    (only,) = claim(made, id).lines
    return only.aid, only.own, only.bound


# Reckoning -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "asked", "expected"),
    [
        ({}, (1_001, 0), (500, 501, None)),
        ({"rounding": "up"}, (1_001, 0), (501, 500, None)),
        ({"rounding": "nearest"}, (1_001, 0), (501, 500, None)),
        ({"rounding": "nearest", "rate": {"numerator": 1, "denominator": 3}}, (100, 0), (33, 67, None)),
        ({"of": "rest"}, (1_000, 600), (200, 200, None)),
        ({}, (1_000, 600), (400, 0, "rest")),
        ({"rate": HALF | {"most": 300}}, (1_000, 0), (300, 700, "most")),
        ({"rate": HALF | {"ceiling": 400}}, (1_000, 0), (400, 600, "ceiling")),
        ({"rate": HALF | {"ceiling": 400, "most": 300}}, (1_000, 0), (300, 700, "most")),
        ({"rate": {"amount": 300}}, (1_000, 0), (300, 700, None)),
        ({"rate": {"amount": 300}}, (200, 0), (200, 0, "rest")),
    ],
)
def test_what_a_claim_comes_to(terms: dict[str, Any], asked: tuple[int, int], expected: tuple[int, int, str]) -> None:
    assert line(story(**terms).given(claiming(*asked))) == expected


@given(
    numerator=st.integers(1, 20),
    more=st.integers(0, 20),
    rounding=st.sampled_from(["down", "up", "nearest"]),
    of=st.sampled_from(["whole", "rest"]),
    most=st.none() | st.integers(1, 500),
    ceiling=st.none() | st.integers(1, 800),
    bills=st.lists(st.tuples(st.integers(1, 2_000), st.integers(0, 100)), min_size=1, max_size=6),
)
def test_any_bills_agree_with_plain_fractions(
    numerator: int, more: int, rounding: str, of: str, most: int | None, ceiling: int | None, bills: list[Any]
) -> None:
    rate: dict[str, Any] = {"numerator": numerator, "denominator": numerator + more, "most": most, "ceiling": ceiling}
    made, had = story({key: value for key, value in rate.items() if value}, rounding=rounding, of=of), 0
    for number, (amount, share) in enumerate(bills):
        covered = amount * share // 100
        exact = Fraction(numerator, numerator + more) * (amount if of == "whole" else amount - covered)
        due = {"down": floor(exact), "up": ceil(exact), "nearest": floor(exact + Fraction(1, 2))}[rounding]
        due = min(due, amount - covered, *([most] if most else []))
        wish = claiming(amount, covered, id=f"c{number}")
        if not due:
            made.refuses(wish, NotEligible(reason="nothing-left-to-pay"))
        elif ceiling is not None and had == ceiling:
            made.refuses(wish, LimitExceeded(rule="aid", limit=ceiling, used=had, offered=0, period="2022"))
        else:
            paid = due if ceiling is None else min(due, ceiling - had)
            made.given(wish)
            had += paid
            assert line(made, f"c{number}")[:2] == (paid, amount - covered - paid)
    assert fund(made) == (1_000_000 - had, 0, had)


def test_the_day_on_which_it_happened_says_which_rate_and_which_cycle() -> None:
    rates = [HALF | {"ceiling": 600}, {"from": "2022-06-05", "numerator": 1, "denominator": 4, "ceiling": 600}]
    made = story(rates=rates, cycle="month")
    made.when(claiming(1_000), occurred_at="2022-06-04T04:00:00.000000Z")
    made.when(claiming(1_000, id="c2"), occurred_at="2022-06-05T04:00:00.000000Z")
    assert (line(made), line(made, "c2")) == ((500, 500, None), (100, 900, "ceiling"))
    made.on("2022-07-01").given(claiming(1_000, id="c3"))
    assert (line(made, "c3"), used(made, window="2022-06"), used(made, window="2022-07")) == (
        (250, 750, None),
        600,
        250,
    )


def test_one_man_with_two_records_has_one_ceiling() -> None:
    made = story(HALF | {"ceiling": 600}).given(claiming(1_000, holder="b"))
    made.given(MergeHolders(old=HolderId("b"), into=HolderId("a"), reason="correction"))
    made.refuses(claiming(1_000, id="c2", holder="b"), HolderMerged(holder="b", into="a"))
    assert line(made.given(claiming(1_000, id="c2")), "c2") == (100, 900, "ceiling")


# At once, or decided -------------------------------------------------------------------------------------------------


def test_what_nobody_needs_to_decide_is_paid_in_the_same_transaction() -> None:
    made = story(approval_limit=500)
    facts = made.when(claiming(1_000, payee="hospital-1"))
    assert [type(fact).__name__ for fact in facts] == ["AidClaimed", "FundCommitted", "AidPaid", "FundDisbursed"]
    assert (claim(made).status, fund(made)) == ("paid", (999_500, 0, 500))
    assert isinstance(facts[-1], FundDisbursed)
    assert facts[-1].payee == "hospital-1"


def test_above_the_limit_it_waits_and_nothing_is_promised_but_its_place_under_the_ceiling_is_kept() -> None:
    made = story(HALF | {"ceiling": 600}, approval_limit=499)
    (fact,) = made.when(claiming(1_000))
    assert isinstance(fact, AidClaimed)
    assert (fact.exceptions, fact.needed, fund(made), used(made)) == (("above-limit",), 1, (1_000_000, 0, 0), 500)
    assert line(made.given(claiming(1_000, id="c2")), "c2") == (100, 900, "ceiling")
    made.given(rejecting())
    assert (used(made), claim(made).status) == (100, "rejected")


def test_days_later_than_the_scheme_allows_somebody_looks_at_it() -> None:
    made = story(late_days=3)
    (fact,) = made.when(claiming(10), occurred_at="2022-06-06T15:59:00.000000Z")
    assert isinstance(fact, AidClaimed)
    assert fact.exceptions == ("late",)
    made.when(claiming(10, id="c2"), occurred_at="2022-06-06T16:00:00.000000Z")  # the local 7th
    assert claim(made, "c2").status == "paid"


def test_as_many_decide_as_the_scheme_says_none_of_them_the_maker_and_none_twice() -> None:
    made = story(approval_limit=0, approvers=2).given(claiming(1_000))
    made.refuses(approving(), SelfApproval(maker="person:supervisor"), by=SUPERVISOR)
    made.refuses(approving(), NotEligible(reason="person-needed"), by=COUNTER)
    made.when(approving(), by=LEADER)
    made.refuses(approving(), NotEligible(reason="approved-already"), by=LEADER)
    assert (claim(made).status, fund(made)) == ("waiting", (1_000_000, 0, 0))
    made.when(approving(), by=SECOND)
    assert (claim(made).status, fund(made)) == ("approved", (999_500, 500, 0))
    made.refuses(approving(), NotEligible(reason="claim-approved"), by=LEADER)


def test_what_was_decided_is_taken_back_as_long_as_it_is_not_paid() -> None:
    made = story(HALF | {"ceiling": 600}, approval_limit=0).given(claiming(1_000))
    made.when(approving(), by=LEADER)
    made.given(rejecting())
    assert (fund(made), used(made)) == ((1_000_000, 0, 0), 0)
    made.refuses(paying(), NotEligible(reason="claim-rejected"))
    made.refuses(rejecting(), NotEligible(reason="claim-rejected"))


def test_several_funds_pay_their_shares_and_several_persons_are_paid_each_his_own() -> None:
    sources = [{"fund": "company", "weight": 1}, {"fund": "town", "weight": 2}]
    made = story({}, sources=sources, approval_limit=0)
    asked = (Asked(HolderId("a"), 100), Asked(HolderId("b"), 200))
    made.given(ClaimAid(id="c1", benefit="aid", lines=asked, funds=("company", "town")))
    made.when(approving(), by=LEADER)
    assert (fund(made, "company")[1], fund(made)[1]) == (100, 200)
    facts = [fact for fact in made.when(paying()) if isinstance(fact, FundDisbursed)]
    assert {fact.payee for fact in facts} == {"holder:a", "holder:b"}
    assert (fund(made, "company")[2], fund(made)[2]) == (100, 200)


def test_what_is_left_to_the_person_is_collected_before_anything_is_paid_and_given_back_when_nothing_is() -> None:
    made = story(own_share="collected").given(claiming(1_000))
    collect = CollectShare(claim="c1", reference="till-1")
    assert claim(made).status == "approved"
    made.refuses(paying(), NotEligible(reason="own-share-missing"))
    made.given(collect)
    made.refuses(collect, NotEligible(reason="nothing-to-collect"))
    (paid, _) = made.when(paying())
    assert isinstance(paid, AidPaid)
    assert (paid.aid, paid.own) == (500, 500)
    made.given(claiming(1_000, id="c2"), CollectShare(claim="c2"), rejecting("c2"))
    entries = [it.data.entry() for it in made.journal]
    postings = [posting for entry in entries if entry for posting in entry.postings]
    assert sum(posting.amount for posting in postings if posting.account == "own-shares") == 0


def test_who_has_not_joined_or_not_in_time_gets_nothing() -> None:
    made = story(needs="town-cover")
    made.refuses(claiming(10), NotEligible(reason="not-enrolled"))
    (issued,) = made.when(IssueEntitlement(holder=HolderId("a"), code="town-cover", reason="joined"))
    assert isinstance(issued, EntitlementIssued)
    assert claim(made.given(claiming(10))).status == "paid"
    made.refuses(claiming(10, id="c2"), NotEligible(reason="not-enrolled"), occurred_at="2022-06-09T04:00:00.000000Z")
    made.on("2024-01-01").when(claiming(10, id="c3"), occurred_at="2023-06-09T04:00:00.000000Z")
    assert claim(made, "c3").status == "paid"  # the term is over, the bill is of a day within it
    made.refuses(claiming(10, id="c4"), NotEligible(reason="not-enrolled"))


def test_who_has_his_cover_taken_back_was_never_covered() -> None:
    made = story(needs="town-cover")
    (issued,) = made.when(IssueEntitlement(holder=HolderId("a"), code="town-cover", reason="joined"))
    assert isinstance(issued, EntitlementIssued)
    made.given(CancelEntitlement(entitlement=issued.entitlement, reason="correction"))
    made.refuses(claiming(10), NotEligible(reason="not-enrolled"))


# What comes back -----------------------------------------------------------------------------------------------------


def test_what_comes_back_frees_the_ceiling_as_it_comes() -> None:
    made = story(HALF | {"ceiling": 600}).given(claiming(1_000), recovering(200))
    assert (used(made), claim(made).outstanding, fund(made)) == (300, 300, (999_500, 0, 500))
    made.refuses(recovering(301), ExceedsOriginal(original=300, reversed=0, requested=301))
    made.given(recovering(300))
    assert used(made) == 0


def test_a_debtor_owes_the_whole_and_what_is_not_the_funds_is_passed_on() -> None:
    made = story({"numerator": 1, "denominator": 5}, advance=True).given(claiming(1_000, debtor="firm"))
    too_much = recovering(900, back=201)
    made.refuses(too_much, ExceedsOriginal(original=200, reversed=0, requested=201))
    made.given(recovering(500, back=0))
    assert (claim(made).passed_on, claim(made).outstanding) == (500, 200)
    made.given(WriteOffAid(claim="c1", amount=50, reason="correction"), recovering(450))
    assert (claim(made).recovered, claim(made).passed_on, claim(made).outstanding, claim(made).open) == (150, 800, 0, 0)
    made.refuses(recovering(1), ExceedsOriginal(original=0, reversed=0, requested=1))


def test_nothing_comes_back_of_what_was_not_paid() -> None:
    made = story(approval_limit=0).given(claiming(1_000))
    for wish in (recovering(1), WriteOffAid(claim="c1", reason="correction")):
        made.refuses(wish, NotEligible(reason="claim-waiting"))


# What is wrong -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (claiming(10, benefit="other"), UnknownSchemeTerm(term="benefit", value="other")),
        (claiming(0), LINES),
        (claiming(10, 11), LINES),
        (claiming(10, id="a b"), Malformed(errors=["id: 1 to 64 letters, digits, hyphens and underscores"])),
        (claiming(10, lines=()), Malformed(errors=["lines: 1 to 200 persons, each once"])),
        (claiming(10, funds=("town", "company")), Malformed(errors=["funds: one of each of town"])),
        (claiming(10, funds=("company",)), NotEligible(reason="fund-of-another-source")),
        (claiming(10, funds=("none",)), NotFound(kind="fund", id="none")),
        (claiming(10, holder="nobody"), NotFound(kind="holder", id="nobody")),
        (claiming(10, debtor="firm"), Malformed(errors=["debtor: named where a debt is advanced, and nowhere else"])),
        (claiming(10, payee="a b"), Malformed(errors=["payee: 1 to 128 visible ASCII characters"])),
        (claiming(10, id="c0"), AlreadyExists(kind="aid-claim", id="c0")),
        (claiming(2_000_000), FundExhausted(fund="town", required=1_000_000, available=999_995)),
        (approving("none"), NotFound(kind="aid-claim", id="none")),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    story().given(claiming(10, id="c0")).refuses(wish, refusal)


def test_a_benefit_asks_for_its_evidence_its_cause_and_its_debtor() -> None:
    asked = {
        "evidence": "evidence: aid needs a reference to it",
        "once": "cause: aid is paid once for each, such as a bill's number",
        "advance": "debtor: named where a debt is advanced, and nowhere else",
    }
    for term, error in asked.items():
        terms: dict[str, Any] = {term: True}
        story(**terms).refuses(claiming(10), Malformed(errors=[error]))
    made = story(once=True)
    made.when(claiming(10), cause="bill-1")
    assert claim(made).status == "paid"


def test_all_amounts_together_stay_within_what_can_be_counted() -> None:
    asked = tuple(Asked(HolderId(id), MAX_AMOUNT) for id in "ab")
    wish = ClaimAid(benefit="aid", lines=asked, funds=("town",))
    story().refuses(wish, Malformed(errors=[f"lines: all amounts together pass {MAX_AMOUNT}"]))

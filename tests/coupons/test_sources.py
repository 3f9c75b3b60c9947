"""A batch of several sources: each fund has promised, at every step, what its part of the coupons holds, to the fen."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.coupons.commands import (
    ApproveBatch,
    FinishBatch,
    IssueCoupons,
    Issuing,
    RefundPurchase,
    SubmitBatch,
    VoidCoupon,
)
from ledger.coupons.entities import Batch, Coupon, Sourced
from ledger.coupons.facts import (
    BatchDrafted,
    CouponIssued,
    CouponLapsed,
    CouponsRefunded,
    CouponsSpent,
    CouponVoided,
    LineRefused,
)
from ledger.coupons.sources import in_run, split
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.funds.entities import Commitment, Fund, Share
from ledger.merchants.till import Till, TillPart, till_id
from ledger.points.entities import Account
from ledger.refusals import FundExhausted, Malformed, NotFound, Refusal
from ledger.sharing import between, running, shared
from ledger.values import MAX_AMOUNT, Day, HolderId, UnitCode
from tests.coupons.gifts import LI, WANG, ZHAO, approved, bought, drafting, left, lines, returned, union
from tests.given import LEADER, Story

LATE = Day("2022-12-31")
KEPT = "coupon-batch:b1"
SHARES = (Share("gifts", 1), Share("works", 2))
amounts = st.integers(0, MAX_AMOUNT)
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any)


def two_sources(works: int = 1_000_000) -> Story:
    """The union's fund of 10,000.00 and one of the employer's."""
    story = union().given(OpenFund(id="works", unit=UnitCode("cny"), source="employer"))
    return story.given(AppropriateFund(fund="works", amount=works))


def both(story: Story) -> tuple[int, int]:
    return story.the(Fund, "gifts").committed, story.the(Fund, "works").committed


def given_to(story: Story, *wanted: tuple[HolderId, int, int], last: Day = LATE) -> list[str]:
    """A batch of one third and two thirds, issued; its coupons."""
    approved(story, "b1", *wanted, fund=None, shares=SHARES, expires_on=last)
    facts = story.when(IssueCoupons(batch="b1", lines=tuple(Issuing(line[0]) for line in wanted)))
    return [fact.coupon for fact in facts if isinstance(fact, CouponIssued)]


# How a run is shared -------------------------------------------------------------------------------------------


@given(amounts, weights)
def test_a_run_is_shared_whole_and_of_two_as_any_sum(amount: int, by: list[int]) -> None:
    parts = running(amount, by)
    assert sum(parts) == amount
    for part, weight in zip(parts, by, strict=True):
        assert abs(part - amount * weight // sum(by)) <= len(by)
    if len(by) == 2:
        assert parts == shared(amount, by)


@given(weights, st.lists(st.integers(0, 50_000), min_size=1, max_size=20))
def test_whatever_pieces_a_run_is_cut_into_they_add_up_to_it_and_none_is_below_zero(
    by: list[int], cuts: list[int]
) -> None:
    places = [0, *sorted(cuts)]
    pieces = [between(start, end, by) for start, end in pairwise(places)]
    assert min(min(piece) for piece in pieces) >= 0
    assert tuple(map(sum, zip(*pieces, strict=True))) == running(places[-1], by)


# One batch -----------------------------------------------------------------------------------------------------


def test_a_third_and_two_thirds_are_promised_paid_given_back_and_freed() -> None:
    story = two_sources()
    one, other = given_to(story, (LI, 50_000, 1), (WANG, 50_000, 1), last=Day("2022-06-30"))
    assert both(story) == (33_333, 66_667)
    story.given(bought(one, bill=10_000, id="p1"))
    assert both(story) == (30_000, 60_000)
    assert [story.the(Fund, fund).disbursed for fund in ("gifts", "works")] == [3_333, 6_667]
    story.given(returned("p1", 100))
    assert sum(both(story)) == 90_100
    story.given(VoidCoupon(coupon=other, reason="correction"))
    story.on("2022-07-01").let_time_act()
    assert both(story) == (0, 0)
    spent = [story.the(Fund, fund).disbursed for fund in ("gifts", "works")]
    assert spent == [3_300, 6_600]
    assert [story.the(Fund, fund).free for fund in ("gifts", "works")] == [1_000_000 - part for part in spent]


def test_every_line_says_whose_money_it_is() -> None:
    story = two_sources()
    one, other = given_to(story, (LI, 50_000, 1), (WANG, 50_000, 1), last=Day("2022-06-30"))
    story.given(bought(one, bill=10_000, id="p1"), returned("p1", 100), VoidCoupon(coupon=other, reason="correction"))
    story.on("2022-07-01").let_time_act()
    assert story.facts(CouponIssued)[0].sources == (Sourced("union", 16_666), Sourced("employer", 33_334))
    assert story.facts(CouponVoided)[0].sources == (Sourced("union", 16_667), Sourced("employer", 33_333))
    assert story.facts(CouponsSpent)[0].used[0].sources == (Sourced("union", 3_333), Sourced("employer", 6_667))
    assert story.facts(CouponsRefunded)[0].used[0].sources == (Sourced("union", 33), Sourced("employer", 67))
    assert story.facts(CouponLapsed)[0].sources == (Sourced("union", 13_366), Sourced("employer", 26_734))
    till = story.the(Till, till_id("lixian", "coupon_cny", "2022-06", KEPT))
    assert till.parts == (TillPart("employer", 6_667, 67), TillPart("union", 3_333, 33))


def test_what_was_not_issued_is_free_again_in_each_fund() -> None:
    story = two_sources()
    approved(story, "b1", (LI, 400_001, 1), (WANG, 500_000, 1), fund=None, shares=SHARES)
    facts = story.when(IssueCoupons(batch="b1", lines=(Issuing(WANG), Issuing(LI))))
    assert [type(fact) for fact in facts] == [LineRefused, CouponIssued]
    story.given(FinishBatch(batch="b1"))
    assert both(story) == running(400_001, (1, 2))


def test_the_unions_cap_counts_the_unions_part_alone() -> None:
    """1,500.00 of the union's own money: 4,500.00 in all, a third of it the union's."""
    story = two_sources()
    (coupon,) = given_to(story, (LI, 450_000, 1))
    assert left(story, coupon) == [450_000]
    approved(story, "b2", (LI, 3, 1), fund=None, shares=SHARES)
    (refused,) = story.when(IssueCoupons(batch="b2", lines=(Issuing(LI),)))
    assert isinstance(refused, LineRefused)
    assert (refused.rule, refused.limit, refused.used, refused.offered) == ("union-holidays", 150_000, 150_000, 0)


def test_one_fund_that_is_short_holds_back_both() -> None:
    story = two_sources(works=66_666)
    story.given(drafting(fund=None, shares=SHARES), lines((LI, 100_000, 1)), SubmitBatch(batch="b1"))
    approve = ApproveBatch(batch="b1", digest=story.the(Batch, "b1").digest)
    story.refuses(approve, FundExhausted(fund="works", required=66_667, available=66_666), by=LEADER)
    assert both(story) == (0, 0)
    assert story.get(Commitment, KEPT) is None


def test_one_share_is_one_fund() -> None:
    story = two_sources().given(drafting(fund=None, shares=(Share("gifts", 7),)))
    (drafted,) = story.facts(BatchDrafted)
    assert (drafted.fund, drafted.source, drafted.funding) == ("gifts", "union", ())


@pytest.mark.parametrize(
    ("shares", "refusal"),
    [
        ((Share("gifts", 1), Share("gifts", 2)), Malformed(errors=["shares: 1 to 8 funds, each once"])),
        ((Share("gifts", 0), Share("works", 2)), Malformed(errors=["shares.weight: 1 to 1000000"])),
        ((Share("gifts", 1), Share("none", 2)), NotFound(kind="fund", id="none")),
    ],
)
def test_wrong_shares_are_said(shares: tuple[Share, ...], refusal: Refusal) -> None:
    two_sources().refuses(drafting(fund=None, shares=shares), refusal)


# Any sequence --------------------------------------------------------------------------------------------------

step = st.tuples(st.integers(0, 99), st.sampled_from(["spend", "back", "void", "sleep"]), st.integers(1, 4_000))


@given(
    st.lists(st.integers(1, 100), min_size=2, max_size=4),
    st.lists(st.integers(1, 3_000), min_size=1, max_size=3),
    st.lists(step, max_size=12),
)
def test_after_anything_each_fund_has_promised_exactly_what_its_part_of_the_coupons_holds(
    by: list[int], faces: list[int], steps: list[tuple[int, str, int]]
) -> None:
    story, coupons = of_sources(by, faces)
    purchases: list[str] = []
    for number, (pick, what, amount) in enumerate(steps):
        coupon = coupons[pick % len(coupons)]
        try:
            if what == "spend":
                story.given(bought(coupon, bill=amount, id=f"p{number}", holder=owner_of(story, coupon)))
                purchases.append(f"p{number}")
            elif what == "back" and purchases:
                story.given(
                    RefundPurchase(purchase=purchases[pick % len(purchases)], amount=amount, reason="correction")
                )
            elif what == "void" and pick < 10:
                story.given(VoidCoupon(coupon=coupon, reason="correction"))
            elif what == "sleep" and pick < 10:
                story.on("2022-07-01").let_time_act()
        except Refusal:
            continue
        finally:
            exact(story, coupons)
    story.on("2022-07-01").let_time_act()
    assert all(fund.committed == 0 for fund in funds(story))
    # What is given back after the month's end is counted in the next one's till.
    months = ("2022-06", "2022-07")
    tills = [story.get(Till, till_id("lixian", "coupon_cny", month)) or Till() for month in months]
    assert sum(fund.disbursed for fund in funds(story)) == sum(till.sold - till.refunded for till in tills)


def of_sources(by: list[int], faces: list[int]) -> tuple[Story, list[str]]:
    story = union()
    for number in range(len(by)):
        opened = OpenFund(id=f"f{number}", unit=UnitCode("cny"), source=("employer", "union")[number % 2])
        story.given(opened, AppropriateFund(fund=f"f{number}", amount=100_000))
    shares = tuple(Share(f"f{number}", weight) for number, weight in enumerate(by))
    people = (LI, WANG, ZHAO)[: len(faces)]
    wanted = [(holder, face, 1) for holder, face in zip(people, faces, strict=True)]
    approved(story, "b1", *wanted, fund=None, shares=shares, expires_on=Day("2022-06-30"))
    facts = story.when(IssueCoupons(batch="b1", lines=tuple(map(Issuing, people))))
    return story, [fact.coupon for fact in facts if isinstance(fact, CouponIssued)]


def owner_of(story: Story, coupon: str) -> HolderId:
    return HolderId(story.the(Coupon, coupon).account.partition(":")[2])


def funds(story: Story) -> list[Fund]:
    found = (story.get(Fund, f"f{number}") for number in range(4))
    return [fund for fund in found if fund is not None]


def exact(story: Story, coupons: list[str]) -> None:
    """What the open ranges of every coupon hold of each fund is what that fund has promised and not paid."""
    batch, held = story.the(Batch, "b1"), dict[str, int]()
    for id in coupons:
        coupon = story.the(Coupon, id)
        pool = story.the(Account, f"{coupon.account}/coupon_cny").pool(id)
        for fund, amount in split(batch, in_run(coupon, pool.open if pool else ())).items():
            held[fund] = held.get(fund, 0) + amount
    assert {part.fund: part.open for part in story.the(Commitment, KEPT).parts if part.open} == held
    assert sum(held.values()) == sum(story.the(Coupon, id).left for id in coupons)

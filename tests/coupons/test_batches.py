"""A batch: drafted by one, approved by another, issued once, capped, and what is not issued free again."""

import pytest

from ledger.coupons.commands import (
    ApproveBatch,
    FinishBatch,
    IssueCoupons,
    Issuing,
    RejectBatch,
    StrikeLines,
    SubmitBatch,
)
from ledger.coupons.entities import Batch, Coupon, CouponCode
from ledger.coupons.facts import BatchIssued, CouponIssued, LineRefused
from ledger.funds.entities import Fund
from ledger.funds.facts import FundReleased
from ledger.people.commands import LeaveSite, MergeHolders
from ledger.points.entities import Account
from ledger.refusals import (
    AlreadyExists,
    FundExhausted,
    Malformed,
    NotEligible,
    NotFound,
    ProposalMismatch,
    Refusal,
    SelfApproval,
    UnknownSchemeTerm,
)
from ledger.room import Command
from ledger.values import Day, HolderId
from tests.coupons.gifts import LI, WANG, ZHAO, approved, drafting, issued, lines, mac, union
from tests.given import COUNTER, LEADER, Story


def issue(*holders: HolderId, batch: str = "b1") -> IssueCoupons:
    return IssueCoupons(batch=batch, lines=tuple(Issuing(holder) for holder in holders))


def balance(story: Story, holder: HolderId) -> int:
    account = story.get(Account, f"holder:{holder}/coupon_cny")
    return account.balance if account else 0


def test_nobody_has_anything_until_another_person_approved_and_it_was_issued() -> None:
    story = union().given(drafting(), lines((LI, 38_533, 1), (WANG, 38_534, 1)), SubmitBatch(batch="b1"))
    batch = story.the(Batch, "b1")
    story.refuses(issue(LI), NotEligible(reason="batch-submitted"))
    assert (batch.total, story.the(Fund, "gifts").committed) == (77_067, 0)
    story.given(ApproveBatch(batch="b1", digest=batch.digest), by=LEADER)
    assert (balance(story, LI), story.the(Fund, "gifts").committed) == (0, 77_067)
    story.given(issue(LI, WANG), FinishBatch(batch="b1"))
    assert (balance(story, LI), balance(story, WANG)) == (38_533, 38_534)
    assert story.facts(BatchIssued) == [BatchIssued(batch="b1", total=77_067, issued=77_067)]


def test_what_is_issued_again_issues_nothing() -> None:
    story = approved(union(), "b1", (LI, 100, 1), (WANG, 100, 1)).given(issue(LI))
    assert story.when(issue(LI)) == ()
    assert [type(fact) for fact in story.when(issue(LI, WANG))] == [CouponIssued]
    assert (balance(story, LI), balance(story, WANG)) == (100, 100)


def test_a_holder_stands_in_a_batch_once() -> None:
    story = union().given(drafting(), lines((LI, 100, 1)))
    story.refuses(lines((WANG, 1, 1), (LI, 100, 1)), AlreadyExists(kind="coupon-line", id="li"))
    twice = lines((WANG, 1, 1), (WANG, 2, 1))
    story.refuses(twice, Malformed(errors=["lines: holder wang stands twice"]))


def test_one_line_is_struck_and_the_rest_goes_through() -> None:
    story = union().given(drafting(), lines((LI, 100, 1), (WANG, 200, 2), (ZHAO, 50, 1)), SubmitBatch(batch="b1"))
    before = story.the(Batch, "b1").digest
    story.given(StrikeLines(batch="b1", holders=(WANG,), reason="not-a-member"), by=LEADER)
    batch = story.the(Batch, "b1")
    assert (batch.total, batch.waiting) == (150, 2)
    story.refuses(ApproveBatch(batch="b1", digest=before), ProposalMismatch(digest=batch.digest), by=LEADER)
    story.given(ApproveBatch(batch="b1", digest=batch.digest), by=LEADER).given(issue(LI, WANG, ZHAO))
    assert [balance(story, holder) for holder in (LI, WANG, ZHAO)] == [100, 0, 50]


def test_whoever_drafted_it_does_not_approve_it_and_a_client_alone_does_not() -> None:
    story = union().given(drafting(), lines((LI, 100, 1)), SubmitBatch(batch="b1"))
    approve = ApproveBatch(batch="b1", digest=story.the(Batch, "b1").digest)
    story.refuses(approve, SelfApproval(maker="person:supervisor"))
    story.refuses(approve, NotEligible(reason="person-needed"), by=COUNTER)


def test_a_batch_beyond_its_fund_is_not_approved() -> None:
    story = union().given(drafting(), lines((LI, 1_000_060, 1)), SubmitBatch(batch="b1"))
    approve = ApproveBatch(batch="b1", digest=story.the(Batch, "b1").digest)
    story.refuses(approve, FundExhausted(fund="gifts", required=1_000_060, available=1_000_000), by=LEADER)
    assert story.the(Batch, "b1").status == "submitted"


def test_the_seventh_share_is_refused_at_the_cap_and_says_what_is_left() -> None:
    story = union()
    occasions = ["new-year", "spring-festival", "qingming", "labour-day", "dragon-boat", "mid-autumn"]
    for number, occasion in enumerate(occasions):
        issued(story, f"b{number}", (LI, 22_000, 1), occasion=occasion)
    approved(story, "b7", (LI, 22_000, 1), occasion="national-day")
    (refused,) = story.when(issue(LI, batch="b7"))
    assert refused == LineRefused(
        batch="b7",
        holder=LI,
        amount=22_000,
        code="limit-exceeded",
        rule="union-holidays",
        limit=150_000,
        used=132_000,
        offered=18_000,
    )
    _, released = story.when(FinishBatch(batch="b7"))
    assert isinstance(released, FundReleased)
    assert (released.amount, story.the(Fund, "gifts").committed) == (22_000, 132_000)


def test_a_line_of_several_pieces_is_issued_whole_or_not_at_all() -> None:
    story = approved(union(), "b1", (LI, 50_000, 4), (WANG, 50_000, 3))
    facts = story.when(issue(LI, WANG))
    assert [type(fact) for fact in facts] == [LineRefused, CouponIssued, CouponIssued, CouponIssued]
    assert (balance(story, LI), balance(story, WANG)) == (0, 150_000)


def test_the_employers_share_is_not_capped_by_the_unions_limit() -> None:
    story = union()
    for number in range(9):
        issued(story, f"b{number}", (LI, 20_000, 1), fund=None, source="employer")
    assert balance(story, LI) == 180_000


def test_only_who_was_a_member_on_the_day_gets_one() -> None:
    story = union().on("2022-07-10")
    story.given(LeaveSite(holder=LI, left_on=Day("2022-06-20"), reason="left-unit"))
    story.given(LeaveSite(holder=WANG, left_on=Day("2022-07-05"), reason="left-unit"))
    approved(story, "b1", (LI, 100, 1), (WANG, 100, 1), (ZHAO, 100, 1), members_on=Day("2022-07-01"))
    refused, *_ = story.when(issue(LI, WANG, ZHAO))
    assert isinstance(refused, LineRefused)
    assert (refused.holder, refused.code, refused.offered) == (LI, "not-eligible", None)
    assert (balance(story, LI), balance(story, ZHAO)) == (0, 100)


def test_a_merged_record_is_paid_to_the_one_that_answers_for_it_under_one_cap() -> None:
    story = union()
    issued(story, "b1", (LI, 100_000, 1))
    approved(story, "b2", (LI, 40_000, 1), (WANG, 40_000, 1))
    story.given(MergeHolders(old=LI, into=WANG, reason="correction"))
    facts = story.when(issue(LI, WANG, batch="b2"))
    assert [type(fact) for fact in facts] == [CouponIssued, LineRefused]
    assert balance(story, WANG) == 140_000


def test_codes_stand_for_the_pieces_and_none_is_taken_twice() -> None:
    story = approved(union(), "b1", (LI, 100, 2), (WANG, 100, 1))
    codes = (mac("a"), mac("b"))
    story.given(IssueCoupons(batch="b1", lines=(Issuing(LI, codes),)))
    found = [story.the(Coupon, story.the(CouponCode, code).coupon) for code in codes]
    assert [coupon.code for coupon in found] == list(codes)
    taken = IssueCoupons(batch="b1", lines=(Issuing(WANG, (mac("a"),)),))
    story.refuses(taken, AlreadyExists(kind="coupon-code", id=mac("a")))
    few = IssueCoupons(batch="b1", lines=(Issuing(WANG, (mac("c"), mac("d"))),))
    story.refuses(few, Malformed(errors=["codes: 1 for 1 pieces, or none"]))


def test_a_batch_ends_once_and_not_while_lines_wait() -> None:
    story = approved(union(), "b1", (LI, 100, 1))
    story.refuses(FinishBatch(batch="b1"), NotEligible(reason="lines-waiting"))
    story.given(issue(LI), FinishBatch(batch="b1"))
    story.refuses(FinishBatch(batch="b1"), NotEligible(reason="batch-issued"))


def test_a_rejected_batch_is_over() -> None:
    story = union().given(drafting(), lines((LI, 100, 1)), SubmitBatch(batch="b1"))
    story.given(RejectBatch(batch="b1", reason="not-needed"), by=LEADER)
    for wish in (SubmitBatch(batch="b1"), lines((WANG, 1, 1)), RejectBatch(batch="b1", reason="not-needed")):
        story.refuses(wish, NotEligible(reason="batch-rejected"))


def test_a_batch_whose_last_day_is_over_is_not_issued() -> None:
    story = approved(union(), "b1", (LI, 100, 1), expires_on=Day("2022-06-30")).on("2022-07-01")
    story.refuses(issue(LI), NotEligible(reason="batch-expired"))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (drafting("b 1"), Malformed(errors=["id: 1 to 40 letters, digits, hyphens and underscores"])),
        (drafting(kind="nothing"), UnknownSchemeTerm(term="coupon", value="nothing")),
        (drafting(occasion="nothing"), UnknownSchemeTerm(term="reason", value="nothing")),
        (drafting(fund="none"), NotFound(kind="fund", id="none")),
        (drafting(fund=None, source="nobody"), UnknownSchemeTerm(term="fund", value="nobody")),
        (
            drafting(source="union"),
            Malformed(errors=["fund, shares, source: one of them; a fund knows its source"]),
        ),
        (
            drafting(expires_on=Day("2022-05-31")),
            Malformed(errors=["expires_on: 2022-05-31 has passed or comes before it is valid"]),
        ),
        (
            drafting(expires_on=None),
            Malformed(
                errors=["expires_on: the scheme gives this kind of coupon no life, so the batch names its last day"]
            ),
        ),
        (lines((HolderId("nobody"), 1, 1)), NotFound(kind="holder", id="nobody")),
        (lines(), Malformed(errors=["lines: 1 to 200"])),
        (SubmitBatch(batch="b0"), NotEligible(reason="batch-empty")),
        (SubmitBatch(batch="none"), NotFound(kind="coupon-batch", id="none")),
    ],
)
def test_what_is_wrong_is_said(wish: Command, refusal: Refusal) -> None:
    union().given(drafting("b0"), drafting("b1")).refuses(wish, refusal)

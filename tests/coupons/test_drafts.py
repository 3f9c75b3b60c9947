"""A unit's drafts follow it into a merger; what was approved or rejected stays, and who is eligible is asked by day."""

from typing import Any

import pytest

from ledger.coupons.commands import ApproveBatch, IssueCoupons, Issuing, RejectBatch, SubmitBatch
from ledger.coupons.entities import Batch, Drafts
from ledger.coupons.facts import BatchMoved, CouponIssued, LineRefused
from ledger.crews.commands import ChangeMembership, MergeCrews, PlaceCrew
from ledger.people.commands import LeaveSite, RejoinSite
from ledger.refusals import Malformed
from ledger.values import Day, HolderId
from tests.coupons.gifts import LI, WANG, approved, drafting, lines, union
from tests.given import LEADER, Story


def merged(crew: str = "mill", into: str = "mine", on: str = "2022-06-01") -> MergeCrews:
    return MergeCrews(crew=crew, into=into, merged_on=Day(on), reason="correction")


@pytest.fixture
def units() -> Story:
    """Three units without members: nobody but the batches needs to know them."""
    story = union()
    return story.given(*(PlaceCrew(crew=crew, region="anhui") for crew in ("mill", "mine", "works")))


def whose(story: Story, *batches: str) -> list[str | None]:
    return [story.the(Batch, batch).of for batch in batches]


def test_drafts_and_what_waits_for_approval_go_along_and_nothing_else_does(units: Story) -> None:
    units.given(*(drafting(id, of="mill") for id in ("open", "waits", "thrown")), drafting("others", of="mine"))
    units.given(lines((LI, 100, 1), batch="waits"), SubmitBatch(batch="waits"))
    units.given(RejectBatch(batch="thrown", reason="not-needed"))
    approved(units, "through", (LI, 100, 1), of="mill")
    digest = units.the(Batch, "waits").digest
    units.given(merged())
    assert units.facts(BatchMoved) == [BatchMoved(batch=id, was="mill", of="mine") for id in ("open", "waits")]
    assert whose(units, "open", "waits", "thrown", "through") == ["mine", "mine", "mill", "mill"]
    assert (units.the(Drafts, "mill").batches, units.the(Drafts, "mine").batches) == ((), ("others", "open", "waits"))
    units.given(ApproveBatch(batch="waits", digest=digest), by=LEADER)
    assert units.the(Drafts, "mine").batches == ("others", "open")


def test_drafts_go_on_with_a_second_merger_and_a_new_one_bears_the_name_of_today(units: Story) -> None:
    units.given(drafting("open", of="mill"), merged(), drafting("late", of="mill"))
    assert whose(units, "open", "late") == ["mine", "mine"]
    units.given(merged("mine", "works"))
    assert whose(units, "open", "late") == ["works", "works"]
    assert [fact.was for fact in units.facts(BatchMoved)] == ["mill", "mine", "mine"]


def test_a_merger_of_units_without_drafts_moves_none(units: Story) -> None:
    units.given(merged())
    assert units.facts(BatchMoved) == []


# Who is eligible ---------------------------------------------------------------------------------------------------


def refused(story: Story, holder: HolderId = LI, **terms: Any) -> str | None:
    """Why one line of a batch is refused; None: it is issued."""
    id = f"b{len(story.journal)}"
    approved(story, id, (holder, 100, 1), **terms)
    (fact,) = story.when(IssueCoupons(batch=id, lines=(Issuing(holder),)))
    assert isinstance(fact, LineRefused | CouponIssued)
    return fact.reason if isinstance(fact, LineRefused) else None


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2021-12-31", "not-yet-member"),
        ("2022-01-01", None),
        ("2022-03-31", None),
        ("2022-04-01", "left-unit"),
        ("2022-04-30", "left-unit"),
        ("2022-05-01", None),
    ],
)
def test_on_the_reference_day_somebody_was_there_or_it_is_said_why_not(day: str, reason: str | None) -> None:
    story = union()
    story.given(LeaveSite(holder=LI, left_on=Day("2022-03-31"), reason="left-unit"))
    story.given(RejoinSite(holder=LI, joined_on=Day("2022-05-01")))
    assert refused(story, members_on=Day(day)) == reason


def test_the_unions_money_is_for_members_and_the_employers_for_everybody() -> None:
    story = union().given(ChangeMembership(holder=WANG, member=False, since_on=Day("2022-05-01")))
    assert refused(story, WANG) == "no-member"
    assert refused(story, WANG, fund=None, source="employer") is None
    assert refused(story, WANG, members_on=Day("2022-04-30")) is None, "a member on the reference day"
    assert refused(story, WANG, occasion_on=Day("2022-04-30")) is None, "a member on the day of the occasion"
    assert refused(story, LI) is None


def test_the_occasions_day_says_in_which_year_it_counts() -> None:
    story = union().on("2022-12-28")
    new_year: dict[str, Any] = {
        "occasion": "new-year",
        "expires_on": Day("2023-06-30"),
        "fund": None,
        "source": "union",
    }
    approved(story, "late", (LI, 150_000, 1), **(new_year | {"occasion_on": Day("2022-01-01")}))
    approved(story, "next", (LI, 150_000, 1), **(new_year | {"occasion_on": Day("2023-01-01")}))
    for id in ("late", "next"):
        (fact,) = story.when(IssueCoupons(batch=id, lines=(Issuing(LI),)))
        assert isinstance(fact, CouponIssued), id
    assert refused(story, **new_year) is None, "no reason of a person's standing"
    assert story.facts(LineRefused)[-1].used == 150_000


def test_an_occasion_has_a_day_of_the_calendar() -> None:
    wrong = Malformed(errors=["occasion_on: a day such as 2022-06-30"])
    union().refuses(drafting(occasion_on=Day("2022-02-29")), wrong)

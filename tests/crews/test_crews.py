"""A crew lies in a region from a day on, merges into another once, and people change; every day keeps its answer."""

import pytest

from ledger.crews.commands import ChangeCrew, ChangeMembership, MergeCrews, PlaceCrew
from ledger.crews.entities import EVER, Crew
from ledger.crews.facts import CrewChanged, CrewPlaced, CrewsMerged
from ledger.crews.standing import called, crew_on, member_on, region_on, there_on
from ledger.people.commands import LeaveSite, MergeHolders, RegisterPerson, RejoinSite
from ledger.people.entities import Holder
from ledger.refusals import Malformed, NotEligible, NotFound, Refusal, UnknownSchemeTerm
from ledger.room import Command
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import Day, HolderId
from tests.given import Story

LI, WANG = HolderId("li"), HolderId("wang")
REGIONS = {code: {"zh": code, "en": code} for code in ("anhui", "zhejiang")}


def scheme() -> Scheme:
    return checked(canonical(load_scheme("welfare-coupons")) | {"regions": REGIONS})


@pytest.fixture
def union() -> Story:
    """Li in mine 1, Wang in mine 2, both since January; the clock stands in the middle of July."""
    story = Story(scheme()).on("2022-07-15")
    return story.given(
        RegisterPerson(holder=LI, crew="mine 1", joined_on=Day("2022-01-01")),
        RegisterPerson(holder=WANG, crew="mine 2", joined_on=Day("2022-01-01")),
    )


def placed(crew: str, region: str, from_on: str | None = None) -> PlaceCrew:
    return PlaceCrew(crew=crew, region=region, from_on=Day(from_on) if from_on else None)


def merged(crew: str, into: str, on: str = "2022-07-01", reason: str = "correction") -> MergeCrews:
    return MergeCrews(crew=crew, into=into, merged_on=Day(on), reason=reason)


def moved(crew: str, on: str, holder: HolderId = LI) -> ChangeCrew:
    return ChangeCrew(holder=holder, crew=crew, moved_on=Day(on))


def where(story: Story, holder: HolderId, day: str) -> tuple[str | None, str | None]:
    found = story.the(Holder, holder)
    return crew_on(story, found, Day(day)), region_on(story, found, Day(day))


def test_a_crew_lies_in_its_region_from_the_day_that_was_said(union: Story) -> None:
    union.given(placed("mine 1", "anhui"), placed("mine 1", "zhejiang", "2022-05-01"))
    assert where(union, LI, "2022-04-30") == ("mine 1", "anhui")
    assert where(union, LI, "2022-05-01") == ("mine 1", "zhejiang")
    assert where(union, WANG, "2022-05-01") == ("mine 2", None), "nobody said where it lies"


def test_a_region_said_again_of_the_same_day_is_put_right(union: Story) -> None:
    union.given(placed("mine 1", "anhui", "2022-05-01"), placed("mine 1", "zhejiang", "2022-05-01"))
    assert where(union, LI, "2022-05-01") == ("mine 1", "zhejiang")
    assert where(union, LI, "2022-04-30") == ("mine 1", None)
    assert union.facts(CrewPlaced)[0].from_on == "2022-05-01"


def test_who_changes_belongs_to_the_one_before_the_day_and_to_the_other_from_it(union: Story) -> None:
    union.given(placed("mine 1", "anhui"), placed("mine 2", "zhejiang"), moved("mine 2", "2022-06-20"))
    assert where(union, LI, "2022-06-19") == ("mine 1", "anhui")
    assert where(union, LI, "2022-06-20") == ("mine 2", "zhejiang")
    assert union.facts(CrewChanged) == [CrewChanged(holder=LI, crew="mine 2", was="mine 1", moved_on=Day("2022-06-20"))]


def test_from_the_merger_on_the_people_of_one_are_those_of_the_other(union: Story) -> None:
    union.given(placed("mine 1", "anhui"), placed("mine 2", "zhejiang"), merged("mine 1", "mine 2"))
    assert where(union, LI, "2022-06-30") == ("mine 1", "anhui")
    assert where(union, LI, "2022-07-01") == ("mine 2", "zhejiang")
    assert where(union, WANG, "2022-06-30") == ("mine 2", "zhejiang")


def test_what_was_merged_before_goes_with_it_in_one_step(union: Story) -> None:
    union.given(placed("office", "anhui"), merged("mine 1", "mine 2"), merged("mine 2", "office", "2022-07-10"))
    assert union.facts(CrewsMerged)[-1].also == ("mine 1",)
    days = ("2022-06-30", "2022-07-01", "2022-07-10")
    assert [called(union, "mine 1", Day(day)) for day in days] == ["mine 1", "mine 2", "office"]
    assert set(union.the(Crew, "office").merged_from) == {"mine 1", "mine 2"}
    assert where(union, LI, "2022-07-10") == ("office", "anhui")


def test_somebody_registered_late_under_the_old_name_is_one_of_the_new(union: Story) -> None:
    union.given(merged("mine 1", "mine 2"), RegisterPerson(holder=HolderId("zhao"), crew="mine 1"))
    assert where(union, HolderId("zhao"), "2022-07-15")[0] == "mine 2"


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (placed("mine 1", "moon"), UnknownSchemeTerm(term="region", value="moon")),
        (placed(" ", "anhui"), Malformed(errors=["crew: 1 to 80 printable characters"])),
        (placed("mine 1", "anhui", "May"), Malformed(errors=["from_on: not a day such as 2022-06-01"])),
        (placed("gone", "anhui"), NotEligible(reason="crew-merged")),
        (merged("mine 1", "mine 1"), Malformed(errors=["into: another crew than the one that is merged"])),
        (merged("mine 1", "mine 2", "2022-07-16"), Malformed(errors=["merged_on: 2022-07-16 has not come yet"])),
        (merged("mine 1", "mine 2", reason="moon"), UnknownSchemeTerm(term="reason", value="moon")),
        (merged("mine 9", "mine 2"), NotFound(kind="crew", id="mine 9")),
        (merged("mine 1", "mine 9"), NotFound(kind="crew", id="mine 9")),
        (merged("gone", "mine 1"), NotEligible(reason="crew-merged")),
        (merged("mine 1", "gone"), NotEligible(reason="crew-merged")),
        (merged("mine 2", "mine 1", "2022-06-30"), NotEligible(reason="before-earlier-merger")),
        (moved("mine 9", "2022-06-01"), NotFound(kind="crew", id="mine 9")),
        (moved("mine 1", "2022-06-01"), NotEligible(reason="same-crew")),
        (moved("mine 2", "2021-12-31"), NotEligible(reason="before-joining")),
        (moved("gone", "2022-06-01"), NotEligible(reason="crew-merged")),
        (moved("mine 1", "2022-05-31", WANG), NotEligible(reason="before-earlier-change")),
        (moved("mine 2", "2022-07-16"), Malformed(errors=["moved_on: 2022-07-16 has not come yet"])),
        (moved("mine 2", "2022-06-01", HolderId("nobody")), NotFound(kind="holder", id="nobody")),
        (ChangeMembership(holder=LI, member=True), NotEligible(reason="member")),
        (
            ChangeMembership(holder=WANG, member=True, since_on=Day("2022-05-31")),
            NotEligible(reason="before-earlier-change"),
        ),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(union: Story, command: Command, refusal: Refusal) -> None:
    union.given(
        RegisterPerson(holder=HolderId("zhao"), crew="gone"),
        merged("gone", "mine 2"),
        moved("mine 1", "2022-06-01", WANG),
        moved("mine 2", "2022-06-02", WANG),
        ChangeMembership(holder=WANG, member=False, since_on=Day("2022-06-01")),
    )
    union.refuses(command, refusal)


def test_who_has_left_changes_no_more(union: Story) -> None:
    union.given(LeaveSite(holder=LI, left_on=Day("2022-07-10"), reason="left-unit"))
    union.refuses(moved("mine 2", "2022-07-11"), NotEligible(reason="left-site"))


def test_everybody_is_a_member_of_whom_nobody_said_otherwise(union: Story) -> None:
    union.given(
        ChangeMembership(holder=LI, member=False), ChangeMembership(holder=LI, member=True, since_on=Day("2022-06-01"))
    )
    li, wang = union.the(Holder, LI), union.the(Holder, WANG)
    assert [member_on(li, Day(day)) for day in (EVER, "2022-05-31", "2022-06-01")] == [False, False, True]
    assert member_on(wang, Day("2022-05-31"))


def test_somebody_is_there_from_his_first_day_to_his_last_but_while_he_was_away(union: Story) -> None:
    def there(*days: str) -> list[bool]:
        return [there_on(union.the(Holder, LI), Day(day)) for day in days]

    union.given(LeaveSite(holder=LI, left_on=Day("2022-03-31"), reason="left-unit"))
    assert there("2021-12-31", "2022-01-01", "2022-03-31", "2022-04-01") == [False, True, True, False]
    union.given(RejoinSite(holder=LI, joined_on=Day("2022-05-01")))
    assert there("2021-12-31", "2022-03-31", "2022-04-01", "2022-04-30", "2022-05-01") == [
        False,
        True,
        False,
        False,
        True,
    ]
    union.given(LeaveSite(holder=LI, left_on=Day("2022-06-30"), reason="left-unit"))
    union.given(RejoinSite(holder=LI, joined_on=Day("2022-07-02")))
    assert there("2022-03-31", "2022-04-30", "2022-06-30", "2022-07-01", "2022-07-02") == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_two_records_of_one_man_keep_the_crews_of_the_one_that_answers(union: Story) -> None:
    union.given(moved("mine 2", "2022-06-20"), MergeHolders(old=WANG, into=LI, reason="correction"))
    assert where(union, LI, "2022-06-19")[0] == "mine 1"
    assert where(union, LI, "2022-06-20")[0] == "mine 2"

"""Services: only person-times add up; a person is one under all his records, a visit one at one place on one day."""

from pathlib import Path
from typing import Final

from ledger.entitlements.commands import CancelEntitlement, IssueEntitlement, MarkNoShow, UseEntitlement
from ledger.entitlements.entities import EntitlementId
from ledger.people.commands import MergeHolders
from ledger.values import Day, HolderId
from projections import entitlements, services
from projections import people as known
from projections.services import Had
from tests.entitlements.mall import LI, WANG, book, people, used
from tests.entitlements.test_ranking import journey
from tests.given import Story
from tests.projections.following import following

SHOWN: Final = (services.PROJECTION, entitlements.PROJECTION, known.PROJECTION)


def had(story: Story, holder: HolderId, code: str, region: str | None = "nanjing") -> EntitlementId:
    """Given and used."""
    id = EntitlementId(f"{holder}.{code}.{len(story.journal)}")
    story.given(IssueEntitlement(holder=holder, code=code, reason="fair", id=id))
    used = UseEntitlement(entitlement=id) if region is None else UseEntitlement(entitlement=id, region=region)
    story.given(used)
    return id


def fair() -> Story:
    return people(Story("service-fair").on("2022-06-11"), LI, WANG, coins=0)


def test_two_records_of_one_man_are_one_person_and_one_visit(tmp_path: Path) -> None:
    story = fair()
    had(story, LI, "welcome-pack")
    had(story, WANG, "legal-advice")
    story.given(MergeHolders(old=WANG, into=LI, reason="correction"))
    with following(story, SHOWN, tmp_path) as reading:
        assert services.delivered(reading).total == Had(deliveries=2, persons=1, visits=1)


def test_by_service_and_region_between_days(tmp_path: Path) -> None:
    story = fair()
    had(story, LI, "welcome-pack")
    had(story, LI, "counselling", region=None)
    story.on("2022-06-12")
    had(story, LI, "counselling", region="suzhou")
    with following(story, SHOWN, tmp_path) as reading:
        found = services.delivered(reading)
        assert found.by_service["counselling"] == Had(2, 1, 2)
        assert found.by_region == {"": Had(1, 1, 1), "nanjing": Had(1, 1, 1), "suzhou": Had(1, 1, 1)}
        assert found.total == Had(3, 1, 3)
        second = services.delivered(reading, from_on=Day("2022-06-12"), to_on=Day("2022-06-12"))
        assert [(line.code, line.region) for line in second.lines] == [("counselling", "suzhou")]
        assert services.delivered(reading, region="suzhou").total == Had(1, 1, 1)


def test_a_policy_counts_from_its_first_day_without_a_visit_and_not_when_it_is_taken_back(tmp_path: Path) -> None:
    story = fair()
    for holder in (LI, WANG):
        id = EntitlementId(holder + ".policy")
        story.given(IssueEntitlement(holder=holder, code="special-insurance", reason="fair", id=id))
    story.given(CancelEntitlement(entitlement=EntitlementId("wang.policy"), reason="correction"))
    with following(story, SHOWN, tmp_path) as reading:
        assert services.had(reading, code="special-insurance") == Had(1, 1, 0)
        assert services.had(reading, code="special-insurance", to_on=Day("2022-06-11")) == Had()
        assert services.had(reading, code="special-insurance", from_on=Day("2022-06-12")) == Had(1, 1, 0)


def test_a_day_is_the_ledgers_own_and_not_that_of_greenwich(tmp_path: Path) -> None:
    """00:30 in Shanghai is still the evening before in UTC."""
    story = fair().on("2022-06-11T16:30:00.000000Z")
    had(story, LI, "training")
    with following(story, SHOWN, tmp_path) as reading:
        assert services.delivered(reading, from_on=Day("2022-06-12")).total.deliveries == 1


def test_a_wrong_mark_is_no_service(tmp_path: Path) -> None:
    story = people(Story("recuperation").on("2022-09-01"), LI, coins=0).given(journey(number=2))
    story.given(IssueEntitlement(holder=LI, code="recuperation", reason="application", id=EntitlementId("li")))
    story.given(book("li", "autumn"), used("li"), MarkNoShow(entitlement=EntitlementId("li"), corrects=True))
    with following(story, SHOWN, tmp_path) as reading:
        assert services.delivered(reading).total == Had()
        (filled,) = services.filled(reading)
        assert (filled.places, filled.used, filled.no_shows, filled.free) == (2, 0, 1, 1)

"""A limit may differ by region and day: the figure is that of the member's unit, the counter stays the member's."""

from typing import Any

import pytest

from ledger.accounts.commands import OpenAccount
from ledger.crews.commands import ChangeCrew, MergeCrews, PlaceCrew
from ledger.limits.entities import Counter
from ledger.people.commands import RegisterPerson
from ledger.refusals import LimitExceeded, RegionalLimitExceeded
from ledger.scheme.loading import canonical, checked
from ledger.scheme.model import Scheme
from ledger.values import AccountId, Day, HolderId, UnitCode
from tests.given import Story
from tests.limits.test_limits import LI, grant, scheme

FROM_2023 = {"from": "2023-01-01", "amount": 1800}


def regional(**limit: Any) -> Scheme:
    """At most 1,000 A a year and person; 1,500 in Anhui and from 2023 on 1,800; in Zhejiang 1,200 from 2022-08-01."""
    cap = {
        "counts": "amount",
        "unit": "A",
        "per": ["person"],
        "window": "year",
        "amount": 1000,
        "regions": {
            "anhui": {"amount": 1500, "changes": [FROM_2023]},
            "zhejiang": {"changes": [{"from": "2022-08-01", "amount": 1200}]},
        },
    }
    tables = canonical(scheme())
    tables["regions"] = {code: {"zh": code, "en": code} for code in ("anhui", "zhejiang")}
    tables["limits"] = {"head": {"names": {"zh": "上限", "en": "Cap"}, "kinds": ["grant"], **cap, **limit}}
    return checked(tables)


@pytest.fixture
def union() -> Story:
    """Wang's unit lies in Anhui, Li's in Zhejiang, a third in no region that anybody said."""
    people = {"wang": "hefei", "li": "wenzhou", "zhao": "elsewhere"}
    story = Story(regional()).on("2022-07-01")
    story.given(*(RegisterPerson(holder=HolderId(name), crew=crew) for name, crew in people.items()))
    return story.given(PlaceCrew(crew="hefei", region="anhui"), PlaceCrew(crew="wenzhou", region="zhejiang"))


def passed(limit: int, used: int, region: str, period: str = "2022") -> RegionalLimitExceeded:
    left = max(0, limit - used)
    return RegionalLimitExceeded(rule="head", limit=limit, used=used, offered=left, period=period, region=region)


def test_the_region_of_the_members_unit_decides_and_the_refusal_names_it(union: Story) -> None:
    union.given(grant(1320)).refuses(grant(220), passed(1500, 1320, "anhui"))
    assert union.when(grant(180))


def test_a_region_without_a_figure_yet_and_a_unit_in_no_region_have_the_limits_own(union: Story) -> None:
    union.refuses(grant(1001, LI), passed(1000, 0, "zhejiang"))
    zhao = LimitExceeded(rule="head", limit=1000, used=0, offered=1000, period="2022")
    union.refuses(grant(1001, to=AccountId("holder:zhao")), zhao)
    union.on("2022-08-01").refuses(grant(1201, LI), passed(1200, 0, "zhejiang"))


def test_a_year_later_the_regions_later_figure_holds_for_the_later_year_alone(union: Story) -> None:
    union.given(grant(1500)).on("2023-01-02")
    union.refuses(grant(1801), passed(1800, 0, "anhui", "2023"))
    union.refuses(grant(1), passed(1500, 1500, "anhui"), occurred_at="2022-12-31T04:00:00.000000Z")
    assert union.when(grant(1800))


def test_who_changes_to_another_region_takes_what_was_counted_with_him(union: Story) -> None:
    union.given(grant(1100), ChangeCrew(holder=HolderId("wang"), crew="wenzhou", moved_on=Day("2022-07-01")))
    union.on("2022-08-01").refuses(grant(101), passed(1200, 1100, "zhejiang"))
    assert union.when(grant(100))
    assert union.the(Counter, "head/holder:wang/2022").used == 1200


def test_a_merger_puts_the_members_under_the_other_regions_cap_from_its_day_on(union: Story) -> None:
    union.given(grant(1100)).on("2022-09-15")
    union.given(MergeCrews(crew="hefei", into="wenzhou", merged_on=Day("2022-09-01"), reason="correction"))
    union.refuses(grant(101), passed(1200, 1100, "zhejiang"))
    assert union.when(grant(300), occurred_at="2022-08-31T04:00:00.000000Z"), "Anhui's figure for a day in Anhui"


def test_where_more_was_had_than_the_other_region_allows_nothing_more_is_and_nothing_is_taken(union: Story) -> None:
    union.given(grant(1400), ChangeCrew(holder=HolderId("wang"), crew="wenzhou", moved_on=Day("2022-07-01")))
    union.on("2022-08-01").refuses(grant(1), passed(1200, 1400, "zhejiang"))


def test_an_account_of_nobody_belongs_to_no_unit_and_has_the_limits_own(union: Story) -> None:
    office = AccountId("account:office")
    union.given(OpenAccount(id="office", unit=UnitCode("A")))
    union.refuses(grant(1001, office), LimitExceeded(rule="head", limit=1000, used=0, offered=1000, period="2022"))

"""What binds and watches the survivor of a merge: the lower ceiling on every day, and the monitors of both records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts.commands import SetBounds
from ledger.accounts.facts import BoundsChanged, BoundsScheduled
from ledger.monitors.commands import SetMonitor
from ledger.monitors.entities import Monitor
from ledger.monitors.facts import ThresholdCrossed
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.points.watching import Side
from ledger.refusals import LimitExceeded
from ledger.values import Day, HolderId, UnitCode, holder_account
from tests.given import Story

OLD, INTO = HolderId("old"), HolderId("into")
POINT = UnitCode("safety_point")
MERGE = MergeHolders(old=OLD, into=INTO, reason="duplicate")


def new_site() -> Story:
    return Story().given(RegisterPerson(holder=OLD), RegisterPerson(holder=INTO))


@pytest.fixture
def site() -> Story:
    return new_site()


def grant(to: HolderId, amount: int) -> GrantPoints:
    return GrantPoints(to=holder_account(to), unit=POINT, amount=amount, expires_on=None)


def bound(holder: HolderId, ceiling: int | None, on: str | None = None) -> SetBounds:
    day = Day(on) if on else None
    return SetBounds(account=holder_account(holder), unit=POINT, ceiling=ceiling, effective_on=day)


def watch(id: str, holder: HolderId, threshold: int, *, below: bool = False) -> SetMonitor:
    account = holder_account(holder)
    side: Side = "below" if below else "above"
    return SetMonitor(id=id, account=account, unit=POINT, measure="balance", side=side, threshold=threshold)


def purse(story: Story, holder: HolderId) -> Account:
    return story.the(Account, f"holder:{holder}/safety_point")


def test_the_lower_ceiling_binds_the_survivor(site: Story) -> None:
    site.given(grant(OLD, 60), grant(INTO, 30), bound(OLD, 100), bound(INTO, 500), MERGE, grant(INTO, 10))
    refusal = LimitExceeded(rule="ceiling", limit=100, used=100, offered=0, period="ever")
    site.refuses(grant(INTO, 1), refusal)


def test_a_record_without_a_ceiling_is_no_way_around_one(site: Story) -> None:
    site.given(grant(OLD, 60), grant(INTO, 80), bound(OLD, 100), MERGE)
    assert purse(site, INTO).balance == 140, "what he has beyond it already stays"
    site.refuses(grant(INTO, 1), LimitExceeded(rule="ceiling", limit=100, used=140, offered=0, period="ever"))


def test_a_ceiling_of_the_survivor_that_is_the_lower_one_stays_as_it_was(site: Story) -> None:
    site.given(grant(OLD, 5), bound(OLD, 500), bound(INTO, 100))
    made = site.when(MERGE)
    assert not [fact for fact in made if isinstance(fact, BoundsChanged | BoundsScheduled)]
    assert purse(site, INTO).ceiling == 100


def test_a_change_to_come_of_the_old_record_comes_to_the_survivor(site: Story) -> None:
    site.given(grant(OLD, 5), bound(OLD, 50, "2022-07-01"), bound(OLD, None, "2022-08-01"), bound(INTO, 200), MERGE)
    assert purse(site, INTO).ceiling == 200
    for day, ceiling in (("2022-07-01", 50), ("2022-08-01", 200)):
        site.on(day).let_time_act()
        assert purse(site, INTO).ceiling == ceiling


ceilings = st.sampled_from((None, 0, 50, 100, 200))
schedule = st.lists(st.tuples(st.integers(2, 6), ceilings), max_size=4)


@given(here=schedule, there=schedule, at_once=st.tuples(ceilings, ceilings))
def test_on_every_day_the_lower_of_both_holds(
    here: list[tuple[int, int | None]], there: list[tuple[int, int | None]], at_once: tuple[int | None, int | None]
) -> None:
    changes = ((OLD, here, at_once[0]), (INTO, there, at_once[1]))
    site, apart = (new_site().given(grant(OLD, 5), grant(INTO, 5)) for _ in range(2))
    for story in (site, apart):
        for who, dated, now in changes:
            story.given(bound(who, now), *(bound(who, ceiling, f"2022-06-0{day}") for day, ceiling in dated))
    site.given(MERGE)
    for day in range(1, 8):
        for story in (site, apart):
            story.on(f"2022-06-0{day}").let_time_act()
        both = [purse(apart, who).ceiling for who in (OLD, INTO)]
        assert purse(site, INTO).ceiling == min((it for it in both if it is not None), default=None)


def test_more_changes_to_come_than_one_account_has_room_for(site: Story) -> None:
    site.given(grant(OLD, 5))
    for number in range(15):
        site.given(bound(OLD, 100 - number, f"2022-07-{number + 1:02}"))
    for number in range(10):
        site.given(bound(INTO, 200, f"2022-08-{number + 1:02}"))
    # Each of the survivor's days would say 200 where 86 is the lower.
    site.refuses(MERGE, LimitExceeded(rule="dated-bounds", limit=20, used=10, offered=10, period="ever"))


def test_monitors_of_both_records_watch_the_survivor(site: Story) -> None:
    site.given(grant(OLD, 60), grant(INTO, 30), watch("m-old", OLD, 95), watch("m-into", INTO, 99), MERGE)
    assert [it.monitor for it in purse(site, INTO).watches] == ["m-into", "m-old"]
    assert site.the(Monitor, "m-old").account == holder_account(INTO)
    site.given(grant(INTO, 20))
    assert [(fact.monitor, fact.was, fact.became) for fact in site.facts(ThresholdCrossed)] == [
        ("m-into", 90, 110),
        ("m-old", 90, 110),
    ]


def test_that_the_old_record_is_empty_then_is_no_crossing(site: Story) -> None:
    site.given(grant(OLD, 60), watch("m-old", OLD, 10, below=True), MERGE)
    assert not site.facts(ThresholdCrossed)
    assert not purse(site, OLD).watches


def test_what_the_sum_passes_is_a_crossing(site: Story) -> None:
    site.given(grant(OLD, 60), grant(INTO, 60), watch("m-old", OLD, 100), MERGE)
    assert [(fact.monitor, fact.was, fact.became) for fact in site.facts(ThresholdCrossed)] == [("m-old", 60, 120)]


def test_more_monitors_than_one_account_has_room_for(site: Story) -> None:
    site.given(grant(OLD, 5), *(watch(f"o{number}", OLD, 10) for number in range(11)))
    site.given(*(watch(f"i{number}", INTO, 10) for number in range(11)))
    site.refuses(MERGE, LimitExceeded(rule="monitors", limit=20, used=11, offered=9, period="ever"))

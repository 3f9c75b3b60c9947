"""Points issued by local day, month and posted period; the conversion register with what was taken back."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ledger.calendar import local_day
from ledger.points.commands import GrantPoints
from ledger.points.facts import PointsEarned
from ledger.reversals.commands import ReverseMovement
from ledger.transfers.commands import ConvertPoints
from ledger.values import Day, Instant, TxId
from projections import conversions
from projections.issued import Issued, issued, quarter_of
from tests.given import ZONE, Story
from tests.projections.patrolling import followed
from tests.redemptions.shop import LI, WANG, granted, shop

EVER = Day("2022-01-01"), Day("2022-12-31")


def bought(amount: int = 10) -> GrantPoints:
    return granted(amount)


def test_a_day_begins_at_local_midnight(tmp_path: Path) -> None:
    story = shop(points=0).on("2022-06-20")
    for at in ("2022-06-01T15:59:59.999999Z", "2022-06-01T16:00:00.000000Z", "2022-06-02T15:59:59.999999Z"):
        story.when(bought(), occurred_at=at)
    with followed(story, tmp_path) as reading:
        days = issued(reading, ZONE, *EVER)
        assert [(line.when, line.times, line.amount) for line in days] == [("2022-06-01", 1, 10), ("2022-06-02", 2, 20)]
        (second,) = issued(reading, ZONE, Day("2022-06-02"), Day("2022-06-02"))
        assert second == Issued("2022-06-02", "A", "", "", 2, 20, 0)


@cache
def spread() -> Story:
    """Six credits in each hour of a day, on both sides of each quarter at which a day may begin."""
    story = shop(points=0).on("2022-06-20")
    for hour in range(24):
        for minute in ("00:00.000000", "14:59.999999", "15:00.000000", "29:59.999999", "30:00.000000", "59:59.999999"):
            story.when(bought(1), occurred_at=f"2022-06-03T{hour:02d}:{minute}Z")
    return story


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York"])
def test_days_are_right_in_every_zone(tmp_path: Path, zone: str) -> None:
    """Also where days begin at a quarter of an hour: Kathmandu is five and three quarters ahead."""
    facts = [item for item in spread().journal if isinstance(item.data, PointsEarned)]
    with followed(spread(), tmp_path) as reading:
        found = {line.when: line.times for line in issued(reading, zone, *EVER)}
    assert found == Counter(local_day(item.occurred_at, zone) for item in facts)


def test_what_happened_in_june_and_was_posted_in_july_stands_in_both(tmp_path: Path) -> None:
    story = shop(points=0).on("2022-07-02")
    story.when(bought(), occurred_at="2022-06-30T04:00:00.000000Z")
    posted = story.journal[-1].period
    with followed(story, tmp_path) as reading:
        assert [line.when for line in issued(reading, ZONE, *EVER, by="month")] == ["2022-06"]
        assert [line.when for line in issued(reading, ZONE, *EVER, by="period")] == [posted]


def test_a_credit_that_was_taken_back_stands_on_the_day_on_which_it_was(tmp_path: Path) -> None:
    story = shop(points=0).on("2022-06-03").given(bought(30))
    grant = story.tx
    story.on("2022-06-05").given(ReverseMovement(of=TxId(grant), amount=20, reason="correction"))
    with followed(story, tmp_path) as reading:
        assert issued(reading, ZONE, *EVER) == (
            Issued("2022-06-03", "A", "", "", 1, 30, 0),
            Issued("2022-06-05", "A", "", "", 0, 0, 20),
        )
        assert issued(reading, ZONE, *EVER, by="month") == (Issued("2022-06", "A", "", "", 1, 30, 20),)


def test_units_funds_and_behaviours_have_lines_of_their_own(tmp_path: Path) -> None:
    story = shop(points=0).given(bought(1), granted(2, unit="B"), granted(4, to=LI))
    with followed(story, tmp_path) as reading:
        assert [(line.unit, line.amount) for line in issued(reading, ZONE, *EVER)] == [("A", 5), ("B", 2)]
        assert [line.unit for line in issued(reading, ZONE, *EVER, unit=bought().unit)] == ["A"]


@pytest.mark.parametrize(
    ("at", "quarter"),
    [("12:00:00.000000", "12:00"), ("12:14:59.999999", "12:00"), ("12:15:00.000000", "12:15"), ("23:59:59.9", "23:45")],
)
def test_a_quarter_of_an_hour(at: str, quarter: str) -> None:
    assert quarter_of(Instant(f"2022-06-01T{at}Z")) == f"2022-06-01T{quarter}:00.000000Z"


# Conversions -------------------------------------------------------------------------------------------------


def converted(story: Story, amount: int) -> TxId:
    wallet = bought().to
    story.given(
        ConvertPoints(account=wallet, from_unit=bought().unit, to_unit=granted(1, unit="B").unit, amount=amount)
    )
    return story.tx


def test_the_register_has_both_sides_of_what_was_taken_not_of_what_was_asked(tmp_path: Path) -> None:
    story = shop(points=100)
    converted(story, 7)
    with followed(story, tmp_path) as reading:
        (line,) = conversions.register(reading)
        assert (line.account, line.amount, line.to_amount) == ("holder:" + WANG, 6, 3)


def test_what_was_taken_back_stands_below_zero_and_the_total_is_what_remains(tmp_path: Path) -> None:
    story = shop(points=100)
    story.given(ReverseMovement(of=converted(story, 50), reason="correction"))
    converted(story, 20)
    with followed(story, tmp_path) as reading:
        lines = conversions.register(reading)
        (total,) = conversions.totals(reading)
    assert [(line.amount, line.to_amount) for line in lines] == [(50, 25), (-50, -25), (20, 10)]
    assert (total.conversions, total.amount, total.to_amount) == (3, 20, 10)

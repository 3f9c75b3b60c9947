"""Reminders of coupons: each day that a batch names once, whoever still has something left, over any restart."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.coupons.commands import ApproveBatch, IssueCoupons, Issuing, SubmitBatch, VoidCoupon
from ledger.coupons.entities import Batch, Coupon
from ledger.coupons.facts import CouponEnding, CouponIssued
from ledger.journal.storage import Storage
from ledger.people.commands import RegisterPerson
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import Day, Instant, UnitCode
from tests.coupons.gifts import LI, WANG, bought, drafting, issued, left, lines, returned, union
from tests.coupons.test_stored_coupons import done
from tests.given import LEADER, Story
from tests.ledgers import opened

LAST = Day("2022-06-30")
DAYS = [Day("2022-06-23"), Day("2022-06-29")]


def told(story: Story) -> list[tuple[str, str, int]]:
    """Each reminder so far: of which coupon, for which of its days, and what was left."""
    return [(fact.coupon, fact.remind_on, fact.left) for fact in story.facts(CouponEnding)]


def sweep(story: Story, *days: str) -> Story:
    for day in days:
        story.on(day).let_time_act()
    return story


def test_a_coupon_is_told_of_once_on_each_day_that_its_kind_names() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    assert [fact.remind_on for fact in story.facts(CouponIssued)] == [tuple(DAYS)]
    sweep(story, "2022-06-22", "2022-06-23", "2022-06-23", "2022-06-24")
    assert told(story) == [(coupon, "2022-06-23", 10_000)]
    story.given(bought(coupon, bill=4_000))
    sweep(story, "2022-06-29", "2022-06-30", "2022-07-01")
    assert told(story)[1:] == [(coupon, "2022-06-29", 6_000)]
    assert left(story, coupon) == [0]


def test_it_happened_when_its_day_began_and_says_to_whom_and_until_when() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    sweep(story, "2022-06-23")
    envelope = story.journal[-1]
    assert (envelope.occurred_at, envelope.by.principal) == ("2022-06-22T16:00:00.000000Z", "system")
    assert envelope.data == CouponEnding(
        coupon=coupon,
        batch="b1",
        holder=LI,
        unit=UnitCode("coupon_cny"),
        left=10_000,
        remind_on=DAYS[0],
        expires_on=LAST,
    )


def test_nobody_is_reminded_of_what_is_spent_or_was_taken_back() -> None:
    story = union()
    spent, void = issued(story, "b1", (LI, 10_000, 2), expires_on=LAST)
    story.given(bought(spent, bill=10_000), VoidCoupon(coupon=void, reason="correction"))
    assert told(sweep(story, "2022-06-23", "2022-06-29")) == []


def test_what_comes_back_after_its_day_is_told_of_then() -> None:
    story = union()
    (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    story.given(bought(coupon, bill=10_000, id="p1"))
    sweep(story, "2022-06-23").given(returned("p1", 3_000))
    assert told(sweep(story, "2022-06-24")) == [(coupon, "2022-06-23", 3_000)]


def test_of_days_that_were_missed_the_last_is_told_alone_and_none_after_the_end() -> None:
    """A house that was shut for a week wakes up; another that was shut past the end reminds nobody of nothing."""
    for day, expected in (("2022-06-30", ["2022-06-29"]), ("2022-07-02", [])):
        story = union()
        (coupon,) = issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
        assert [on for _, on, _ in told(sweep(story, day, day))] == expected
        assert story.the(Coupon, coupon).due_at("Asia/Shanghai") is None


def test_days_that_have_come_when_it_is_issued_are_none_of_its() -> None:
    story = sweep(union(), "2022-06-24")
    issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    issued(story, "b2", (WANG, 10_000, 1), expires_on=Day("2022-06-24"))
    assert [fact.remind_on for fact in story.facts(CouponIssued)] == [(DAYS[1],), ()]


def test_a_batch_keeps_the_days_under_which_it_was_drafted() -> None:
    quiet = issued(union(reminding()), "b1", (LI, 10_000, 1), expires_on=LAST)
    assert len(quiet) == 1
    story = union(reminding(3, 14, 3))
    issued(story, "b1", (LI, 10_000, 1), expires_on=LAST)
    (fact,) = story.facts(CouponIssued)
    assert fact.remind_on == ("2022-06-16", "2022-06-27")


def reminding(*days: int) -> Scheme:
    value = canonical(load_scheme("welfare-coupons"))
    value["coupons"]["welfare"]["remind_days"] = list(days)
    return checked(value)


# On a real ledger ------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Storage]:
    """Where a ledger lies: opened again, it is the same one."""
    if request.param == "sqlite":
        return lambda: Storage.sqlite(tmp_path / "journal.db", "union")
    url = request.getfixturevalue("fresh_database")
    return lambda: Storage.postgres(url, "union")


def begun(place: Callable[[], Storage]) -> list[str]:
    """A ledger with three coupons that end on 30 June, then closed; their ids."""
    storage = place()
    storage.create(zone="Asia/Shanghai", scheme="welfare-coupons", created_at="2022-06-01T00:00:00.000000Z")
    with opened(storage, at=Instant("2022-06-01T00:00:00.000000Z"), scheme="welfare-coupons") as ledger:
        facts = done(ledger, *(RegisterPerson(holder=holder) for holder in (LI, WANG)))
        batch = drafting("b1", fund=None, source="union", expires_on=LAST)
        done(ledger, batch, lines((LI, 5_000, 2), (WANG, 100, 1)), SubmitBatch(batch="b1"))
        done(ledger, ApproveBatch(batch="b1", digest=ledger.the(Batch, "b1").digest), by=LEADER)
        facts = done(ledger, IssueCoupons(batch="b1", lines=(Issuing(LI), Issuing(WANG))))
    return [fact.coupon for fact in facts if isinstance(fact, CouponIssued)]


def swept(place: Callable[[], Storage], at: str) -> list[CouponEnding]:
    """A process starts, time acts twice, it ends: every reminder of the journal."""
    with opened(place(), at=Instant(at), repeatable=False) as ledger:
        ledger.writer.sweep()
        ledger.writer.sweep()
        facts = [ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 10_000)]
    return [fact for fact in facts if isinstance(fact, CouponEnding)]


def test_restarts_neither_repeat_a_reminder_nor_lose_one(place: Callable[[], Storage]) -> None:
    coupons = begun(place)
    assert swept(place, "2022-06-22T15:59:59.000000Z") == []
    first = swept(place, "2022-06-22T16:00:00.000000Z")
    assert sorted(fact.coupon for fact in first) == sorted(coupons)
    assert swept(place, "2022-06-28T15:00:00.000000Z") == first
    both = swept(place, "2022-06-29T04:00:00.000000Z")
    assert {(fact.coupon, fact.remind_on) for fact in both} == {(coupon, day) for coupon in coupons for day in DAYS}
    assert len(both) == 2 * len(coupons)


def test_a_house_that_was_shut_past_the_end_records_the_end_and_reminds_nobody(place: Callable[[], Storage]) -> None:
    begun(place)
    assert swept(place, "2022-07-02T04:00:00.000000Z") == []
    assert swept(place, "2022-07-03T04:00:00.000000Z") == []

"""Lists and figures of patrols are what a plain recount of the facts and of the book says, whatever happened."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from ledger.calendar import end_of_day, local_day
from ledger.entitlements.entities import Entitlement, Session
from ledger.entitlements.facts import EntitlementCancelled, EntitlementIssued
from ledger.patrols.entities import Claim, Task
from ledger.people.entities import Holder
from ledger.points.facts import PointsEarned
from ledger.reviews.entities import Review
from ledger.transfers.facts import PointsConverted
from ledger.values import Day
from projections import conversions, entitlements, issued, patrol_lists, reviews
from projections.store import Reading
from tests.given import ZONE, Story
from tests.projections.patrolling import DAYS, LIVES, PEOPLE, followed, lived

Follow = Callable[[Story], AbstractContextManager[Reading]]
FIRST, LAST = Day(DAYS[0]), Day(DAYS[-1])
EVER = Day("2022-01-01"), Day("2022-12-31")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def follow(request: pytest.FixtureRequest, tmp_path: Path) -> Follow:
    """Keeps a story in each database."""
    if request.param == "sqlite":
        return partial(followed, path=tmp_path)
    return partial(followed, path=None, url=request.getfixturevalue("fresh_database"))


def entities(story: Story, kind: Any) -> dict[str, Any]:
    return {id: row.entity for (known, id), row in story.book.rows.items() if known == kind.KIND and row is not None}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=LIVES)
def test_every_list_and_figure_is_what_a_recount_says(follow: Follow, life: Any) -> None:
    story = lived(life)
    for kind in {item.type for item in story.journal}:
        event(kind)
    with follow(story) as reading:
        tasks_are_counted(story, reading)
        claims_are_listed(story, reading)
        figures_add_up(story, reading)
        the_queue_is_what_waits(story, reading)
        value_is_recounted(story, reading)
        entitlements_are_listed(story, reading)
        sessions_are_counted(story, reading)


def tasks_are_counted(story: Story, reading: Reading) -> None:
    found = patrol_lists.tasks_between(reading, patrol_lists.Wanted(FIRST, LAST), limit=1000)
    known = entities(story, Task)
    assert {item.task: (item.places, item.taken, item.reason) for item in found} == {
        id: (task.places, task.taken, task.reason) for id, task in known.items()
    }
    assert [item.place for item in found] == sorted((task.opens_at, id) for id, task in known.items())


def claims_are_listed(story: Story, reading: Reading) -> None:
    known = entities(story, Claim)
    members = (
        "task",
        "holder",
        "status",
        "claimed_at",
        "start_by_at",
        "started_at",
        "finished_at",
        "ended_at",
        "cause",
    )
    for holders in (None, PEOPLE[:1]):
        found = patrol_lists.claims_of(reading, holders=holders, limit=1000)
        assert {item.claim: [getattr(item, name) for name in members] for item in found} == {
            id: [getattr(claim, name) for name in members]
            for id, claim in known.items()
            if holders is None or claim.holder in holders
        }


def figures_add_up(story: Story, reading: Reading) -> None:
    tasks, expected = entities(story, Task), dict[tuple[str, str, str], Counter[str]]()
    referred = {item.data.claim for item in story.journal if item.type == "patrol-referred.v1"}
    for task in tasks.values():
        figures = expected.setdefault((task.route, task.slot, task.on[:7]), Counter())
        figures.update(tasks=1, places=task.places, cancelled=int(task.status == "cancelled"))
    for id, claim in entities(story, Claim).items():
        task = tasks[claim.task]
        figures = expected[task.route, task.slot, task.on[:7]]
        figures.update(
            claimed=1, started=int(claim.started_at is not None), finished=int(claim.finished_at is not None)
        )
        shown = "under_review" if claim.status in {"finished", "referred"} else claim.status.replace("-", "_")
        figures.update({shown: 1, "referred": int(id in referred)})
    for item in patrol_lists.figures(reading, FIRST, LAST):
        counts = expected.pop(item[:3])
        assert item._asdict() == dict(zip(item._fields[:3], item[:3], strict=True)) | {
            name: counts[name] for name in item._fields[3:]
        }
    assert expected == {}


def the_queue_is_what_waits(story: Story, reading: Reading) -> None:
    waiting = {id for id, review in entities(story, Review).items() if review.status in {"referred", "appealed"}}
    found = reviews.queue(reading)
    assert {item.claim for item in found} == waiting
    assert reviews.waiting(reading) == len(waiting)
    assert [item.position for item in found] == sorted(item.position for item in found)
    for item in found:
        review = story.the(Review, item.claim)
        assert [finding["code"] for finding in item.findings] == [finding.code for finding in review.findings]
        assert (item.status, item.task) == (review.status, review.task)


def value_is_recounted(story: Story, reading: Reading) -> None:
    credited: Counter[tuple[str, str]] = Counter()
    for item in story.journal:
        if isinstance(item.data, PointsEarned):
            credited[local_day(item.occurred_at, ZONE), item.data.behaviour or ""] += item.data.amount
    found = issued.issued(reading, ZONE, *EVER)
    assert {(line.when, line.behaviour): line.amount for line in found} == credited
    exchanged = [item.data for item in story.journal if isinstance(item.data, PointsConverted)]
    register = conversions.register(reading, limit=1000)
    assert [(line.amount, line.to_amount) for line in register] == [(it.amount, it.to_amount) for it in exchanged]
    total = conversions.totals(reading)
    assert sum(line.amount for line in total) == sum(line.to_amount for line in total)


def entitlements_are_listed(story: Story, reading: Reading) -> None:
    known = entities(story, Entitlement)
    found = entitlements.entitlements_of(reading, limit=1000)
    members = ("code", "holder", "starts_on", "ends_on", "redemption")
    for item in found:
        right = known[item.entitlement]
        assert [getattr(item, name) for name in members] == [getattr(right, name) for name in members]
        assert item.status == right.status
        if right.status in {"issued", "waiting", "booked"}:
            assert item.session == right.session
    assert len(found) == len(known)
    today = local_day(story.at, ZONE)
    in_force = entitlements.policies_in_force(reading, today, end_of_day(today, ZONE), limit=1000)
    assert {item.entitlement for item in in_force} == {
        id
        for id, right in known.items()
        if right.use == "term" and right.status == "issued" and right.starts_on <= today <= right.ends_on
    }
    owed = sum(fact.cost.amount for fact in story.facts(EntitlementIssued) if fact.cost)
    owed -= sum(fact.cost.amount for fact in story.facts(EntitlementCancelled) if fact.cost)
    assert sum(line.amount for line in entitlements.owed(reading)) == owed


def sessions_are_counted(story: Story, reading: Reading) -> None:
    for item in entitlements.sessions(reading):
        session = story.the(Session, item.session)
        assert (item.places, item.booked, item.waiting, item.used, item.no_show) == (
            session.places,
            len(session.booked),
            len(session.waiting),
            session.used,
            session.no_shows,
        )
        if session.cancelled_at is None:
            assert item.free == session.free


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=LIVES)
def test_pages_together_are_the_whole_list(follow: Follow, life: Any) -> None:
    story = lived(life)
    with follow(story) as reading:
        wanted = patrol_lists.Wanted(FIRST, LAST)
        near = partial(patrol_lists.tasks_near, reading, wanted, 1_206_000_000, 280_050_000)
        lists: list[tuple[Any, Any]] = [
            (partial(patrol_lists.tasks_between, reading, wanted), lambda item: item.place),
            (near, lambda item: item.near),
            (partial(patrol_lists.claims_of, reading), lambda item: item.position),
            (partial(reviews.queue, reading), lambda item: item.position),
            (partial(conversions.register, reading), lambda item: item.position),
            (partial(entitlements.entitlements_of, reading), lambda item: item.position),
            (partial(entitlements.sessions, reading), lambda item: item.place),
        ]
        for ask, place in lists:
            assert list(pages(ask, place)) == list(ask(limit=1000))


def pages(ask: Any, place: Any) -> Iterator[Any]:
    page = ask(limit=2)
    while page:
        yield from page
        page = ask(after=place(page[-1]), limit=2)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=LIVES)
def test_finishers_are_people_and_not_records(follow: Follow, life: Any) -> None:
    story = lived(life)
    people = entities(story, Holder)
    expected: Counter[tuple[str, str]] = Counter()
    for claim in entities(story, Claim).values():
        if claim.status == "approved":
            person = claim.holder
            while people[person].merged_into:
                person = people[person].merged_into
            expected[claim.task.split(".")[0], person] += 1
    with follow(story) as reading:
        found = {
            (route, item.holder): item.times
            for route in ("songtai-2", "hill")
            for item in patrol_lists.finishers(reading, route)
        }
    assert found == expected

"""The past on both clocks is what a plain replay says, whatever was recorded late; and it costs a few rows."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.journal.storage import Storage
from ledger.values import AccountId, Instant, UnitCode, later
from projections import history, lines, trial_balance
from projections.history import When, account_at
from projections.instants import Timeline
from projections.lines import PROJECTION
from projections.passing import Standing
from projections.projection import recorded
from projections.statements import Statement, statement
from projections.store import Reading, Store
from tests.given import MAPPER, ZONE, Story
from tests.projections import plain
from tests.projections.histories import LIVES, PLACES, SCHEME, lived, written

NUMBERS = count(1)
SHOWN = (PROJECTION, trial_balance.PROJECTION)


class Kept(NamedTuple):
    """A story in a real database, with its projections."""

    storage: Storage
    store: Store
    timeline: Timeline

    def close(self) -> None:
        self.storage.close()
        self.store.close()


class Place(NamedTuple):
    """Where stories are kept: many ledgers in one database."""

    path: Path | None
    url: str

    def keep(self, story: Story) -> Kept:
        name = f"story{next(NUMBERS)}"
        if self.path is not None:
            storage, store = Storage.sqlite(self.path / "j.db", name), Store.sqlite(self.path / "p.db", name)
        else:
            storage, store = Storage.postgres(self.url, name), Store.postgres(self.url, name)
        storage.create(zone=ZONE, created_at=story.journal[0].recorded_at)
        store.create()
        written(story, storage)
        followed(story, store)
        return Kept(storage, store, Timeline(storage, MAPPER))


def followed(story: Story, store: Store, batch: int = 7) -> None:
    """As the follower does it, in small batches."""
    marks = [store.begin(projection, 1, live=True) for projection in SHOWN]
    for start in range(0, len(story.journal), batch):
        facts = [recorded(item) for item in story.journal[start : start + batch]]
        position = start + len(facts)
        store.write([(mark, it.apply(facts)) for mark, it in zip(marks, SHOWN, strict=True)], position)
        marks = [mark._replace(position=position) for mark in marks]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories are short: their sums stand in many blocks all the same."""
    for module in (lines, history):
        monkeypatch.setattr(module, "BLOCK", 5)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each database."""
    if request.param == "sqlite":
        yield Place(tmp_path, "")
    else:
        yield Place(None, request.getfixturevalue("fresh_database"))


def said(found: Standing) -> plain.Then:
    unit = SCHEME.unit(found.unit)
    return plain.Then(
        received=found.received,
        spent=found.spent,
        lapsed=found.lapsed,
        held=found.held,
        incoming=found.incoming,
        debt=found.debt,
        spendable=found.spendable(unit),
        available=found.available(unit),
        lots={pool.pool: (pool.open, found.last_day(pool)) for pool in found.lots},
        holds={(hold.hold, None if hold.ends_at == "~" else hold.ends_at, hold.amount) for hold in found.holds},
        frozen_at=found.frozen_at,
    )


def instants(story: Story) -> list[Instant]:
    """Every instant at which something was recorded or happened or ended, and those right around it."""
    times = {item.recorded_at for item in story.journal} | {item.occurred_at for item in story.journal}
    around = {Instant(later(at, seconds=seconds)) for at in times for seconds in (-86_400, -1, 0, 1, 100_000)}
    return sorted(at for at in around if at <= story.at)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=LIVES, data=st.data())
def test_every_read_of_the_past_is_what_a_plain_replay_says(place: Place, life: Any, data: st.DataObject) -> None:
    story = lived(life)
    kept = place.keep(story)
    asked = st.sampled_from(instants(story))
    try:
        with kept.store.reading() as reading:
            for account, unit in PLACES:
                _compare(story, reading, kept.timeline, (account, unit), data.draw(asked), data.draw(asked))
    finally:
        kept.close()


def _compare(
    story: Story,
    reading: Reading,
    timeline: Timeline,
    place: tuple[AccountId, UnitCode],
    known_at: Instant,
    as_of: Instant,
) -> None:
    position = timeline.known(known_at)
    assert position == plain.known_by(story, known_at)
    by_record = account_at(reading, timeline, *place, When(position), at=known_at, zone=ZONE)
    assert said(by_record) == plain.known(story, *place, position, known_at)
    assert by_record.unfunded == 0
    head = len(story.journal)
    for known in (position, head):
        found = account_at(reading, timeline, *place, When(known, as_of), at=as_of, zone=ZONE)
        assert said(found) == plain.happened(story, *place, known, as_of)
        drawn = max(0, found.owed) if found.standing else 0
        earmarked = sum(max(0, pool.earmarked) for pool in found.pools.values())
        lots = sum(pool.open for pool in found.lots)
        assert lots + earmarked - found.debt - drawn - found.unfunded == found.balance


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(life=LIVES, data=st.data())
def test_books_and_statements_of_any_instant_are_what_their_facts_add_up_to(
    place: Place, life: Any, data: st.DataObject
) -> None:
    story = lived(life)
    kept = place.keep(story)
    asked = st.sampled_from(instants(story))
    try:
        with kept.store.reading() as reading:
            for _ in range(4):
                _books(story, reading, kept.timeline, kept.timeline.known(data.draw(asked)), data.draw(asked))
            for account, unit in PLACES:
                since, until = sorted((data.draw(asked), data.draw(asked)))
                known = kept.timeline.known(data.draw(asked))
                _statements(story, reading, kept.timeline, (account, unit), (since, until), known)
    finally:
        kept.close()


def _books(story: Story, reading: Reading, timeline: Timeline, known: int, as_of: Instant) -> None:
    for instant in (None, as_of):
        found = trial_balance.trial_balance_at(reading, timeline, known=known, as_of=instant)
        assert trial_balance.differences(found) == {}
        assert {(it.unit, it.account): (it.debits, it.credits) for it in found} == plain.booked(story, known, instant)


def _statements(
    story: Story,
    reading: Reading,
    timeline: Timeline,
    place: tuple[AccountId, UnitCode],
    span: tuple[Instant, Instant],
    known: int,
) -> None:
    spans: list[tuple[Any, str, str]] = [("recorded_at", *span), ("occurred_at", *span), ("occurred_at", "", "~")]
    for by, since, until in [*spans, ("period", "2022-06", "2022-06"), ("period", "2022-06", "2022-07")]:
        pages = _paged(reading, timeline, place, by=by, since=since, until=until, known=known)
        expected = plain.lines(story, *place, known, by)
        within = [
            line for line in expected if since <= line[0] and (line[0] <= until if by == "period" else line[0] < until)
        ]
        before = sum(amount for at, _, amount in expected if at < since)
        assert [(line.position, line.amount) for page in pages for line in page.lines] == [line[1:] for line in within]
        ends = before + sum(amount for *_, amount in within)
        assert {(page.opening, page.closing) for page in pages} == {(before, ends)}
        running = [line.balance for page in pages for line in page.lines]
        assert running[-1:] in ([], [ends])
        if by != "period" and until != "~":
            for at, balance in ((since, before), (until, ends)):
                assert _read(reading, timeline, place, by, Instant(at), known) == balance


def _paged(reading: Reading, timeline: Timeline, place: tuple[AccountId, UnitCode], **span: Any) -> list[Statement]:
    pages = [statement(reading, timeline, *place, **span, limit=3)]
    while pages[-1].next is not None:
        pages.append(statement(reading, timeline, *place, **span, limit=3, after=pages[-1].next))
    return pages


def _read(
    reading: Reading, timeline: Timeline, place: tuple[AccountId, UnitCode], by: str, at: Instant, known: int
) -> int:
    """The balance that a read of the account gives right before the instant, less what no fact says yet."""
    last = Instant(later(at, seconds=-1)[:20] + "999999Z")
    when = When(known, last) if by == "occurred_at" else When(min(known, timeline.before(at)))
    found = account_at(reading, timeline, *place, when, at=last, zone=ZONE)
    return found.balance + sum(lapse.amount for lapse in found.lapses)

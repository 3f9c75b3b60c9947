"""Whatever order people and time come in: never more than the places, one open claim a person, no place lost."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from ledger.patrols.entities import Claim, Patroller, Task
from ledger.patrols.facts import ClaimLapsed
from ledger.refusals import ClaimExpired, ClaimOpen, LimitExceeded, Refusal, TaskTaken
from ledger.room import Command
from ledger.values import Instant, TaskId, later
from tests.given import Story
from tests.patrols.ground import LI, TASK, WANG, ZHAO, claim, finish, give_back, ground, start, tasks

PEOPLE = (LI, WANG, ZHAO)
SECOND = "songtai-2.2022-06-15.morning"
PLACES = 2
USED = frozenset({"open", "started", "finished"})


class Step(NamedTuple):
    """Somebody wishes something after so many minutes, of what happened so many minutes before."""

    minutes: int
    what: str
    which: int
    ago: int


steps = st.builds(
    Step,
    st.sampled_from([0, 0, 1, 10, 29, 30, 31, 200, 900]),
    st.sampled_from(["claim", "claim", "claim elsewhere", "give back", "start", "start", "finish", "say all"]),
    st.integers(0, 9),
    st.sampled_from([0, 0, 1, 30, 240]),
)


def wish(story: Story, step: Step, at: Instant) -> Command | None:
    if step.what.startswith("claim"):
        task = SECOND if step.what == "claim elsewhere" else TASK
        return claim(PEOPLE[step.which % len(PEOPLE)], task, id=f"c{len(story.journal)}")
    ids = sorted(id for (kind, id), _ in story.book.rows.items() if kind == Claim.KIND)
    if not ids:
        return None
    id = ids[step.which % len(ids)]
    make: dict[str, Callable[[], Command]] = {
        "give back": lambda: give_back(id),
        "start": lambda: start(id),
        "finish": lambda: finish(id),
        "say all": lambda: finish(id, started_at=later(at, seconds=-600)),
    }
    return make[step.what]()


def claims(story: Story) -> Iterable[tuple[str, Claim]]:
    return [
        (id, row.entity)
        for (kind, id), row in story.book.rows.items()
        if kind == Claim.KIND and row is not None and isinstance(row.entity, Claim)
    ]


def check(story: Story) -> None:
    """Places by counting claims, whoever's; what may lapse and has not is not due yet."""
    taken = Counter(item.task for _, item in claims(story) if item.status in USED)
    for id in (TASK, SECOND):
        task = story.the(Task, id)
        assert task.taken == taken[TaskId(id)] <= PLACES
        running = {(key, item.falls_back_at) for key, item in claims(story) if item.task == id and item.falls_back_at}
        assert {(item.claim, item.due_at) for item in task.running} == running
        assert [item.due_at for item in task.running] == sorted(item.due_at for item in task.running)
    held = [item.holder for _, item in claims(story) if item.status in {"open", "started"}]
    assert len(held) == len(set(held))
    for person in PEOPLE:
        patroller = story.get(Patroller, person)
        assert (patroller is not None and patroller.claim is not None) == (person in held)
    walked = Counter((item.holder, item.task) for _, item in claims(story) if item.status in USED)
    assert all(times == 1 for times in walked.values())


@given(st.lists(steps, max_size=14))
def test_no_order_of_people_and_time_breaks_places_or_loses_one(wished: list[Step]) -> None:
    story = ground(places=PLACES).given(tasks(on="2022-06-15", slots=("morning",), places=PLACES))
    for step in wished:
        story.on(later(story.at, seconds=60 * step.minutes))
        at = later(story.at, seconds=-60 * step.ago)
        command = wish(story, step, at)
        if command is not None:
            explain(story, command, asked(story, command, at))
            check(story)


def asked(story: Story, command: Command, at: Instant) -> Refusal | None:
    try:
        story.when(command, occurred_at=at)
    except Refusal as refusal:
        return refusal
    return None


def explain(story: Story, command: Command, refused: Refusal | None) -> None:
    """A place is denied only when there is none, a person only when he has one."""
    if isinstance(refused, TaskTaken):
        assert story.the(Task, command.task).free == 0  # type: ignore[attr-defined] # only a claim is told so
    if isinstance(refused, ClaimOpen):
        assert story.the(Claim, refused.claim).status in {"open", "started"}
    if isinstance(refused, LimitExceeded):
        assert refused.used == 1
    if isinstance(refused, ClaimExpired):
        assert refused.expired_at <= story.at


@given(st.lists(steps, max_size=14))
def test_what_lapses_does_so_at_exactly_the_instant_that_was_said(wished: list[Step]) -> None:
    story = ground(places=PLACES).given(tasks(on="2022-06-15", slots=("morning",), places=PLACES))
    for step in wished:
        story.on(later(story.at, seconds=60 * step.minutes))
        due = {id: item.falls_back_at for id, item in claims(story) if (item.falls_back_at or story.at) <= story.at}
        before = len(story.facts(ClaimLapsed))
        story.let_time_act()
        lapsed = [it for it in story.journal if isinstance(it.data, ClaimLapsed)][before:]
        assert {it.data.claim: it.occurred_at for it in lapsed} == {id: at for id, at in due.items() if at is not None}
        command = wish(story, step, story.at)
        if command is not None:
            asked(story, command, story.at)

"""Random months of patrols, told by the real rooms in memory, and kept in a real database with their projections."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from ledger.deciding import Rows
from ledger.entitlements.commands import (
    BookPlace,
    CancelBooking,
    CancelEntitlement,
    CancelSession,
    ChangeSession,
    IssueEntitlement,
    MarkNoShow,
    OpenSession,
    UseEntitlement,
)
from ledger.entitlements.entities import EntitlementId, SessionId
from ledger.patrols.commands import (
    CancelTask,
    ClaimTask,
    FinishPatrol,
    GiveBackClaim,
    PublishRoute,
    PublishTasks,
    StartPatrol,
)
from ledger.patrols.entities import Claim, PatrolPoint
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.refusals import Refusal
from ledger.reviews.commands import (
    AppealPatrol,
    ApprovePatrol,
    DecidePatrolAppeal,
    RejectPatrol,
    ReviewPatrol,
)
from ledger.reviews.entities import Review
from ledger.room import By, Command, Envelope
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.transfers.commands import ConvertPoints
from ledger.values import AccountId, ClaimId, Day, HolderId, Instant, ItemId, RouteId, TaskId, UnitCode, later
from projections import conversions, entitlements, issued, patrols, people, reviews
from projections.store import Reading
from tests.given import Story
from tests.projections.following import following
from tests.reviews.walks import APP, OFFICER, REVIEWER, SYSTEM, measured

SHOWN: Final = (
    issued.PROJECTION,
    conversions.PROJECTION,
    patrols.PROJECTION,
    people.PROJECTION,
    reviews.PROJECTION,
    entitlements.PROJECTION,
)
ROUTES: Final = ("songtai-2", "hill")
PEOPLE: Final = ("li", "wang", "zhao", "qian")
SLOTS: Final = ("morning", "afternoon", "evening")
DAYS: Final = ("2022-06-27", "2022-07-08")
"""The first and the last that have tasks."""
POINT, COIN = UnitCode("patrol_point"), UnitCode("patrol_coin")
POLICY, COACH = ItemId("accident-policy"), ItemId("recuperation")
Op = tuple[Any, ...]

several = st.integers(0, 9)
walks: Final = st.tuples(
    st.just("walk"), st.sampled_from(PEOPLE), st.sampled_from(ROUTES), st.sampled_from(SLOTS), several
)
OPS: Final[st.SearchStrategy[Op]] = st.one_of(
    walks,
    walks,
    walks,
    st.tuples(st.just("unheard"), st.sampled_from(PEOPLE), st.sampled_from(ROUTES), st.sampled_from(SLOTS)),
    st.tuples(st.just("seat"), st.sampled_from(PEOPLE), st.sampled_from(["coach", "second"]), several),
    st.tuples(st.just("claim"), st.sampled_from(PEOPLE), st.sampled_from(ROUTES), st.sampled_from(SLOTS)),
    st.tuples(st.sampled_from(["start", "finish", "late", "late", "back"]), several),
    st.tuples(st.sampled_from(["approve", "reject"]), several),
    st.tuples(st.sampled_from(["appeal", "grant", "deny"]), several),
    st.tuples(st.just("call off"), st.sampled_from(ROUTES), st.sampled_from(SLOTS)),
    st.tuples(st.just("convert"), st.sampled_from(PEOPLE[:2]), st.integers(1, 60)),
    st.tuples(st.just("convert"), st.sampled_from(PEOPLE), st.integers(1, 60)),
    st.tuples(st.just("buy"), st.sampled_from(PEOPLE), st.sampled_from([POLICY, COACH])),
    st.tuples(st.just("give"), st.sampled_from(PEOPLE), st.sampled_from(["accident-policy", *["recuperation"] * 3])),
    st.tuples(st.just("book"), several, st.sampled_from(["coach", "second"]), st.integers(0, 2)),
    st.tuples(st.just("book"), several, st.sampled_from(["coach", "second"]), st.integers(0, 2)),
    st.tuples(st.just("book"), several, st.sampled_from(["coach", "second"]), st.integers(0, 2)),
    st.tuples(st.just("book"), several, st.sampled_from(["coach", "second"]), st.integers(0, 2)),
    st.tuples(st.sampled_from(["unbook", "return", "use", "miss"]), several),
    st.tuples(st.just("places"), st.sampled_from(["coach", "second"]), st.integers(1, 2)),
    st.tuples(st.sampled_from(["use", "use", "miss"]), several),
    st.tuples(
        st.sampled_from(["merge", "end session", "day", "day", "day", "day"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(["coach", "second"]),
    ),
    st.tuples(st.just("hours"), st.integers(1, 30)),
)
LIVES: Final = st.lists(OPS, min_size=40, max_size=60)


class Told(Story):
    """A story that is believed: what its rooms hold to after each step is the affair of their own tests."""

    def _check(self, envelopes: Iterable[Envelope]) -> None:
        del envelopes


@lru_cache(maxsize=1)
def _begun() -> Story:
    """Two routes with two places in each slot of three days, four people, two coaches, a shelf."""
    story = Told("patrol")
    for place, route in enumerate(ROUTES):
        points = tuple(
            PatrolPoint(number=n, lon_e7=1_206_000_000 + 10_000 * n, lat_e7=280_000_000 + 90_000 * place, radius_m=40)
            for n in (1, 2, 3)
        )
        published = PublishTasks(route=RouteId(route), from_on=Day(DAYS[0]), to_on=Day(DAYS[-1]), places=2)
        story.given(PublishRoute(id=RouteId(route), name=route, owner="platform", points=points), published)
    story.given(*(RegisterPerson(holder=HolderId(id)) for id in PEOPLE))
    for item, price in ((POLICY, 20), (COACH, 10)):
        story.given(ListItem(id=item, name=item, price=price, unit=COIN), ReceiveGoods(item=item, quantity=50))
    for id, starts, ends in (("coach", "2022-06-29", "2022-06-30"), ("second", "2022-07-03", "2022-07-03")):
        days = {"starts_on": Day(starts), "ends_on": Day(ends)}
        story.given(OpenSession(id=SessionId(id), code="recuperation", places=1, **days))
    return story.on(DAYS[0])


def ground() -> Story:
    """A copy of how each of them begins."""
    begun = _begun()
    story = copy(begun)
    story.book, story.journal = Rows(), list(begun.journal)
    story.book.rows = dict(begun.book.rows)
    return story


def lived(life: Sequence[Op]) -> Story:
    """What came of these wishes; what a rule refuses did not happen."""
    story = ground()
    for kind, *said in life:
        for command, by, at in _wishes(story, kind, *said):
            try:
                story.when(command, by=by, occurred_at=at)
            except Refusal:
                break
    story.let_time_act()
    return story


def _wishes(story: Story, kind: str, *said: Any) -> Iterator[tuple[Command, By, str | None]]:
    if kind == "day":
        story.on(later(story.at, seconds=86_400))
    elif kind == "hours":
        story.on(later(story.at, seconds=3600 * said[0]))
    elif kind == "walk":
        yield from _walk(story, *said)
    elif kind == "unheard":
        yield from _walk_unheard(story, *said)
    elif kind == "seat":
        yield from _seat(story, *said)
    elif kind in {"start", "finish", "late"}:
        yield from _late(story, kind, *said)
    else:
        by = {"approve": REVIEWER, "reject": REVIEWER, "grant": OFFICER, "deny": OFFICER}.get(kind, APP)
        command = _wish(story, kind, *said)
        if command is not None:
            yield command, by, None


def _walk(story: Story, who: str, route: str, slot: str, fault: int) -> Iterator[tuple[Command, By, str | None]]:
    """A whole patrol of a slot of this day, from the claim to the machine's review."""
    opens = _opens(story, slot)
    id = ClaimId(f"c{len(story.journal)}")
    story.on(opens)
    yield ClaimTask(task=_task(story, route, slot), holder=HolderId(who), id=id), APP, None
    yield StartPatrol(claim=id, device="phone"), APP, None
    story.on(later(opens, seconds=7_300))
    yield FinishPatrol(claim=id, device="phone", track="t-" + id, commitment="x-" + id), APP, None
    found = measured(opens, seconds=7200 if fault != 1 else 60, longest_gap_seconds=20 if fault not in {2, 3} else 999)
    yield ReviewPatrol(claim=id, measured=found, commitment="x-" + id), SYSTEM, None


def _opens(story: Story, slot: str) -> Instant:
    """When that slot opens next."""
    opens = Instant(story.at[:10] + {"morning": "T00", "afternoon": "T07", "evening": "T10"}[slot] + ":00:00.000000Z")
    return later(opens, seconds=86_400) if story.at > opens else opens


def _walk_unheard(story: Story, who: str, route: str, slot: str) -> Iterator[tuple[Command, By, str | None]]:
    """Walked in time by a phone without signal: the claim lapses, takes its place again when all of it arrives."""
    opens = _opens(story, slot)
    id = ClaimId(f"c{len(story.journal)}")
    story.on(opens)
    yield ClaimTask(task=_task(story, route, slot), holder=HolderId(who), id=id), APP, None
    story.on(later(opens, seconds=40_000))
    end = later(opens, seconds=7_300)
    yield FinishPatrol(claim=id, device="phone", started_at=later(opens, seconds=60)), APP, end


def _seat(story: Story, who: str, session: str, back: int) -> Iterator[tuple[Command, By, str | None]]:
    """A place at a session, given up again by some."""
    id = EntitlementId(f"e{len(story.journal)}")
    yield IssueEntitlement(id=id, holder=HolderId(who), code="recuperation", reason="other"), APP, None
    yield BookPlace(entitlement=id, session=SessionId(session)), APP, None
    if back < 4:
        yield CancelBooking(entitlement=id, reason="cannot-come"), APP, None


def _late(story: Story, kind: str, number: int) -> Iterator[tuple[Command, By, str | None]]:
    claim = _nth(story, Claim.KIND, number, kind)
    if kind == "start":
        yield StartPatrol(claim=ClaimId(claim), device="phone"), APP, None
    elif kind == "finish":
        yield FinishPatrol(claim=ClaimId(claim)), APP, None
    elif (found := story.get(Claim, claim)) is not None:
        # Walked in time, and heard of now: what had lapsed comes back to life.
        at = max(found.claimed_at, Instant(found.task.split(".")[1] + "T00:00:00.000000Z"))
        yield FinishPatrol(claim=ClaimId(claim), started_at=at), APP, later(at, seconds=7_300)


def _wish(story: Story, kind: str, *said: Any) -> Command | None:
    claims: dict[str, Callable[[ClaimId], Command]] = {
        "back": lambda named: GiveBackClaim(claim=named, reason="cannot-come"),
        "approve": lambda named: ApprovePatrol(claim=named, reason="walked-as-asked"),
        "reject": lambda named: RejectPatrol(claim=named, reason="not-walked"),
        "appeal": lambda named: AppealPatrol(claim=named, note="note-1"),
        "grant": lambda named: DecidePatrolAppeal(claim=named, granted=True, reason="appeal-granted"),
        "deny": lambda named: DecidePatrolAppeal(claim=named, granted=False, reason="rule-not-met"),
    }
    if kind in claims:
        reviewed = kind in {"approve", "reject", "appeal", "grant", "deny"}
        return claims[kind](ClaimId(_nth(story, Review.KIND if reviewed else Claim.KIND, said[0], kind)))
    rights: dict[str, Callable[[EntitlementId], Command]] = {
        "book": lambda named: BookPlace(entitlement=named, session=SessionId(said[1]), rank=said[2]),
        "unbook": lambda named: CancelBooking(entitlement=named, reason="cannot-come"),
        "return": lambda named: CancelEntitlement(entitlement=named, reason="cannot-come"),
        "use": lambda named: UseEntitlement(entitlement=named),
        "miss": lambda named: MarkNoShow(entitlement=named),
    }
    if kind in rights:
        return rights[kind](EntitlementId(_nth(story, "entitlement", said[0], kind)))
    return _other(story, kind, *said)


def _other(story: Story, kind: str, first: str, *said: Any) -> Command | None:
    holder = HolderId(first)
    wishes: dict[str, Any] = {
        "claim": lambda: ClaimTask(task=_task(story, *said), holder=holder, id=ClaimId(f"c{len(story.journal)}")),
        "call off": lambda: CancelTask(task=_task(story, first, *said), reason="typhoon"),
        "convert": lambda: ConvertPoints(
            account=AccountId("holder:" + first), from_unit=POINT, to_unit=COIN, amount=said[0]
        ),
        "buy": lambda: PlaceRedemption(holder=holder, lines=(WantedLine(said[0], 1),)),
        "give": lambda: IssueEntitlement(holder=holder, code=said[0], reason="other"),
        "places": lambda: ChangeSession(session=SessionId(first), places=said[0]),
        "end session": lambda: CancelSession(session=SessionId(said[0]), reason="typhoon"),
        "merge": lambda: MergeHolders(old=holder, into=HolderId("li"), reason="duplicate"),
    }
    made: Command = wishes[kind]()
    return made


def _task(story: Story, route: str, slot: str) -> TaskId:
    return TaskId(f"{route}.{story.at[:10]}.{slot}")


APT: Final = {
    "back": "open",
    "start": "open",
    "finish": "started",
    "late": "lapsed",
    "approve": "referred",
    "reject": "referred",
    "appeal": "rejected",
    "grant": "appealed",
    "deny": "appealed",
    "book": "issued",
    "unbook": "booked",
    "return": "booked",
    "use": "booked",
    "miss": "booked",
}
"""The status that a thing should have for such a wish: of the odd numbers, so that the unfit are wished for too."""


def _nth(story: Story, entity: str, number: int, wish: str) -> str:
    rows = [(id, row.entity) for (kind, id), row in story.book.rows.items() if kind == entity and row is not None]
    ids = [id for id, found in rows if number % 2 == 0 or getattr(found, "status", None) == APT[wish]]
    return ids[number // 2 % len(ids)] if ids else "none"


def followed(story: Story, path: Path | None, url: str = "", batch: int = 7) -> AbstractContextManager[Reading]:
    """The story's projections in a database, as the follower makes them: in small batches."""
    return following(story, SHOWN, path, url, batch)

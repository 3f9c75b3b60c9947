"""The machine of patrols: a whole life of tasks by several clients who say everything late, twice and out of order."""

from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.journal.storage import Storage
from ledger.values import Instant
from tests.machines.patrol_model import PatrolModel
from tests.machines.patrol_things import ROUTE, SLOTS, local, midnight, written
from tests.machines.patrol_wishes import (
    APPS,
    CLIENTS,
    PEOPLE,
    REVIEWERS,
    ago,
    asked,
    found,
    minutes,
    operations,
    places,
)
from tests.machines.patrol_world import PatrolWorld

Op = tuple[Any, ...]
BEGIN = datetime(2022, 6, 14, 10, 30)  # noqa: DTZ001 - the model counts in UTC throughout
"""18:30 in Shanghai: an evening's slot runs."""
STOCK = {"accident-policy": 2, "recuperation": 12}
EARNED = {"h0": 400, "h1": 300, "h2": 200}
"""Points of the weeks before."""
SPENDING = {
    "buy",
    "open-session",
    "change-session",
    "cancel-session",
    "book",
    "unbook",
    "cancel-right",
    "use",
    "no-show",
}


class PatrolMachine(RuleBasedStateMachine):
    """`opened` says on which databases a fresh ledger opens: a list of storages of one ledger for each database."""

    opened: ClassVar[Callable[[], list[list[Storage]]]]
    covered: ClassVar[Tally[tuple[str, str]]]
    """How often each wish ended how."""

    def __init__(self) -> None:
        super().__init__()
        self.worlds: list[PatrolWorld] = []
        self.first_answers: dict[tuple[str, str], Any] = {}
        self.made: dict[str, list[str]] = {"task": [], "claim": [], "right": [], "session": []}
        self.names = 0

    @initialize(first=places, second=places)
    def begin(self, first: int, second: int) -> None:
        self.worlds = [PatrolWorld(storages, BEGIN, EARNED, STOCK) for storages in type(self).opened()]
        self.model = PatrolModel(BEGIN, EARNED, STOCK)
        self._ask(self._meant(("publish", 1, "morning", second)))
        evening = self._meant(("publish", 0, "evening", first))
        self._ask(evening, ("convert", "h0", 20), self._meant(("claim", 0, 0, "h0")))
        self._ask(self._meant(("buy", "h0", "recuperation")), self._meant(("open-session", 4, second - 1)))

    # What happens ------------------------------------------------------------------------------------------------

    @rule(wishes=st.lists(asked, min_size=1, max_size=4), process=st.integers(0, 1))
    def turn(self, wishes: list[Any], process: int) -> None:
        """Several clients' wishes decided together."""
        self._turn([(self._meant(op), client, self._key() if keyed else None) for op, client, keyed in wishes], process)

    @rule(op=operations, other=operations, late=st.none() | minutes, client=st.sampled_from(CLIENTS))
    def sent_again(self, op: Any, other: Any, late: int | None, client: str) -> None:
        """A client that heard no answer asks twice at once and again later; the key is used for something else too."""
        wish, changed, first, second = self._meant(op), self._meant(other), self._key(), self._key()
        self._turn([(wish, client, first), (wish, client, first), (wish, client, second)], 0)
        if late:
            self.time_passes(late, 1, swept=False)
        self._turn([(wish, client, first), (changed, client, second)], 1)

    @rule(passed=minutes, process=st.integers(0, 1), swept=st.booleans())
    def time_passes(self, passed: int, process: int, swept: bool) -> None:
        self.model.wait(passed)
        for world in self.worlds:
            world.clock.move_to(Instant(written(self.model.now)))
            if swept:
                world.sweep(process=process)

    @rule(
        who=st.sampled_from(PEOPLE),
        said=st.permutations(("start", "passing", "finish", "track")),
        late=st.sampled_from((0, 0, 31, 31, 240, 1440)),
        meanwhile=st.sampled_from(("nothing", "taken", "busy")),
        found=found,
        device=st.sampled_from(("phone", "other")),
    )
    def walked(self, who: str, said: list[str], late: int, meanwhile: str, found: str | None, device: str) -> None:
        """A patrol of which everything arrives, perhaps late, in some order, from two clients, some of it twice."""
        who = self.model.man(who)
        began, claim = self._claimed(who)
        self._ask(self._meant(("publish", 1, "evening", 2)), self._meant(("claim", 0, 0, who)))
        if late:
            self.time_passes(late, 1, swept=late > 240)
        task = self.model.claims[claim].task
        if meanwhile != "nothing":
            here, other = meanwhile == "taken", "h0" if who == "h1" else "h1"
            wanted = task if here else self._known("task", 0)
            self._ask(("claim", self._new("claim"), wanted, other if here else who))
        messages: dict[str, Op] = {
            "start": ("start", claim, device, began + timedelta(minutes=5)),
            "passing": ("passing", claim, 2, began + timedelta(minutes=7)),
            "finish": ("finish", claim, "phone", began + timedelta(minutes=5), began + timedelta(minutes=9), None),
            "track": ("track", claim, "a"),
        }
        self._turn([(messages[name], APPS[number % 2], self._key()) for number, name in enumerate(said)], 0)
        self._turn([(messages[name], APPS[0], self._key()) for name in said[:2]], 1)
        self._turn([(messages["track"], APPS[1], None)], 0)
        self._turn([(self._reviewing(claim, found), "system", None), (messages["finish"], APPS[1], None)], 0)
        self._ask(("claim", self._new("claim"), task, who))

    def _claimed(self, who: str) -> tuple[datetime, str]:
        """In a slot of which he has walked nothing yet, whatever he had open; ten minutes ago."""
        for id, held in self.model.claims.items():
            if held.holder in self.model.records(who) and held.status in {"open", "started"}:
                self._ask(("back", id))
        slot, opens = next(it for day in range(9) for it in self._openings(day) if self._fresh(*it, who))
        self._ask(self._meant(("publish", (local(opens) - local(self.model.now)).days, slot, 1)))
        self._ask(("claim", self._new("claim"), f"{ROUTE}.{local(opens)}.{slot}", who))
        claim = self.made["claim"][-1]
        if opens > self.model.now:
            self._ask(("start", claim, "phone", self.model.now))
            self.time_passes(int((opens - self.model.now).total_seconds()) // 60, 0, swept=False)
        began = self.model.now
        self.time_passes(10, 0, swept=False)
        return began, claim

    def _fresh(self, slot: str, opens: datetime, who: str) -> bool:
        id = f"{ROUTE}.{local(opens)}.{slot}"
        task = self.model.tasks.get(id)
        his = [claim for claim in self.model.claims.values() if claim.holder in self.model.records(who)]
        walked = any(claim.task == id for claim in his)
        free = task is None or (not task.cancelled and self.model.taken(id) < task.places)
        return free and not walked and self.model.now < opens + timedelta(minutes=120)

    def _openings(self, days: int) -> list[tuple[str, datetime]]:
        start = midnight(local(self.model.now) + timedelta(days=days))
        return [
            (slot, start + timedelta(hours=int(opens[:2]), minutes=int(opens[3:])))
            for slot, (opens, _) in SLOTS.items()
        ]

    @rule(
        who=st.permutations((*REVIEWERS, "client:h1")),
        late=st.sampled_from((0, 0, 0, 1440, 23_040, 23_000)),
        how=st.sampled_from(("short", "gap", "short gap", "good")),
    )
    def contested(self, who: list[str], late: int, how: str | None) -> None:
        """A review that goes to a person and is appealed, decided by somebody, perhaps by one of those before."""
        finished = [id for id, claim in self.model.claims.items() if claim.status == "finished"]
        if not finished:
            began, claim = self._claimed(self.model.man("h1"))
            self._turn([(("finish", claim, None, began, self.model.now, "a"), who[0], self._key())], 0)
        claim = finished[-1] if finished else self.made["claim"][-1]
        self._turn([(self._reviewing(claim, how), "system", None), (("reject", claim), who[0], self._key())], 0)
        if late:
            self.time_passes(late, 0, swept=True)
        self._turn([(("appeal", claim), APPS[0], self._key()), (("appeal", claim), who[1], None)], 1)
        granted = how != "short gap"
        self._turn([(("decide", claim, granted), client, None) for client in (who[0], who[2], who[1])], 0)

    @rule(
        who=st.permutations(PEOPLE),
        seats=st.sampled_from((0, 1, 1)),
        days=st.sampled_from((0, 1, 2, 3, 4)),
        ranks=st.sampled_from(((0, 0), (0, 0), (1, 0), (0, 1))),
        late=st.sampled_from((0, 0, 1440, 4320)),
        ends=st.permutations(("cancel-right", "unbook", "change-session", "cancel-session")),
    )
    def bought(self, who: list[str], seats: int, days: int, ranks: Any, late: int, ends: list[str]) -> None:
        """What approved patrols lead to: coins, vouchers, a place that others wait for, and how it ends."""
        rights = [self._meant(("buy", buyer, "recuperation")) for buyer in who]
        self._ask(*(("convert", buyer, 20) for buyer in who), *rights)
        self._ask(self._meant(("open-session", days, seats)))
        session, first = self.made["session"][-1], rights[0][1]
        self._ask(*(("book", right[1], session, rank) for right, rank in zip(rights, (0, *ranks), strict=True)))
        end: dict[str, Op] = {
            "change-session": ("change-session", session, seats + 1),
            "cancel-session": ("cancel-session", session),
        }
        self._ask(*(end.get(name, (name, first)) for name in ends[:2]))
        if late:
            self.time_passes(late, 0, swept=False)
        self._ask(("use", first), ("no-show", rights[1][1]))

    @rule(who=st.sampled_from(PEOPLE), days=st.sampled_from((0, 1, 200, 364, 365, 366)))
    def insured(self, who: str, days: int) -> None:
        """A policy, and a second one while it is in force, or the day after."""
        policies = [self._meant(("buy", who, "accident-policy")) for _ in range(2)]
        self._ask(("convert", who, 40), policies[0])
        if days:
            self.time_passes(1440 * days, 1, swept=False)
        self._ask(("convert", who, 40), policies[1])

    @rule(pair=st.permutations(PEOPLE), both=st.booleans(), later=st.sampled_from((0, 31)))
    def one_man(self, pair: list[str], both: bool, later: int) -> None:
        """Two records turn out to be one man's, perhaps while both have claims, of one task or of two."""
        self._ask(self._meant(("publish", 1, "morning", 2)), self._meant(("publish", 1, "evening", 2)))
        claims = [self._meant(("claim", 0, 0 if both else number, who)) for number, who in enumerate(pair[:2])]
        opens = max((task.opens for task in self.model.tasks.values()), default=self.model.now)
        self._ask(*claims, ("merge", *pair[:2]))
        self.time_passes(max(1, int((opens - self.model.now).total_seconds()) // 60 + later), 0, swept=False)
        for claim in claims:
            self._ask(("finish", claim[1], None, opens, max(opens, self.model.now), "a"))

    @rule(days=st.sampled_from((2, 5, 30, 400)), ago=ago)
    def long_after(self, days: int, ago: int) -> None:
        """Time in which policies run out, tracks never came and sessions are over."""
        self.time_passes(1440 * days - ago, 0, swept=days > 5)

    # Looking up --------------------------------------------------------------------------------------------------

    def _meant(self, op: Any) -> Op:
        """A generated wish with its references looked up."""
        name, *rest = op
        match name:
            case "publish":
                return (name, local(self.model.now) + timedelta(days=rest[0]), *self._new_task(rest))
            case "cancel-task":
                return (name, self._known("task", rest[0]))
            case "claim":
                id = self._known("claim", rest[0] - 1) if rest[0] else self._new("claim")
                return (name, id, self._known("task", rest[1]), rest[2])
            case "review":
                return self._reviewing(self._known("claim", rest[0]), rest[1], its_own=rest[2])
            case "convert":
                return tuple(op)
        return (
            self._spent(name, rest) if name in SPENDING else self._said(name, self._known("claim", rest[0]), rest[1:])
        )

    def _spent(self, name: str, rest: list[Any]) -> Op:
        """What coins buy, and seats."""
        match name:
            case "buy":
                return (name, self._new("right"), *rest)
            case "open-session":
                return (name, self._new("session"), local(self.model.now) + timedelta(days=rest[0]), rest[1])
            case "change-session" | "cancel-session":
                return (name, self._known("session", rest[0]), *rest[1:])
            case "book":
                return (name, self._known("right", rest[0]), self._known("session", rest[1]), rest[2])
        return (name, self._known("right", rest[0]))

    def _said(self, name: str, claim: str, rest: list[Any]) -> Op:
        """What is said of a claim, with when it happened."""
        if name in {"start", "passing"}:
            return (name, claim, rest[0], self._ago(rest[1]))
        if name == "finish":
            device, started, ended, track = rest
            at = self._ago(ended)
            begun = None if started is None else at - timedelta(minutes=started)
            return (name, claim, device, begun, at, track)
        return (name, claim, *rest)

    def _reviewing(self, claim: str, found: str | None, *, its_own: bool = True) -> Op:
        known = self.model.claims.get(claim)
        opens = self.model.tasks[known.task].opens if known else BEGIN
        return ("review", claim, found, known.track if known and its_own else "another", opens)

    def _ago(self, passed: int) -> datetime:
        return self.model.now - timedelta(minutes=passed)

    def _new_task(self, rest: list[Any]) -> list[Any]:
        id = f"{ROUTE}.{local(self.model.now) + timedelta(days=rest[0])}.{rest[1]}"
        if id in self.made["task"]:
            self.made["task"].remove(id)
        self.made["task"].append(id)
        return rest[1:]

    def _new(self, kind: str) -> str:
        self.names += 1
        self.made[kind].append(f"{kind}-{self.names}")
        return self.made[kind][-1]

    def _known(self, kind: str, back: int) -> str:
        """One that is there, counted from the latest, or that was wished for last; seldom one that nobody knows."""
        there: dict[str, Any] = {
            "task": self.model.tasks,
            "claim": self.model.claims,
            "right": self.model.rights,
            "session": self.model.sessions,
        }
        latest = self.made[kind][-1:]
        names = [name for name in self.made[kind] if name in there[kind] or name in latest]
        return names[-1 - back % len(names)] if names and back < 9 else f"no-{kind}"

    def _key(self) -> str:
        self.names += 1
        return f"key-{self.names}"

    # Asking and comparing ----------------------------------------------------------------------------------------

    def _ask(self, *ops: Op) -> None:
        self._turn([(op, APPS[0], None) for op in ops], 0)

    def _turn(self, wishes: list[tuple[Op, str, str | None]], process: int) -> None:
        wishes = [(op, "system" if op[0] == "review" else client, key) for op, client, key in wishes]
        wishes = [(op, client, None if op[0] == "review" else key) for op, client, key in wishes]
        runs = [
            world.run([world.submission(*wish, repr(wish[0])) for wish in wishes], process=process)
            for world in self.worlds
        ]
        for run in runs[1:]:
            assert run == runs[0], "the databases answer differently"
        for wish, outcome in zip(wishes, runs[0], strict=True):
            self._compare(*wish, outcome)

    def _compare(self, op: Op, client: str, key: str | None, outcome: Any) -> None:
        code, numbers, replayed = self.model.submit(op, client, key, repr(op))
        refusal = outcome.refusal
        told = refusal.members() if refusal else {}
        # Positions are the ledger's own.
        told = {name: value for name, value in told.items() if name != "position"}
        said = (refusal.code if refusal else None, told, outcome.replayed)
        wish = f"{op} by {client}"
        assert said == (code, numbers, replayed), f"{wish}: the model says {(code, numbers, replayed)}, not {said}"
        type(self).covered[op[0], code or ("replayed" if replayed else "done")] += 1
        if outcome.replayed and key is not None:
            assert outcome.envelopes == self.first_answers[client, key], "a replayed answer differs"
        elif outcome.envelopes and key is not None:
            self.first_answers[client, key] = outcome.envelopes
        if refusal is not None:
            kinds = [envelope.type for envelope in outcome.envelopes]
            assert kinds == (["command-refused.v1"] if refusal.recorded and key else []), "a refusal changed something"
            assert refusal.status < 500, f"{wish}: {refusal}"

    # What must be true -----------------------------------------------------------------------------------------

    @invariant()
    def the_model_agrees(self) -> None:
        for world in self.worlds:
            self._tasks_and_claims(world)
            for who in PEOPLE:
                told = (self.model.points[who], self.model.coins[who])
                assert world.money(who) == told, f"{who}: the model says {told}, not {world.money(who)}"
            for item, pieces in self.model.stock.items():
                assert world.shelf(item) == pieces >= 0, f"the model has {pieces} of {item}"
            self._rights_and_sessions(world)

    def _tasks_and_claims(self, world: PatrolWorld) -> None:
        for id, task in self.model.tasks.items():
            running = [
                (claim.start_by if claim.status == "open" else claim.finish_by, name)
                for name, claim in self.model.claims.items()
                if claim.task == id and claim.status in {"open", "started"}
            ]
            told = (self.model.taken(id), [name for _, name in sorted(running, key=str)])
            assert world.task(id) == told, f"{id}: the model says {told}, not {world.task(id)}"
            assert told[0] <= task.places, f"{id}: more than the places of the task, in the model too"
        for id, claim in self.model.claims.items():
            shown = (
                claim.status,
                claim.device,
                claim.track,
                *(None if at is None else written(at) for at in (claim.started, claim.finished, claim.ended)),
                claim.cause,
                {number: (written(at), times) for number, (at, times) in claim.passed.items()},
            )
            real = world.claim(id, self.model.now)
            assert real == shown, f"{id}: the model says {shown}, not {real}"

    def _rights_and_sessions(self, world: PatrolWorld) -> None:
        for id, right in self.model.rights.items():
            shown = (right.status, str(right.starts), str(right.ends), None if right.over else right.session)
            assert world.right(id) == shown, f"{id}: the model says {shown}, not {world.right(id)}"
        for id, session in self.model.sessions.items():
            seats = (session.booked, [name for _, name in session.waiting], session.gone)
            assert world.session(id) == seats, f"{id}: the model says {seats}, not {world.session(id)}"
            assert len(session.booked) + session.gone <= session.places, f"{id}: more than the seats, in the model too"

    def teardown(self) -> None:
        try:
            logs = [world.log() for world in self.worlds]
            books = [world.stored_book() for world in self.worlds]
            for log, book in zip(logs[1:], books[1:], strict=True):
                assert log == logs[0], "the logs of the databases differ"
                assert book == books[0], "the books of the databases differ"
        finally:
            for world in self.worlds:
                world.close()

"""Patrols, told once more and apart from the code: what is taken, open and paid is counted, nothing of it is kept."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.machines.coin_model import CoinModel
from tests.machines.patrol_things import (
    A_DAY,
    AWARD,
    FINAL,
    POINTS,
    ROUTE,
    SLOTS,
    WALKED,
    Claim,
    No,
    Task,
    local,
    midnight,
    written,
)


class PatrolModel(CoinModel):
    """The life of tasks, claims, reviews, points, coins, policies, vouchers and seats."""

    def __init__(self, now: datetime, people: dict[str, int], stock: dict[str, int]) -> None:
        super().__init__(now, people, stock)
        self.tasks: dict[str, Task] = {}
        self.claims: dict[str, Claim] = {}
        self.keys: dict[tuple[str, str], tuple[str, Any]] = {}

    def submit(self, op: tuple[Any, ...], client: str, key: str | None, fingerprint: str) -> Any:
        """One wish: (code or None, numbers, whether it is an old answer)."""
        known = self.keys.get((client, key)) if key is not None else None
        if known is not None:
            return (*known[1], True) if known[0] == fingerprint else ("idempotency-key-reused", {}, False)
        self.client, self.person = (
            client,
            None if client.startswith(("client:app", "system")) else "person:" + client.rpartition(":")[2],
        )
        answer: tuple[str | None, dict[str, Any]] = (None, {})
        try:
            getattr(self, op[0].replace("-", "_"))(*op[1:])
        except No as refusal:
            answer = (refusal.code, refusal.numbers)
        self.time_acts()
        if key is not None and (answer[0] is None or answer[0] in FINAL):
            self.keys[client, key] = (fingerprint, answer)
        return (*answer, False)

    # Time ----------------------------------------------------------------------------------------------------

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.time_acts()

    def time_acts(self) -> None:
        """Whatever is over by now is over, in its order."""
        while True:
            due = [item for item in self._due() if item[0] <= self.now]
            if not due:
                return
            at, _, kind, id = min(due)
            getattr(self, "_" + kind)(id, at)

    def _due(self) -> Any:
        for id, claim in self.claims.items():
            if claim.status == "open":
                yield claim.start_by, 0, "fall_back", id
            if claim.status == "started":
                yield claim.finish_by, 0, "fall_back", id
        for id, right in self.rights.items():
            if right.status in {"issued", "waiting"}:
                yield midnight(right.ends + timedelta(days=1)), 1, "run_out", id
        for id, session in self.sessions.items():
            if session.waiting:
                yield midnight(session.ends + timedelta(days=1)), 2, "stop_waiting", id

    def _fall_back(self, id: str, at: datetime) -> None:
        claim = self.claims[id]
        claim.cause = "not-started" if claim.status == "open" else "not-finished"
        claim.status, claim.ended = "lapsed", at

    # Tasks and claims ----------------------------------------------------------------------------------------

    def publish(self, on: date, slot: str, places: int) -> None:
        id = f"{ROUTE}.{on}.{slot}"
        opens, closes = (midnight(on) + timedelta(hours=int(at[:2]), minutes=int(at[3:])) for at in SLOTS[slot])
        if id in self.tasks:
            raise No("already-exists", kind="task", id=id)
        if closes <= self.now:
            raise No("slot-closed", opens_at=written(opens), closes_at=written(closes))
        self.tasks[id] = Task(on, opens, closes, places)

    def cancel_task(self, id: str) -> None:
        task = self._task(id)
        if task.cancelled:
            raise No("not-eligible", reason="already-cancelled")
        task.cancelled = True
        for claim in self.claims.values():
            if claim.task == id and claim.status in {"open", "started"}:
                claim.status, claim.ended = "released", self.now

    def taken(self, task: str) -> int:
        """Nobody keeps this number: the claims that hold a place are counted."""
        return sum(it.task == task and it.status in {"open", "started"} | WALKED for it in self.claims.values())

    def claim(self, id: str, task_id: str, holder: str) -> None:
        task = self._task(task_id)
        self._person(holder)
        if id in self.claims:
            raise No("already-exists", kind="claim", id=id)
        self._living(holder)
        if task.cancelled:
            raise No("not-eligible", reason="task-cancelled")
        if task.closes <= self.now:
            raise self._outside(task)
        self._none_open(holder)
        self._once(holder, task_id)
        if self.taken(task_id) >= task.places:
            raise No("task-taken", places=task.places)
        start_by = min(task.closes, max(self.now, task.opens) + timedelta(minutes=30))
        self.claims[id] = Claim(task_id, holder, start_by, self._made_by(set()))

    def back(self, id: str) -> None:
        claim = self._claim(id)
        if claim.status not in {"open", "started"}:
            raise self._over(claim)
        claim.status, claim.ended = "given-back", self.now
        self._made_by(claim.makers)

    def start(self, id: str, device: str, at: datetime) -> None:
        claim = self._claim(id)
        if claim.status == "started":
            self._one_device(claim, device)
            claim.device = device
        else:
            self._begin(claim, device, at)
        self._made_by(claim.makers)

    def _begin(self, claim: Claim, device: str | None, at: datetime) -> None:
        task = self.tasks[claim.task]
        if claim.status != "open" and (claim.status, claim.cause) != ("lapsed", "not-started"):
            raise self._over(claim)
        if not task.opens <= at < task.closes:
            raise self._outside(task)
        if at >= claim.start_by:
            raise No("claim-expired", expired_at=written(claim.start_by))
        self._not_walked_meanwhile(claim)
        self._there_again(claim)
        claim.status, claim.device, claim.started = "started", device, at
        claim.finish_by, claim.cause, claim.ended = task.closes + timedelta(hours=12), None, None

    def _there_again(self, claim: Claim) -> None:
        """One that has lapsed needs a place and a free hand once more."""
        task = self.tasks[claim.task]
        if claim.status != "lapsed":
            return
        if task.cancelled:
            raise No("not-eligible", reason="task-cancelled")
        self._none_open(claim.holder)
        if self.taken(claim.task) >= task.places:
            raise No("claim-expired", expired_at=written(claim.ended or self.now))
        self._once(claim.holder, claim.task)

    def resume(self, id: str, device: str, replaces: bool) -> None:
        claim = self._claim(id)
        if claim.status == "open":
            raise No("not-eligible", reason="not-started")
        if claim.status != "started":
            raise self._over(claim)
        if not replaces:
            self._one_device(claim, device)
        claim.device = device
        self._made_by(claim.makers)

    def passing(self, id: str, number: int, at: datetime) -> None:
        claim = self._claim(id)
        if not 1 <= number <= POINTS:
            raise No("not-found", kind="patrol-point", id=str(number))
        if claim.status in {"approved", "rejected"}:
            raise No("not-eligible", reason="decided")
        if claim.status in {"given-back", "released"}:
            raise self._over(claim)
        first, times = claim.passed.get(number, (at, 0))
        claim.passed[number] = (min(first, at), times + 1)
        self._made_by(claim.makers)

    def track(self, id: str, track: str) -> None:
        claim = self._claim(id)
        if claim.status in {"approved", "rejected"}:
            raise No("not-eligible", reason="decided")
        if claim.status in {"given-back", "released", "lapsed"}:
            raise self._over(claim)
        if claim.status in WALKED and claim.track:
            raise No("not-eligible", reason="track-received")
        claim.track = track
        self._made_by(claim.makers)

    def finish(self, id: str, device: str | None, started: datetime | None, at: datetime, track: str | None) -> None:
        claim = self._claim(id)
        last = self.tasks[claim.task].closes + timedelta(hours=12)
        if claim.status == "open" or (claim.status, claim.cause) == ("lapsed", "not-started"):
            if started is None and claim.status == "open":
                raise No("not-eligible", reason="not-started")
            if started is None:
                raise self._over(claim)
            self._by(at, last)
            self._begin(claim, device, started)
        elif claim.status in {"started", "lapsed"}:
            self._one_device(claim, device)
            if claim.started and at < claim.started:
                raise No("not-eligible", reason="before-start")
            self._by(at, last)
            self._not_walked_meanwhile(claim)
            self._there_again(claim)
        else:
            raise self._over(claim)
        claim.status, claim.finished, claim.track = "finished", at, track or claim.track
        claim.cause = claim.ended = None
        self._made_by(claim.makers)

    def _by(self, at: datetime, last: datetime) -> None:
        if at >= last:
            raise No("claim-expired", expired_at=written(last))

    def _one_device(self, claim: Claim, device: str | None) -> None:
        if claim.device and device and claim.device != device:
            raise No("patrol-running", started_at=written(claim.started or self.now))

    def _not_walked_meanwhile(self, claim: Claim) -> None:
        """Under another of his records."""
        others = [id for id in self.records(claim.holder) if id != claim.holder]
        if any(it.holder in others and it.task == claim.task and it.status in WALKED for it in self.claims.values()):
            raise self._walked(claim.task, 1)

    def _none_open(self, holder: str) -> None:
        for record in self.records(holder):
            for id, claim in self.claims.items():
                if claim.holder == record and claim.status in {"open", "started"}:
                    raise No("claim-open", claim=id)

    def _once(self, holder: str, task: str) -> None:
        his = [it for it in self.claims.values() if it.holder in self.records(holder) and it.task == task]
        walked = sum(it.status in WALKED for it in his)
        if walked:
            raise self._walked(task, walked)

    def _walked(self, task: str, used: int) -> No:
        return No("limit-exceeded", rule="patrol", limit=1, used=used, offered=0, period=task)

    def _over(self, claim: Claim) -> No:
        if claim.status == "lapsed":
            return No("claim-expired", expired_at=written(claim.ended or self.now))
        reasons = {"given-back": "given-back", "released": "task-cancelled"}
        return No("not-eligible", reason=reasons.get(claim.status, "finished"))

    def _outside(self, task: Task) -> No:
        return No("slot-closed", opens_at=written(task.opens), closes_at=written(task.closes))

    def _made_by(self, makers: set[str]) -> set[str]:
        if self.person is not None:
            makers.add(self.person)
        return makers

    # Reviews -------------------------------------------------------------------------------------------------

    def review(self, id: str, found: str | None, track: str | None, _opens: datetime) -> None:
        """By the machine, from what it measured: `good`, `short`, `gap`, both, or nothing at all."""
        claim = self._claim(id)
        if claim.status in {"referred", "approved", "rejected"}:
            return
        if claim.status != "finished" or claim.finished is None:
            raise No("not-eligible", reason="not-finished")
        if track != claim.track:
            raise No("not-eligible", reason="another-track")
        if found is None and claim.track is None and self.now < claim.finished + timedelta(hours=72):
            raise No("not-eligible", reason="track-awaited")
        if found == "good":
            self._approve(claim)
        elif found == "short":
            self._reject(claim)
        else:
            claim.status = "referred"

    def _approve(self, claim: Claim) -> None:
        claim.status = "approved"
        day = self.tasks[claim.task].on
        his = [it for it in self.claims.values() if it.holder in self.records(claim.holder)]
        paid = sum(self.tasks[it.task].on == day for it in his if it.paid)
        if paid < A_DAY:
            claim.paid += AWARD
            self.points[self.man(claim.holder)] += AWARD

    def _reject(self, claim: Claim) -> None:
        claim.status, claim.decided_by = "rejected", self.person
        claim.appeal_until = midnight(local(self.now) + timedelta(days=16))

    def approve(self, id: str) -> None:
        claim = self._referred(id)
        self._another_person(claim)
        claim.decided_by = self.person
        self._approve(claim)

    def reject(self, id: str) -> None:
        claim = self._referred(id)
        self._another_person(claim)
        self._reject(claim)

    def _referred(self, id: str) -> Claim:
        claim = self._claim(id)
        if claim.status in {"approved", "rejected"}:
            raise No("already-decided", decision=claim.status)
        if claim.status != "referred":
            raise No("not-eligible", reason="not-referred")
        return claim

    def _another_person(self, claim: Claim, *before: str | None) -> None:
        if self.person is None:
            raise No("not-eligible", reason="person-needed")
        walkers = {"person:" + id for id in self.records(claim.holder)}
        if self.person in {*walkers, *claim.makers, *before}:
            raise No("self-approval", maker=self.person)

    def appeal(self, id: str) -> None:
        claim = self._claim(id)
        if claim.status not in {"approved", "rejected"}:
            raise No("not-eligible", reason="not-decided")
        if claim.appealed_by is not None:
            raise No("already-exists", kind="appeal", id=id)
        if claim.status == "approved":
            raise No("already-decided", decision="approved")
        if claim.appeal_until is None or claim.appeal_until <= self.now:
            raise No("appeal-closed", until=written(claim.appeal_until or self.now))
        claim.appealed_by = self.person or self.client

    def decide(self, id: str, granted: bool) -> None:
        claim = self._claim(id)
        if claim.appealed_by is None:
            raise No("not-found", kind="appeal", id=id)
        if claim.appeal_decided is not None:
            raise No("already-decided", decision="granted" if claim.appeal_decided else "denied")
        self._another_person(claim, claim.decided_by, claim.appealed_by)
        claim.appeal_decided = granted
        if granted:
            self._approve(claim)

    # What is there -------------------------------------------------------------------------------------------

    def _task(self, id: str) -> Task:
        if id not in self.tasks:
            raise No("not-found", kind="task", id=id)
        return self.tasks[id]

    def _claim(self, id: str) -> Claim:
        if id not in self.claims:
            raise No("not-found", kind="claim", id=id)
        return self.claims[id]

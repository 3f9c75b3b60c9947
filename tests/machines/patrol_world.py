"""The real ledger as the machine of patrols drives it: its wishes as commands, and what it shows."""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ledger.entitlements.commands import (
    BookPlace,
    CancelBooking,
    CancelEntitlement,
    CancelSession,
    ChangeSession,
    MarkNoShow,
    OpenSession,
    UseEntitlement,
)
from ledger.entitlements.entities import Entitlement, EntitlementId, SessionId
from ledger.entitlements.entities import Session as Trip
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.patrols.commands import (
    CancelTask,
    ClaimTask,
    FinishPatrol,
    GiveBackClaim,
    PassPoint,
    PublishRoute,
    PublishTasks,
    ReceiveTrack,
    ResumePatrol,
    StartPatrol,
)
from ledger.patrols.entities import Claim, PatrolPoint, Task
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.reviews.commands import AppealPatrol, ApprovePatrol, DecidePatrolAppeal, RejectPatrol, ReviewPatrol
from ledger.reviews.facts import Measured, Passed, PatrolApproved
from ledger.room import By, Command
from ledger.stock.commands import ReceiveGoods
from ledger.stock.entities import Item
from ledger.transfers.commands import ConvertPoints
from ledger.transfers.facts import PointsConverted
from ledger.values import (
    AccountId,
    ClaimId,
    Day,
    HolderId,
    Instant,
    ItemId,
    RedemptionId,
    RouteId,
    TaskId,
    UnitCode,
    later,
)
from tests.machines.patrol_things import A_DAY, POINTS, PRICES, ROUTE, person_behind, written
from tests.machines.world import OPERATOR, World

SCHEME = Path(__file__).resolve().parents[2] / "ledger" / "schemes" / "patrol.toml"
POINT, COIN = UnitCode("patrol_point"), UnitCode("patrol_coin")
Op = tuple[Any, ...]


def scheme_text() -> str:
    """The scheme that ships, with a cap of a day that a story can reach."""
    return SCHEME.read_text(encoding="utf-8").replace("per_day = 3", f"per_day = {A_DAY}")


class PatrolWorld(World):
    """One ledger of patrols in one database, worked on by two processes in turns."""

    def __init__(
        self, storages: Sequence[Storage], at: datetime, people: dict[str, int], stock: dict[str, int]
    ) -> None:
        """A route of three points, these people with what they have earned, and a shelf with what coins buy."""
        super().__init__(storages, Instant(written(at)), scheme_text(), capacity=10_000)
        self.approvals: Tally[str] = Tally()
        points = tuple(PatrolPoint(number=n, lon_e7=0, lat_e7=1000 * n, radius_m=40) for n in range(1, POINTS + 1))
        commands: list[Command] = [RegisterPerson(holder=HolderId(id)) for id in people]
        commands.append(PublishRoute(id=RouteId(ROUTE), name="松台-2", owner="平台", points=points))
        commands += [GrantPoints(to=_purse(id), unit=POINT, amount=earned) for id, earned in people.items() if earned]
        for item, pieces in stock.items():
            self.list_item(item, COIN, PRICES[item], None)
            commands.append(ReceiveGoods(item=ItemId(item), quantity=pieces))
        for command in commands:
            self.first.submit(command, by=OPERATOR)
        self.check()

    def submission(self, op: Op, client: str, key: str | None, fingerprint: str) -> Submission:
        at = next((Instant(written(it)) for it in op[::-1] if isinstance(it, datetime)), None) if _dated(op) else None
        wish = self.first.wish(
            wanted(op),
            by=By(principal=client, subject=person_behind(client)),
            key=key,
            fingerprint=fingerprint,
            occurred_at=at,
        )
        return Submission(wishes=(wish,))

    def run(self, submissions: Sequence[Submission], *, process: int) -> Any:
        """One turn of one of the processes; then everything that must always hold."""
        outcomes = self.ledgers[process % len(self.ledgers)].writer.runner.run(submissions)
        self.check()
        return outcomes

    def check(self) -> None:
        """What holds of every ledger; and each claim is credited once, points out are coins in, costs are owed once."""
        facts = self.first.storage.facts(self.head, 10_000)
        super().check()
        for row in facts:
            data = self.mapper.decode(row.state).data
            if isinstance(data, PatrolApproved):
                self.approvals[data.claim] += 1
                assert self.approvals[data.claim] == 1, f"facts credit {data.claim} twice"
            if isinstance(data, PointsConverted):
                assert data.amount == data.to_amount, "facts convert points into more or fewer coins"

    # What a case compares with the model -----------------------------------------------------------------------

    def task(self, id: str) -> tuple[int, list[str]]:
        """Places that are taken, and the claims that may fall back, in their order."""
        task = self.first.the(Task, id)
        return task.taken, [item.claim for item in task.running]

    def claim(self, id: str, now: datetime) -> Any:
        """One claim as a reader sees it now."""
        claim = self.first.the(Claim, id).seen_at(Instant(written(now)))
        return (
            claim.status,
            claim.device,
            claim.track,
            claim.started_at,
            claim.finished_at,
            claim.ended_at,
            claim.cause,
            {item.number: (item.first_at, item.times) for item in claim.passed},
        )

    def money(self, holder: str) -> tuple[int, int]:
        """Points and coins."""
        return self._has(holder, POINT), self._has(holder, COIN)

    def _has(self, holder: str, unit: str) -> int:
        account = self.first.get(Account, f"holder:{holder}/{unit}")
        return account.balance if account else 0

    def right(self, id: str) -> tuple[str, str, str, str | None]:
        """How an entitlement stands, its days and its session."""
        found = self.first.the(Entitlement, id)
        if found.status == "waiting" and id not in self.session(found.session or "")[1]:
            # Its session is over, which nobody has recorded yet.
            found = replace(found, status="issued", session=None)
        ended = found.status in {"used", "no-show", "cancelled", "lapsed"}
        return found.status, found.starts_on, found.ends_on or "", None if ended else found.session

    def session(self, id: str) -> tuple[list[str], list[str], int]:
        """Who has a place, who waits, how many places are gone."""
        found = self.first.the(Trip, id)
        return list(found.booked), [item.entitlement for item in found.waiting], found.used + found.no_shows

    def shelf(self, item: str) -> int:
        return self.first.the(Item, item).stock


def _dated(op: Op) -> bool:
    return op[0] in {"start", "passing", "finish"}


def wanted(op: Op) -> Command:  # noqa: C901, PLR0911, PLR0912 - one line for each wish
    """The real wish for an operation of the model."""
    match op:
        case ("publish", on, slot, places):
            return PublishTasks(
                route=RouteId(ROUTE), from_on=Day(str(on)), to_on=Day(str(on)), slots=(slot,), places=places
            )
        case ("cancel-task", task):
            return CancelTask(task=TaskId(task), reason="typhoon")
        case ("claim", id, task, holder):
            return ClaimTask(id=ClaimId(id), task=TaskId(task), holder=HolderId(holder))
        case ("merge", old, into):
            return MergeHolders(old=HolderId(old), into=HolderId(into), reason="correction")
        case ("convert", holder, amount):
            return ConvertPoints(account=_purse(holder), from_unit=POINT, to_unit=COIN, amount=amount)
        case ("buy", id, holder, item):
            line = WantedLine(ItemId(item), 1)
            return PlaceRedemption(id=RedemptionId(id), holder=HolderId(holder), lines=(line,))
        case ("open-session", id, starts, places):
            ends = Day(str(starts.fromordinal(starts.toordinal() + 1)))
            return OpenSession(
                id=SessionId(id), code="recuperation", starts_on=Day(str(starts)), ends_on=ends, places=places
            )
        case ("change-session", id, places):
            return ChangeSession(session=SessionId(id), places=places)
        case ("cancel-session", id):
            return CancelSession(session=SessionId(id), reason="typhoon")
        case ("book", id, session, rank):
            return BookPlace(entitlement=EntitlementId(id), session=SessionId(session), rank=rank)
        case ("unbook", id):
            return CancelBooking(entitlement=EntitlementId(id), reason="cannot-come")
        case ("cancel-right", id):
            return CancelEntitlement(entitlement=EntitlementId(id), reason="cannot-come")
        case ("use", id):
            return UseEntitlement(entitlement=EntitlementId(id))
        case ("no-show", id):
            return MarkNoShow(entitlement=EntitlementId(id))
    return _on_claim(op)


def _on_claim(op: Op) -> Command:  # noqa: C901, PLR0911 - one line for each wish
    claim = ClaimId(op[1])
    match op:
        case ("back", _):
            return GiveBackClaim(claim=claim)
        case ("start", _, device, _):
            return StartPatrol(claim=claim, device=device)
        case ("resume", _, device, replaces):
            return ResumePatrol(claim=claim, device=device, replaces=replaces)
        case ("passing", _, number, _):
            return PassPoint(claim=claim, point=number)
        case ("track", _, track):
            return ReceiveTrack(claim=claim, track=track, commitment=track)
        case ("finish", _, device, started, _, track):
            begun = None if started is None else Instant(written(started))
            return FinishPatrol(claim=claim, device=device, started_at=begun, track=track, commitment=track)
        case ("review", _, found, track, opens):
            return ReviewPatrol(claim=claim, measured=measured(found, opens), commitment=track)
        case ("approve", _):
            return ApprovePatrol(claim=claim)
        case ("reject", _):
            return RejectPatrol(claim=claim, reason="correction")
        case ("appeal", _):
            return AppealPatrol(claim=claim)
        case ("decide", _, granted):
            return DecidePatrolAppeal(claim=claim, granted=granted, reason="walked-as-asked")
    raise AssertionError(op)


def _purse(holder: str) -> AccountId:
    return AccountId("holder:" + holder)


def measured(found: str | None, opens: datetime) -> Measured | None:
    """What a track of a kind measures: all points in order within the slot; short by minutes, or with a hole."""
    if found is None:
        return None
    seconds = 5820 if "short" in found else 7980
    first = Instant(written(opens))
    return Measured(
        first_at=first,
        last_at=later(first, seconds=seconds),
        seconds=seconds,
        points=tuple(Passed(n, later(first, seconds=1000 * n), 10) for n in range(1, POINTS + 1)),
        fastest_kmh=5,
        fastest_step_kmh=9,
        longest_gap_seconds=1500 if "gap" in found else 10,
        fixes=700,
        walked_m=7900,
    )

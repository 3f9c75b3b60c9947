"""A city for stories: volunteers who patrol, a reviewer and an officer, an app that sends; a real ledger."""

from typing import Any

from api.closing import Closed, close_period
from api.commands.following import followed
from api.explaining import Source, explained
from api.imports.staff import add_staff
from api.ledgers import create_ledger
from api.settings import Settings
from ledger.journal.clock import ManualClock
from ledger.journal.turn import Outcome
from ledger.patrols.commands import PublishRoute, PublishTasks
from ledger.patrols.entities import Claim
from ledger.points.entities import Account, account_key
from ledger.reviews.commands import ReviewPatrol
from ledger.room import By, Command, Envelope
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import (
    ClaimId,
    Day,
    HolderId,
    Instant,
    ItemId,
    PeriodName,
    RouteId,
    TxId,
    UnitCode,
    holder_account,
    later,
)
from ledger.vault import PersonalData
from projections.projector import Projector
from tests.registering import registered
from tests.reviews.walks import APP, POINTS, SYSTEM, measured, walking

JUNE = PeriodName("2022-06")
POINT, COIN = UnitCode("patrol_point"), UnitCode("patrol_coin")
POLICY = ItemId("accident-policy")
SHORT = 97 * 60


class City:
    """June 2022: one route, an evening task on each day, policies for 400 coins on the shelf."""

    def __init__(self, settings: Settings) -> None:
        """The clock stands at the first local noon of June."""
        self.clock = ManualClock(Instant("2022-06-01T04:00:00.000000Z"))
        self.opened = create_ledger(settings, "city", "patrol", "Asia/Shanghai", period=JUNE, clock=self.clock)
        self.ledger, self.vault = self.opened.ledger, self.opened.vault
        self._following = followed(self.opened, settings)
        self.projector: Projector = self._following.__enter__()
        self.reviewer, self.officer = (self.person(role) for role in ("reviewer", "officer"))
        route = RouteId("songtai-2")
        self.do(PublishRoute(id=route, name="松台-2", owner="union", points=POINTS, fund="union"))
        self.do(
            PublishTasks(route=route, from_on=Day("2022-06-01"), to_on=Day("2022-06-30"), slots=("evening",), places=9)
        )
        self.do(ListItem(id=POLICY, name="保障计划", price=400, unit=COIN))
        self.do(ReceiveGoods(item=POLICY, quantity=100))

    def close_down(self) -> None:
        """Let go of everything."""
        self._following.__exit__(None, None, None)
        self.opened.close()

    # Who -------------------------------------------------------------------------------------------------------

    def person(self, role: str) -> By:
        """Somebody with this role, under his own key."""
        principal = add_staff(self.vault, role, [role])
        return By(principal=principal.id, subject=principal.subject)

    def volunteer(self, name: str) -> HolderId:
        """Somebody who patrols."""
        return registered(self.ledger, self.vault, PersonalData(name=name), by=APP, key="person " + name)

    def balance(self, holder: HolderId, unit: UnitCode = COIN) -> int:
        """What he has of a unit."""
        account = self.ledger.get(Account, account_key(holder_account(holder), unit))
        return 0 if account is None else account.balance

    # What happens ------------------------------------------------------------------------------------------------

    def on(self, at: str) -> "City":
        """Move the clock to an instant, or to local noon of a day."""
        self.clock.move_to(Instant(at if "T" in at else at + "T04:00:00.000000Z"))
        return self

    def do(self, command: Command, *, by: By = APP, key: str | None = None) -> Outcome:
        """One command; a refusal is raised."""
        return self.ledger.submit(command, by=by, key=key)

    def walk(self, holder: HolderId, day: str) -> ClaimId:
        """He walks for two hours on the evening of that day."""
        claim, start, finish, track = walking(f"{holder}-{day}", day=day, holder=holder)
        opens = Instant(day + "T10:00:00.000000Z")
        self.on(opens).do(claim)
        self.do(start)
        self.on(later(opens, seconds=7200)).do(finish)
        self.do(track)
        return ClaimId(f"{holder}-{day}")

    def review(self, claim: ClaimId, *, seconds: int = 7200, gap: int = 20) -> Outcome:
        """What the machine makes of his track."""
        walked = self.ledger.the(Claim, claim)
        assert walked.started_at is not None
        found = measured(walked.started_at, seconds=seconds, longest_gap_seconds=gap)
        return self.do(ReviewPatrol(claim=claim, measured=found, commitment=walked.commitment), by=SYSTEM)

    def closes(self, period: PeriodName = JUNE, *, carry: bool = False) -> Closed:
        """The officer closes the month."""
        return close_period(self.ledger, self.projector, period, by=self.officer, carry=carry)

    # What stands in the journal ------------------------------------------------------------------------------------

    def facts(self) -> list[Envelope]:
        """Every fact."""
        return [self.ledger.mapper.decode(row.state) for row in self.ledger.storage.facts(0, 100_000)]

    def explain(self, tx: TxId) -> dict[str, Any]:
        """What paid a transaction, and what that was granted for."""
        self.projector.advance()
        with self.projector.store.reading() as reading:
            return explained(Source(self.ledger, reading), self.ledger.transaction(tx))

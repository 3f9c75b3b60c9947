"""A site for stories: people with names and badges, files, staff, a shelf; a real ledger, vault and projections."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from api.closing import Closed, close_period
from api.commands.following import followed
from api.imports import ImportReport
from api.imports.engine import IMPORTER, run_import
from api.imports.staff import add_staff, subject_of
from api.ledgers import create_ledger
from api.settings import Settings
from ledger.approvals.commands import ApproveProposal
from ledger.approvals.facts import ProposalMade
from ledger.behaviours.commands import RecordBehaviour
from ledger.journal.clock import ManualClock
from ledger.journal.turn import Outcome
from ledger.people.entities import Badge
from ledger.points.entities import Account, account_key
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.room import By, Command, Envelope
from ledger.stock.entities import Item
from ledger.values import HolderId, Instant, ItemId, PeriodName, ProposalId, TxId, UnitCode, holder_account
from projections.projector import Projector
from tests.imports.site import csv_file

POINT = UnitCode("safety_point")
MAY, JUNE, JULY = PeriodName("2022-05"), PeriodName("2022-06"), PeriodName("2022-07")
ROSTER = "工牌号,姓名,班组,进场日期"
GATE = "工牌号,通行时间,方向"
RECORDS = "时间,工牌号,行为,对象,说明,记录人,证据"
SHELF = "商品编号,品名,积分,单位,库存"
WANG, LI, ZHAO = "YK-0001", "YK-0002", "YK-0003"
COUNTER = By(principal="client:counter-1")


class Site:
    """June 2022: three workers of two crews with their 100 points, a shelf, a supervisor and a safety leader."""

    def __init__(self, settings: Settings, folder: Path, first: PeriodName = JUNE) -> None:
        """The clock stands at the first local midnight of the first month."""
        self.settings, self.folder, self.files = settings, folder, 0
        self.clock = ManualClock(Instant(f"{first}-01T04:00:00.000000Z"))
        self.opened = create_ledger(
            settings, "site", "safety-supermarket", "Asia/Shanghai", period=first, clock=self.clock
        )
        self.ledger, self.vault = self.opened.ledger, self.opened.vault
        self._following = followed(self.opened, settings)
        self.projector: Projector = self._following.__enter__()
        self.supervisor = self.person("群安员001", "supervisor")
        self.leader = self.person("安全负责人", "safety-leader")
        self.deputy = self.person("安全副手", "safety-leader")
        crews = f"{WANG},王钦力,beams,2022-05-01", f"{LI},李二,beams,2022-05-01", f"{ZHAO},赵三,tunnel,2022-05-01"
        self.file("roster", ROSTER, *crews)
        self.file("goods", SHELF, "G001,毛巾,10,条,5", "G002,脸盆,35,个,5")

    def close_down(self) -> None:
        """Let go of everything."""
        self._following.__exit__(None, None, None)
        self.opened.close()

    # Who -------------------------------------------------------------------------------------------------------

    def person(self, alias: str, role: str) -> By:
        """Hire somebody who can hold a key."""
        principal = add_staff(self.vault, alias, [role])
        return By(principal=principal.id, subject=subject_of(self.vault, alias))

    def holder(self, badge: str = WANG) -> HolderId:
        """Whose badge it is."""
        return self.ledger.the(Badge, badge).holder

    def account(self, badge: str = WANG) -> Account:
        """His account as it is now."""
        return self.ledger.the(Account, account_key(holder_account(self.holder(badge)), POINT))

    def balances(self, *badges: str) -> list[int]:
        """Of these people."""
        return [self.account(badge).balance for badge in badges]

    def on_shelf(self, item: str = "G001") -> int:
        """Pieces."""
        return self.ledger.the(Item, item).stock

    # What happens ----------------------------------------------------------------------------------------------

    def on(self, at: str) -> "Site":
        """Move the clock to local noon of a day, or to an instant."""
        self.clock.move_to(Instant(at if "T" in at else at + "T04:00:00.000000Z"))
        return self

    def do(self, command: Command, *, by: By | None = None, key: str | None = None, at: str | None = None) -> Outcome:
        """One command; a refusal is raised. `at` is a day (its local noon): when it happened."""
        occurred_at = Instant(at + "T04:00:00.000000Z") if at else None
        return self.ledger.submit(command, by=by or self.leader, key=key, occurred_at=occurred_at)

    def file(self, profile: str, *lines: str, period: PeriodName | None = None) -> ImportReport:
        """Import a file of these lines."""
        self.files += 1
        path = csv_file(self.folder, *lines, name=f"{profile}-{self.files}.csv")
        return run_import(self.opened, profile, path, period=period, by=IMPORTER)

    def check_in(self, badge: str, *days: int, month: str = "06") -> None:
        """Through the gate on these days of June."""
        rows = (f"{badge},2022-{month}-{day:02} 06:00,进" for day in days)
        assert self.file("gate", GATE, *rows).counts["credited"] == len(days)

    def records(
        self, behaviour: str, badge: str = WANG, *, at: str | None = None, target: str = "person"
    ) -> ProposalId:
        """The supervisor writes down what somebody did; it waits for another person."""
        command = RecordBehaviour(holder=self.holder(badge), behaviour=behaviour, target=target, evidence="photo-1")
        (envelope,) = self.do(command, by=self.supervisor, at=at).envelopes
        assert isinstance(envelope.data, ProposalMade)
        return envelope.data.proposal

    def approves(self, proposal: ProposalId, *, by: By | None = None) -> TxId:
        """The safety leader allows it; the award's transaction."""
        return self.do(ApproveProposal(proposal=proposal), by=by).tx

    def waiting(self) -> list[ProposalId]:
        """Every proposal that was made, by its id."""
        return [item.data.proposal for item in self.facts() if isinstance(item.data, ProposalMade)]

    def one(self, badge: str, *items: str) -> PlaceRedemption:
        """One piece of each, confirmed by the supervisor."""
        lines = tuple(WantedLine(ItemId(item), 1) for item in items)
        confirmed = {"confirmation": "supervisor", "confirmed_by": self.supervisor.subject}
        return PlaceRedemption(holder=self.holder(badge), lines=lines, **confirmed)  # type: ignore[arg-type] # two of its fields

    def buys(self, badge: str, *items: str, key: str | None = None) -> Outcome:
        """A sale at the counter."""
        return self.do(self.one(badge, *items), by=COUNTER, key=key)

    def closes(self, period: PeriodName = JUNE, *, carry: bool = False) -> Closed:
        """Close the month as the safety leader."""
        return close_period(self.ledger, self.projector, period, by=self.leader, carry=carry)

    # What stands in the journal ----------------------------------------------------------------------------------

    def facts(self) -> list[Envelope]:
        """Every fact."""
        return [self.ledger.mapper.decode(row.state) for row in self.ledger.storage.facts(0, 100_000)]

    def of(self, tx: TxId) -> list[Envelope]:
        """The facts of a transaction."""
        return [item for item in self.facts() if item.tx == tx]

    @property
    def head(self) -> int:
        """How many facts there are."""
        return self.ledger.storage.head().position


def kinds(envelopes: Iterable[Envelope] | Sequence[Envelope]) -> list[str]:
    """Their topics."""
    return [item.type for item in envelopes]


def on_sqlite(folder: Path, first: PeriodName = JUNE) -> Site:
    """A directory."""
    return Site(Settings(data=folder / "var"), folder, first)


def on_postgres(url: str, folder: Path, first: PeriodName = JUNE) -> Site:
    """A database; the master key comes from the environment, as there."""
    return Site(Settings(database_url=url), folder, first)

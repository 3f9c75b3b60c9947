"""A site's ledger for projections' tests: real database, real writer, ids that count up, a clock that is moved."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.people.commands import RegisterPerson
from ledger.periods.commands import OpenBooks
from ledger.points.commands import DeductPoints, GrantPoints, OpenInitial
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.room import By, Command, Fact
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import AccountId, Day, HolderId, Instant, ItemId, PeriodName, UnitCode
from ledger.vault.secrets import LedgerSecret
from projections.catalogue import PROJECTIONS
from projections.instants import Timeline
from projections.projector import Projector
from projections.store import Store

POINT = UnitCode("safety_point")
JUNE = PeriodName("2022-06")
SUPERVISOR = By(principal="client:supervisor", subject="person:supervisor")
START = Instant("2022-06-01T00:00:00.000000Z")
SECRET = LedgerSecret(b"a secret of thirty-two bytes....")


def account(holder: str) -> AccountId:
    """The account of a holder."""
    return AccountId("holder:" + holder)


class Site:
    """An open ledger and its projections."""

    def __init__(self, storage: Storage, store: Store, directory: Path | None = None, url: str = "") -> None:
        """The journal is created here; `directory` or `url` says where a second process would find it."""
        self.directory, self.url = directory, url
        storage.create(zone="Asia/Shanghai", scheme="safety-supermarket", created_at=START)
        store.create()
        numbers = count(1)
        self.clock = ManualClock(START)
        self.ledger = Ledger(
            storage, SECRET, zone="Asia/Shanghai", clock=self.clock, ids=lambda: f"tx{next(numbers):06}"
        )
        self.store = store
        self.projector = Projector(storage, store, PROJECTIONS, batch=50)
        if storage.head().position == 0:
            self.do(AdoptScheme(scheme=canonical(load_scheme("safety-supermarket")), effective_from=Day("2022-05-01")))
            self.do(OpenBooks(period=JUNE))

    def do(self, *commands: Command, by: By = SUPERVISOR, at: str | None = None) -> Sequence[Fact]:
        """Hand commands in; the facts of the last."""
        facts: Sequence[Fact] = ()
        for command in commands:
            occurred_at = Instant(at) if at else None
            outcome = self.ledger.submit(command, by=by, occurred_at=occurred_at)
            facts = [envelope.data for envelope in outcome.envelopes]
        return facts

    def on(self, at: str) -> "Site":
        """Move the clock to noon of a day, or to an instant."""
        self.clock.move_to(Instant(at if "T" in at else at + "T04:00:00.000000Z"))
        return self

    def people(self, *holders: str, crew: str | None = None) -> "Site":
        """Register holders and open their initial lots."""
        for holder in holders:
            self.do(RegisterPerson(holder=HolderId(holder), crew=crew), OpenInitial(account=account(holder)))
        return self

    def shelf(self, item: str = "G001", *, price: int = 35, stock: int = 10) -> "Site":
        """An item with stock."""
        self.do(
            ListItem(id=ItemId(item), name="香皂", price=price, unit=POINT),
            ReceiveGoods(item=ItemId(item), quantity=stock),
        )
        return self

    def earn(self, holder: str, amount: int, *, behaviour: str = "check-in", at: str | None = None) -> None:
        """Credit points for a behaviour."""
        self.do(GrantPoints(to=account(holder), unit=POINT, amount=amount, behaviour=behaviour), at=at)

    def lose(self, holder: str, amount: int, reason: str = "correction") -> None:
        """Deduct points."""
        self.do(DeductPoints(account=account(holder), unit=POINT, amount=amount, reason=reason))

    def sell(self, holder: str, *items: str) -> None:
        """One piece of each item."""
        lines = tuple(WantedLine(ItemId(item), 1) for item in items)
        self.do(
            PlaceRedemption(holder=HolderId(holder), lines=lines, confirmation="supervisor", confirmed_by="person:s")
        )

    @property
    def timeline(self) -> Timeline:
        """The journal, for questions about the past."""
        return Timeline(self.ledger.storage, self.ledger.mapper)

    @property
    def head(self) -> int:
        """Where the journal ends."""
        return self.ledger.storage.head().position

    def caught_up(self) -> "Site":
        """Let the projections reach the head."""
        self.projector.advance()
        return self

    def close(self) -> None:
        """Give everything back."""
        self.projector.stop()
        self.ledger.close()
        self.store.close()


def site_on_sqlite(directory: Path) -> Site:
    """Two files in a directory."""
    storage = Storage.sqlite(directory / "journal.db", "site")
    return Site(storage, Store.sqlite(directory / "projections.db", "site"), directory=directory)


def site_on_postgres(url: str) -> Site:
    """One database."""
    return Site(Storage.postgres(url, "site"), Store.postgres(url, "site"), url=url)

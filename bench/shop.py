"""The shop that is measured: holders with many credits, items with stock and a per-person limit."""

import gc
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self

from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.room import By, Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Limit
from ledger.values import AccountId, Day, HolderId, Instant, ItemId, UnitCode
from ledger.vault.secrets import LedgerSecret

COUNTER = By(principal="client:counter-1", subject="person:0198b7")
UNIT = UnitCode("A")
CREATED_AT = Instant("2022-06-01T00:00:00.000000Z")


def stored(directory: Path, url: str | None) -> Storage:
    """A fresh ledger on SQLite, or in the PostgreSQL database at `url`."""
    storage = Storage.postgres(url, "bench") if url else Storage.sqlite(directory / "journal.db", "bench")
    storage.create(created_at=CREATED_AT)
    return storage


class Shop:
    """A ledger whose holders have many one-point lots and enough to buy, and whose items never run out."""

    def __init__(self, ledger: Ledger, *, holders: int = 1000, items: int = 50, name: str = "sale") -> None:
        """Nothing is granted or listed yet: see `stock`. `name` tells the keys of several shops of one ledger apart."""
        self.ledger, self.holders, self.items, self.name = ledger, holders, items, name
        self._sent = 0

    @classmethod
    def opened(cls, storage: Storage, *, holders: int = 1000, credits: int = 40, items: int = 50) -> Self:
        """A shop over fresh storage, stocked before anything is measured."""
        shop = cls(Ledger(storage, LedgerSecret(bytes(32)), zone="Asia/Shanghai"), holders=holders, items=items)
        shop.do([AdoptScheme(scheme=canonical(load_scheme("conformance")), effective_from=Day("2022-06-01"))])
        shop.stock(credits)
        return shop

    def stock(self, credits: int = 40) -> None:
        """Register, and grant each holder `credits` lots of one point and a big one."""
        self.register()
        self.do(self.credit(holder, 1) for _ in range(credits) for holder in range(self.holders))
        self.do(self.credit(holder, 10**6) for holder in range(self.holders))

    def register(self) -> None:
        """List and receive the items, register the holders."""
        self.do(self._listed(item) for item in range(self.items))
        self.do(ReceiveGoods(item=ItemId(f"item-{item}"), quantity=10**9) for item in range(self.items))
        self.do(RegisterPerson(holder=HolderId(f"holder-{holder}")) for holder in range(self.holders))

    def _listed(self, item: int) -> ListItem:
        return ListItem(id=ItemId(f"item-{item}"), name="soap", price=1, unit=UNIT, limit=Limit(10**6, "month"))

    def credit(self, holder: int, amount: int) -> GrantPoints:
        """One lot."""
        return GrantPoints(to=AccountId(f"holder:holder-{holder}"), unit=UNIT, amount=amount)

    def do(self, commands: Iterable[Command]) -> None:
        """Bulk work that is not measured."""
        submissions = (Submission(wishes=(self.ledger.wish(command, by=COUNTER),)) for command in commands)
        for outcome in self.ledger.writer.ask_all(submissions):
            if outcome.refusal is not None:
                raise outcome.refusal

    def sales(self, count: int, *, one_item: bool = False, one_holder: bool = False) -> list[Submission]:
        """Keyed sales of one piece, spread over holders and items, or all on one of them."""
        return [self._sale(number, one_item=one_item, one_holder=one_holder) for number in range(count)]

    def _sale(self, number: int, *, one_item: bool, one_holder: bool) -> Submission:
        return self.sale(0 if one_holder else number % self.holders, 0 if one_item else number % self.items)

    def sale(self, holder: int, item: int = 0) -> Submission:
        """One keyed sale."""
        self._sent += 1
        command = PlaceRedemption(holder=HolderId(f"holder-{holder}"), lines=(WantedLine(ItemId(f"item-{item}"), 1),))
        return Submission(wishes=(self.ledger.wish(command, by=COUNTER, key=f"{self.name} {self._sent}"),))

    def sell(self, sales: Sequence[Submission], *, callers: int = 64) -> None:
        """`callers` at once, each asking its next when its last is answered; every answer is after its commit."""
        Callers(self.ledger, sales).run(callers)

    def close(self) -> None:
        """Let go of the database."""
        self.ledger.close()


class Callers:
    """A closed loop: as many commands are under way as there are callers."""

    def __init__(self, ledger: Ledger, submissions: Sequence[Submission]) -> None:
        """Each submission is handed in once."""
        self.submit: Callable[[Submission, Callable[[Outcome], None]], None] = ledger.writer.submit
        self.waiting = iter(submissions)
        self.left = len(submissions)
        self.done = threading.Event()
        self.turn = threading.Lock()
        self.refused: list[Outcome] = []

    def run(self, callers: int) -> None:
        """Go on until everything is answered; a refusal would falsify the figure."""
        for _ in range(callers):
            self._next()
        self.done.wait()
        if self.refused:
            raise RuntimeError(f"a sale was refused: {self.refused[0].refusal}")

    def _next(self) -> None:
        with self.turn:
            submission = next(self.waiting, None)
        if submission is not None:
            self.submit(submission, self._answered)

    def _answered(self, outcome: Outcome) -> None:
        if outcome.refusal is not None:
            self.refused.append(outcome)
        with self.turn:
            self.left -= 1
            last = not self.left
        if last:
            self.done.set()
        else:
            self._next()


def settle() -> None:
    """As `jifen serve` does after start-up: what lives long is not walked by the collector again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)

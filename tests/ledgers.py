"""Open ledgers for tests: a small shop on a real database, with a clock and ids that a case can choose."""

from collections.abc import Callable
from itertools import count

from ledger.deciding import Wish
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.room import By, Command
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Item
from ledger.values import AccountId, Day, HolderId, Instant, ItemId, UnitCode
from ledger.vault.secrets import LedgerSecret

POINT = UnitCode("A")
COUNTER = By(principal="client:counter-1")
NOON = Instant("2022-06-15T04:00:00.000000Z")
SECRET = LedgerSecret(b"a secret of thirty-two bytes....")


def counted_ids() -> Callable[[], str]:
    """Ids that count up: two runs of one case make one log."""
    numbers = count(1)
    return lambda: f"id-{next(numbers):08}"


def opened(storage: Storage, *, at: Instant = NOON, scheme: str = "conformance", repeatable: bool = True) -> Ledger:
    """A ledger over created storage, its clock standing at `at`, its scheme adopted if it is new."""
    ledger = Ledger(
        storage,
        SECRET,
        zone="Asia/Shanghai",
        clock=ManualClock(at),
        ids=counted_ids() if repeatable else None,
    )
    if storage.head().position == 0:
        adoption = AdoptScheme(scheme=canonical(load_scheme(scheme)), effective_from=Day("2022-06-01"))
        ledger.submit(adoption, by=COUNTER, key="scheme")
    return ledger


def stocked(ledger: Ledger, *, holders: int = 1, points: int = 100, stock: int = 10, price: int = 10) -> Ledger:
    """With holders h0, h1, … of `points` each, and item `soap`."""
    ledger.submit(ListItem(id=ItemId("soap"), name="肥皂", price=price, unit=POINT), by=COUNTER, key="list")
    ledger.submit(ReceiveGoods(item=ItemId("soap"), quantity=stock), by=COUNTER, key="receive")
    for number in range(holders):
        holder = HolderId(f"h{number}")
        ledger.submit(RegisterPerson(holder=holder), by=COUNTER, key=f"person {number}")
        if points:
            grant = GrantPoints(to=AccountId("holder:" + holder), unit=POINT, amount=points)
            ledger.submit(grant, by=COUNTER, key=f"grant {number}")
    return ledger


def sale(holder: str = "h0", *, pieces: int = 1, item: str = "soap") -> PlaceRedemption:
    """A sale of soap."""
    return PlaceRedemption(holder=HolderId(holder), lines=(WantedLine(ItemId(item), pieces),))


def asked(ledger: Ledger, command: Command, *, key: str | None = None, by: By = COUNTER) -> Outcome:
    """Ask for one command; the outcome, refused or not."""
    return ledger.writer.ask(Submission(wishes=(ledger.wish(command, by=by, key=key),)))


def group(ledger: Ledger, *commands: Command, key: str | None = None) -> Submission:
    """An atomic group under one key."""
    wishes: list[Wish] = [ledger.wish(command, by=COUNTER, key=None) for command in commands]
    if key is not None:
        wishes[0] = ledger.wish(commands[0], by=COUNTER, key=key, fingerprint="group " + repr(commands))
    return Submission(wishes=tuple(wishes))


def balance(ledger: Ledger, holder: str = "h0", unit: str = "A") -> int:
    """A holder's balance."""
    return ledger.the(Account, f"holder:{holder}/{unit}").balance


def on_shelf(ledger: Ledger, item: str = "soap") -> int:
    """Pieces on the shelf."""
    return ledger.the(Item, item).stock


def log_of(ledger: Ledger) -> list[bytes]:
    """Every fact of the ledger, byte for byte."""
    return [row.state for row in ledger.storage.facts(0, 1_000_000)]

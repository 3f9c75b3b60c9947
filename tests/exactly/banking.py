"""What many want of accounts at once: the last points and credit, one hold, one reversal, the last room under a top."""

from typing import Any

from ledger.accounts.commands import CloseAccount, OpenAccount, SetBounds
from ledger.deciding import Wish
from ledger.holds.commands import CaptureHold, PlaceHold, VoidHold
from ledger.holds.entities import Hold
from ledger.journal.ledger import Cause, Ledger
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account, account_key
from ledger.reversals.commands import ReverseMovement
from ledger.room import By, Command
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import AccountId, HoldId, TxId, UnitCode
from tests.exactly.scenarios import H0, Scenario
from tests.ledgers import COUNTER, POINT, group, stocked

H1 = AccountId("holder:h1")
TILL, LINE, MINT = AccountId("account:till"), AccountId("account:line"), AccountId("account:mint")
HELD = HoldId("the-hold")
NAMES = {"h0": H0, "h1": H1, "till": TILL, "line": LINE, "mint": MINT}


def bank(ledger: Ledger, *, points: int = 100) -> Ledger:
    """Two holders of so many points, an empty till, a line of credit to -50 and an account without a floor."""
    stocked(ledger, holders=2, points=points)
    for id, floor in (("till", 0), ("line", -50), ("mint", None)):
        ledger.submit(OpenAccount(id=id, unit=POINT, floor=floor), by=COUNTER, key=f"open {id}")
    return ledger


def given(*commands: Command, points: int = 100) -> Any:
    """A bank in which this has happened; each command is a transaction."""

    def prepare(ledger: Ledger) -> None:
        bank(ledger, points=points)
        for number, command in enumerate(commands):
            ledger.submit(command, by=COUNTER, key=f"given {number}")

    return prepare


def transfer(amount: int, account: AccountId = H0, to: AccountId = TILL) -> TransferPoints:
    return TransferPoints(account=account, to=to, unit=POINT, amount=amount)


def hold(amount: int, *, id: HoldId | None = HELD) -> PlaceHold:
    return PlaceHold(account=H0, to=TILL, unit=POINT, amount=amount, id=id)


def asking(*commands: Command) -> Any:
    """Everybody asks for the same, under keys of their own."""

    def ask(ledger: Ledger, number: int) -> Wish | tuple[Wish, ...]:
        if len(commands) == 1:
            return ledger.wish(commands[0], by=COUNTER, key=f"ask {number}")
        return group(ledger, *commands, key=f"ask {number}").wishes

    return ask


def by_turns(*commands: Command) -> Any:
    """One of these each, by number."""
    return lambda ledger, number: ledger.wish(commands[number % len(commands)], by=COUNTER, key=f"ask {number}")


def caused(ledger: Ledger, number: int) -> Wish:
    by = By(principal=f"client:{number}")
    return ledger.wish(transfer(20), by=by, key="mine", cause=Cause("invoice", "8812"))


def reversing(topic: str, amount: int | None = None) -> Any:
    """Everybody takes back the transaction in which this stands."""

    def ask(ledger: Ledger, number: int) -> Wish:
        facts = (ledger.mapper.decode(row.state) for row in ledger.storage.facts(0, 1000))
        of = next(TxId(fact.tx) for fact in facts if fact.type == topic)
        wish = ReverseMovement(of=of, amount=amount, reason="correction")
        return ledger.wish(wish, by=COUNTER, key=f"reverse {number}")

    return ask


def grouped(ledger: Ledger) -> None:
    """A grant, a transfer and a deduction in one transaction."""
    bank(ledger)
    grant = GrantPoints(to=H1, unit=POINT, amount=20)
    ledger.writer.ask(
        group(ledger, grant, transfer(30), DeductPoints(account=H1, unit=POINT, amount=5, reason="correction"), key="g")
    )


def has(*names: str, unit: str = "A") -> Any:
    """Balance and held value of each."""

    def figures(ledger: Ledger) -> list[tuple[int, int]]:
        found = (ledger.get(Account, account_key(NAMES[name], unit)) for name in names)
        return [(account.balance, account.held) if account else (0, 0) for account in found]

    return figures


def remaining(ledger: Ledger) -> int:
    return ledger.the(Hold, HELD).remaining


def in_all(ledger: Ledger) -> tuple[int, int]:
    """What payer and payee have together, and what is still held."""
    accounts = [ledger.the(Account, account_key(name, "A")) for name in (H0, TILL)]
    return sum(account.balance for account in accounts), sum(account.held for account in accounts)


SHORT, CAPTURED, VOIDED = "insufficient-funds", "hold-already-captured", "hold-already-voided"
CLOSING = CloseAccount(account=TILL, unit=POINT, reason="correction")
CONVERSION = ConvertPoints(account=H0, from_unit=POINT, to_unit=UnitCode("B"), amount=4)
WITH_CEILING = SetBounds(account=TILL, unit=POINT, ceiling=70)
TWO_PAY = (transfer(10), transfer(10, H1))
DEDUCTED = DeductPoints(account=H0, unit=POINT, amount=30, reason="correction")
CAPTURE, PART = CaptureHold(hold=HELD), CaptureHold(hold=HELD, amount=10)
MORE_THAN_HALF, FINAL = CaptureHold(hold=HELD, amount=30), CaptureHold(hold=HELD, amount=30, final=True)
VOID = VoidHold(hold=HELD)

BANKING = {
    "the last points to transfer": Scenario(
        given(points=50), asking(transfer(10)), 5, SHORT, has("h0", "till"), [(0, 0), (50, 0)]
    ),
    "the last credit": Scenario(
        given(), asking(transfer(10, LINE)), 5, SHORT, has("line", "till"), [(-50, 0), (50, 0)]
    ),
    "the last room under a ceiling": Scenario(
        given(WITH_CEILING), asking(transfer(10, MINT)), 7, "limit-exceeded", has("mint", "till"), [(-70, 0), (70, 0)]
    ),
    "the last points to convert": Scenario(given(points=21), asking(CONVERSION), 5, SHORT, has("h0"), [(1, 0)]),
    "the last points to hold": Scenario(
        given(points=50), asking(hold(10, id=None)), 5, SHORT, has("h0", "till"), [(50, 50), (0, 0)]
    ),
    "one id of a hold": Scenario(given(), asking(hold(10)), 1, "already-exists", has("h0"), [(100, 10)]),
    "one capture": Scenario(given(hold(70)), asking(CAPTURE), 1, CAPTURED, has("h0", "till"), [(30, 0), (70, 0)]),
    "a capture in parts": Scenario(given(hold(70)), asking(PART), 7, CAPTURED, has("h0", "till"), [(30, 0), (70, 0)]),
    "two captures at once": Scenario(given(hold(70)), asking(MORE_THAN_HALF), 2, "exceeds-hold", remaining, 10),
    "one final capture": Scenario(given(hold(70)), asking(FINAL), 1, CAPTURED, has("h0", "till"), [(70, 0), (30, 0)]),
    "one void": Scenario(given(hold(70)), asking(VOID), 1, VOIDED, has("h0", "till"), [(100, 0), (0, 0)]),
    "capture or void": Scenario(
        given(hold(70)), by_turns(CAPTURE, VOID), 1, frozenset({CAPTURED, VOIDED}), in_all, (100, 0)
    ),
    "one reversal of a transfer": Scenario(
        given(transfer(70)),
        reversing("points-transferred.v1"),
        1,
        "already-reversed",
        has("h0", "till"),
        [(100, 0), (0, 0)],
    ),
    "one reversal of a capture": Scenario(
        given(hold(70), CAPTURE),
        reversing("hold-captured.v1"),
        1,
        "already-reversed",
        has("h0", "till"),
        [(100, 0), (0, 0)],
    ),
    "a reversal in parts": Scenario(
        given(DEDUCTED), reversing("points-deducted.v1", 10), 3, "already-reversed", has("h0"), [(100, 0)]
    ),
    "one reversal of a group": Scenario(
        grouped,
        reversing("points-deducted.v1"),
        1,
        "already-reversed",
        has("h0", "h1", "till"),
        [(100, 0), (100, 0), (0, 0)],
    ),
    "one cause of a transfer": Scenario(
        given(), caused, 1, "cause-already-used", has("h0", "till"), [(80, 0), (20, 0)]
    ),
    "the last points of two in one group": Scenario(
        given(transfer(50, H1, MINT)),
        asking(*TWO_PAY),
        5,
        SHORT,
        has("h0", "h1", "till"),
        [(50, 0), (0, 0), (100, 0)],
    ),
    "one id of an account": Scenario(
        given(), asking(OpenAccount(id="new", unit=POINT)), 1, "already-exists", has("h0"), [(100, 0)]
    ),
    "one closing of an account": Scenario(given(), asking(CLOSING), 1, "account-closed", has("till"), [(0, 0)]),
}

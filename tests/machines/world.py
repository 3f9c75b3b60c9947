"""The real ledger as a machine drives it: turns of many clients on one or two databases, checked after each."""

from collections import Counter as Tally
from collections.abc import Sequence
from typing import Any

from ledger.approvals.commands import ApproveProposal, MakeProposal
from ledger.approvals.content import content_of
from ledger.calendar import local_day
from ledger.deciding import Rows, Wish, replay
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Cause, Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Outcome, Submission
from ledger.people.commands import RegisterPerson
from ledger.periods.commands import ClosePeriod, FinishClosing, OpenBooks, SealPeriod
from ledger.points.commands import DeductPoints, GrantPoints, OpenInitial, TurnMonth
from ledger.points.entities import Account
from ledger.redemptions.commands import PlaceRedemption, RefundRedemption, ReturningLine, WantedLine
from ledger.requests.entities import Cause as UsedCause
from ledger.reversals.commands import ReverseMovement
from ledger.room import By, Command
from ledger.rooms import Registry
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, parse_scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Item, Limit
from ledger.values import (
    AccountId,
    Day,
    HolderId,
    Instant,
    ItemId,
    PeriodName,
    ProposalId,
    RedemptionId,
    TxId,
    UnitCode,
)
from ledger.vault.secrets import LedgerSecret

ZONE = "Asia/Shanghai"
SECRET = LedgerSecret(b"a secret of thirty-two bytes....")
OPERATOR = By(principal="client:operator")

UNIT = """
[units.{code}]
names = {{ zh = "单位{code}", en = "Unit {code}" }}
kind = "points"
lot_life = {{ policy = "never" }}
spendable = {spendable}
negative = "{negative}"
"""
SCHEME = """
name = "machine"
version = 1
names = { zh = "机器", en = "Machine" }
zone = "Asia/Shanghai"
[behaviours.monthly-initial]
names = { zh = "每月初始积分", en = "Monthly starting points" }
unit = "S"
kind = "initial"
points = 100
[periods]
per = "month"
initial = "monthly-initial"
[reasons.correction]
zh = "更正"
en = "Correction"
[redemption]
hold_default = 900
hold_cap = 86400
confirmation = []
extend_days = 0
"""

Op = tuple[Any, ...]
"""A wish in the words of the model: its name and its members."""

Asked = tuple[tuple[Op, ...], str, str | None, str | None]
"""A submission: operations (several are one atomic group), client, key, cause."""


def scheme_text(units: dict[str, Any]) -> str:
    """A scheme with these units (of the model's kind)."""
    written = []
    for code, unit in units.items():
        spendable = f'{{ policy = "{unit.spendable}", base = {unit.base} }}'
        written.append(UNIT.format(code=code, spendable=spendable, negative=unit.negative))
    return SCHEME + "".join(written)


def command(op: Op) -> Command:  # noqa: C901, PLR0911 - one line for each wish
    """The real wish for an operation of the model."""
    match op:
        case ("join", holder):
            return RegisterPerson(holder=HolderId(holder))
        case ("receive", item, quantity):
            return ReceiveGoods(item=ItemId(item), quantity=quantity)
        case ("grant", holder, unit, amount, expires_on, fund):
            return GrantPoints(
                to=_account(holder), unit=UnitCode(unit), amount=amount, expires_on=expires_on, fund=fund
            )
        case ("deduct", holder, unit, amount):
            return DeductPoints(account=_account(holder), unit=UnitCode(unit), amount=amount, reason="correction")
        case ("reverse", of, amount, if_spent):
            return ReverseMovement(of=TxId(of), amount=amount, reason="correction", if_spent=if_spent)
        case ("sell", holder, lines):
            return PlaceRedemption(
                holder=HolderId(holder), lines=tuple(WantedLine(ItemId(item), pieces) for item, pieces in lines)
            )
        case ("month", holder):
            return TurnMonth(account=_account(holder))
        case ("initial", holder):
            return OpenInitial(account=_account(holder))
        case ("refund", of, amount, lines):
            back = tuple(ReturningLine(ItemId(item), pieces, restock) for item, pieces, restock in lines)
            return RefundRedemption(redemption=RedemptionId(of), amount=amount, lines=back, reason="correction")
        case ("propose", *inner):
            return MakeProposal(command=content_of(command(("grant", *inner, None, None))))
        case ("approve", of):
            return ApproveProposal(proposal=ProposalId(of))
    return _closing(*op)


def _closing(step: str, period: str) -> Command:
    name = PeriodName(period)
    match step:
        case "close":
            return ClosePeriod(period=name)
        case "seal":
            return SealPeriod(period=name, root="0" * 64, accounts=0, totals=())
        case "finish":
            return FinishClosing(period=name, holders=0, totals=())
    raise AssertionError(f"the machine does not know {step}")


def _account(holder: str) -> AccountId:
    return AccountId("holder:" + holder)


class Ids:
    """Ids that count up: the same case makes the same log on every database."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> str:
        self.given += 1
        return id_of(self.given)


def id_of(number: int) -> str:
    return f"id-{number:06}"


class World:
    """One ledger in one database, worked on by one or two open `Ledger`s in turns, as processes would."""

    def __init__(self, storages: Sequence[Storage], at: Instant, scheme: str, *, capacity: int) -> None:
        """The storages are of one ledger; each gets a `Ledger` of its own with its own cache."""
        self.ids = Ids()
        self.clock = ManualClock(at)
        self.ledgers = [
            Ledger(
                storage,
                SECRET,
                zone=ZONE,
                clock=self.clock,
                ids=self.ids,
                capacity=capacity,
            )
            for storage in storages
        ]
        self.first = self.ledgers[0]
        self.registry, self.mapper = Registry(), self.first.mapper
        self.replayed = Rows()
        self.versions: Tally[str] = Tally()
        self.head = 0
        self.lapses: set[str] = set()
        """Transactions in which time acted: only the ledger knows their ids."""
        self.posted: Tally[tuple[str, str]] = Tally()
        adoption = AdoptScheme(scheme=canonical(parse_scheme(scheme)), effective_from=Day("2022-01-01"))
        self.first.submit(adoption, by=OPERATOR)
        self.first.submit(OpenBooks(period=PeriodName(at[:7])), by=OPERATOR)

    def list_item(self, name: str, unit: str, price: int, limit: tuple[int, Any] | None) -> None:
        """Put an item on the price list."""
        listed = ListItem(
            id=ItemId(name), name=name, price=price, unit=UnitCode(unit), limit=Limit(*limit) if limit else None
        )
        self.first.submit(listed, by=OPERATOR)

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger.close()

    def move_to(self, at: Instant) -> None:
        self.clock.move_to(at)

    @property
    def next_id(self) -> int:
        """The number of the next transaction id, if nothing is due."""
        return self.ids.given + 1

    def turn(self, batch: Sequence[Asked], *, process: int) -> list[Outcome]:
        """One turn of one of the processes."""
        ledger = self.ledgers[process % len(self.ledgers)]
        outcomes = ledger.writer.runner.run([self._submission(*item) for item in batch])
        self.check()
        return outcomes

    def sweep(self, *, process: int) -> None:
        self.ledgers[process % len(self.ledgers)].writer.runner.sweep()
        self.check()

    def _submission(self, ops: tuple[Op, ...], client: str, key: str | None, cause: str | None) -> Submission:
        wishes: list[Wish] = []
        for op in ops:
            wishes.append(
                self.first.wish(
                    command(op),
                    by=By(principal=client, subject="person:" + client),
                    key=key if not wishes else None,
                    fingerprint=repr(ops) if len(ops) > 1 else None,
                    cause=Cause("event", cause) if cause else None,
                )
            )
        return Submission(wishes=tuple(wishes))

    # What must hold after each step ----------------------------------------------------------------------------

    def check(self) -> None:
        """Positions and versions are dense, entries balance, and the book is what follows from the facts alone."""
        for row in self.first.storage.facts(self.head, 10_000):
            envelope = self.mapper.decode(row.state)
            assert row.position == envelope.pos == self.head + 1
            assert envelope.ver == self.versions[envelope.stream] + 1, f"{envelope.stream} skips a version"
            assert self.mapper.encode(envelope) == row.state
            self.head, self.versions[envelope.stream] = row.position, envelope.ver
            if envelope.by.principal == "system":
                self.lapses.add(envelope.tx)
            entry = envelope.data.entry()
            for posting in entry.postings if entry else ():
                self.posted[posting.account, posting.unit] += posting.amount
            replay(self.registry, self.replayed, envelope, local_day(envelope.occurred_at, ZONE))
        for unit in {unit for _, unit in self.posted}:
            assert not sum(value for (_, other), value in self.posted.items() if other == unit), (
                f"{unit} is off balance"
            )
        stored, replayed = self.stored_book(), self.replayed_book()
        wrong = [key for key in stored.keys() | replayed.keys() if stored.get(key) != replayed.get(key)]
        assert not wrong, f"the book is not what the facts say: {[(stored.get(k), replayed.get(k)) for k in wrong]}"
        self._accounts()

    def stored_book(self) -> dict[tuple[str, str], Any]:
        """Every book row as its bytes."""
        kinds = [*self.registry.kinds, UsedCause.KIND]
        rows = [row for kind in kinds for row in self.first.storage.book_scan(kind, "", 10_000)]
        return {(row.kind, row.id): row for row in rows}

    def replayed_book(self) -> dict[tuple[str, str], Any]:
        """The same as it follows from facts."""
        encode = self.first.book.codec.encode
        return {key: encode(key, row) for key, row in self.replayed.rows.items() if row is not None}

    def _accounts(self) -> None:
        for (kind, id), row in self.replayed.rows.items():
            if kind == Account.KIND and row is not None:
                account = row.entity
                assert isinstance(account, Account)
                lots = sum(pool.remaining + pool.earmarked for pool in account.pools)
                assert account.balance == lots - account.debt, f"{id}: balance is not lots less debt"
                assert 0 <= account.held <= lots, f"{id}: more is held than there is"
                assert account.balance == self._posted_on(account), f"{id}: postings say otherwise"
                months = {pool.terms.terms for pool in account.pools if pool.terms.kind == "initial" and pool.remaining}
                assert len(months) <= 1, f"{id} has initial lots of {sorted(months, key=str)}"

    def _posted_on(self, account: Account) -> int:
        return self.posted[account.account, account.unit]

    # What a case compares with the model -----------------------------------------------------------------------

    def account(self, holder: str, unit: str) -> Any:
        """(received, spent, lapsed, debt, {(expiry, kind, fund or month): open}) as of now, or None."""
        account = self.first.get(Account, f"holder:{holder}/{unit}")
        if account is None:
            return None
        pools: Tally[Any] = Tally()
        for pool in account.pools:
            if pool.remaining:
                terms = pool.terms
                pools[terms.expires_on, terms.kind, terms.terms if terms.kind == "initial" else terms.fund] += (
                    pool.remaining
                )
        return account.received, account.spent, account.lapsed, account.debt, dict(pools)

    def stock(self, item: str) -> int:
        return self.first.the(Item, item).stock

    def log(self) -> list[bytes]:
        return [row.state for row in self.first.storage.facts(0, 1_000_000)]


def noon(day: str) -> Instant:
    """Noon of that day in the ledger's zone."""
    return Instant(day + "T04:00:00.000000Z")

"""What happens to an account: earned, deducted, lapsed, and taken back."""

from typing import ClassVar, Final, Self

import msgspec

from ledger import chart
from ledger.accounting import JournalEntry, moved
from ledger.limits.facts import Count
from ledger.points.entities import Account, AccountState, Debt, account_key
from ledger.pools import EARNED, Lot, Repaid, Terms
from ledger.room import Book, Fact, Now
from ledger.values import AccountId, Day, Instant, TxId, UnitCode


class Restored(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """A range given back, with the terms of its pool, which the account may have forgotten since."""

    pool: str
    start: int
    end: int
    terms: Terms

    @property
    def lot(self) -> Lot:
        """The range alone."""
        return Lot(pool=self.pool, start=self.start, end=self.end)


def terms_of(restored: tuple[Restored, ...]) -> dict[str, Terms]:
    """Terms by pool."""
    return {item.pool: item.terms for item in restored}


class AccountFact(Fact, frozen=True, kw_only=True):
    """A fact about one account, which carries the whole account object after itself."""

    account: AccountId
    unit: UnitCode
    amount: int
    """What moved, in the unit's smallest step; never negative."""
    after: AccountState | None = None
    """Filled in when the fact enters the book."""

    def completed(self, book: Book, now: Now) -> Self:
        """With the whole account object after itself, under the policy in force today."""
        return msgspec.structs.replace(self, after=state_after(self.account, self.unit, book, now))

    def states(self) -> tuple[tuple[AccountId, UnitCode, AccountState], ...]:
        """Every account that this fact changed, with the account object after it. Raises ValueError before that."""
        if self.after is None:
            raise ValueError(f"{self.TOPIC} about {self.account} does not say what it left")
        return ((self.account, self.unit, self.after),)

    def terms_of_pool(self, pool: str) -> Terms | None:  # noqa: ARG002 - most facts open no pool
        """The terms of a lot that this fact granted into that pool, or None."""
        return None


def state_after(account: AccountId, unit: UnitCode, book: Book, now: Now) -> AccountState:
    """The account object as it stands, under the policy in force today."""
    return book.the(Account, account_key(account, unit)).state(book.scheme(now.today).unit(unit))


class BetweenFact(AccountFact, frozen=True, kw_only=True):
    """A fact by which value leaves `account` for another account, or for another unit of the same one."""

    THERE: ClassVar[frozenset[str]] = frozenset({"landed", "repaid"})
    """The members that name ranges of the other side; all others name ranges of `account`."""

    to_after: AccountState | None = None
    """The account object of the other side; filled in when the fact enters the book."""

    def other_side(self) -> tuple[AccountId, UnitCode] | None:
        """Where the value arrived; None: with the programme."""
        raise NotImplementedError(f"{type(self).__name__} names no other side")

    def completed(self, book: Book, now: Now) -> Self:
        """With both account objects after itself."""
        other = self.other_side()
        to_after = None if other is None else state_after(*other, book, now)
        return msgspec.structs.replace(self, after=state_after(self.account, self.unit, book, now), to_after=to_after)

    def states(self) -> tuple[tuple[AccountId, UnitCode, AccountState], ...]:
        """Both sides."""
        other = self.other_side()
        own = super().states()
        return own if other is None or self.to_after is None else (*own, (*other, self.to_after))


class PointsEarned(AccountFact, frozen=True, kw_only=True):
    """A lot was granted. `repaid` are its ranges that repaid debts at once, oldest debt first (3-domain, Value)."""

    TOPIC: ClassVar[str] = "points-earned.v1"

    behaviour: str | None = None
    reason: str | None = None
    kind: str = EARNED
    expires_on: Day | None = None
    fund: str | None = None
    terms: str | None = None
    lot: Lot
    repaid: tuple[Repaid, ...] = ()
    counts: tuple[Count, ...] = ()

    def stream(self, tx: TxId) -> str:
        """One grant, one stream."""
        return "grant:" + tx

    def entry(self) -> JournalEntry:
        """The programme owes the holder more."""
        return moved(chart.ISSUED, self.account, self.unit, self.amount)

    def pool_terms(self) -> Terms:
        """What a later grant must equal to join this lot's pool."""
        return Terms(expires_on=self.expires_on, kind=self.kind, fund=self.fund, terms=self.terms)

    def terms_of_pool(self, pool: str) -> Terms | None:
        """This lot's, if it is of that pool."""
        return self.pool_terms() if pool == self.lot.pool else None


class PointsDeducted(AccountFact, frozen=True, kw_only=True):
    """Value was taken for a violation: `asked` by the rule, `amount` taken, of which `debt` is still owed."""

    TOPIC: ClassVar[str] = "points-deducted.v1"

    asked: int
    debt: int
    behaviour: str | None = None
    reason: str | None = None
    target: str | None = None
    """Who or what broke the rule: `person`, `facility` or `equipment` (S01)."""
    taken: tuple[Lot, ...] = ()
    counts: tuple[Count, ...] = ()
    appeal_until_at: Instant | None = None

    def stream(self, tx: TxId) -> str:
        """One deduction, one stream."""
        return "deduction:" + tx

    def entry(self) -> JournalEntry:
        """What the holder loses goes back to the programme."""
        return moved(self.account, chart.DEDUCTED, self.unit, self.amount)


class LotsLapsed(AccountFact, frozen=True, kw_only=True):
    """Value ended unspent, for a `cause`.

    Its day passed (`expired`), nobody used the account for so long (`inactive`), its month turned (`month-turn`), its
    holder left (`left`), a refund came too late (`refund-expired`), or two merged records had two initial lots of one
    period (`merged`).
    """

    TOPIC: ClassVar[str] = "lots-lapsed.v1"

    cause: str
    lots: tuple[Lot, ...]
    ended_on: Day | None = None
    """The last spendable day, when a day ended it."""

    def stream(self, tx: TxId) -> str:
        """All that one tx let lapse."""
        return "lapse:" + tx

    def entry(self) -> JournalEntry:
        """Breakage."""
        return moved(self.account, chart.LAPSED, self.unit, self.amount)


class DeductionReversed(AccountFact, frozen=True, kw_only=True):
    """A deduction was given back, in part or whole: what is still owed is cancelled first, then ranges return."""

    TOPIC: ClassVar[str] = "deduction-reversed.v1"

    of: TxId
    reason: str
    forgiven: int
    restored: tuple[Restored, ...] = ()
    repaid: tuple[Repaid, ...] = ()
    """Ranges of `restored` that repaid other debts at once."""

    def stream(self, tx: TxId) -> str:
        """One reversal, one stream."""
        return "reversal:" + tx

    def terms_of_pool(self, pool: str) -> Terms | None:
        """Those of a range that came back there: it may be the first of its pool."""
        return next((item.terms for item in self.restored if item.pool == pool), None)

    def entry(self) -> JournalEntry:
        """The mirror of the deduction."""
        return moved(chart.DEDUCTED, self.account, self.unit, self.amount)


def own_pool(tx: TxId, position: int) -> str:
    """The pool that a reversed deduction opens where a range has no old place: for what was drawn below zero."""
    return f"{tx}.{position}"


class GrantReversed(AccountFact, frozen=True, kw_only=True):
    """A grant was taken back, in part or whole; what was spent meanwhile may stand as debt."""

    TOPIC: ClassVar[str] = "grant-reversed.v1"

    of: TxId
    reason: str
    taken: tuple[Lot, ...] = ()
    debt: int = 0

    def stream(self, tx: TxId) -> str:
        """One reversal, one stream."""
        return "reversal:" + tx

    def entry(self) -> JournalEntry:
        """The mirror of the grant."""
        return moved(self.account, chart.ISSUED, self.unit, self.amount)


# Two records of one man (R28) ----------------------------------------------------------------------------------


class MovedPool(msgspec.Struct, frozen=True, kw_only=True):
    """A pool that moves as it is, under its own id: later refunds into it find the ranges where they were."""

    pool: str
    terms: Terms
    opened: int
    total: int
    open: tuple[Lot, ...] = ()
    reopened: bool = False


class AccountMerged(AccountFact, frozen=True, kw_only=True):
    """Pools and debts of `account` move to `into`; `amount` is the balance that moved, without its sign.

    Of somebody with many lots a merge makes several, in one transaction: together they name all that there is.
    """

    TOPIC: ClassVar[str] = "account-merged.v1"

    into: AccountId
    pools: tuple[MovedPool, ...] = ()
    debts: tuple[Debt, ...] = ()

    @property
    def net(self) -> int:
        """The balance that moved: below zero when more was owed than open."""
        return sum(lot.amount for pool in self.pools for lot in pool.open) - sum(item.amount for item in self.debts)

    def stream(self, tx: TxId) -> str:
        """One merge, one stream."""
        return "merge:" + tx

    def entry(self) -> JournalEntry:
        """From one holder to the other; what is owed the other way."""
        gives, takes = (self.account, self.into) if self.net >= 0 else (self.into, self.account)
        return moved(gives, takes, self.unit, self.amount)


class AccountJoined(AccountFact, frozen=True, kw_only=True):
    """`account` has taken over what `came_from` had; `amount` of its open value repaid debts that met it there."""

    TOPIC: ClassVar[str] = "account-joined.v1"

    came_from: AccountId
    repaid: tuple[Repaid, ...] = ()

    def stream(self, tx: TxId) -> str:
        """One merge, one stream."""
        return "merge:" + tx


# Freezing (4b) -----------------------------------------------------------------------------------------------


class FreezeFact(Fact, frozen=True, kw_only=True):
    """A fact that moves nothing: whether an account may move."""

    account: AccountId
    unit: UnitCode
    reason: str

    def stream(self, tx: TxId) -> str:
        """The life of the account."""
        del tx
        return "account:" + account_key(self.account, self.unit)


class FreezePlaced(FreezeFact, frozen=True, kw_only=True):
    """The account refuses debits, credits, holds and captures; what time does goes on."""

    TOPIC: ClassVar[str] = "freeze-placed.v1"


class FreezeLifted(FreezeFact, frozen=True, kw_only=True):
    """The account moves again."""

    TOPIC: ClassVar[str] = "freeze-lifted.v1"


FACTS: Final = (
    PointsEarned,
    PointsDeducted,
    LotsLapsed,
    DeductionReversed,
    GrantReversed,
    AccountMerged,
    AccountJoined,
    FreezePlaced,
    FreezeLifted,
)

"""Which movements of a transaction are to be reversed, and how much of each is left."""

from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple

from msgspec import UNSET, UnsetType

from ledger.behaviours.facts import EvaluationSuspended
from ledger.holds.facts import HoldCaptured
from ledger.people.standing import surviving_account
from ledger.points.entities import Reversed
from ledger.points.facts import AccountFact, LotsLapsed, PointsDeducted, PointsEarned
from ledger.refusals import AlreadyReversed, ExceedsOriginal, NotFound, NotReversible
from ledger.reversals.commands import ReverseMovement
from ledger.room import Book, Envelope, Now
from ledger.scheme.model import Unit
from ledger.transfers.facts import PointsConverted, PointsTransferred
from ledger.values import AccountId, TxId, UnitCode

Moving = PointsTransferred | PointsConverted | HoldCaptured
"""What brought value from one account or unit to another, or to the programme."""
Paying = PointsDeducted | Moving
"""What took ranges from an account."""
Movement = PointsEarned | Paying
MOVEMENTS: Final = (PointsEarned, PointsDeducted, PointsTransferred, PointsConverted, HoldCaptured)


class Transaction:
    """All facts of a transaction, read once: a group of thousands is not gone through again for each of them."""

    def __init__(self, facts: tuple[Envelope, ...]) -> None:
        """In their order."""
        self.facts = facts
        self.alone = sum(isinstance(item.data, MOVEMENTS) for item in facts) == 1
        """Whether one of them is a movement."""
        self._owing: dict[tuple[AccountId, UnitCode], list[Original]] | None = None

    def movement(self, envelope: Envelope) -> "Original":
        """One of its movements."""
        return Original(envelope, self)

    def owing(self, book: Book, account: AccountId, unit: UnitCode) -> list["Original"]:
        """Its deductions from one account, or from records that were merged into its holder's, if any of them owed.

        What repaid a debt since does not say which deduction of a group it repaid. Where none owed, each is by itself.
        """
        if self._owing is None:
            by_account: dict[tuple[AccountId, UnitCode], list[Original]] = {}
            for item in self.facts:
                if isinstance(item.data, PointsDeducted):
                    place = surviving_account(book, item.data.account), item.data.unit
                    by_account.setdefault(place, []).append(self.movement(item))
            self._owing = {place: those for place, those in by_account.items() if any(map(_owed, those))}
        return self._owing.get((account, unit), [])


def _owed(original: "Original") -> bool:
    return isinstance(original.fact, PointsDeducted) and original.fact.debt > 0


class Original(NamedTuple):
    """One movement with the transaction that it belongs to."""

    envelope: Envelope
    transaction: Transaction

    @property
    def fact(self) -> Movement:
        """What moved."""
        movement: Movement = self.envelope.data
        return movement

    @property
    def id(self) -> TxId:
        """What is reversed, by name: the transaction where it is its only movement, else `<tx>.<position>`."""
        # Counters of earlier days stand under the transaction alone.
        tx = self.envelope.tx
        return tx if self.transaction.alone else TxId(f"{tx}.{self.envelope.pos}")

    def suspensions(self) -> Iterable[TxId]:
        """Which suspensions it led to: they stand behind it, before the next movement."""
        facts = self.transaction.facts
        for item in islice(facts, self.envelope.pos - facts[0].pos + 1, None):
            if isinstance(item.data, MOVEMENTS):
                return
            if isinstance(item.data, EvaluationSuspended):
                yield TxId(item.data.suspension)


def movement_of(of: str) -> TxId:
    """The transaction in the name of a movement, or of a pool that it opened."""
    return TxId(of.partition(".")[0])


def recorded(book: Book, of: TxId) -> Transaction:
    """The transaction, or `not-found`."""
    facts = book.past(of)
    if not facts:
        raise NotFound(kind="transaction", id=of)
    return Transaction(facts)


def originals(book: Book, of: TxId, position: int | UnsetType) -> tuple[Original, ...]:
    """What is to be reversed, the last first: one fact by its position, or every movement of the transaction.

    A reversal, a hold and a redemption are not reversed, nor is a group with one of them reversed whole.
    """
    transaction = recorded(book, of)
    facts = transaction.facts
    if position is UNSET:
        asked = tuple(item for item in facts if _moves(item))
    else:
        asked = tuple(item for item in facts if item.pos == position)
        if not asked:
            raise NotFound(kind="fact", id=f"{of}.{position}")
    stopping = [item for item in asked if not isinstance(item.data, MOVEMENTS)]
    if stopping or not asked:
        alone = len(stopping) == len(asked) and position is UNSET
        raise NotReversible(type=(facts if alone else stopping)[0].type)
    return tuple(Original(item, transaction) for item in reversed(asked))


def _moves(envelope: Envelope) -> bool:
    """Whether this fact is one that was wished; what lapsed beside it is only what followed."""
    fact = envelope.data
    if isinstance(fact, MOVEMENTS):
        return True
    return isinstance(fact, AccountFact) and fact.amount > 0 and not isinstance(fact, LotsLapsed)


def reversed_of(book: Book, original: Original) -> Reversed:
    """How much of it was reversed so far, and what came back."""
    return book.get(Reversed, original.id) or Reversed()


# Deciding about one of them ------------------------------------------------------------------------------------


class Case(NamedTuple):
    """How much of one movement is reversed now, and what the rule looks at for it."""

    command: ReverseMovement
    book: Book
    now: Now
    original: Original
    gone: int
    """What was reversed before."""
    amount: int

    def unit(self, code: UnitCode) -> Unit:
        """The unit under today's policy."""
        return self.book.scheme(self.now.day).unit(code)

    @property
    def whole(self) -> bool:
        """Whether nothing is left of the movement after this."""
        return self.gone + self.amount == self.original.fact.amount


def case_of(command: ReverseMovement, book: Book, now: Now, original: Original) -> Case:
    """The amount that is asked for, or what is left. Refused beyond the original."""
    amount, gone = original.fact.amount, reversed_of(book, original).amount
    if gone == amount:
        raise AlreadyReversed(original=amount, reversed=gone)
    wanted = amount - gone if command.amount is None else command.amount
    if wanted > amount - gone:
        raise ExceedsOriginal(original=amount, reversed=gone, requested=wanted)
    return Case(command, book, now, original, gone, wanted)

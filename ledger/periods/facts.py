"""What happens to periods."""

from typing import ClassVar, Final

import msgspec

from ledger.room import Fact
from ledger.values import PeriodName, TxId, UnitCode


class OpenCount(msgspec.Struct, frozen=True, kw_only=True):
    """So many open items of one kind (`proposal`, `appeal`, `hold`) that a closing carries into the next period."""

    kind: str
    count: int


class ControlTotal(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's period, of a crew or (None) of everybody; `""` are those without a crew.

    opening + granted + credited - deducted - redeemed - lapsed + reversed + moved = closing (month-end, step 4).
    """

    unit: UnitCode
    crew: str | None
    accounts: int
    opening: int
    granted: int
    """Initial lots."""
    credited: int
    deducted: int
    redeemed: int
    lapsed: int
    reversed: int
    """Given back less taken back: reversals and refunds; may be below zero."""
    moved: int
    """Moved in less moved out between accounts, as by a merge of two records of one man."""
    closing: int
    debt: int
    spendable: int

    @property
    def adds_up(self) -> bool:
        """Whether the movements lead from the opening to the closing."""
        came = self.opening + self.granted + self.credited + self.reversed + self.moved
        return came - self.deducted - self.redeemed - self.lapsed == self.closing


class PeriodFact(Fact, frozen=True, kw_only=True):
    """The books of all periods are one life."""

    def stream(self, tx: TxId) -> str:
        """The life of the books."""
        del tx
        return "books:open"


class PeriodOpened(PeriodFact, frozen=True, kw_only=True):
    """The first period of a ledger's books was opened; later ones open with the closing of the one before."""

    TOPIC: ClassVar[str] = "period-opened.v1"

    opens: PeriodName


class PeriodClosing(PeriodFact, frozen=True, kw_only=True):
    """The closing began: this fact is the period's last, and the cut; everything after it stands in `opens`."""

    TOPIC: ClassVar[str] = "period-closing.v1"

    closes: PeriodName
    opens: PeriodName
    cut: int
    """The position of this fact."""
    carried: tuple[OpenCount, ...] = ()


class ClosingFact(Fact, frozen=True, kw_only=True):
    """A fact of one closing's run."""

    closes: PeriodName

    def stream(self, tx: TxId) -> str:
        """The life of the closing."""
        del tx
        return "closing:" + self.closes


class PeriodSealed(ClosingFact, frozen=True, kw_only=True):
    """Control totals and the root at the cut: the period as it will be shown for ever (6-audit, state in the log)."""

    TOPIC: ClassVar[str] = "period-sealed.v1"

    cut: int
    root: str
    accounts: int
    totals: tuple[ControlTotal, ...]


class PeriodSealedContinued(ClosingFact, frozen=True, kw_only=True):
    """More control totals of the sealing before it, of the same transaction: a fact has at most 32 KiB."""

    TOPIC: ClassVar[str] = "period-sealed-continued.v1"

    totals: tuple[ControlTotal, ...]


class PeriodTurned(ClosingFact, frozen=True, kw_only=True):
    """The closing is done: initial lots have lapsed and the new ones are granted. `totals` are the new period's."""

    TOPIC: ClassVar[str] = "period-turned.v1"

    opens: PeriodName
    holders: int
    left_out: int
    totals: tuple[ControlTotal, ...]


class PeriodTurnedContinued(ClosingFact, frozen=True, kw_only=True):
    """More control totals of the turn before it, of the same transaction."""

    TOPIC: ClassVar[str] = "period-turned-continued.v1"

    totals: tuple[ControlTotal, ...]


FACTS: Final = (
    PeriodOpened,
    PeriodClosing,
    PeriodSealed,
    PeriodSealedContinued,
    PeriodTurned,
    PeriodTurnedContinued,
)

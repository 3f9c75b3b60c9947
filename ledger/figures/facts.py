"""What happens to reported figures. No value moves: they tell of what others did."""

from typing import ClassVar, Final

from ledger.figures.entities import Qualifier
from ledger.room import Fact
from ledger.values import Day, TxId, UnitCode


class FigureFact(Fact, frozen=True, kw_only=True):
    """A fact in the life of one figure."""

    figure: str

    def stream(self, tx: TxId) -> str:
        """The life of the figure."""
        del tx
        return "figure:" + self.figure


class FigureReported(FigureFact, frozen=True, kw_only=True):
    """Somebody published it; `printed` is what he wrote, to the letter, never about one private person."""

    TOPIC: ClassVar[str] = "figure-reported.v1"

    kind: str
    unit: UnitCode
    amount: int
    qualifier: Qualifier
    adds: bool
    region: str | None = None
    from_on: Day | None = None
    to_on: Day | None = None
    printed: str | None = None
    reading: str | None = None
    reference: str | None = None


class FigureRead(FigureFact, frozen=True, kw_only=True):
    """How it is understood from now on; what was printed stays as it was."""

    TOPIC: ClassVar[str] = "figure-read.v1"

    reading: str


class FigureWithdrawn(FigureFact, frozen=True, kw_only=True):
    """It counts no more."""

    TOPIC: ClassVar[str] = "figure-withdrawn.v1"

    reason: str


FACTS: Final = (FigureReported, FigureRead, FigureWithdrawn)
